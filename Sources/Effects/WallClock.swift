#if canImport(Glibc)
internal import Glibc
#endif

/// The time of day and the passing of time, as everything in Almanac sees them.
///
/// No other target asks the operating system for the time: a run that is repeated with the same clock
/// gives the same bytes, and the simulator can run years in seconds.
package protocol WallClock: Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z, leap seconds ignored (POSIX time).
    func microsecondsSinceEpoch() -> Int64
    /// Nanoseconds since an arbitrary start that never goes back: for leases, time-outs and durations.
    func monotonicNanoseconds() -> UInt64
    /// Waits. The simulated clock only moves itself forward.
    func sleep(nanoseconds: UInt64)
}

/// The machine's clock.
package struct SystemClock: WallClock {
    package init() {}

    package func microsecondsSinceEpoch() -> Int64 {
        let now = Self.read(CLOCK_REALTIME)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000
    }

    package func monotonicNanoseconds() -> UInt64 {
        let now = Self.read(CLOCK_MONOTONIC)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    }

    package func sleep(nanoseconds: UInt64) {
        var left = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var rest = timespec()
        while unsafe nanosleep(&left, &rest) == -1 && errno == EINTR { left = rest }
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var now = timespec()
        unsafe clock_gettime(clock, &now)
        return now
    }
}

/// A clock that stands at one instant of civil time while durations go on: what `ALMANAC_NOW` sets.
package struct FixedClock: WallClock {
    private let microseconds: Int64
    private let machine = SystemClock()

    /// - Parameter microsecondsSinceEpoch: the instant that every call answers, in microseconds since 1970 UTC.
    package init(microsecondsSinceEpoch: Int64) { microseconds = microsecondsSinceEpoch }

    package func microsecondsSinceEpoch() -> Int64 { microseconds }
    package func monotonicNanoseconds() -> UInt64 { machine.monotonicNanoseconds() }
    package func sleep(nanoseconds: UInt64) { machine.sleep(nanoseconds: nanoseconds) }
}
