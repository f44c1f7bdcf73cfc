import Columnar
import Effects
import Foundation
import Parquet
import SystemPackage
import Testing

/// Rows of every flat type, with nulls, edges and a pseudo-random rest; the same for the same seed.
struct RandomTable {
    static let schema = Schema([
        Field("id", .int64, isNullable: false, metadata: ["almanac.type": "bigint"]), Field("flag", .bool),
        Field("tiny", .int8), Field("small", .int16), Field("whole", .int32), Field("u8", .uint8),
        Field("u16", .uint16), Field("u32", .uint32), Field("u64", .uint64), Field("single", .float),
        Field("real", .double), Field("price", .decimal(precision: 12, scale: 2)),
        Field("huge", .decimal(precision: 38, scale: 10)), Field("day", .date), Field("at", .timestamp),
        Field("name", .text), Field("blob", .binary), Field("key", .uuid), Field("props", .json),
    ])

    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 11 ^ state << 29
    }

    private mutating func signed(_ bits: UInt64) -> Int64 {
        Int64(bitPattern: next() << (64 - bits)) >> (64 - Int64(bits))
    }

    mutating func rows(_ count: Int) -> [[Scalar]] {
        (0..<count).map { row in
            var values: [Scalar] = [
                .int(Int64(row)), .bool(next() & 1 == 1), .int(signed(8)), .int(signed(16)), .int(signed(32)),
                .int(Int64(next() & 0xFF)), .int(Int64(next() & 0xFFFF)), .int(Int64(next() & 0xFFFF_FFFF)),
                .unsigned(next()), .float(Float(signed(20)) / 8), .double(Double(signed(50)) / 64),
                .decimal(ExactDecimal(unscaled: Int128(signed(38)), scale: 2)),
                .decimal(ExactDecimal(unscaled: Int128(signed(60)) * 12_345_678_901_234_567, scale: 10)),
                .date(Int32(signed(20))), .timestamp(signed(52)),
                .text(next() % 4 == 0 ? "row \(next())" : "Ọjà \(next() % 9)"),
                .binary((0..<Int(next() % 6)).map { _ in UInt8(truncatingIfNeeded: next()) }),
                .text("00000000-0000-0000-0000-00000000000\(next() % 10)"), .text("{\"n\":\(next() % 3)}"),
            ]
            for index in 1..<values.count where next() % 5 == 0 { values[index] = .null }
            return values
        }
    }
}

/// Writes rows into a file of a folder of its own.
func write(_ rows: [[Scalar]], schema: Schema = RandomTable.schema, to path: FilePath, rowGroup: Int = 1_000) throws {
    let store = DiskFileStore()
    let file = try store.create(path)
    var options = ParquetWriterOptions()
    options.rowGroupRowCount = rowGroup
    options.pageRowCount = 300
    options.keyValues = [("almanac.tenant", "acme")]
    let writer = try ParquetFileWriter(schema: schema, options: options, file: file)
    for start in stride(from: 0, to: rows.count, by: 700) {
        try writer.write(try ColumnBatch(schema: schema, rows: Array(rows[start..<min(start + 700, rows.count)])))
    }
    _ = try writer.finish()
    try file.close()
}

func read(_ path: FilePath, columns: [String]? = nil) throws -> [[Scalar]] {
    let reader = try ParquetFileReader(try DiskFileStore().open(path))
    var rows: [[Scalar]] = []
    try reader.forEachBatch(columns: columns) { rows += $0.rows }
    return rows
}

func withTemporaryFolder(_ body: (FilePath) throws -> Void) throws {
    let store = DiskFileStore()
    let folder = FilePath(NSTemporaryDirectory()).appending("almanac-\(SystemRandom().nextBits())")
    try store.makeFolder(folder)
    defer { try? store.removeFolder(folder) }
    try body(folder)
}

@Suite struct RoundTripTests {
    @Test(arguments: [0, 1, 7, 64, 300, 999, 1_000, 1_001, 3_517])
    func rowsOfEveryTypeComeBack(count: Int) throws {
        try withTemporaryFolder { folder in
            var table = RandomTable(seed: UInt64(count) + 1)
            let rows = table.rows(count)
            try write(rows, to: folder.appending("a.parquet"))
            let got = try read(folder.appending("a.parquet"))
            #expect(got.count == rows.count)
            for (position, field) in RandomTable.schema.fields.enumerated() {
                #expect(got.map { $0[position] } == rows.map { $0[position] }, "\(field.name)")
            }
            #expect(try read(folder.appending("a.parquet"), columns: ["name", "id"]) == rows.map { [$0[15], $0[0]] })
            let reader = try ParquetFileReader(try DiskFileStore().open(folder.appending("a.parquet")))
            #expect(reader.schema == RandomTable.schema)
            #expect(reader.metadata["almanac.tenant"] == "acme")
            #expect(reader.metadata.rowCount == Int64(count))
        }
    }

    @Test func theSameRowsGiveTheSameBytes() throws {
        try withTemporaryFolder { folder in
            var (one, two) = (RandomTable(seed: 5), RandomTable(seed: 5))
            try write(one.rows(2_000), to: folder.appending("a"))
            try write(two.rows(2_000), to: folder.appending("b"))
            let store = DiskFileStore()
            #expect(try store.contents(of: folder.appending("a")) == store.contents(of: folder.appending("b")))
        }
    }

    /// A file is never read with a changed or missing byte as if nothing had happened: every byte of a small one is
    /// flipped, every prefix is tried, and the rows are right or there is an error.
    @Test func everyFlippedByteAndEveryPrefixIsAnErrorOrHarmless() throws {
        try withTemporaryFolder { folder in
            var table = RandomTable(seed: 9)
            let rows = table.rows(40)
            try write(rows, to: folder.appending("whole"))
            let store = DiskFileStore()
            let bytes = try store.contents(of: folder.appending("whole"))
            let path = folder.appending("damaged")
            func attempt(_ damaged: [UInt8]) throws -> [[Scalar]]? {
                try? store.remove(path)
                let file = try store.create(path)
                try file.write(damaged.span)
                try file.close()
                return try? read(path)
            }
            let pages = try ParquetFileReader(try store.open(folder.appending("whole"))).metadata.rowGroups[0].columns
                .reduce(4) { $0 + Int($1.compressedByteCount) }
            for index in bytes.indices {
                var damaged = bytes
                damaged[index] ^= 0x55
                let got = try attempt(damaged)
                // In the pages the checksum finds everything; page headers and the footer have none.
                if let got, index < pages { #expect(got.count == rows.count) }
            }
            for length in stride(from: 0, to: bytes.count, by: 13) {
                #expect(try attempt(Array(bytes[..<length])) == nil)
            }
        }
    }
}
