internal import Glibc

/// The trending score of one item: weights of its events, each halved for every half-life since (rule T6).
///
/// Kept as the newest event's time and the sum of weights as of then (forward decay): adding an event is one step, and no
/// sum grows beyond the range of doubles.
package struct TrendingScore: Sendable {
    private let halfLife: Double
    private var sum = 0.0
    /// Microseconds since 1970 of the newest event; nil before the first.
    package private(set) var newest: Int64?

    /// - Precondition: `halfLife`, in microseconds, is above 0.
    package init(halfLife: Double) {
        precondition(halfLife > 0)
        self.halfLife = halfLife
    }

    /// Adds an event; events come in the order of time.
    package mutating func add(_ weight: Double, at instant: Int64) {
        if let newest { sum *= exp2(-(Double(instant) - Double(newest)) / halfLife) }
        sum += weight
        newest = instant
    }

    /// Σ w × 2^(-(now - t) / H).
    package func score(asOf now: Int64) -> Double {
        guard let newest else { return 0 }
        return sum * exp2(-(Double(now) - Double(newest)) / halfLife)
    }

    /// ln Σ w × 2^(t / H), t since 1970: ranks as the score does, at any moment.
    package var logState: Double {
        guard let newest, sum > 0 else { return -.infinity }
        return log(sum) + log(2) * Double(newest) / halfLife
    }
}
