internal import CivilTime

/// What reports of a tenant of Usta must say, counted while its history was made up and not from its tables.
struct UstaTruths {
    private let history: UstaHistory
    private var world: UstaWorld { history.world }

    init(_ history: UstaHistory) { self.history = history }

    var values: [String: TruthValue] {
        var values: [String: TruthValue] = [
            "timezone": .text(world.clock.zone), "currency": .text(world.currency),
            "as_of": .text(world.asOf.instantText), "users": .number(Int64(world.people.count)),
            "users_deleted": .number(Int64(world.people.count { $0.deletedAt != nil })),
            "videos": .number(Int64(history.videos.count)), "cohort": cohort,
            "peak": truth(of: UstaWorld.peak.date), "outage": truth(of: UstaWorld.outage.date),
            // The clocks of New York, and those of London, change.
            "clock_changes": .list(
                ["2026-03-08", "2026-03-29"].compactMap { try? LocalDate(parsing: $0) }.map(truth(of:))),
            "june": month,
            "week": week(LocalDate(daysSinceEpoch: 20_619)),
        ]
        for name in [
            "views", "anonymous_views", "late_views", "likes", "likes_removed", "comments", "comments_deleted",
            "shares",
            "payments_minor", "refunds_minor",
        ] {
            values[name] = .number(history.record.counts[name] ?? 0)
        }
        return values
    }

    private func truth(of day: LocalDate) -> TruthValue {
        .object([
            "day": .text("\(day)"), "views": .number(history.record.viewsOfDays[day] ?? 0),
            "active": .number(Int64(history.record.active[day]?.count ?? 0)),
        ])
    }

    /// The cohort whose return was written down before anything happened.
    private var cohort: TruthValue {
        let plans = world.people.compactMap(\.plannedWeeks)
        let returned = UstaWorld.cohortReturns.indices.map { week in plans.count { $0[week] } }
        return .object([
            "week": .text("\(UstaWorld.cohortWeek)"), "size": .number(Int64(plans.count)),
            "returned": .list(returned.map { .number(Int64($0)) }),
        ])
    }

    private func everybody(_ days: Range<LocalDate>) -> Set<Int> {
        days.reduce(into: []) { $0.formUnion(history.record.active[$1] ?? []) }
    }

    /// June 2026: who was there at all.
    private var month: TruthValue {
        let days = UstaWorld.days.upperBound.adding(months: -1)..<UstaWorld.days.upperBound
        let joined = world.people.count { days.contains(world.clock.localDate($0.joinedAt)) }
        return .object([
            "active": .number(Int64(everybody(days).count)), "signups": .number(Int64(joined)),
            "views": .number(days.reduce(0) { $0 + (history.record.viewsOfDays[$1] ?? 0) }),
        ])
    }

    /// Who came, stayed, came back and left in the week that begins on a Monday.
    private func week(_ monday: LocalDate) -> TruthValue {
        let now = everybody(monday..<monday.adding(days: 7))
        let before = everybody(monday.adding(days: -7)..<monday)
        let ever = everybody(UstaWorld.days.lowerBound..<monday)
        return .object([
            "week": .text("\(monday)"), "active": .number(Int64(now.count)),
            "new": .number(Int64(now.subtracting(ever).count)),
            "retained": .number(Int64(now.intersection(before).count)),
            "resurrected": .number(Int64(now.intersection(ever).subtracting(before).count)),
            "churned": .number(Int64(before.subtracting(now).count)),
        ])
    }
}
