import Query
import Testing

@Suite struct SessionsTests {
    @Test("A pause longer than the gap ends a session; one as long does not")
    func worked() throws {
        let sql = """
            WITH e(u, at) AS (VALUES ('a', TIMESTAMPTZ '2024-01-01T00:00:00Z'), ('a', TIMESTAMPTZ '2024-01-01T00:30:00Z'),
              ('a', TIMESTAMPTZ '2024-01-01T01:00:00.000001Z'), ('a', NULL), ('a', TIMESTAMPTZ '2024-01-01T00:30:00Z'),
              ('b', TIMESTAMPTZ '2024-01-01T00:10:00Z'), (NULL, TIMESTAMPTZ '2024-01-01T00:10:00Z'), ('c', NULL))
            SELECT actor, session, started_at, ended_at, duration_s, events FROM sessions(TABLE e, actor => u, at => at)
            ORDER BY 1, 2
            """
        #expect(
            try AnalyticsSession.rows(sql) == [
                "a|1|2024-01-01T00:00:00Z|2024-01-01T00:30:00Z|1800|3",
                "a|2|2024-01-01T01:00:00.000001Z|2024-01-01T01:00:00.000001Z|0|1",
                "b|1|2024-01-01T00:10:00Z|2024-01-01T00:10:00Z|0|1",
            ])
    }

    @Test("Many actors: the sessions are those of windows in SQL")
    func random() throws {
        let events = """
            WITH e AS (SELECT x * 31 % 9973 AS u, x * 31 % 9973 % 2 AS t, TIMESTAMPTZ '2024-01-25'
              + (x * 7919 % 400009) * INTERVAL '1 second' AS at FROM generate_series(1, 250000) g(x))
            """
        let ours =
            events + """
                 SELECT t, count(*), sum(events), max(session), sum(duration_s), min(started_at), max(ended_at) FROM
                sessions(TABLE e, per => t, actor => u, at => at, gap => INTERVAL '2 hours') GROUP BY t ORDER BY t
                """
        let windows =
            events + """
                , p AS (SELECT t, u, at, lag(at) OVER (PARTITION BY t, u ORDER BY at) AS b FROM e),
                n AS (SELECT t, u, at, sum(CASE WHEN b IS NULL OR at - b > INTERVAL '2 hours' THEN 1 ELSE 0 END) OVER
                  (PARTITION BY t, u ORDER BY at) AS n FROM p),
                s AS (SELECT t, u, n, min(at) AS a, max(at) AS z, count(*) AS c FROM n GROUP BY t, u, n)
                SELECT t, count(*), sum(c), cast(max(n) AS integer), sum(cast(extract(epoch FROM z) - extract(epoch FROM a)
                  AS double)), min(a), max(z) FROM s GROUP BY t ORDER BY t
                """
        #expect(try AnalyticsSession.rows(ours) == (try AnalyticsSession.rows(windows)))
    }

    @Test("Empty tables and wrong gaps")
    func edges() throws {
        let call =
            "SELECT * FROM sessions(TABLE (SELECT 1 AS u WHERE false), actor => u, at => TIMESTAMPTZ '2024-01-01'"
        #expect(try AnalyticsSession.rows(call + ")").isEmpty)
        #expect(throws: QueryError.self) { _ = try AnalyticsSession.rows(call + ", gap => INTERVAL '1 month')") }
    }
}
