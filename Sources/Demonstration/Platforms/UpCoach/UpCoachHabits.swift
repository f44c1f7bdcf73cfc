internal import CivilTime

/// The habits of a tenant's clients and what was logged of them.
struct UpCoachHabits {
    /// What a habit's card must say of a period.
    struct Tally {
        var scheduled: Int64 = 0
        var target: Int64 = 0
        var done: Int64 = 0
        var extra: Int64 = 0
        var fullDays: Int64 = 0
    }

    static let june = UpCoachWorld.days.upperBound.adding(months: -1)..<UpCoachWorld.days.upperBound
    /// The last whole week: Monday 22 June 2026.
    static let week = UpCoachWorld.days.upperBound.adding(days: -9)..<UpCoachWorld.days.upperBound.adding(days: -2)
    private static let kinds: [(name: String, category: String)] = [
        ("Walk 20 minutes", "health"), ("Read ten pages", "learning"), ("Stretch", "health"), ("Journal", "mind"),
        ("Meditate", "mind"), ("Drink water", "health"), ("Plan the day", "work"), ("Call a friend", "social"),
    ]

    private(set) var habits: [UpCoachHabit] = []
    private(set) var logs = GeneratedTable("habit_logs", ["id", "habit_id", "log_date", "count", "logged_at"])
    private(set) var logCount: Int64 = 0
    private(set) var lateCount: Int64 = 0
    /// Of the planned client's habits: June, the last week, and the runs as of the last day.
    private(set) var tallies: [(june: Tally, week: Tally, current: Int64, longest: Int64)] = []
    private var bits: SeededBits
    private let world: UpCoachWorld

    init(_ world: UpCoachWorld) {
        self.world = world
        bits = SeededBits(seed: world.bits.peek &+ 2)
        for person in world.people.indices where world.people[person].role == .client {
            let isPlanned = person == world.plannedClient
            let first = habits.count
            if isPlanned { plan(person) } else { choose(person) }
            for index in first..<habits.count { live(index, isPlanned: isPlanned) }
        }
    }

    // MARK: Plans

    /// The planned client's: daily, on weekdays with a change of plan in June, and at weekends with a pause in June.
    private mutating func plan(_ person: Int) {
        let (start, change) = (world.people[person].joinedOn, Self.june.lowerBound.adding(days: 14))
        let pause = Self.june.lowerBound.adding(days: 7)..<Self.june.lowerBound.adding(days: 14)
        add(person, kind: 0, plans: [.init(from: start, to: nil, weekdays: 127, target: 1)], pauses: [])
        add(
            person, kind: 1,
            plans: [
                .init(from: start, to: change, weekdays: 31, target: 2),
                .init(from: change, to: nil, weekdays: 21, target: 1),
            ], pauses: [])
        add(person, kind: 2, plans: [.init(from: start, to: nil, weekdays: 96, target: 1)], pauses: [pause])
    }

    private mutating func choose(_ person: Int) {
        let first = bits.below(Self.kinds.count)
        for number in 0..<1 + bits.below(2) {
            let start = world.people[person].joinedOn.adding(days: bits.below(5))
            let weekdays = [127, 127, 31, 21, 96, 65][bits.below(6)]
            let target = bits.percent(75) ? 1 : 2 + bits.below(2)
            let change = start.adding(days: 30 + bits.below(120))
            var plans = [UpCoachHabit.Plan(from: start, to: nil, weekdays: weekdays, target: target)]
            if bits.percent(25), change < UpCoachWorld.days.upperBound {
                plans = [
                    .init(from: start, to: change, weekdays: weekdays, target: target),
                    .init(from: change, to: nil, weekdays: 127, target: max(1, target - 1)),
                ]
            }
            let pause = start.adding(days: 20 + bits.below(100))
            let pauses = bits.percent(20) ? [pause..<pause.adding(days: 4 + bits.below(14))] : []
            add(person, kind: (first + number * 3) % Self.kinds.count, plans: plans, pauses: pauses)
        }
    }

