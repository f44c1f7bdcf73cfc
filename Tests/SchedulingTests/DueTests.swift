import AlmanacTesting
import CivilTime
import Scheduling
import Tenancy
import Testing

@Suite("What is due")
struct DueTests {
    @Test("Each tenant by its own clocks, in order")
    func tenantClocks() throws {
        let tenants = try [
            tenant("sao-paulo", zone: "America/Sao_Paulo"), tenant("istanbul", zone: "Europe/Istanbul"),
            tenant("lagos", zone: "Africa/Lagos"), tenant("other", platform: "flights"),
            tenant("unsubscribed", reports: ["weekly-sales"]),
        ]
        let found = DueFinder.due(
            [try schedule("0 4 1 * *")], tenants: tenants, from: try instant("2026-10-31T12:00:00Z"),
            to: try instant("2026-11-01T12:00:00Z"))
        #expect(found.occurrences.map(\.tenant.text) == ["istanbul", "lagos", "sao-paulo"])
        #expect(
            found.occurrences.map(\.nominal.description) == [
                "2026-11-01T01:00:00Z", "2026-11-01T03:00:00Z", "2026-11-01T07:00:00Z",
            ])
        #expect(found.due.count == 3 && found.uncovered == nil)
        #expect(found.occurrences[1].identity.hasPrefix("lagos/sales@"))
        #expect(found.occurrences[1].identity.hasSuffix("/2026-11-01T03:00:00Z"))
    }

    @Test("One zone for all tenants, and tenants by name")
    func oneZone() throws {
        let tenants = try [tenant("a", zone: "Asia/Tokyo"), tenant("b"), tenant("c")]
        let named = try TenantSelection.named([TenantID("a"), TenantID("c"), TenantID("gone")])
        let schedule = try schedule("0 6 * * *", tenants: named, timezone: .zone(zones.zone("Africa/Lagos")))
        let found = DueFinder.due(
            [schedule], tenants: tenants, from: try instant("2026-11-20T06:00:00Z"),
            to: try instant("2026-11-21T05:00:00Z"))
        #expect(found.occurrences.map(\.tenant.text) == ["a", "c"])
        #expect(Set(found.occurrences.map(\.nominal.description)) == ["2026-11-21T05:00:00Z"])
        #expect(DueFinder.strangers(of: schedule, among: tenants).map(\.text) == ["gone"])
    }

    @Test(
        "Down for a minute, three days, forty days: every occurrence is told, due or missed",
        arguments: [
            (CatchUpPolicy.latest, 1, 1), (.all(countMax: 31), 3, 31), (.all(countMax: 2), 2, 2), (.none, 0, 0),
        ])
    func catchUp(policy: CatchUpPolicy, afterThreeDays: Int, afterFortyDays: Int) throws {
        let tenants = [try tenant("a")]
        let schedule = try schedule("0 4 * * *", catchUp: policy)
        let now = try instant("2026-11-21T04:20:00Z")
        let short = DueFinder.due(
            [schedule], tenants: tenants, from: try instant("2026-11-21T03:59:00Z"),
            to: try instant("2026-11-21T04:01:00Z"))
        #expect(short.due.count == 1)
        let three = DueFinder.due([schedule], tenants: tenants, from: now.adding(seconds: -3 * 86_400), to: now)
        #expect(three.occurrences.count == 3)
        #expect(three.due.count == afterThreeDays)
        let forty = DueFinder.due([schedule], tenants: tenants, from: now.adding(seconds: -40 * 86_400), to: now)
        #expect(forty.occurrences.count == 40)
        #expect(forty.due.count == afterFortyDays)
        // What is due is always the latest.
        #expect(forty.occurrences.suffix(afterFortyDays).allSatisfy { $0.disposition == .due })
        #expect(!forty.occurrences.dropLast(afterFortyDays).contains { $0.disposition == .due })
    }

    @Test("A schedule that stands still misses its times")
    func paused() throws {
        let found = DueFinder.due(
            [try schedule("0 * * * *", isPaused: true)], tenants: [try tenant("a")],
            from: try instant("2026-11-21T00:00:00Z"), to: try instant("2026-11-21T02:00:00Z"))
        #expect(found.occurrences.map(\.disposition) == [.missed(.paused), .missed(.paused)])
    }

    @Test("However often tick is called, and whatever the clock does, nothing is doubled and nothing lost")
    func ticks() throws {
        let tenants = try [tenant("a", zone: "America/New_York"), tenant("b", zone: "Australia/Lord_Howe")]
        let schedules = try [
            schedule("30 2 * * *", catchUp: .all(countMax: 1000)),
            schedule("*/20 * * * *", name: "often", catchUp: .all(countMax: 1000)),
        ]
        var generator = SeededGenerator(seed: 17)
        let start = try instant("2024-09-20T00:00:00Z")
        let end = try instant("2024-11-20T00:00:00Z")
        var seen: [String] = []
        var lastTick = start
        var now = start
        while lastTick < end {
            // The clock jumps forward by up to a day, sometimes back by up to an hour.
            now = now.adding(seconds: Int64.random(in: -3600...86_400, using: &generator))
            let to = min(now, end)
            seen += DueFinder.due(schedules, tenants: tenants, from: lastTick, to: to).due.map(\.identity)
            lastTick = max(lastTick, to)
        }
        let whole = DueFinder.due(schedules, tenants: tenants, from: start, to: end).occurrences.map(\.identity)
        #expect(Set(seen).count == seen.count)
        #expect(Set(seen) == Set(whole))
        #expect(whole.count > 8000)
    }

    @Test("An edited line is another version, and replays nothing")
    func edited() throws {
        let old = try schedule("0 4 * * *")
        let new = try schedule("0 3 * * *")
        #expect(old.version != new.version)
        #expect(try schedule("0  4 * * *", tenants: .named([]), catchUp: .none).version == old.version)
        let lastTick = try instant("2026-11-21T05:00:00Z")
        let found = DueFinder.due(
            [new], tenants: [try tenant("a")], from: lastTick, to: try instant("2026-11-21T05:05:00Z"))
        #expect(found.occurrences.isEmpty)
    }

    @Test("A window beyond the bound is cut, and says so")
    func bound() throws {
        let now = try instant("2026-11-21T00:00:00Z")
        let found = DueFinder.due([try schedule("0 0 * * *")], tenants: [try tenant("a")], from: .epoch, to: now)
        #expect(found.occurrences.count == 400)
        #expect(found.uncovered == InstantRange(start: .epoch, end: now.adding(seconds: -400 * 86_400)))
    }

    @Test("A clock that went back finds nothing")
    func backwards() throws {
        let found = DueFinder.due(
            [try schedule("* * * * *")], tenants: [try tenant("a")], from: try instant("2026-11-21T00:00:00Z"),
            to: try instant("2025-11-21T00:00:00Z"))
        #expect(found.occurrences.isEmpty)
    }
}
