import AlmanacTesting
import Columnar
import Effects
import Lake
import SystemPackage
import Testing

/// Other engines read what we write, row for row, at every version; and we read what delta-rs writes.
@Suite(.enabled(if: DeltaOracle.python != nil, "ALMANAC_ORACLE_PYTHON is not set"))
struct OtherEnginesTests {
    private static let schema = Schema([
        Field("id", .int64, isNullable: false), Field("flag", .bool), Field("tiny", .int8), Field("small", .int16),
        Field("whole", .int32), Field("u8", .uint8), Field("u16", .uint16), Field("u32", .uint32),
        Field("u64", .uint64),
        Field("single", .float), Field("number", .double), Field("price", .decimal(precision: 12, scale: 2)),
        Field("wide", .decimal(precision: 38, scale: 10)), Field("day", .date), Field("at", .timestamp),
        Field("Note with blanks, and more", .text), Field("note", .text), Field("raw", .binary), Field("key", .uuid),
        Field("doc", .json), Field("span", .interval), Field("tags", .list(element: Field("element", .text))),
        Field("place", .structure(fields: [Field("city", .text), Field("zip code", .int32)])),
    ])

    /// Random rows with missing values, ends of ranges, long texts.
    private static func rows(_ ids: Range<Int64>, _ generator: inout SeededGenerator) -> [[Scalar]] {
        ids.map { id in
            [.int(id)]
                + schema.fields.dropFirst().map { field in
                    Int.random(in: 0..<5, using: &generator) == 0 ? .null : value(field.type, &generator)
                }
        }
    }

    private static func value(_ type: LogicalType, _ generator: inout SeededGenerator) -> Scalar {
        func pick(_ range: ClosedRange<Int64>) -> Int64 {
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: range.lowerBound
            case 1: range.upperBound
            default: Int64.random(in: range, using: &generator)
            }
        }
        func text(_ count: ClosedRange<Int>) -> String {
            let letters: [Character] = ["a", "b", "Z", "é", "😀", "\u{FFFF}", "\"", "\\", "\n", " "]
            return String(
                (0..<Int.random(in: count, using: &generator)).map { _ in
                    letters.randomElement(using: &generator) ?? "a"
                })
        }
        switch type {
        case .bool: return .bool(Bool.random(using: &generator))
        case .int8: return .int(pick(-128...127))
        case .int16: return .int(pick(-32_768...32_767))
        case .int32: return .int(pick(Int64(Int32.min)...Int64(Int32.max)))
        case .uint8: return .int(pick(0...255))
        case .uint16: return .int(pick(0...65_535))
        case .uint32: return .int(pick(0...4_294_967_295))
        case .uint64: return .unsigned(UInt64(bitPattern: pick(.min...(.max))))
        case .float: return .float(Float(pick(-1_000_000...1_000_000)) / 7)
        case .double: return .double([0.1, -0.0, 1e300, .nan, .infinity].randomElement(using: &generator) ?? 0)
        case .decimal(12, let scale):
            return .decimal(ExactDecimal(unscaled: Int128(pick(-999_999_999_999...999_999_999_999)), scale: scale))
        case .decimal(_, let scale):
            let unscaled = Int128(pick(.min...(.max))) * 10_000_000_000_000_000_000
            return .decimal(ExactDecimal(unscaled: unscaled, scale: scale))
        case .date: return .date(Int32(pick(-719_162...2_932_896)))
        case .timestamp: return .timestamp(pick(-62_135_596_800_000_000...253_402_300_799_999_999))
        case .text: return .text(text(0...40))
        case .binary: return .binary((0..<3).map { _ in UInt8.random(in: .min...(.max), using: &generator) })
        case .uuid: return .text("00000000-0000-4000-8000-00000000000\(pick(0...9))")
        case .json: return .text(#"{"a":\#(pick(0...99))}"#)
        case .interval: return .structure([.int(pick(0...12)), .int(pick(-5...5)), .int(pick(0...1_000_000))])
        case .list: return .list((0..<Int(pick(0...3))).map { _ in .text(text(0...3)) } + [.null])
        default: return .structure([.text(text(1...3)), .int(pick(0...99_999))])
        }
    }

    private struct Case {
        let folder: TestFolder
        let table: DeltaTable
        var path: FilePath { folder.path.appending("table") }

        init() throws {
            folder = try TestFolder()
            table = DeltaTable(
                at: TableAddress(path: folder.path.appending("table")), store: DiskFileStore(),
                random: SystemRandom(), clock: SystemClock())
        }
    }

