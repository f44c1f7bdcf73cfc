/// The k-th smallest of many values, without sorting them all.
enum OrderStatistics {
    /// The values of these ranks (0 is the smallest) in an array, which is reordered.
    ///
    /// - Precondition: ranks lie within the array and ascend; no value is NaN.
    /// - Complexity: about 2 × n comparisons a rank.
    static func values(at ranks: [Int], in values: inout [Double]) -> [Double] {
        place(ranks[...], &values, 0, values.count - 1)
        return ranks.map { values[$0] }
    }

    /// Brings the values of ranks to their places: the middle one first, which parts the others' values.
    private static func place(_ ranks: ArraySlice<Int>, _ values: inout [Double], _ low: Int, _ high: Int) {
        guard !ranks.isEmpty else { return }
        let middle = ranks.startIndex + ranks.count / 2
        let rank = ranks[middle]
        select(rank, &values, low, high)
        place(ranks[..<middle], &values, low, max(rank, low))
        place(ranks[(middle + 1)...], &values, min(rank, high), high)
    }

    /// The mean of the two middle values, or the middle one; nil where there is none. Reorders the array.
    static func median(_ values: inout [Double]) -> Double? {
        let count = values.count
        guard count > 0 else { return nil }
        select(count / 2, &values, 0, count - 1)
        let upper = values[count / 2]
        guard count % 2 == 0 else { return upper }
        var lower = values[0]
        for index in 0..<count / 2 { lower = max(lower, values[index]) }
        return mean(lower, upper)
    }

    /// The mean of two values, without passing the greatest number on the way.
    static func mean(_ a: Double, _ b: Double) -> Double {
        let sum = a + b
        return sum.isFinite ? sum / 2 : a / 2 + b / 2
    }

    /// Brings the value of a rank to its place, smaller ones in front of it and greater ones behind: Hoare's quickselect,
    /// with the median of nine as the pivot where there are many. Only values from `start` to `end` are looked at.
    private static func select(_ rank: Int, _ values: inout [Double], _ start: Int, _ end: Int) {
        var (low, high) = (start, end)
        while high > low {
            let pivot = pivot(values, low, high)
            var (left, right) = (low, high)
            while left <= right {
                while values[left] < pivot { left += 1 }
                while values[right] > pivot { right -= 1 }
                if left <= right {
                    values.swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if rank <= right {
                high = right
            } else if rank >= left {
                low = left
            } else {
                return
            }
        }
    }

    private static func pivot(_ values: [Double], _ low: Int, _ high: Int) -> Double {
        func middle(_ a: Double, _ b: Double, _ c: Double) -> Double { max(min(a, b), min(max(a, b), c)) }
        let length = high - low
        guard length > 40 else { return middle(values[low], values[low + length / 2], values[high]) }
        let step = length / 8
        func at(_ index: Int) -> Double { values[low + index * step] }
        return middle(middle(at(0), at(1), at(2)), middle(at(3), at(4), at(5)), middle(at(6), at(7), at(8)))
    }
}
