/// What is added up over the rows of a request by the server itself.
package struct SourceSums: Sendable, Equatable {
    /// The rows.
    package let rowCount: Int64
    /// The sums of columns as texts, by name; nil where no row has a value.
    package let sums: [String: String?]
    /// The sum over all rows of the key's hash, as text; nil where none was asked for, "0" without rows.
    package let keyChecksum: String?
}

extension PostgresConnection {
    /// Counts and adds up the rows of a request.
    ///
    /// The hash of a key is the first eight bytes of the SHA-256 over its parts, each as its length in bytes, a colon and
    /// its text, as a signed number: their sum does not depend on the order of the rows, and no row can take the place of
    /// another.
    ///
    /// - Parameters:
    ///   - columns: what is added up: columns of whole numbers, numeric and money.
    ///   - key: the columns of the key, of whole numbers, text or uuid; empty for none.
    ///   - withoutMark: a column that marks deleted rows, which are left out, and whether it is a flag.
    package func sums(
        _ request: CopyRequest, of columns: [String], key: [String],
        withoutMark mark: (column: String, isFlag: Bool)? = nil
    ) throws(PostgresError) -> SourceSums {
        var expressions = ["pg_catalog.count(*)::pg_catalog.text"]
        for column in columns {
            expressions.append(
                "pg_catalog.sum(source.\(try quotedIdentifier(column))::pg_catalog.numeric)::pg_catalog.text")
        }
        if !key.isEmpty {
            var parts: [String] = []
            for column in key {
                let text = "source." + (try quotedIdentifier(column)) + "::pg_catalog.text"
                parts.append("COALESCE(pg_catalog.octet_length(\(text))::pg_catalog.text || ':' || \(text), '-')")
            }
            let bytes = "pg_catalog.sha256(pg_catalog.convert_to(\(parts.joined(separator: " || ")), 'UTF8'))"
            let number =
                "('x' || pg_catalog.encode(pg_catalog.substr(\(bytes), 1, 8), 'hex'))::pg_catalog.bit(64)::pg_catalog.int8"
            expressions.append("COALESCE(pg_catalog.sum(\(number)), 0)::pg_catalog.text")
        }
        var conditions: [String] = []
        for condition in request.conditions { conditions.append(try sql(condition)) }
        if let mark {
            let reference = "source." + (try quotedIdentifier(mark.column))
            conditions.append(mark.isFlag ? "\(reference) IS NOT TRUE" : "\(reference) IS NULL")
        }
        let narrowed = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let row = try execute(
            "SELECT \(expressions.joined(separator: ", ")) FROM \(try relation(request.source))\(narrowed)"
        ).rows.first
        guard let row, let count = row[0].flatMap({ Int64($0) }) else {
            throw PostgresError(.other, "the server does not say how many rows there are")
        }
        return SourceSums(
            rowCount: count, sums: Dictionary(zip(columns, row[1...])) { first, _ in first },
            keyChecksum: key.isEmpty ? nil : row[columns.count + 1])
    }
}
