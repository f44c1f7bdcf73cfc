/// A model of exponential smoothing in innovations form: Hyndman, Koehler, Ord and Snyder, "Forecasting with Exponential
/// Smoothing: The State Space Approach" (2008), named by error, trend and season (rule T7).
package struct SmoothingModel: Sendable, Hashable {
    package enum Error: String, Sendable, Hashable { case additive = "A", multiplicative = "M" }
    package enum Trend: String, Sendable, Hashable { case none = "N", additive = "A", damped = "Ad" }
    package enum Season: String, Sendable, Hashable { case none = "N", additive = "A", multiplicative = "M" }

    package let error: Error
    package let trend: Trend
    package let season: Season
    /// The values of a season; 1 where there is none.
    package let period: Int

    /// - Precondition: `period` is at least 2 where there is a season.
    package init(_ error: Error, _ trend: Trend, _ season: Season, period: Int = 1) {
        precondition(season == .none || period >= 2)
        self.error = error
        self.trend = trend
        self.season = season
        self.period = season == .none ? 1 : period
    }

    /// `AAA`, `AAdN`, `MAM` and so on; nil for another text.
    package init?(_ name: String, period: Int) {
        let all = [Error.additive, .multiplicative].flatMap { error in
            [Trend.none, .additive, .damped].flatMap { trend in
                [Season.none, .additive, .multiplicative].map { (error, trend, $0) }
            }
        }
        let found = all.first { $0.rawValue + $1.rawValue + $2.rawValue == name }
        guard let found, found.2 == .none || period >= 2 else { return nil }
        self.init(found.0, found.1, found.2, period: period)
    }

    /// Its name.
    package var name: String { error.rawValue + trend.rawValue + season.rawValue }

    /// Whether values of 0 or below have no meaning in it.
    package var isMultiplicative: Bool { error == .multiplicative || season == .multiplicative }

    /// How many numbers are estimated: those of smoothing, and the initial states (seasons sum to 0, or to the period).
    package var parameterCount: Int {
        let trendCount = trend == .none ? 0 : trend == .additive ? 2 : 3
        return 2 + trendCount + (season == .none ? 0 : period)
    }
}

/// How fast a model follows: level, trend and season take this share of each error; the trend is damped by `phi`.
package struct SmoothingParameters: Sendable, Hashable {
    package var alpha: Double
    package var beta: Double
    package var gamma: Double
    package var phi: Double

    package init(alpha: Double, beta: Double = 0, gamma: Double = 0, phi: Double = 1) {
        self.alpha = alpha
        self.beta = beta
        self.gamma = gamma
        self.phi = phi
    }
}

/// Where a series stands.
package struct SmoothingState: Sendable, Hashable {
    package var level: Double
    package var slope: Double
    /// The season of the next value first; empty where there is none.
    package var season: [Double]

    package init(level: Double, slope: Double = 0, season: [Double] = []) {
        self.level = level
        self.slope = slope
        self.season = season
    }
}

extension SmoothingModel {
    /// What the values were expected to be, each one step ahead, and where the series stands behind the last.
    package struct Run: Sendable {
        package var fitted: [Double]
        /// The sum of squared differences between values and expectations.
        package var squaredError: Double
        package var state: SmoothingState
    }

    /// Runs over a series: e = y - f, then level, slope and season each move by their share of e.
    package func run(
        _ values: Span<Double>, _ parameters: SmoothingParameters, from start: SmoothingState
    ) -> Run {
        var run = Run(fitted: [], squaredError: 0, state: start)
        run.fitted.reserveCapacity(values.count)
        var place = 0
        for index in values.indices {
            let expected = step(values[index], parameters, &run.state, &place)
            run.fitted.append(expected)
            let error = values[index] - expected
            run.squaredError += error * error
        }
        // The season of the next value comes first again.
        if place > 0 { run.state.season = Array(run.state.season[place...] + run.state.season[..<place]) }
        return run
    }

    /// Takes a value in; gives what was expected. `place` is where the season of the value lies.
    @inline(__always)
    func step(
        _ value: Double, _ parameters: SmoothingParameters, _ state: inout SmoothingState, _ place: inout Int
    ) -> Double {
        let damped = trend == .none ? 0 : parameters.phi * state.slope
        let base = state.level + damped
        switch season {
        case .none:
            let error = value - base
            state.level = base + parameters.alpha * error
            state.slope = damped + parameters.beta * error
            return base
        case .additive:
            let own = state.season[place]
            let error = value - base - own
            state.level = base + parameters.alpha * error
            state.slope = damped + parameters.beta * error
            state.season[place] = own + parameters.gamma * error
            place = place + 1 == period ? 0 : place + 1
            return base + own
        case .multiplicative:
            let own = state.season[place]
            let expected = base * own
            let error = value - expected
            state.level = base + parameters.alpha * error / own
            state.slope = damped + parameters.beta * error / own
            state.season[place] = own + parameters.gamma * error / base
            place = place + 1 == period ? 0 : place + 1
            return expected
        }
    }

    /// What is expected so many steps ahead, from 1 on.
    package func forecast(_ steps: Int, _ parameters: SmoothingParameters, from state: SmoothingState) -> [Double] {
        var result: [Double] = []
        var sum = 0.0
        var power = 1.0
        for step in 0..<max(0, steps) {
            power *= parameters.phi
            sum += trend == .none ? 0 : power
            let base = state.level + sum * state.slope
            switch season {
            case .none: result.append(base)
            case .additive: result.append(base + state.season[step % period])
            case .multiplicative: result.append(base * state.season[step % period])
            }
        }
        return result
    }

    /// By how much the variance of a forecast exceeds that of one step: 1 + Σ c_j², c_j = α + β φ_j + γ where j is a
    /// multiple of the period; for models that are additive throughout.
    package func varianceFactors(_ steps: Int, _ parameters: SmoothingParameters) -> [Double] {
        var factors: [Double] = []
        var sum = 1.0
        var (power, damped) = (1.0, 0.0)
        for step in 0..<max(0, steps) {
            factors.append(sum)
            power *= parameters.phi
            damped += power
            var share = parameters.alpha
            if trend != .none { share += parameters.beta * damped }
            if season != .none, (step + 1) % period == 0 { share += parameters.gamma }
            sum += share * share
        }
        return factors
    }
}
