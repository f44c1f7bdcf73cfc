import Columnar
import Effects
import Foundation
import SystemPackage
import Testing

/// The Python that has pyarrow and DuckDB; `scripts/test` names it.
let oraclePython = ProcessInfo.processInfo.environment["ALMANAC_ORACLE_PYTHON"]

/// pyarrow and DuckDB print each value of a file as JSON texts; so do we; they must be alike.
@Suite(.enabled(if: oraclePython != nil, "needs ALMANAC_ORACLE_PYTHON, which scripts/test sets"))
struct OtherReadersTests {
    private static let program = #"""
        import json, sys, pyarrow.parquet as pq, pyarrow as pa, duckdb
        def text(v):
            if v is None: return None
            if isinstance(v, bool): return "true" if v else "false"
            if isinstance(v, float): return v.hex()
            if isinstance(v, bytes): return v.hex()
            return str(v)
        table = pq.read_table(sys.argv[1], page_checksum_verification=True)
        schema = pa.schema([f.with_type(pa.int64()) if pa.types.is_timestamp(f.type)
                            else f.with_type(pa.int32()) if pa.types.is_date(f.type) else f for f in table.schema])
        rows = [[text(v) for v in row.values()] for row in table.cast(schema).to_pylist()]
        other = duckdb.sql("select * replace (epoch_us(\"at\") as \"at\", date_diff('day', date '1970-01-01', \"day\") as \"day\") "
                           f"from '{sys.argv[1]}'").fetchall()
        assert [[text(v) for v in row] for row in other] == rows, "DuckDB and pyarrow differ"
        file = pq.ParquetFile(sys.argv[1])
        column = file.metadata.row_group(0).column(0).statistics
        print(json.dumps({"rows": rows, "types": [str(f.type) for f in table.schema],
                          "min": column.min, "max": column.max, "nulls": column.null_count}))
        """#

    private struct Answer: Decodable {
        let rows: [[String?]]
        let types: [String]
        let min: Int64
        let max: Int64
        let nulls: Int64
    }

    @Test func pyarrowAndDuckDBReadWhatWeWrite() throws {
        try withTemporaryFolder { folder in
            var table = RandomTable(seed: 77)
            let rows = table.rows(2_500)
            let path = folder.appending("a.parquet")
            try write(rows, to: path)
            let result = try SystemProcessRunner().run(
                ProcessCommand(try #require(oraclePython), ["-c", Self.program, path.string]))
            #expect(result.exitCode == 0, "\(result.errors)")
            let answer = try JSONDecoder().decode(Answer.self, from: Data(result.output.utf8))
            #expect(answer.rows == rows.map { $0.map(Self.text) })
            #expect(answer.min == 0 && answer.max == 999 && answer.nulls == 0)
            #expect(
                answer.types[11...14] == [
                    "decimal128(12, 2)", "decimal128(38, 10)", "date32[day]", "timestamp[us, tz=UTC]",
                ])
        }
    }

    @Test func weReadWhatPyarrowWrites() throws {
        try withTemporaryFolder { folder in
            var table = RandomTable(seed: 78)
            let rows = table.rows(2_500)
            try write(rows, to: folder.appending("ours.parquet"))
            let program = """
                import sys, pyarrow.parquet as pq
                pq.write_table(pq.read_table(sys.argv[1]), sys.argv[2], compression="zstd", row_group_size=900,
                               write_page_checksum=True, store_schema=False)
                """
            let result = try SystemProcessRunner().run(
                ProcessCommand(
                    try #require(oraclePython),
                    ["-c", program, folder.appending("ours.parquet").string, folder.appending("theirs.parquet").string])
            )
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(try read(folder.appending("theirs.parquet")) == rows)
        }
    }

    private static func text(_ value: Scalar) -> String? {
        switch value {
        case .null: nil
        case .bool(let value): value ? "true" : "false"
        case .int(let value), .timestamp(let value): String(value)
        case .unsigned(let value): String(value)
        case .date(let value): String(value)
        case .decimal(let value): value.description
        case .float(let value): hex(Double(value))
        case .double(let value): hex(value)
        case .text(let value): value
        case .binary(let value): value.map { String(format: "%02x", $0) }.joined()
        case .list, .structure, .map: "nested"
        }
    }

    /// As Python's float.hex writes it.
    private static func hex(_ value: Double) -> String {
        guard value != 0 else { return value.sign == .minus ? "-0x0.0p+0" : "0x0.0p+0" }
        let digits = String(value.significandBitPattern, radix: 16)
        let padded = String(repeating: "0", count: 13 - digits.count) + digits
        return "\(value < 0 ? "-" : "")0x1.\(padded)p\(value.exponent < 0 ? "" : "+")\(value.exponent)"
    }
}
