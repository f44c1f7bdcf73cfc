import AlmanacTesting
import CivilTime
import Testing

@Suite("Instants")
struct InstantTests {
    @Test(
        "Texts are read and printed",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            ("1969-12-31T23:59:59.999999Z", -1, "1969-12-31T23:59:59.999999Z"),
            ("2026-10-31T18:30:00+01:00", 1_793_467_800_000_000, "2026-10-31T17:30:00Z"),
            ("2026-10-31 18:30-0330", 1_793_484_000_000_000, "2026-10-31T22:00:00Z"),
            ("1970-01-01T00:00:00.5Z", 500_000, "1970-01-01T00:00:00.500Z"),
            ("1970-01-01T00:00:00.123456000Z", 123_456, "1970-01-01T00:00:00.123456Z"),
        ])
    func texts(text: String, micros: Int64, printed: String) throws {
        let instant = try instant(text)
        #expect(instant.microsecondsSinceEpoch == micros)
        #expect(instant.description == printed)
    }

    @Test(
        "What names no instant is refused",
        arguments: [
            "2026-10-31T18:30:00", "2026-10-31", "2026-10-31T24:00:00Z", "2026-12-31T23:59:60Z",
            "2026-02-30T00:00:00Z", "2026-10-31T18:30:00.1234567Z", "2026-10-31T18:30:00+25:00", "Z", "",
            "2026-10-31T18:30:00ZZ", "2026-10-31T18:30:00.Z",
        ])
    func refused(text: String) { #expect(throws: CivilTimeError.self) { try instant(text) } }

    @Test("The ends of the range are printed without a trap, and sums saturate")
    func ends() {
        for micros in [Int64.min, .min + 1, .max - 1, .max] {
            let instant = Instant(microsecondsSinceEpoch: micros)
            #expect(!instant.description.isEmpty)
            #expect(!Zone.utc.startOfDay(Zone.utc.localDate(of: instant)).description.isEmpty)
        }
        #expect(Instant(microsecondsSinceEpoch: .max).adding(seconds: 1).microsecondsSinceEpoch == .max)
        #expect(Instant(secondsSinceEpoch: .min).microsecondsSinceEpoch == .min)
    }

    @Test("A thousand seeded instants survive printing and reading")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<1000 {
            // Years 1 to 9999.
            let micros = Int64.random(in: -62_135_596_800_000_000..<253_402_300_800_000_000, using: &generator)
            let instant = Instant(microsecondsSinceEpoch: micros)
            #expect(try Instant(parsing: instant.description) == instant)
        }
    }
}
