import CivilTime
import Foundation
import Query
import Testing

/// Every operator with a grain cuts days by the one calendar of the tenant: its weeks, its fiscal year, its zone's days.
@Suite struct CalendarContractTests {
    /// Of each operator the first days of its buckets, over a table of (at, id, m).
    private static let questions: [(name: String, sql: String)] = [
        ("growth_accounting", "growth_accounting(TABLE e, actor => 1, day => at, grain => '#')"),
        (
            "statement",
            "statement(TABLE e, account => 1, currency => 'X', at => at, amount => m, grain => '#', to => @)"
        ),
        (
            "sales",
            "sales(TABLE e, currency => 'X', \"order\" => id, at => at, sale => true, amount => m, grain => '#')"
        ),
        (
            "trend_series",
            "trend_series(TABLE (SELECT min(at) AS at, sum(m) AS m FROM e GROUP BY bucket), at => at, value => m, grain => "
                + "'#')"
        ),
        ("retention", "retention(TABLE e, actor => id, day => at, grain => '#', periods => 0)"),
        ("cohort_revenue", "cohort_revenue(TABLE e, customer => id, at => at, amount => m, grain => '#')"),
    ]

    /// The bucket's first day by Foundation's calendar, which is not ours.
    private static func firstDay(_ date: Date, _ grain: String, weekday: Int, zone: TimeZone) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        calendar.firstWeekday = weekday
        let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: date)
        let (year, month, day) = (parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
        let first: DateComponents =
            switch grain {
            case "week":
                DateComponents(year: year, month: month, day: day - ((parts.weekday ?? 0) - weekday + 7) % 7)
            case "month": DateComponents(year: year, month: month, day: 1)
            case "quarter": DateComponents(year: year, month: (month - 1) / 3 * 3 + 1, day: 1)
            case "year": DateComponents(year: year, month: 1, day: 1)
            case "fiscal_year":
                DateComponents(year: month > 4 || month == 4 && day >= 6 ? year : year - 1, month: 4, day: 6)
            default: DateComponents(year: year, month: month, day: day)
            }
        var plain = Calendar(identifier: .gregorian)
        plain.timeZone = .gmt
        let found = plain.dateComponents([.year, .month, .day], from: plain.date(from: first) ?? date)
        return String(format: "%04d-%02d-%02d", found.year ?? 0, found.month ?? 0, found.day ?? 0)
    }

    @Test(
        "Weeks from Monday, Sunday and Saturday, months, quarters, years, fiscal years, week 53 and 29 February",
        arguments: ["day", "week", "month", "quarter", "year", "fiscal_year"])
    func buckets(_ grain: String) throws {
        for (weekStart, weekday) in [(Weekday.monday, 2), (.sunday, 1), (.saturday, 7)] {
            for zone in ["UTC", "America/New_York", "Pacific/Apia"] {
                let own = try #require(TimeZone(identifier: zone))
                let session = try AnalyticsSession.make(
                    zone: zone, weekStart: weekStart, fiscalYearStart: MonthDay(month: 4, day: 6))
                for instant in [
                    "2021-01-03T12:00:00Z", "2020-12-28T03:00:00Z", "2024-02-29T18:00:00Z", "2024-03-10T06:59:00Z",
                    "2024-11-03T05:30:00Z", "2012-01-01T09:00:00Z", "2011-12-30T10:00:00Z", "2023-04-05T22:00:00Z",
                    "2023-04-06T05:00:00Z",
                ] {
                    let date = try #require(try? Date(instant, strategy: .iso8601))
                    let expected = Self.firstDay(date, grain, weekday: weekday, zone: own)
                    for (name, call) in Self.questions {
                        let text = call.replacing("#", with: grain).replacing(
                            "@", with: "cast(TIMESTAMPTZ '\(instant)' AS date) + 1")
                        let column = name == "retention" || name == "cohort_revenue" ? "cohort_start" : "bucket_start"
                        let rows = try session.rows(
                            "WITH e AS (SELECT TIMESTAMPTZ '\(instant)' AS at, 1 AS id, 5 AS m, 1 AS bucket) "
                                + "SELECT \(column) FROM \(call.contains("@") ? constant(text, instant, zone) : text)"
                        ).rows
                        #expect(
                            AnalyticsSession.text(rows) == [expected], "\(name) \(grain) \(zone) \(instant) \(weekday)")
                    }
                }
            }
        }
    }

    /// `to` is known before the query runs: the day behind the instant's own, as a literal.
    private func constant(_ text: String, _ instant: String, _ zone: String) throws -> String {
        let local = try AnalyticsSession.zones.zone(zone).localDate(of: Instant(parsing: instant)).adding(days: 1)
        return text.replacing("cast(TIMESTAMPTZ '\(instant)' AS date) + 1", with: "DATE '\(local)'")
    }

    @Test(
        "Days of 23, 25, 23.5 and 24.5 hours, and of none, hold each instant once",
        arguments: [
            ("America/New_York", "2024-03-10", 46), ("America/New_York", "2024-11-03", 50),
            ("Australia/Lord_Howe", "2024-10-06", 47), ("Australia/Lord_Howe", "2024-04-07", 49),
            ("America/Sao_Paulo", "2018-11-04", 46), ("Pacific/Apia", "2011-12-30", 0),
            ("Pacific/Apia", "2011-12-31", 48),
            ("Pacific/Kwajalein", "1993-08-21", 0), ("UTC", "2024-02-29", 48),
        ])
    func lengths(_ zone: String, _ day: String, _ count: Int) throws {
        // An instant each half hour of nine days about the day.
        let rows = try AnalyticsSession.rows(
            """
            WITH e AS (SELECT TIMESTAMPTZ '\(day)T00:00:00Z' + i * INTERVAL '30 minutes' AS at, i FROM
              generate_series(-192, 240) s(i))
            SELECT n, opening_minor + credits_minor - debits_minor - closing_minor FROM statement(TABLE e, account => 1,
              currency => 'X', at => at, amount => 1, from => DATE '\(day)' - 2, to => DATE '\(day)' + 2)
            WHERE bucket_start = DATE '\(day)'
            """, zone: zone)
        #expect(rows == ["\(count)|0"])
    }
}
