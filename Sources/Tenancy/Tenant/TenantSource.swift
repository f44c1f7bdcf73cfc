package import Configuration

/// The database that a tenant's rows come from, and what keeps other tenants' rows out.
package struct TenantSource: Sendable, Hashable {
    /// How tenants are kept apart in the database.
    package enum Isolation: Sendable, Hashable {
        /// Row-level security: `SET LOCAL setting = key` in the transaction.
        case rowLevelSecurity(setting: String, key: String)
        /// A schema for each tenant.
        case schema(String)
        /// A database for each tenant: the URL says which.
        case database
        /// Shared tables with a column that names the tenant: `WHERE column = key`.
        case column(String, key: String)
        /// Shared tables that are read once for many tenants, and split by a column that names the tenant.
        case fanOut(column: String, keys: [String])
    }

    /// The URL of the database, as a reference to a secret.
    package let url: SecretReference
    /// How tenants are kept apart.
    package let isolation: Isolation

    package init(url: SecretReference, isolation: Isolation) {
        self.url = url
        self.isolation = isolation
    }

    /// Of a tenant whose rows come from files: a variable that nobody sets, so that nothing can be extracted.
    static let absent = SecretReference("env:ALMANAC_NO_SOURCE").map { TenantSource(url: $0, isolation: .database) }
}

extension TenantSource.Isolation {
    /// The word of the configuration file: `rls`, `schema`, `database`, `column` or `fan-out`.
    package var mode: String {
        switch self {
        case .rowLevelSecurity: "rls"
        case .schema: "schema"
        case .database: "database"
        case .column: "column"
        case .fanOut: "fan-out"
        }
    }
}
