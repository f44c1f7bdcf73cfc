/// A step of the demonstration that failed.
///
/// `description` says what could not be done, why and what to try; it never contains rows or passwords. What a
/// program of Postgres printed is in `debugDescription`.
package struct DemonstrationError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// What the failure means for the caller; the exit codes follow from it.
    package enum Code: Sendable, Equatable {
        /// Postgres or another program is not installed.
        case toolMissing
        /// The cluster did not start, or went away.
        case serverUnavailable
        /// Another run uses this cluster.
        case busy
        /// A data file is not what it should be.
        case datasetInvalid
        /// The server refused a statement.
        case statementFailed
        /// The project folder cannot be used.
        case projectInvalid
    }

    /// What the failure means.
    package let code: Code
    /// What could not be done, as the end of "can't …".
    package let what: String
    /// Why.
    package let why: String
    /// What to do about it, where there is something.
    package let advice: String?
    /// What the failing program wrote, for `-vv` only.
    package let output: String

    package init(_ code: Code, _ what: String, why: String, advice: String? = nil, output: String = "") {
        self.code = code
        self.what = what
        self.why = why
        self.advice = advice
        self.output = output
    }

    package var description: String {
        "can't \(what)\n  why    \(why)" + (advice.map { "\n  try    \($0)" } ?? "")
    }

    package var debugDescription: String { output.isEmpty ? description : description + "\n" + output }
}
