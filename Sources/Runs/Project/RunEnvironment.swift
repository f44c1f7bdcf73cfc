package import CivilTime
package import Effects
internal import Tenancy

/// Everything that a run takes from outside: disk, clock, random bits, variables, time zones.
package struct RunEnvironment: Sendable {
    /// The disk.
    package let store: any FileStore
    /// The clock; `ALMANAC_NOW` sets it.
    package let clock: any WallClock
    /// Random bits for names of temporary files and jitter; never for an artefact.
    package let random: any RandomSource
    /// Environment variables, for secrets.
    package let variable: @Sendable (String) -> String?
    /// The machine's time zones.
    package let zones: ZoneDatabase

    package init(
        store: any FileStore, clock: any WallClock, random: any RandomSource,
        variable: @escaping @Sendable (String) -> String?, zones: ZoneDatabase
    ) {
        self.store = store
        self.clock = clock
        self.random = random
        self.variable = variable
        self.zones = zones
    }

    /// The machine as it is, with `ALMANAC_NOW` (an ISO 8601 instant) and `TZDIR` respected.
    /// - Throws: `Failure` of wrong use where `ALMANAC_NOW` is not an instant.
    package init(variables: [String: String]) throws(Failure) {
        let store = DiskFileStore()
        let clock: any WallClock
        if let text = variables["ALMANAC_NOW"], !text.isEmpty {
            guard let instant = try? Instant(parsing: text) else {
                throw Failure(
                    .usage, "ALMANAC_NOW is not an instant", why: "it must look like 2026-11-01T06:00:00Z",
                    remedy: "unset ALMANAC_NOW")
            }
            clock = FixedClock(microsecondsSinceEpoch: instant.microsecondsSinceEpoch)
        } else {
            clock = SystemClock()
        }
        self.init(
            store: store, clock: clock, random: SystemRandom(), variable: { variables[$0] },
            zones: ZoneDatabase(folder: variables["TZDIR"], store: store))
    }

    /// The same machine with further variables and, if given, another clock: what the demo sets for its own runs.
    package func with(variables more: [String: String], now: Instant?) -> RunEnvironment {
        let variable = self.variable
        return RunEnvironment(
            store: store,
            clock: now.map { FixedClock(microsecondsSinceEpoch: $0.microsecondsSinceEpoch) } ?? clock, random: random,
            variable: { more[$0] ?? variable($0) }, zones: zones)
    }

    /// The instant that the clock shows.
    package var now: Instant { Instant(microsecondsSinceEpoch: clock.microsecondsSinceEpoch()) }
}
