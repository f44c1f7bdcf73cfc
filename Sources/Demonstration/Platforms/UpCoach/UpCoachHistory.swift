internal import CivilTime

/// What people of a tenant of UpCoach did beside their habits: sessions, moods, goals, tasks, courses, talk.
struct UpCoachHistory {
    private(set) var world: UpCoachWorld
    private(set) var counts: [String: Int64] = [:]
    private var sessions = GeneratedTable("user_sessions", ["id", "user_id", "started_at", "ended_at", "platform"])
    private var events = GeneratedTable("event_logs", ["user_id", "name", "props", "occurred_at", "recorded_at"])
    private var moods = GeneratedTable("mood_logs", ["id", "user_id", "mood", "logged_at"])
    private var goals = GeneratedTable(
        "goals", ["id", "user_id", "title", "target_date", "status", "created_at", "completed_at"])
    private var milestones = GeneratedTable("goal_milestones", ["id", "goal_id", "due_date", "completed_at"])
    private var tasks = GeneratedTable("tasks", ["id", "user_id", "due_at", "completed_at", "created_at"])
    private var conversations = GeneratedTable(
        "ai_conversations", ["id", "user_id", "started_at", "message_count", "tokens", "cost_micros"])
    private var threads = GeneratedTable("forum_threads", ["id", "author_id", "group_id", "created_at"])
    private var posts = GeneratedTable("forum_posts", ["id", "thread_id", "author_id", "created_at"])
    private var completions = GeneratedTable("module_completions", ["module_id", "user_id", "completed_at"])
    /// The threads so far, the newest last.
    private var knownThreads: [String] = []
    private var modules: [(course: String, modules: [String])] = []

    init(_ world: UpCoachWorld) {
        self.world = world
        self.world.bits = SeededBits(seed: world.bits.peek &+ 3)
        modules = (0..<4).map { _ in
            (self.world.bits.identifier(), (0..<5).map { _ in self.world.bits.identifier() })
        }
        for day in UpCoachWorld.days {
            for person in world.people.indices where isThere(person, on: day) { visit(person, day) }
        }
        for person in world.people.indices where world.people[person].role == .client {
            aim(person)
            learn(person)
        }
    }

    mutating func tables() -> [GeneratedTable] {
        let content = self.content()
        return [sessions, events, moods, goals, milestones, tasks, content.items, content.days] + courses() + [
            completions, threads, posts, conversations,
        ]
    }

    private mutating func isThere(_ index: Int, on day: LocalDate) -> Bool {
        let person = world.people[index]
        guard person.joinedOn <= day, (person.leavesOn ?? .latest) >= day else { return false }
        let weekend = day.weekday.rawValue >= 6 ? 60 : 100
        return person.joinedOn == day || world.bits.below(100_000) < person.diligence * weekend * 2
    }

    private mutating func visit(_ index: Int, _ day: LocalDate) {
        let person = world.people[index]
        let start = person.clock.instant(day, minute: 330 + world.bits.below(1_020))
        let at = max(start, person.joinedAt) + Int64(world.bits.below(60_000)) * 1_000
        guard at + .hour < world.asOf else { return }
        let length = Int64(1 + world.bits.below(25)) * .minute
        sessions.row(
            world.bits.identifier(), person.id, time(at), world.bits.once(in: 15) ? nil : time(at + length),
            ["ios", "android", "web"][world.bits.below(3)])
        tell(person, person.joinedOn == day ? "signed_up" : "opened", at)
        guard person.role == .client else { return }
        if world.bits.percent(22) {
            let mood = min(5, max(1, person.diligence / 25 + world.bits.below(3)))
            moods.row(world.bits.identifier(), person.id, "\(mood)", time(at + .minute))
        }
        if world.bits.percent(8) { converse(person, at + .minute) }
        if world.bits.percent(10) { plan(person, at) }
        if world.bits.percent(3) { talk(person, at) }
    }

