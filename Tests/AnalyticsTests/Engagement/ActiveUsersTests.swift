import Query
import Testing

@Suite struct ActiveUsersTests {
    /// The worked log of the specification: instants near New York's midnight and its 23-hour day.
    private static let log = """
        WITH events(actor, at) AS (VALUES
          ('a', TIMESTAMPTZ '2024-03-09T04:59:59Z'), ('a', TIMESTAMPTZ '2024-03-09T05:00:00Z'),
          ('a', TIMESTAMPTZ '2024-03-10T04:59:59Z'), ('a', TIMESTAMPTZ '2024-03-10T05:00:00Z'),
          ('a', TIMESTAMPTZ '2024-03-11T03:59:59Z'), ('a', TIMESTAMPTZ '2024-03-11T04:00:00Z'),
          ('b', TIMESTAMPTZ '2024-03-01T12:00:00Z'), ('b', TIMESTAMPTZ '2024-03-08T12:00:00Z'),
          ('b', TIMESTAMPTZ '2024-03-10T12:00:00Z'), ('c', TIMESTAMPTZ '2024-03-10T13:00:00Z'),
          ('c', TIMESTAMPTZ '2024-03-11T13:00:00Z'), ('c', TIMESTAMPTZ '2024-03-11T14:00:00Z'),
          ('d', TIMESTAMPTZ '2024-03-05T23:00:00Z'), (NULL, TIMESTAMPTZ '2024-03-10T15:00:00Z'),
          ('e', TIMESTAMPTZ '2024-03-12T03:30:00Z'), ('e', TIMESTAMPTZ '2024-03-13T03:30:00Z'))
        """

