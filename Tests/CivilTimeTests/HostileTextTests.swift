import AlmanacTesting
import CivilTime
import Testing

@Suite("Hostile texts")
struct HostileTextTests {
    @Test("30,000 damaged texts are read or refused, never a trap; what is read prints as itself")
    func damaged() throws {
        let good = [
            "2026-10-31T18:30:00.123456+05:30", "-0044-03-15T00:00:00Z", "+12026-10-31", "2026-W44", "FY2026-P07",
            "2026-10-03..2026-10-17", "*/15 9-17 1,15 jan-mar mon-fri", "@monthly", "EST5EDT,M3.2.0/2:30:15,M11.1.0",
            "<-02>2<-01>,M3.5.0/-1,J300/25", "99999999999999999999", "12-31",
        ]
        let parts = Array("0123456789-+:./*,@TZWQPFYMJ <>abcdé\u{0}\u{FEFF}٣".unicodeScalars)
        var generator = SeededGenerator(seed: 99)
        var read = 0
        for round in 0..<30_000 {
            var scalars = Array(good[round % good.count].unicodeScalars)
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                let part = parts.randomElement(using: &generator) ?? "0"
                let position = Int.random(in: 0...scalars.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: scalars.insert(part, at: position)
                case 1 where position < scalars.count: scalars[position] = part
                default: if position < scalars.count { scalars.remove(at: position) }
                }
            }
            let text = String(String.UnicodeScalarView(scalars))
            if let instant = try? Instant(parsing: text) {
                #expect(try Instant(parsing: instant.description) == instant, "\(text)")
                read += 1
            }
            if let date = try? LocalDate(parsing: text) {
                #expect(date.description == text)
                read += 1
            }
            if let period = try? TenantCalendar.utc.period(parsing: text) {
                #expect(period.name == text)
                #expect(period.from < period.to)
                #expect(period.name.utf8.allSatisfy { $0 != 0x2F && $0 > 0x20 && $0 < 0x7F })
                read += 1
            }
            if let local = try? LocalDateTime(parsing: text) {
                #expect(try LocalDateTime(parsing: local.description) == local)
            }
            if let line = try? CronExpression(parsing: text) {
                #expect(line.occurrences(in: .utc, after: .epoch).contains { _ in true })
                read += 1
            }
            _ = try? MonthDay(parsing: text)
            // A rule is written out for centuries, which takes time: only where the text began as one.
            if [8, 9].contains(round % (8 * good.count)),
                let zone = try? Zone(name: "test", file: FooterFile.bytes(text))
            {
                _ = zone.localDate(of: Instant(microsecondsSinceEpoch: .max))
                _ = zone.startOfDay(.latest)
                _ = zone.startOfDay(.earliest)
                read += 1
            }
        }
        #expect(read > 5_000)
    }

    @Test(
        "Every day of 1800 to 2200 has the ISO week, weekday and day of the year that Python gives",
        .enabled(if: PythonOracle.isThere, "ALMANAC_ORACLE_PYTHON is not set"))
    func isoCalendar() throws {
        let script = """
            from datetime import date
            for n in range(date(1800, 1, 1).toordinal(), date(2200, 1, 1).toordinal()):
                d = date.fromordinal(n)
                print(n - 719163, *d.isocalendar(), d.timetuple().tm_yday, d.isoformat())
            """
        let lines = try PythonOracle.lines(script, input: "")
        var failures = 0
        for words in lines {
            let date = try LocalDate(parsing: words[5])
            let week = date.isoWeek
            let found = [
                Int(date.daysSinceEpoch), week.weekYear, week.week, date.weekday.rawValue, date.dayOfYear,
            ]
            if found != words.prefix(5).compactMap({ Int($0) }) { failures += 1 }
        }
        #expect(failures == 0)
        #expect(lines.count == 146_097)
    }
}
