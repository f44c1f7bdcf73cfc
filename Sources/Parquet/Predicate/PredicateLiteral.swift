internal import Columnar

/// Literals of a predicate's text, read as the type of their column needs them.
enum PredicateLiteral {
    /// A number; nil where it has more than 38 digits and no exponent.
    static func number(_ digits: String, _ type: LogicalType) -> Scalar? {
        switch type {
        case .float, .double: return Double(digits).map { .double($0) }
        default: break
        }
        if let value = Int64(digits) { return .int(value) }
        if let value = ExactDecimal(digits) { return .decimal(value) }
        return digits.contains("e") ? Double(digits).map { .double($0) } : nil
    }

    /// A text, which may be a date, an instant or a number in quotes.
    static func text(_ text: String, _ type: LogicalType) -> Scalar? {
        switch type {
        case .text, .json, .uuid, .binary: return .text(text)
        case .date, .timestamp: return instant(text)
        case .bool: return word(text.uppercased())
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .decimal, .float, .double:
            return word(text.uppercased()) ?? number(text, type)
        case .interval, .list, .structure, .map: return nil
        }
    }

    /// A literal that is a word.
    static func word(_ word: String) -> Scalar? {
        switch word {
        case "TRUE": .bool(true)
        case "FALSE": .bool(false)
        case "NULL": .null
        case "NAN": .double(.nan)
        case "INFINITY": .double(.infinity)
        case "-INFINITY": .double(-.infinity)
        default: nil
        }
    }

    static func example(_ type: LogicalType) -> String {
        switch type {
        case .bool: "TRUE"
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: "42"
        case .decimal, .float, .double: "1.5"
        case .date: "'2026-10-31'"
        case .timestamp: "'2026-10-31T08:15:00Z'"
        case .text, .json: "'text'"
        case .uuid: "'123e4567-e89b-12d3-a456-426614174000'"
        case .binary: "X'0aff'"
        case .interval, .list, .structure, .map: "IS NULL"
        }
    }

    /// A date, or a date and a time of day with an optional zone: `2026-10-31`, `2026-10-31 08:15:00.25+01:00`.
    private static func instant(_ text: String) -> Scalar? {
        var rest = Substring(text)
        guard let year = digits(&rest, 4), mark(&rest, "-"), let month = digits(&rest, 2), mark(&rest, "-"),
            let day = digits(&rest, 2), let days = days(year, month, day)
        else { return nil }
        if rest.isEmpty { return .date(Int32(truncatingIfNeeded: days)) }
        guard mark(&rest, "T") || mark(&rest, "t") || mark(&rest, " "), let hour = digits(&rest, 2), hour < 24,
            mark(&rest, ":"), let minute = digits(&rest, 2), minute < 60
        else { return nil }
        var (second, microseconds) = (0, 0)
        if mark(&rest, ":") {
            guard let value = digits(&rest, 2), value < 60 else { return nil }
            second = value
            if mark(&rest, ".") {
                let fraction = rest.prefix { ("0"..."9").contains($0) }
                guard (1...6).contains(fraction.count), let value = Int(fraction) else { return nil }
                rest = rest.dropFirst(fraction.count)
                microseconds = value
                for _ in fraction.count..<6 { microseconds *= 10 }
            }
        }
        guard let offset = offset(&rest), rest.isEmpty else { return nil }
        let seconds = ((days * 24 + hour) * 60 + minute - offset) * 60 + second
        return .timestamp(Int64(seconds * 1_000_000 + microseconds))
    }

    /// Minutes east of UTC; none is UTC.
    private static func offset(_ rest: inout Substring) -> Int? {
        if rest.isEmpty || mark(&rest, "Z") || mark(&rest, "z") { return 0 }
        let isWest = rest.first == "-"
        guard mark(&rest, "+") || mark(&rest, "-"), let hours = digits(&rest, 2), hours < 24 else { return nil }
        var minutes = 0
        if !rest.isEmpty {
            _ = mark(&rest, ":")
            guard let value = digits(&rest, 2), value < 60 else { return nil }
            minutes = value
        }
        return (isWest ? -1 : 1) * (hours * 60 + minutes)
    }

    private static func mark(_ rest: inout Substring, _ mark: Character) -> Bool {
        guard rest.first == mark else { return false }
        rest = rest.dropFirst()
        return true
    }

    private static func digits(_ rest: inout Substring, _ count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ ("0"..."9").contains($0) }), let value = Int(digits) else {
            return nil
        }
        rest = rest.dropFirst(count)
        return value
    }

    /// Days since 1970-01-01 of a date of the proleptic Gregorian calendar; nil where there is no such date.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int? {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), (1...lengths[month - 1]).contains(day) else { return nil }
        // Years that begin in March: the leap day is their last.
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
