internal import Columnar
internal import Formatting

/// One value as a CSV field: its exact text, where a text may be guarded (see `ExactText`). Null is empty and unquoted,
/// an empty text `""`.
enum CSVCell {
    /// Appends a field.
    ///
    /// - Parameter isGuarded: whether a text that a spreadsheet would take for a formula gets an apostrophe in front.
    static func append(_ value: Scalar, to out: inout [UInt8], isGuarded: Bool) {
        switch value {
        case .null: return
        case .text(let text): append(text, to: &out, isGuarded: isGuarded)
        case .list, .structure, .map: append(ExactText.json(value), to: &out, isGuarded: false)
        default: ExactText.append(value, to: &out)
        }
    }

    /// Appends a text field.
    static func append(_ text: String, to out: inout [UInt8], isGuarded: Bool) {
        ExactText.appendField(text, to: &out, isGuarded: isGuarded)
    }

    /// Values that need no quotes.
    static func plain(_ value: Scalar) -> String { ExactText.text(value) }
}
