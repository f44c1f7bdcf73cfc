internal import CXlsxWriter

/// A workbook that could not be written: which step, and the library's reason. Never contains a cell's value.
package struct SpreadsheetError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The step: `write a text`, `add the sheet`.
    package let operation: String
    /// Why, in the library's words.
    package let reason: String

    package init(_ operation: String, reason: String) {
        self.operation = operation
        self.reason = reason
    }

    package var description: String { "can't \(operation) in the workbook: \(reason)" }
}

/// Turns a code of libxlsxwriter into an error: the only place that looks at one.
func check(_ code: lxw_error, _ operation: String) throws(SpreadsheetError) {
    guard code != LXW_NO_ERROR else { return }
    let words = unsafe lxw_strerror(code)
    let reason = unsafe words.map { unsafe String(cString: $0) } ?? "code \(code.rawValue)"
    throw SpreadsheetError(operation, reason: reason)
}

/// C texts end at a NUL, and XML has none.
func checkText(_ text: String, _ operation: String) throws(SpreadsheetError) {
    guard !text.utf8.contains(0) else { throw SpreadsheetError(operation, reason: "the text contains a NUL character") }
}

extension RawRepresentable where RawValue == UInt32 {
    /// Constants are imported as UInt32, setters take uint8_t.
    var small: UInt8 { UInt8(truncatingIfNeeded: rawValue) }
}
