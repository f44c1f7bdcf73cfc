/// Places values on a line: `domain` from its lower to its upper bound goes to `range.from … range.to`.
package struct LinearScale: Hashable, Sendable {
    package let lower: Double
    package let upper: Double
    package let start: Double
    package let end: Double

    package init(lower: Double, upper: Double, start: Double, end: Double) {
        self.lower = lower
        self.upper = upper
        self.start = start
        self.end = end
    }

    /// The place of a value; values outside of the domain lie outside of the range. A domain of one value has its
    /// place at the start.
    package func callAsFunction(_ value: Double) -> Double {
        guard upper > lower else { return start }
        // Divided first: the difference of two large bounds may overflow, a share may not.
        let share = value / (upper - lower) - lower / (upper - lower)
        return share.isFinite ? start + (end - start) * share : start
    }
}
