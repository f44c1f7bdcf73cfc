extension Period {
    /// English, for titles: `October 2026`, `Week 44, 2026`, `31 October 2026`, `Q4 2026`, `FY2026, period 7`,
    /// `3–16 October 2026` (both days included).
    package var label: String {
        switch grain {
        case .year: "\(ordinal.year)"
        case .quarter: "Q\(ordinal.number) \(ordinal.year)"
        case .month: "\(Self.monthName(from.month)) \(from.year)"
        case .day: Self.label(from)
        case .week:
            isISOWeek ? "Week \(ordinal.number), \(ordinal.year)" : "Week of \(Self.label(from))"
        case .fiscalYear: "FY\(ordinal.year)"
        case .fiscalQuarter: "FY\(ordinal.year), quarter \(ordinal.number)"
        case .fiscalPeriod: "FY\(ordinal.year), period \(ordinal.number)"
        case .range: rangeLabel
        }
    }

    /// English, for axes and column heads where the year is known: `Oct`, `W44`, `31 Oct`, `Q4`, `P7`.
    package var shortLabel: String {
        switch grain {
        case .year: "\(ordinal.year)"
        case .quarter, .fiscalQuarter: "Q\(ordinal.number)"
        case .month: String(Self.monthName(from.month).prefix(3))
        case .day: Self.shortLabel(from)
        case .week: isISOWeek ? "W\(ordinal.number)" : Self.shortLabel(from)
        case .fiscalYear: "FY\(ordinal.year)"
        case .fiscalPeriod: "P\(ordinal.number)"
        case .range: dayCount == 1 ? Self.shortLabel(from) : "\(Self.shortLabel(from))–\(Self.shortLabel(lastDate))"
        }
    }

    /// The last date of the period.
    package var lastDate: LocalDate { to.adding(days: -1) }

    var isISOWeek: Bool { grain == .week && from.weekday == .monday }

    private var rangeLabel: String {
        let (first, last) = (from.components, lastDate.components)
        if dayCount == 1 { return Self.label(from) }
        if first.year != last.year { return "\(Self.label(from)) – \(Self.label(lastDate))" }
        if first.month != last.month {
            return "\(first.day) \(Self.monthName(first.month)) – \(Self.label(lastDate))"
        }
        return "\(first.day)–\(Self.label(lastDate))"
    }

    private static func label(_ date: LocalDate) -> String {
        let (year, month, day) = date.components
        return "\(day) \(monthName(month)) \(year)"
    }

    private static func shortLabel(_ date: LocalDate) -> String {
        let (_, month, day) = date.components
        return "\(day) \(monthName(month).prefix(3))"
    }

    private static func monthName(_ month: Int) -> String { monthNames[month - 1] }

    static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
