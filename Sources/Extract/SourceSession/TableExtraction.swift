package import Columnar
package import Configuration
package import PostgresCopy

/// One table or query, read without a project or a tenant: what `almanac extract --url … --to …` does.
///
/// The rows are of one snapshot and count when the function has returned.
///
/// - Parameters:
///   - url: the connection string.
///   - request: the table or query, and what is said about its columns.
///   - connectionCountMax: over how many connections a large table is read.
///   - prepare: takes the schema before the first batch, also where there are no rows.
///   - consume: takes each batch.
/// - Throws: `ExtractError` without a tenant; what `prepare` and `consume` throw.
package func extractTable(
    url: Secret, _ request: CopyRequest, options: SessionOptions = SessionOptions(), connectionCountMax: Int = 1,
    prepare: (Schema) throws -> Void = { _ in }, consume: (borrowing ColumnBatch) throws -> Void
) throws -> ExtractionCount {
    var connected: PostgresConnection?
    do {
        let connection = try PostgresConnection(url.reveal(), options: options)
        connected = connection
        try connection.begin(.repeatableReadReadOnly)
        let snapshot = try SourceSnapshot(of: connection)
        let division = try TableDivision(of: request, connection, connectionCountMax: connectionCountMax)
        let plan = try connection.plan(request)
        try prepare(plan.schema)
        let summary: CopySummary
        if let division {
            summary = try division.copy(plan, consume: consume) {
                let connection = try PostgresConnection(url.reveal(), options: options)
                try connection.begin(.repeatableReadReadOnly, snapshot: division.snapshot)
                return SourceReader(connection: connection)
            }
        } else {
            summary = try connection.copyReadingOn(plan, consume: consume)
        }
        try checkTablesOfSnapshot(connection)
        try connection.commit()
        return ExtractionCount(
            schema: plan.schema, rowsRead: summary.rowCount, bytes: summary.byteCount, rejections: summary.rejections,
            snapshot: snapshot)
    } catch let error as PostgresError {
        throw ExtractError(
            error, tenant: nil, dataset: connected == nil ? nil : request.source.label, role: connected?.target.user,
            relation: request.source.relation)
    }
}

extension CopyRequest.Source {
    fileprivate var label: String {
        switch self {
        case .table(let name): name.description
        case .query: "the query"
        }
    }

    fileprivate var relation: String? {
        if case .table(let name) = self { try? name.quoted() } else { nil }
    }
}
