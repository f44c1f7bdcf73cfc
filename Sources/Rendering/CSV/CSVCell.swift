internal import CivilTime
internal import Columnar

/// One value as a CSV field.
///
/// | value | field |
/// |---|---|
/// | null | empty, unquoted |
/// | empty text | `""` |
/// | booleans | `true`, `false` |
/// | integers, decimals | all digits, decimals at their scale |
/// | floating point | fewest digits that read back to the same number; `NaN`, `Infinity`, `-Infinity` |
/// | date, instant | ISO 8601, instants in UTC with `Z` |
/// | binary | lower-case hexadecimal |
/// | lists, structures, maps | JSON |
enum CSVCell {
    /// Appends a field.
    ///
    /// - Parameter isGuarded: whether a text that a spreadsheet would take for a formula gets an apostrophe in front.
    static func append(_ value: Scalar, to out: inout [UInt8], isGuarded: Bool) {
        switch value {
        case .null: return
        case .text(let text): append(text, to: &out, isGuarded: isGuarded)
        case .binary(let bytes): out += hexadecimal(bytes).utf8
        case .list, .structure, .map: append(json(value), to: &out, isGuarded: false)
        default: out += plain(value).utf8
        }
    }

    /// Appends a text field: quoted where a comma, quote, line end or space at an end asks for it (RFC 4180).
    static func append(_ text: String, to out: inout [UInt8], isGuarded: Bool) {
        let bytes = text.utf8
        let isFormula = isGuarded && bytes.first.map { formulaStarts.contains($0) } ?? false
        let isQuoted =
            bytes.isEmpty || bytes.first == UInt8(ascii: " ") || bytes.last == UInt8(ascii: " ")
            || bytes.contains { $0 == UInt8(ascii: ",") || $0 == quote || $0 == 0x0A || $0 == 0x0D }
        if isQuoted { out.append(quote) }
        if isFormula { out.append(UInt8(ascii: "'")) }
        for byte in bytes {
            if byte == quote { out.append(quote) }
            out.append(byte)
        }
        if isQuoted { out.append(quote) }
    }

    private static let quote = UInt8(ascii: "\"")
    /// What spreadsheets begin a formula with, or skip before one.
    private static let formulaStarts: Set<UInt8> = [
        UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D, 0x0A,
    ]

    /// Values that need no quotes.
    static func plain(_ value: Scalar) -> String {
        switch value {
        case .bool(let truth): truth ? "true" : "false"
        case .int(let number): String(number)
        case .unsigned(let number): String(number)
        case .decimal(let number): number.description
        case .float(let number): floating(number.description, isFinite: number.isFinite, isNegative: number < 0)
        case .double(let number): floating(number.description, isFinite: number.isFinite, isNegative: number < 0)
        case .date(let days): LocalDate(daysSinceEpoch: days).description
        case .timestamp(let microseconds): Instant(microsecondsSinceEpoch: microseconds).description
        default: ""
        }
    }

    /// Swift's shortest text, without `.0` behind whole numbers.
    private static func floating(_ text: String, isFinite: Bool, isNegative: Bool) -> String {
        guard isFinite else { return text == "nan" || text == "-nan" ? "NaN" : isNegative ? "-Infinity" : "Infinity" }
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Nested values on one line; instants, dates and decimals as texts.
    private static func json(_ value: Scalar) -> String {
        switch value {
        case .null: return "null"
        case .list(let values), .structure(let values): return "[" + values.map(json).joined(separator: ",") + "]"
        case .map(let entries):
            return "[" + entries.map { "[\(json($0.key)),\(json($0.value))]" }.joined(separator: ",") + "]"
        case .bool, .int, .unsigned: return plain(value)
        case .double(let number) where number.isFinite: return plain(value)
        case .float(let number) where number.isFinite: return plain(value)
        case .text(let text): return quoted(text)
        case .binary(let bytes): return quoted(hexadecimal(bytes))
        default: return quoted(plain(value))
        }
    }

    private static func quoted(_ text: String) -> String {
        var out: [UInt8] = []
        CanonicalJSON.write(text, to: &out)
        return String(decoding: out, as: UTF8.self)
    }
}