    /// An event, which phones without a network tell of later.
    private mutating func tell(_ person: UpCoachPerson, _ name: String, _ at: Int64) {
        let isLate = world.bits.percent(3)
        let delay = isLate ? Int64(1 + world.bits.below(world.bits.once(in: 8) ? 40 : 4)) * .day : .second
        let recordedAt = min(at + delay, world.asOf - .second)
        events.row(
            world.bits.once(in: 60) ? nil : person.id, name, #"{"screen": "home"}"#, time(at), time(recordedAt))
        counts["events", default: 0] += 1
        if recordedAt - at >= .day { counts["late_events", default: 0] += 1 }
    }

    private mutating func converse(_ person: UpCoachPerson, _ at: Int64) {
        let messages = 2 + world.bits.below(20)
        let tokens = messages * (120 + world.bits.below(200))
        conversations.row(
            world.bits.identifier(), person.id, time(at), "\(messages)", "\(tokens)", "\(tokens * 3)")
    }

    private mutating func plan(_ person: UpCoachPerson, _ at: Int64) {
        let dueAt = at + Int64(1 + world.bits.below(10)) * .day
        let doneAt = at + Int64(1 + world.bits.below(12 * 24)) * .hour
        let isDone = world.bits.percent(person.diligence) && doneAt < world.asOf
        tasks.row(
            world.bits.identifier(), person.id, world.bits.once(in: 10) ? nil : time(dueAt),
            isDone ? time(doneAt) : nil, time(at))
    }

    private mutating func talk(_ person: UpCoachPerson, _ at: Int64) {
        if knownThreads.isEmpty || world.bits.once(in: 4) {
            knownThreads.append(world.bits.identifier())
            threads.row(knownThreads.last, person.id, nil, time(at))
        } else {
            let thread = knownThreads[knownThreads.count - 1 - world.bits.below(min(knownThreads.count, 9))]
            posts.row(world.bits.identifier(), thread, person.id, time(at + .minute))
        }
    }

    // MARK: Goals and courses

    private mutating func aim(_ index: Int) {
        let person = world.people[index]
        for number in 0..<world.bits.below(3) {
            let created = person.joinedAt + Int64(1 + world.bits.below(40)) * .day
            guard created < world.asOf else { continue }
            let target = person.clock.localDate(created).adding(days: 30 + world.bits.below(90))
            let completedAt = person.clock.instant(target.adding(days: world.bits.below(40) - 20), minute: 900)
            let isDone = world.bits.percent(person.diligence - 10) && completedAt < world.asOf && completedAt > created
            let id = world.bits.identifier()
            goals.row(
                id, person.id, "Goal \(number + 1)", world.bits.once(in: 8) ? nil : "\(target)",
                isDone ? "completed" : "open", time(created), isDone ? time(completedAt) : nil)
            for step in 1...3 {
                let due = target.adding(days: -10 * (3 - step))
                let doneAt = person.clock.instant(due, minute: 800)
                milestones.row(
                    world.bits.identifier(), id, "\(due)",
                    doneAt > created && doneAt < world.asOf && world.bits.percent(person.diligence)
                        ? time(doneAt) : nil)
            }
        }
    }

    private mutating func learn(_ index: Int) {
        let person = world.people[index]
        guard world.bits.percent(45) else { return }
        var at = person.joinedAt + Int64(1 + world.bits.below(30)) * .day
        for module in world.bits.one(of: modules).modules {
            guard at < world.asOf, world.bits.percent(80) else { return }
            completions.row(module, person.id, time(at))
            at += Int64(1 + world.bits.below(14)) * .day
        }
    }

    private mutating func courses() -> [GeneratedTable] {
        var courses = GeneratedTable("courses", ["id", "title", "coach_id"])
        var parts = GeneratedTable("course_modules", ["id", "course_id", "position"])
        let coach = world.people.first { $0.role == .coach }?.id
        for (number, course) in modules.enumerated() {
            courses.row(course.course, "Course \(number + 1)", coach)
            for (position, module) in course.modules.enumerated() {
                parts.row(module, course.course, "\(position + 1)")
            }
        }
        return [courses, parts]
    }

    /// Articles, read much in their first weeks.
    private mutating func content() -> (items: GeneratedTable, days: GeneratedTable) {
        var items = GeneratedTable("content", ["id", "author_id", "kind", "title", "published_at"])
        var days = GeneratedTable(
            "content_analytics", ["content_id", "day", "views", "completions", "likes", "shares"])
        let coaches = world.people.filter { $0.role == .coach }
        for number in 0..<24 {
            let published = UpCoachWorld.days.lowerBound.adding(days: number * 22)
            let id = world.bits.identifier()
            items.row(
                id, world.bits.one(of: coaches).id, number % 3 == 0 ? "video" : "article", "Piece \(number + 1)",
                number == 23 ? nil : time(world.clock.instant(published, minute: 540)))
            guard number < 23 else { continue }
            for age in 0..<40 {
                let day = published.adding(days: age)
                let views = (60 + world.bits.below(60)) / (1 + age / 3)
                guard day < UpCoachWorld.days.upperBound, views > 0 else { continue }
                days.row(
                    id, "\(day)", "\(views)", "\(views * 2 / 5)", "\(views / 6)", "\(views / 15)")
            }
        }
        return (items, days)
    }

    private func time(_ instant: Int64) -> String { instant.instantText }
}