    private mutating func add(
        _ person: Int, kind: Int, plans: [UpCoachHabit.Plan], pauses: [Range<LocalDate>]
    ) {
        let archivedOn = world.people[person].leavesOn?.adding(days: 5)
        let isArchived = archivedOn.map { $0 < UpCoachWorld.days.upperBound } ?? false
        habits.append(
            UpCoachHabit(
                id: bits.identifier(), person: person, name: Self.kinds[kind].name, category: Self.kinds[kind].category,
                createdAt: world.clock.instant(plans[0].from, minute: 0) + .minute,
                archivedAt: isArchived ? archivedOn.map { world.clock.instant($0, minute: 720) } : nil, plans: plans,
                pauses: pauses))
    }

    // MARK: Days

    private mutating func live(_ index: Int, isPlanned: Bool) {
        let habit = habits[index]
        let person = world.people[habit.person]
        let last = min(UpCoachWorld.days.upperBound, (person.leavesOn ?? .latest).adding(days: 1))
        var (june, week, run, longest) = (Tally(), Tally(), Int64(0), Int64(0))
        var day = habit.plans[0].from
        while day < last {
            let target = habit.target(on: day)
            let count = isPlanned ? plannedCount(habit, day, target) : chosenCount(person, target)
            let logged = log(habit, day, count, person) ? count : 0
            if Self.june.contains(day) { june.add(target: target, done: logged) }
            if Self.week.contains(day) { week.add(target: target, done: logged) }
            if logged > 0 {
                run += 1
            } else if target > 0, day.adding(days: 1) < UpCoachWorld.days.upperBound {
                run = 0
            }
            longest = max(longest, run)
            day = day.adding(days: 1)
        }
        if isPlanned { tallies.append((june, week, run, longest)) }
    }

    /// By the calendar alone: every fifth day of a month left out, now and then more than planned, and once on a day
    /// that nothing is planned for.
    private func plannedCount(_ habit: UpCoachHabit, _ day: LocalDate, _ target: Int) -> Int {
        guard target > 0 else { return day.day == 17 ? 1 : 0 }
        if day.day % 5 == 0 { return 0 }
        return day.day % 11 == 0 ? target + 1 : day.day % 7 == 0 ? max(1, target - 1) : target
    }

    private mutating func chosenCount(_ person: UpCoachPerson, _ target: Int) -> Int {
        guard target > 0 else { return bits.once(in: 90) ? 1 : 0 }
        guard bits.percent(person.diligence) else { return target > 1 && bits.once(in: 3) ? 1 : 0 }
        return bits.once(in: 12) ? target + 1 : target
    }

    /// Writes what was done on a day of the person's own zone; in two pieces now and then, and days later where the
    /// phone was away. Whether there is something written by the end.
    private mutating func log(_ habit: UpCoachHabit, _ day: LocalDate, _ count: Int, _ person: UpCoachPerson) -> Bool {
        guard count > 0 else { return false }
        let at = person.clock.instant(day, minute: 360 + bits.below(1_000))
        let isLate = bits.percent(3)
        let loggedAt = isLate ? at + Int64(1 + bits.below(bits.once(in: 6) ? 40 : 5)) * .day : at
        let known = min(loggedAt, world.asOf - .minute)
        guard at < world.asOf, known > person.joinedAt || habit.plans[0].from < day else { return false }
        let pieces = count > 1 && bits.once(in: 2) ? [1, count - 1] : [count]
        for piece in pieces {
            logs.row(bits.identifier(), habit.id, "\(day)", "\(piece)", known.instantText)
            logCount += 1
            if known - at >= .day { lateCount += 1 }
        }
        return true
    }
}

extension UpCoachHabits.Tally {
    /// A day's plan and what was done: never more than the plan, the rest is extra.
    fileprivate mutating func add(target: Int, done: Int) {
        self.target += Int64(target)
        if target > 0 { scheduled += 1 }
        self.done += Int64(min(done, target))
        extra += Int64(done - min(done, target))
        if target > 0, done >= target { fullDays += 1 }
    }
}
