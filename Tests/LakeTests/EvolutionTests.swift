import AlmanacTesting
import CivilTime
import Columnar
import Effects
import Lake
import SystemPackage
import Testing

/// Rows with other columns than their table's, under each contract.
@Suite struct EvolutionTests {
    private static let schema = Schema([
        Field("id", .int32, isNullable: false), Field("amount", .decimal(precision: 8, scale: 2)), Field("note", .text),
    ])

    private func decimal(_ unscaled: Int128, _ scale: Int) -> Scalar {
        .decimal(ExactDecimal(unscaled: unscaled, scale: scale))
    }

    private func prepared() throws -> (TestLake, DeltaTable) {
        let lake = try TestLake()
        let table = try lake.table()
        try table.write(TableChange(.append, schema: Self.schema)) {
            try $0.write(
                try ColumnBatch(
                    schema: Self.schema,
                    rows: [[.int(1), decimal(150, 2), .text("x")], [.int(2), .null, .null]]))
        }
        return (lake, table)
    }

    private func append(
        _ table: DeltaTable, _ schema: Schema, _ contract: SchemaContract?, _ rows: [[Scalar]]
    ) throws -> TableCommit {
        var change = TableChange(.append, schema: schema)
        change.contract = contract
        return try table.write(change) { try $0.write(try ColumnBatch(schema: schema, rows: rows)) }
    }

    private let wider = Schema([
        Field("id", .int64, isNullable: false), Field("amount", .decimal(precision: 9, scale: 4)), Field("note", .text),
    ])

