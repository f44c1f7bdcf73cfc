/// How STL smooths, in values of the series; see `SeasonalTrendDecomposition`.
package struct SeasonalTrendParameters: Sendable, Hashable {
    /// The length of the season, at least 2: 7 for days, 12 for months, 4 for quarters.
    package var period: Int
    /// Widths of the windows, odd.
    package var seasonal: Int
    package var trend: Int
    package var lowPass: Int
    /// 0 to fit constants, 1 to fit lines.
    package var seasonalDegree = 1
    package var trendDegree = 1
    package var lowPassDegree = 1
    /// The distance of the points at which curves are fitted.
    package var seasonalJump = 1
    package var trendJump = 1
    package var lowPassJump = 1
    /// Passes: inner ones refine the components, outer ones weigh outliers down.
    package var innerPasses: Int
    package var outerPasses: Int
    /// Whether outer passes end as soon as season and trend move by less than a hundredth of their range.
    package var stopsWhenSteady = false

    /// The defaults: seasonal 7; trend the next odd number from 1.5 × period ÷ (1 - 1.5 ÷ seasonal) on; low pass the next
    /// odd number above the period; 5 inner passes, or robust 2 inner and 15 outer ones.
    ///
    /// - Throws: `OperatorError` where a number is out of range.
    package init(
        period: Int, seasonal: Int = 7, trend: Int? = nil, lowPass: Int? = nil, isRobust: Bool = false
    ) throws(OperatorError) {
        guard period >= 2, period <= Self.most else {
            throw OperatorError("the period is a number of at least 2 values")
        }
        guard seasonal >= 3, seasonal % 2 == 1, seasonal <= Self.most else {
            throw OperatorError("the seasonal window is an odd number of at least 3 values")
        }
        let exact = 1.5 * Double(period) / (1 - 1.5 / Double(seasonal))
        let shortest = Int(exact.rounded(.up))
        self.period = period
        self.seasonal = seasonal
        self.trend = trend ?? (shortest % 2 == 0 ? shortest + 1 : shortest)
        self.lowPass = lowPass ?? (period % 2 == 0 ? period + 1 : period + 2)
        innerPasses = isRobust ? 2 : 5
        outerPasses = isRobust ? 15 : 0
        guard self.trend >= 3, self.trend % 2 == 1, self.trend > period, self.trend <= 8 * Self.most else {
            throw OperatorError("the trend's window is an odd number of values, more than the period")
        }
        guard self.lowPass >= 3, self.lowPass % 2 == 1, self.lowPass > period, self.lowPass <= 8 * Self.most else {
            throw OperatorError("the low-pass window is an odd number of values, more than the period")
        }
    }

    /// More values than any series has.
    private static let most = 1 << 24
}
