package import PostgresCopy
package import Tenancy

/// Rows of a tenant that could not be read: which, why, and what to try.
///
/// It prints as every error of Almanac:
/// ```
/// can't read 'orders' for tenant 'lagos'
///   why    permission denied for table orders (SQLSTATE 42501, role almanac_reader)
///   try    GRANT SELECT ON shop.orders TO almanac_reader;
/// ```
package struct ExtractError: Error, Sendable, Equatable {
    /// What the failure means for the caller.
    package enum Code: String, Sendable, Equatable {
        /// No server answers.
        case sourceUnreachable = "source_unreachable"
        /// The connection was lost on the way.
        case sourceLost = "source_lost"
        /// The server refuses the role or its password.
        case notAuthenticated = "not_authenticated"
        /// The role may not read this.
        case notPermitted = "not_permitted"
        /// The URL, the database, or what a tenant's file says of it is wrong.
        case sourceConfiguration = "source_configuration"
        case tableMissing = "table_missing"
        /// A column that the dataset names is not there.
        case columnMissing = "column_missing"
        /// A column of a type without a place in the lake.
        case typeUnsupported = "type_unsupported"
        /// A column of which the dataset must say more.
        case typeUndeclared = "type_undeclared"
        case valueRefused = "value_refused"
        /// The database would not, or might not, keep other tenants' rows out.
        case isolationUnsafe = "isolation_unsafe"
        /// Rows of a canary in another tenant's.
        case canarySeen = "canary_seen"
        /// A canary whose known rows are not there.
        case canaryMissing = "canary_missing"
        /// The tenant's limit of rows.
        case limitExceeded = "limit_exceeded"
        case queryInvalid = "query_invalid"
        /// The stream was cut or is not what the server says that it is.
        case streamIncomplete = "stream_incomplete"
        /// A time-out, a lock, a conflict: the same may succeed later.
        case tryLater = "try_later"
        /// What this edition does not do.
        case comesLater = "comes_later"
        case other
    }

    /// What the failure means.
    package let code: Code
    /// The tenant; nil for a table of the command line.
    package let tenant: TenantID?
    /// The dataset; nil where the source as a whole is meant.
    package let dataset: String?
    /// Why, in one line, without row values and secrets.
    package let reason: String
    /// A command, a statement or a change that helps; nil where none is known.
    package let advice: String?
    /// The server's error, where there was one.
    package let cause: PostgresError?

    package init(
        _ code: Code, tenant: TenantID?, dataset: String? = nil, reason: String, advice: String? = nil,
        cause: PostgresError? = nil
    ) {
        self.code = code
        self.tenant = tenant
        self.dataset = dataset
        self.reason = reason
        self.advice = advice
        self.cause = cause
    }

    /// The exit code of a run that ends with it.
    package var exitCode: Int32 {
        switch code {
        case .sourceUnreachable, .sourceLost: 69
        case .notAuthenticated, .notPermitted, .isolationUnsafe, .canarySeen, .canaryMissing: 77
        case .sourceConfiguration, .typeUndeclared, .comesLater: 78
        case .tryLater: 75
        case .tableMissing, .columnMissing, .typeUnsupported, .valueRefused, .limitExceeded, .queryInvalid,
            .streamIncomplete, .other:
            65
        }
    }

    /// Whether the same run may succeed later with nothing changed.
    package var isTransient: Bool {
        switch code {
        case .sourceUnreachable, .sourceLost, .tryLater: true
        default: false
        }
    }
}

extension ExtractError: CustomStringConvertible, CustomDebugStringConvertible {
    /// What could not be done, in one line.
    package var headline: String {
        let what = dataset.map { "can't read '\($0)'" } ?? "can't read the source"
        return tenant.map { "\(what) for tenant '\($0)'" } ?? what
    }

    package var description: String {
        var text = "\(headline)\n  why    \(reason)"
        if let advice { text += "\n  try    \(advice)" }
        return text
    }

    package var debugDescription: String {
        cause.map { "\(description)\n  cause  \($0.debugDescription)" } ?? description
    }
}
