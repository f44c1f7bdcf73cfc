/// The right to touch one tenant's data. Every path, query and artefact of a tenant needs it.
///
/// Only a `TenantDirectory` makes one, from the tenant's own file: its initialiser is not visible outside of this
/// target, so a text that names a tenant can never become a path or a query by accident.
package struct TenantScope: Sendable, Hashable, CustomStringConvertible {
    /// The tenant.
    package let tenant: Tenant
    /// The tenant's id.
    package var id: TenantID { tenant.id }

    init(_ tenant: Tenant) { self.tenant = tenant }

    /// Narrows the scope to one person inside of the tenant: a creator, coach or member.
    ///
    /// - Parameters:
    ///   - kind: what the person is: `creator`.
    ///   - key: the person's key in the source.
    package func subject(kind: ResourceName, key: String) -> SubjectScope {
        SubjectScope(tenant: self, kind: kind, key: key)
    }

    package var description: String { id.text }
}

/// The right to touch one person's data inside of a tenant.
package struct SubjectScope: Sendable, Hashable, CustomStringConvertible {
    /// The tenant.
    package let tenant: TenantScope
    /// What the person is: `creator`, `coach`, `member`.
    package let kind: ResourceName
    /// The person's key in the source. Personal data: not for messages or paths.
    package let key: String

    init(tenant: TenantScope, kind: ResourceName, key: String) {
        self.tenant = tenant
        self.kind = kind
        self.key = key
    }

    package var description: String { "a \(kind) of \(tenant)" }
}
