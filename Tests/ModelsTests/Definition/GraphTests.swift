import CivilTime
import Columnar
import Configuration
import Models
import Query
import Testing

@Suite struct GraphTests {
    static func model(_ name: String, _ sql: String, kind: String = "table", tests: String = "[]") throws
        -> ModelDefinition
    {
        try TestModels.model(
            name,
            """
            /*---
            version: 1
            description: Rows.
            materialized: \(kind)
            grain: [x]
            columns: { x: { type: integer, description: A number. } }
            tests: \(tests)
            ---*/
            \(sql)
            """)
    }

    @Test("Every model stands behind those that it reads")
    func order() throws {
        let graph = try ModelGraph([
            try Self.model("a", "SELECT x FROM c"), try Self.model("b", "SELECT x FROM orders"),
            try Self.model("c", "SELECT x FROM d, b", kind: "view"), try Self.model("d", "SELECT x FROM orders, users"),
        ])
        #expect(graph.order.map(\.name) == ["b", "d", "c", "a"])
        let steps = graph.steps.map { $0.map(\.name) }
        #expect(steps == [["b", "d"], ["a"]])
        let a = try #require(graph.model("a"))
        #expect(graph.storedInputs(of: a).models == ["b", "d"] && graph.storedInputs(of: a).datasets.isEmpty)
        #expect(graph.inlined(into: a).map(\.name) == ["a", "c"])
        #expect(graph.ancestors(of: a).map(\.name) == ["b", "d", "c", "a"])
        #expect(graph.descendants(of: try #require(graph.model("d"))).map(\.name) == ["d", "c", "a"])
        try graph.check(datasets: ["orders", "users"])
    }

    @Test("Circles are refused, with the way round and the place")
    func circles() throws {
        let error = #expect(throws: ConfigurationErrors.self) {
            try ModelGraph([
                try Self.model("a", "SELECT x FROM b"), try Self.model("b", "SELECT x\nFROM c"),
                try Self.model("c", "SELECT x FROM b"),
            ])
        }
        let text = try #require(error).description
        #expect(text.contains("b → c → b") && text.contains("models/c.sql:9:15"), "\(text)")
    }

    @Test(
        "Names that are nothing, or two things, and parameters that nobody gives",
        arguments: [
            ("SELECT x FROM ordrs", "models/a.sql:9:15", "did you mean 'orders'?"),
            ("SELECT x FROM raw.b", "models/a.sql:9:15", "no dataset or model 'raw.b'"),
            ("SELECT x FROM orders VERSION AS OF 3", "models/a.sql:9:15", "leave AS OF out"),
            ("SELECT x FROM orders WHERE x > :form", "models/a.sql:9:32", "did you mean ':from'?"),
            ("SELECT x FROM orders WHERE x > :least", "models/a.sql:9:32", "materialized: view has it"),
            ("SELECT n + 1 AS xx FROM orders", "models/a.sql:9:17", "did you mean 'x'?"),
            ("SELECT x, o.y FROM orders o UNION SELECT 1, 2", "models/a.sql:9:13", "leave it out"),
            ("WITH o AS (SELECT y FROM orders) (SELECT y FROM o)", "models/a.sql:9:42", "'y' that is not declared"),
        ])
    func wrongNames(sql: String, place: String, words: String) throws {
        let graph = try ModelGraph([try Self.model("a", sql), try Self.model("b", "SELECT x FROM orders")])
        let error = #expect(throws: ConfigurationErrors.self) { try graph.check(datasets: ["orders"]) }
        let text = try #require(error).description
        #expect(text.contains(place) && text.contains(words), "\(text)")
    }

    @Test("A declared column that the query does not name is missed, but where it may give more than it names")
    func missingOutputs() throws {
        let two = { (sql: String) in
            try ModelGraph([
                try TestModels.model(
                    "a",
                    """
                    /*---
                    version: 1
                    description: Rows.
                    grain: [x]
                    columns:
                      x: { type: integer, description: A number. }
                      z: { type: integer, description: Another. }
                    ---*/
                    \(sql)
                    """)
            ])
        }
        let error = #expect(throws: ConfigurationErrors.self) {
            try two("SELECT x FROM orders").check(datasets: ["orders"])
        }
        let text = try #require(error).description
        #expect(text.contains("gives no column 'z'") && text.contains("… AS z"), "\(text)")
        for good in ["SELECT * FROM orders", "SELECT x, abs(x) FROM orders", "SELECT z, x FROM orders"] {
            try two(good).check(datasets: ["orders"])
        }
    }

    @Test("A model is no dataset, and tests read what there is")
    func clashes() throws {
        let graph = try ModelGraph([
            try Self.model(
                "orders", "SELECT x FROM users", tests: "[relationships: { column: x, to: nobody, field: x }]")
        ])
        let error = #expect(throws: ConfigurationErrors.self) { try graph.check(datasets: ["orders", "users"]) }
        #expect(try #require(error).errors.count == 2)
    }

    @Test("Views are computed with the reader's parameters, once, and errors in them name their file")
    func views() throws {
        let graph = try ModelGraph([
            try Self.model("large", "SELECT x FROM orders WHERE x >= :least", kind: "view"),
            try Self.model("twice", "SELECT a.x FROM large AS a JOIN large AS b ON a.x = b.x", kind: "view"),
            try Self.model("wrong", "SELECT y AS x FROM large", kind: "view"),
            try Self.model("outer_wrong", "SELECT x FROM wrong", kind: "view"),
        ])
        var tables = MemoryTables()
        let schema = Schema([Field("x", .int64)])
        tables.add("orders", schema, [try ColumnBatch(schema: schema, rows: (0..<9).map { [.int(Int64(8 - $0))] })])
        let engine = TestModels.engine(graph, tables)
        let dates = try LocalDate(parsing: "2026-01-01")..<LocalDate(parsing: "2026-02-01")
        let parameters = ModelParameters(
            dates: dates, asOf: Instant(microsecondsSinceEpoch: 0), zone: .utc, own: ["least": .int(6)])
        let rows = try engine.table(of: try #require(graph.model("twice")), parameters).batches.flatMap(\.rows)
        // Without an order of its own, by the grain.
        #expect(rows == [[.int(6)], [.int(7)], [.int(8)]])
        let error = #expect(throws: ModelError.self) {
            try engine.table(of: try #require(graph.model("outer_wrong")), parameters)
        }
        let text = try #require(error).description
        #expect(text.contains("models/wrong.sql:9:8") && text.contains("models/outer_wrong.sql"), "\(text)")
    }

    @Test("What a query gives must be what the front matter declares")
    func columns() throws {
        var tables = MemoryTables()
        let schema = Schema([Field("x", .int64), Field("note", .text)])
        tables.add("orders", schema, [])
        let parameters = ModelParameters(wholeHistoryUpTo: Instant(microsecondsSinceEpoch: 0), zone: .utc)
        for (sql, problem) in [
            ("SELECT x AS y FROM orders", "gives a column 'y' that is not declared"),
            ("SELECT x, x FROM orders", "two columns 'x'"),
            ("SELECT note AS x FROM orders", "is text, declared as integer"),
            ("SELECT x, note FROM orders", "'note' that is not declared"),
        ] {
            let graph = try ModelGraph([try Self.model("a", sql + " ORDER BY 1")])
            let error = #expect(throws: ModelError.self) {
                try TestModels.engine(graph, tables).table(of: graph.order[0], parameters)
            }
            #expect(try #require(error).description.contains(problem))
        }
    }
}
