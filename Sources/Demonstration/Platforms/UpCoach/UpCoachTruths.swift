internal import CivilTime

/// What reports of a tenant of UpCoach must say, counted while its history was made up and not from its tables.
struct UpCoachTruths {
    let world: UpCoachWorld
    let habits: UpCoachHabits
    let billing: UpCoachBilling
    let counts: [String: Int64]

    var values: [String: TruthValue] {
        [
            "timezone": .text(world.clock.zone), "currency": .text(world.currency),
            "other_currency": .text(world.otherCurrency), "as_of": .text(world.asOf.instantText),
            "users": .number(Int64(world.people.count)),
            "users_deleted": .number(Int64(world.people.count { $0.deletedAt != nil })),
            "habits": .number(Int64(habits.habits.count)), "habit_logs": .number(habits.logCount),
            "late_logs": .number(habits.lateCount), "events": .number(counts["events"] ?? 0),
            "late_events": .number(counts["late_events"] ?? 0),
            "collected_minor": .number(billing.collectedMinor), "refunded_minor": .number(billing.refundedMinor),
            "planned_client": plannedClient,
            "mrr": .object(
                Dictionary(uniqueKeysWithValues: [world.currency, world.otherCurrency].map { ($0, bridge($0)) })),
            "planted_movements": .list(
                billing.plants.map { plant in
                    .object([
                        "movement": .text(plant.movement), "customer": .text(world.people[plant.person].id),
                        "amount_minor": .number(plant.amount),
                    ])
                }),
        ]
    }

    /// The habits of the client whose habits follow the calendar alone.
    private var plannedClient: TruthValue {
        let own = habits.habits.filter { $0.person == world.plannedClient }
        return .object([
            "id": .text(world.people[world.plannedClient].id),
            "habits": .list(
                zip(own, habits.tallies).map { habit, tallies in
                    .object([
                        "id": .text(habit.id), "name": .text(habit.name), "june": truth(of: tallies.june),
                        "week": truth(of: tallies.week), "current_run": .number(tallies.current),
                        "longest_run": .number(tallies.longest),
                    ])
                }),
        ])
    }

    private func truth(of tally: UpCoachHabits.Tally) -> TruthValue {
        .object([
            "scheduled": .number(tally.scheduled), "target": .number(tally.target), "done": .number(tally.done),
            "extra": .number(tally.extra), "full_days": .number(tally.fullDays),
        ])
    }

    /// The recurring revenue of each customer at the end of each of the months before and with June 2026, and what
    /// moved it in June.
    private func bridge(_ currency: String) -> TruthValue {
        let subscriptions = billing.subscriptions.filter { $0.currency == currency }
        let end = UpCoachWorld.days.upperBound
        func revenue(_ months: Int) -> [Int: Int64] {
            let instant = world.clock.instant(end.adding(months: -months), minute: 0)
            return subscriptions.reduce(into: [:]) { $0[$1.customer, default: 0] += $1.monthlyMinor(at: instant) }
        }
        let snapshots = (0...18).map { revenue($0) }
        var sums: [String: Int64] = ["opening": 0, "closing": 0]
        for customer in Set(subscriptions.map(\.customer)) {
            let (now, before) = (snapshots[0][customer] ?? 0, snapshots[1][customer] ?? 0)
            let hasPaid = snapshots.dropFirst().contains { ($0[customer] ?? 0) > 0 }
            let movement =
                before == 0
                ? (hasPaid ? "reactivation" : "new")
                : now == 0
                    ? "churn"
                    : now > before ? "expansion" : "contraction"
            sums["opening", default: 0] += before
            sums["closing", default: 0] += now
            if now != before { sums[movement, default: 0] += now - before }
        }
        return .object(sums.mapValues { .number($0) })
    }
}
