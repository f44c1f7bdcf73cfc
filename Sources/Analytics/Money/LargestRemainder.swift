/// Splits amounts so that the parts sum to the whole, to the last minor unit (rule X19).
///
/// Hamilton's method of largest remainders, in integers: every part gets the whole units of its share, and what is left
/// goes, a unit each, to the parts with the largest remainders, ties to the lower index. Negative amounts are split by
/// their absolute value: -100 by 1, 1, 1 is -34, -33, -33.
package enum LargestRemainder {
    /// The parts of an amount; nil where the weights sum to 0.
    ///
    /// - Precondition: no weight is negative.
    /// - Returns: as many parts as weights; nil also where the weights' sum, or the amount times a weight, passes 127
    ///   bits (not below 2^63 parts of a weight each).
    /// - Complexity: one division a part and a sort of the remainders.
    package static func split(_ amount: Int64, by weights: [Int64]) -> [Int64]? {
        precondition(weights.allSatisfy { $0 >= 0 })
        let whole = Int128(amount.magnitude)
        var sum: Int128 = 0
        for weight in weights { sum += Int128(weight) }
        guard sum > 0 else { return nil }
        var parts: [Int64] = []
        var remainders: [Int128] = []
        var given: Int128 = 0
        for weight in weights {
            // Below 2^63 × 2^63: no overflow.
            let (quotient, remainder) = (whole * Int128(weight)).quotientAndRemainder(dividingBy: sum)
            parts.append(Int64(truncatingIfNeeded: quotient))
            remainders.append(remainder)
            given += quotient
        }
        let order = weights.indices.sorted { (remainders[$0], $1) > (remainders[$1], $0) }
        // A part is below 2^63 unless it is the least amount as a whole: wrapping turns that into itself below.
        for index in order.prefix(Int(whole - given)) { parts[index] &+= 1 }
        return amount < 0 ? parts.map { 0 &- $0 } : parts
    }
}
