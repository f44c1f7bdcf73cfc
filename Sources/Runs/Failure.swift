/// A failure as people read it: what could not be done, why, where, and what to try.
///
/// Made once, where an error leaves the target that knows it; shown by the command line, kept in the ledger.
/// Holds no row values, no SQL arguments and no secrets.
package struct Failure: Error, Sendable, Equatable {
    /// The kind of cause; the exit code follows from it.
    package var cause: CauseCode
    /// What could not be done, in the user's words.
    package var summary: String
    /// The reason, in one line.
    package var why: String?
    /// `file:line:column` of the words that are wrong.
    package var location: String?
    /// A command or a statement that can be pasted.
    package var remedy: String?

    package init(
        _ cause: CauseCode, _ summary: String, why: String? = nil, location: String? = nil, remedy: String? = nil
    ) {
        self.cause = cause
        self.summary = summary
        self.why = why
        self.location = location
        self.remedy = remedy
    }
}

extension Failure: CustomStringConvertible {
    /// The failure in one line, for lists and the ledger.
    package var description: String { why.map { "\(summary): \($0)" } ?? summary }
}
