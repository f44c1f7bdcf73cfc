import AlmanacTesting
import CivilTime
import Columnar
import Effects
import Foundation
import Lake
import Parquet
import SystemPackage
import Testing

/// Merges whose rows take the places of old ones, in files that are otherwise copied.
@Suite struct PatchTests {
    private static let schema = Schema([
        Field("id", .int64, isNullable: false), Field("amount", .decimal(precision: 12, scale: 2)),
        Field("note", .text), Field("ratio", .double), Field("isOpen", .bool), Field("day", .date),
        Field("big", .decimal(precision: 30, scale: 3)), Field("tags", .list(element: Field("element", .text))),
        Field("token", .binary), Field("code", .uint8), Field("at", .timestamp),
    ])

    private static func row(_ id: Int64, _ random: inout SeededGenerator) -> [Scalar] {
        func number(_ range: Range<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
        func maybe(_ value: Scalar) -> Scalar { number(0..<6) == 0 ? .null : value }
        let zeros: [Double] = [0, -0.0, .nan, .infinity, 1.5, -2]
        return [
            .int(id), maybe(.decimal(ExactDecimal(unscaled: Int128(number(-999..<999)), scale: 2))),
            maybe(.text("note \(number(0..<5))" + String(repeating: "é", count: Int(number(0..<40))))),
            maybe(.double(zeros[Int(number(0..<6))])), maybe(.bool(number(0..<2) == 0)),
            maybe(.date(Int32(number(-5..<5)))),
            maybe(.decimal(ExactDecimal(unscaled: Int128(number(-9..<9)) << 70, scale: 3))),
            maybe(.list((0..<number(0..<3)).map { .text("t\($0)") })),
            maybe(.binary([1, UInt8(number(0..<9))])), maybe(.int(number(0..<200))),
            maybe(.timestamp(number(0..<1_000_000))),
        ]
    }

    private static func text(_ row: [Scalar]) -> String { "\(row)" }

    private func merge(
        _ table: DeltaTable, _ rows: [[Scalar]], deletes: [Int64] = [], rowGroupRows: Int = 64
    ) throws -> MergeCommit {
        var change = MergeChange(key: ["id"], schema: Self.schema)
        change.limits.rowGroupRows = rowGroupRows
        return try table.merge(change) { writer in
            for start in stride(from: 0, to: rows.count, by: 50) {
                let part = Array(rows[start..<min(rows.count, start + 50)])
                try writer.upsert(try ColumnBatch(schema: Self.schema, rows: part))
            }
            if !deletes.isEmpty {
                let key = Schema([Self.schema.fields[0]])
                try writer.delete(try ColumnBatch(schema: key, rows: deletes.map { [.int($0)] }))
            }
        }
    }

    private func expect(_ table: DeltaTable, _ model: [Int64: [Scalar]], _ label: String) throws {
        let rows = try table.snapshot().rows()
        #expect(rows.count == model.count, "\(label)")
        for row in rows {
            guard case .int(let id) = row[0] else { continue }
            #expect(Self.text(row) == model[id].map(Self.text), "\(label), row \(id)")
        }
        let verification = try table.verify()
        #expect(verification.findings.isEmpty, "\(label): \(verification.findings)")
    }

    /// Random changes of random columns: the rows are those of a model, statistics and all else those of `verify`.
    @Test func patchedFilesAreTheRowsOfAModel() throws {
        for seed in 0..<UInt64(20) {
            var random = SeededGenerator(seed: seed)
            let lake = try TestLake(seed: seed)
            var table = try lake.table("wide")
            table.threads = Int(seed % 3) + 1
            var model: [Int64: [Scalar]] = [:]
            for id in 0..<Int64(300) { model[id] = Self.row(id, &random) }
            _ = try merge(table, model.keys.sorted().compactMap { model[$0] })
            for step in 0..<6 {
                var rows: [[Scalar]] = []
                // Few or many, next to each other or far apart, in one column or in all of them.
                let stride = Int64([1, 7, 100].randomElement(using: &random) ?? 1)
                let first = Int64.random(in: 0..<300, using: &random)
                let columns = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    Int.random(in: 1..<Self.schema.fields.count, using: &random)
                }
                for number in 0..<Int64.random(in: 1...20, using: &random) {
                    let id = (first + number * stride) % 320
                    guard !rows.contains(where: { $0[0] == .int(id) }) else { continue }
                    let fresh = Self.row(id, &random)
                    var row = model[id] ?? fresh
                    for column in columns { row[column] = fresh[column] }
                    rows.append(row)
                    model[id] = row
                }
                let gone: [Int64] = step == 4 ? [Int64.random(in: 0..<320, using: &random)] : []
                let known = Set(model.keys)
                let before = try table.snapshot().rows(columns: ["id"]).map { "\($0)" }
                let result = try merge(table, rows, deletes: gone)
                for id in gone { model[id] = nil }
                try expect(table, model, "seed \(seed), step \(step)")
                #expect(result.updatedRowCount + result.insertedRowCount >= Int64(rows.count - gone.count))
                guard gone.isEmpty, result.insertedRowCount == 0, known.count == before.count, step < 4 else {
                    continue
                }
                // Every row is where it was; a file that was written again comes behind the others.
                guard try table.snapshot().files.count == 1 else { continue }
                #expect(try table.snapshot().rows(columns: ["id"]).map { "\($0)" } == before)
            }
        }
    }

