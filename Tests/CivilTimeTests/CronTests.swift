import AlmanacTesting
import CivilTime
import Testing

@Suite("Cron lines")
struct CronTests {
    private func occurrences(
        _ line: String, _ zone: String, after: String, through: String, _ policy: DaylightPolicy = .once
    ) throws -> [String] {
        try CronExpression(parsing: line)
            .occurrences(
                in: try zones.zone(zone), after: try instant(after), through: try instant(through), policy: policy
            ).map(\.description)
    }

    @Test(
        "What is no cron line is refused with the reason",
        arguments: [
            "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *",
            "* * * 0 *", "* * * * 8", "*/0 * * * *", "*/61 * * * *", "5-1 * * * *", "a * * * *", "* * * * fri-mon",
            "1,,2 * * * *", ", * * * *", "- * * * *", "1- * * * *", "* * * * 5#2", "0 0 L * *", "? * * * *",
            "0 0 30 2 *", "0 0 31 4,6,9,11 *", "@reboot", "@", "@never", "1.5 * * * *", "-1 * * * *", "+1 * * * *",
            "99999999999999999999 * * * *", "*/99999999999999999999 * * * *", "** * * * *", "1-2-3 * * * *",
            "1/2/3 * * * *", "jan * * * *", "* * * mon *",
        ])
    func refused(line: String) {
        let error = #expect(throws: CivilTimeError.self) { try CronExpression(parsing: line) }
        #expect(error?.code == .syntax)
    }

