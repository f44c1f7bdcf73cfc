internal import CivilTime

/// Somebody of a tenant of Usta: when they came, how often they are there, and when they stay away.
struct UstaPerson {
    let id: String
    let name: String
    let clock: SourceClock
    let country: String
    /// The instant of signing up, microseconds since 1970.
    let joinedAt: Int64
    let joinedOn: LocalDate
    /// How many of a hundred weekdays they are there.
    let diligence: Int
    /// The last day on which they come; nil of those who stay.
    let leavesOn: LocalDate?
    /// Days on which they stay away, to come back afterwards.
    let pause: Range<LocalDate>?
    let isTeacher: Bool
    /// When the account was deleted.
    let deletedAt: Int64?
    /// Of the cohort whose return is known: the weeks after that of signing up in which they are there. Then nothing
    /// else decides.
    let plannedWeeks: [Bool]?

    /// Whether they come on a day; asks for chance only where a plan does not say.
    func isThere(on day: LocalDate, boost: Int, bits: inout SeededBits) -> Bool {
        guard day >= joinedOn else { return false }
        if let plannedWeeks {
            let week = joinedOn.startOfWeek(.monday).days(until: day) / 7
            // Once in a week, on the weekday of signing up.
            return week < plannedWeeks.count && plannedWeeks[week] && day.weekday == joinedOn.weekday
        }
        if let leavesOn, day > leavesOn { return false }
        if let pause, pause.contains(day) { return false }
        let weekend = day.weekday.rawValue >= 6 ? 140 : 90
        return bits.below(1_000_000) < diligence * weekend * boost
    }
}

/// A day on which something happened to all, and how much more or less was done: 100 is as ever.
struct UstaEventfulDay {
    let date: LocalDate
    /// How many came, in hundredths.
    let visits: Int
    /// How many views each visitor had, in hundredths.
    let views: Int
}
