/// What YAML readers make of an unquoted value: the traps that turn a text into something else.
///
/// Almanac types values by the key that asks for them, not by their look. A value that other YAML readers (1.1 or 1.2)
/// would take for something else than text must be quoted where text is asked for, so that all readers agree.
enum PlainScalar: Equatable {
    case text
    case null
    /// `true`, `false` and their capital forms.
    case boolean(Bool)
    /// `yes`, `no`, `on`, `off` and so on: booleans of YAML 1.1.
    case oldBoolean
    case integer(Int64)
    /// Digits beyond the range of Int64.
    case hugeInteger
    /// `012`: octal in YAML 1.1.
    case octal
    /// `1_000`.
    case grouped
    /// `1:30`: base 60 in YAML 1.1.
    case sexagesimal(Int64)
    case decimal
    /// `2026-10-31`, with or without a time.
    case date

    init(_ text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .boolean(true)
        case "false", "False", "FALSE": self = .boolean(false)
        case "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "y", "Y", "n", "N":
            self = .oldBoolean
        case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "-.inf", "-.Inf", "-.INF", "+.inf": self = .decimal
        default: self = Self.number(text) ?? (Self.isDate(text) ? .date : .text)
        }
    }

    private static func number(_ text: String) -> PlainScalar? {
        let body = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard let first = body.utf8.first, isDigit(first) || first == UInt8(ascii: ".") else { return nil }
        if body.utf8.allSatisfy(isDigit) {
            if body.utf8.count > 1 && first == UInt8(ascii: "0") { return .octal }
            return Int64(text).map(PlainScalar.integer) ?? .hugeInteger
        }
        if body.hasPrefix("0x") || body.hasPrefix("0o") || body.hasPrefix("0b") {
            return body.utf8.dropFirst(2).allSatisfy { isDigit($0) || (0x41...0x46).contains($0 & 0xDF) } ? .octal : nil
        }
        if isDigit(first), body.utf8.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "_") }) { return .grouped }
        if let number = sexagesimal(body) { return .sexagesimal(text.hasPrefix("-") ? -number : number) }
        return isDecimal(body) ? .decimal : nil
    }

    /// `1:30` is 90; every group after the first is below 60.
    private static func sexagesimal(_ body: Substring) -> Int64? {
        let groups = body.split(separator: ":", omittingEmptySubsequences: false)
        guard groups.count >= 2, groups.count <= 4 else { return nil }
        var value: Int64 = 0
        for (index, group) in groups.enumerated() {
            guard (1...6).contains(group.utf8.count), group.utf8.allSatisfy(isDigit), let number = Int64(group),
                index == 0 || (number < 60 && group.utf8.count <= 2)
            else { return nil }
            value = value * 60 + number
        }
        return value
    }

    private static func isDecimal(_ body: Substring) -> Bool {
        var digits = 0
        var points = 0
        var rest = body.utf8[...]
        while let byte = rest.first, isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") {
            if byte == UInt8(ascii: ".") { points += 1 } else { digits += 1 }
            rest.removeFirst()
        }
        guard digits > 0, points <= 1 else { return false }
        if rest.isEmpty { return true }
        guard let sign = rest.popFirst(), sign == UInt8(ascii: "e") || sign == UInt8(ascii: "E") else { return false }
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        return !rest.isEmpty && rest.allSatisfy(isDigit)
    }

    /// `2026-10-31`, alone or before a time.
    private static func isDate(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= 8, bytes.prefix(4).allSatisfy(isDigit), bytes[4] == UInt8(ascii: "-") else { return false }
        let parts = text.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, (1...2).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy(isDigit) else {
            return false
        }
        let day = parts[2].utf8.prefix(while: isDigit)
        guard (1...2).contains(day.count) else { return false }
        let rest = parts[2].utf8.dropFirst(day.count)
        return rest.isEmpty
            || ((rest.first == UInt8(ascii: "T") || rest.first == UInt8(ascii: " "))
                && rest.contains(UInt8(ascii: ":")))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