    @Test("Days of New York: DAU, WAU, MAU, stickiness and anonymous events of the specification")
    func worked() throws {
        let expected: [(Int, Int, Int, String, Int)] = [
            (1, 1, 1, "1", 0), (0, 1, 1, "0", 0), (0, 1, 1, "0", 0), (0, 1, 1, "0", 0), (1, 2, 2, "0.5", 0),
            (0, 2, 2, "0", 0), (0, 2, 2, "0", 0), (2, 3, 3, "0.6666666666666666", 0),
            (1, 3, 3, "0.3333333333333333", 0),
            (3, 4, 4, "0.75", 1), (3, 5, 5, "0.6", 0), (1, 4, 5, "0.2", 0), (0, 4, 5, "0", 0),
        ]
        let rows = try AnalyticsSession.rows(
            Self.log + " SELECT bucket_start, dau, wau7, mau30, stickiness, anon_events, is_warmup, is_partial FROM "
                + "active_users(TABLE events, actor => actor, day => at, from => DATE '2024-03-01', "
                + "to => DATE '2024-03-14', as_of => DATE '2024-03-13') ORDER BY 1", zone: "America/New_York")
        #expect(
            rows
                == expected.enumerated().map { day, row in
                    "2024-03-\(day < 9 ? "0" : "")\(day + 1)|\(row.0)|\(row.1)|\(row.2)|\(row.3)|\(row.4)|true"
                        + "|\(day == 12)"
                })
        let utc = try AnalyticsSession.rows(
            Self.log + " SELECT dau FROM active_users(TABLE events, actor => actor, day => at) ORDER BY bucket_start")
        #expect(utc == ["1", "0", "0", "0", "1", "0", "0", "1", "1", "3", "2", "1", "1"])
    }

    @Test("Growth by weeks: 26 February, 4 March, 11 March of the specification")
    func growth() throws {
        let rows = try AnalyticsSession.rows(
            Self.log + " SELECT bucket_start, active, new, retained, resurrected, churned, quick_ratio FROM "
                + "growth_accounting(TABLE events, actor => actor, day => at, grain => 'week') ORDER BY 1",
            zone: "America/New_York")
        #expect(
            rows == ["2024-02-26|1|1|0|0|0|NULL", "2024-03-04|4|3|1|0|0|NULL", "2024-03-11|3|1|2|0|2|0.5"])
    }

    @Test("Random activity: windows and movements are those of SQL, and add up", arguments: ["day", "week", "month"])
    func random(_ grain: String) throws {
        let events = """
            WITH e AS (SELECT CASE WHEN x % 17 > 0 THEN x * 31 % 499 END AS u, TIMESTAMPTZ '2024-01-25'
              + (x * x % 4001) * INTERVAL '1 hour' AS at FROM generate_series(1, 9000) g(x)),
            d AS (SELECT DISTINCT u, cast(date_trunc('\(grain)', at) AS date) AS b FROM e WHERE u IS NOT NULL)
            """
        let ours =
            events + """
                 SELECT bucket_start, active, new, retained, resurrected, churned FROM growth_accounting(TABLE e, actor => u,
                   day => at, grain => '\(grain)') ORDER BY 1
                """
        let slow =
            events + """
                , p AS (SELECT u, b, lag(b) OVER (PARTITION BY u ORDER BY b) AS p, lead(b) OVER (PARTITION BY u ORDER BY b) AS n
                  FROM d), g AS (SELECT b, lead(b) OVER (ORDER BY b) AS next, lag(b) OVER (ORDER BY b) AS before
                  FROM (SELECT DISTINCT b FROM d) x)
                SELECT g.b, count(*), count(*) FILTER (WHERE p.p IS NULL), count(*) FILTER (WHERE p.p = g.before),
                  count(*) FILTER (WHERE p.p < g.before), (SELECT count(*) FROM p q WHERE q.b = g.before AND (q.n IS NULL
                  OR q.n > g.b)) FROM g JOIN p ON p.b = g.b GROUP BY g.b, g.before ORDER BY 1
                """
        let found = try AnalyticsSession.rows(ours)
        // The grid has no hole in this data, so that the bucket before is the one before in the data.
        #expect(found.count > 4)
        #expect(found == (try AnalyticsSession.rows(slow)))
        let numbers = found.map { $0.split(separator: "|").dropFirst().compactMap { Int($0) } }
        for (before, row) in zip(numbers, numbers.dropFirst()) {
            #expect(row[0] == before[0] + row[1] + row[3] - row[4])
        }
    }

    @Test("Trailing windows are those of a join in SQL, in slices and pieces")
    func windows() throws {
        let events = """
            WITH e AS (SELECT x * 31 % 30011 AS u, x * 31 % 30011 % 3 AS t, TIMESTAMPTZ '2024-01-25' + (x * 7919 % 2400)
              * INTERVAL '1 hour' AS at FROM generate_series(1, 300000) g(x) WHERE x % 7 < 3)
            """
        let ours =
            events + """
                 SELECT t, bucket_start, dau, wau7, mau30 FROM active_users(TABLE e, per => t, actor => u, day => at)
                WHERE bucket_start IN (DATE '2024-01-25', DATE '2024-02-29', DATE '2024-03-01', DATE '2024-05-03') ORDER BY 1, 2
                """
        let slow =
            events + """
                , d AS (SELECT DISTINCT t, u, cast(at AS date) AS d FROM e), g(g) AS (VALUES (DATE '2024-01-25'),
                  (DATE '2024-02-29'), (DATE '2024-03-01'), (DATE '2024-05-03'))
                SELECT t, g, count(DISTINCT CASE WHEN d = g THEN u END), count(DISTINCT CASE WHEN d > g - 7 THEN u END),
                  count(DISTINCT u) FROM g JOIN d ON d <= g AND d > g - 30 GROUP BY t, g ORDER BY 1, 2
                """
        #expect(try AnalyticsSession.rows(ours) == (try AnalyticsSession.rows(slow)))
    }

    @Test("Empty, missing, far off")
    func edges() throws {
        let none = "WITH e(u, day) AS (VALUES ('u', CAST(NULL AS date)), ('v', DATE '2031-01-01')) "
        let call = "SELECT bucket_start, dau FROM active_users(TABLE e, actor => u, day => day"
        #expect(try AnalyticsSession.rows(none + call + ")").isEmpty)
        #expect(
            try AnalyticsSession.rows(none + call + ", from => DATE '2024-02-29', to => DATE '2024-03-02')")
                == ["2024-02-29|0", "2024-03-01|0"])
        #expect(throws: QueryError.self) {
            _ = try AnalyticsSession.rows(none + call + ", from => DATE '2024-01-01', to => DATE '2024-01-01')")
        }
    }
}
