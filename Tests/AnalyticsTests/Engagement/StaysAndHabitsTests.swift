import AlmanacTesting
import Analytics
import Query
import Testing

@Suite struct ConcurrencyTests {
    @Test("At one instant those who leave go first; open stays end by their timeout; wrong ones are counted")
    func worked() throws {
        let sql = """
            WITH v(room, j, l, a) AS (VALUES
              ('r', TIMESTAMPTZ '2024-01-01T10:00:00Z', TIMESTAMPTZ '2024-01-01T10:30:00Z', NULL),
              ('r', TIMESTAMPTZ '2024-01-01T10:30:00Z', TIMESTAMPTZ '2024-01-01T11:00:00Z', NULL),
              ('r', TIMESTAMPTZ '2024-01-01T10:45:00Z', NULL, TIMESTAMPTZ '2024-01-01T10:50:00Z'),
              ('r', TIMESTAMPTZ '2024-01-01T10:45:00Z', TIMESTAMPTZ '2024-01-01T10:44:00Z', NULL), ('r', NULL, NULL, NULL),
              ('s', TIMESTAMPTZ '2024-01-01T10:00:00Z', NULL, NULL))
            SELECT room, stays, max_concurrent, max_at, mean_concurrent, observed_s, rejected FROM concurrency(TABLE v,
              per => room, join => j, leave => l, last_active => a, timeout => INTERVAL '10 minutes',
              as_of => TIMESTAMPTZ '2024-01-01T12:00:00Z') ORDER BY 1
            """
        #expect(
            try AnalyticsSession.rows(sql) == [
                "r|3|2|2024-01-01T10:45:00Z|1.25|3600|2", "s|1|1|2024-01-01T10:00:00Z|1|7200|0",
            ])
    }

    @Test("Random stays: the most and the mean are those of every instant looked at")
    func random() {
        var random = SeededGenerator(seed: 21)
        for _ in 0..<2_000 {
            var sweep = ConcurrencySweep()
            var stays: [(Int64, Int64)] = []
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                let stay = (Int64.random(in: 0...12, using: &random), Int64.random(in: 0...12, using: &random))
                sweep.add(join: stay.0, leave: stay.1)
                if stay.1 >= stay.0 { stays.append(stay) }
            }
            let (from, to) = Bool.random(using: &random) ? (Int64(3), Int64(9)) : (nil, nil)
            let result = sweep.result(from: from, to: to)
            let first = from ?? stays.map(\.0).min() ?? 0
            let last = to ?? stays.map(\.1).max() ?? 0
            let counts = (first..<max(first, last)).map { instant in
                Int64(stays.count { $0.0 <= instant && $0.1 > instant })
            }
            #expect(result.most == counts.max() ?? 0)
            #expect(result.mean == (counts.isEmpty ? nil : Double(counts.reduce(0, +)) / Double(counts.count)))
            #expect(result.most == 0 || result.mostAt == counts.firstIndex(of: result.most).map { first + Int64($0) })
        }
        var far = ConcurrencySweep()
        far.add(join: .min, leave: .max)
        #expect(far.result().most == 1 && far.result().mean == 1)
    }
}

@Suite struct HabitTests {
    private static func totals(_ rows: [(Int32, Int64?, Int64, Bool)]) -> HabitScan.Totals {
        var scan = HabitScan()
        for row in rows.sorted(by: { $0.0 < $1.0 }) {
            let fits = scan.add(day: row.0, target: row.1, done: row.2, isPaused: row.3)
            #expect(fits)
        }
        let fits = scan.close()
        #expect(fits)
        return scan.totals
    }

    @Test("The habits of the oracle")
    func worked() {
        let daily = Self.totals((1...7).map { ($0, 1, [1: 1, 2: 1, 4: 3, 7: 1][$0] ?? 0, false) })
        #expect(daily.target == 7 && daily.done == 4 && daily.fullDays == 4 && daily.offSchedule == 0)
        #expect(daily.surplus == 2)
        let paused = Self.totals([(4, 2, 2, false), (5, nil, 1, false), (6, 2, 1, false), (8, 2, 0, true)])
        #expect(paused.target == 4 && paused.done == 3 && paused.fullDays == 1 && paused.offSchedule == 1)
        let all = Self.totals([(4, 1, 1, true)])
        #expect(all.target == 0 && all.done == 0 && all.offSchedule == 1)
    }

