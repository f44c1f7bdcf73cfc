internal import Glibc

/// Between which bounds future values lie (rule T7).
package enum ForecastInterval {
    /// The lower and upper bounds of 80 % and of 95 %, in this order, a row of values each.
    ///
    /// Exact for additive models; for others the quantiles (type 7) of simulated paths, the same for the same series.
    package static func bounds(_ fit: SmoothingFit, _ mean: [Double]) -> [[Double]] {
        let levels = [0.8, 0.95]
        guard fit.model.isMultiplicative else {
            let factors = fit.model.varianceFactors(mean.count, fit.parameters)
            return levels.flatMap { level -> [[Double]] in
                let z = NormalDistribution.quantile(0.5 + level / 2)
                let width = factors.map { z * (fit.variance * $0).squareRoot() }
                return [zip(mean, width).map { $0 - $1 }, zip(mean, width).map { $0 + $1 }]
            }
        }
        let ends = simulated(fit, mean.count)
        return levels.flatMap { level in
            [0.5 - level / 2, 0.5 + level / 2].map { share in ends.map { Quantiles.type7($0, share) } }
        }
    }

    /// How many paths are simulated.
    private static let pathCount = 5_000

    /// The values of all paths at each step, ascending.
    private static func simulated(_ fit: SmoothingFit, _ steps: Int) -> [[Double]] {
        var ends = [[Double]](repeating: [], count: steps)
        var noise = SeededNormals(seed: 0x416C_6D61_6E61_6361)
        let deviation = fit.variance.squareRoot()
        for _ in 0..<pathCount {
            var state = fit.end
            var place = 0
            for step in 0..<steps {
                let expected = fit.model.forecast(1, fit.parameters, from: turned(state, place))[0]
                let error = deviation * noise.next()
                let value = fit.model.error == .multiplicative ? expected * (1 + error) : expected + error
                _ = fit.model.step(value, fit.parameters, &state, &place)
                ends[step].append(value.isFinite ? value : expected)
            }
        }
        return ends.map { $0.sorted() }
    }

    private static func turned(_ state: SmoothingState, _ place: Int) -> SmoothingState {
        guard place > 0 else { return state }
        return SmoothingState(
            level: state.level, slope: state.slope, season: Array(state.season[place...] + state.season[..<place]))
    }
}

/// Normally distributed numbers that a seed decides: SplitMix64 and the inverse of the distribution.
struct SeededNormals {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        bits ^= bits >> 31
        // 53 bits, in the middle of their cells: never 0 and never 1.
        return NormalDistribution.quantile((Double(bits >> 11) + 0.5) * 0x1p-53)
    }
}
