internal import CivilTime
internal import Columnar
internal import Foundation

/// Values as text in `cat`, by the rules of CSV cells: shortest round-trip doubles, ISO dates and instants, decimals
/// at their scale, lists and structures as JSON.
enum CellText {
    /// The text of a value; a missing one is empty.
    static func text(_ value: Scalar) -> String {
        switch value {
        case .null: ""
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .unsigned(let value): String(value)
        case .decimal(let value): value.description
        case .float(let value): number(Double(value), value.description)
        case .double(let value): number(value, value.description)
        case .date(let days): LocalDate(daysSinceEpoch: days).description
        case .timestamp(let microseconds): Instant(microsecondsSinceEpoch: microseconds).description
        case .text(let value): value
        case .binary(let bytes): bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        case .list, .structure, .map: json(value)
        }
    }

    /// The value as JSON: numbers that a double holds exactly as numbers, all else as texts.
    static func json(_ value: Scalar) -> String {
        switch value {
        case .null: "null"
        case .bool, .int, .unsigned: text(value)
        case .float(let number) where number.isFinite: text(value)
        case .double(let number) where number.isFinite: text(value)
        case .list(let values), .structure(let values): "[" + values.map(json).joined(separator: ",") + "]"
        case .map(let entries):
            "{" + entries.map { quoted(text($0.key)) + ":" + json($0.value) }.joined(separator: ",") + "}"
        default: quoted(text(value))
        }
    }

    /// A text as a JSON string.
    static func quoted(_ text: String) -> String {
        let data = try? JSONSerialization.data(
            withJSONObject: text, options: [.fragmentsAllowed, .withoutEscapingSlashes])
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }

    /// A field of CSV (RFC 4180): NULL is empty, the empty text `""`.
    static func csv(_ value: Scalar) -> String {
        if value == .null { return "" }
        let text = text(value)
        let needsQuotes = text.isEmpty || text.contains { $0 == "," || $0 == "\"" || $0.isNewline }
        return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }

    private static func number(_ value: Double, _ shortest: String) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
        return shortest.hasSuffix(".0") ? String(shortest.dropLast(2)) : shortest
    }
}
