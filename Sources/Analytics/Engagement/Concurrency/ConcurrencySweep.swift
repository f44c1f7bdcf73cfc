/// How many stays overlap: a sweep over their beginnings and ends (analytics rule E12).
///
/// A stay is `[join, leave)`: at one instant those who leave go before those who join come, so that a room of one seat
/// never holds two.
package struct ConcurrencySweep: Sendable {
    private var joins: [Int64] = []
    private var leaves: [Int64] = []
    /// Stays whose end lies before their beginning, or that are missing a beginning.
    package private(set) var rejectedCount: Int64 = 0

    /// What the sweep finds.
    package struct Result: Sendable, Equatable {
        /// The most stays at one instant, and the first instant at which there were so many.
        package var most: Int64 = 0
        package var mostAt: Int64?
        /// The mean number of stays over the time looked at; nil where that is none.
        package var mean: Double?
        /// How long was looked at, in microseconds.
        package var observed: Int64 = 0
        /// Stays that were counted.
        package var stays: Int64 = 0
    }

    package init() {}

    /// Adds a stay; without a beginning it is rejected.
    package mutating func add(join: Int64?, leave: Int64) {
        guard let join, leave >= join else {
            rejectedCount += 1
            return
        }
        joins.append(join)
        leaves.append(leave)
    }

    /// Sweeps.
    /// - Parameters:
    ///   - from: where to begin to look; nil for the first beginning.
    ///   - to: where to stop; nil for the last end.
    package func result(from: Int64? = nil, to: Int64? = nil) -> Result {
        var result = Result()
        guard let first = from ?? joins.min(), let last = to ?? leaves.max(), first <= last else { return result }
        var (begins, ends): ([Int64], [Int64]) = ([], [])
        for index in joins.indices {
            let (begin, end) = (max(joins[index], first), min(leaves[index], last))
            // A stay of no length is one that was there for an instant of nobody's time.
            guard joins[index] < last || joins[index] == first, leaves[index] >= first, begin <= end else { continue }
            result.stays += 1
            if begin == end { continue }
            begins.append(begin)
            ends.append(end)
        }
        begins.sort()
        ends.sort()
        var (open, next): (Int64, Int) = (0, 0)
        var area: Int128 = 0
        for begin in begins {
            while ends[next] <= begin {
                open -= 1
                next += 1
            }
            open += 1
            if open > result.most {
                result.most = open
                result.mostAt = begin
            }
        }
        for index in begins.indices { area += Int128(ends[index]) - Int128(begins[index]) }
        let observed = Int128(last) - Int128(first)
        result.observed = Int64(clamping: observed)
        result.mean = observed == 0 ? nil : Double(area) / Double(observed)
        return result
    }
}
