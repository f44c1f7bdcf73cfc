import AlmanacTesting
import Analytics
import Query
import Testing

@Suite struct FunnelTests {
    private static let names = ["view", "start", "post"]

    /// The cases of the specification's oracle: events of one actor as (seq, second, step), level, level of strict order.
    private static let cases: [(String, [(Int, Int, Int)], Int, Int)] = [
        ("simple", [(1, 0, 0), (2, 10, 1), (3, 20, 2)], 3, 3),
        ("skip step 2", [(1, 0, 0), (3, 20, 2)], 1, 1),
        ("out of order", [(1, 0, 1), (2, 5, 0), (3, 9, 2)], 1, 1),
        ("same timestamp, seq order", [(1, 0, 0), (2, 0, 1), (3, 0, 2)], 3, 1),
        ("window edge inclusive", [(1, 0, 0), (2, 50, 1), (3, 100, 2)], 3, 3),
        ("window exceeded", [(1, 0, 0), (2, 50, 1), (3, 101, 2)], 2, 2),
        ("re-entry rescues", [(1, 0, 0), (2, 90, 0), (3, 95, 1), (4, 150, 2)], 3, 3),
        ("re-entry must not steal", [(1, 0, 0), (2, 10, 1), (3, 60, 0), (4, 90, 2)], 3, 3),
        ("none", [(1, 0, 2)], 0, 0),
    ]

    /// A call over rows of (actor, second, seq, kind); actors and kinds are texts, or NULL.
    private static func funnel(_ rows: [(String?, Int, Int, Int)], _ more: String = "") throws -> [String] {
        let values = rows.map { actor, second, seq, kind in
            "(\(actor.map { "'\($0)'" } ?? "NULL"), TIMESTAMPTZ '2024-01-01T00:00:00Z' + INTERVAL '\(second) seconds', "
                + "\(seq), '\(names[kind])')"
        }
        return try AnalyticsSession.rows(
            "WITH e(actor, at, id, kind) AS (VALUES \(values.joined(separator: ", "))) SELECT step, step_name, "
                + "entered, "
                + "step_rate, overall_rate, dropoff, median_s_from_prev FROM funnel(TABLE e, actor => actor, at => at, "
                + "seq => id, steps => [kind = 'view', kind = 'start', kind = 'post'], names => ['view', 'start', "
                + "'post'], "
                + "within => INTERVAL '100 seconds'\(more)) ORDER BY step")
    }

    private static func level(_ rows: [String]) -> Int { rows.count { $0.split(separator: "|")[2] != "0" } }

    @Test("Levels of the specification, in either order", arguments: cases)
    func worked(_ name: String, _ events: [(Int, Int, Int)], _ expected: Int, _ strictly: Int) throws {
        let rows = events.reversed().map { (String?("a"), $0.1, $0.0, $0.2) }
        #expect(Self.level(try Self.funnel(rows)) == expected)
        #expect(Self.level(try Self.funnel(rows, ", strict => true")) == strictly)
    }

