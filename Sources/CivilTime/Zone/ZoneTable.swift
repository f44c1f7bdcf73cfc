/// All intervals of constant offset of a zone, for every instant there is.
///
/// (1) `starts` is ascending and begins with the earliest second; interval i is `[starts[i], starts[i + 1])`.
/// (2) Neighbouring intervals have different offsets.
/// (3) A zone whose rule changes clocks every year is written out for 400 years after its last listed transition.
///     The Gregorian calendar, weekdays included, repeats every 400 years: a later instant is looked up a whole number
///     of such cycles earlier.
/// (4) `buckets[b]` is the interval that holds the start of bucket b: 2^20 seconds (12 days) each, 1900 to 2100. A look-up
///     there begins with it and goes on by a step or two.
final class ZoneTable: Sendable {
    /// Seconds since 1970 UTC.
    let starts: [Int64]
    /// Seconds east of UTC.
    let offsets: [Int32]
    /// Where the cycle of 400 years ends; `Int64.max` if the last interval has no end.
    let cycleEnd: Int64

    private let buckets: [UInt16]

    private static let bucketShift: Int64 = 20
    /// 1900-01-01T00:00:00Z.
    private static let firstBucketStart: Int64 = -2_208_988_800
    /// Two hundred years and some days.
    private static let bucketCount = 6032

    /// 146,097 days.
    static let cycleSeconds: Int64 = 146_097 * 86_400

    init(fixedOffset: Int32) {
        starts = [.min]
        offsets = [fixedOffset]
        cycleEnd = .max
        buckets = []
    }

    init(_ file: ZoneFile) {
        var list = [ZoneFile.Transition(start: .min, offset: file.firstOffset)]
        for transition in file.transitions { Self.append(transition, to: &list) }
        let lastStart = file.transitions.last?.start
        var cycleEnd = Int64.max
        if let rule = file.rule {
            if let daylight = rule.daylight {
                // A rule without transitions before it holds always; nobody asks for 1900 in such a zone.
                let firstYear = lastStart.map(Self.year(of:)) ?? 1900
                let years = firstYear...(firstYear + 403)
                if lastStart == nil { Self.append(.init(start: .min, offset: rule.standardOffset), to: &list) }
                for change in Self.changes(years, rule.standardOffset, daylight) where change.start > lastStart ?? .min
                {
                    Self.append(change, to: &list)
                }
                let end = LocalDate(existingYear: firstYear + 402, month: 1, day: 1)
                cycleEnd = Int64(end.daysSinceEpoch) * 86_400
            } else if lastStart == nil {
                Self.append(.init(start: .min, offset: rule.standardOffset), to: &list)
            }
        }
        starts = list.map(\.start)
        offsets = list.map(\.offset)
        self.cycleEnd = cycleEnd
        buckets = Self.buckets(list.map(\.start))
    }

    /// Empty where the table is so large that a UInt16 cannot count it, or so small that nothing is won.
    private static func buckets(_ starts: [Int64]) -> [UInt16] {
        guard starts.count > 2, starts.count <= Int(UInt16.max) else { return [] }
        var interval = 0
        return (0..<bucketCount).map { bucket in
            let start = firstBucketStart + Int64(bucket) << bucketShift
            while interval + 1 < starts.count, starts[interval + 1] <= start { interval += 1 }
            return UInt16(interval)
        }
    }

    /// The changes of a rule over some years, ascending; where an end meets a start, daylight time goes on.
    private static func changes(
        _ years: ClosedRange<Int>, _ standard: Int32, _ daylight: ZoneRule.Daylight
    ) -> [ZoneFile.Transition] {
        years.flatMap { year in
            [
                ZoneFile.Transition(
                    start: daylight.start.instant(inYear: year, offset: standard), offset: daylight.offset),
                ZoneFile.Transition(
                    start: daylight.end.instant(inYear: year, offset: daylight.offset), offset: standard),
            ]
        }.sorted { ($0.start, $0.offset == daylight.offset ? 1 : 0) < ($1.start, $1.offset == daylight.offset ? 1 : 0) }
    }

    private static func append(_ transition: ZoneFile.Transition, to list: inout [ZoneFile.Transition]) {
        if let last = list.last, last.start == transition.start { list.removeLast() }
        if let last = list.last, last.offset == transition.offset { return }
        list.append(transition)
    }

    private static func year(of seconds: Int64) -> Int {
        LocalDateTime(utc: Instant(secondsSinceEpoch: seconds)).date.year
    }

    /// Moves an instant into the years that are written out: gives the seconds to subtract, a multiple of the cycle.
    @inline(__always)
    func shift(of seconds: Int64) -> Int64 {
        guard seconds >= cycleEnd else { return 0 }
        return ((seconds - cycleEnd) / Self.cycleSeconds + 1) * Self.cycleSeconds
    }

    /// The interval that holds an instant of the years that are written out.
    func index(of seconds: Int64) -> Int {
        let bucket = (seconds &- Self.firstBucketStart) >> Self.bucketShift
        if bucket >= 0, bucket < Int64(buckets.count) {
            var interval = Int(buckets[Int(bucket)])
            while interval + 1 < starts.count, starts[interval + 1] <= seconds { interval += 1 }
            return interval
        }
        // The last start that is not after it; starts[0] is before everything.
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= seconds { low = middle } else { high = middle }
        }
        return low
    }

    /// Where interval `index` ends, as seconds since 1970 UTC.
    func end(_ index: Int) -> Int64 { index + 1 < starts.count ? starts[index + 1] : .max }

    func offset(at seconds: Int64) -> Int32 { offsets[index(of: seconds - shift(of: seconds))] }

    /// The intervals that hold some part of a range, in real time: start, end and offset in seconds, ascending.
    ///
    /// The range spans at most some days, so it fits into the years written out after one shift.
    func intervals(from first: Int64, to last: Int64) -> [(start: Int64, end: Int64, offset: Int64)] {
        let shift = shift(of: last)
        var index = index(of: first - shift)
        var list: [(start: Int64, end: Int64, offset: Int64)] = []
        while index < starts.count && starts[index] <= last - shift {
            let end = end(index)
            list.append(
                (
                    start: starts[index] == .min ? .min : starts[index] + shift,
                    end: end > .max - shift ? .max : end + shift, offset: Int64(offsets[index])
                ))
            index += 1
        }
        return list
    }
}
