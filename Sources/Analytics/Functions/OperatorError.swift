/// Why an operator refuses its rows or arguments, as the end of a sentence that begins with the operator's name. Never
/// holds values of rows.
package struct OperatorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    package let description: String

    package init(_ description: String) { self.description = description }

    static func missing(_ parameter: String) -> OperatorError {
        OperatorError("'\(parameter)' has rows without a value")
    }
    static func overflow(_ what: String) -> OperatorError { OperatorError("\(what) does not fit 64 bits") }
}
