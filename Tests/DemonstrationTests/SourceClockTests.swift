import CivilTime
import Demonstration
import Effects
import Tenancy
import Testing

/// The clocks of made-up tenants against the machine's zone files, through all changes of three years.
@Suite struct SourceClockTests {
    @Test(arguments: SourceClock.all.map(\.zone))
    func agreesWithZoneFiles(_ name: String) throws {
        let clock = try #require(SourceClock.all.first { $0.zone == name })
        let zone = try ZoneDatabase(folder: nil, store: DiskFileStore()).zone(name)
        let first = try LocalDate(year: 2023, month: 12, day: 30)
        var changes = 0
        for date in first..<first.adding(days: 1_130) {
            for minute in stride(from: 0, to: 1_440, by: 30) {
                let local = try LocalDateTime(date, hour: minute / 60, minute: minute % 60)
                let instant = try zone.instant(of: local, gap: .shiftForward, fold: .first)
                let made = clock.instant(date, minute: minute)
                #expect(made == instant.microsecondsSinceEpoch, "\(local)")
                let shown = zone.localDateTime(of: instant)
                #expect(clock.localDate(made) == shown.date, "\(local)")
                #expect(Int64(clock.minute(made)) * 60_000_000 == shown.microsecondOfDay, "\(local)")
                if shown != local { changes += 1 }
            }
        }
        // Two half hours of each of three springs are jumped over, where clocks change at all.
        #expect(changes == 0 || changes == 6)
    }
}
