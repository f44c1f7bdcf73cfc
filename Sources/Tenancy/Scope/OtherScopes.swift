package import SystemPackage

/// The right to touch files that the user named on the command line. There is no tenant.
package struct LocalScope: Sendable, Hashable, CustomStringConvertible {
    /// The file or folder that was named.
    package let path: FilePath

    package init(path: FilePath) { self.path = path }

    package var description: String { path.string }
}

/// The right of the platform's operator to look across tenants. Every use is recorded in the ledger's audit.
package struct OperatorScope: Sendable, Hashable, CustomStringConvertible {
    /// Who acts: the name of the account.
    package let actor: String
    /// What for, for the audit.
    package let reason: String

    /// - Throws: `invalidName` where nobody or nothing is named: such an entry would audit nothing.
    package init(actor: String, reason: String) throws(TenancyError) {
        let isBlank = { (text: String) in text.allSatisfy(\.isWhitespace) }
        guard !isBlank(actor), !isBlank(reason) else {
            throw TenancyError(.invalidName, "an operator's access needs a name and a reason")
        }
        self.actor = actor
        self.reason = reason
    }

    package var description: String { "operator \(actor)" }
}
