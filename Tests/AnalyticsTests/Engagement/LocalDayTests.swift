import Query
import Testing

/// The calendar contract where days are not 24 hours, are missing, come twice, or lie in week 53.
@Suite struct LocalDayTests {
    private static func active(_ instants: [String], zone: String, _ more: String = "") throws -> [String] {
        let rows = instants.enumerated().map { "(\($0.offset), TIMESTAMPTZ '\($0.element)')" }.joined(separator: ", ")
        return try AnalyticsSession.rows(
            "WITH e(u, at) AS (VALUES \(rows)) SELECT bucket_start, dau FROM active_users(TABLE e, actor => u, day "
                + "=> at"
                + "\(more)) ORDER BY 1", zone: zone)
    }

    @Test("St John's, 7 November 2010: the date goes back within an hour")
    func doubled() throws {
        let instants = [
            "2010-11-07T02:29:59Z", "2010-11-07T02:30:00Z", "2010-11-07T02:30:59Z", "2010-11-07T02:31:00Z",
            "2010-11-07T03:29:59Z", "2010-11-07T03:30:00Z",
        ]
        #expect(try Self.active(instants, zone: "America/St_Johns") == ["2010-11-06|3", "2010-11-07|3"])
    }

    @Test("Apia, 30 December 2011: a day without instants is a row of zero")
    func missing() throws {
        let instants = ["2011-12-30T09:59:59Z", "2011-12-30T10:00:00Z", "2011-12-31T09:59:59Z"]
        #expect(
            try Self.active(instants, zone: "Pacific/Apia") == ["2011-12-29|1", "2011-12-30|0", "2011-12-31|2"])
    }

    @Test(
        "The bounds of the oracle's days",
        arguments: [
            ("America/New_York", "2024-03-10", "2024-03-10T05:00:00Z", "2024-03-11T04:00:00Z"),
            ("America/New_York", "2024-11-03", "2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z"),
            ("Europe/Berlin", "2024-03-31", "2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"),
            ("Europe/Berlin", "2024-10-27", "2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z"),
            ("Africa/Lagos", "2024-03-31", "2024-03-30T23:00:00Z", "2024-03-31T23:00:00Z"),
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"),
            ("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z"),
            ("America/Sao_Paulo", "2024-11-03", "2024-11-03T03:00:00Z", "2024-11-04T03:00:00Z"),
            ("Asia/Kathmandu", "2024-01-01", "2023-12-31T18:15:00Z", "2024-01-01T18:15:00Z"),
            ("Australia/Lord_Howe", "2024-10-06", "2024-10-05T13:30:00Z", "2024-10-06T13:00:00Z"),
            ("Australia/Lord_Howe", "2024-04-07", "2024-04-06T13:00:00Z", "2024-04-07T13:30:00Z"),
            ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"),
            ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"),
            ("Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00Z", "2024-04-26T21:00:00Z"),
            ("Asia/Beirut", "2023-03-30", "2023-03-29T21:00:00Z", "2023-03-30T21:00:00Z"),
            ("America/Havana", "2024-03-10", "2024-03-10T05:00:00Z", "2024-03-11T04:00:00Z"),
            ("UTC", "2024-02-29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
        ])
    func bounds(_ zone: String, _ date: String, _ start: String, _ end: String) throws {
        let day = ", from => DATE '\(date)', to => DATE '\(date)' + 1"
        #expect(try Self.active([start], zone: zone, day) == ["\(date)|1"])
        #expect(try Self.active([end], zone: zone, day) == ["\(date)|0"])
        let before = { (instant: String) in "\(instant)' - INTERVAL '1 microsecond" }
        #expect(try Self.active([before(start)], zone: zone, day) == ["\(date)|0"])
        #expect(try Self.active([before(end)], zone: zone, day) == ["\(date)|1"])
    }

    @Test("3 January 2021 lies in the week of 28 December, the 53rd; a leap day is a day")
    func weeks() throws {
        let sql = """
            WITH e(u, d) AS (VALUES (1, DATE '2021-01-03'), (1, DATE '2021-01-04'), (2, DATE '2020-12-31'),
              (2, DATE '2021-01-11'))
            SELECT cohort_start, k, retained_bounded FROM retention(TABLE e, actor => u, day => d, grain => 'week') WHERE size > 0
            """
        #expect(
            try AnalyticsSession.rows(sql) == ["2020-12-28|0|2", "2020-12-28|1|1", "2020-12-28|2|1"])
        let leap = """
            WITH e(u, d) AS (VALUES (1, DATE '2024-02-28'), (1, DATE '2024-02-29'), (1, DATE '2024-03-01'))
            SELECT longest FROM streaks(TABLE e, actor => u, day => d)
            """
        #expect(try AnalyticsSession.rows(leap) == ["3"])
    }
}
