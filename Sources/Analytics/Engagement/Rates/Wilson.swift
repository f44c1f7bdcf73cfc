/// Wilson's score interval of a share.
package enum Wilson {
    /// - Parameters:
    ///   - quantile: of the normal distribution: 1.96 for 95 %.
    /// - Returns: nil without trials, or where the successes are no share of them.
    package static func interval(
        _ successes: Int64, of trials: Int64, quantile: Double
    ) -> (low: Double, high: Double)? {
        guard trials > 0, successes >= 0, successes <= trials else { return nil }
        let (n, share, square) = (Double(trials), Double(successes) / Double(trials), quantile * quantile)
        let denominator = 1 + square / n
        let center = (share + square / (2 * n)) / denominator
        let width = quantile * (share * (1 - share) / n + square / (4 * n * n)).squareRoot() / denominator
        return (max(0, center - width), min(1, center + width))
    }
}
