internal import Configuration
internal import Effects
internal import PostgresCopy
internal import SystemPackage
internal import Tenancy

/// Asks a control database for the tenants.
struct TenantQueryRunner: Sendable {
    let environment: RunEnvironment
    /// What a `file:` reference is relative to.
    let root: FilePath

    /// The rows of the query, read in a transaction that cannot write.
    var rows: TenantRowSource {
        { query throws(TenancyError) in
            do {
                let url = try query.url.resolve(variable: environment.variable) { path in
                    try environment.store.text(of: root.pushing(FilePath(path)))
                }
                var options = SessionOptions(applicationName: "almanac tenants")
                options.statementTimeoutMilliseconds = 60_000
                let connection = try PostgresConnection(url.reveal(), options: options)
                try connection.begin(.repeatableReadReadOnly)
                let result = try connection.execute(query.sql)
                try connection.commit()
                return TenantRows(columns: result.columns, rows: result.rows)
            } catch let error as PostgresError {
                throw TenancyError(
                    .queryFailed(exitCode: error.exitCode), "can't ask the control database for the tenants: \(error)")
            } catch {
                throw TenancyError(
                    .queryFailed(exitCode: CauseCode.configuration.exitCode),
                    "can't ask the control database for the tenants: \(error)")
            }
        }
    }
}
