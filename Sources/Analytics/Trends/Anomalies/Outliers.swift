internal import Glibc

/// Values that do not belong to the others (rule T5). A missing value is NaN, and never flagged.
package enum Outliers {
    /// Fewer values than this say nothing on what is usual.
    package static let leastCount = 7

    /// Iglewicz and Hoaglin's modified z: 0.67449 × (x - median) / MAD. Where more than half of the values are equal, the
    /// mean absolute deviation × 1.253314 takes the place of the MAD; where all are, every z is 0.
    ///
    /// - Returns: a z for each value; NaN for missing ones, and for all where fewer than `leastCount` are there.
    package static func modifiedZ(_ values: [Double], leastCount: Int = leastCount) -> [Double] {
        guard let (median, scale) = scale(values, leastCount: leastCount) else { return values.map { _ in .nan } }
        return values.map { value in
            guard value.isFinite else { return .nan }
            return scale == 0 ? 0 : (value - median) / scale
        }
    }

    /// The median, and what a deviation of 1 z is.
    static func scale(
        _ values: [Double], leastCount: Int = leastCount
    ) -> (median: Double, scale: Double)? {
        let own = values.filter(\.isFinite)
        guard own.count >= leastCount, let median = OrderStatistics.median(own) else { return nil }
        let deviations = own.map { abs($0 - median) }
        let middle = OrderStatistics.median(deviations) ?? 0
        if middle > 0 { return (median, middle / NormalDistribution.quantile(0.75)) }
        return (median, 1.253314 * deviations.reduce(0, +) / Double(deviations.count))
    }

    /// Tukey's fences: the quartiles (type 7) less and plus 1.5 times their distance; nil where fewer than 7 values are
    /// there.
    package static func fences(_ values: [Double], width: Double = 1.5) -> (low: Double, high: Double)? {
        let sorted = values.filter(\.isFinite).sorted()
        guard sorted.count >= leastCount else { return nil }
        let (first, third) = (Quantiles.type7(sorted, 0.25), Quantiles.type7(sorted, 0.75))
        return (first - width * (third - first), third + width * (third - first))
    }

    /// A step of Rosner's test.
    package struct Step: Sendable {
        /// The position of the value farthest from the mean of those left.
        package let position: Int
        /// Its distance in deviations.
        package let statistic: Double
        /// What that would have to pass.
        package let bound: Double
    }

    /// Rosner's generalised ESD test (Technometrics 25, 1983): takes away the value farthest from the mean, up to `most`
    /// times; outliers are all up to the last that passed its bound.
    ///
    /// - Returns: the steps, and how many of them found outliers.
    /// - Complexity: `most` passes.
    package static func extremeDeviates(
        _ values: [Double], most: Int, significance: Double = 0.05
    ) -> (steps: [Step], outliers: Int) {
        var rest = values.indices.filter { values[$0].isFinite }
        let count = rest.count
        var steps: [Step] = []
        var outliers = 0
        guard count >= leastCount else { return ([], 0) }
        for index in 1...max(1, min(most, count - 3)) {
            let mean = rest.reduce(0) { $0 + values[$1] } / Double(rest.count)
            let squares = rest.reduce(0) { $0 + (values[$1] - mean) * (values[$1] - mean) }
            let deviation = (squares / Double(rest.count - 1)).squareRoot()
            guard deviation > 0, deviation.isFinite else { break }
            var farthest = 0
            for place in rest.indices where abs(values[rest[place]] - mean) > abs(values[rest[farthest]] - mean) {
                farthest = place
            }
            let statistic = abs(values[rest[farthest]] - mean) / deviation
            let n = Double(count - index + 1)
            let t = StudentDistribution(degrees: n - 2).upperQuantile(significance / (2 * n))
            let bound = (n - 1) * t / ((n - 2 + t * t) * n).squareRoot()
            steps.append(Step(position: rest[farthest], statistic: statistic, bound: bound))
            if statistic > bound { outliers = index }
            rest.remove(at: farthest)
        }
        return (steps, outliers)
    }

    /// Anscombe's z of a count against what was expected: 2 (√(x + 3/8) - √(e + 3/8)), for counts below 10, whose
    /// deviation a normal distribution does not describe.
    package static func countZ(_ count: Double, expected: Double) -> Double {
        2 * ((max(count, 0) + 0.375).squareRoot() - (max(expected, 0) + 0.375).squareRoot())
    }
}

/// Quantiles of sorted values.
enum Quantiles {
    /// Type 7, between the neighbours of rank q × (n - 1): what PostgreSQL and numpy give.
    ///
    /// - Precondition: there is a value; `share` lies within 0 and 1.
    static func type7(_ sorted: [Double], _ share: Double) -> Double {
        let place = share * Double(sorted.count - 1)
        let low = Int(place.rounded(.down))
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
    }
}
