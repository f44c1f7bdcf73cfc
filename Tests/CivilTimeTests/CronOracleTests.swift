import AlmanacTesting
import CivilTime
import Testing

/// Cron lines against croniter where its rules are ours, and against the rules restated minute by minute in Python.
@Suite("Cron lines against Python", .enabled(if: PythonOracle.isThere, "ALMANAC_ORACLE_PYTHON is not set"))
struct CronOracleTests {
    @Test("In UTC croniter gives the same next twenty, for 2,000 seeded lines")
    func croniter() throws {
        let script = """
            import sys
            from datetime import datetime, timezone
            from croniter import croniter
            for line in sys.stdin.read().splitlines():
                start, cron = line.split(" ", 1)
                it = croniter(cron, datetime.fromtimestamp(int(start), timezone.utc), max_years_between_matches=60)
                print(*[int(it.get_next(float)) for _ in range(20)])
            """
        var generator = SeededGenerator(seed: 41)
        let cases = (0..<2000).map { _ in
            (start: Int64.random(in: 0..<4_000_000_000, using: &generator), line: line(&generator, days: true))
        }
        let answers = try PythonOracle.lines(
            script, input: cases.map { "\($0.start) \($0.line)" }.joined(separator: "\n"))
        #expect(answers.count == cases.count)
        for (asked, answer) in zip(cases, answers) {
            let found = try CronExpression(parsing: asked.line)
                .occurrences(in: .utc, after: Instant(secondsSinceEpoch: asked.start)).prefix(20)
            #expect(found.map { String($0.secondsSinceEpoch) } == answer.map(String.init), "\(asked)")
        }
    }

    /// Walks over real minutes and looks at the clock: what it skips is a gap, what it shows with fold 1 came before.
    private static let minuteByMinute = """
        import sys, zoneinfo
        from datetime import datetime, timedelta, timezone
        from croniter import croniter
        lines = sys.stdin.read().splitlines()
        zoneinfo.reset_tzpath([lines[0]])
        MINUTE = timedelta(minutes=1)
        for line in lines[1:]:
            policy, start, end, zone, cron = line.split(" ", 4)
            zone = zoneinfo.ZoneInfo(zone)
            fields = cron.split()
            minutes, hours, days, months, weekdays = croniter.expand(cron)[0]
            has = lambda values, v: values == ["*"] or v in values
            def matches(t):
                if not (has(minutes, t.minute) and has(hours, t.hour) and has(months, t.month)): return False
                d, w = has(days, t.day), has(weekdays, t.isoweekday() % 7)
                return (d and w) if fields[2][0] == "*" or fields[4][0] == "*" else (d or w)
            every_hour = hours == ["*"] or len(set(hours)) == 24
            interval = every_hour or "*" in fields[0] or "/" in fields[0]
            found, u = [], datetime.fromtimestamp(int(start) - 172800, timezone.utc)
            before = u.astimezone(zone).replace(tzinfo=None)
            while u.timestamp() <= int(end):
                u += MINUTE
                aware = u.astimezone(zone)
                local = aware.replace(tzinfo=None, fold=0)
                skipped, t = [], before + MINUTE
                while t < local:
                    skipped.append(t)
                    t += MINUTE
                run = matches(local) and (aware.fold == 0 or interval or policy == "both")
                if any(map(matches, skipped)) and policy != "skip":
                    goes_on = any(matches(local + i * MINUTE) for i in range(60))
                    run = run or not interval or not goes_on
                if run and int(start) < u.timestamp() <= int(end): found.append(int(u.timestamp()))
                before = local
            print(len(found), *found)
        """

    @Test("Around clock changes of 40 years the rules restated minute by minute give the same")
    func aroundChanges() throws {
        var generator = SeededGenerator(seed: 43)
        let names = [
            "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Beirut", "Africa/Cairo",
            "America/Asuncion", "America/Sao_Paulo", "America/Havana", "Pacific/Apia", "America/St_Johns",
            "Africa/Lagos", "Africa/Casablanca", "Asia/Gaza", "Antarctica/Troll", "America/Nuuk", "Europe/Dublin",
        ]
        var cases: [(policy: DaylightPolicy, start: Int64, end: Int64, zone: String, line: String)] = []
        while cases.count < 300 {
            let name = names.randomElement(using: &generator) ?? "UTC"
            let zone = try zones.zone(name)
            // 1975 to 2037: look for a change in the 30 days after a random hour.
            let probe = Int64.random(in: 43_800..<587_000, using: &generator) * 3600
            let offsets = (0..<720).map { zone.offsetSeconds(at: Instant(secondsSinceEpoch: probe + $0 * 3600)) }
            guard let change = zip(offsets, offsets.dropFirst()).enumerated().first(where: { $1.0 != $1.1 })?.offset
            else { continue }
            let at = probe + Int64(change) * 3600
            let policy = DaylightPolicy.allCases.randomElement(using: &generator) ?? .once
            cases.append((policy, at - 90_000, at + 90_000, name, line(&generator, days: false)))
        }
        let input =
            [zones.folder]
            + cases.map { "\($0.policy.rawValue) \($0.start) \($0.end) \($0.zone) \($0.line)" }
        let answers = try PythonOracle.lines(Self.minuteByMinute, input: input.joined(separator: "\n"))
        #expect(answers.count == cases.count)
        var total = 0
        for (asked, answer) in zip(cases, answers) {
            let found = try CronExpression(parsing: asked.line).occurrences(
                in: try zones.zone(asked.zone), after: Instant(secondsSinceEpoch: asked.start),
                through: Instant(secondsSinceEpoch: asked.end), policy: asked.policy)
            #expect(found.map { String($0.secondsSinceEpoch) } == answer.dropFirst().map(String.init), "\(asked)")
            total += found.count
        }
        #expect(total > 1000)
    }

    /// A line of random fields. `days` says whether the day fields are restricted; then without stars in steps, which
    /// croniter does not take for stars.
    private func line(_ generator: inout SeededGenerator, days: Bool) -> String {
        let fields: [(range: ClosedRange<Int>, mayStep: Bool, stars: Int)] = [
            (0...59, true, 2), (0...23, true, 3), (1...28, false, days ? 3 : 5), (1...12, true, 4),
            (0...6, false, days ? 3 : 5),
        ]
        return fields.map { range, mayStep, stars in
            if Int.random(in: 0..<6, using: &generator) < stars {
                guard mayStep, Int.random(in: 0..<3, using: &generator) == 0 else { return "*" }
                return "*/\(Int.random(in: 2...(range.upperBound / 2), using: &generator))"
            }
            let items = (0..<Int.random(in: 1...3, using: &generator)).map { _ -> String in
                let first = Int.random(in: range, using: &generator)
                // Early hours, where clocks change.
                let low = range.upperBound == 23 ? first % 4 : first
                switch Int.random(in: 0..<4, using: &generator) {
                // Ranges of two values or more: croniter takes 4-4 for all values, crontab(5) for 4.
                case 0 where low < range.upperBound:
                    let last = Int.random(in: (low + 1)...range.upperBound, using: &generator)
                    return mayStep
                        ? "\(low)-\(last)/\(Int.random(in: 1...(last - low), using: &generator))" : "\(low)-\(last)"
                default: return "\(low)"
                }
            }
            return items.joined(separator: ",")
        }.joined(separator: " ")
    }
}