    @Test func typesAreWidenedByWritingAllFilesAgain() throws {
        let (lake, table) = try prepared()
        let commit = try append(table, wider, .evolve, [[.int(1 << 40), decimal(12_345, 4), .text("y")]])
        #expect(commit.version == 1)
        let snapshot = try table.snapshot()
        #expect(snapshot.schema.fields.map(\.type) == [.int64, .decimal(precision: 10, scale: 4), .text])
        #expect(
            try snapshot.rows() == [
                [.int(1), decimal(15_000, 4), .text("x")], [.int(2), .null, .null],
                [.int(1 << 40), decimal(12_345, 4), .text("y")],
            ])
        #expect(try table.snapshot(at: .version(0)).schema == Self.schema)
        #expect(try table.verify().findings.isEmpty)
        #expect(lake.store.openFileCount == 0)
        // Narrower rows come in as they are.
        _ = try append(table, Self.schema, .freeze, [[.int(3), decimal(1, 2), .null]])
        #expect(try table.snapshot().rows().last == [.int(3), decimal(100, 4), .null])
    }

    /// A merge and a replacement of days widen by a version of their own, before they do anything else.
    @Test func mergesAndReplacementsWidenFirst() throws {
        let (_, table) = try prepared()
        var merge = MergeChange(key: ["id"], schema: wider)
        merge.contract = .evolve
        merge.transaction = DeltaTransaction(application: "orders", version: 1)
        for isAgain in [false, true] {
            let result = try table.merge(merge) { writer in
                try writer.upsert(
                    try ColumnBatch(
                        schema: wider,
                        rows: [[.int(2), decimal(7, 4), .text("m")], [.int(1 << 40), decimal(12_345, 4), .null]]))
            }
            #expect(result.commit.version == 2 && result.commit.isRepeated == isAgain)
        }
        let snapshot = try table.snapshot()
        #expect(snapshot.schema.fields[0].type == .int64)
        #expect(
            Set(try snapshot.rows()) == [
                [.int(1), decimal(15_000, 4), .text("x")], [.int(2), decimal(7, 4), .text("m")],
                [.int(1 << 40), decimal(12_345, 4), .null],
            ])
        #expect(try table.snapshot(at: .version(1)).rowCount == 2)
        #expect(try table.verify().findings.isEmpty)
        merge.schema = Schema([Field("id", .text, isNullable: false)])
        merge.transaction = nil
        #expect(throws: LakeError.self) { try table.merge(merge) { _ in } }
    }

    @Test func replacementsOfDaysWidenFirst() throws {
        let lake = try TestLake()
        let orders = try lake.orders()
        try orders.append(0..<48)
        var change = orders.change()
        change.contract = .evolve
        change.schema = Schema(
            OrderTable.schema.fields.map { field in
                field.name == "price" ? Field("price", .decimal(precision: 20, scale: 4)) : field
            })
        let day = LocalDate(daysSinceEpoch: 20_697)
        let row: [Scalar] = [.int(3), .timestamp(OrderTable.start), decimal(1, 4), .text("wide")]
        try orders.table.replace(.days(day..<LocalDate(daysSinceEpoch: 20_698)), change) {
            try $0.write(try ColumnBatch(schema: change.schema, rows: [row]))
        }
        let notes = try orders.notes()
        #expect(notes[3] == "wide" && notes[0] == nil && notes[24] == "a")
        #expect(try orders.table.snapshot().schema.fields[2].type == .decimal(precision: 20, scale: 4))
        #expect(try orders.table.verify().isClean)
    }

    @Test func freezeNamesTheDifference() throws {
        let (_, table) = try prepared()
        let wrong: [(Schema, String)] = [
            (wider, "'id' is int32 and never missing, the new rows' is int64 and never missing"),
            (Schema(Self.schema.fields + [Field("extra", .bool)]), "no column 'extra'"),
            (Schema(Array(Self.schema.fields.dropLast())), "have no column 'note'"),
            (Schema([Field("id", .int32)] + Self.schema.fields.dropFirst()), "'id'"),
        ]
        for (schema, words) in wrong {
            let error = #expect(throws: LakeError.self) { try append(table, schema, .freeze, []) }
            #expect(error?.code == .schema)
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
        #expect(try table.snapshot().version == 0)
    }

    @Test func rowsThatDoNotFitAreLeftOutAndCounted() throws {
        let (_, table) = try prepared()
        let schema = Schema(wider.fields + [Field("extra", .text)])
        let rows: [[Scalar]] = [
            [.int(5), decimal(10_000, 4), .text("kept"), .null], [.int(1 << 40), .null, .null, .null],
            [.int(6), decimal(10_001, 4), .null, .null], [.int(7), .null, .null, .text("new")],
        ]
        let commit = try append(table, schema, .discardRow, rows)
        #expect(commit.discarded.rowCount == 3 && commit.rowCount == 1)
        #expect(try table.snapshot().rows().last == [.int(5), decimal(100, 2), .text("kept")])
        let values = try append(table, schema, .discardValue, rows)
        // The first column may not be missing: its row goes; of the others the values do.
        #expect(values.discarded.rowCount == 1 && values.rowCount == 3)
        #expect(values.discarded.valueCounts == ["id": 1, "amount": 1, "extra": 1])
        #expect(try table.snapshot().rows().suffix(2) == [[.int(6), .null, .null], [.int(7), .null, .null]])
        #expect(try table.snapshot().schema == Self.schema)
    }

    @Test func columnsComeAndGoAndMayBeMissing() throws {
        let (_, table) = try prepared()
        let schema = Schema([Field("id", .int32), Field("note", .text), Field("Other, new", .uuid)])
        let commit = try append(table, schema, .evolve, [[.null, .text("z"), .text("u")]])
        #expect(commit.missingColumns == ["amount"])
        let snapshot = try table.snapshot()
        #expect(snapshot.schema.fields.map(\.name) == ["id", "amount", "note", "Other, new"])
        #expect(snapshot.schema.fields[0].isNullable)
        #expect(try snapshot.rows().last == [.null, .null, .text("z"), .text("u")])
        #expect(try table.verify().findings.isEmpty)
        let error = #expect(throws: LakeError.self) {
            try append(table, Schema([Field("note", .binary)]), .evolve, [])
        }
        #expect(error?.code == .schema)
    }
}
