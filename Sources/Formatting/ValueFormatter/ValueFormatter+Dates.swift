package import CivilTime
internal import Columnar

extension ValueFormatter {
    /// `31 Oct 2026`.
    package func date(_ date: LocalDate) -> String {
        guard let months = words.shortMonths else { return written(date, data.patterns.date) }
        let parts = date.components
        return "\(parts.day) \(months[parts.month - 1]) \(ordinal(parts.year))"
    }

    /// `31 Oct`: where the year is known.
    package func dayAndMonth(_ date: LocalDate) -> String {
        guard let months = words.shortMonths else { return written(date, data.patterns.dayMonth) }
        return "\(date.day) \(months[date.month - 1])"
    }

    /// `Oct`: where the year is known.
    package func month(_ date: LocalDate) -> String {
        (words.shortMonths ?? data.months.shortAlone)[date.month - 1]
    }

    /// `October`: where the year is known.
    package func monthInFull(_ date: LocalDate) -> String {
        (words.longMonths ?? data.months.longAlone)[date.month - 1]
    }

    /// `2026`, ungrouped.
    package func year(_ date: LocalDate) -> String { ordinal(date.year) }

    /// `October 2026`.
    package func monthAndYear(_ date: LocalDate) -> String {
        guard let months = words.longMonths else { return written(date, data.patterns.monthYear) }
        return "\(months[date.month - 1]) \(ordinal(date.year))"
    }

    /// `Oct 2026`.
    package func shortMonthAndYear(_ date: LocalDate) -> String {
        guard let months = words.shortMonths else { return written(date, data.patterns.shortMonthYear) }
        return "\(months[date.month - 1]) \(ordinal(date.year))"
    }

    /// `Q4 2026`.
    package func quarterAndYear(_ date: LocalDate) -> String { written(date, data.patterns.quarterYear) }

    /// `Mon` to `Sun`.
    package var weekdays: [String] { data.weekdays.short }

    /// `Monday` to `Sunday`.
    package var weekdaysInFull: [String] { data.weekdays.long }

    /// A half-open range of dates with both days included: `1–31 Oct 2026`, `28 Sep – 4 Oct 2026`,
    /// `28 Dec 2025 – 3 Jan 2026`. An empty range is its first date.
    package func dateRange(from: LocalDate, to: LocalDate) -> String {
        let last = to.adding(days: -1)
        guard from < last else { return date(from) }
        guard words.shortMonths != nil else {
            let parts =
                from.year != last.year
                ? data.ranges.years : from.month != last.month ? data.ranges.months : data.ranges.days
            return parts.count == 2
                ? written(from, parts[0]) + written(last, parts[1]) : "\(date(from)) – \(date(last))"
        }
        if from.year != last.year { return "\(date(from)) – \(date(last))" }
        if from.month != last.month { return "\(dayAndMonth(from)) – \(date(last))" }
        return "\(from.day)–\(date(last))"
    }

    /// An instant in UTC: `31 Oct 2026, 23:59 UTC`.
    package func instant(_ instant: Instant) -> String { self.instant(instant, zone: .utc) + " UTC" }

    /// What a clock in a zone shows: `31 Oct 2026, 23:59`. The document states the zone once.
    package func instant(_ instant: Instant, zone: Zone) -> String {
        let local = zone.localDateTime(of: instant)
        guard words.shortMonths == nil else {
            return "\(date(local.date)), \(Self.padded(local.hour)):\(Self.padded(local.minute))"
        }
        let time = data.patterns.time.replacing("HH", with: printed(Self.padded(local.hour)))
            .replacing("H", with: ordinal(local.hour)).replacing("mm", with: printed(Self.padded(local.minute)))
        return data.patterns.dateTime.replacing("{1}", with: date(local.date)).replacing("{0}", with: time)
    }

    static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// A date by a pattern of CLDR: letters are fields, what is between apostrophes and all else is text.
    ///
    /// LDML, part 4, date field symbols: `d`, `dd`, `M` to `MMMM`, `L` to `LLLL`, `QQQ`, `y`.
    private func written(_ date: LocalDate, _ pattern: String) -> String {
        var text = ""
        var rest = pattern[...]
        while let sign = rest.first {
            if sign == "'" {
                let inner = rest.dropFirst().prefix { $0 != "'" }
                text += inner.isEmpty ? "'" : inner
                rest = rest[inner.endIndex...].dropFirst()
                continue
            }
            let run = rest.prefix { $0 == sign }
            text += field(sign, count: run.count, date) ?? String(run)
            rest = rest[run.endIndex...]
        }
        return text
    }

    private func field(_ sign: Character, count: Int, _ date: LocalDate) -> String? {
        let month = date.month
        switch (sign, count) {
        case ("d", 1): return ordinal(date.day)
        case ("d", _): return printed(Self.padded(date.day))
        case ("M", 1), ("L", 1): return ordinal(month)
        case ("M", 2), ("L", 2): return printed(Self.padded(month))
        case ("M", 3): return data.months.short[month - 1]
        case ("M", _): return data.months.long[month - 1]
        case ("L", 3): return data.months.shortAlone[month - 1]
        case ("L", _): return data.months.longAlone[month - 1]
        case ("Q", 1): return ordinal((month + 2) / 3)
        case ("Q", _): return data.quarters[(month - 1) / 3]
        case ("y", _): return ordinal(date.year)
        default: return nil
        }
    }

    /// A number of milliseconds: `640 ms`, `12.4 s`, `4 min 5 s`, `2 h 5 min`, `3 d 4 h`.
    func duration(_ milliseconds: ExactDecimal) -> String {
        guard let whole = milliseconds.rounded(toScale: 0) else { return words.notANumber }
        let sign = whole.unscaled < 0 ? data.minus : ""
        let total = whole.unscaled.magnitude
        if total < 1_000 { return sign + printed("\(total)") + " " + words.durations[0] }
        if total < 59_950 {
            let seconds = ExactDecimal(unscaled: Int128(total), scale: 3).rounded(toScale: 1)
            return sign + (seconds.map(grouped) ?? "") + " " + words.durations[1]
        }
        let seconds = (total + 500) / 1_000
        for (unit, size) in [(2, UInt128(60)), (3, 3_600)] where seconds < (unit == 2 ? 3_600 : 86_400) {
            return sign + pair(seconds, size, size / 60, unit)
        }
        return sign + pair(seconds, 86_400, 3_600, 4)
    }

    private func pair(_ seconds: UInt128, _ large: UInt128, _ small: UInt128, _ unit: Int) -> String {
        let count = ExactDecimal(unscaled: Int128(seconds / large), scale: 0)
        let rest = seconds % large / small
        let first = "\(grouped(count)) \(words.durations[unit])"
        return rest == 0 ? first : first + " " + printed("\(rest)") + " " + words.durations[unit - 1]
    }
}