    @Test(
        "Lines that say the same",
        arguments: [
            ("@daily", "0 0 * * *"), ("@WEEKLY", "0 0 * * sun"), ("0 0 * * 7", "0 0 * * 0"),
            ("0 0 * JAN-MAR,dec MON-fri", "0 0 * 1-3,12 1-5"), ("0-59/20 * * * *", "0,20,40 * * * *"),
            ("5/20 * * * *", "5,25,45 * * * *"), ("0 0 * * fri-sun", "0 0 * * 0,5,6"), (" 0\t0  1 1 * ", "@yearly"),
        ])
    func same(one: String, other: String) throws {
        let range = ("2026-01-01T00:00:00Z", "2027-02-01T00:00:00Z")
        #expect(
            try occurrences(one, "UTC", after: range.0, through: range.1)
                == occurrences(other, "UTC", after: range.0, through: range.1))
    }

    @Test("Two restricted day fields: either matches; a star leaves the other to decide")
    func dayFields() throws {
        let either = try occurrences(
            "0 0 13 * fri", "UTC", after: "2026-01-31T00:00:00Z", through: "2026-02-28T00:00:00Z")
        #expect(either.map { $0.dropFirst(8).prefix(2) } == ["06", "13", "20", "27"])
        let both = try occurrences(
            "0 0 */2 * fri", "UTC", after: "2026-01-31T00:00:00Z", through: "2026-03-31T00:00:00Z")
        #expect(both.map { $0.dropFirst(5).prefix(5) } == ["02-13", "02-27", "03-13", "03-27"])
    }

    @Test("29 February comes when it comes")
    func leapDay() throws {
        let found = try occurrences("0 0 29 2 *", "UTC", after: "2096-02-28T00:00:00Z", through: "2108-12-31T00:00:00Z")
        #expect(found == ["2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z", "2108-02-29T00:00:00Z"])
    }

    @Test("Gaps and folds: every rule with the dates that it yields")
    func daylight() throws {
        let spring = ("2024-03-10T00:00:00Z", "2024-03-11T12:00:00Z")
        let autumn = ("2024-11-03T00:00:00Z", "2024-11-04T04:00:00Z")
        let newYork = "America/New_York"
        // A gap: once, at the first instant after it, or not at all.
        for policy in [DaylightPolicy.once, .both] {
            #expect(
                try occurrences("30 2 * * *", newYork, after: spring.0, through: spring.1, policy)
                    == ["2024-03-10T07:00:00Z", "2024-03-11T06:30:00Z"])
        }
        #expect(
            try occurrences("30 2 * * *", newYork, after: spring.0, through: spring.1, .skip)
                == ["2024-03-11T06:30:00Z"])
        // Several times of one gap, and one that comes then anyway: one run.
        #expect(
            try occurrences("0,30 2,3 * * *", newYork, after: "2024-03-10T06:59:00Z", through: "2024-03-10T12:00:00Z")
                == ["2024-03-10T07:00:00Z", "2024-03-10T07:30:00Z"])
        // A fold: the first, or both.
        #expect(
            try occurrences("30 1 * * *", newYork, after: autumn.0, through: autumn.1) == ["2024-11-03T05:30:00Z"])
        #expect(
            try occurrences("30 1 * * *", newYork, after: autumn.0, through: autumn.1, .both)
                == ["2024-11-03T05:30:00Z", "2024-11-03T06:30:00Z"])
    }

    @Test(
        "Intervals keep their real spacing through gaps and folds",
        arguments: [
            ("*/15 * * * *", "America/New_York", 900), ("7/10 * * * *", "Europe/Berlin", 600),
            ("0 * * * *", "America/New_York", 3600), ("* * * * *", "Australia/Lord_Howe", 60),
            ("*/30 * * * *", "Asia/Beirut", 1800), ("*/15 0-6 * * *", "America/New_York", 900),
        ])
    func spacing(line: String, zone: String, seconds: Int64) throws {
        let expression = try CronExpression(parsing: line)
        let zone = try zones.zone(zone)
        for (from, to) in [
            ("2024-03-09T12:00:00Z", "2024-03-11T12:00:00Z"), ("2024-11-02T12:00:00Z", "2024-11-04T12:00:00Z"),
            ("2024-03-30T12:00:00Z", "2024-04-07T20:00:00Z"), ("2024-10-05T00:00:00Z", "2024-10-28T00:00:00Z"),
        ] {
            let found = expression.occurrences(in: zone, after: try instant(from), through: try instant(to))
            for (one, next) in zip(found, found.dropFirst()) {
                let gap = one.microseconds(until: next) / 1_000_000
                // Between the last of a day and the first of the next an interval over some hours rests.
                #expect(gap == seconds || (line.contains("0-6") && gap > 16 * 3600), "\(line) \(zone) \(one) \(next)")
            }
            #expect(found.count > 10)
        }
    }

    @Test("An interval that does not come within the hour after a gap is caught up")
    func lostInterval() throws {
        #expect(
            try occurrences(
                "*/15 2 * * *", "America/New_York", after: "2024-03-10T00:00:00Z", through: "2024-03-10T20:00:00Z")
                == ["2024-03-10T07:00:00Z"])
        #expect(
            try occurrences(
                "0 */6 * * *", "Asia/Beirut", after: "2024-03-30T20:00:00Z", through: "2024-03-31T12:00:00Z")
                == ["2024-03-30T22:00:00Z", "2024-03-31T03:00:00Z", "2024-03-31T09:00:00Z"])
    }

    @Test("Midnights that are not there, a day that is not there, a date that comes twice")
    func oddDays() throws {
        #expect(
            try occurrences("0 0 * * *", "Africa/Cairo", after: "2024-04-25T00:00:00Z", through: "2024-04-27T00:00:00Z")
                == ["2024-04-25T22:00:00Z", "2024-04-26T21:00:00Z"])
        #expect(
            try occurrences("0 6 * * *", "Pacific/Apia", after: "2011-12-29T00:00:00Z", through: "2012-01-01T00:00:00Z")
                == ["2011-12-29T16:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T16:00:00Z", "2011-12-31T16:00:00Z"])
        // St. John's showed 00:00 on the 7th, then the last hour of the 6th again.
        #expect(
            try occurrences(
                "0 0,23 * * *", "America/St_Johns", after: "2010-11-06T12:00:00Z", through: "2010-11-07T12:00:00Z")
                == ["2010-11-07T01:30:00Z", "2010-11-07T02:30:00Z"])
    }

    @Test("However the window is cut, every occurrence is in one part, once")
    func windows() throws {
        var generator = SeededGenerator(seed: 5)
        let start = try instant("2024-03-01T00:00:00Z")
        let end = try instant("2024-11-30T00:00:00Z")
        for (line, zone) in [
            ("30 2 * * *", "America/New_York"), ("*/20 1-2 * * *", "Europe/Berlin"), ("0 0 1 * *", "Asia/Beirut"),
            ("15 */3 * * 1-5", "Australia/Lord_Howe"),
        ] {
            let expression = try CronExpression(parsing: line)
            let zone = try zones.zone(zone)
            let whole = expression.occurrences(in: zone, after: start, through: end)
            var parts: [Instant] = []
            var cut = start
            while cut < end {
                let next = min(end, cut.adding(seconds: Int64.random(in: 1...200_000, using: &generator)))
                parts += expression.occurrences(in: zone, after: cut, through: next)
                cut = next
            }
            #expect(parts == whole)
            #expect(zip(whole, whole.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    @Test("The iterator ends with the year 9999 and starts anywhere")
    func ends() throws {
        let expression = try CronExpression(parsing: "@yearly")
        #expect(Array(expression.occurrences(in: .utc, after: try instant("9997-06-01T00:00:00Z"))).count == 2)
        #expect(Array(expression.occurrences(in: .utc, after: Instant(microsecondsSinceEpoch: .max))).isEmpty)
        let first = expression.occurrences(in: .utc, after: Instant(microsecondsSinceEpoch: .min)).first { _ in true }
        #expect(first?.description == "0001-01-01T00:00:00Z")
    }
}
