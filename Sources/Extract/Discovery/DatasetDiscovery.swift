package import Configuration
package import PostgresCopy
internal import Tenancy

/// Writes a first `datasets.yaml` from a database's catalogue. No row of a table is read.
package struct DatasetDiscovery: Sendable {
    /// The database.
    package let url: Secret
    /// The schema whose tables are looked at; nil for all but the server's own.
    package let schema: String?
    /// Whether each tenant has a schema of its own: tables are then named without it.
    package let isTenantsSchema: Bool
    /// How to connect.
    package let options: SessionOptions

    package init(
        url: Secret, schema: String?, isTenantsSchema: Bool = false, options: SessionOptions = SessionOptions()
    ) {
        self.url = url
        self.schema = schema
        self.isTenantsSchema = isTenantsSchema
        self.options = options
    }

    /// The text, which `DatasetCatalog` reads.
    ///
    /// - Throws: `ExtractError` without a tenant: of the connection, and `tableMissing` where there is nothing to read.
    package func text() throws(ExtractError) -> String {
        let text: String
        do throws(PostgresError) {
            text = try read()
        } catch {
            throw ExtractError(error, tenant: nil)
        }
        do {
            _ = try DatasetCatalog(text: text, file: DatasetCatalog.file)
        } catch {
            throw ExtractError(.other, tenant: nil, reason: "what was written is not a good datasets.yaml: \(error)")
        }
        return text
    }

    private func read() throws(PostgresError) -> String {
        let connection = try PostgresConnection(url.reveal(), options: options)
        try connection.begin(.repeatableReadReadOnly)
        let tables = try SourceTable.tables(.schema(schema), of: connection)
        var text = DatasetsText(source: connection.target.description, schema: isTenantsSchema ? schema : nil)
        var leftOut: [(name: QualifiedName, reason: String)] = []
        var isEmpty = true
        for table in tables {
            if let reason = try reasonToLeaveOut(table, connection) {
                leftOut.append((table.name, reason))
                continue
            }
            let places = try connection.columnPlaces(of: .table(table.name))
            text.add(DatasetProposal(table, places: places, digits: try digits(table, places, connection)))
            isEmpty = false
        }
        try connection.commit()
        guard !isEmpty else {
            let place = schema.map { "the schema '\($0)'" } ?? "the database"
            let reasons = leftOut.prefix(3).map { "\($0.name): \($0.reason)" }.joined(separator: "; ")
            throw PostgresError(
                .noSuchTable,
                "there is no table in \(place) that \(connection.target.user) can read"
                    + (reasons.isEmpty ? "" : " (\(reasons))"))
        }
        text.addLeftOut(leftOut)
        return text.text
    }

    private func reasonToLeaveOut(
        _ table: SourceTable, _ connection: PostgresConnection
    ) throws(PostgresError) -> String? {
        switch table.kind {
        case .table, .partitioned: break
        case .view: return "a view; from: takes it, if its rows have a key"
        case .materializedView: return "a materialized view: as old as its last REFRESH"
        case .foreign: return "a foreign table: its rows are not of the snapshot"
        }
        guard table.isReadable else {
            let role = try quotedIdentifier(connection.target.user)
            return "GRANT SELECT ON \(try table.name.quoted()) TO \(role);"
        }
        return table.columns.isEmpty ? "it has no columns" : nil
    }

    /// How many digits numerics without a precision have, as far as the server's statistics show.
    private func digits(
        _ table: SourceTable, _ places: [ColumnPlace], _ connection: PostgresConnection
    ) throws(PostgresError) -> [String: (whole: Int, scale: Int)] {
        var digits: [String: (whole: Int, scale: Int)] = [:]
        for place in places where place.typeName == "numeric" {
            guard case .needsDigits = place.place else { continue }
            let row = try connection.execute(
                """
                SELECT pg_catalog.max(pg_catalog.length(pg_catalog.trunc(pg_catalog.abs(v))::pg_catalog.text)),
                       pg_catalog.max(pg_catalog.min_scale(v))
                FROM pg_catalog.pg_stats s CROSS JOIN LATERAL pg_catalog.unnest(
                  COALESCE(s.histogram_bounds::pg_catalog.text::pg_catalog.numeric[], '{}')
                  || COALESCE(s.most_common_vals::pg_catalog.text::pg_catalog.numeric[], '{}')) AS v
                WHERE s.schemaname = $1 AND s.tablename = $2 AND s.attname = $3
                  AND v NOT IN ('NaN', 'Infinity', '-Infinity')
                """, [table.name.schema, table.name.name, place.name]
            ).rows.first
            guard let whole = row?[0].flatMap({ Int($0) }), let scale = row?[1].flatMap({ Int($0) }) else { continue }
            digits[place.name] = (whole, scale)
        }
        return digits
    }
}
