internal import CivilTime
package import Columnar

/// Values as text that loses nothing and knows no language: what CSV fields, JSON values and `cat` are made of.
///
/// | value | text |
/// |---|---|
/// | null | empty |
/// | booleans | `true`, `false` |
/// | integers, decimals | all digits, decimals at their scale |
/// | floating point | fewest digits that read back to the same number; `NaN`, `Infinity`, `-Infinity` |
/// | date, instant | ISO 8601, instants in UTC with `Z` |
/// | binary | lower-case hexadecimal |
/// | lists, structures | a JSON list; maps a list of pairs |
package enum ExactText {
    /// The text of a value.
    package static func text(_ value: Scalar) -> String {
        switch value {
        case .null: ""
        case .bool(let truth): truth ? "true" : "false"
        case .int(let number): String(number)
        case .unsigned(let number): String(number)
        case .decimal(let number): number.description
        case .float(let number): floating(number.description, isFinite: number.isFinite, isNegative: number < 0)
        case .double(let number): floating(number.description, isFinite: number.isFinite, isNegative: number < 0)
        case .date(let days): LocalDate(daysSinceEpoch: days).description
        case .timestamp(let microseconds): Instant(microsecondsSinceEpoch: microseconds).description
        case .text(let text): text
        case .binary(let bytes): hexadecimal(bytes)
        case .list, .structure, .map: json(value)
        }
    }

    /// Appends the text of a value; integers without a text in between.
    package static func append(_ value: Scalar, to out: inout [UInt8]) {
        if case .int(let number) = value { return append(number, to: &out) }
        out += text(value).utf8
    }

    /// The value as JSON on one line: integers and finite numbers as numbers, dates, instants, decimals and binary as
    /// texts.
    package static func json(_ value: Scalar) -> String {
        switch value {
        case .null: return "null"
        case .list(let values), .structure(let values): return "[" + values.map(json).joined(separator: ",") + "]"
        case .map(let entries):
            return "[" + entries.map { "[\(json($0.key)),\(json($0.value))]" }.joined(separator: ",") + "]"
        case .bool, .int, .unsigned: return text(value)
        case .double(let number) where number.isFinite: return text(value)
        case .float(let number) where number.isFinite: return text(value)
        default: return quoted(text(value))
        }
    }

    /// A text as a JSON string.
    package static func quoted(_ text: String) -> String {
        var out: [UInt8] = []
        appendQuoted(text, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Appends a text in quotes; control characters, quotes and backslashes escaped (RFC 8259, section 7).
    package static func appendQuoted(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): out += "\\\"".utf8
            case UInt8(ascii: "\\"): out += "\\\\".utf8
            case 0x0A: out += "\\n".utf8
            case 0x0D: out += "\\r".utf8
            case 0x09: out += "\\t".utf8
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                out += "\\u".utf8
                out += String(repeating: "0", count: 4 - digits.count).utf8
                out += digits.utf8
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }

    /// A field of CSV without a formula guard (RFC 4180): null is empty, the empty text `""`.
    package static func csv(_ value: Scalar) -> String {
        var out: [UInt8] = []
        switch value {
        case .null: return ""
        case .text(let text): appendField(text, to: &out, isGuarded: false)
        case .list, .structure, .map: appendField(json(value), to: &out, isGuarded: false)
        default: return text(value)
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Appends a text field of CSV: quoted where a comma, quote, line end or space at an end asks for it (RFC 4180).
    ///
    /// - Parameter isGuarded: whether a text that a spreadsheet would take for a formula gets an apostrophe in front.
    package static func appendField(_ text: String, to out: inout [UInt8], isGuarded: Bool) {
        let bytes = text.utf8
        guard let first = bytes.first, let last = bytes.last else {
            out.append(quote)
            out.append(quote)
            return
        }
        var isQuoted = first == UInt8(ascii: " ") || last == UInt8(ascii: " ")
        var hasQuotes = false
        for byte in bytes where byte < 0x2D {
            if byte == quote { hasQuotes = true }
            if byte == UInt8(ascii: ",") || byte == 0x0A || byte == 0x0D { isQuoted = true }
        }
        isQuoted = isQuoted || hasQuotes
        if isQuoted { out.append(quote) }
        if isGuarded && beginsFormula(first) { out.append(UInt8(ascii: "'")) }
        if hasQuotes {
            for byte in bytes {
                if byte == quote { out.append(quote) }
                out.append(byte)
            }
        } else {
            out.append(contentsOf: bytes)
        }
        if isQuoted { out.append(quote) }
    }

    private static let quote = UInt8(ascii: "\"")

    /// What spreadsheets begin a formula with, or skip before one.
    private static func beginsFormula(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0A, 0x0D: true
        default: false
        }
    }

    /// Appends the digits of an integer.
    private static func append(_ number: Int64, to out: inout [UInt8]) {
        if number < 0 { out.append(UInt8(ascii: "-")) }
        let start = out.count
        var rest = number.magnitude
        repeat {
            out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        out[start...].reverse()
    }

    /// Swift's shortest text, without `.0` behind whole numbers.
    private static func floating(_ text: String, isFinite: Bool, isNegative: Bool) -> String {
        guard isFinite else { return text == "nan" || text == "-nan" ? "NaN" : isNegative ? "-Infinity" : "Infinity" }
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
