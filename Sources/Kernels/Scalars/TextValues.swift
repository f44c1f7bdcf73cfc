package import CivilTime
package import Columnar

/// Values written as text and read from it: the forms of CSV cells and of SQL's literals.
package enum TextValues {
    /// The value of a text; nil where it is none of the type.
    package static func value(_ text: String, _ type: LogicalType, zone: Zone) -> Scalar? {
        let trimmed = text.trimmed
        switch type {
        case .bool: return bool(trimmed.lowercased()).map { .bool($0) }
        case .int8: return Int8(trimmed).map { .int(Int64($0)) }
        case .int16: return Int16(trimmed).map { .int(Int64($0)) }
        case .int32: return Int32(trimmed).map { .int(Int64($0)) }
        case .int64: return Int64(trimmed).map { .int($0) }
        case .float: return double(trimmed).map { .float(Float($0)) }
        case .double: return double(trimmed).map { .double($0) }
        case .decimal(let precision, let scale): return decimal(trimmed, precision, scale).map { .decimal($0) }
        case .date: return date(trimmed).map { .date($0.daysSinceEpoch) }
        case .timestamp: return instant(trimmed, zone: zone).map { .timestamp($0) }
        case .text, .json: return .text(text)
        case .uuid: return uuid(trimmed).map { .text($0) }
        case .binary: return .binary(Array(text.utf8))
        case .interval: return interval(trimmed)
        default: return nil
        }
    }

    /// The text of a value: shortest round-trip doubles, ISO dates, instants with `Z`, decimals at their scale.
    package static func text(_ value: Scalar, zone: Zone = .utc) -> String {
        switch value {
        case .null: return ""
        case .bool(let value): return value ? "true" : "false"
        case .int(let value): return String(value)
        case .unsigned(let value): return String(value)
        case .decimal(let value): return value.description
        case .float(let value): return number(Double(value), value.description)
        case .double(let value): return number(value, value.description)
        case .date(let days): return LocalDate(daysSinceEpoch: days).description
        case .timestamp(let microseconds): return Instant(microsecondsSinceEpoch: microseconds).description
        case .text(let value): return value
        case .binary(let bytes): return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        case .list(let parts):
            return "[" + parts.map { $0 == .null ? "NULL" : text($0, zone: zone) }.joined(separator: ", ") + "]"
        case .structure(let parts): return "(" + parts.map { text($0, zone: zone) }.joined(separator: ",") + ")"
        case .map(let entries):
            return "{" + entries.map { text($0.key) + "=" + text($0.value) }.joined(separator: ", ") + "}"
        }
    }

    private static func number(_ value: Double, _ shortest: String) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
        let plain = shortest.hasSuffix(".0") ? String(shortest.dropLast(2)) : shortest
        // PostgreSQL writes an exponent from 16 digits before the point on.
        guard abs(value) >= 1e15, !plain.contains("e") else { return plain }
        let digits = plain.filter(\.isNumber)
        let exponent = (plain.split(separator: ".").first ?? "").count(where: \.isNumber) - 1
        let kept = digits.reversed().drop { $0 == "0" }.reversed()
        let rest = String(kept.dropFirst())
        return (value < 0 ? "-" : "") + String(digits.prefix(1)) + (rest.isEmpty ? "" : "." + rest) + "e+\(exponent)"
    }

    private static func bool(_ text: String) -> Bool? {
        switch text {
        case "true", "t", "yes", "y", "on", "1": true
        case "false", "f", "no", "n", "off", "0": false
        default: nil
        }
    }

    private static func double(_ text: String) -> Double? {
        switch text.lowercased() {
        case "nan": return .nan
        case "infinity", "inf", "+infinity", "+inf": return .infinity
        case "-infinity", "-inf": return -.infinity
        default: break
        }
        guard text.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }), let value = Double(text), value.isFinite
        else { return nil }
        return value
    }

    private static func decimal(_ text: String, _ precision: Int, _ scale: Int) -> ExactDecimal? {
        let parts = text.lowercased().split(separator: "e", omittingEmptySubsequences: false)
        guard let digits = ExactDecimal(parts[0]) else { return nil }
        var own = digits.scale
        if parts.count == 2 {
            guard let exponent = Int(parts[1]), abs(exponent) <= 76 else { return nil }
            own -= exponent
        } else if parts.count > 2 {
            return nil
        }
        let unscaled: Int128?
        if own >= 0 {
            unscaled = own - scale > 38 ? 0 : Decimals.rescaled(digits.unscaled, from: own, to: scale)
        } else {
            unscaled =
                scale - own > 38
                ? (digits.unscaled == 0 ? 0 : nil) : Decimals.rescaled(digits.unscaled, from: 0, to: scale - own)
        }
        guard let unscaled, unscaled.magnitude < Decimals.power(precision).magnitude else { return nil }
        return ExactDecimal(unscaled: unscaled, scale: scale)
    }

    /// A date; what follows it as a time of day is cut, as PostgreSQL does.
    private static func date(_ text: String) -> LocalDate? {
        if let date = try? LocalDate(parsing: text) { return date }
        return (try? LocalDateTime(parsing: text.replacing(" ", with: "T")))?.date
    }

    /// An instant: with an offset or `Z`, else local time of the zone.
    package static func instant(_ text: String, zone: Zone) -> Int64? {
        let iso = text.replacing(" ", with: "T")
        if let instant = try? Instant(parsing: iso) { return instant.microsecondsSinceEpoch }
        // `+00` is short for `+00:00`.
        if let sign = iso.lastIndex(where: { $0 == "+" || $0 == "-" }), iso.contains(":"), iso[sign...].count == 3,
            let instant = try? Instant(parsing: iso + ":00")
        {
            return instant.microsecondsSinceEpoch
        }
        let local: LocalDateTime
        if let exact = try? LocalDateTime(parsing: iso) {
            local = exact
        } else if let date = try? LocalDate(parsing: text) {
            local = LocalDateTime(midnightOf: date)
        } else {
            return nil
        }
        return try? zone.instant(of: local, gap: .shiftForward, fold: .first).microsecondsSinceEpoch
    }

    private static func uuid(_ text: String) -> String? {
        let digits = text.lowercased().filter { $0 != "-" && $0 != "{" && $0 != "}" }
        guard digits.count == 32, digits.allSatisfy({ $0.isHexDigit && $0.isASCII }) else { return nil }
        var result = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { result.append("-") }
            result.append(digit)
        }
        return result
    }

    /// An interval: `7 days`, `1 year 2 months 03:04:05`, `-1 month`, `P1Y2M3DT4H`.
    package static func interval(_ text: String) -> Scalar? {
        if text.uppercased().hasPrefix("P") { return isoInterval(text.uppercased()) }
        var parts = IntervalParts()
        var words = text.lowercased().split(separator: " ")[...]
        var isAgo = false
        while let word = words.popFirst() {
            if word == "ago" {
                isAgo = true
            } else if word.contains(":") {
                guard parts.add(clock: word) else { return nil }
            } else {
                // `7 days`, or `7days`.
                var number = word
                var unit: Substring
                if let split = word.firstIndex(where: { $0.isLetter }) {
                    number = word[..<split]
                    unit = word[split...]
                } else {
                    guard let next = words.popFirst() else { return nil }
                    unit = next
                }
                if unit.last == "s", unit.count > 1 { unit = unit.dropLast() }
                guard let value = ExactDecimal(number), parts.add(value, String(unit)) else { return nil }
            }
        }
        return isAgo ? parts.negated : parts.scalar
    }

    private static func isoInterval(_ text: String) -> Scalar? {
        var parts = IntervalParts()
        var number = ""
        var isTime = false
        for character in text.dropFirst() {
            if character == "T" {
                isTime = true
            } else if character.isNumber || character == "-" || character == "." {
                number.append(character)
            } else {
                let units: [Character: String] =
                    isTime
                    ? ["H": "hour", "M": "minute", "S": "second"]
                    : ["Y": "year", "M": "month", "W": "week", "D": "day"]
                guard let unit = units[character], let value = ExactDecimal(number), parts.add(value, unit) else {
                    return nil
                }
                number = ""
            }
        }
        return number.isEmpty ? parts.scalar : nil
    }
}

