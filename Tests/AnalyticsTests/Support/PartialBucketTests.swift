import Query
import Testing

/// Rule X11: a bucket is partial while its end lies behind the instant up to which there is data.
@Suite struct PartialBucketTests {
    /// A row a day for some time before and behind the instant that is looked at.
    private static let days = """
        WITH e AS (SELECT i AS id, DATE '@DAY' + i AS day, ((DATE '@DAY' + i)::timestamp + INTERVAL '12 hours') AT TIME ZONE '@ZONE' AS at,
            5 AS m FROM generate_series(-40, 3) g(i))
        """
    private static let to = "DATE '@DAY' + 40"

    /// Every operator with buckets; `#` is their grain.
    private static let calls: [(call: String, grains: [String])] = [
        ("active_users(TABLE e, actor => id, day => at, to => \(to))", ["day"]),
        ("growth_accounting(TABLE e, actor => id, day => at, to => \(to), grain => '#')", all),
        ("statement(TABLE e, account => 1, currency => 'X', at => at, amount => m, to => \(to), grain => '#')", all),
        (
            "sales(TABLE e, currency => 'X', \"order\" => id, at => at, sale => true, amount => m, to => \(to), grain => '#')",
            all
        ),
        (
            "(SELECT *, (cohort_start + k * INTERVAL '1 #')::date AS bucket_start FROM cohort_revenue(TABLE e, customer => 1, "
                + "at => at, amount => m, to => \(to), grain => '#'))", all
        ),
        (
            "mrr_bridge(TABLE e, currency => 'X', customer => id, start => at, price => m, interval => 'month', to => \(to))",
            ["month"]
        ),
        ("trend_series(TABLE s, at => start, value => m, grain => '#')", all),
        ("decompose(TABLE s, at => start, value => m, grain => '#')", all),
        ("anomalies(TABLE s, at => start, value => m, grain => '#', method => 'iqr')", all),
        ("forecast(TABLE s, at => start, value => m, grain => '#', h => 3)", all),
    ]
    private static let all = ["day", "week", "month", "quarter", "year"]

    /// Instants at, before and behind the first instant of a day, also of one that begins at 01:00.
    private static let moments: [(zone: String, day: String, now: String)] = [
        ("UTC", "2024-03-01", "2024-03-01T00:00:00Z"), ("UTC", "2024-03-01", "2024-02-29T23:59:59.999999Z"),
        ("UTC", "2024-12-30", "2024-12-30T00:00:00.000001Z"), ("Africa/Lagos", "2025-01-01", "2024-12-31T23:00:00Z"),
        ("Africa/Lagos", "2025-01-01", "2024-12-31T22:59:59.999999Z"),
        ("America/New_York", "2024-04-01", "2024-04-01T03:59:59Z"),
        ("America/New_York", "2024-04-01", "2024-04-01T04:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T02:59:59.999999Z"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
        ("Australia/Lord_Howe", "2024-07-01", "2024-06-30T13:29:59Z"),
        ("Australia/Lord_Howe", "2024-07-01", "2024-06-30T13:30:00Z"),
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"), ("Pacific/Apia", "2011-12-31", "2011-12-30T09:59:59Z"),
    ]

    @Test(
        "is_partial is the bucket's end against the instant, in every operator, grain and zone",
        arguments: calls.indices)
    func ends(_ index: Int) throws {
        let (call, grains) = Self.calls[index]
        for grain in grains {
            var seen: Set<String> = []
            for (zone, day, now) in Self.moments {
                let unit = grain == "quarter" ? "3 months" : "1 \(grain)"
                let sql = """
                    \(Self.days), s AS (SELECT min(day) AS start, sum(m) AS m FROM e GROUP BY date_trunc('\(grain)', day))
                    SELECT is_partial, ((bucket_start + INTERVAL '\(unit)')::timestamp AT TIME ZONE '@ZONE') > now(), count(*)
                    FROM \(call.replacing("#", with: grain).replacing("1 quarter", with: "3 months")) GROUP BY 1, 2
                    """
                let rows = try AnalyticsSession.rows(
                    sql.replacing("@DAY", with: day).replacing("@ZONE", with: zone), zone: zone, now: now)
                #expect(!rows.isEmpty)
                for row in rows {
                    #expect(
                        row.hasPrefix("true|true|") || row.hasPrefix("false|false|"), "\(grain) \(zone) \(now): \(row)")
                    seen.insert(String(row.prefix(4)))
                }
            }
            // Both are met, but for a bridge that shows months only, and series ahead.
            #expect(seen.count == 2 || call.hasPrefix("forecast"), "\(call) \(grain)")
        }
    }

    @Test("as_of takes the place of today")
    func given() throws {
        let sql = Self.days.replacing("@DAY", with: "2024-03-01").replacing("@ZONE", with: "UTC")
        let rows = try AnalyticsSession.rows(
            sql
                + " SELECT min(bucket_start) FILTER (WHERE is_partial), max(bucket_start) FILTER (WHERE NOT is_partial) "
                + "FROM statement(TABLE e, account => 1, currency => 'X', at => at, amount => m, to => DATE '2024-03-03', "
                + "as_of => DATE '2024-02-20')", now: "2024-03-02T12:00:00Z")
        #expect(rows == ["2024-02-20|2024-02-19"])
    }

    @Test("What is not over is compared with nothing, and never stands out")
    func compared() throws {
        let sql = Self.days.replacing("@DAY", with: "2024-03-01").replacing("@ZONE", with: "UTC")
        let rows = try AnalyticsSession.rows(
            sql
                + " SELECT bucket_start, is_partial, prev, abs_change, pct_change, status, is_anomaly FROM trend_series("
                + "TABLE (SELECT day, CASE WHEN day = DATE '2024-03-01' THEN 1000000 ELSE 100 + id % 7 END AS v FROM e "
                + "WHERE id <= 0), at => day, value => v) WHERE bucket_start >= DATE '2024-02-29' ORDER BY 1",
            now: "2024-03-01T12:00:00Z")
        #expect(rows.last == "2024-03-01|true|99|NULL|NULL|partial|false")
        #expect(rows.first?.hasPrefix("2024-02-29|false|") ?? false)
    }
}
