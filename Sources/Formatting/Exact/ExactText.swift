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

    /// Appends the text of a value; of integers, dates and instants without a text in between.
    package static func append(_ value: Scalar, to out: inout [UInt8]) {
        switch value {
        case .int(let number): append(number, to: &out)
        case .date(let days): LocalDate(daysSinceEpoch: days).append(to: &out)
        case .timestamp(let microseconds): Instant(microsecondsSinceEpoch: microseconds).append(to: &out)
        default: out += text(value).utf8
        }
    }

    /// The text of a value whose type is known: intervals in ISO 8601, structures as JSON objects with their names.
    package static func text(_ value: Scalar, type: LogicalType) -> String {
        switch type {
        case .interval: interval(value)
        case .list, .structure, .map: value == .null ? "" : json(value, type: type)
        default: text(value)
        }
    }

    /// The value as JSON on one line, structures as objects with the names of their fields.
    package static func json(_ value: Scalar, type: LogicalType) -> String {
        switch (value, type) {
        case (.null, _): return "null"
        case (_, .interval): return quoted(interval(value))
        case (.list(let values), .list(let element)):
            return "[" + values.map { json($0, type: element.type) }.joined(separator: ",") + "]"
        case (.structure(let values), .structure(let fields)):
            let parts = zip(fields, values).map { quoted($0.name) + ":" + json($1, type: $0.type) }
            return "{" + parts.joined(separator: ",") + "}"
        case (.map(let entries), .map(let key, let content)):
            let parts = entries.map { "[\(json($0.key, type: key.type)),\(json($0.value, type: content.type))]" }
            return "[" + parts.joined(separator: ",") + "]"
        default: return json(value)
        }
    }

    /// Months, days and microseconds in ISO 8601, each part with a sign of its own: `P1Y2M-3DT4H5M6.5S`; `PT0S` for
    /// none.
    private static func interval(_ value: Scalar) -> String {
        guard case .structure(let parts) = value, parts.count == 3, case .int(let months) = parts[0],
            case .int(let days) = parts[1], case .int(let microseconds) = parts[2]
        else { return "" }
        let year = [(months / 12, "Y"), (months % 12, "M"), (days, "D")]
        let date = year.filter { $0.0 != 0 }.map { "\($0.0)\($0.1)" }.joined()
        let seconds = microseconds / 1_000_000
        var time = [(seconds / 3_600, "H"), (seconds / 60 % 60, "M")].filter { $0.0 != 0 }.map { "\($0.0)\($0.1)" }
            .joined()
        let rest = microseconds % 60_000_000
        if rest != 0 {
            var digits = ExactDecimal(unscaled: Int128(rest), scale: 6).description
            while digits.hasSuffix("0") { digits.removeLast() }
            if digits.hasSuffix(".") { digits.removeLast() }
            time += digits + "S"
        }
        if date.isEmpty && time.isEmpty { return "PT0S" }
        return "P" + date + (time.isEmpty ? "" : "T" + time)
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

    /// Appends a text field of CSV: quoted where a comma, quote, line end or space at an end asks for it (RFC 4180).
    ///
    /// - Parameters:
    ///   - isGuarded: whether a text that a spreadsheet would take for a formula gets an apostrophe in front.
    ///   - delimiter: what stands between fields.
    package static func appendField(
        _ text: String, to out: inout [UInt8], isGuarded: Bool, delimiter: UInt8 = UInt8(ascii: ",")
    ) {
        let quote = UInt8(ascii: "\"")
        let bytes = text.utf8
        guard let first = bytes.first, let last = bytes.last else {
            out.append(quote)
            out.append(quote)
            return
        }
        var isQuoted = first == UInt8(ascii: " ") || last == UInt8(ascii: " ")
        var hasQuotes = false
        for byte in bytes where byte < 0x3C {
            if byte == quote { hasQuotes = true }
            if byte == delimiter || byte == 0x0A || byte == 0x0D { isQuoted = true }
        }
        isQuoted = isQuoted || hasQuotes
        if isQuoted { out.append(quote) }
        if isGuarded && FieldQuoting.beginsFormula(first) { out.append(UInt8(ascii: "'")) }
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
        unsafe String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
            for (index, byte) in bytes.enumerated() {
                unsafe text[2 * index] = FieldQuoting.hexadecimalDigit(byte &>> 4)
                unsafe text[2 * index + 1] = FieldQuoting.hexadecimalDigit(byte & 15)
            }
            return 2 * bytes.count
        }
    }
}
