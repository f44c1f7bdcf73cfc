internal import Glibc

/// A model with the numbers that fit a series best.
package struct SmoothingFit: Sendable {
    package var model: SmoothingModel
    package var parameters: SmoothingParameters
    package var start: SmoothingState
    /// Where the series stands behind its last value.
    package var end: SmoothingState
    package var fitted: [Double]
    package var squaredError: Double
    /// The variance of one step: squared errors (multiplicative errors: relative ones) over n - k.
    package var variance: Double
    /// Akaike's criterion with its correction for short series; infinite where the series is too short for the model.
    package var criterion: Double

    package init(
        model: SmoothingModel, parameters: SmoothingParameters, start: SmoothingState, end: SmoothingState,
        fitted: [Double], squaredError: Double, variance: Double, criterion: Double
    ) {
        self.model = model
        self.parameters = parameters
        self.start = start
        self.end = end
        self.fitted = fitted
        self.squaredError = squaredError
        self.variance = variance
        self.criterion = criterion
    }
}

/// Fits models of exponential smoothing.
///
/// The parameters of smoothing are searched for by the simplex method within 0 < α < 1, 0 ≤ β ≤ α, 0 ≤ γ ≤ 1 - α and
/// 0.8 ≤ φ ≤ 0.98. Where a model is additive throughout, its errors are linear in the initial states: those are not
/// searched for, but solved for exactly by least squares at every step. Multiplicative models begin with Hyndman's
/// heuristic states.
package enum SmoothingFitter {
    /// The longest season.
    package static let periodMax = 60

    /// Fits one model.
    ///
    /// - Returns: nil where the series has too few values for the model's numbers.
    /// - Precondition: all values are finite, and above 0 where the model is multiplicative.
    package static func fit(_ model: SmoothingModel, _ values: [Double]) -> SmoothingFit? {
        let freedom = values.count - model.parameterCount
        guard freedom > 1 else { return nil }
        let candidate = Candidate(model: model, values: values)
        let dimensions = candidate.dimensions
        var best: (point: [Double], value: Double)?
        // The angles of sin² ÷ 1: slow, middling and fast.
        for start in [0.4, 0.8, 1.2] {
            var point = [Double](repeating: start / 2, count: dimensions)
            point[0] = start
            let found = NelderMead.minimum(of: { candidate.cost($0) }, from: point)
            if found.value < best?.value ?? .infinity || best == nil { best = found }
        }
        guard var best else { return nil }
        if model.isMultiplicative {
            // The heuristic states are a start; they are looked for too, beginning with the smoothing found.
            let states = [Double](repeating: 0, count: model.parameterCount - dimensions)
            let found = NelderMead.minimum(
                of: { candidate.cost($0) }, from: best.point + states, step: 0.05,
                evaluationsMax: 400 * (dimensions + states.count))
            if found.value < best.value { best = found }
        }
        let parameters = candidate.parameters(best.point)
        let start = candidate.start(parameters, Array(best.point.dropFirst(dimensions)))
        let run = model.run(values.span, parameters, from: start)
        let (n, k) = (Double(values.count), Double(model.parameterCount))
        var squared = run.squaredError
        if model.error == .multiplicative {
            squared = zip(values, run.fitted).reduce(0) { $0 + ($1.0 / $1.1 - 1) * ($1.0 / $1.1 - 1) }
        }
        let correction = n - k - 2 > 0 ? 2 * (k + 1) + 2 * (k + 1) * (k + 2) / (n - k - 2) : .infinity
        return SmoothingFit(
            model: model, parameters: parameters, start: start, end: run.state, fitted: run.fitted,
            squaredError: run.squaredError, variance: squared / Double(freedom), criterion: best.value + correction)
    }

    /// The additive model that explains a series best for its number of parameters.
    ///
    /// Without a season where there are fewer values than two of them; no trend and no season for intermittent series,
    /// of whose values more than 30 % are 0.
    ///
    /// - Precondition: all values are finite.
    package static func best(_ values: [Double], period: Int) -> SmoothingFit? {
        let zeros = values.count { $0 == 0 }
        var models = [SmoothingModel(.additive, .none, .none)]
        if zeros * 10 <= values.count * 3 {
            models += [SmoothingModel(.additive, .additive, .none), SmoothingModel(.additive, .damped, .none)]
            if period >= 2, period <= periodMax, values.count / 2 >= period {
                models += [SmoothingModel.Trend.none, .additive, .damped].map {
                    SmoothingModel(.additive, $0, .additive, period: period)
                }
            }
        }
        var best: SmoothingFit?
        for model in models {
            guard let fit = fit(model, values) else { continue }
            if fit.criterion < best?.criterion ?? .infinity || best == nil { best = fit }
        }
        return best
    }

    /// A model whose numbers are looked for.
    private struct Candidate {
        let model: SmoothingModel
        let values: [Double]
        private let heuristic: SmoothingState

        init(model: SmoothingModel, values: [Double]) {
            self.model = model
            self.values = values
            heuristic = SmoothingFitter.heuristicStart(model, values)
        }

        /// How many numbers of smoothing there are.
        var dimensions: Int {
            1 + (model.trend == .none ? 0 : 1) + (model.season == .none ? 0 : 1) + (model.trend == .damped ? 1 : 0)
        }

        /// Bounded numbers from angles: sin² reaches both ends.
        func parameters(_ angles: [Double]) -> SmoothingParameters {
            func share(_ index: Int) -> Double { sin(angles[index]) * sin(angles[index]) }
            var result = SmoothingParameters(alpha: 0.0001 + 0.9998 * share(0))
            var next = 1
            if model.trend != .none {
                result.beta = result.alpha * share(next)
                next += 1
            }
            if model.season != .none {
                result.gamma = (1 - result.alpha) * share(next)
                next += 1
            }
            if model.trend == .damped { result.phi = 0.8 + 0.18 * share(next) }
            return result
        }

        /// -2 log likelihood up to a constant: n log SSE, and for multiplicative errors n log Σ e² + 2 Σ log f.
        func cost(_ point: [Double]) -> Double {
            let parameters = parameters(point)
            let run = model.run(values.span, parameters, from: start(parameters, Array(point.dropFirst(dimensions))))
            let n = Double(values.count)
            guard model.error == .multiplicative else { return n * log(run.squaredError / n) }
            var (squares, logs) = (0.0, 0.0)
            for (value, expected) in zip(values, run.fitted) {
                guard expected > 0 else { return .infinity }
                let error = value / expected - 1
                squares += error * error
                logs += log(expected)
            }
            return n * log(squares / n) + 2 * logs
        }

        /// - Parameter moves: by how much the heuristic states are moved, relative to the level; none where empty.
        func start(_ parameters: SmoothingParameters, _ moves: [Double]) -> SmoothingState {
            guard model.isMultiplicative else { return solved(parameters) }
            guard !moves.isEmpty else { return heuristic }
            var state = heuristic
            state.level *= 1 + moves[0]
            var next = 1
            if model.trend != .none {
                state.slope += 0.1 * moves[1] * heuristic.level
                next = 2
            }
            guard model.season != .none else { return state }
            let scale = model.season == .multiplicative ? 1 : heuristic.level
            // Seasons keep their sum: the last takes back what the others are given.
            for (index, move) in moves[next...].enumerated() {
                state.season[index] += scale * move
                state.season[model.period - 1] -= scale * move
            }
            return state
        }

        /// The initial states that make the squared errors least.
        private func solved(_ parameters: SmoothingParameters) -> SmoothingState {
            let seasons = model.season == .none ? 0 : model.period
            let zero = SmoothingState(level: 0, season: Array(repeating: 0, count: seasons))
            func errors(_ values: [Double], _ state: SmoothingState) -> [Double] {
                let run = model.run(values.span, parameters, from: state)
                return zip(values, run.fitted).map { $0 - $1 }
            }
            let silence = [Double](repeating: 0, count: values.count)
            var units = [SmoothingState(level: 1, season: zero.season)]
            if model.trend != .none { units.append(SmoothingState(level: 0, slope: 1, season: zero.season)) }
            for index in 0..<max(0, seasons - 1) {
                // Seasons sum to 0: the last takes back what the others give.
                var unit = zero
                unit.season[index] = 1
                unit.season[seasons - 1] = -1
                units.append(unit)
            }
            let columns = units.map { errors(silence, $0).map { -$0 } }
            let shares = LeastSquares.coefficients(columns, errors(values, zero))
            var state = zero
            for (unit, share) in zip(units, shares) {
                state.level += share * unit.level
                state.slope += share * unit.slope
                for index in 0..<seasons { state.season[index] += share * unit.season[index] }
            }
            return state
        }
    }

    /// Hyndman's heuristic: the seasons' means over a centred moving average in the first years, and a line through the
    /// first ten values without season.
    private static func heuristicStart(_ model: SmoothingModel, _ values: [Double]) -> SmoothingState {
        let period = model.period
        var season = [Double](
            repeating: model.season == .multiplicative ? 1 : 0, count: model.season == .none ? 0 : period)
        if model.season != .none, values.count >= 2 * period {
            let years = min(values.count / period, 5)
            let head = Array(values[0..<years * period])
            let averages = MovingAverages.centred(head, window: period)
            var counts = [Double](repeating: 0, count: period)
            var sums = counts
            for index in head.indices where averages[index].isFinite {
                let share =
                    model.season == .multiplicative ? head[index] / averages[index] : head[index] - averages[index]
                sums[index % period] += share
                counts[index % period] += 1
            }
            for index in 0..<period where counts[index] > 0 { season[index] = sums[index] / counts[index] }
            let mean = season.reduce(0, +) / Double(period)
            for index in 0..<period {
                if model.season == .multiplicative { season[index] /= mean } else { season[index] -= mean }
            }
        }
        let line = values.prefix(max(10, model.season == .none ? 10 : 2 * period)).enumerated().map { index, value in
            switch model.season {
            case .none: value
            case .additive: value - season[index % period]
            case .multiplicative: value / season[index % period]
            }
        }
        let places = line.indices.map { Double($0 + 1) }
        let ones = [Double](repeating: 1, count: line.count)
        if model.trend == .none {
            return SmoothingState(level: line.reduce(0, +) / Double(line.count), season: season)
        }
        let shares = LeastSquares.coefficients([ones, places], line)
        return SmoothingState(level: shares[0], slope: shares[1], season: season)
    }
}
