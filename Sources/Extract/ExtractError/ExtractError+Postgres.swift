internal import PostgresCopy
internal import Tenancy

extension ExtractError {
    /// What a failure of the connection or of a statement means for the tenant.
    ///
    /// - Parameters:
    ///   - role: who was connected, for the message; nil where nobody was.
    ///   - relation: the table, as SQL text, for the advice.
    init(
        _ error: PostgresError, tenant: TenantID?, dataset: String? = nil, role: String? = nil,
        relation: String? = nil
    ) {
        let advice = Self.advice(for: error, role: role, relation: relation)
        self.init(
            Self.code(for: error.code), tenant: tenant, dataset: dataset, reason: Self.reason(error, role),
            advice: advice, cause: error)
    }

    private static func reason(_ error: PostgresError, _ role: String?) -> String {
        let facts = [error.sqlState.map { "SQLSTATE \($0)" }, role.map { "role \($0)" }].compactMap { $0 }
        guard error.sqlState != nil else { return error.message }
        return "\(error.message) (\(facts.joined(separator: ", ")))"
    }

    private static func code(for code: PostgresError.Code) -> Code {
        switch code {
        case .unreachable: .sourceUnreachable
        case .connectionLost: .sourceLost
        case .notAuthenticated: .notAuthenticated
        case .notPermitted: .notPermitted
        case .invalidConnectionString, .noSuchDatabase: .sourceConfiguration
        case .noSuchTable: .tableMissing
        case .noSuchColumn: .columnMissing
        case .unsupportedType: .typeUnsupported
        case .undeclaredType: .typeUndeclared
        case .valueRefused: .valueRefused
        case .timedOut, .cancelled, .conflict: .tryLater
        case .malformedStream: .streamIncomplete
        case .invalidQuery: .queryInvalid
        case .misuse, .other: .other
        }
    }

    private static func advice(for error: PostgresError, role: String?, relation: String?) -> String? {
        switch error.code {
        case .notPermitted:
            guard let role, let relation, let name = try? quotedIdentifier(role) else { return error.hint }
            return "GRANT SELECT ON \(relation) TO \(name);"
        case .noSuchTable: return "check 'from' in datasets.yaml and the tenant's schema, or drop the dataset"
        case .noSuchColumn: return error.hint ?? "the column was renamed or dropped: correct datasets.yaml"
        case .unreachable: return "pg_isready with the same host and port; the run can be started again later"
        case .connectionLost: return "start the run again: nothing of this table was kept"
        case .notAuthenticated: return "check the role and its password in the tenant's source.url"
        case .noSuchDatabase: return "check the database's name in the tenant's source.url"
        default: return error.hint
        }
    }
}
