package import CivilTime

/// Dates along an axis at natural starts (firsts, Mondays, months, quarters, years), 3 to 7 where the data has them.
package struct DateTicks: Equatable, Sendable {
    /// A tick with the form of its label.
    package struct Tick: Hashable, Sendable {
        package let date: LocalDate
        package let form: DateForm
    }

    package let ticks: [Tick]

    /// - Parameter dates: the buckets' dates, ascending. Ticks of monthly or yearly buckets fall on buckets.
    package init(for dates: [LocalDate]) {
        guard let first = dates.first, let last = dates.last else {
            ticks = []
            return
        }
        let span = first.days(until: last)
        let isDaily = dates.contains { $0.day != 1 }
        if isDaily, span <= 62 {
            ticks = Self.days(first, last, span).map { Tick(date: $0, form: .dayMonth) }
        } else {
            ticks = Self.months(first, last)
        }
    }

    private static func days(_ first: LocalDate, _ last: LocalDate, _ span: Int) -> [LocalDate] {
        if span <= 7 { return Self.every(1, from: first, to: last) }
        if span <= 13 { return Self.every(2, from: first, to: last) }
        if first.day == 1, span <= 31 {
            return [0, 7, 14, 21, 28].map { first.adding(days: $0) }.filter { $0 <= last }
        }
        let monday = first.startOfWeek(.monday)
        let start = monday < first ? monday.adding(days: 7) : monday
        return Self.every(span <= 48 ? 7 : 14, from: start, to: last)
    }

    private static func every(_ days: Int, from first: LocalDate, to last: LocalDate) -> [LocalDate] {
        var dates: [LocalDate] = []
        var date = first
        while date <= last {
            dates.append(date)
            date = date.adding(days: days)
        }
        return dates
    }

    /// Firsts of months at the smallest calendar step that gives at most seven.
    private static func months(_ first: LocalDate, _ last: LocalDate) -> [Tick] {
        let firstIndex = first.year * 12 + first.month - 1 + (first.day == 1 ? 0 : 1)
        let lastIndex = last.year * 12 + last.month - 1
        guard firstIndex <= lastIndex else { return [Tick(date: first, form: .dayMonth)] }
        let steps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12000, 120_000]
        let step = steps.first { (lastIndex / $0) - ((firstIndex + $0 - 1) / $0) + 1 <= 7 } ?? 1_200_000
        var ticks: [Tick] = []
        var index = (firstIndex + step - 1) / step * step
        while index <= lastIndex {
            // From month to month by adding: a first exists in each.
            let date = first.startOfMonth.adding(months: index - (first.year * 12 + first.month - 1))
            let spansYears = first.year != last.year
            let isYearly = step >= 12
            let bearsYear = spansYears && (ticks.isEmpty || date.month == 1)
            ticks.append(Tick(date: date, form: isYearly ? .year : bearsYear ? .monthYear : .month))
            index += step
        }
        return ticks
    }
}
