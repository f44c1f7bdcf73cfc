import Analytics
import Columnar
import Query
import Testing

@Suite struct SeriesTests {
    private static let no = Double.nan

    private func same(_ ours: [Double], _ theirs: [Double], _ tolerance: Double = 1e-12) -> Bool {
        ours.count == theirs.count
            && zip(ours, theirs).allSatisfy { $0.isNaN ? $1.isNaN : Numbers.isClose($0, $1, tolerance) }
    }

    @Test("Averages of pandas")
    func averages() {
        let no = Self.no
        let values = [10, 12, no, 15, 14, 20, 18, 25]
        #expect(
            same(
                MovingAverages.trailing(values, window: 3),
                [no, no, no, no, no, 16.333333333333332, 17.333333333333332, 21]))
        #expect(
            same(
                MovingAverages.centred(values, window: 3),
                [no, no, no, no, 16.333333333333332, 17.333333333333332, 21, no]))
        #expect(
            same(
                MovingAverages.centred([3, 5, 8, 6, 9, 11, 14, 12], window: 4),
                [no, no, 6.25, 7.75, 9.25, 10.75, no, no]))
        #expect(
            same(MovingAverages.exponential(values, alpha: 0.5), [10, 11, no, 13, 13.5, 16.75, 17.375, 21.1875]))
        #expect(MovingAverages.trailing([], window: 3).isEmpty && MovingAverages.exponential([], alpha: 0.5).isEmpty)
    }

    @Test("Growth says when its share means nothing")
    func growth() {
        let no = Self.no
        let cases: [(Double, Double, Double, Double, Growth.Status)] = [
            (110, 100, 10, 0.1, .ok), (100, 110, -10, -0.09090909090909091, .ok), (5, 0, 5, no, .new),
            (0, 0, 0, no, .flat),
            (0, 5, -5, -1, .ok), (-50, -100, 50, 0.5, .ok), (50, -100, 150, 1.5, .signChange),
            (-50, 100, -150, -1.5, .signChange), (no, 10, no, no, .missing), (10, no, no, no, .missing),
        ]
        for (current, previous, change, share, status) in cases {
            let own = Growth(from: previous, to: current)
            #expect(same([own.change, own.share], [change, share]) && own.status == status)
        }
        #expect(Numbers.isClose(Growth.compound(from: 100, to: 161.051, periods: 5) ?? 0, 0.1, 1e-12))
        #expect(
            Growth.compound(from: 0, to: 1, periods: 5) == nil && Growth.compound(from: 1, to: -1, periods: 5) == nil)
    }

    @Test("Modified z, fences and what takes their place")
    func outliers() {
        let values: [Double] = [102, 98, 101, 97, 103, 99, 100, 250, 101, 96, 104, 5]
        let z = [
            0.404693850117649, -0.6744897501960817, 0.13489795003921634, -0.9442856502745144, 0.6744897501960817,
            -0.404693850117649, -0.13489795003921634, 40.33448706172568, 0.13489795003921634, -1.214081550352947,
            0.9442856502745144, -25.76550845749032,
        ]
        #expect(same(Outliers.modifiedZ(values), z))
        let fences = Outliers.fences(values)
        #expect(fences?.low == 91 && fences?.high == 109)
        #expect(Outliers.modifiedZ([5, 5, 5, 5, 9]).allSatisfy { $0.isNaN })
        let few = Outliers.modifiedZ([5, 5, 5, 5, 9], leastCount: 5)
        #expect(Numbers.isClose(few[4], 3.989423241103187, 1e-12) && few[0] == 0)
        // Five values are too few to judge by; with two more of the same the mean deviation is 4/7.
        let equal = Outliers.modifiedZ([5, 5, 5, 5, 5, 5, 9])
        #expect(Numbers.isClose(equal[6], 4 / (1.253314 * (4.0 / 7)), 1e-12))
        #expect(Outliers.modifiedZ([Double](repeating: 5, count: 9)) == [Double](repeating: 0, count: 9))
        #expect(Numbers.isClose(Outliers.countZ(3, expected: 0), 2.4494897427831783, 1e-12))
    }

    @Test("Rosner's 54 values have 3 outliers")
    func rosner() {
        let values = [
            -0.25, 0.68, 0.94, 1.15, 1.20, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49, 1.49, 1.55, 1.56, 1.58, 1.65, 1.69, 1.70,
            1.76,
            1.77, 1.81, 1.91, 1.94, 1.96, 1.99, 2.06, 2.09, 2.10, 2.14, 2.15, 2.23, 2.24, 2.26, 2.35, 2.37, 2.40, 2.47,
            2.54,
            2.62, 2.64, 2.90, 2.92, 2.92, 2.93, 3.21, 3.26, 3.30, 3.59, 3.68, 4.30, 4.64, 5.34, 5.42, 6.01,
        ]
        let (steps, outliers) = Outliers.extremeDeviates(values, most: 10)
        #expect(outliers == 3)
        let statistics = [
            3.1189060489824416, 2.9429731136435064, 3.179423936717836, 2.81018114442759, 2.8155795634442775,
            2.848171627930343, 2.2793270549903433, 2.3103660590543, 2.101580651024145, 2.0671780780253646,
        ]
        let bounds = [
            3.1587939408874943, 3.1514300233160126, 3.143889685031995, 3.1361649560577938, 3.128247334330998,
            3.120127738314815, 3.1117964542899896, 3.10324307760228, 3.09445644702339, 3.0854245712431028,
        ]
        #expect(same(steps.map(\.statistic), statistics, 1e-10) && same(steps.map(\.bound), bounds, 1e-9))
        #expect(steps.map { values[$0.position] } == [6.01, 5.42, 5.34, 4.64, -0.25, 4.30, 3.68, 3.59, 0.68, 3.30])
        #expect(Outliers.extremeDeviates([1, 1, 1, 1, 1, 1, 1, 1], most: 3).outliers == 0)
    }

    @Test("Quantiles of the distributions are those of scipy")
    func distributions() {
        for (share, z) in [(0.975, 1.959963984540054), (0.75, 0.6744897501960817), (0.9, 1.2815515655446004)] {
            #expect(Numbers.isClose(NormalDistribution.quantile(share), z, 1e-14))
            #expect(Numbers.isClose(NormalDistribution.quantile(1 - share), -z, 1e-14))
        }
        #expect(Numbers.isClose(NormalDistribution.quantile(1e-200), -30.20559417, 1e-8))
        for (degrees, tail, t) in [
            (1.0, 0.025, 12.706204736174707), (5, 0.025, 2.570581835636314), (52, 0.05 / 108, 3.509480),
            (1e6, 0.025, 1.9599663), (3, 1e-12, 7_219.18),
        ] {
            let own = StudentDistribution(degrees: degrees)
            let value = own.upperQuantile(tail)
            #expect(abs(own.upperTail(value) / tail - 1) < 1e-10)
            if degrees < 10, tail > 1e-3 { #expect(Numbers.isClose(value, t, 1e-12)) }
        }
    }

    private static let days = """
        WITH t(day, v) AS (SELECT DATE '2025-01-06' + x, CASE WHEN x = 20 THEN NULL WHEN x = 40 THEN 500.0
          ELSE 100 + x + CASE WHEN x % 7 = 0 THEN 30 ELSE 0 END + x * 7919 % 5 END FROM generate_series(0, 69) g(x)
          WHERE x <> 30)
        """

    @Test("trend_series: averages, growth and what stands out, bucket by bucket")
    func trendSeries() throws {
        let call = "trend_series(TABLE t, metric => 'v', at => day, value => v, lag => 7, window => 3)"
        let rows = try AnalyticsSession.rows(
            Self.days + "SELECT count(*), count(value), sum(CASE WHEN filled THEN 1 ELSE 0 END), count(stl_trend), "
                + "count(sma), count(prev) FROM \(call)")
        #expect(rows == ["70|68|2|70|62|61"])
        let flagged = try AnalyticsSession.rows(Self.days + "SELECT bucket_start FROM \(call) WHERE is_anomaly")
        #expect(flagged == ["2025-02-15"])
        let sums = try AnalyticsSession.rows(
            Self.days + "SELECT count(*) FROM \(call) WHERE value IS NOT NULL AND abs(value - stl_trend - "
                + "stl_seasonal - "
                + "stl_resid) > 1e-9")
        #expect(sums == ["0"])
        let quiet = try AnalyticsSession.rows(
            Self.days + "SELECT count(*) FROM trend_series(TABLE t, at => day, value => v, as_of => DATE '2025-02-15') "
                + "WHERE is_anomaly")
        #expect(quiet == ["0"])
        let short = try AnalyticsSession.rows(
            Self.days + "SELECT status, pct_change, stl_trend, is_anomaly FROM trend_series(TABLE (SELECT * FROM "
                + "t WHERE day < "
                + "DATE '2025-01-08'), at => day, value => v, absent => 0)")
        #expect(short == ["missing|NULL|NULL|false", "ok|-0.19230769230769232|NULL|false"] || short.count == 2)
    }

    @Test("anomalies: methods, holidays and partial buckets")
    func anomalies() throws {
        func flagged(_ more: String) throws -> [String] {
            try AnalyticsSession.rows(
                Self.days + "SELECT bucket_start, is_anomaly, suppressed FROM anomalies(TABLE t, at => day, "
                    + "value => v\(more)) "
                    + "WHERE is_anomaly OR suppressed IS NOT NULL ORDER BY 1")
        }
        for method in ["stl", "modified_z", "iqr", "gesd"] {
            let found = try flagged(", method => '\(method)'")
            #expect(found.contains("2025-02-15|true|NULL"), "\(method): \(found)")
        }
        #expect(try flagged(", holidays => [DATE '2025-02-15']") == ["2025-02-15|false|holiday"])
        #expect(try flagged(", as_of => DATE '2025-02-15'").contains("2025-02-15|false|partial"))
        let few = try AnalyticsSession.rows(
            "SELECT count(*) FROM anomalies(TABLE (SELECT DATE '2025-01-01' + x AS d, CASE x WHEN 5 THEN 1e9 "
                + "ELSE 1 END AS v "
                + "FROM generate_series(0, 5) g(x)), at => d, value => v, method => 'modified_z') WHERE is_anomaly")
        #expect(few == ["0"])
    }

    @Test("decompose: gaps are filled and flagged; grains have their own season; two rows of a bucket are refused")
    func decompose() throws {
        let rows = try AnalyticsSession.rows(
            Self.days + "SELECT count(*), sum(CASE WHEN filled THEN 1 ELSE 0 END), min(weight), count(resid) FROM "
                + "decompose(TABLE t, at => day, value => v)")
        #expect(rows == ["70|2|1|70"])
        let months = try AnalyticsSession.rows(
            "WITH m(d, v) AS (SELECT (DATE '2020-01-15' + x * INTERVAL '1 month')::date, x % 12 FROM "
                + "generate_series(0, 59) "
                + "g(x)) SELECT count(*), min(bucket_start), max(bucket_start), max(abs(resid)) < 1e-6 FROM "
                + "decompose(TABLE m, "
                + "at => d, value => v, grain => 'month')")
        #expect(months == ["60|2020-01-01|2024-12-01|true"])
        let error = #expect(throws: QueryError.self) {
            _ = try AnalyticsSession.rows(
                Self.days + "SELECT * FROM decompose(TABLE t, at => day, value => v, grain => 'week')")
        }
        #expect(error?.message.contains("lie in one week") == true)
        for wrong in ["seasonal => 4", "period => 0", "trend => 5", "grain => 'hour'"] {
            #expect(throws: QueryError.self) {
                _ = try AnalyticsSession.rows(
                    Self.days + "SELECT * FROM decompose(TABLE t, at => day, value => "
                        + "v, \(wrong))")
            }
        }
    }
}
