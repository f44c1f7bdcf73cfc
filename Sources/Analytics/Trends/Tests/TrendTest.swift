internal import Glibc

/// What a trend test found, rule T4.
package struct TrendTest: Sendable, Hashable {
    /// How the variance of S is found.
    package enum Method: Sendable, Hashable {
        /// Mann (1945) and Kendall (1975), for values that do not depend on each other.
        case original
        /// Hamed and Rao (1998): for values that depend on those before them; `lag` bounds how far back, all where nil.
        case hamedRao(lag: Int?)
        /// Hirsch, Slack and Smith (1982): each season with itself, of this many values.
        case seasonal(period: Int)

        /// The name in SQL.
        package var name: String {
            switch self {
            case .original: "original"
            case .hamedRao: "hamed_rao"
            case .seasonal: "seasonal"
            }
        }
    }

    /// Which way the values go.
    package enum Trend: String, Sendable, Hashable {
        case increasing, decreasing, none
    }

    /// The number of values that are there and finite.
    package var count = 0
    /// S: pairs that rise less pairs that fall.
    package var score: Int64 = 0
    /// The variance of S, corrected for ties (and by the method).
    package var variance = 0.0
    /// S over its deviation, moved by 1 towards 0.
    package var z = 0.0
    /// How likely such a score is without a trend, two-sided.
    package var probability = 1.0
    /// S over the number of pairs, Kendall's tau-a; nil where there is no pair.
    package var tau: Double?
    package var trend = Trend.none
    /// Theil and Sen's slope: the median over pairs, in values a bucket (seasonal: a period).
    package var slope = 0.0
    /// The median of values less slope times the median of positions; nil where there is no value.
    package var intercept: Double?
    /// The slope's interval; nil where the test does not give one (seasonal, fewer than 3 values, all equal).
    package var slopeLow: Double?
    package var slopeHigh: Double?
}

