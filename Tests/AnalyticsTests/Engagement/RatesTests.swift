import Analytics
import Query
import Testing

@Suite struct RatesTests {
    private static func isNear(_ row: [String], _ expected: [Double?]) -> Bool {
        row.count == expected.count
            && zip(row, expected).allSatisfy { text, value in
                guard let value else { return text == "NULL" }
                return abs((Double(text) ?? .nan) - value) <= 1e-12 * max(1, abs(value))
            }
    }

    private static let videos = """
        WITH v(id, views, likes, comments, shares) AS (VALUES ('v1', 12847, 1043, 127, 30), ('v2', 10, 9, 0, 1),
          ('v3', 0, 0, 0, 0), ('v4', 400, 8, 2, 0))
        """

    @Test("Rates and Wilson intervals of the oracle; the whole is a ratio of sums")
    func worked() throws {
        let call = "engagement_rates(TABLE v, views => views, likes => likes, comments => comments, shares => shares"
        let rows = try AnalyticsSession.rows(
            Self.videos + " SELECT er_views, like_rate, like_wilson_lo, like_wilson_hi FROM \(call), entity_id => id) "
                + "ORDER BY entity_id"
        ).map { $0.split(separator: "|").map(String.init) }
        let expected: [[Double?]] = [
            [0.09340702109441892, 0.08118626916789912, 0.0765876809660408, 0.08603524652998298],
            [1, 0.9, 0.5958499732047614, 0.982123786904927], [nil, nil, nil, nil],
            [0.025, 0.02, 0.010168386791664645, 0.038963415769260004],
        ]
        #expect(rows.count == 4 && zip(rows, expected).allSatisfy { Self.isNear($0, $1) }, "\(rows)")
        let whole = try AnalyticsSession.rows(Self.videos + " SELECT er_views FROM \(call))")
        #expect(Self.isNear(whole, [0.09202685373764803]))
    }

    @Test("Events as conditions; watched seconds are capped, durations of 0 complete nothing")
    func events() throws {
        let sql = """
            WITH e(v, kind, s, d, l) AS (VALUES ('a', 'view', 95, 100, NULL), ('a', 'view', 300, 100, 2),
              ('a', 'view', 94.9, 100, 1), ('a', 'view', 7, 0, 1), ('a', 'like', NULL, NULL, NULL),
              ('a', 'unlike', NULL, NULL, NULL), ('a', 'share', NULL, NULL, NULL), (NULL, 'view', NULL, NULL, NULL))
            SELECT entity_id, views, likes, shares, saves, er_views, avg_view_s, completion_rate FROM engagement_rates(
              TABLE e, entity_id => v, views => kind = 'view', likes => CASE kind WHEN 'like' THEN 1 WHEN 'unlike' THEN -1
              END, shares => kind = 'share', watched_s => s, duration_s => d, loops => l) ORDER BY 1
            """
        #expect(
            try AnalyticsSession.rows(sql) == [
                "(none)|1|0|0|0|0|NULL|NULL", "a|4|0|1|0|0.25|99.225|0.6666666666666666",
            ])
    }

    @Test(
        "Quantiles of the normal distribution",
        arguments: [
            (0.975, 1.959963984540054), (0.5, 0), (0.995, 2.5758293035489004), (0.025, -1.959963984540054),
            (0.9999, 3.719016485455709), (1e-9, -5.9978070150076865),
        ])
    func quantiles(_ chance: Double, _ expected: Double) {
        #expect(abs(KaplanMeier.normalQuantile(chance) - expected) < 1e-13 * max(1, abs(expected)))
    }

    @Test("Overflows and wrong arguments are errors, empty tables are empty")
    func edges() throws {
        let big = "WITH v AS (SELECT 9223372036854775807 AS n FROM generate_series(1, 2) g(x)) "
        #expect(throws: QueryError.self) {
            _ = try AnalyticsSession.rows(big + "SELECT * FROM engagement_rates(TABLE v, views => n)")
        }
        #expect(throws: QueryError.self) {
            _ = try AnalyticsSession.rows(
                Self.videos + " SELECT * FROM engagement_rates(TABLE v, views => views, confidence => 1)")
        }
        #expect(
            try AnalyticsSession.rows(
                Self.videos + " SELECT * FROM engagement_rates(TABLE (SELECT * FROM v WHERE false), views => views)"
            ).isEmpty)
    }
}