    /// Any number of threads makes the same bytes and the same statistics.
    @Test func theNumberOfThreadsChangesNothing() throws {
        var random = SeededGenerator(seed: 5)
        let image = try TestLake(seed: 5)
        _ = try merge(try image.table("wide"), (0..<Int64(300)).map { Self.row($0, &random) })
        let rows = [3, 70, 71, 299].map { Self.row($0, &random) }
        let files = try [1, 2, 7].map { threads in
            var table = try image.copy(seed: 6).table("wide")
            table.threads = threads
            _ = try merge(table, rows)
            return try table.snapshot().files.map { "\($0.sha256 ?? "") \($0.statisticsText ?? "")" }
        }
        #expect(files[0].count == 1 && files[1] == files[0] && files[2] == files[0])
    }

    /// A page that is damaged does not come into a new file, also where nobody looks at its values.
    @Test func damagedPagesAreNotCopied() throws {
        var random = SeededGenerator(seed: 3)
        let lake = try TestLake(seed: 3)
        let table = try lake.table("wide")
        let rows = (0..<Int64(300)).map { Self.row($0, &random) }
        _ = try merge(table, rows)
        let file = try #require(try table.snapshot().files.first)
        let bytes = try lake.store.contents(of: file.path)
        // The row is in the last row group of five, the byte in the first.
        var damaged = bytes
        damaged[bytes.count / 20] ^= 0x10
        try CommittedFile(store: lake.store, random: lake.random).commit(damaged, to: file.path, replacing: true)
        var changed = rows[299]
        changed[5] = .date(77)
        let error = #expect(throws: LakeError.self) { try merge(table, [changed]) }
        #expect(error?.code == .damaged)
        #expect(try table.snapshot().version == 0)
    }

    /// Two old rows with one key: the row comes once, whether they are in one file or in two.
    @Test(arguments: [false, true]) func aKeyThatWasThereTwiceComesOnce(inTwoFiles: Bool) throws {
        var random = SeededGenerator(seed: 9)
        let table = try TestLake(seed: 9).table("wide")
        let rows = (0..<Int64(40)).map { Self.row($0, &random) }
        for part in inTwoFiles ? [rows, [rows[5]]] : [rows + [rows[5]]] {
            try table.write(TableChange(.append, schema: Self.schema)) {
                try $0.write(try ColumnBatch(schema: Self.schema, rows: part))
            }
        }
        var changed = rows[5]
        changed[2] = .text("once")
        let result = try merge(table, [changed])
        let found = try table.snapshot().rows().filter { $0[0] == .int(5) }
        #expect(found.count == 1 && found[0][2] == .text("once"))
        #expect(try table.snapshot().rowCount == 40 && result.insertedRowCount <= 0)
        #expect(try table.verify().findings.isEmpty)
    }

    /// As other engines read it.
    @Test(.enabled(if: DeltaOracle.python != nil, "needs ALMANAC_ORACLE_PYTHON")) func deltaRSReadsPatchedFiles() throws
    {
        let folder = try TestFolder()
        let path = folder.path.appending("wide")
        let table = DeltaTable(
            at: TableAddress(path: path), store: DiskFileStore(), random: SystemRandom(), clock: SystemClock())
        var random = SeededGenerator(seed: 11)
        var rows = (0..<Int64(5_000)).map { Self.row($0, &random) }
        _ = try merge(table, rows, rowGroupRows: 1_000)
        for id in stride(from: 3, to: 5_000, by: 100) {
            let fresh = Self.row(Int64(id), &random)
            for column in [1, 2, 7] { rows[id][column] = fresh[column] }
        }
        _ = try merge(table, stride(from: 3, to: 5_000, by: 100).map { rows[$0] }, rowGroupRows: 1_000)
        let columns = "id, amount, note, isOpen, day, big, tags, token, at"
        let read = try DeltaOracle.rows(
            """
            import deltalake
            rows = deltalake.DeltaTable(sys.argv[1]).to_pyarrow_table().sort_by("id")
            show(row.values() for row in rows.select("\(columns)".split(", ")).to_pylist())
            """, [path.string])
        let wanted = rows.map { row in [0, 1, 2, 4, 5, 6, 7, 8, 10].map { DeltaOracle.text(row[$0]) } }
        #expect(read == wanted)
        #expect(try table.snapshot().rows(columns: ["id"]).map { $0[0] } == rows.map { $0[0] })
    }
}
