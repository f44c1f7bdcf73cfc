import Columnar

/// Scalars as Postgres writes them, from the definitions in its manual and not from our code.
@Sendable func plain(_ value: Scalar) -> String {
    switch value {
    case .null: "NULL"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .decimal(let value): value.description
    case .float(let value): value.description
    case .double(let value): value.description
    case .text(let value): value
    case .list(let values): values.map(plain).joined(separator: ",")
    default: "unexpected \(value.kind)"
    }
}

@Sendable func list(_ value: Scalar) -> String { plain(value) }

func parts(_ value: Scalar) -> [Scalar] {
    if case .structure(let parts) = value { parts } else { [] }
}

func entries(_ value: Scalar) -> [Scalar.Entry] {
    if case .map(let entries) = value { entries } else { [] }
}

func integer(_ value: Scalar) -> Int64 {
    switch value {
    case .int(let value), .timestamp(let value): value
    case .date(let value): Int64(value)
    default: .min
    }
}

func hexadecimal(_ value: Scalar) -> String {
    guard case .binary(let bytes) = value else { return "" }
    return bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}

private func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// Year, month and day of days since 1970, by counting in cycles of 400 years from 1 March.
private func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
}

/// There is no year 0: the year before 1 is 1 BC.
private func day(_ days: Int64) -> String {
    let (year, month, day) = civil(days)
    return "\(padded(year > 0 ? year : 1 - year, 4))-\(padded(month, 2))-\(padded(day, 2))"
}

private func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
}

@Sendable func date(_ value: Scalar) -> String {
    day(integer(value)) + (civil(integer(value)).year > 0 ? "" : " BC")
}

func clock(_ microseconds: Int64) -> String {
    let seconds = microseconds / 1_000_000
    var text = "\(padded(seconds / 3_600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    if microseconds % 1_000_000 != 0 {
        text += "." + padded(microseconds % 1_000_000, 6)
        while text.last == "0" { text.removeLast() }
    }
    return text
}

func timestamp(_ value: Scalar) -> String {
    let days = floorDivide(integer(value), 86_400_000_000)
    return "\(day(days)) \(clock(integer(value) - days * 86_400_000_000))"
}

func era(_ value: Scalar) -> String {
    civil(floorDivide(integer(value), 86_400_000_000)).year > 0 ? "" : " BC"
}
