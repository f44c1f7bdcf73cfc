import AlmanacTesting
import Analytics
import CivilTime
import Columnar
import Foundation
import Query
import Testing

@Suite struct TrendingTests {
    private let hour: Int64 = 3_600_000_000

    @Test("Scores halve; the log of forward decay ranks alike at any moment")
    func worked() {
        let events: [(Int64, Double)] = [(0, 1), (3600, 5), (7200, 2)]
        var a = TrendingScore(halfLife: 6 * Double(hour))
        for (second, weight) in events { a.add(weight, at: second * 1_000_000) }
        var b = TrendingScore(halfLife: 6 * Double(hour))
        for (second, weight) in [(7000, 3), (7200, 3)] as [(Int64, Double)] { b.add(weight, at: second * 1_000_000) }
        for (score, at, expected) in [
            (a, 7200, 7.248194116685797), (b, 7200, 5.9808075663331), (a, 86_400, 0.5707595213335381),
            (b, 86_400, 0.47095908426210004),
        ] as [(TrendingScore, Int64, Double)] {
            #expect(Numbers.isClose(score.score(asOf: at * 1_000_000), expected, 1e-12))
        }
        #expect(Numbers.isClose(a.logState, 2.211801410672141, 1e-12))
        #expect(TrendingScore(halfLife: 1).logState == -.infinity)
    }

    @Test("Ranks, the ranks before, caps, too few actors and events to come")
    func ranks() throws {
        let with = """
            WITH e(item, actor, h, w) AS (VALUES ('a', 'x', 0, 1.0), ('a', 'y', 1, 5.0), ('a', 'z', 2, 2.0), ('b',
            'x', 1.9, 3.0),
              ('b', 'y', 2, 3.0), ('b', 'z', 2, 0.0), ('c', 'x', 2, 99.0), ('c', 'x', 2, 1.0), (NULL, 'x', 2, 9.0),
              ('b', NULL, 9, 100.0),
              ('d', 'x', 0, 1.0), ('d', 'y', 0, 1.0), ('d', 'z', 0, NULL), ('d', 'v', 0, 1.0)),
            t AS (SELECT item, actor, TIMESTAMPTZ '2025-01-01T00:00:00Z' + h * INTERVAL '1 hour' AS at, w FROM e)
            """
        func rows(_ more: String) throws -> [String] {
            try AnalyticsSession.rows(
                with + "SELECT item_id, rank, rank_prev FROM trending(TABLE t, item => item, actor => actor, at "
                    + "=> at, weight => w, "
                    + "half_life => 6, as_of => TIMESTAMPTZ '2025-01-01T02:00:00Z'\(more)) ORDER BY rank")
        }
        #expect(try rows("") == ["a|1|NULL", "b|2|NULL", "d|3|NULL"])
        #expect(try rows(", previous => TIMESTAMPTZ '2025-01-01T00:30:00Z'") == ["a|1|NULL", "b|2|NULL", "d|3|1"])
        #expect(try rows(", min_actors => 1") == ["c|1|NULL", "a|2|NULL", "b|3|NULL", "d|4|NULL"])
        #expect(try rows(", min_actors => 1, actor_cap => 1.5") == ["a|1|NULL", "b|2|NULL", "d|3|NULL", "c|4|NULL"])
        let score = try AnalyticsSession.make().rows(
            with + "SELECT score FROM trending(TABLE t, item => item, actor => actor, at => at, weight => w, "
                + "half_life => 6, "
                + "as_of => TIMESTAMPTZ '2025-01-01T02:00:00Z') WHERE item_id = 'a'"
        ).rows
        #expect(Numbers.isClose(score[0][0], 7.248194116685797, 1e-12))
        let error = #expect(throws: QueryError.self) {
            _ = try AnalyticsSession.rows(
                with + "SELECT * FROM trending(TABLE t, item => item, actor => actor, at => at, weight => -1.0)")
        }
        #expect(error?.message.contains("'weight'") == true)
    }

    @Test("Random events: scores are the sums of SQL", arguments: 1...4)
    func sums(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let values = (0..<400).map { _ in
            "(\(Int.random(in: 0..<9, using: &generator)), \(Int.random(in: 0..<20, using: &generator)), "
                + "\(Int.random(in: 0..<5_000, using: &generator)), \(Double.random(in: 0...9, using: &generator)))"
        }
        let bad = try AnalyticsSession.rows(
            """
            WITH e(item, actor, m, w) AS (VALUES \(values.joined(separator: ", "))),
            t AS (SELECT item, actor, w, m, TIMESTAMPTZ '2025-01-01T00:00:00Z' + m * INTERVAL '1 minute' AS at FROM e),
            s AS (SELECT item, sum(w * power(2.0::double, -(4000 - m) / 1440.0::double)) AS s FROM t WHERE m <= 4000
            GROUP BY item)
            SELECT count(*), sum(CASE WHEN abs(r.score - s.s) <= 1e-12 * s.s THEN 1 ELSE 0 END) - count(*) FROM
            trending(TABLE t, item => item, actor => actor, at => at, weight => w,
            as_of => TIMESTAMPTZ '2025-01-01T00:00:00Z' + INTERVAL '4000 minutes') r JOIN s ON s.item = r.item_id
            """)
        #expect(bad == ["9|0"])
    }
}
