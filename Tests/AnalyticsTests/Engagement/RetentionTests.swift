import AlmanacTesting
import Analytics
import CivilTime
import Query
import Testing

@Suite struct RetentionTests {
    /// The specification's example: begin and active days of six people, as days from 1 January 2024.
    private static let people = [
        ("u1", 0, [0, 1, 3]), ("u2", 0, [0]), ("u3", 0, [0, 3]), ("u4", 1, [1, 2]), ("u5", 1, [1]), ("u6", 2, [2]),
    ]

    private static func date(_ day: Int) -> String { "DATE '2024-01-01' + \(day)" }

    private static func call(_ more: String, asOf: Int = 4) -> String {
        let rows = people.flatMap { name, begin, days in days.map { "('\(name)', \(date(begin)), \(date($0)))" } }
        return
            "WITH e(u, began, day) AS (VALUES \(rows.joined(separator: ", "))) SELECT cohort_start - DATE "
            + "'2024-01-01', "
            + "k, size, retained_bounded, retained_unbounded, rate, is_mature FROM retention(TABLE e, actor => u, "
            + "day => day, grain => 'day', as_of => \(date(asOf))\(more)) ORDER BY 1, 2"
    }

    @Test("The triangle of the specification; what is not over is NULL", arguments: ["", ", cohort => began"])
    func worked(_ cohort: String) throws {
        let expected = [
            "0|0|3|3|3|1|true", "0|1|3|1|2|0.3333333333333333|true", "0|2|3|0|2|0|true",
            "0|3|3|2|2|0.6666666666666666|true", "1|0|2|2|2|1|true", "1|1|2|1|1|0.5|true", "1|2|2|0|0|0|true",
            "1|3|2|NULL|NULL|NULL|false", "2|0|1|1|1|1|true", "2|1|1|0|0|0|true", "2|2|1|NULL|NULL|NULL|false",
            "2|3|1|NULL|NULL|NULL|false", "3|0|0|0|0|NULL|true", "3|1|0|NULL|NULL|NULL|false",
            "3|2|0|NULL|NULL|NULL|false", "3|3|0|NULL|NULL|NULL|false",
        ]
        #expect(try AnalyticsSession.rows(Self.call(cohort + ", periods => 3")) == expected)
        // Without `periods` cohorts are as old as the data.
        #expect(
            try AnalyticsSession.rows(Self.call(cohort))
                == expected.filter { row in !row.hasSuffix("false") || row.hasPrefix("9") })
    }

    @Test("The summary takes mature cohorts, zeros among them: 0.6667 and not 0.3333 at k = 3")
    func summary() throws {
        let sql =
            "SELECT k, cast(sum(retained_bounded) AS double) / sum(size) FROM (\(Self.call(", periods => 3")) ) c(c, "
            + "k, size, "
            + "retained_bounded, b, r, is_mature) WHERE is_mature GROUP BY k ORDER BY k"
        #expect(try AnalyticsSession.rows(sql) == ["0|1", "1|0.3333333333333333", "2|0", "3|0.6666666666666666"])
    }

    @Test("Ages in brackets count an actor once")
    func brackets() throws {
        // u1 was active at ages 1 and 3, u3 at 3: both in [1, 4).
        #expect(
            try AnalyticsSession.rows(Self.call(", brackets => [0, 1, 4]")).prefix(2) == [
                "0|0|3|3|3|1|true", "0|1|3|2|2|0.6666666666666666|true",
            ])
    }

    @Test("Relative ages are windows from each actor's first day, mature when over for everybody")
    func relative() throws {
        // u begins on Monday 1 January, v on Sunday the 7th: one week's cohort; u is back after 7 days, v after 6.
        let sql = """
            WITH e(u, day) AS (VALUES ('u', DATE '2024-01-01'), ('u', DATE '2024-01-08'), ('v', DATE '2024-01-07'),
              ('v', DATE '2024-01-13'), ('v', DATE '2024-01-13'))
            SELECT cohort_start, k, size, retained_bounded, retained_unbounded FROM retention(TABLE e, actor => u,
              day => day, grain => 'week', periods => 1, anchor => '
            """
        #expect(
            try AnalyticsSession.rows(sql + "relative', as_of => DATE '2024-01-21') ORDER BY 1, 2") == [
                "2024-01-01|0|2|2|2", "2024-01-01|1|2|1|1",
            ])
        #expect(
            try AnalyticsSession.rows(sql + "relative', as_of => DATE '2024-01-20') ORDER BY 1, 2") == [
                "2024-01-01|0|2|2|2", "2024-01-01|1|2|NULL|NULL",
            ])
        #expect(
            try AnalyticsSession.rows(sql + "calendar', as_of => DATE '2024-01-21') ORDER BY 1, 2") == [
                "2024-01-01|0|2|2|2", "2024-01-01|1|2|2|2", "2024-01-08|0|0|0|0", "2024-01-08|1|0|NULL|NULL",
            ])
    }

    @Test("Empty, missing, later than today: nothing")
    func edges() throws {
        let none = "WITH e(u, day) AS (VALUES (NULL, DATE '2024-01-01'), ('u', NULL), ('v', DATE '2025-01-01')) "
        let call = "SELECT * FROM retention(TABLE e, actor => u, day => day, as_of => DATE '2024-06-01'"
        #expect(try AnalyticsSession.rows(none + call + ")").isEmpty)
        for wrong in [
            "brackets => [1]", "brackets => [3, 1]", "grain => 'fortnight'", "anchor => 'first'", "periods => -1",
        ] {
            #expect(throws: QueryError.self) { _ = try AnalyticsSession.rows(none + call + ", \(wrong))") }
        }
    }

    @Test("Buckets are those of the calendar: leap days, week 53, fiscal years from 6 April, years before 1970")
    func buckets() throws {
        let fiscalYearStarts = try [.january1, MonthDay(month: 4, day: 6), MonthDay(month: 12, day: 31)]
        for grain in Grain.allCases where grain != .range {
            for weekStart in [Weekday.monday, .sunday, .saturday] {
                for fiscalYearStart in fiscalYearStarts {
                    let buckets = DayBuckets(grain, weekStart: weekStart, fiscalYearStart: fiscalYearStart)
                    let calendar = TenantCalendar(
                        zone: .utc, weekStart: weekStart, fiscalYearStart: fiscalYearStart)
                    for day in stride(from: Int32(-40_000), to: 40_000, by: 13) {
                        let expected = calendar.period(grain, containing: LocalDate(daysSinceEpoch: day))
                        let bucket = buckets.bucket(day)
                        #expect(buckets.firstDay(bucket) == expected.from.daysSinceEpoch)
                        #expect(buckets.firstDay(bucket + 1) == expected.to.daysSinceEpoch)
                    }
                    #expect(buckets.bucket(.min) < buckets.bucket(.max))
                }
            }
        }
    }

    @Test("Random activity: the cells are those of SQL", arguments: ["day", "week", "month"])
    func random(_ grain: String) throws {
        let events = """
            WITH e AS (SELECT x * 31 % 997 AS u, TIMESTAMPTZ '2023-11-20' + (x * 7919 % 2003) * INTERVAL '1 hour' AS at,
              x * 31 % 997 % 2 AS t FROM generate_series(1, 200000) g(x) WHERE x % 11 * (x % 13) % 7 = 3)
            """
        let ours =
            events + """
                 SELECT t, cohort_start, k, size, retained_bounded FROM retention(TABLE e, per => t, actor => u, day => at,
                   grain => '\(grain)', as_of => DATE '2024-06-01') WHERE retained_bounded > 0 ORDER BY 1, 2, 3
                """
        let age =
            switch grain {
            case "day": "a.b - f.c"
            case "week": "(a.b - f.c) / 7"
            default:
                "(extract(year FROM a.b) - extract(year FROM f.c)) * 12 + extract(month FROM a.b) - extract(month "
                    + "FROM f.c)"
            }
        let cells =
            events + """
                , a AS (SELECT DISTINCT t, u, cast(date_trunc('\(grain)', at) AS date) AS b FROM e),
                f AS (SELECT t, u, min(b) AS c FROM a GROUP BY t, u), n AS (SELECT t, c, count(*) AS size FROM f GROUP BY t, c)
                SELECT a.t, f.c, cast(\(age) AS integer) AS k, max(size), count(*) FROM a JOIN f ON f.t = a.t AND f.u = a.u
                  JOIN n ON n.t = f.t AND n.c = f.c GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
                """
        let zone = "Africa/Lagos"
        let found = try AnalyticsSession.rows(ours, zone: zone)
        #expect(found.count > 5)
        #expect(found == (try AnalyticsSession.rows(cells, zone: zone)))
    }
}
