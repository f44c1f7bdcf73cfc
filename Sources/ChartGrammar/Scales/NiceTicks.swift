package import Formatting

/// Round values along an axis: multiples of 1, 2, 2.5 or 5 times a power of ten, or of natural steps for durations.
package struct NiceTicks: Equatable, Sendable {
    /// Ascending; the first and the last enclose the data.
    package let values: [Double]

    package var lower: Double { values.first ?? 0 }
    package var upper: Double { values.last ?? 1 }

    /// Ticks that enclose `lower ... upper` in 4 intervals, or in 5 where these hug the data better.
    ///
    ///     NiceTicks(enclosing: 0, 7.3, unit: .count)  // 0 2 4 6 8
    ///     NiceTicks(enclosing: 0, 0, unit: .count)    // 0 1
    package init(enclosing lower: Double, _ upper: Double, unit: Unit) {
        guard upper > lower else {
            values = lower == 0 || !lower.isFinite ? [0, 1] : lower > 0 ? [0, lower] : [lower, 0]
            return
        }
        // Beyond these, powers of ten overflow or lose their digits; nobody reads such an axis.
        guard (1e-200...1e200).contains(upper - lower), max(upper.magnitude, lower.magnitude) <= 1e200 else {
            values = lower < 0 && upper > 0 ? [lower, 0, upper] : [lower, upper]
            return
        }
        let four = Self.ticks(lower, upper, intervals: 4, unit)
        let five = Self.ticks(lower, upper, intervals: 5, unit)
        let span = { (ticks: [Double]) in (ticks.last ?? 0) - (ticks.first ?? 0) }
        values = span(five) < span(four) * 0.9 ? five : four
    }

    private static func ticks(_ lower: Double, _ upper: Double, intervals: Int, _ unit: Unit) -> [Double] {
        for step in steps(from: (upper - lower) / Double(intervals), unit) {
            // A hair's breadth above a tick is on it: 0.1 + 0.2 must not open another interval.
            let first = (lower / step + 1e-9).rounded(.down)
            let last = (upper / step - 1e-9).rounded(.up)
            guard last - first <= Double(intervals) else { continue }
            return (0...Int(last - first)).map { (first + Double($0)) * step }
        }
        return [lower, upper]
    }

    /// Steps worth trying, ascending, from the first that is at least `least`.
    private static func steps(from least: Double, _ unit: Unit) -> [Double] {
        if unit == .milliseconds, least <= durations[durations.count - 1] {
            return durations.filter { $0 >= least }
        }
        var power = 1.0
        while power > least { power /= 10 }
        while power * 10 <= least { power *= 10 }
        var steps: [Double] = []
        for scale in [power, power * 10, power * 100] {
            steps += [1, 2, 2.5, 5].map { $0 * scale }
        }
        let isWhole = if case .count = unit { true } else { false }
        return steps.filter { $0 >= least * (1 - 1e-9) && (!isWhole || $0 == $0.rounded()) }
    }

    /// Natural steps of durations in milliseconds, up to 100 weeks.
    private static let durations: [Double] = {
        let (second, minute, hour, day) = (1e3, 60e3, 3600e3, 86400e3)
        return [1, 2, 5, 10, 20, 50, 100, 200, 500]
            + [1, 2, 5, 10, 15, 30].map { $0 * second } + [1, 2, 5, 10, 15, 30].map { $0 * minute }
            + [1, 2, 3, 6, 12].map { $0 * hour } + [1, 2, 7, 14, 28, 70, 140, 350, 700].map { $0 * day }
    }()
}
