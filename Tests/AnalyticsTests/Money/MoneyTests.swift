import AlmanacTesting
import Analytics
import Testing

@Suite struct MoneyTests {
    @Test(
        "Largest remainders of the specification",
        arguments: [
            (100, [1, 1, 1], [34, 33, 33]), (-100, [1, 1, 1], [-34, -33, -33]), (1003, [49, 51], [491, 512]),
            (3, [75, 25], [2, 1]), (1, [1, 1, 1, 1], [1, 0, 0, 0]), (0, [1, 2], [0, 0]),
            (10000, [40, 20, 40], [4000, 2000, 4000]), (5, [0, 0], nil), (999, [1, 2, 3, 0], [167, 333, 499, 0]),
        ] as [(Int64, [UInt64], [Int64]?)])
    func split(_ amount: Int64, _ weights: [UInt64], _ expected: [Int64]?) {
        #expect(LargestRemainder.split(amount, by: weights) == expected)
    }

    @Test("Parts sum to the whole, and lie less than a unit from their share")
    func splitsRandomAmounts() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<3_000 {
            let bits = Int.random(in: 1...63, using: &generator)
            let amount = Int64.random(in: .min ... .max, using: &generator) >> (63 - bits)
            let weights = (0..<Int.random(in: 1...9, using: &generator)).map { _ in
                Int64.random(in: 0 ... .max, using: &generator) >> Int64.random(in: 0...62, using: &generator)
            }
            let sum = weights.reduce(into: Int128(0)) { $0 += Int128($1) }
            guard let parts = LargestRemainder.split(amount, by: weights.map { UInt64($0) }) else {
                #expect(sum == 0)
                continue
            }
            #expect(parts.reduce(into: Int128(0)) { $0 += Int128($1) } == Int128(amount))
            for (part, weight) in zip(parts, weights) {
                // abs(part × sum - amount × weight) < sum, without passing 128 bits.
                let share = Double(amount) * (Double(weight) / Double(sum))
                #expect(abs(Double(part) - share) <= 1 + abs(share) * 1e-12)
            }
        }
        #expect(LargestRemainder.split(.min, by: [1]) == [.min])
        #expect(LargestRemainder.split(.min, by: [.max, .max]) == [.min / 2, .min / 2])
    }

    @Test("Half goes to the even neighbour, on either side of 0")
    func rounds() {
        let cases: [(Int64, Int64, Int64)] = [
            (1, 2, 0), (3, 2, 2), (5, 2, 2), (-1, 2, 0), (-5, 2, -2), (-7, 2, -4), (14_999, 10_000, 1),
            (2_675, 1_000, 3),
            (7, -2, -4), (.max, 1, .max), (.min, 1, .min), (.min, -2, 4_611_686_018_427_387_904),
        ]
        for (dividend, divisor, expected) in cases {
            #expect(Rounding.halfEven(dividend, dividedBy: divisor) == expected)
        }
        #expect(Rounding.halfEven(Int64.min, dividedBy: Int64(-1)) == nil)
        // A fee of 2.5 % in basis points.
        for (amount, fee) in [(1, 0), (19, 0), (20, 0), (21, 1), (60, 2), (100, 2), (99_999, 2_500)] as [(Int64, Int64)]
        {
            #expect(Rounding.halfEven(amount * 250, dividedBy: 10_000) == fee)
        }
    }
}
