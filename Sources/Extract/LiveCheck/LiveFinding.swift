package import Tenancy

/// What differs between a tenant's datasets and its database.
package struct LiveFinding: Sendable, Hashable {
    /// How bad it is.
    package enum Severity: String, Sendable, Hashable {
        /// A run would fail, or read what it must not.
        case error
        /// A run would do, but slowly or not for long.
        case warning
    }

    /// How bad it is.
    package let severity: Severity
    /// The tenant that was looked at.
    package let tenant: TenantID
    /// The dataset; nil for the source as a whole.
    package let dataset: String?
    /// The column, where one is meant.
    package let column: String?
    /// What differs: one line, without row values and secrets.
    package let message: String
    /// A statement or a change of a file that helps; nil where none is known.
    package let remedy: String?
    /// The code that a run would end with; 0 of warnings.
    package let exitCode: Int32

    package init(
        _ severity: Severity, tenant: TenantID, dataset: String? = nil, column: String? = nil, _ message: String,
        remedy: String? = nil, exitCode: Int32 = 65
    ) {
        self.severity = severity
        self.tenant = tenant
        self.dataset = dataset
        self.column = column
        self.message = message
        self.remedy = remedy
        self.exitCode = severity == .warning ? 0 : exitCode
    }

    init(_ error: ExtractError, tenant: TenantID) {
        self.init(
            .error, tenant: tenant, dataset: error.dataset, error.reason, remedy: error.advice,
            exitCode: error.exitCode)
    }
}

/// A tenant's database as it is now.
package struct LiveState: Sendable {
    /// What differs from the datasets' definitions.
    package var findings: [LiveFinding] = []
    /// The columns that each dataset would have in the lake, where it can be read.
    package var schemas: [DatasetSchema] = []
}
