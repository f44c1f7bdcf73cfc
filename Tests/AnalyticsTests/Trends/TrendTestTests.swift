import AlmanacTesting
import Analytics
import Columnar
import Query
import Testing

@Suite struct TrendTestTests {
    private func test(
        _ values: [Double], _ method: TrendTest.Method = .original
    ) throws -> TrendTest { try MannKendall.test(values.span, method: method) }

    @Test("Scores, variances, slopes and intervals of pymannkendall and scipy")
    func worked() throws {
        let rising = try test([12, 14, 13, 17, 16, 20, 19, 24, 22, 28])
        #expect(rising.score == 37 && rising.variance == 125 && rising.trend == .increasing)
        #expect(Numbers.isClose(rising.z, 3.219937887599697, 1e-12))
        #expect(Numbers.isClose(rising.probability, 0.0012821837418053317, 1e-12))
        #expect(rising.slope == 1.5 && rising.intercept == 11.25)
        #expect(Numbers.isClose(rising.tau ?? 0, 0.8222222222222222, 1e-12))
        #expect(Numbers.isClose(rising.slopeLow ?? 0, 1.1428571428571428, 1e-12) && rising.slopeHigh == 2)
        let tied = try test([3, 3, 5, 4, 4, 7, 6, 9, 9, 12, 11, 15])
        #expect(tied.score == 55 && tied.slope == 1 && tied.intercept == 1)
        #expect(
            Numbers.isClose(tied.variance, 209.66666666666666, 1e-12)
                && Numbers.isClose(tied.z, 3.7293149696806602, 1e-12))
        #expect(Numbers.isClose(tied.probability, 0.00019200103358363307, 1e-12))
        #expect(
            Numbers.isClose(tied.slopeLow ?? 0, 2.0 / 3, 1e-12) && Numbers.isClose(tied.slopeHigh ?? 0, 4.0 / 3, 1e-12))
        let falling = try test([9, 7, 8, 5, 4, 4, 1])
        #expect(
            falling.score == -18 && falling.trend == .decreasing && falling.slope == -1.25 && falling.intercept == 8.75)
        #expect(Numbers.isClose(falling.probability, 0.009809151645794323, 1e-12))
        #expect(falling.slopeLow == -2 && falling.slopeHigh == -0.5)
    }

    @Test("The Nile, also as values that depend on those before")
    func nile() throws {
        let values = try AnalyticsFixtures.doubles("nile.csv")
        let plain = try test(values)
        #expect(plain.score == -1387 && Numbers.isClose(plain.variance, 112728.33333333333, 1e-12))
        #expect(Numbers.isClose(plain.slope, -2.6, 1e-12) && Numbers.isClose(plain.intercept ?? 0, 1022.2, 1e-12))
        #expect(abs(plain.probability / 3.658262921657496e-05 - 1) < 1e-9)
        #expect(Numbers.isClose(plain.slopeLow ?? 0, -3.627906976744186, 1e-12))
        #expect(Numbers.isClose(plain.slopeHigh ?? 0, -1.4285714285714286, 1e-12))
        let dependent = try test(values, .hamedRao(lag: nil))
        #expect(Numbers.isClose(dependent.variance, 241565.3569166269, 1e-10))
        #expect(abs(dependent.probability / 0.004802676310182719 - 1) < 1e-9)
        let near = try test(values, .hamedRao(lag: 3))
        #expect(Numbers.isClose(near.variance, 282111.428078166, 1e-10))
        #expect(abs(near.probability / 0.009068166970294111 - 1) < 1e-9)
    }

    @Test("Seasons are compared with themselves")
    func seasonal() throws {
        let result = try test([10, 20, 15, 30, 12, 22, 17, 33, 13, 25, 18, 36], .seasonal(period: 4))
        #expect(result.score == 12 && result.tau == 1 && result.slope == 2 && result.intercept == 16.25)
        #expect(Numbers.isClose(result.variance, 14.666666666666666, 1e-12))
        #expect(Numbers.isClose(result.probability, 0.004075200091520292, 1e-12))
    }

    @Test("Missing values keep their places; too few, and equal ones, are no trend")
    func edges() throws {
        let gaps = try test([1, .nan, .infinity, .nan, 5, 6, 8, 9])
        #expect(gaps.count == 5 && gaps.score == 10 && gaps.tau == 1)
        #expect(Numbers.isClose(gaps.slope, 1.1547619047619047, 1e-12))
        #expect(Numbers.isClose(gaps.intercept ?? 0, 0.22619047619047628, 1e-12))
        #expect(Numbers.isClose(gaps.probability, 0.0274863361115103, 1e-12))
        let same = try test([5, 5, 5, 5, 5, 5, 5, 5])
        #expect(same.trend == .none && same.probability == 1 && same.slope == 0 && same.intercept == 5 && same.tau == 0)
        for method in [TrendTest.Method.original, .hamedRao(lag: nil), .seasonal(period: 3)] {
            let none = try test([], method)
            #expect(none.trend == .none && none.intercept == nil && none.tau == nil && none.probability == 1)
            #expect(try test([1], method).slope == 0)
            let two = try test([1, 2], method)
            #expect(two.trend == .none && two.slope == 0 && two.probability == 1)
            _ = try test([1e308, -1e308, 1e308, 0, 5], method)
        }
    }

    @Test("Every rank of random slopes is that of sorting them all", arguments: 1...12)
    func slopes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let count = [3, 4, 10, 91, 92, 200, 333][Int(seed) % 7]
        let kinds: [(Int) -> Double] = [
            { _ in Double(Int.random(in: 0...5, using: &generator)) }, { Double($0) },
            { _ in Double.random(in: -1...1, using: &generator) }, { -Double($0 * $0) },
        ]
        for kind in kinds {
            let values = (0..<count).map { Int.random(in: 0..<9, using: &generator) == 0 ? .nan : kind($0) }
            let places = values.indices.filter { values[$0].isFinite }
            var all: [Double] = []
            var score = 0
            for (index, first) in places.enumerated() {
                for second in places[(index + 1)...] {
                    all.append((values[second] - values[first]) / Double(second - first))
                    score += values[second] > values[first] ? 1 : values[second] < values[first] ? -1 : 0
                }
            }
            all.sort()
            let result = try test(values)
            #expect(result.score == Int64(score))
            guard places.count >= 3, result.variance > 0 else { continue }
            #expect(result.slope == (all[(all.count - 1) / 2] + all[all.count / 2]) / 2)
            #expect(all.contains(result.slopeLow ?? .nan) && all.contains(result.slopeHigh ?? .nan))
        }
    }

    @Test("In SQL: a row for each series, by name and region; partial buckets are left out")
    func function() throws {
        let with = """
            WITH t(region, day, v) AS (VALUES ('a', DATE '2025-01-01', 1), ('a', DATE '2025-01-02', 2),
              ('a', DATE '2025-01-03', 3), ('a', DATE '2025-01-04', 4), ('a', DATE '2025-01-06', 6), ('a', DATE
              '2025-01-07', 0),
              ('b', DATE '2025-01-01', 5), (NULL, DATE '2025-01-01', NULL))
            """
        let rows = try AnalyticsSession.rows(
            with + "SELECT metric, region, n, s, trend, slope, intercept, method FROM trend_test(TABLE t, metric "
                + "=> 'sales', "
                + "by => [region], at => day, value => v, as_of => DATE '2025-01-07') ORDER BY region")
        #expect(
            rows == [
                "sales|(none)|0|0|none|0|NULL|original", "sales|a|5|10|increasing|1|1|original",
                "sales|b|1|0|none|0|5|original",
            ])
        let twice = #expect(throws: QueryError.self) {
            _ = try AnalyticsSession.rows(with + "SELECT * FROM trend_test(TABLE t, at => day, value => v)")
        }
        #expect(twice?.message.contains("lie in one day") == true)
        #expect(
            try AnalyticsSession.rows(
                "SELECT * FROM trend_test(TABLE (SELECT DATE '2025-01-01' AS d WHERE "
                    + "false), at => d, value => 1)") == [])
    }
}
