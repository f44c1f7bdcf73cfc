/// A point of time: microseconds since 1970-01-01T00:00:00Z, leap seconds ignored (POSIX time).
///
/// The range is that of `Int64`: years -290308 to 294247. What Parquet calls a UTC-adjusted timestamp of microseconds.
@frozen
package struct Instant: Sendable, Hashable, Comparable {
    /// Microseconds since 1970-01-01T00:00:00Z; negative before.
    package let microsecondsSinceEpoch: Int64

    @inlinable
    package init(microsecondsSinceEpoch: Int64) { self.microsecondsSinceEpoch = microsecondsSinceEpoch }

    /// Whole seconds since 1970; outside of the range of microseconds the nearest representable instant.
    package init(secondsSinceEpoch: Int64) {
        let (product, overflow) = secondsSinceEpoch.multipliedReportingOverflow(by: Self.microsecondsPerSecond)
        microsecondsSinceEpoch = overflow ? (secondsSinceEpoch < 0 ? .min : .max) : product
    }

    /// Whole seconds since 1970, rounded down.
    package var secondsSinceEpoch: Int64 { microsecondsSinceEpoch.dividedDown(by: Self.microsecondsPerSecond) }

    /// The instant some microseconds later (earlier where negative); saturates at the ends of the range.
    package func adding(microseconds: Int64) -> Instant {
        let (sum, overflow) = microsecondsSinceEpoch.addingReportingOverflow(microseconds)
        return Instant(microsecondsSinceEpoch: overflow ? (microseconds < 0 ? .min : .max) : sum)
    }

    /// The instant some seconds later (earlier where negative); saturates at the ends of the range.
    package func adding(seconds: Int64) -> Instant {
        adding(microseconds: Instant(secondsSinceEpoch: seconds).microsecondsSinceEpoch)
    }

    /// Microseconds from this instant to another; saturates at the ends of `Int64`.
    package func microseconds(until other: Instant) -> Int64 {
        let (difference, overflow) = other.microsecondsSinceEpoch.subtractingReportingOverflow(microsecondsSinceEpoch)
        return overflow ? (other < self ? .min : .max) : difference
    }

    @inlinable
    package static func < (left: Instant, right: Instant) -> Bool {
        left.microsecondsSinceEpoch < right.microsecondsSinceEpoch
    }

    /// 1970-01-01T00:00:00Z.
    package static let epoch = Instant(microsecondsSinceEpoch: 0)
    static let microsecondsPerSecond: Int64 = 1_000_000
    static let microsecondsPerDay: Int64 = 86_400_000_000
}
