package import CivilTime
package import Columnar

/// What a report's parameter can be.
package enum ParameterType: String, Sendable, Hashable, CaseIterable {
    case integer, number, text, boolean, date
    /// A list of texts.
    case list
}

/// A value of a report's parameter.
package enum ParameterValue: Sendable, Hashable {
    case integer(Int64)
    /// An exact decimal: `0.75`.
    case number(ExactDecimal)
    case text(String)
    case boolean(Bool)
    case date(LocalDate)
    case list([String])

    /// Which type it is of.
    package var type: ParameterType {
        switch self {
        case .integer: .integer
        case .number: .number
        case .text: .text
        case .boolean: .boolean
        case .date: .date
        case .list: .list
        }
    }

    /// One text for each value, the same wherever it is written: in receipts, names of runs and messages. Two values of
    /// a type with the same text are equal; the parts of a list are quoted where they have commas, quotes or blanks.
    package var canonicalText: String {
        switch self {
        case .integer(let value): String(value)
        case .number(let value): value.withoutTrailingZeros.description
        case .text(let value): value
        case .boolean(let value): value ? "true" : "false"
        case .date(let value): value.description
        case .list(let values): values.map(Self.quotedWhereNeeded).joined(separator: ",")
        }
    }

    private static func quotedWhereNeeded(_ text: String) -> String {
        let isPlain = !text.isEmpty && !text.contains { $0 == "," || $0 == "\"" || $0.isWhitespace }
        return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

extension ParameterValue {
    /// Reads a value as it is written on a command line.
    ///
    /// | type | written |
    /// |---|---|
    /// | integer | `12`, `-3` |
    /// | number | `0.75`, at most 38 digits, no exponent |
    /// | text | as it is |
    /// | boolean | `true`, `false` |
    /// | date | `2026-10-31` |
    /// | list | texts between commas; `"a, b",c` where one has a comma of its own; nothing is the empty list |
    ///
    /// - Returns: nil where the text is none of that type.
    package init?(_ text: String, as type: ParameterType) {
        switch type {
        case .integer:
            guard let value = Int64(text) else { return nil }
            self = .integer(value)
        case .number:
            guard let value = ExactDecimal(text) else { return nil }
            self = .number(value.withoutTrailingZeros)
        case .text: self = .text(text)
        case .boolean:
            guard let value = Bool(text) else { return nil }
            self = .boolean(value)
        case .date:
            guard let value = try? LocalDate(parsing: text) else { return nil }
            self = .date(value)
        case .list:
            guard let parts = Self.parts(text) else { return nil }
            self = .list(parts)
        }
    }

    /// The texts between commas, those in quotes with their commas; nil where a quote is not closed or has something
    /// behind it.
    private static func parts(_ text: String) -> [String]? {
        guard !text.isEmpty else { return [] }
        var parts: [String] = []
        var rest = text[...]
        while true {
            if rest.first == "\"" {
                guard let (part, behind) = quoted(rest.dropFirst()) else { return nil }
                parts.append(part)
                rest = behind
            } else {
                let end = rest.firstIndex(of: ",") ?? rest.endIndex
                parts.append(String(rest[..<end]))
                rest = rest[end...]
            }
            guard let next = rest.first else { return parts }
            guard next == "," else { return nil }
            rest = rest.dropFirst()
        }
    }

    private static func quoted(_ text: Substring) -> (part: String, rest: Substring)? {
        var (part, rest) = ("", text)
        while let character = rest.first {
            rest = rest.dropFirst()
            guard character == "\"" else {
                part.append(character)
                continue
            }
            guard rest.first == "\"" else { return (part, rest) }
            part.append("\"")
            rest = rest.dropFirst()
        }
        return nil
    }
}

extension ExactDecimal {
    /// The same number with the least scale: `0.750` is `0.75`.
    fileprivate var withoutTrailingZeros: ExactDecimal {
        var (digits, scale) = (unscaled, scale)
        while scale > 0, digits % 10 == 0 { (digits, scale) = (digits / 10, scale - 1) }
        return ExactDecimal(unscaled: digits, scale: scale)
    }
}
