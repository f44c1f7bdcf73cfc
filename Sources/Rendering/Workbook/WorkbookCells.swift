internal import CivilTime
internal import Columnar
internal import Formatting
internal import XLSXWorkbook

/// What a value becomes in a cell.
enum CellContent {
    case empty
    case number(Double)
    case truth(Bool)
    case text(String)
}

/// Turns values into cells, and counts what a spreadsheet cannot hold as it is.
struct WorkbookCells {
    /// Numbers that were written as text because a double would round them.
    private(set) var exactAsTextCount = 0
    /// Texts that were cut at the length of a cell.
    private(set) var cutTextCount = 0

    /// Spreadsheets keep 15 significant digits.
    private static let digitsMax: UInt128 = 1_000_000_000_000_000
    /// 1900-03-01: before it the serial numbers of Excel and of its rivals differ. 9999-12-31 is the last.
    private static let serialDays: ClosedRange<Int32> = -25_508...2_932_896

    /// The cell of a value.
    mutating func content(_ value: Scalar, unit: Unit) -> CellContent {
        switch value {
        case .null: return .empty
        case .bool(let truth): return .truth(truth)
        case .int(let number): return Self.small(number, scale: 0, unit) ?? exact(value, unit)
        case .decimal(let number):
            return Int64(exactly: number.unscaled).flatMap { Self.small($0, scale: number.scale, unit) }
                ?? exact(value, unit)
        case .unsigned: return exact(value, unit)
        case .double(let number): return floating(number, unit)
        case .float(let number): return floating(Double(number.description) ?? Double(number), unit)
        case .date(let days):
            guard Self.serialDays.contains(days) else { return .text(LocalDate(daysSinceEpoch: days).description) }
            return .number(Double(days) + 25_569)
        case .timestamp(let microseconds): return .text(Instant(microsecondsSinceEpoch: microseconds).description)
        case .text(let text): return .text(cell(text))
        case .binary, .list, .structure, .map:
            return .text(cell(ExactText.text(value)))
        }
    }

