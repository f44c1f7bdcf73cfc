/// Brings values to the places that they would have if all were sorted, rank by rank.
///
/// Values are bits that order as the values do (`orderedBits`). Each round samples the range, cuts it by two sampled
/// values that enclose the rank (Floyd and Rivest, "Expected Time Bounds for Selection", 1975) and goes on between them;
/// the cuts have no branch on values, which no processor could foresee.
package struct RankSelection: Sendable {
    /// Below so many values a range is sorted.
    private static let sortedCount = 48
    /// Rounds before a range that samples badly is sorted.
    private static let roundsMax = 48

    private var bits: [UInt64]

    package init(_ bits: [UInt64]) { self.bits = bits }

    /// The value at a place.
    package subscript(index: Int) -> UInt64 { bits[index] }

    /// The least value of a range that is not empty.
    package func least(of range: Range<Int>) -> UInt64 {
        let span = bits.span
        var least = UInt64.max
        for index in range { least = min(least, span[index]) }
        return least
    }

    /// Brings the value of a rank to its place within `range`: none before it is greater, none behind it less.
    package mutating func select(_ rank: Int, in range: Range<Int>) {
        var (low, high) = (range.lowerBound, range.upperBound)
        for _ in 0..<Self.roundsMax where high - low > Self.sortedCount {
            let (least, most) = pivots(rank, low, high)
            let inner = cut(low, high) { $0 < least }
            if rank < inner {
                high = inner
                continue
            }
            let outer = cut(inner, high) { $0 <= most }
            if rank >= outer {
                low = outer
                continue
            }
            if least == most { return }
            (low, high) = (inner, outer)
        }
        if high - low > Self.sortedCount { bits[low..<high].sort() } else { sortFew(low, high) }
    }

    /// Two sampled values between which the rank probably lies.
    private func pivots(_ rank: Int, _ low: Int, _ high: Int) -> (least: UInt64, most: UInt64) {
        let count = min(256, (high - low) / 8)
        let step = (high - low) / count
        var sample: [UInt64] = []
        sample.reserveCapacity(count)
        for index in 0..<count { sample.append(bits[low + index * step]) }
        sample.sort()
        let middle = (rank - low) * count / (high - low)
        let margin = 1 + count / 16
        return (sample[max(0, middle - margin)], sample[min(count - 1, middle + margin)])
    }

    /// Brings the values for which `isFirst` holds before the others, and says where these begin (Lomuto's partition).
    @inline(__always)
    private mutating func cut(_ low: Int, _ high: Int, _ isFirst: (UInt64) -> Bool) -> Int {
        var border = low
        var span = bits.mutableSpan
        for index in low..<high {
            let value = span[index]
            span[index] = span[border]
            span[border] = value
            border &+= isFirst(value) ? 1 : 0
        }
        return border
    }

    private mutating func sortFew(_ low: Int, _ high: Int) {
        var span = bits.mutableSpan
        for end in low..<high {
            let value = span[end]
            var index = end
            while index > low, span[index &- 1] > value {
                span[index] = span[index &- 1]
                index &-= 1
            }
            span[index] = value
        }
    }
}
