extension PostgresConnection {
    /// The greatest value of a column that holds whole numbers, among the rows of a request; nil where there is none
    /// and for columns of other types.
    package func greatestNumber(of column: String, _ request: CopyRequest) throws(PostgresError) -> Int64? {
        let origin = try relation(request.source)
        let reference = "source." + (try quotedIdentifier(column))
        let integers: [UInt32] = [20, 21, 23]
        guard let described = try describe("SELECT \(reference) FROM \(origin)").first,
            integers.contains(described.type.oid)
        else { return nil }
        var conditions: [String] = []
        for condition in request.conditions { conditions.append(try sql(condition)) }
        let narrowed = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return try execute("SELECT pg_catalog.max(\(reference))::pg_catalog.int8 FROM \(origin)\(narrowed)").value
            .flatMap { Int64($0) }
    }
}
