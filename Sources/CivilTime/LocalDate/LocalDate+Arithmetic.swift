extension LocalDate {
    /// The date some days later (earlier where negative); saturates at the ends of the range.
    package func adding(days: Int) -> LocalDate {
        let (sum, overflow) = Int(daysSinceEpoch).addingReportingOverflow(days)
        return LocalDate(daysSinceEpoch: Int32(clamping: overflow ? (days < 0 ? Int.min : Int.max) : sum))
    }

    /// The same day some months later, or the last day of that month where it is shorter, as Postgres does.
    ///
    /// 2024-03-31 - 1 month = 2024-02-29; 2025-01-30 + 1 month = 2025-02-28. Saturates at the ends of the range.
    package func adding(months: Int) -> LocalDate {
        let (year, month, day) = components
        // 150 million months pass every representable year, so more of them change nothing.
        let bounded = min(max(months, -150_000_000), 150_000_000)
        let index = year * 12 + (month - 1) + bounded
        let newYear = index.dividedDown(by: 12)
        let newMonth = index - newYear * 12 + 1
        let last = Self.dayCount(ofMonth: newMonth, year: newYear)
        return LocalDate(existingYear: newYear, month: newMonth, day: min(day, last))
    }

    /// The same day some years later; 29 February becomes 28 February where there is none.
    package func adding(years: Int) -> LocalDate {
        adding(months: min(max(years, -12_500_000), 12_500_000) * 12)
    }

    /// Days from this date to another; negative where that lies before.
    package func days(until other: LocalDate) -> Int { Int(other.daysSinceEpoch) - Int(daysSinceEpoch) }

    /// The first day of the month.
    package var startOfMonth: LocalDate { adding(days: 1 - day) }
    /// The first day of the calendar quarter.
    package var startOfQuarter: LocalDate { LocalDate(existingYear: year, month: (quarter - 1) * 3 + 1, day: 1) }
    /// The first day of the calendar year.
    package var startOfYear: LocalDate { LocalDate(existingYear: year, month: 1, day: 1) }

    /// The last date before or at this one that is the given weekday.
    package func startOfWeek(_ weekStart: Weekday) -> LocalDate {
        adding(days: -((weekday.rawValue - weekStart.rawValue + 7) % 7))
    }
}

/// `from..<to` is the collection of the days of a half-open range.
extension LocalDate: Strideable {
    package func distance(to other: LocalDate) -> Int { days(until: other) }
    package func advanced(by days: Int) -> LocalDate { adding(days: days) }
}
