/// What a clock on the wall shows: a date and a time of day, without a zone. A `timestamp` without time zone.
package struct LocalDateTime: Sendable, Hashable, Comparable {
    /// The date.
    package let date: LocalDate
    /// Microseconds since 00:00, 0 to 86,399,999,999.
    package let microsecondOfDay: Int64

    /// - Throws: `outOfRange` for a time that no clock shows; 24:00 and second 60 are refused.
    package init(
        _ date: LocalDate, hour: Int, minute: Int, second: Int = 0, microsecond: Int = 0
    ) throws(CivilTimeError) {
        guard (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second),
            (0..<1_000_000).contains(microsecond)
        else { throw CivilTimeError(.outOfRange, "there is no time \(hour):\(minute):\(second)") }
        self.date = date
        microsecondOfDay =
            Int64((hour * 60 + minute) * 60 + second) * Instant.microsecondsPerSecond
            + Int64(microsecond)
    }

    init(_ date: LocalDate, microsecondOfDay: Int64) {
        self.date = date
        self.microsecondOfDay = microsecondOfDay
    }

    /// What a clock in UTC shows at an instant.
    package init(utc instant: Instant) { self.init(instant, offsetSeconds: 0) }

    /// What a clock shows that runs `offsetSeconds` ahead of UTC.
    package init(_ instant: Instant, offsetSeconds: Int) {
        let days = instant.microsecondsSinceEpoch.dividedDown(by: Instant.microsecondsPerDay)
        // Day and time of day apart, so that no sum leaves the range.
        let local =
            instant.microsecondsSinceEpoch.remainderDown(by: Instant.microsecondsPerDay)
            + Int64(offsetSeconds) * Instant.microsecondsPerSecond
        let carry = local.dividedDown(by: Instant.microsecondsPerDay)
        date = LocalDate(daysSinceEpoch: Int32(clamping: days + carry))
        microsecondOfDay = local - carry * Instant.microsecondsPerDay
    }

    /// The start of a date on the wall, 00:00. In some zones some days do not have it: see `Zone.startOfDay`.
    package init(midnightOf date: LocalDate) { self.init(date, microsecondOfDay: 0) }

    /// The hour, 0 to 23.
    package var hour: Int { Int(microsecondOfDay / 3_600_000_000) }
    /// The minute, 0 to 59.
    package var minute: Int { Int(microsecondOfDay / 60_000_000 % 60) }
    /// The second, 0 to 59.
    package var second: Int { Int(microsecondOfDay / 1_000_000 % 60) }
    /// The microsecond of the second, 0 to 999,999.
    package var microsecond: Int { Int(microsecondOfDay % 1_000_000) }

    package static func < (left: LocalDateTime, right: LocalDateTime) -> Bool {
        (left.date, left.microsecondOfDay) < (right.date, right.microsecondOfDay)
    }

    /// The instant at which a clock that runs `offsetSeconds` ahead of UTC shows this; nil beyond the range.
    package func instant(atOffsetSeconds offsetSeconds: Int) -> Instant? {
        let (days, overflow) = Int64(date.daysSinceEpoch).multipliedReportingOverflow(by: Instant.microsecondsPerDay)
        let time = microsecondOfDay - Int64(offsetSeconds) * Instant.microsecondsPerSecond
        let (sum, overflowOfSum) = days.addingReportingOverflow(time)
        return overflow || overflowOfSum ? nil : Instant(microsecondsSinceEpoch: sum)
    }

    /// Seconds from 1970-01-01T00:00 on the wall, rounded down. Every date fits.
    var secondsOnTheWall: Int64 {
        Int64(date.daysSinceEpoch) * 86_400 + microsecondOfDay / Instant.microsecondsPerSecond
    }
}
