/// The one calendar of a tenant: its zone, the start of its weeks and fiscal years, its holidays.
///
/// Every bucket, period and schedule of the tenant comes from it.
package struct TenantCalendar: Sendable, Hashable {
    /// The zone whose clocks say which date an instant has.
    package let zone: Zone
    /// The first day of a week; ISO weeks start on Monday.
    package let weekStart: Weekday
    /// The first day of a fiscal year. A fiscal year is named after the calendar year in which it ends: with 04-01,
    /// FY2026 is `[2025-04-01, 2026-04-01)`; with 01-01 it is the calendar year.
    package let fiscalYearStart: MonthDay
    /// Public holidays and other days off, sorted.
    package let holidays: [LocalDate]

    package init(
        zone: Zone, weekStart: Weekday = .monday, fiscalYearStart: MonthDay = .january1, holidays: [LocalDate] = []
    ) {
        self.zone = zone
        self.weekStart = weekStart
        self.fiscalYearStart = fiscalYearStart
        self.holidays = Array(Set(holidays)).sorted()
    }

    /// UTC, ISO weeks, calendar years.
    package static let utc = TenantCalendar(zone: .utc)

    /// Whether a date is one of the holidays.
    package func isHoliday(_ date: LocalDate) -> Bool {
        var low = 0
        var high = holidays.count
        while low < high {
            let middle = (low + high) / 2
            if holidays[middle] < date { low = middle + 1 } else { high = middle }
        }
        return low < holidays.count && holidays[low] == date
    }

    /// The instants whose local date may belong to a range of dates: from the first instant of `dates.lowerBound` to
    /// the first of `dates.upperBound`.
    ///
    /// Local dates are not monotone (see `Zone.localDate(of:)`): to select rows, take this range with a day more on
    /// each side and then compare local dates.
    package func instants(of dates: Range<LocalDate>) -> InstantRange {
        InstantRange(start: zone.startOfDay(dates.lowerBound), end: zone.startOfDay(dates.upperBound))
    }

    /// The instants of a period; see `instants(of:)` of dates.
    package func instants(of period: Period) -> InstantRange { instants(of: period.dates) }
}
