import Query
import Testing

@Suite struct ReferenceTests {
    private func tables(_ sql: String) throws -> [String] {
        try QueryReferences(of: SourceText(sql)).tables.map { $0.parts.joined(separator: ".") }
    }

    @Test(
        "The tables that a query reads, and no names of WITH",
        arguments: [
            ("SELECT 1", []), ("SELECT * FROM a", ["a"]), ("SELECT * FROM a, b JOIN c ON a.x = c.x", ["a", "b", "c"]),
            ("SELECT * FROM raw.a AS t", ["raw.a"]), ("SELECT (SELECT max(x) FROM b) FROM a", ["b", "a"]),
            ("SELECT * FROM a WHERE x IN (SELECT y FROM b) AND EXISTS (SELECT 1 FROM c)", ["a", "b", "c"]),
            ("SELECT * FROM a WHERE x = ANY (SELECT y FROM b)", ["a", "b"]),
            ("SELECT * FROM (SELECT * FROM a UNION ALL SELECT * FROM b) AS t", ["a", "b"]),
            ("WITH a AS (SELECT * FROM b) SELECT * FROM a", ["b"]),
            // A name of WITH is a table in its own query, and behind the query that it belongs to.
            ("WITH a AS (SELECT * FROM a) SELECT * FROM a", ["a"]),
            ("SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a) AS t, a", ["a"]),
            ("WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT * FROM n", []),
            ("WITH a AS (SELECT 1), b AS (SELECT * FROM a, c) SELECT * FROM b", ["c"]),
            ("SELECT * FROM streaks(TABLE a, actor => x, at => y)", ["a"]),
            ("WITH a AS (SELECT * FROM c) SELECT * FROM streaks(TABLE a, actor => x, at => y)", ["c"]),
            ("SELECT * FROM streaks(TABLE (SELECT * FROM d), actor => x, at => y)", ["d"]),
            ("SELECT * FROM generate_series(1, 3) AS g", []),
            ("SELECT sum(x) FILTER (WHERE y IN (SELECT z FROM b)) OVER (PARTITION BY k) FROM a", ["b", "a"]),
            ("SELECT CASE WHEN x > (SELECT 1 FROM b) THEN ARRAY(SELECT y FROM c) END FROM a", ["b", "c", "a"]),
            ("SELECT * FROM a ORDER BY (SELECT 1 FROM b) LIMIT 1", ["a", "b"]),
        ])
    func reads(sql: String, tables: [String]) throws { #expect(try self.tables(sql) == tables) }

    @Test("Parameters, the order of rows, and the words that engines differ in")
    func rest() throws {
        let found = try QueryReferences(
            of: SourceText("SELECT DISTINCT ON (a) a, b ILIKE :p FROM t WHERE a < :to OR b = :p ORDER BY a"))
        #expect(found.parameters.keys.sorted() == ["p", "to"])
        #expect(found.isOrdered)
        #expect(found.words.contains { $0.kind == .clause && $0.text == "distinct on" })
        #expect(found.words.contains { $0.kind == .operator && $0.text == "ilike" })
        #expect(throws: QueryError.self) { try QueryReferences(of: SourceText("EXPLAIN SELECT 1")) }
    }
}
