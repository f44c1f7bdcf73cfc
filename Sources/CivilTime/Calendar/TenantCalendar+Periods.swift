extension TenantCalendar {
    /// The period of a grain that a date lies in; `.range` gives the day as a range.
    package func period(_ grain: Grain, containing date: LocalDate) -> Period {
        let (year, month, _) = date.components
        switch grain {
        case .year: return Self.year(year)
        case .quarter: return Self.quarter(year, (month - 1) / 3 + 1)
        case .month: return Self.month(year, month)
        case .week: return week(startingOn: date.startOfWeek(weekStart))
        case .day:
            return Period(
                name: date.description, grain: .day, from: date, to: date.adding(days: 1),
                ordinal: .init(year: year, number: date.day))
        case .fiscalYear: return fiscal(.fiscalYear, fiscalYear(of: date), 1)
        case .fiscalQuarter, .fiscalPeriod:
            let fiscalYear = fiscalYear(of: date)
            // The count of parts that begin on or before the date; parts are clamped month steps, so test, not divide.
            let parts = grain == .fiscalPeriod ? 12 : 4
            let number = (1...parts).last { fiscal(grain, fiscalYear, $0).from <= date } ?? 1
            return fiscal(grain, fiscalYear, number)
        case .range: return Self.range(date, date.adding(days: 1))
        }
    }

    /// The period before: last month, last week; for a range what is as long just before it: as many months where it is
    /// whole months, else as many days.
    ///
    /// 2025-01-01..2026-01-01 has 2024-01-01..2025-01-01 before it, which is a day longer.
    package func previous(of period: Period) -> Period {
        guard period.grain == .range else {
            return self.period(period.grain, containing: period.from.adding(days: -1))
        }
        return Self.range(Self.moved(period.from, by: -1, lengthsOf: period), period.from)
    }

    /// The period after.
    package func next(of period: Period) -> Period {
        guard period.grain == .range else { return self.period(period.grain, containing: period.to) }
        return Self.range(period.to, Self.moved(period.to, by: 1, lengthsOf: period))
    }

    private static func moved(_ date: LocalDate, by count: Int, lengthsOf range: Period) -> LocalDate {
        guard range.from.day == 1, range.to.day == 1 else { return date.adding(days: count * range.dayCount) }
        let months = (range.to.year - range.from.year) * 12 + range.to.month - range.from.month
        return date.adding(months: count * months)
    }

    /// The same period of the year before. Weeks go back 52 weeks, to the same weekdays; a day or range goes back a
    /// year on the calendar (29 February becomes 28 February).
    package func sameLastYear(as period: Period) -> Period {
        let (year, number) = (period.ordinal.year, period.ordinal.number)
        switch period.grain {
        case .year: return Self.year(year - 1)
        case .quarter: return Self.quarter(year - 1, number)
        case .month: return Self.month(year - 1, number)
        case .week: return week(startingOn: period.from.adding(days: -364))
        case .day: return self.period(.day, containing: period.from.adding(years: -1))
        case .fiscalYear, .fiscalQuarter, .fiscalPeriod: return fiscal(period.grain, year - 1, number)
        case .range:
            let from = period.from.adding(years: -1)
            // A range of 29 February alone keeps one day.
            return Self.range(from, max(period.to.adding(years: -1), from.adding(days: 1)))
        }
    }

    /// Whether all instants of a period lie before `asOf`.
    package func isComplete(_ period: Period, asOf: Instant) -> Bool { instants(of: period).end <= asOf }

    /// The last period of a grain that ended at or before `asOf`: what a report is made for if nobody says otherwise.
    ///
    /// Periods without instants (a day that the zone left out) are passed over. Asked for `.range`, gives the last
    /// complete day as a range.
    package func lastComplete(_ grain: Grain, asOf: Instant) -> Period {
        // Local dates can run backwards for some hours, so the day after the local date is a candidate too.
        var candidate = period(grain, containing: zone.localDate(of: asOf).adding(days: 1))
        // A few steps lead there; the bound is for instants at the very end of the range, where all days are empty.
        for _ in 0..<16 where !isComplete(candidate, asOf: asOf) || instants(of: candidate).isEmpty {
            candidate = previous(of: candidate)
        }
        return candidate
    }

    /// The periods of a finer grain that begin in a period, in order: the days of a month, the weeks of a quarter.
    ///
    /// All buckets of a dense time axis where the grains nest; a week belongs to the period in which it begins.
    package func periods(_ grain: Grain, in period: Period) -> [Period] {
        var list: [Period] = []
        var next = self.period(grain, containing: period.from)
        if next.from < period.from { next = self.next(of: next) }
        while next.from < period.to {
            list.append(next)
            next = self.next(of: next)
        }
        return list
    }

    /// The fiscal year of a date, named after the calendar year in which it ends.
    package func fiscalYear(of date: LocalDate) -> Int {
        let startsThisYear = fiscalYearStart.date(inYear: date.year) <= date
        let startYear = startsThisYear ? date.year : date.year - 1
        return startYear + fiscalYearNameShift
    }

    /// 0 where the fiscal year is the calendar year, else 1: it ends in the year after it starts.
    private var fiscalYearNameShift: Int { fiscalYearStart == .january1 ? 0 : 1 }
}

