/// Why a table could not be read or written.
package struct LakeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    package enum Code: Sendable, Equatable {
        /// There is no table in this folder.
        case noTable
        /// There is no such version, or none that old.
        case noVersion
        /// The log or a file of the table is not what it was when it was written.
        case damaged
        /// The table uses something of the Delta protocol that is not built here.
        case unsupported
        /// Somebody else changed the table in a way that this change does not go together with: do it all again.
        case conflict
        /// A later change of the same sequence is in the table already.
        case superseded
        /// The rows are not of the table's columns and types.
        case schema
        /// A file or table belongs to another tenant, or does not say to whom.
        case tenantMismatch
        /// What came of a change was asked for before its batch had committed: a slip of whoever asked.
        case notCommitted
        /// The change may or may not be in the table for good: repeat it with the same transaction to find out.
        case outcomeUnknown
    }

    /// The kind of failure.
    package let code: Code
    /// What could not be done, and why.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
