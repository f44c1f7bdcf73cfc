/// A calendar date without a zone: days since 1970-01-01, proleptic Gregorian.
package struct LocalDate: Hashable, Comparable, Sendable {
    package let daysSinceEpoch: Int32
    package init(daysSinceEpoch: Int32) { self.daysSinceEpoch = daysSinceEpoch }
    package static func < (left: LocalDate, right: LocalDate) -> Bool { left.daysSinceEpoch < right.daysSinceEpoch }
}
/// A point in time: microseconds since 1970-01-01T00:00:00Z.
package struct Instant: Hashable, Comparable, Sendable {
    package let microseconds: Int64
    package init(microseconds: Int64) { self.microseconds = microseconds }
    package static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }
}
