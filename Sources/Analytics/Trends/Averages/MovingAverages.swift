/// Moving averages (rule T1). A missing value is NaN.
package enum MovingAverages {
    /// The mean of the last `window` values; NaN where one of them is missing.
    package static func trailing(_ values: [Double], window: Int) -> [Double] {
        values.indices.map { index in
            index + 1 < window ? .nan : mean(values[(index + 1 - window)...index])
        }
    }

    /// The mean of `window` values around each; for an even window that of two such means, so that it stays centred
    /// (2 × m). NaN where a value is missing or the series ends.
    package static func centred(_ values: [Double], window: Int) -> [Double] {
        let half = window / 2
        return values.indices.map { index in
            guard index >= half, index + half < values.count else { return .nan }
            if window % 2 == 1 { return mean(values[(index - half)...(index + half)]) }
            return OrderStatistics.mean(
                mean(values[(index - half)..<(index + half)]), mean(values[(index - half + 1)...(index + half)]))
        }
    }

    /// s_t = α x_t + (1 - α) s_(t-1), s_0 = x_0. A missing value has no average, and is passed over.
    package static func exponential(_ values: [Double], alpha: Double) -> [Double] {
        var state: Double?
        return values.map { value in
            guard value.isFinite else { return .nan }
            let next = state.map { alpha * value + (1 - alpha) * $0 } ?? value
            state = next
            return next
        }
    }

    private static func mean(_ values: ArraySlice<Double>) -> Double {
        var sum = 0.0
        for value in values { sum += value.isFinite ? value : .nan }
        return sum / Double(values.count)
    }
}
