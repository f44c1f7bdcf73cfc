internal import Foundation

/// The product-limit estimate of a survival curve (Kaplan and Meier 1958; analytics rule E9).
///
/// S(t) is the product of 1 - d/n over the times up to t, d the events at a time and n those at risk just before it: who
/// is censored at a time is still at risk then. The interval is that of log(-log S) with Greenwood's variance.
package struct KaplanMeier: Sendable {
    /// The curve at one time.
    package struct Point: Sendable, Equatable {
        /// The time, in the unit of the durations.
        package var time: Double
        /// Who had neither event nor censoring before it.
        package var atRisk: Int64
        package var events: Int64
        /// The share that has no event up to it.
        package var survival: Double
        /// The interval; nil where the last event leaves nobody.
        package var low: Double?
        package var high: Double?
    }

    /// The curve, beginning at time 0.
    package private(set) var points: [Point] = []
    /// The first time at which no more than half survive; nil where it never comes.
    package private(set) var median: Double?

    /// - Parameters:
    ///   - durations: finite and at least 0; whether each ended in an event or was censored.
    ///   - quantile: of the normal distribution for the interval: 1.96 for 95 %.
    package init(_ durations: [(time: Double, isEvent: Bool)], quantile: Double) {
        if durations.isEmpty { return }
        let sorted = durations.sorted { $0.time < $1.time }
        var atRisk = Int64(sorted.count)
        var survival = 1.0
        var variance = 0.0
        var index = 0
        if sorted[0].time > 0 {
            points.append(Point(time: 0, atRisk: atRisk, events: 0, survival: 1, low: 1, high: 1))
        }
        while index < sorted.count {
            let time = sorted[index].time
            var (leaving, events): (Int64, Int64) = (0, 0)
            while index < sorted.count && sorted[index].time == time {
                leaving += 1
                events += sorted[index].isEvent ? 1 : 0
                index += 1
            }
            survival *= 1 - Double(events) / Double(atRisk)
            variance += Double(events) / (Double(atRisk) * Double(atRisk - events))
            let (low, high) = Self.interval(survival, variance, quantile)
            points.append(
                Point(time: time, atRisk: atRisk, events: events, survival: survival, low: low, high: high))
            // Half of an even number is a sum of roundings away from 0.5.
            if median == nil && survival <= 0.5 + 1e-12 { median = time }
            atRisk -= leaving
        }
    }

    private static func interval(_ survival: Double, _ variance: Double, _ quantile: Double) -> (Double?, Double?) {
        if survival >= 1 { return (1, 1) }
        if survival <= 0 { return (nil, nil) }
        let logarithm = log(survival)
        let width = quantile * variance.squareRoot() / abs(logarithm)
        return (exp(-exp(log(-logarithm) + width)), exp(-exp(log(-logarithm) - width)))
    }

    /// The number that a normal variable stays below with a chance between 0 and 1.
    ///
    /// Begins with Abramowitz and Stegun 26.2.23, made exact to the last bits by Halley's method.
    package static func normalQuantile(_ chance: Double) -> Double {
        let tail = min(chance, 1 - chance)
        let t = (-2 * log(tail)).squareRoot()
        var x =
            t - (2.515517 + 0.802853 * t + 0.010328 * t * t)
            / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t)
        for _ in 0..<4 {
            let error = 0.5 * erfc(x / 2.0.squareRoot()) - tail
            let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
            let step = error / density
            x += step / (1 - x * step / 2)
        }
        return chance < 0.5 ? -x : x
    }
}
