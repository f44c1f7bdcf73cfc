internal import CivilTime
internal import Kernels

/// The units of `date_trunc` and `extract`.
enum TimeUnit: String, Sendable {
    case microsecond, millisecond, second, minute, hour, day, week, month, quarter, year, decade, century, millennium

    /// A unit by its name, in the singular or plural.
    init?(name: String) {
        let lower = name.lowercased()
        let plurals = ["centuries": "century", "millennia": "millennium", "milliseconds": "millisecond"]
        if let unit = TimeUnit(rawValue: plurals[lower] ?? lower) { self = unit; return }
        guard lower.hasSuffix("s"), let unit = TimeUnit(rawValue: String(lower.dropLast())) else { return nil }
        self = unit
    }

    /// Microseconds of the units of fixed length.
    var microseconds: Int64? {
        switch self {
        case .microsecond: 1
        case .millisecond: 1_000
        case .second: 1_000_000
        case .minute: 60_000_000
        case .hour: 3_600_000_000
        case .day: 86_400_000_000
        case .week: 7 * 86_400_000_000
        default: nil
        }
    }

    /// The unit that a local time lies in: from its start to the start of the next.
    func bounds(_ local: Int64) -> (start: Int64, end: Int64) {
        if let length = microseconds {
            // Weeks begin on Monday; 1970-01-05 was one.
            let shift: Int64 = self == .week ? 4 * 86_400_000_000 : 0
            let start = flooredQuotient(local &- shift, length) &* length &+ shift
            return (start, start &+ length)
        }
        let days = Int32(clamping: flooredQuotient(local, 86_400_000_000))
        let date = LocalDate(daysSinceEpoch: days)
        let (first, months): (LocalDate, Int)
        switch self {
        case .quarter: (first, months) = (date.startOfQuarter, 3)
        case .year: (first, months) = (date.startOfYear, 12)
        case .decade:
            (first, months) = (date.startOfYear.adding(years: -(((date.year % 10) + 10) % 10)), 120)
        case .century:
            (first, months) = (date.startOfYear.adding(years: -((((date.year - 1) % 100) + 100) % 100)), 1_200)
        case .millennium:
            (first, months) = (date.startOfYear.adding(years: -((((date.year - 1) % 1_000) + 1_000) % 1_000)), 12_000)
        default: (first, months) = (date.startOfMonth, 1)
        }
        let next = first.adding(months: months)
        return (Int64(first.daysSinceEpoch) * 86_400_000_000, Int64(next.daysSinceEpoch) * 86_400_000_000)
    }
}
