package import CivilTime

extension Grain {
    /// The grains of buckets in SQL, by their names: all but ranges of dates.
    static let buckets = allCases.filter { $0 != .range }

    /// The values of one season, where the field has a common answer: days in a week, months in a year.
    var season: Int {
        switch self {
        case .day: 7
        case .week: 52
        case .month, .fiscalPeriod: 12
        case .quarter, .fiscalQuarter: 4
        case .year, .fiscalYear, .range: 1
        }
    }
}

/// Days, weeks, months, quarters or years, of the calendar or of the fiscal year, as consecutive numbers: the buckets of
/// series, and of cohorts and their ages.
///
/// Weeks begin on the tenant's day, and have the number of their first day's; months count from the year 0, those of fiscal
/// years from the fiscal year 0, on whose first day's number they begin, or on the last of months that are shorter.
package struct DayBuckets: Sendable, Hashable {
    /// How long they are.
    package let grain: Grain
    /// The months of a bucket; 0 of days and weeks.
    private let monthCount: Int32
    /// Days from 1970-01-01 to the first day of week 0: its Monday was 29 December 1969.
    private let weekOffset: Int32
    /// The first day of month 0.
    private let origin: LocalDate
    /// Months from the year 0 to it.
    private let originMonths: Int64
    private let originDay: Int

    /// - Parameters:
    ///   - grain: any but `range`, which has no buckets and is taken for days.
    ///   - weekStart: the first day of weeks.
    ///   - fiscalYearStart: the first day of fiscal years, each named by the year in which it ends.
    package init(_ grain: Grain, weekStart: Weekday, fiscalYearStart: MonthDay = .january1) {
        self.grain = grain
        weekOffset = LocalDate(daysSinceEpoch: 0).startOfWeek(weekStart).daysSinceEpoch
        monthCount =
            switch grain {
            case .day, .week, .range: 0
            case .month, .fiscalPeriod: 1
            case .quarter, .fiscalQuarter: 3
            case .year, .fiscalYear: 12
            }
        let year = LocalDate(daysSinceEpoch: 0).adding(years: -1970).startOfYear
        switch grain {
        case .fiscalPeriod, .fiscalQuarter, .fiscalYear:
            origin = fiscalYearStart.date(inYear: year.year)
        default: origin = year
        }
        let parts = origin.components
        originMonths = Int64(parts.year) * 12 + Int64(parts.month)
        originDay = parts.day
    }

    /// Months, whatever weeks begin with.
    static let months = DayBuckets(.month, weekStart: .monday)

    /// The local days of a bucket where they are counted from a person's first and not by the calendar: 1, 7, 30, 91, 365.
    package var relativeDayCount: Int32 {
        switch monthCount {
        case 0: grain == .week ? 7 : 1
        case 1: 30
        case 3: 91
        default: 365
        }
    }

    /// Whether buckets are days or weeks: whole numbers of days.
    var isSimple: Bool { monthCount == 0 }

    /// The first day of a bucket; saturates at the ends of the calendar.
    package func firstDay(_ bucket: Int32) -> Int32 {
        if monthCount == 0 {
            guard grain == .week else { return bucket }
            return Int32(clamping: Int64(bucket) * 7 + Int64(weekOffset))
        }
        return origin.adding(months: Int(bucket) * Int(monthCount)).daysSinceEpoch
    }

    /// The bucket of a day.
    package func bucket(_ day: Int32) -> Int32 {
        if monthCount == 0 {
            guard grain == .week else { return day }
            return Int32(truncatingIfNeeded: floored(Int64(day) - Int64(weekOffset), 7))
        }
        let (year, month, _) = LocalDate(daysSinceEpoch: day).components
        let months = Int64(year) * 12 + Int64(month) - originMonths
        let bucket = Int32(truncatingIfNeeded: floored(months, Int64(monthCount)))
        // A fiscal month that begins on the 6th has its days before the 6th of the month in the one before.
        return originDay > 1 && firstDay(bucket) > day ? bucket &- 1 : bucket
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