    @Test("Per week: what is done in one makes up for nothing in another")
    func perWeek() throws {
        let sql = """
            WITH d(u, h, at, target, done) AS (VALUES
              ('a', 'run', DATE '2024-03-10', 1, 3), ('a', 'run', DATE '2024-03-11', 2, 1),
              ('a', 'run', DATE '2024-03-17', 1, 1), ('b', 'run', DATE '2024-03-17', 1, 0))
            SELECT * FROM habit_completion(TABLE (SELECT d.*, CAST(date_trunc('week', at) AS date) AS week FROM d),
              per => week, actor => u, habit => h, day => at, seq => done, target => target, done => done)
            ORDER BY 1, 2
            """
        #expect(
            try AnalyticsSession.rows(sql) == [
                "2024-03-04|a|run|1|1|1|2|1|1", "2024-03-11|a|run|2|3|2|0|1|0.6666666666666666",
                "2024-03-11|b|run|1|1|0|0|0|0",
            ])
    }

    @Test("In SQL: plans and deeds as rows of one table, the last plan of a day counts, local days")
    func sql() throws {
        let sql = """
            WITH d(u, h, at, id, target, done, paused) AS (VALUES
              ('a', 'run', TIMESTAMPTZ '2024-03-10T04:30:00Z', 1, 1, NULL, false),
              ('a', 'run', TIMESTAMPTZ '2024-03-10T05:30:00Z', 2, 2, NULL, false),
              ('a', 'run', TIMESTAMPTZ '2024-03-11T03:30:00Z', 3, 3, NULL, false),
              ('a', 'run', TIMESTAMPTZ '2024-03-11T03:59:00Z', 4, NULL, 5, false),
              ('a', 'run', TIMESTAMPTZ '2024-03-12T12:00:00Z', 5, NULL, 2, false),
              ('a', 'read', TIMESTAMPTZ '2024-03-11T12:00:00Z', 6, 1, 1, true),
              (NULL, 'read', TIMESTAMPTZ '2024-03-11T12:00:00Z', 7, 1, 1, false))
            SELECT * FROM habit_completion(TABLE d, actor => u, habit => h, day => at, seq => id, target => target,
              done => done, paused => paused) ORDER BY 1, 2
            """
        // New York's 9 March has the first row, the 23-hour 10 March the next three.
        #expect(
            try AnalyticsSession.rows(sql, zone: "America/New_York") == [
                "a|read|0|0|0|1|0|NULL", "a|run|2|4|3|4|1|0.75",
            ])
        let big =
            "SELECT * FROM habit_completion(TABLE (SELECT 9223372036854775807 AS n FROM generate_series(1, 2) g(x)), "
            + "actor => 1, habit => 1, day => DATE '2024-01-01', seq => 1, target => 1, done => n)"
        #expect(throws: QueryError.self) { _ = try AnalyticsSession.rows(big) }
    }
}

@Suite struct CounterTests {
    @Test("The first is a baseline, falls are corrections, missing days are booked on the next")
    func worked() throws {
        let sql = """
            WITH s(v, day, id, n) AS (VALUES ('a', DATE '2024-02-27', 1, 100), ('a', DATE '2024-02-28', 2, 130),
              ('a', DATE '2024-03-01', 3, 90), ('a', DATE '2024-03-01', 4, 95), ('a', DATE '2024-03-02', 5, NULL),
              ('b', DATE '2024-03-01', 6, 7), (NULL, DATE '2024-03-01', 7, 7), ('a', DATE '2031-01-01', 8, 1))
            SELECT * FROM counter_deltas(TABLE s, entity => v, day => day, seq => id, counter => n) ORDER BY 1, 2
            """
        #expect(
            try AnalyticsSession.rows(sql) == [
                "a|2024-02-27|100|NULL|NULL|NULL|NULL", "a|2024-02-28|130|30|30|0|0", "a|2024-03-01|95|-35|0|-35|1",
                "b|2024-03-01|7|NULL|NULL|NULL|NULL",
            ])
    }

    @Test("Changes add up to the last counter; what does not fit is an error")
    func edges() throws {
        let sql = """
            WITH s AS (SELECT x % 50 AS v, DATE '2024-01-01' + cast(x / 50 AS integer) AS day, x AS id, x * 7919 % 1009 AS n
              FROM generate_series(0, 4999) g(x)),
            d AS (SELECT * FROM counter_deltas(TABLE s, entity => v, day => day, seq => id, counter => n))
            SELECT count(*), count(*) FILTER (WHERE total <> last) FROM (SELECT entity, sum(coalesce(delta, counter)) AS total,
              max(CASE WHEN observed_on = DATE '2024-01-01' + 99 THEN counter END) AS last FROM d GROUP BY entity) x
            """
        #expect(try AnalyticsSession.rows(sql) == ["50|0"])
        let far = """
            WITH s(day, n) AS (VALUES (DATE '2024-01-01', -9223372036854775807), (DATE '2024-01-02', 9223372036854775807))
            SELECT * FROM counter_deltas(TABLE s, entity => 1, day => day, seq => 1, counter => n)
            """
        #expect(throws: QueryError.self) { _ = try AnalyticsSession.rows(far) }
        let none =
            "SELECT * FROM counter_deltas(TABLE (SELECT 1 AS n WHERE false), entity => n, day => DATE '2024-01-01', "
            + "seq => n, counter => n)"
        #expect(try AnalyticsSession.rows(none).isEmpty)
    }
}