/// Mann and Kendall's test for a trend that goes one way, and Theil and Sen's slope.
package enum MannKendall {
    /// The greatest number of values of a series: the slopes of all pairs are counted through.
    package static let valueCountMax = 50_000

    /// Tests a series; values that are missing or not finite are passed over, and keep their positions.
    ///
    /// Fewer than 3 values, or equal ones: no trend, slope 0, p 1.
    ///
    /// - Parameters:
    ///   - values: one for each bucket, NaN where there is none.
    ///   - significance: the trend is called one where p is below it; the slope's interval covers 1 less it.
    /// - Throws: `OperatorError` where there are more than `valueCountMax` values or an argument is out of range.
    /// - Complexity: n² / 2 divisions.
    package static func test(
        _ values: Span<Double>, method: TrendTest.Method = .original, significance: Double = 0.05
    ) throws(OperatorError) -> TrendTest {
        guard significance > 0, significance < 1 else {
            throw OperatorError("the level of significance lies between 0 and 1")
        }
        var positions: [Double] = []
        var own: [Double] = []
        for row in values.indices where values[row].isFinite {
            positions.append(Double(row))
            own.append(values[row])
        }
        guard own.count <= valueCountMax else {
            throw OperatorError("a trend test takes at most \(valueCountMax) values of a series")
        }
        if case .seasonal(let period) = method {
            guard period >= 2 else { throw OperatorError("the period is a number of at least 2 values") }
            return seasonal(positions, own, period, significance)
        }
        return plain(positions, own, method, significance)
    }

    private static func plain(
        _ positions: [Double], _ values: [Double], _ method: TrendTest.Method, _ significance: Double
    ) -> TrendTest {
        var result = TrendTest(count: values.count)
        let ties = tieCounts(values)
        result.score = score(values)
        result.variance = variance(values.count, ties)
        let pairs = values.count * (values.count - 1) / 2
        if pairs > 0 { result.tau = Double(result.score) / Double(pairs) }
        let slopes = PairwiseSlopes(positions: positions, values: values)
        if values.count >= 3, result.variance > 0 {
            (result.slope, result.slopeLow, result.slopeHigh) = sen(slopes, result.variance, significance)
        }
        result.intercept = intercept(positions, values, result.slope)
        if values.count < 3 { return result }
        if case .hamedRao(let lag) = method, result.variance > 0 {
            result.variance *= correction(values, result.slope, lag: lag, significance)
        }
        judge(&result, significance)
        return result
    }

    private static func seasonal(
        _ positions: [Double], _ values: [Double], _ period: Int, _ significance: Double
    ) -> TrendTest {
        var result = TrendTest(count: values.count)
        var slopes: [Double] = []
        var pairs = 0
        for season in 0..<min(period, values.isEmpty ? 0 : Int(positions[positions.count - 1]) + 1) {
            let own = positions.indices.filter { Int(positions[$0]) % period == season }
            let part = own.map { values[$0] }
            result.score += score(part)
            result.variance += variance(part.count, tieCounts(part))
            pairs += part.count * (part.count - 1) / 2
            for (index, first) in own.enumerated() {
                for second in own[(index + 1)...] {
                    let years = (positions[second] - positions[first]) / Double(period)
                    slopes.append((values[second] - values[first]) / years)
                }
            }
        }
        if pairs > 0 { result.tau = Double(result.score) / Double(pairs) }
        if values.count >= 3, result.variance > 0 { result.slope = OrderStatistics.median(slopes) ?? 0 }
        result.intercept = intercept(positions.map { $0 / Double(period) }, values, result.slope)
        if values.count >= 3 { judge(&result, significance) }
        return result
    }

    /// Z, p and the name of the trend. A variance that is not above 0 (equal values; a correction gone below 0) proves
    /// nothing.
    private static func judge(_ result: inout TrendTest, _ significance: Double) {
        guard result.variance > 0 else { return }
        let score = Double(result.score)
        result.z = (score - (score > 0 ? 1 : score < 0 ? -1 : 0)) / result.variance.squareRoot()
        result.probability = NormalDistribution.twoSided(result.z)
        guard result.probability < significance else { return }
        result.trend = result.z > 0 ? .increasing : .decreasing
    }

    /// S = Σ sgn(x_j - x_i): counted by merging sorted halves, as inversions are.
    static func score(_ values: [Double]) -> Int64 {
        var sorted = values
        var spare = values
        return merged(&sorted, &spare, 0..<values.count)
    }

    /// Sorts a range, and gives the pairs that rise less those that fall.
    private static func merged(_ values: inout [Double], _ spare: inout [Double], _ range: Range<Int>) -> Int64 {
        guard range.count > 1 else { return 0 }
        let middle = range.lowerBound + range.count / 2
        var score =
            merged(&values, &spare, range.lowerBound..<middle) + merged(&values, &spare, middle..<range.upperBound)
        // For each value on the right: how many on the left are below it, how many above.
        var (below, notAbove) = (range.lowerBound, range.lowerBound)
        for right in middle..<range.upperBound {
            while below < middle, values[below] < values[right] { below += 1 }
            while notAbove < middle, values[notAbove] <= values[right] { notAbove += 1 }
            score += Int64((below - range.lowerBound) - (middle - notAbove))
        }
        var (left, right) = (range.lowerBound, middle)
        for place in range {
            if right == range.upperBound || (left < middle && values[left] <= values[right]) {
                spare[place] = values[left]
                left += 1
            } else {
                spare[place] = values[right]
                right += 1
            }
        }
        for place in range { values[place] = spare[place] }
        return score
    }

    /// How often values come that come more than once.
    private static func tieCounts(_ values: [Double]) -> [Int] {
        var counts: [Int] = []
        let sorted = values.sorted()
        var start = 0
        for index in sorted.indices where index + 1 == sorted.count || sorted[index + 1] != sorted[index] {
            if index > start { counts.append(index - start + 1) }
            start = index + 1
        }
        return counts
    }

    /// [n(n-1)(2n+5) - Σ t(t-1)(2t+5)] / 18, in whole numbers up to the division.
    private static func variance(_ count: Int, _ ties: [Int]) -> Double {
        func term(_ n: Int) -> Int { n * (n - 1) * (2 * n + 5) }
        return Double(term(count) - ties.reduce(0) { $0 + term($1) }) / 18
    }

    /// The median slope, and Sen's interval: the slopes of the ranks around the middle that the deviation of S spans.
    private static func sen(
        _ slopes: PairwiseSlopes, _ variance: Double, _ significance: Double
    ) -> (Double, Double, Double) {
        let count = slopes.count
        let spread = NormalDistribution.quantile(1 - significance / 2) * variance.squareRoot()
        func rank(_ value: Double) -> Int { Int(max(0, min(value.rounded(.toNearestOrEven), Double(count - 1)))) }
        let low = rank(((Double(count) - spread) / 2).rounded(.toNearestOrEven) - 1)
        let high = rank((Double(count) + spread) / 2)
        let (lower, upper) = ((count - 1) / 2, count / 2)
        let ranks = [low, lower, upper, high].sorted()
        let found = slopes.values(at: ranks)
        func at(_ rank: Int) -> Double { found[ranks.firstIndex(of: rank) ?? 0] }
        let median = lower == upper ? at(lower) : OrderStatistics.mean(at(lower), at(upper))
        return (median, at(low), at(high))
    }

    private static func intercept(_ positions: [Double], _ values: [Double], _ slope: Double) -> Double? {
        guard let place = OrderStatistics.median(positions), let value = OrderStatistics.median(values) else {
            return nil
        }
        return value - slope * place
    }

    /// Hamed and Rao's factor of the variance: 1 + 2 / (n(n-1)(n-2)) × Σ (n-i)(n-i-1)(n-i-2) r_i over the lags i at which
    /// the ranks of the values less their trend depend on those before them significantly.
    private static func correction(_ values: [Double], _ slope: Double, lag: Int?, _ significance: Double) -> Double {
        let count = values.count
        let ranks = ranks(values.enumerated().map { $0.element - Double($0.offset + 1) * slope })
        let mean = ranks.reduce(0, +) / Double(count)
        let centred = ranks.map { $0 - mean }
        let total = centred.reduce(0) { $0 + $1 * $1 }
        guard total > 0 else { return 1 }
        let bound = NormalDistribution.quantile(1 - significance / 2) / Double(count).squareRoot()
        var sum = 0.0
        let n = Double(count)
        for distance in 1..<max(1, min(count, lag.map { $0 + 1 } ?? count)) {
            var product = 0.0
            for index in 0..<count - distance { product += centred[index] * centred[index + distance] }
            let dependence = product / total
            if abs(dependence) <= bound { continue }
            let i = Double(distance)
            sum += (n - i) * (n - i - 1) * (n - i - 2) * dependence
        }
        return 1 + 2 / (n * (n - 1) * (n - 2)) * sum
    }

    /// The ranks of values from 1 on; equal values share the mean of theirs.
    private static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        for index in order.indices where index + 1 == order.count || values[order[index + 1]] != values[order[index]] {
            for place in start...index { ranks[order[place]] = Double(start + index) / 2 + 1 }
            start = index + 1
        }
        return ranks
    }
}
