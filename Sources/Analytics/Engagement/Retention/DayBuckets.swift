package import CivilTime

/// Days, weeks, months, quarters or years as consecutive numbers: the buckets of cohorts and their ages.
///
/// Weeks begin on the tenant's day, and have the number of their first day's; months count from the year 0.
package struct DayBuckets: Sendable, Hashable {
    private let months: Int32
    /// Whether buckets are weeks, and days from 1970-01-01 to the first day of week 0: its Monday was 29 December 1969.
    private let isWeeks: Bool
    private let weekOffset: Int32

    /// - Parameters:
    ///   - grain: `day`, `week`, `month`, `quarter` or `year`.
    ///   - weekStart: the first day of weeks.
    /// - Returns: nil for another grain.
    package init?(_ grain: String, weekStart: Weekday) {
        isWeeks = grain == "week"
        weekOffset = LocalDate(daysSinceEpoch: 0).startOfWeek(weekStart).daysSinceEpoch
        switch grain {
        case "day", "week": months = 0
        case "month": months = 1
        case "quarter": months = 3
        case "year": months = 12
        default: return nil
        }
    }

    /// The local days of a bucket where they are counted from a person's first and not by the calendar: 1, 7, 30, 91, 365.
    package var relativeDayCount: Int32 {
        switch months {
        case 0: isWeeks ? 7 : 1
        case 1: 30
        case 3: 91
        default: 365
        }
    }

    /// Whether buckets are days or weeks: whole numbers of days.
    var isSimple: Bool { months == 0 }

    /// The first day of a bucket; saturates at the ends of the calendar.
    package func firstDay(_ bucket: Int32) -> Int32 {
        if months == 0 {
            guard isWeeks else { return bucket }
            return Int32(clamping: Int64(bucket) * 7 + Int64(weekOffset))
        }
        let year = LocalDate(daysSinceEpoch: 0).adding(years: -1970).startOfYear
        return year.adding(months: Int(bucket) * Int(months)).daysSinceEpoch
    }

    /// The bucket of a day.
    package func bucket(_ day: Int32) -> Int32 {
        if months == 0 {
            guard isWeeks else { return day }
            return Int32(truncatingIfNeeded: floored(Int64(day) - Int64(weekOffset), 7))
        }
        let (year, month, _) = LocalDate(daysSinceEpoch: day).components
        return Int32(truncatingIfNeeded: floored(Int64(year) * 12 + Int64(month - 1), Int64(months)))
    }

    @inline(__always)
    private func floored(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }
}

/// A bucket that is looked up only where a day leaves the one before it.
package struct BucketCursor {
    private let buckets: DayBuckets
    private let isSimple: Bool
    private var first = Int32.max
    private var end = Int32.min
    private var current: Int32 = 0

    package init(_ buckets: DayBuckets) {
        self.buckets = buckets
        isSimple = buckets.isSimple
    }

    /// The bucket of a day.
    @inline(__always)
    package mutating func bucket(_ day: Int32) -> Int32 {
        // Weeks and days are a division away.
        if isSimple { return buckets.bucket(day) }
        if day >= first && day < end { return current }
        current = buckets.bucket(day)
        first = buckets.firstDay(current)
        end = buckets.firstDay(current == .max ? current : current + 1)
        return current
    }
}
