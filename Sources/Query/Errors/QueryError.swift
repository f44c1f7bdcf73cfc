/// Why a query could not be answered, and where in its text.
package struct QueryError: Error, Sendable, Equatable {
    /// The kinds of failure.
    package enum Code: String, Sendable {
        /// The text is no SQL.
        case syntax
        /// A table, column, function or type that there is not.
        case unknownName
        /// A name that means several things.
        case ambiguousName
        /// Types that do not go together.
        case type
        /// SQL that is understood and not executed yet.
        case unsupported
        /// A result that its type cannot hold.
        case overflow
        case divisionByZero
        /// A text or number that is no value of the type asked for.
        case badCast
        /// An argument outside of what a function accepts.
        case invalidArgument
        /// A scalar subquery with more than one row.
        case manyRows
        /// A parameter without a value.
        case unboundParameter
        /// The query needs more memory, rows or time than it may have.
        case budget
        case cancelled
        /// A file or table that cannot be read.
        case input
    }

    /// The kind of failure.
    package let code: Code
    /// What is wrong, without row values.
    package let message: String
    /// Where in the query's text, where that is known.
    package var range: SourceRange?
    /// What to do instead.
    package var suggestion: String?

    package init(_ code: Code, _ message: String, at range: SourceRange? = nil, try suggestion: String? = nil) {
        self.code = code
        self.message = message
        self.range = range
        self.suggestion = suggestion
    }

    /// The error with a place, where it has none yet.
    func at(_ range: SourceRange) -> QueryError {
        var error = self
        if error.range == nil { error.range = range }
        return error
    }

    /// The error for people: message, place with a caret, suggestion.
    package func rendered(in source: SourceText) -> String {
        var lines = [message]
        if let range {
            let place = source.place(of: range.start)
            lines.append("  at \(source.name):\(place.line):\(place.column)")
            lines += source.excerpt(range).split(separator: "\n").map { "    " + $0 }
        }
        if let suggestion { lines.append("  try \(suggestion)") }
        return lines.joined(separator: "\n")
    }
}

extension QueryError: CustomStringConvertible {
    package var description: String { message }
}
