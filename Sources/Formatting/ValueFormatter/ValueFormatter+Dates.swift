package import CivilTime
internal import Columnar
internal import Foundation

extension ValueFormatter {
    /// `31 Oct 2026`.
    package func date(_ date: LocalDate) -> String {
        guard let months = words.shortMonths else { return localDate(date, "dMMMy") }
        let parts = date.components
        return "\(parts.day) \(months[parts.month - 1]) \(printed("\(parts.year)"))"
    }

    /// `31 Oct`: where the year is known.
    package func dayAndMonth(_ date: LocalDate) -> String {
        guard let months = words.shortMonths else { return localDate(date, "dMMM") }
        return "\(date.day) \(months[date.month - 1])"
    }

    /// `Oct`: where the year is known.
    package func month(_ date: LocalDate) -> String {
        guard let months = words.shortMonths else { return localDate(date, "MMM") }
        return months[date.month - 1]
    }

    /// `2026`, ungrouped.
    package func year(_ date: LocalDate) -> String { printed("\(date.year)") }

    /// `October 2026`.
    package func monthAndYear(_ date: LocalDate) -> String {
        guard let months = words.longMonths else { return localDate(date, "MMMMy") }
        return "\(months[date.month - 1]) \(printed("\(date.year)"))"
    }

    /// A half-open range of dates with both days included: `1–31 Oct 2026`, `28 Sep – 4 Oct 2026`,
    /// `28 Dec 2025 – 3 Jan 2026`. An empty range is its first date.
    package func dateRange(from: LocalDate, to: LocalDate) -> String {
        let last = to.adding(days: -1)
        guard from < last else { return date(from) }
        guard words.shortMonths != nil else { return "\(date(from)) – \(date(last))" }
        if from.year != last.year { return "\(date(from)) – \(date(last))" }
        if from.month != last.month { return "\(dayAndMonth(from)) – \(date(last))" }
        return "\(from.day)–\(date(last))"
    }

    /// An instant in UTC: `31 Oct 2026, 23:59 UTC`.
    package func instant(_ instant: Instant) -> String { self.instant(instant, zone: .utc) + " UTC" }

    /// What a clock in a zone shows: `31 Oct 2026, 23:59`. The document states the zone once.
    package func instant(_ instant: Instant, zone: Zone) -> String {
        let local = zone.localDateTime(of: instant)
        return "\(date(local.date)), \(Self.padded(local.hour)):\(Self.padded(local.minute))"
    }

    static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// A date by a pattern that the locale orders for itself.
    private func localDate(_ date: LocalDate, _ template: String) -> String {
        let formatter = DateFormatter()
        formatter.locale = foundationLocale
        formatter.calendar = Calendar(identifier: .gregorian)
        formatter.timeZone = .gmt
        formatter.setLocalizedDateFormatFromTemplate(template)
        return printed(formatter.string(from: Date(timeIntervalSince1970: Double(date.daysSinceEpoch) * 86_400)))
    }

    /// A number of milliseconds: `640 ms`, `12.4 s`, `4 min 5 s`, `2 h 5 min`, `3 d 4 h`.
    func duration(_ milliseconds: ExactDecimal) -> String {
        guard let whole = milliseconds.rounded(toScale: 0) else { return words.notANumber }
        let sign = whole.unscaled < 0 ? "\u{2212}" : ""
        let total = whole.unscaled.magnitude
        if total < 1_000 { return sign + "\(total) \(words.durations[0])" }
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
        return rest == 0 ? first : first + " \(rest) \(words.durations[unit - 1])"
    }
}
