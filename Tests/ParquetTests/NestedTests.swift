import AlmanacTesting
import Columnar
import Effects
import Foundation
import Parquet
import SystemPackage
import Testing

/// Lists, structures, maps and intervals, missing and empty at every level.
@Suite struct NestedTests {
    private static let schema = Schema([
        Field("id", .int64, isNullable: false),
        Field("tags", .list(element: Field("element", .text))),
        Field("matrix", .list(element: Field("element", .list(element: Field("element", .int32))))),
        Field(
            "place",
            .structure(fields: [
                Field("name", .text, isNullable: false), Field("height", .double),
                Field("codes", .list(element: Field("element", .int64, isNullable: false))),
            ])),
        Field(
            "prices",
            .map(
                key: Field("key", .text, isNullable: false), value: Field("value", .decimal(precision: 10, scale: 2)))),
        Field("length", .interval),
        Field("key", .list(element: Field("element", .uuid)), metadata: ["almanac.type": "uuid[]"]),
    ])

    private static func rows(_ count: Int, seed: UInt64) -> [[Scalar]] {
        var random = SeededGenerator(seed: seed)
        func maybe(_ value: @autoclosure () -> Scalar) -> Scalar { random.next() % 4 == 0 ? .null : value() }
        func some(_ value: () -> Scalar) -> [Scalar] { (0..<Int(random.next() % 4)).map { _ in value() } }
        func number() -> Scalar { .int(Int64(truncatingIfNeeded: random.next() % 1_000)) }
        func text() -> Scalar { .text("t\(random.next() % 20)") }
        return (0..<count).map { row in
            [
                .int(Int64(row)), maybe(.list(some { maybe(text()) })),
                maybe(.list(some { maybe(.list(some { maybe(number()) })) })),
                maybe(.structure([text(), maybe(.double(Double(random.next() % 100))), maybe(.list(some(number)))])),
                maybe(
                    .map(
                        (0..<Int(random.next() % 3)).map {
                            .init(
                                key: .text("k\($0)"),
                                value: maybe(.decimal(ExactDecimal(unscaled: Int128(random.next() % 99), scale: 2))))
                        })),
                maybe(.structure([number(), number(), number()])),
                maybe(.list(some { .text("00000000-0000-0000-0000-00000000000\(random.next() % 10)") })),
            ]
        }
    }

    @Test(arguments: [0, 1, 2, 65, 1_500])
    func nestedRowsComeBack(count: Int) throws {
        try withTemporaryFolder { folder in
            let rows = Self.rows(count, seed: UInt64(count))
            try write(rows, schema: Self.schema, to: folder.appending("a"))
            #expect(try read(folder.appending("a")) == rows)
            let reader = try ParquetFileReader(try DiskFileStore().open(folder.appending("a")))
            #expect(reader.schema == Self.schema)
        }
    }

    /// pyarrow rewrites our file in v2 pages, with another codec and other encodings; the canonical text stays.
    @Test(
        .enabled(if: oraclePython != nil, "needs ALMANAC_ORACLE_PYTHON, which scripts/test sets"),
        arguments: [
            "compression='snappy', data_page_version='2.0'", "compression='gzip', use_dictionary=False",
            "compression='brotli', data_page_size=100", "compression='lz4', row_group_size=7",
            "compression='none', write_page_index=True",
        ])
    func pyarrowAgreesOnNestedRows(how: String) throws {
        try withTemporaryFolder { folder in
            try write(Self.rows(900, seed: 3), schema: Self.schema, to: folder.appending("ours"))
            let program = """
                import sys, pyarrow.parquet as pq
                table = pq.read_table(sys.argv[1], page_checksum_verification=True)
                pq.write_table(table, sys.argv[2], \(how))
                """
            let (ours, theirs) = (folder.appending("ours"), folder.appending("theirs"))
            let result = try SystemProcessRunner().run(
                ProcessCommand(try #require(oraclePython), ["-c", program, ours.string, theirs.string]))
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(try canonicalText(theirs) == canonicalText(ours))
        }
    }

    @Test func aMissingValueWhereNoneMayBeIsRefused() throws {
        let part = Field("part", .int64)
        let lax = Schema([Field("list", .list(element: part))])
        let strict = Schema([Field("list", .list(element: Field("part", .int64, isNullable: false)))])
        try withTemporaryFolder { folder in
            let file = try DiskFileStore().create(folder.appending("a"))
            let writer = try ParquetFileWriter(schema: strict, options: ParquetWriterOptions(), file: file)
            let batch = try ColumnBatch(schema: lax, rows: [[.list([.null])]])
            #expect(throws: ParquetError.self) { try writer.write(batch) }
        }
    }
}

/// The rows of a file as canonical text.
func canonicalText(_ path: FilePath) throws -> String {
    var text: [UInt8] = []
    try CanonicalRows(try ParquetFileReader(try DiskFileStore().open(path))).forEachPiece { text += $0 }
    return String(decoding: text, as: UTF8.self)
}
