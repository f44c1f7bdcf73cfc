/// What must not be vacuumed, whatever its age: what unexpired receipts name.
package struct VacuumPins: Sendable, Equatable {
    /// Versions of the table.
    package var versions: Set<Int64>
    /// SHA-256 of data files, in hexadecimal.
    package var sha256: Set<String>

    package init(versions: Set<Int64> = [], sha256: Set<String> = []) {
        self.versions = versions
        self.sha256 = sha256
    }
}

/// What a vacuum would remove: made first, looked at, applied then.
package struct VacuumPlan: Sendable, Equatable {
    /// Why a file is in the way.
    package enum Reason: String, Sendable, Hashable {
        /// No version within the grace has it.
        case removed
        /// No version ever had it: left by a change that was given up.
        case orphan
        /// A temporary file.
        case temporary
        /// A version or checkpoint of the log before all that are kept.
        case log
    }

    /// A file.
    package struct File: Sendable, Hashable {
        /// Its path below the table's folder.
        package let components: [String]
        /// Its size in bytes.
        package let size: Int64
        /// Why it goes.
        package let reason: Reason

        /// The path for people.
        package var path: String { components.joined(separator: "/") }
    }

    /// The version that it was made for.
    package let version: Int64
    /// What goes, data files first.
    package internal(set) var files: [File] = []
    /// How many removed files stay because a receipt names them.
    package internal(set) var pinnedFileCount = 0
    /// The first version that can still be read afterwards, if the log is cut.
    package internal(set) var firstVersion: Int64?

    /// The bytes that come free.
    package var byteCount: Int64 { files.reduce(0) { $0.addingReportingOverflow($1.size).partialValue } }
}
