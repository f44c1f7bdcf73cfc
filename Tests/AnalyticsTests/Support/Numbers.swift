import Columnar

/// Comparing doubles with those of others.
enum Numbers {
    /// Whether a value is a number within a relative (near 0, absolute) distance, or missing where that is.
    static func isClose(_ value: Scalar, _ expected: Double?, _ tolerance: Double) -> Bool {
        guard let expected else { return value == .null }
        guard case .double(let number) = value else { return false }
        return isClose(number, expected, tolerance)
    }

    static func isClose(_ number: Double, _ expected: Double, _ tolerance: Double) -> Bool {
        abs(number - expected) <= tolerance * max(1, abs(expected))
    }
}
