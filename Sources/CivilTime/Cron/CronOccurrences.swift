/// The instants at which a cron line comes in a zone, ascending, each once, until the end of the year 9999.
///
/// Examples for `once`:
/// - `30 2 * * *` in New York: on 2024-03-10, when 02:00 became 03:00, at 07:00Z (03:00 EDT).
/// - `30 1 * * *` in New York: on 2024-11-03, when 01:30 came twice, at 05:30Z (the first, EDT).
/// - `*/15 * * * *`: every 900 seconds through both nights.
/// - `0 0 * * *` in Beirut: on 2024-03-31, when 00:00 became 01:00, at 22:00Z the evening before (01:00 local).
/// - `0 6 * * *` in Apia: 2011-12-30 was left out; its run and none other is at 10:00Z, the first instant of the 31st.
package struct CronOccurrences: Sequence, IteratorProtocol, Sendable {
    private let expression: CronExpression
    private let zone: Zone
    private let policy: DaylightPolicy
    private let after: Instant
    /// The next date to look at.
    private var date: LocalDate
    /// Found instants, ascending; those before `position` were given.
    private var found: [Instant] = []
    private var position = 0

    fileprivate init(_ expression: CronExpression, _ zone: Zone, _ policy: DaylightPolicy, after: Instant) {
        self.expression = expression
        self.zone = zone
        self.policy = policy
        self.after = after
        // Local dates may run backwards for some hours: two dates before, nothing can be missed.
        date = Swift.max(zone.localDate(of: after).adding(days: -2), Self.firstDate)
    }

    private static let firstDate = LocalDate(existingYear: 1, month: 1, day: 1)
    private static let endDate = LocalDate(existingYear: 10_000, month: 1, day: 1)

    package mutating func next() -> Instant? {
        while true {
            // What a later date gives lies at or after its first instant.
            if position < found.count, date >= Self.endDate || found[position] < zone.startOfDay(date) {
                position += 1
                return found[position - 1]
            }
            guard date < Self.endDate else { return nil }
            lookAtDate()
        }
    }

    private mutating func lookAtDate() {
        if !expression.matches(month: date.month) {
            date = date.startOfMonth.adding(months: 1)
            return
        }
        if expression.matches(date) {
            let rest = found[position...]
            let instants = rest + expression.instants(on: date, in: zone, policy).filter { $0 > after }
            found = instants.sorted().reduce(into: []) { list, instant in
                // A time after a gap may meet one that comes then anyway.
                if list.last != instant { list.append(instant) }
            }
            position = 0
        }
        date = date.adding(days: 1)
    }
}

extension CronExpression {
    /// The instants at which the line comes in a zone, all after `after`, ascending.
    ///
    /// - Complexity: lazy; one date is looked at a time.
    package func occurrences(
        in zone: Zone, after: Instant, policy: DaylightPolicy = .once
    ) -> CronOccurrences { CronOccurrences(self, zone, policy, after: after) }

    /// The instants in a range that is open at its start: `(after, through]`.
    package func occurrences(
        in zone: Zone, after: Instant, through: Instant, policy: DaylightPolicy = .once
    ) -> [Instant] {
        var list: [Instant] = []
        for instant in occurrences(in: zone, after: after, policy: policy) {
            if instant > through { break }
            list.append(instant)
        }
        return list
    }

    /// The instants that a matching date gives, in no order.
    fileprivate func instants(on date: LocalDate, in zone: Zone, _ policy: DaylightPolicy) -> [Instant] {
        let midnight = Int64(date.daysSinceEpoch) * 86_400
        // Most days have one offset from the day before to the day after.
        let intervals = zone.table.intervals(from: midnight - 172_800, to: midnight + 259_200)
        if intervals.count == 1 {
            return minutesOfDay.map { Instant(secondsSinceEpoch: midnight + Int64($0) * 60 - intervals[0].offset) }
        }
        return minutesOfDay.flatMap { minute in
            let local = LocalDateTime(date, microsecondOfDay: Int64(minute) * 60_000_000)
            switch zone.instants(of: local) {
            case .unique(let instant): return [instant]
            case .fold(let first, let last): return isInterval || policy == .both ? [first, last] : [first]
            case .gap(let jump, _, _): return comesAfterGap(at: jump, in: zone, policy) ? [jump] : []
            case .beyondRange: return []
            }
        }
    }

    /// Whether a time in a gap gives a run at the first instant after it.
    private func comesAfterGap(at jump: Instant, in zone: Zone, _ policy: DaylightPolicy) -> Bool {
        if policy == .skip { return false }
        guard isInterval else { return true }
        // An interval goes on by itself if it comes within the hour after the gap.
        let local = zone.localDateTime(of: jump)
        let firstMinute = Int(local.microsecondOfDay / 60_000_000)
        return !(0..<60).contains { ahead in
            let minute = firstMinute + ahead
            let date = local.date.adding(days: minute / 1440)
            return matches(minuteOfDay: minute % 1440) && matches(date)
        }
    }
}
