// ISO 8601 weeks: they start on Monday, and week 1 is the one with the year's first Thursday.

extension LocalDate {
    /// The ISO week-year and week (1 to 53): 2021-01-03 is week 53 of 2020.
    package var isoWeek: (weekYear: Int, week: Int) {
        // The Thursday decides: its year is the week's year.
        let thursday = adding(days: Weekday.thursday.rawValue - weekday.rawValue)
        return (thursday.year, (thursday.dayOfYear - 1) / 7 + 1)
    }

    /// The Monday of an ISO week.
    ///
    /// - Throws: `outOfRange` where the year has no such week (2026 has 53, 2025 has 52) or is not 1 to 9999.
    package init(isoWeekYear: Int, week: Int) throws(CivilTimeError) {
        guard (1...9999).contains(isoWeekYear), week >= 1, week <= Self.isoWeekCount(weekYear: isoWeekYear) else {
            throw CivilTimeError(.outOfRange, "the year \(isoWeekYear) has no week \(week)")
        }
        let first = LocalDate(existingYear: isoWeekYear, month: 1, day: 4).startOfWeek(.monday)
        self = first.adding(days: (week - 1) * 7)
    }

    /// The number of ISO weeks of a week-year: 52 or 53.
    package static func isoWeekCount(weekYear: Int) -> Int {
        // 28 December is always in the last week.
        LocalDate(existingYear: weekYear, month: 12, day: 28).isoWeek.week
    }
}