// The makers of periods, by year and number.
extension TenantCalendar {
    static func year(_ year: Int) -> Period {
        Period(
            name: year.padded(to: 4), grain: .year, from: LocalDate(existingYear: year, month: 1, day: 1),
            to: LocalDate(existingYear: year + 1, month: 1, day: 1), ordinal: .init(year: year))
    }

    static func quarter(_ year: Int, _ quarter: Int) -> Period {
        let from = LocalDate(existingYear: year, month: quarter * 3 - 2, day: 1)
        return Period(
            name: "\(year.padded(to: 4))-Q\(quarter)", grain: .quarter, from: from, to: from.adding(months: 3),
            ordinal: .init(year: year, number: quarter))
    }

    static func month(_ year: Int, _ month: Int) -> Period {
        let from = LocalDate(existingYear: year, month: month, day: 1)
        return Period(
            name: "\(year.padded(to: 4))-\(month.padded(to: 2))", grain: .month, from: from, to: from.adding(months: 1),
            ordinal: .init(year: year, number: month))
    }

    func week(startingOn from: LocalDate) -> Period {
        let (year, week) = from.isoWeek
        let to = from.adding(days: 7)
        let name = weekStart == .monday ? "\(year.padded(to: 4))-W\(week.padded(to: 2))" : "\(from)..\(to)"
        return Period(name: name, grain: .week, from: from, to: to, ordinal: .init(year: year, number: week))
    }

    static func range(_ from: LocalDate, _ to: LocalDate) -> Period {
        Period(
            name: "\(from)..\(to)", grain: .range, from: from, to: to,
            ordinal: .init(year: from.year, number: from.dayOfYear))
    }

    /// Part `number` of a fiscal year. Parts are steps of months from the year's first day, clamped to the ends of
    /// short months, each counted from the year's first day so that a clamp does not carry over.
    func fiscal(_ grain: Grain, _ year: Int, _ number: Int) -> Period {
        let start = fiscalYearStart.date(inYear: year - fiscalYearNameShift)
        let months = grain == .fiscalYear ? 12 : grain == .fiscalQuarter ? 3 : 1
        let suffix =
            switch grain {
            case .fiscalQuarter: "-Q\(number)"
            case .fiscalPeriod: "-P\(number.padded(to: 2))"
            default: ""
            }
        return Period(
            name: "FY\(year.padded(to: 4))\(suffix)", grain: grain,
            from: start.adding(months: (number - 1) * months), to: start.adding(months: number * months),
            ordinal: .init(year: year, number: number))
    }
}
