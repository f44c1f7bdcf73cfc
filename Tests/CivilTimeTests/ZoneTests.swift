import AlmanacTesting
import CivilTime
import Testing

@Suite("Zones")
struct ZoneTests {
    @Test(
        "Days begin at their first instant",
        arguments: [
            ("America/New_York", "2024-03-10", "2024-03-10T05:00:00Z", 82_800),
            ("America/New_York", "2024-11-03", "2024-11-03T04:00:00Z", 90_000),
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", 82_800),
            ("Asia/Kathmandu", "2024-01-01", "2023-12-31T18:15:00Z", 86_400),
            ("Australia/Lord_Howe", "2024-10-06", "2024-10-05T13:30:00Z", 84_600),
            ("Australia/Lord_Howe", "2024-04-07", "2024-04-06T13:00:00Z", 88_200),
            ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0),
            ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", 86_400),
            ("Europe/Berlin", "2099-03-29", "2099-03-28T23:00:00Z", 82_800),
            ("America/New_York", "2500-07-01", "2500-07-01T04:00:00Z", 86_400),
        ])
    func days(name: String, day: String, start: String, seconds: Int64) throws {
        let calendar = TenantCalendar(zone: try zones.zone(name))
        let day = try date(day)
        let instants = calendar.instants(of: day..<day.adding(days: 1))
        #expect(instants.start == (try instant(start)))
        #expect(instants.start.microseconds(until: instants.end) == seconds * 1_000_000)
    }

    @Test("The local date is not monotone: St. John's 2010-11-07 goes 7, 6, 7 within an hour")
    func notMonotone() throws {
        let zone = try zones.zone("America/St_Johns")
        let days = try ["02:29:59", "02:30:00", "02:30:59", "02:31:00", "03:29:59", "03:30:00"].map {
            zone.localDate(of: try instant("2010-11-07T\($0)Z")).day
        }
        #expect(days == [6, 7, 7, 6, 6, 7])
    }

    @Test("A time in a gap and a time in a fold")
    func gapAndFold() throws {
        let zone = try zones.zone("America/New_York")
        let gap = try LocalDateTime(parsing: "2024-03-10T02:30:00")
        #expect(
            zone.instants(of: gap)
                == .gap(at: try instant("2024-03-10T07:00:00Z"), offsetBefore: -18_000, offsetAfter: -14_400))
        #expect(try zone.instant(of: gap, gap: .firstInstantAfter) == instant("2024-03-10T07:00:00Z"))
        #expect(try zone.instant(of: gap, gap: .shiftForward) == instant("2024-03-10T07:30:00Z"))
        let fold = try LocalDateTime(parsing: "2024-11-03T01:30:00")
        #expect(try zone.instant(of: fold, fold: .first) == instant("2024-11-03T05:30:00Z"))
        #expect(try zone.instant(of: fold, fold: .last) == instant("2024-11-03T06:30:00Z"))
        let usual = try LocalDateTime(parsing: "2024-07-01T12:00:00.25")
        #expect(zone.instants(of: usual) == .unique(try instant("2024-07-01T16:00:00.25Z")))
    }

    @Test(
        "Zones of no name, no folder or no good are refused",
        arguments: [
            "../etc/passwd", "America/../UTC", "/etc/localtime", "localtime", "posixrules", "right/UTC", "posix/UTC",
            "America", "Mars/Olympus", "", "America//New_York", "tzdata.zi", "America/New_York\u{0}", "Africa/lagos",
        ])
    func unknown(name: String) {
        let error = #expect(throws: CivilTimeError.self) { try zones.zone(name) }
        #expect(error?.code == .unknownZone || error?.code == .zoneFile)
    }

    @Test("A name in other letters, or a city alone, is suggested")
    func suggestions() {
        #expect(
            throws: CivilTimeError(
                .unknownZone, "there is no time zone 'africa/lagos' in \(zones.folder); did you mean 'Africa/Lagos'?")
        ) { try zones.zone("africa/lagos") }
        #expect(
            throws: CivilTimeError(
                .unknownZone, "there is no time zone 'New York' in \(zones.folder); did you mean 'America/New_York'?")
        ) { try zones.zone("New York") }
    }

    @Test("The release of the database is known, and its names are many")
    func version() throws {
        let version = try #require(zones.version())
        #expect(version.hasPrefix("20"))
        #expect(zones.names().count > 500)
    }

    @Test("A damaged file is an error, whatever byte is cut or changed")
    func damaged() throws {
        let bytes = try #require(try zoneBytes("America/New_York"))
        for length in stride(from: 0, to: bytes.count, by: 37) {
            #expect(throws: CivilTimeError.self) { try Zone(name: "cut", file: Array(bytes.prefix(length))) }
        }
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<400 {
            var changed = bytes
            changed[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            // Either refused or a zone that answers; never a trap.
            if let zone = try? Zone(name: "changed", file: changed) {
                let probe = try instant("2026-06-01T00:00:00Z")
                _ = zone.startOfDay(zone.localDate(of: probe))
                _ = zone.localDate(of: Instant(microsecondsSinceEpoch: .max))
                _ = zone.localDate(of: Instant(microsecondsSinceEpoch: .min))
            }
        }
    }

    @Test("The kernels say what the single lookups say, at the ends of the range too")
    func kernels() throws {
        var generator = SeededGenerator(seed: 11)
        for name in ["UTC", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe", "Africa/Casablanca"] {
            let zone = try zones.zone(name)
            var micros = (0..<4000).map { _ in
                Int64.random(in: -2_208_988_800_000_000..<4_102_444_800_000_000, using: &generator)
            }
            micros += (0..<100).map { _ in Int64.random(in: .min ... .max, using: &generator) }
            micros += [.min, .min + 1, -1, 0, 1, .max - 1, .max, 1 << 62, -(1 << 62)]
            var days = [Int32](repeating: 0, count: micros.count)
            var walls = [Int64](repeating: 0, count: micros.count)
            var back = [Int64](repeating: 0, count: micros.count)
            var daySpan = days.mutableSpan
            zone.localDates(micros.span, into: &daySpan)
            var wallSpan = walls.mutableSpan
            zone.localMicroseconds(micros.span, into: &wallSpan)
            var backSpan = back.mutableSpan
            _ = zone.instants(ofLocal: walls.span, into: &backSpan)
            for row in micros.indices {
                let instant = Instant(microsecondsSinceEpoch: micros[row])
                let local = zone.localDateTime(of: instant)
                // Within an offset of the ends of the range a wall time has no microseconds; there it saturates.
                guard abs(instant.secondsSinceEpoch) < 9_223_372_000_000 else { continue }
                #expect(days[row] == local.date.daysSinceEpoch, "\(name) \(micros[row])")
                #expect(walls[row] == Int64(local.date.daysSinceEpoch) * 86_400_000_000 + local.microsecondOfDay)
                let expected = try zone.instant(of: local, gap: .shiftForward).microsecondsSinceEpoch
                #expect(back[row] == expected, "\(name) \(micros[row])")
            }
        }
    }

    private func zoneBytes(_ name: String) throws -> [UInt8]? {
        try ZoneTests.read("\(zones.folder)/\(name)")
    }
}
