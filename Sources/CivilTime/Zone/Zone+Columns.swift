// Kernels over columns of instants. Both keep the interval of the last value: rows of one file mostly lie in one.

extension Zone {
    /// The local date of every instant of a column: microseconds since 1970 UTC to days since 1970.
    ///
    /// Null rows hold any value and give any date. The local date of a value is what `localDate(of:)` says.
    ///
    /// - Precondition: `dates` has room for all `instants`.
    /// - Complexity: 8 bytes read and 4 written a row, one division; a search only where a value leaves the interval of
    ///   constant offset of the one before it.
    package func localDates(_ instants: Span<Int64>, into dates: inout MutableSpan<Int32>) {
        precondition(dates.count >= instants.count)
        var interval = OffsetInterval.none
        for row in instants.indices {
            let micros = instants[row]
            if !interval.contains(micros) { interval = offsetInterval(at: micros) }
            let days = (micros &+ interval.offset).dividedDown(by: Instant.microsecondsPerDay)
            dates[row] = Int32(truncatingIfNeeded: days)
        }
    }

    /// What local clocks show at every instant of a column: microseconds since 1970 UTC to microseconds since
    /// 1970-01-01T00:00 on the wall.
    ///
    /// - Precondition: `wallMicroseconds` has room for all `instants`.
    package func localMicroseconds(_ instants: Span<Int64>, into wallMicroseconds: inout MutableSpan<Int64>) {
        precondition(wallMicroseconds.count >= instants.count)
        var interval = OffsetInterval.none
        for row in instants.indices {
            let micros = instants[row]
            if !interval.contains(micros) { interval = offsetInterval(at: micros) }
            wallMicroseconds[row] = micros &+ interval.offset
        }
    }

    /// The instants of a column of local times: microseconds since 1970-01-01T00:00 on the wall to microseconds since
    /// 1970 UTC. Gaps and folds are decided by policy.
    ///
    /// - Precondition: `instants` has room for all `wallMicroseconds`.
    /// - Returns: the number of values that lie beyond the range of instants; they are written as they came.
    package func instants(
        ofLocal wallMicroseconds: Span<Int64>, into instants: inout MutableSpan<Int64>,
        gap: GapPolicy = .shiftForward, fold: FoldPolicy = .first
    ) -> Int {
        precondition(instants.count >= wallMicroseconds.count)
        var refused = 0
        // Wall times in [low, high) have the one offset; two days away from a change nothing is ambiguous.
        var low = Int64.max
        var high = Int64.min
        var offset: Int64 = 0
        for row in wallMicroseconds.indices {
            let wall = wallMicroseconds[row]
            if wall >= low && wall < high {
                instants[row] = wall &- offset
                continue
            }
            let local = LocalDateTime(utc: Instant(microsecondsSinceEpoch: wall))
            guard let instant = try? instant(of: local, gap: gap, fold: fold) else {
                instants[row] = wall
                refused += 1
                continue
            }
            instants[row] = instant.microsecondsSinceEpoch
            let interval = offsetInterval(at: instant.microsecondsSinceEpoch)
            offset = interval.offset
            low = interval.low.addingSaturated(Self.twoDays)
            high = interval.high.addingSaturated(-Self.twoDays)
        }
        return refused
    }

    private static let twoDays: Int64 = 172_800_000_000

    /// An interval `[low, high)` of microseconds and the microseconds to add in it.
    private struct OffsetInterval {
        var low: Int64
        var high: Int64
        var offset: Int64

        static let none = OffsetInterval(low: .max, high: .min, offset: 0)

        @inline(__always)
        func contains(_ micros: Int64) -> Bool { micros >= low && micros < high }
    }

    /// The interval around an instant; its bounds lie within ±2^62 so that sums with an offset do not overflow.
    /// Beyond them (140,000 years away) the interval holds the one value, moved to where the sum fits.
    private func offsetInterval(at micros: Int64) -> OffsetInterval {
        let seconds = Instant(microsecondsSinceEpoch: micros).secondsSinceEpoch
        let shift = table.shift(of: seconds)
        let index = table.index(of: seconds - shift)
        let offset = Int64(table.offsets[index]) * Instant.microsecondsPerSecond
        let bound = Int64(1) << 62
        guard abs(seconds) < bound / Instant.microsecondsPerSecond else {
            return OffsetInterval(low: micros, high: micros.addingSaturated(1), offset: micros.clamp(adding: offset))
        }
        let start = table.starts[index]
        let end = table.end(index)
        let low = start == .min ? -bound : Instant(secondsSinceEpoch: start + shift).microsecondsSinceEpoch
        let high = end > .max - shift ? bound : Instant(secondsSinceEpoch: end + shift).microsecondsSinceEpoch
        return OffsetInterval(low: max(low, -bound), high: min(high, bound), offset: offset)
    }
}

extension Int64 {
    /// The sum, or the end of the range that it would pass.
    fileprivate func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    /// `other`, or what is left of it before the end of the range.
    fileprivate func clamp(adding other: Int64) -> Int64 { addingSaturated(other) &- self }
}
