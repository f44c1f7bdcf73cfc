// From local time back to instants. Examples, America/New_York:
//   2024-03-10T02:30  is in a gap: clocks went from 02:00 EST to 03:00 EDT at 07:00Z
//   2024-11-03T01:30  is in a fold: it was 05:30Z (EDT) and 06:30Z (EST)

/// The instants at which a local clock shows a time.
package enum LocalTimeInstants: Sendable, Equatable {
    /// The usual case.
    case unique(Instant)
    /// Clocks jump over the time: the instant of the jump, and the offsets in seconds before and after it.
    case gap(at: Instant, offsetBefore: Int, offsetAfter: Int)
    /// Clocks show the time twice: the first and the last instant.
    case fold(first: Instant, last: Instant)
    /// The time lies beyond the range of instants.
    case beyondRange
}

/// Which instant a time in a gap means.
package enum GapPolicy: Sendable, Hashable {
    /// The first instant after the gap: 02:30 becomes 03:00.
    case firstInstantAfter
    /// As far after the gap as the time lies in it: 02:30 becomes 03:30, as Postgres and Java do.
    case shiftForward
}

/// Which instant a time in a fold means.
package enum FoldPolicy: Sendable, Hashable {
    /// The first time that clocks show it.
    case first
    /// The last time that clocks show it, as Postgres does.
    case last
}

extension Zone {
    /// All that can be said about a local time.
    package func instants(of local: LocalDateTime) -> LocalTimeInstants {
        let wall = local.secondsOnTheWall
        let fraction = local.microsecondOfDay % Instant.microsecondsPerSecond
        // No offset is larger than 26 hours, so the instant lies within two days of the wall's.
        let intervals = table.intervals(from: wall - 172_800, to: wall + 172_800)
        var found: [Int64] = []
        for interval in intervals {
            let seconds = wall - interval.offset
            if seconds >= interval.start && seconds < interval.end { found.append(seconds) }
        }
        guard let first = found.first, let last = found.last else {
            return Self.gap(wall, intervals)
        }
        guard let firstInstant = Self.instant(first, fraction), let lastInstant = Self.instant(last, fraction) else {
            return .beyondRange
        }
        return first == last ? .unique(firstInstant) : .fold(first: firstInstant, last: lastInstant)
    }

    private static func gap(
        _ wall: Int64, _ intervals: [(start: Int64, end: Int64, offset: Int64)]
    ) -> LocalTimeInstants {
        for (before, after) in zip(intervals, intervals.dropFirst())
        where wall >= before.end + before.offset && wall < after.start + after.offset {
            guard let jump = instant(after.start, 0) else { return .beyondRange }
            return .gap(at: jump, offsetBefore: Int(before.offset), offsetAfter: Int(after.offset))
        }
        return .beyondRange
    }

    private static func instant(_ seconds: Int64, _ fraction: Int64) -> Instant? {
        let (micros, overflow) = seconds.multipliedReportingOverflow(by: Instant.microsecondsPerSecond)
        let (sum, overflowOfSum) = micros.addingReportingOverflow(fraction)
        return overflow || overflowOfSum ? nil : Instant(microsecondsSinceEpoch: sum)
    }

    /// The instant of a local time; gaps and folds are decided by policy.
    ///
    /// - Throws: `outOfRange` for a time beyond the range of instants (year 294247).
    package func instant(
        of local: LocalDateTime, gap: GapPolicy = .firstInstantAfter, fold: FoldPolicy = .first
    ) throws(CivilTimeError) -> Instant {
        switch instants(of: local) {
        case .unique(let instant): return instant
        case .fold(let first, let last): return fold == .first ? first : last
        case .gap(let jump, let before, _):
            if gap == .firstInstantAfter { return jump }
            guard let shifted = local.instant(atOffsetSeconds: before) else { break }
            return shifted
        case .beyondRange: break
        }
        throw CivilTimeError(.outOfRange, "\(local) lies beyond the range of instants")
    }

    /// The first instant whose local date is `date` or later: where the day's bucket begins.
    ///
    /// Usually 00:00, but 01:00 where clocks jump at midnight (Sao Paulo 2018-11-04). A day that a zone left out (Apia
    /// 2011-12-30) starts where the next one does and has no instants. Saturates at the ends of the range of instants.
    package func startOfDay(_ date: LocalDate) -> Instant {
        let wall = Int64(date.daysSinceEpoch) * 86_400
        for interval in table.intervals(from: wall - 172_800, to: wall + 172_800) {
            let seconds = interval.start == .min ? wall - interval.offset : max(interval.start, wall - interval.offset)
            if seconds < interval.end { return Instant(secondsSinceEpoch: seconds) }
        }
        return Instant(secondsSinceEpoch: wall)
    }
}
