internal import CivilTime

/// The first day of the month of a day, for many rows: days of one month come together, so the last answer is kept.
struct MonthStarts {
    private var from: Int32 = 1
    private var behind: Int32 = 0

    /// The first day of the month of a day, both in days since 1970-01-01.
    mutating func start(of day: Int32) -> Int32 {
        if day >= from && day < behind { return from }
        let start = LocalDate(daysSinceEpoch: day).startOfMonth
        from = start.daysSinceEpoch
        behind = start.adding(months: 1).daysSinceEpoch
        return from
    }
}
