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

    /// The least position of a column among the rows of a request: the number of a whole number, the days of a date or the
    /// microseconds of a time, since 1970 UTC; nil where there is none, and for columns of other types. Infinities and
    /// missing values are passed over.
    package func leastPosition(of column: String, _ request: CopyRequest) throws(PostgresError) -> Int64? {
        let origin = try relation(request.source)
        let reference = "source." + (try quotedIdentifier(column))
        guard let described = try describe("SELECT \(reference) FROM \(origin)").first else { return nil }
        let (value, isFinite): (String, String?)
        switch described.type.oid {
        case 20, 21, 23: (value, isFinite) = ("min", nil)
        case 1082:
            (value, isFinite) = ("min - date '1970-01-01'", "\(reference) > '-infinity' AND \(reference) < 'infinity'")
        case 1114, 1184:
            value = "pg_catalog.floor(extract(epoch FROM min) * 1000000)"
            isFinite = "\(reference) > '-infinity' AND \(reference) < 'infinity'"
        default: return nil
        }
        var conditions: [String] = isFinite.map { [$0] } ?? []
        for condition in request.conditions { conditions.append(try sql(condition)) }
        let narrowed = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return try execute(
            "SELECT (\(value))::pg_catalog.int8 FROM (SELECT pg_catalog.min(\(reference)) FROM \(origin)\(narrowed)) AS least"
        ).value.flatMap { Int64($0) }
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
