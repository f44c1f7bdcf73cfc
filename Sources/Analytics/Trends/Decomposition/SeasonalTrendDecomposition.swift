/// A series taken apart: value = trend + seasonal + residual.
package struct SeasonalTrendComponents: Sendable {
    /// What recurs in every period.
    package var seasonal: [Double]
    /// What is left when the season is taken away, smoothed.
    package var trend: [Double]
    /// How reliable each value was found to be, 0 to 1; all 1 where the fit was not robust.
    package var weights: [Double]
}

/// Seasonal-trend decomposition by loess (STL), rule T3: Cleveland, Cleveland, McRae and Terpenning, "STL: A
/// Seasonal-Trend Decomposition Procedure Based on Loess", Journal of Official Statistics 6 (1990).
///
/// An inner pass takes the trend away, smooths each of the period's subseries (all Mondays, all Tuesdays), takes from them
/// what is low in frequency, and smooths what is left of the values as the trend. An outer pass weighs values by how far
/// they lie from both (bisquare of the residual over six times their median), so that outliers do not bend the curves.
///
/// A decomposition is made for series of one length; the weights of its smoothers are computed once for all of them.
package struct SeasonalTrendDecomposition: Sendable {
    /// The length of the series.
    package let count: Int
    private let parameters: SeasonalTrendParameters
    /// For the subseries that have one value more than others, and for the others.
    private let longSeasonal: LoessSmoother
    private let shortSeasonal: LoessSmoother
    private let lowPass: LoessSmoother
    private let trend: LoessSmoother

    /// - Returns: nil where there are fewer values than two periods: they say nothing on a season.
    package init?(count: Int, _ parameters: SeasonalTrendParameters) {
        guard count / 2 >= parameters.period else { return nil }
        self.count = count
        self.parameters = parameters
        let period = parameters.period
        func seasonal(_ count: Int) -> LoessSmoother {
            LoessSmoother(
                count: count, length: parameters.seasonal, degree: parameters.seasonalDegree,
                jump: parameters.seasonalJump, isExtended: true)
        }
        longSeasonal = seasonal((count + period - 1) / period)
        shortSeasonal = seasonal(count / period)
        lowPass = LoessSmoother(
            count: count, length: parameters.lowPass, degree: parameters.lowPassDegree, jump: parameters.lowPassJump)
        trend = LoessSmoother(
            count: count, length: parameters.trend, degree: parameters.trendDegree, jump: parameters.trendJump)
    }

    /// Takes a series apart.
    ///
    /// Every value should be finite: one that is not makes the components NaN.
    ///
    /// - Precondition: there are `count` values.
    /// - Complexity: for each inner pass about `seasonal + lowPass + trend` multiplications a value.
    package func components(of values: Span<Double>) -> SeasonalTrendComponents {
        precondition(values.count == count)
        var parts = SeasonalTrendComponents(
            seasonal: Array(repeating: 0, count: count), trend: Array(repeating: 0, count: count),
            weights: Array(repeating: 1, count: count))
        var scratch = Scratch(count: count, period: parameters.period)
        for pass in 0...parameters.outerPasses {
            if pass > 0 { weigh(values, &parts) }
            let before = parameters.stopsWhenSteady && pass > 0 ? parts : nil
            for _ in 0..<parameters.innerPasses { refine(values, isWeighted: pass > 0, &parts, &scratch) }
            if let before, Self.isSteady(before.seasonal, parts.seasonal), Self.isSteady(before.trend, parts.trend) {
                break
            }
        }
        return parts
    }

    /// Whether no value moved by more than a hundredth of the range.
    private static func isSteady(_ old: [Double], _ new: [Double]) -> Bool {
        guard let least = old.min(), let greatest = old.max() else { return true }
        let moved = zip(old, new).reduce(0) { max($0, abs($1.0 - $1.1)) }
        return moved / (greatest - least) < 0.01
    }

    private struct Scratch {
        var detrended: [Double]
        /// Smoothed subseries, put together again: a period in front and a period behind.
        var cycles: [Double]
        var averages: [Double]
        var more: [Double]
        var subseries: [Double]
        var reliability: [Double]
        var smoothed: [Double]

        init(count: Int, period: Int) {
            let long = (count + period - 1) / period
            detrended = Array(repeating: 0, count: count)
            cycles = Array(repeating: 0, count: count + 2 * period)
            averages = cycles
            more = cycles
            subseries = Array(repeating: 0, count: long)
            reliability = subseries
            smoothed = Array(repeating: 0, count: long + 2)
        }
    }

    /// An inner pass.
    private func refine(
        _ values: Span<Double>, isWeighted: Bool, _ parts: inout SeasonalTrendComponents, _ scratch: inout Scratch
    ) {
        for row in 0..<count { scratch.detrended[row] = values[row] - parts.trend[row] }
        smoothCycles(isWeighted, parts.weights, &scratch)
        filterCycles(&scratch)
        lowPass.smooth(scratch.more, into: &scratch.detrended)
        let period = parameters.period
        for row in 0..<count { parts.seasonal[row] = scratch.cycles[period + row] - scratch.detrended[row] }
        for row in 0..<count { scratch.detrended[row] = values[row] - parts.seasonal[row] }
        if isWeighted {
            trend.smooth(scratch.detrended, reliability: parts.weights, into: &parts.trend)
        } else {
            trend.smooth(scratch.detrended, into: &parts.trend)
        }
    }

    /// Smooths every subseries, with a value more at both ends.
    private func smoothCycles(_ isWeighted: Bool, _ weights: [Double], _ scratch: inout Scratch) {
        let period = parameters.period
        for phase in 0..<period {
            let length = (count - phase + period - 1) / period
            let smoother = length == longSeasonal.count ? longSeasonal : shortSeasonal
            for index in 0..<length { scratch.subseries[index] = scratch.detrended[phase + index * period] }
            if isWeighted {
                for index in 0..<length { scratch.reliability[index] = weights[phase + index * period] }
                smoother.smooth(scratch.subseries, reliability: scratch.reliability, into: &scratch.smoothed)
            } else {
                smoother.smooth(scratch.subseries, into: &scratch.smoothed)
            }
            for index in 0..<length + 2 { scratch.cycles[phase + index * period] = scratch.smoothed[index] }
        }
    }

    /// Moving averages over a period, a period and three values: what is low in frequency comes to lie in `more`.
    private func filterCycles(_ scratch: inout Scratch) {
        let period = parameters.period
        let length = count + 2 * period
        Self.average(scratch.cycles, count: length, over: period, into: &scratch.averages)
        Self.average(scratch.averages, count: length - period + 1, over: period, into: &scratch.more)
        Self.average(scratch.more, count: length - 2 * period + 2, over: 3, into: &scratch.averages)
        swap(&scratch.averages, &scratch.more)
    }

    private static func average(_ values: [Double], count: Int, over width: Int, into averages: inout [Double]) {
        var sum = 0.0
        for index in 0..<width { sum += values[index] }
        let divisor = Double(width)
        averages[0] = sum / divisor
        for index in width..<max(count, width) {
            sum = sum - values[index - width] + values[index]
            averages[index - width + 1] = sum / divisor
        }
    }

    /// An outer pass: the reliability of each value by its residual.
    private func weigh(_ values: Span<Double>, _ parts: inout SeasonalTrendComponents) {
        var residuals = (0..<count).map { abs(values[$0] - (parts.trend[$0] + parts.seasonal[$0])) }
        let own = residuals
        residuals.sort()
        let scale = 3 * (residuals[count / 2] + residuals[count - count / 2 - 1])
        let (far, near) = (0.999 * scale, 0.001 * scale)
        // Where most values lie on the curves to the last digits, what is left of them is rounding: it says nothing on
        // which of them are reliable.
        let rounding = 1e-11 * (0..<count).reduce(0) { max($0, abs(values[$1])) }
        for row in 0..<count {
            if own[row] <= near || own[row] <= rounding {
                parts.weights[row] = 1
            } else if own[row] <= far {
                let ratio = own[row] / scale
                let rest = 1 - ratio * ratio
                parts.weights[row] = rest * rest
            } else {
                parts.weights[row] = 0
            }
        }
    }
}
