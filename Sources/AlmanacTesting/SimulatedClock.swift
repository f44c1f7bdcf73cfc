internal import Effects
internal import Synchronization

/// The twin of `SystemClock`: time passes only when somebody sleeps or the test says so.
package final class SimulatedClock: WallClock {
    private struct Hands {
        var microseconds: Int64
        var monotonicNanoseconds: UInt64 = 0
    }

    private let hands: Mutex<Hands>

    /// - Parameter microsecondsSinceEpoch: the first instant, microseconds since 1970 UTC;
    ///   2026-10-31T12:00:00Z where nothing is said.
    package init(microsecondsSinceEpoch: Int64 = 1_793_448_000_000_000) {
        hands = Mutex(Hands(microseconds: microsecondsSinceEpoch))
    }

    package func microsecondsSinceEpoch() -> Int64 { hands.withLock { $0.microseconds } }
    package func monotonicNanoseconds() -> UInt64 { hands.withLock { $0.monotonicNanoseconds } }
    package func sleep(nanoseconds: UInt64) { advance(nanoseconds: nanoseconds) }

    /// Lets time pass, on both hands; a part of a microsecond is lost on the wall.
    package func advance(nanoseconds: UInt64) {
        hands.withLock {
            $0.microseconds &+= Int64(nanoseconds / 1_000)
            $0.monotonicNanoseconds &+= nanoseconds
        }
    }

    /// Sets the clock on the wall, forward or back; durations do not notice.
    package func set(microsecondsSinceEpoch: Int64) {
        hands.withLock { $0.microseconds = microsecondsSinceEpoch }
    }
}
