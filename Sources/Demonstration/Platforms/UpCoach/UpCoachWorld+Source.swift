internal import CivilTime

extension UpCoachWorld {
    /// The tenant's tables and truths.
    func source() -> GeneratedSource {
        let habits = UpCoachHabits(self)
        let billing = UpCoachBilling(self)
        var history = UpCoachHistory(self)
        var rows = UpCoachRows(self)
        let tables = rows.people() + rows.plans(of: habits.habits) + [habits.logs] + history.tables() + billing.tables()
        return GeneratedSource(
            tenant: tenant, timezone: clock.zone, currency: currency, statements: UpCoachSchema.statements,
            tables: tables, finishing: [],
            truths: UpCoachTruths(world: self, habits: habits, billing: billing, counts: history.counts).values)
    }
}

/// Writes people and plans of a tenant of UpCoach in the order that foreign keys allow.
private struct UpCoachRows {
    private var world: UpCoachWorld

    init(_ world: UpCoachWorld) {
        self.world = world
        self.world.bits = SeededBits(seed: world.bits.peek &+ 4)
    }

    mutating func people() -> [GeneratedTable] {
        [organisations(), teams(), users(), members(), assignments()]
    }

    private func organisations() -> GeneratedTable {
        var table = GeneratedTable("organizations", ["id", "name", "tz", "created_at"])
        for one in world.organisations {
            table.row(one.id, one.name, world.clock.zone, one.createdAt.instantText)
        }
        return table
    }

    private func teams() -> GeneratedTable {
        var table = GeneratedTable("teams", ["id", "organization_id", "name"])
        for one in world.organisations {
            for (team, name) in zip(one.teams, ["Operations", "Office"]) { table.row(team, one.id, name) }
        }
        return table
    }

    private func users() -> GeneratedTable {
        var table = GeneratedTable("users", ["id", "email", "role", "tz", "created_at", "deleted_at"])
        for person in world.people {
            table.row(
                person.id, person.email, person.role.rawValue, person.clock.zone, person.joinedAt.instantText,
                person.deletedAt.map(\.instantText))
        }
        return table
    }

    private func members() -> GeneratedTable {
        var table = GeneratedTable(
            "organization_members", ["organization_id", "user_id", "team_id", "joined_at", "left_at"])
        for person in world.people {
            guard let organisation = person.organisation.map({ world.organisations[$0] }) else { continue }
            let leftAt = person.leavesOn.map { world.clock.instant($0.adding(days: 1), minute: 0) }
            table.row(
                organisation.id, person.id, organisation.teams[person.isInSecondTeam ? 1 : 0],
                person.joinedAt.instantText,
                leftAt.flatMap { $0 < world.asOf ? ($0).instantText : nil })
        }
        return table
    }

    /// Every client has a coach who was there before; a tenth change theirs after two months.
    private mutating func assignments() -> GeneratedTable {
        var table = GeneratedTable("coach_assignments", ["coach_id", "client_id", "started_at", "ended_at"])
        for person in world.people where person.role == .client {
            let coaches = world.people.filter { $0.role == .coach && $0.joinedOn <= person.joinedOn }
            guard !coaches.isEmpty else { continue }
            let coach = world.bits.below(coaches.count)
            let changesAt = person.joinedAt + 60 * .day
            let changes = coaches.count > 1 && world.bits.percent(10) && changesAt < world.asOf
            table.row(
                coaches[coach].id, person.id, person.joinedAt.instantText,
                changes ? changesAt.instantText : nil)
            if changes {
                let next = coaches[(coach + 1) % coaches.count]
                table.row(next.id, person.id, changesAt.instantText, nil)
            }
        }
        return table
    }

    func plans(of habits: [UpCoachHabit]) -> [GeneratedTable] {
        var table = GeneratedTable("habits", ["id", "user_id", "name", "category", "created_at", "archived_at"])
        var plans = GeneratedTable(
            "habit_schedules", ["habit_id", "valid_from", "valid_to", "weekdays", "target_count"])
        var pauses = GeneratedTable("habit_pauses", ["habit_id", "from_date", "to_date"])
        for habit in habits {
            table.row(
                habit.id, world.people[habit.person].id, habit.name, habit.category,
                habit.createdAt.instantText, habit.archivedAt.map(\.instantText))
            for plan in habit.plans {
                plans.row(habit.id, "\(plan.from)", plan.to.map { "\($0)" }, "\(plan.weekdays)", "\(plan.target)")
            }
            for pause in habit.pauses { pauses.row(habit.id, "\(pause.lowerBound)", "\(pause.upperBound)") }
        }
        return [table, plans, pauses]
    }
}