    @Test("The report of the specification: levels 3 3 2 1 1 0 3")
    func report() throws {
        var rows: [(String?, Int, Int, Int)] = []
        for (actor, level) in [3, 3, 2, 1, 1, 0, 3].enumerated() {
            for step in 0..<level { rows.append(("u\(actor)", step * (10 + actor), rows.count, step)) }
            if level == 0 { rows.append(("u\(actor)", 0, rows.count, 2)) }
        }
        rows.append((nil, 0, rows.count, 0))
        // Waits for step 2: 10, 11, 12, 16 s; for step 3: 10, 11, 16 s.
        #expect(
            try Self.funnel(rows) == [
                "1|view|6|1|1|0|NULL", "2|start|4|0.6666666666666666|0.6666666666666666|2|11.5",
                "3|post|3|0.75|0.5|1|11",
            ])
    }

    @Test("Without rows there are zeros; per slice there is nothing then")
    func empty() throws {
        let call =
            "SELECT * FROM funnel(TABLE (SELECT 'x' AS t, 1 AS u, TIMESTAMPTZ '2024-01-01' AS at, 'view' AS kind WHERE "
            + "false), actor => u, at => at, seq => u, steps => [kind = 'view', kind = 'buy'], funnel => 'shop'"
        #expect(
            try AnalyticsSession.rows(call + ")") == [
                "shop|1|steps_1|0|NULL|NULL|0|NULL", "shop|2|steps_2|0|NULL|NULL|0|NULL",
            ])
        #expect(try AnalyticsSession.rows(call + ", per => t)").isEmpty)
    }

    @Test("Slices come in the order of their values, a missing one by name")
    func slices() throws {
        let sql = """
            WITH e(t, u, at, id, kind) AS (VALUES ('b', 1, TIMESTAMPTZ '2024-01-01', 1, 'view'),
              (NULL, 1, TIMESTAMPTZ '2024-01-01', 2, 'view'), ('b', 1, TIMESTAMPTZ '2024-01-02', 3, 'buy'),
              ('a', 2, TIMESTAMPTZ '2024-01-02', 4, 'view'), ('a', 1, TIMESTAMPTZ '2024-01-02', 5, 'buy'),
              ('a', 1, NULL, 6, 'view'))
            SELECT t, step, entered FROM funnel(TABLE e, per => t, actor => u, at => at, seq => id,
              steps => [kind = 'view', kind = 'buy'])
            """
        #expect(
            try AnalyticsSession.rows(sql) == ["a|1|1", "a|2|0", "b|1|1", "b|2|1", "(none)|1|1", "(none)|2|0"])
    }

    @Test("A step that is asked for twice needs two events")
    func repeated() {
        var scan = FunnelScan(stepCount: 3, window: 10)
        scan.add(at: 0, steps: 0b111)
        scan.add(at: 1, steps: 0b111)
        #expect(scan.level == 2)
        scan.reset()
        #expect(scan.level == 0)
        scan.add(at: .min, steps: 0b111)
        scan.add(at: .max, steps: 0b111)
        #expect(scan.level == 1)
    }

    @Test(
        "Wrong calls are refused",
        arguments: [
            ("seq => 1, steps => [true], within => INTERVAL '1 month'", "'within' is a span of days or shorter units"),
            ("seq => 1, steps => [true], within => INTERVAL '-1 day'", "'within' is negative"),
            ("seq => 1, steps => [true], names => ['a', 'b']", "there are 1 steps and 2 names"),
            ("steps => [true]", "without it the order of the rows is not known"),
            ("seq => 1, steps => [TIMESTAMPTZ '2024-01-01']", "boolean"),
        ])
    func refused(_ arguments: String, _ expected: String) throws {
        let error = #expect(throws: QueryError.self) {
            _ = try AnalyticsSession.rows(
                "SELECT * FROM funnel(TABLE (SELECT 1 AS u), actor => u, at => TIMESTAMPTZ '2024-01-01', \(arguments))")
        }
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }

    /// The definition, word by word: tries every chain of events.
    private static func slowLevel(
        _ events: [(time: Int64, steps: UInt32)], _ stepCount: Int, _ window: Int64, _ isStrict: Bool
    ) -> Int {
        func longest(_ step: Int, _ after: Int, _ start: Int64) -> Int {
            var best = step
            guard step < stepCount else { return best }
            for index in (after + 1)..<max(events.count, after + 1) where events[index].steps >> UInt32(step) & 1 == 1 {
                let event = events[index]
                if step > 0 {
                    if event.time - start > window { continue }
                    if isStrict && event.time <= events[after].time { continue }
                }
                best = max(best, longest(step + 1, index, step == 0 ? event.time : start))
            }
            return best
        }
        return longest(0, -1, 0)
    }

    @Test("The level is that of the definition in 10,000 random cases", arguments: [false, true])
    func random(isStrict: Bool) {
        var random = SeededGenerator(seed: isStrict ? 71 : 70)
        for _ in 0..<10_000 {
            let stepCount = Int.random(in: 1...4, using: &random)
            let window = Int64.random(in: 0...8, using: &random)
            let events = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                (time: Int64.random(in: 0...12, using: &random), steps: UInt32.random(in: 0..<16, using: &random))
            }.sorted { $0.time < $1.time }
            var scan = FunnelScan(stepCount: stepCount, window: window, isStrict: isStrict)
            for event in events { scan.add(at: event.time, steps: event.steps & ((1 << UInt32(stepCount)) - 1)) }
            #expect(scan.level == Self.slowLevel(events, stepCount, window, isStrict))
            for step in 1..<max(1, scan.level) { #expect(scan.wait(step) >= (isStrict ? 1 : 0)) }
        }
    }

    @Test("Many actors in many pieces: the answer is that of windows in SQL, on one thread and on several")
    func manyActors() throws {
        let events = """
            WITH e AS (SELECT x % 5003 AS u, TIMESTAMPTZ '2024-01-01' + (x * 7919 % 100003) * INTERVAL '1 minute' AS at,
              x AS id, CASE x * 31 % 7 WHEN 0 THEN 'buy' WHEN 1 THEN 'cart' WHEN 2 THEN 'view' WHEN 3 THEN 'view' ELSE '-'
              END AS kind, x % 5003 % 3 AS t FROM generate_series(1, 300000) g(x))
            """
        let ours =
            events + """
                 SELECT t, step, entered FROM funnel(TABLE e, per => t, actor => u, at => at, seq => id,
                   steps => [kind = 'view', kind = 'cart', kind = 'buy'], within => INTERVAL '3 days') ORDER BY t, step
                """
        let windows =
            events + """
                , f AS (SELECT *, extract(epoch FROM at) AS s FROM e WHERE kind <> '-'),
                a AS (SELECT *, max(CASE WHEN kind = 'view' THEN s END) OVER (PARTITION BY u ORDER BY s, id
                  ROWS UNBOUNDED PRECEDING) AS s1 FROM f),
                b AS (SELECT *, max(CASE WHEN kind = 'cart' AND s - s1 <= 259200 THEN s1 END) OVER (PARTITION BY u ORDER BY
                  s, id ROWS UNBOUNDED PRECEDING) AS s2 FROM a),
                c AS (SELECT t, u, max(CASE WHEN kind = 'buy' AND s - s2 <= 259200 THEN 3
                  WHEN kind = 'cart' AND s - s1 <= 259200 THEN 2 WHEN kind = 'view' THEN 1 ELSE 0 END) AS level
                  FROM b GROUP BY t, u)
                SELECT t, k, count(*) FILTER (WHERE level >= k) FROM c CROSS JOIN generate_series(1, 3) g(k)
                GROUP BY t, k ORDER BY t, k
                """
        let two = try AnalyticsSession.make(threads: 2).rows(ours).rows
        #expect(two == (try AnalyticsSession.make(threads: 1).rows(ours).rows))
        #expect(AnalyticsSession.text(two) == (try AnalyticsSession.rows(windows)))
    }
}
