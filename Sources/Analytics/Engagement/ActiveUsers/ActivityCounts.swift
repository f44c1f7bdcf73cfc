/// Counts of active actors day by day (analytics rules E3 and E5), of distinct days that come actor by actor.
///
/// An actor counts in a trailing window from an active day on until the window or the time to the next active day ends,
/// whichever is first: two changes of a running sum for each active day, whatever the windows' lengths.
struct ActivityCounts {
    /// What is counted of a bucket.
    struct Row {
        var active: Int64 = 0
        /// Changes of the running sums of actors in the trailing 7 and 30 days.
        var week: Int64 = 0
        var month: Int64 = 0
        var new: Int64 = 0
        var retained: Int64 = 0
        var resurrected: Int64 = 0
        var churned: Int64 = 0
        var anonymous: Int64 = 0
    }

    /// Buckets that an answer may have: 10,000 years of days.
    static let bucketCountMax: Int64 = 3_660_000

    /// The first bucket of `rows`.
    private(set) var first: Int32 = 0
    private(set) var rows: [Row] = []

    /// Makes room for buckets.
    /// - Returns: false where they lie too far apart.
    mutating func cover(_ from: Int32, _ to: Int32) -> Bool {
        guard !rows.isEmpty else {
            first = from
            guard Int64(to) - Int64(from) < Self.bucketCountMax else { return false }
            rows = Array(repeating: Row(), count: Int(to - from) + 1)
            return true
        }
        let low = min(Int64(first), Int64(from))
        let high = max(Int64(first) + Int64(rows.count) - 1, Int64(to))
        guard high - low < Self.bucketCountMax else { return false }
        rows.insert(contentsOf: repeatElement(Row(), count: Int(Int64(first) - low)), at: 0)
        first = Int32(low)
        rows.append(contentsOf: repeatElement(Row(), count: Int(high - low) + 1 - rows.count))
        return true
    }

    /// Adds an active bucket of an actor; those of one actor come ascending, each once.
    /// - Parameters:
    ///   - before: the actor's active bucket before; nil where this is its first ever.
    ///   - next: the actor's active bucket after; nil where this is its last.
    @inline(__always)
    mutating func add(_ bucket: Int32, before: Int32?, next: Int32?) {
        let place = Int(bucket &- first)
        rows[place].active &+= 1
        rows[place].week &+= 1
        rows[place].month &+= 1
        let gap = next.map { Int($0) &- Int(bucket) } ?? .max
        if place &+ min(7, gap) < rows.count { rows[place &+ min(7, gap)].week &-= 1 }
        if place &+ min(30, gap) < rows.count { rows[place &+ min(30, gap)].month &-= 1 }
        if let before {
            if bucket &- before == 1 { rows[place].retained &+= 1 } else { rows[place].resurrected &+= 1 }
        } else {
            rows[place].new &+= 1
        }
        if gap > 1, place &+ 1 < rows.count { rows[place &+ 1].churned &+= 1 }
    }

    /// Adds an event that nobody is known for.
    mutating func addAnonymous(_ bucket: Int32) { rows[Int(bucket - first)].anonymous += 1 }

    /// Adds what was counted elsewhere of a bucket that is covered.
    mutating func add(_ row: Row, at bucket: Int32) {
        let place = Int(bucket - first)
        rows[place].active += row.active
        rows[place].week += row.week
        rows[place].month += row.month
        rows[place].new += row.new
        rows[place].retained += row.retained
        rows[place].resurrected += row.resurrected
        rows[place].churned += row.churned
        rows[place].anonymous += row.anonymous
    }
}
