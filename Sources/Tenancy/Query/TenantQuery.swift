package import Configuration

/// Tenants that a control database lists, in place of `tenants/*.yaml`: one query, one row a tenant.
/// ```yaml
/// tenants:
///   url: env:CONTROL_URL
///   query: SELECT id, name, tenant_key AS "source.key", zone AS "calendar.timezone" FROM tenants WHERE active
///   defaults: { platform: hustlex, source: { url: env:HUSTLEX_URL, isolation: rls } }
/// ```
/// Each column is a key of a tenant's file, dotted for nested ones. NULL is as if the file did not have the key.
package struct TenantQuery: Sendable, Hashable {
    /// What messages call it.
    package static let name = "tenants query"

    /// The control database, as a reference to a secret.
    package let url: SecretReference
    /// One SELECT, run as it is written, without parameters.
    package let sql: String
    /// What a tenant has where its row says nothing; before `defaults` of the project.
    package let defaults: [RecordDefault]

    package init(url: SecretReference, sql: String, defaults: [RecordDefault] = []) {
        self.url = url
        self.sql = sql
        self.defaults = defaults
    }

    /// Reads the key `tenants` of `almanac.yaml`.
    init?(_ map: YAMLMapping) {
        let url = map.required("url")?.secret()
        let sql = map.required("query")?.text()
        let defaults = map.optional("defaults").map { $0.recordDefaults() } ?? []
        guard let url, let sql, let defaults else { return nil }
        self.init(url: url, sql: sql, defaults: defaults)
    }
}

/// The answer to a tenants query: every value as the server writes it, nil for NULL.
package struct TenantRows: Sendable, Hashable {
    /// The names of the columns.
    package let columns: [String]
    /// The rows, each with a value for each column.
    package let rows: [[String?]]

    package init(columns: [String], rows: [[String?]]) {
        self.columns = columns
        self.rows = rows
    }
}

/// Asks the control database. Tenancy knows no database: who opens a project gives this in.
///
/// - Throws: `queryFailed`.
package typealias TenantRowSource = @Sendable (TenantQuery) throws(TenancyError) -> TenantRows