    /// A text that a cell can hold: no NUL, no characters that XML forbids, not too long.
    mutating func cell(_ text: String) -> String {
        if Self.isPlain(text) { return text }
        var text = text
        if text.unicodeScalars.contains(where: { $0.value == 0 || $0.value == 0xFFFE || $0.value == 0xFFFF }) {
            let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
                scalar.value == 0 ? "\u{2400}" : scalar.value == 0xFFFE || scalar.value == 0xFFFF ? "\u{FFFD}" : scalar
            }
            text = String(String.UnicodeScalarView(scalars))
        }
        let escaped = Self.escaped(text)
        guard escaped.utf16.count > SpreadsheetFile.charactersMax else { return escaped }
        cutTextCount += 1
        // Escapes lengthen the text: as much is cut in addition.
        let room = SpreadsheetFile.charactersMax - (escaped.utf16.count - text.utf16.count)
        var units = 0
        let kept = text.prefix { character in
            units += String(character).utf16.count
            return units < room
        }
        return Self.escaped(String(kept)) + "…"
    }

    /// `_x0041_` in a cell means `A` (ECMA-376, ST_Xstring): a text that looks like it gets its underscore escaped.
    private static func escaped(_ text: String) -> String {
        guard text.contains("_x") else { return text }
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        for (index, scalar) in scalars.enumerated() {
            let isEscape =
                scalar == "_" && index + 6 < scalars.count && scalars[index + 1] == "x" && scalars[index + 6] == "_"
                && scalars[(index + 2)..<(index + 6)].allSatisfy(\.properties.isASCIIHexDigit)
            if isEscape { result.append(contentsOf: "_x005F".unicodeScalars) }
            result.append(scalar)
        }
        return String(result)
    }

    /// Whether a text stands in a cell as it is: short enough, and without what `cell` looks for.
    private static func isPlain(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in unsafe isPlain(Span(_unsafeElements: bytes)) }
    }

    /// The same for UTF-8 as it lies in a batch.
    static func isPlain(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count <= SpreadsheetFile.charactersMax else { return false }
        var last: UInt8 = 0
        for index in bytes.indices {
            let byte = bytes[index]
            // 0xEF begins U+FFFE and U+FFFF; `_x` may begin an escape.
            if byte == 0 || byte == 0xEF || (byte == UInt8(ascii: "x") && last == UInt8(ascii: "_")) { return false }
            last = byte
        }
        return true
    }

    /// Up to 15 digits over a power of ten that a double holds: the quotient is the nearest double of the number.
    private static func small(_ digits: Int64, scale: Int, _ unit: Unit) -> CellContent? {
        let exponent = if case .money(_, let exponent) = unit { exponent } else { 0 }
        guard digits.magnitude < 1_000_000_000_000_000, powers.indices.contains(scale),
            powers.indices.contains(exponent), powers.indices.contains(scale + exponent)
        else { return nil }
        return .number(Double(digits) / powers[scale + exponent])
    }

    /// The powers of ten that a double holds exactly.
    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    private mutating func exact(_ value: Scalar, _ unit: Unit) -> CellContent {
        guard let number = value.exactNumber else { return .empty }
        let exponent = if case .money(_, let exponent) = unit { exponent } else { 0 }
        let major = ExactDecimal(unscaled: number.unscaled, scale: number.scale + exponent)
        // Zeros at the end are not digits that get lost.
        var significant = major.unscaled.magnitude
        while significant >= Self.digitsMax, significant % 10 == 0 { significant /= 10 }
        guard significant < Self.digitsMax else {
            exactAsTextCount += 1
            return .text(major.description)
        }
        return .number(major.approximation)
    }

    private func floating(_ number: Double, _ unit: Unit) -> CellContent {
        guard number.isFinite else { return .text(ExactText.text(.double(number))) }
        guard case .money(_, let exponent) = unit, let minor = ExactDecimal(shortest: number) else {
            return .number(number)
        }
        return .number(ExactDecimal(unscaled: minor.unscaled, scale: minor.scale + exponent).approximation)
    }
}

extension String {
    /// On one line and without control characters: for heads, names, titles and properties, where the library writes
    /// texts into XML as they are.
    var singleLine: String {
        let scalars = unicodeScalars.map { scalar -> Unicode.Scalar in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0xFFFE
                || scalar.value == 0xFFFF || scalar.value == 0x2028 || scalar.value == 0x2029 ? " " : scalar
        }
        return String(String.UnicodeScalarView(scalars)).split(separator: " ").joined(separator: " ")
    }
}

/// Number formats by unit, in Excel's notation.
enum NumberFormats {
    /// Cells of tables: no currency sign, the head has it.
    static func cell(_ unit: Unit) -> String? {
        switch unit {
        case .count: "#,##0"
        case .money(_, let exponent): signed(digits(exponent))
        case .percent: "0.0%"
        case .number(let decimals): digits(decimals)
        case .milliseconds: "#,##0\" ms\""
        case .none: nil
        }
    }

    /// A figure that stands alone, with its currency.
    static func figure(_ unit: Unit, sign: String) -> String? {
        guard case .money(_, let exponent) = unit else { return cell(unit) }
        let quoted = "[$" + sign.filter { $0 != "[" && $0 != "]" && $0 != "-" } + "]"
        return "\(quoted)\(digits(exponent));[Red]-\(quoted)\(digits(exponent))"
    }

    static let date = "yyyy-mm-dd"
    /// The arrow is in the format: icons would draw one beside 0.0 % too.
    static let change = "▲ 0.0%;[Color3]▼ 0.0%;0.0%"
    /// Percentages change by points.
    static let points = "▲ 0.0\" points\";[Color3]▼ 0.0\" points\";0.0\" points\""

    private static func digits(_ count: Int) -> String {
        count == 0 ? "#,##0" : "#,##0." + String(repeating: "0", count: count)
    }

    private static func signed(_ digits: String) -> String { "\(digits);[Red]-\(digits)" }
}
