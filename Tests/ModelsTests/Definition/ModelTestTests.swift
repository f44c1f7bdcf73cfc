import CivilTime
import Columnar
import Models
import Query
import Testing

@Suite struct ModelTestTests {
    @Test(
        "A test tells how many rows break it, with a query that shows them",
        arguments: [
            ("unique: [x]", 1), ("unique: [x, note]", 0), ("not_null: [note]", 1), ("not_null: [x, note]", 1),
            ("accepted_values: { column: note, values: [a, \"it's\"] }", 1),
            ("accepted_values: { column: x, values: [1, 2, 3] }", 0),
            ("relationships: { column: x, to: orders, field: id }", 1),
            ("sums_equal: { column: x, to: orders, field: id }", 1),
            ("sums_equal: { column: x, to: orders, field: total, where: \"id < 3\" }", 0),
        ])
    func tests(test: String, broken: Int64) throws {
        let model = try TestModels.model(
            "m",
            """
            /*---
            version: 1
            description: Rows.
            grain: [x]
            columns: { x: { type: integer, description: X. }, note: { type: text, description: Note. } }
            tests: [ { \(test) } ]
            ---*/
            SELECT 1 AS x
            """)
        var tables = MemoryTables()
        let own = Schema([Field("x", .int64), Field("note", .text)])
        tables.add(
            "m", own,
            [
                try ColumnBatch(
                    schema: own,
                    rows: [
                        [.int(1), .text("a")], [.int(1), .text("b")], [.int(2), .null], [.int(3), .text("it's")],
                    ])
            ])
        let other = Schema([Field("id", .int64), Field("total", .int64)])
        tables.add(
            "orders", other,
            [try ColumnBatch(schema: other, rows: [[.int(1), .int(3)], [.int(2), .int(4)], [.int(9), .int(5)]])])
        let engine = TestModels.engine(try ModelGraph([model]), tables)
        let parameters = ModelParameters(wholeHistoryUpTo: Instant(microsecondsSinceEpoch: 0), zone: .utc)
        let failures = try engine.failures(of: model, parameters)
        #expect(failures.map(\.rowCount) == (broken == 0 ? [] : [broken]))
        if let failure = failures.first {
            #expect(failure.test == model.tests[0].label)
            #expect(try !engine.session(parameters).rows(failure.example).rows.isEmpty)
        }
    }
}
