/// Splits amounts in minor units by weights so that the parts add up: largest remainder, also Hamilton's or Hare's
/// method (analytics rule X19).
///
/// Each part first gets the whole units of its share; those that are left go to the largest fractions, of equal ones to
/// the first. 100 by 1, 1, 1 is 34, 33, 33. The sign does not change the split: it is made of the absolute value.
///
/// Made for millions of amounts: its arrays are used again, and amounts and weights whose products fit 64 bits are divided
/// in them.
package struct LargestRemainder: Sendable {
    private var parts: [Int64] = []
    private var rests: [UInt128] = []
    private var smallRests: [UInt64] = []

    package init() {}

    /// The parts of the last split, one for each weight.
    package var last: [Int64] { parts }

    /// Splits an amount.
    /// - Returns: the parts; nil where all weights are 0, or there are none.
    package static func split(_ total: Int64, by weights: [UInt64]) -> [Int64]? {
        var split = LargestRemainder()
        return split.apportion(total, weights) ? split.parts : nil
    }

    /// Splits an amount into `last`.
    /// - Returns: false where all weights are 0, or there are none: no part gets anything.
    package mutating func apportion(_ total: Int64, _ weights: [UInt64]) -> Bool {
        parts.removeAll(keepingCapacity: true)
        var sum: UInt64 = 0
        var largest: UInt64 = 0
        var isLarge = false
        for weight in weights {
            let (next, overflow) = sum.addingReportingOverflow(weight)
            isLarge = isLarge || overflow
            sum = next
            largest = max(largest, weight)
        }
        guard largest > 0 else {
            for _ in weights { parts.append(0) }
            return false
        }
        let amount = total.magnitude
        if !isLarge && !amount.multipliedReportingOverflow(by: largest).overflow {
            apportionSmall(amount, weights, sum)
        } else {
            apportionLarge(amount, weights)
        }
        if total < 0 { for index in parts.indices { parts[index] = 0 &- parts[index] } }
        return true
    }

    private mutating func apportionSmall(_ amount: UInt64, _ weights: [UInt64], _ sum: UInt64) {
        smallRests.removeAll(keepingCapacity: true)
        var left = amount
        for weight in weights {
            let (part, rest) = (amount &* weight).quotientAndRemainder(dividingBy: sum)
            parts.append(Int64(bitPattern: part))
            smallRests.append(rest)
            left &-= part
        }
        if left == 0 { return }
        if weights.count > 16 { return giveBySorting(Int(left), smallRests) }
        // What is left is less than the number of fractions above 0: each round finds one.
        for _ in 0..<left {
            var best = 0
            for index in smallRests.indices where smallRests[index] > smallRests[best] { best = index }
            smallRests[best] = 0
            parts[best] &+= 1
        }
    }

    private mutating func apportionLarge(_ amount: UInt64, _ weights: [UInt64]) {
        rests.removeAll(keepingCapacity: true)
        let sum = weights.reduce(UInt128(0)) { $0 + UInt128($1) }
        var left = amount
        for weight in weights {
            let (part, rest) = (UInt128(amount) * UInt128(weight)).quotientAndRemainder(dividingBy: sum)
            parts.append(Int64(truncatingIfNeeded: part))
            rests.append(rest)
            left &-= UInt64(truncatingIfNeeded: part)
        }
        if left > 0 { giveBySorting(Int(left), rests) }
    }

    private mutating func giveBySorting<Rest: Comparable>(_ left: Int, _ rests: [Rest]) {
        let order = rests.indices.sorted { rests[$0] == rests[$1] ? $0 < $1 : rests[$0] > rests[$1] }
        for index in order.prefix(left) { parts[index] &+= 1 }
    }
}