/// Months, days and microseconds that gather what an interval's text says.
private struct IntervalParts {
    private var months: Int64 = 0
    private var days: Int64 = 0
    private var microseconds: Int64 = 0

    private static let monthsOf: [String: Int64] = [
        "year": 12, "yr": 12, "y": 12, "quarter": 3, "month": 1, "mon": 1, "decade": 120, "century": 1200,
    ]
    private static let daysOf: [String: Int64] = ["week": 7, "w": 7, "day": 1, "d": 1]
    private static let microsecondsOf: [String: Int64] = [
        "hour": 3_600_000_000, "h": 3_600_000_000, "minute": 60_000_000, "min": 60_000_000, "m": 60_000_000,
        "second": 1_000_000, "sec": 1_000_000, "s": 1_000_000, "millisecond": 1_000, "microsecond": 1, "us": 1,
    ]

    mutating func add(_ value: ExactDecimal, _ unit: String) -> Bool {
        if let factor = Self.monthsOf[unit] { return add(value, factor, \.months) }
        if let factor = Self.daysOf[unit] {
            // What is left of a day becomes time.
            guard value.scale == 0 else { return add(value, factor * 86_400_000_000, \.microseconds) }
            return add(value, factor, \.days)
        }
        guard let factor = Self.microsecondsOf[unit] else { return false }
        return add(value, factor, \.microseconds)
    }

    private mutating func add(_ value: ExactDecimal, _ factor: Int64, _ part: WritableKeyPath<IntervalParts, Int64>)
        -> Bool
    {
        let (product, overflow) = value.unscaled.multipliedReportingOverflow(by: Int128(factor))
        guard !overflow, let rounded = Decimals.rescaled(product, from: value.scale, to: 0),
            let whole = Int64(exactly: rounded)
        else { return false }
        let (sum, overflowOfSum) = self[keyPath: part].addingReportingOverflow(whole)
        self[keyPath: part] = sum
        return !overflowOfSum
    }

    mutating func add(clock: Substring) -> Bool {
        let isNegative = clock.hasPrefix("-")
        let fields = clock.drop { $0 == "-" || $0 == "+" }.split(separator: ":")
        guard fields.count == 2 || fields.count == 3 else { return false }
        for (field, unit) in zip(fields, ["hour", "minute", "second"]) {
            guard let value = ExactDecimal(field),
                add(ExactDecimal(unscaled: isNegative ? -value.unscaled : value.unscaled, scale: value.scale), unit)
            else { return false }
        }
        return true
    }

    var scalar: Scalar? {
        guard let months = Int32(exactly: months), let days = Int32(exactly: days) else { return nil }
        return .structure([.int(Int64(months)), .int(Int64(days)), .int(microseconds)])
    }

    var negated: Scalar? {
        guard months != .min, days != .min, microseconds != .min else { return nil }
        var copy = self
        (copy.months, copy.days, copy.microseconds) = (-months, -days, -microseconds)
        return copy.scalar
    }
}

extension String {
    /// The text without white space at its ends.
    var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
