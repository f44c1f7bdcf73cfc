internal import Kernels

/// The k-th smallest of many values, without sorting them all.
enum OrderStatistics {
    /// The values of these ranks (0 is the smallest).
    ///
    /// - Precondition: ranks lie within the array and ascend; no value is NaN.
    static func values(at ranks: [Int], in values: [Double]) -> [Double] {
        var selection = RankSelection(values.map(orderedBits))
        var start = 0
        return ranks.map { rank in
            // What a smaller rank has left in front of it is smaller.
            selection.select(rank, in: start..<values.count)
            start = rank
            return double(ofOrderedBits: selection[rank])
        }
    }

    /// The mean of the two middle values, or the middle one; nil where there is none.
    static func median(_ values: [Double]) -> Double? {
        let count = values.count
        guard count > 0 else { return nil }
        var selection = RankSelection(values.map(orderedBits))
        let middle = (count - 1) / 2
        selection.select(middle, in: 0..<count)
        let lower = double(ofOrderedBits: selection[middle])
        guard count % 2 == 0 else { return lower }
        return mean(lower, double(ofOrderedBits: selection.least(of: middle + 1..<count)))
    }

    /// The mean of two values, without passing the greatest number on the way.
    static func mean(_ a: Double, _ b: Double) -> Double {
        let sum = a + b
        return sum.isFinite ? sum / 2 : a / 2 + b / 2
    }
}
