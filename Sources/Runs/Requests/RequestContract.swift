package import PostgresCopy

/// How an application asks for reports by rows of a table of its own, and how they are answered in the same rows:
/// an entry of `Reports/<platform>/requests.yaml`.
///
/// A row waits with the state `pending`. Whoever works on it says so (`working`), moves its progress from 0 to 100, and
/// ends it as `done` with the address of the file, or as `failed` with a message.
package struct RequestContract: Sendable, Hashable {
    /// The columns of the table, by what they are for. Those that are nil are not there.
    package struct Columns: Sendable, Hashable {
        /// The primary key.
        package let key: String
        /// One of the four states.
        package let state: String
        /// When it was asked; what the defaults of a period are counted from.
        package let createdAt: String
        /// Whose report it is, in a report for subjects.
        package let subject: String?
        /// The first instant of the period.
        package let from: String?
        /// The end of the period.
        package let to: String?
        /// A JSON object with parameters and the format.
        package let parameters: String?
        /// A number from 0 to 100.
        package let progress: String?
        /// When the row was last changed.
        package let updatedAt: String?
        /// When it ended, well or not.
        package let completedAt: String?
        /// The address of the file.
        package let result: String?
        /// Why there is none.
        package let error: String?
    }

    /// The words of the four states.
    package struct States: Sendable, Hashable {
        package let pending: String
        package let working: String
        package let done: String
        package let failed: String
    }

    /// Where the format stands, and what its words mean.
    package struct Formats: Sendable, Hashable {
        /// The key of the JSON object.
        package let key: String
        /// Its words, in capitals, with the format of a report: `EXCEL` and `xlsx`.
        package let words: [String: String]
        /// The word that is meant where none is said.
        package let standard: String
    }

    /// The entry's name.
    package let name: String
    /// The table.
    package let table: QualifiedName
    /// Columns with fixed texts: other rows of the table are none of ours.
    package let filter: [String: String]
    /// The report that is asked for.
    package let report: String
    /// How old the lake may be when a request is answered, in seconds; else the tenant's data is read first.
    package let freshWithinSeconds: Int64
    /// The columns.
    package let columns: Columns
    /// The states.
    package let states: States
    /// For each key of the JSON object the report's parameter.
    package let parameters: [String: String]
    /// The formats.
    package let formats: Formats
}
