extension PostgresConnection {
    /// The greatest value of a column that holds whole numbers, among the rows of a request; nil where there is none
    /// and for columns of other types.
    package func greatestNumber(of column: String, _ request: CopyRequest) throws(PostgresError) -> Int64? {
        let origin = try relation(request.source)
        let reference = "source." + (try quotedIdentifier(column))
        guard let described = try describe("SELECT \(reference) FROM \(origin)").first,
            Self.integers.contains(described.type.oid)
        else { return nil }
        var conditions: [String] = []
        for condition in request.conditions { conditions.append(try sql(condition)) }
        let narrowed = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return try execute("SELECT pg_catalog.max(\(reference))::pg_catalog.int8 FROM \(origin)\(narrowed)").value
            .flatMap { Int64($0) }
    }

    /// The greatest values of a column that holds whole numbers, for each value of another column as text; nil for
    /// columns of other types.
    package func greatestNumbers(
        of column: String, by keyColumn: String, _ request: CopyRequest
    ) throws(PostgresError) -> [(key: String, greatest: Int64)]? {
        let origin = try relation(request.source)
        let reference = "source." + (try quotedIdentifier(column))
        let key = "source." + (try quotedIdentifier(keyColumn))
        guard let described = try describe("SELECT \(reference) FROM \(origin)").first,
            Self.integers.contains(described.type.oid)
        else { return nil }
        var conditions: [String] = []
        for condition in request.conditions { conditions.append(try sql(condition)) }
        let narrowed = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return try execute(
            "SELECT \(key)::pg_catalog.text, pg_catalog.max(\(reference))::pg_catalog.int8 FROM \(origin)\(narrowed) GROUP BY \(key)"
        ).rows.compactMap { row in
            guard let key = row[0], let greatest = row[1].flatMap({ Int64($0) }) else { return nil }
            return (key, greatest)
        }
    }

    private static var integers: [UInt32] { [20, 21, 23] }
}