    /// A table of several versions: made, appended to twice in several files, overwritten.
    private static func written() throws -> (Case, [[[Scalar]]]) {
        let result = try Case()
        var generator = SeededGenerator(seed: 20_261_121)
        var versions: [[[Scalar]]] = []
        for (version, range) in [0..<700, 700..<701, 701..<1_500, 5_000..<5_100].enumerated() {
            let rows = rows(Int64(range.lowerBound)..<Int64(range.upperBound), &generator)
            var change = TableChange(version == 3 ? .overwrite : .append, schema: schema)
            change.transaction = DeltaTransaction(application: "all types", version: Int64(version))
            change.limits.fileRows = 300
            change.limits.rowGroupRows = 128
            try result.table.write(change) { try $0.write(try ColumnBatch(schema: schema, rows: rows)) }
            versions.append(version == 3 ? rows : (versions.last ?? []) + rows)
        }
        return (result, versions)
    }

    private static func texts(_ rows: [[Scalar]]) -> [[String?]] { rows.map { $0.map(DeltaOracle.text) } }

    @Test func deltaRSReadsEveryVersion() throws {
        let (written, versions) = try Self.written()
        for (version, rows) in versions.enumerated() {
            #expect(
                try written.table.snapshot(at: .version(Int64(version))).rows().map { $0.map(DeltaOracle.text) }
                    == Self.texts(rows))
            let answer = try DeltaOracle.rows(
                """
                import deltalake
                table = deltalake.DeltaTable(sys.argv[1], version=int(sys.argv[2])).to_pyarrow_table().sort_by("id")
                show(row.values() for row in table.to_pylist())
                """, [written.path.string, String(version)])
            #expect(answer == Self.texts(rows))
        }
    }

    @Test func deltaRSKnowsTheTransactionsAndTheHistory() throws {
        let (written, _) = try Self.written()
        let answer = try DeltaOracle.run(
            """
            import deltalake
            table = deltalake.DeltaTable(sys.argv[1])
            print(table.version(), table.transaction_version("all types"), [h["operation"] for h in table.history()])
            print(table.protocol().min_reader_version, table.protocol().min_writer_version)
            """, [written.path.string])
        #expect(answer == "3 3 ['WRITE', 'WRITE', 'WRITE', 'WRITE']\n1 2\n")
    }

    /// Statistics decide which files a filter reads: a wrong bound loses rows in silence.
    @Test func filtersOfOtherEnginesLoseNoRows() throws {
        let (written, _) = try Self.written()
        let answer = try DeltaOracle.run(
            """
            import deltalake, pyarrow.compute as pc, random
            random.seed(4)
            table = deltalake.DeltaTable(sys.argv[1], version=2)
            everything = table.to_pyarrow_table()
            dataset = table.to_pyarrow_dataset()
            tried = 0
            for name in ["id", "tiny", "small", "whole", "u8", "u32", "u64", "single", "price", "wide", "day", "at", "note", "key"]:
                values = [v for v in everything.column(name).combine_chunks() if v.is_valid]
                values = random.sample(values, 25) + [min(values, key=lambda v: v.as_py()), max(values, key=lambda v: v.as_py())]
                for value in values:
                    for test in (pc.equal, pc.less_equal, pc.greater_equal):
                        expected = pc.sum(pc.fill_null(test(everything.column(name), value), False)).as_py()
                        expression = {pc.equal: pc.field(name) == value, pc.less_equal: pc.field(name) <= value,
                                      pc.greater_equal: pc.field(name) >= value}[test]
                        found = dataset.count_rows(filter=expression)
                        assert found == expected, (name, test, found, expected)
                        tried += 1
            print(tried)
            """, [written.path.string])
        #expect(answer == "1134\n")
    }

    @Test(.enabled(if: DeltaOracle.hasPolars, "polars is not among the oracles"))
    func polarsReadsTheSameRows() throws {
        let (written, versions) = try Self.written()
        let answer = try DeltaOracle.rows(
            """
            import polars
            show(polars.read_delta(sys.argv[1], version=2).sort("id").rows())
            """, [written.path.string])
        #expect(answer == Self.texts(versions[2]))
    }

    @Test(.enabled(if: DeltaOracle.hasDuckDB, "DuckDB's delta extension is not among the oracles"))
    func duckDBReadsTheSameRows() throws {
        let (written, versions) = try Self.written()
        let answer = try DeltaOracle.rows(
            DeltaOracle.duckDB + """
                show(connection.execute("from delta_scan('%s') order by id" % sys.argv[1]).fetchall())
                """, [written.path.string])
        // Dates and instants beyond Python's years come back as text; ours are within them.
        #expect(answer == Self.texts(versions[3]))
    }

    // MARK: What delta-rs wrote

    private static let writer = #"""
        import deltalake, pyarrow as pa, datetime as d, decimal
        UTC = d.timezone.utc
        def rows(a, b):
            return pa.table({
                "id": pa.array(range(a, b), pa.int64()),
                "small": pa.array([None if i % 3 == 0 else i % 100 for i in range(a, b)], pa.int8()),
                "name": pa.array([None if i % 4 == 0 else f"näme {i}" for i in range(a, b)], pa.string()),
                "price": pa.array([decimal.Decimal(i) / 4 for i in range(a, b)], pa.decimal128(12, 2)),
                "at": pa.array([d.datetime(2026, 10, 31, tzinfo=UTC) + d.timedelta(hours=i) for i in range(a, b)], pa.timestamp("us", "UTC")),
                "day": pa.array([d.date(2026, 10, 31) + d.timedelta(days=i) for i in range(a, b)], pa.date32()),
                "tags": pa.array([[f"t{j}" for j in range(i % 3)] or None for i in range(a, b)], pa.list_(pa.string())),
                "place": pa.array([{"city": f"c{i}", "zip": None if i % 2 else i} for i in range(a, b)], pa.struct([("city", pa.string()), ("zip", pa.int32())])),
                "counts": pa.array([[(f"k{i}", i)] for i in range(a, b)], pa.map_(pa.string(), pa.int64())),
            })
        path = sys.argv[1]
        deltalake.write_deltalake(path, rows(0, 50))
        deltalake.write_deltalake(path, rows(50, 60), mode="append")
        deltalake.write_deltalake(path, rows(60, 90), mode="append")
        deltalake.DeltaTable(path).delete("id >= 20 and id < 55")

        """#

    private static let reader = """

        table = deltalake.DeltaTable(path).to_pyarrow_table().sort_by("id")
        show(row.values() for row in table.to_pylist())
        """

    private func compare(_ table: DeltaTable, _ answer: [[String?]]) throws {
        let rows = try table.snapshot().rows().map { $0.map(DeltaOracle.text) }
        #expect(rows.count == answer.count)
        #expect(rows.sorted { (Int($0[0] ?? "") ?? 0) < (Int($1[0] ?? "") ?? 0) } == answer)
    }

    @Test func whatDeltaRSWroteIsReadAndVerifiedAndWrittenOn() throws {
        let other = try Case()
        let answer = try DeltaOracle.rows(Self.writer + Self.reader, [other.path.string])
        #expect(answer.count == 55)
        try compare(other.table, answer)
        let verification = try other.table.verify()
        #expect(verification.isClean, "\(verification.findings)")
        // We append the flat columns of what we read; delta-rs reads both.
        let snapshot = try other.table.snapshot()
        let flat = ["id", "small", "name", "price", "at", "day"]
        try other.table.write(TableChange(.append, schema: try snapshot.schema.selecting(flat))) { writer in
            try snapshot.forEachBatch(columns: flat) { try writer.write($0) }
        }
        let again = try DeltaOracle.rows("import deltalake\npath = sys.argv[1]\n" + Self.reader, [other.path.string])
        #expect(again.count == 110)
        let rows = try other.table.snapshot().rows().map { $0.map(DeltaOracle.text) }
        #expect(Set(rows) == Set(again))
    }

    @Test func aTableIsReadFromItsCheckpointWhenItsFirstVersionsAreGone() throws {
        let other = try Case()
        let answer = try DeltaOracle.rows(
            Self.writer + """
                import os
                table = deltalake.DeltaTable(path)
                table.create_checkpoint()
                deltalake.write_deltalake(path, rows(90, 95), mode="append")
                for version in range(3):
                    os.remove(os.path.join(path, "_delta_log", f"{version:020}.json"))

                """ + Self.reader, [other.path.string])
        #expect(answer.count == 60)
        try compare(other.table, answer)
        #expect(try other.table.verify().isClean)
        #expect(throws: LakeError.self) { try other.table.snapshot(at: .version(1)) }
        #expect(try other.table.snapshot(at: .version(3)).rowCount == 55)
    }

    @Test(arguments: ["timestampNtz", "columnMapping", "deletionVectors"])
    func whatIsNotBuiltIsRefusedByName(feature: String) throws {
        let other = try Case()
        _ = try DeltaOracle.run(
            """
            import deltalake, pyarrow as pa
            path, feature = sys.argv[1], sys.argv[2]
            table = pa.table({"p": ["a", "b"], "x": [1, 2]})
            if feature == "timestampNtz":
                deltalake.write_deltalake(path, table.append_column("t", pa.array([0, 1], pa.timestamp("us"))))
            else:
                deltalake.write_deltalake(path, table)
                deltalake.DeltaTable(path).alter.add_feature(
                    deltalake.TableFeatures.ColumnMapping if feature == "columnMapping"
                    else deltalake.TableFeatures.DeletionVectors, allow_protocol_versions_increase=True)
            """, [other.path.string, feature])
        do {
            _ = try other.table.snapshot().rows()
            Issue.record("the table was read")
        } catch let error as LakeError {
            #expect(error.code == .unsupported)
            #expect(error.message.contains(feature), "\(error)")
        }
    }
}
