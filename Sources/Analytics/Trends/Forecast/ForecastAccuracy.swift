/// How far forecasts were from what came (rule T8). The mean percentage error is not offered: a value of 0 makes it infinite.
package struct ForecastAccuracy: Sendable, Hashable {
    /// The mean absolute error; nil without values.
    package let meanAbsolute: Double?
    /// The sum of absolute errors over the sum of absolute values (WAPE); nil where that is 0.
    package let weighted: Double?
    /// The mean of 2 |e| / (|y| + |f|), as a fraction; nil where a pair is 0 and 0, or without values.
    package let symmetric: Double?
    /// The mean absolute error over that of the seasonal naive forecast within `history` (MASE); nil where that is 0.
    package let scaled: Double?

    /// - Parameters:
    ///   - actual: what came, and `forecast` what was expected: the same number of finite values.
    ///   - history: the values that the forecast was made from.
    ///   - period: how many values back the naive forecast looks; 1 for the last.
    package init(actual: [Double], forecast: [Double], history: [Double], period: Int = 1) {
        precondition(actual.count == forecast.count && period >= 1)
        let errors = zip(actual, forecast).map { abs($0 - $1) }
        func mean(_ values: [Double]) -> Double? {
            values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
        func ratio(_ part: Double?, _ whole: Double?) -> Double? {
            guard let part, let whole, whole > 0 else { return nil }
            return part / whole
        }
        meanAbsolute = mean(errors)
        weighted = ratio(errors.reduce(0, +), actual.reduce(0) { $0 + abs($1) })
        let pairs = zip(actual, forecast).map { abs($0) + abs($1) }
        symmetric = pairs.contains(0) ? nil : mean(zip(errors, pairs).map { 2 * $0 / $1 })
        let naive = history.count > period ? zip(history, history.dropFirst(period)).map { abs($0 - $1) } : []
        scaled = ratio(meanAbsolute, mean(naive))
    }
}
