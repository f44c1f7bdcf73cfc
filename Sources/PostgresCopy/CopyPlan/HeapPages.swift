/// Some pages of a table's heap, by the numbers of their blocks: what one of several connections reads.
///
/// Ranges that follow each other cover every row whatever the table grows to, if the first begins at 0 and the last has
/// no end: a row's place (`ctid`) does not change within a snapshot.
package struct HeapPages: Sendable, Hashable {
    /// The first page.
    package let lower: Int
    /// The page after the last; nil for all that there are.
    package let upper: Int?

    package init(lower: Int, upper: Int?) {
        self.lower = lower
        self.upper = upper
    }

    /// Cuts a heap into ranges.
    ///
    /// - Parameters:
    ///   - pageCount: how many pages it has now.
    ///   - pageCountTarget: how many pages a range should have.
    package static func ranges(of pageCount: Int, pageCountTarget: Int) -> [HeapPages] {
        let starts = Array(stride(from: 0, to: max(1, pageCount), by: max(1, pageCountTarget)))
        return starts.indices.map { index in
            HeapPages(lower: starts[index], upper: index + 1 < starts.count ? starts[index + 1] : nil)
        }
    }

    /// As SQL, for a relation with the name `source`. PostgreSQL 14 and later read just these pages (TID range scan);
    /// the operators are leakproof, so that row-level security does not come in between.
    var conditions: [String] {
        var conditions: [String] = []
        if lower > 0 { conditions.append("source.ctid >= '(\(lower),0)'::pg_catalog.tid") }
        if let upper { conditions.append("source.ctid < '(\(upper),0)'::pg_catalog.tid") }
        return conditions
    }
}

extension PostgresConnection {
    /// How many pages a table's heap has: nil for what cannot be read by pages (a query, a view, a partitioned table or
    /// one with children, another access method, a server before 14), and where it has fewer than `minimum`.
    package func heapPageCount(
        of source: CopyRequest.Source, atLeast minimum: Int = 0
    ) throws(PostgresError) -> Int? {
        guard serverVersion >= 140_000, case .table(let name) = source else { return nil }
        // Most tables are small: this says it in a fifth of the time of what follows.
        let size = try execute(
            """
            SELECT pg_catalog.pg_relation_size(pg_catalog.to_regclass($1))
                   / pg_catalog.current_setting('block_size')::pg_catalog.int8
            """, [try name.quoted()]
        ).value.flatMap { Int($0) }
        guard let size, size >= minimum else { return nil }
        let count = try execute(
            """
            SELECT pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::pg_catalog.int8
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_am a ON a.oid = c.relam
            WHERE c.oid = pg_catalog.to_regclass($1) AND c.relkind IN ('r', 'm') AND a.amname = 'heap'
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid)
            """, [try name.quoted()]
        ).value
        return count.flatMap { Int($0) }
    }

    /// Whether the server would look at every page of a table for the rows of a request, as its planner says; false where
    /// an index leads to them. Asked within a savepoint of its own, so that no lock is left.
    package func readsEveryPage(of request: CopyRequest) throws(PostgresError) -> Bool {
        let origin = try relation(request.source)
        var conditions: [String] = []
        for condition in request.conditions { conditions.append(try sql(condition)) }
        let narrowed = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        try execute("SAVEPOINT pages")
        let plan = try execute("EXPLAIN (COSTS OFF) SELECT source.* FROM \(origin)\(narrowed)").rows
        try execute(script: "ROLLBACK TO SAVEPOINT pages; RELEASE SAVEPOINT pages")
        // The outermost scan comes first; policies and their queries are below it.
        return plan.compactMap { $0[0] }.first { $0.contains("Scan") }?.contains("Seq Scan") ?? false
    }
}
