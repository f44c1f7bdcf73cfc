/// A value against an earlier one (rule T2).
package struct Growth: Sendable, Hashable {
    /// What a reader must know before trusting the share.
    package enum Status: String, Sendable, Hashable {
        /// The share says what it seems to.
        case ok
        /// Both are equal.
        case flat
        /// There was nothing before: no share.
        case new
        /// One is below 0 and the other above.
        case signChange = "sign_change"
        /// One of them is missing.
        case missing
        /// The later bucket is not over: a part of a bucket is compared with nothing.
        case partial
    }

    /// The difference; NaN where one is missing.
    package let change: Double
    /// The difference over the absolute value of the earlier; NaN where that is 0 or one is missing.
    package let share: Double
    package let status: Status

    /// Of a bucket that is not over.
    static let partial = Growth(change: .nan, share: .nan, status: .partial)

    private init(change: Double, share: Double, status: Status) {
        (self.change, self.share, self.status) = (change, share, status)
    }

    package init(from previous: Double, to current: Double) {
        guard previous.isFinite, current.isFinite else {
            (change, share, status) = (.nan, .nan, .missing)
            return
        }
        change = current - previous
        share = previous == 0 ? .nan : change / abs(previous)
        if current == previous {
            status = .flat
        } else if previous == 0 {
            status = .new
        } else {
            status = (current < 0) == (previous < 0) || current == 0 ? .ok : .signChange
        }
    }

    /// The constant growth that leads from one value to another in so many periods; nil unless both are above 0.
    package static func compound(from begin: Double, to end: Double, periods: Int) -> Double? {
        guard begin > 0, end > 0, begin.isFinite, end.isFinite, periods > 0 else { return nil }
        return Power.root(end / begin, periods) - 1
    }
}
