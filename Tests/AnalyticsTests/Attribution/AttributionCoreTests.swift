import AlmanacTesting
import Analytics
import Testing

/// The cores of attribution against the oracle's numbers.
@Suite struct AttributionCoreTests {
    /// The oracle's tiny case: path, conversions, journeys to nothing. A, B, C are states 0, 1, 2.
    static let tiny: [(states: [UInt32], conversions: Double, nulls: Double)] = [
        ([0, 1, 2], 3, 5), ([0], 1, 9), ([1, 2], 2, 4), ([2, 1], 0, 6), ([0, 0, 2], 1, 1), ([1], 2, 8),
    ]

    static func chain(_ paths: [(states: [UInt32], conversions: Double, nulls: Double)]) -> MarkovChain {
        var chain = MarkovChain(stateCount: 1 + Int(paths.flatMap(\.states).max() ?? 0))
        for path in paths { chain.add(path.states.span, conversions: path.conversions, nulls: path.nulls) }
        return chain
    }

    static func isNear(_ found: [Double], _ expected: [Double], _ tolerance: Double = 1e-12) -> Bool {
        found.count == expected.count
            && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($0), abs($1)) }
    }

    private static func weights(
        _ model: AttributionModel, _ count: Int, ages: [Int64] = [], halfLife: Int64 = 168
    ) -> [Double] {
        var settings = AttributionSettings()
        settings.halfLife = halfLife
        var weights = TouchWeights(settings)
        let states = (0..<UInt32(count)).map { $0 }
        let times = ages.isEmpty ? [Int64](repeating: 0, count: count) : ages.map { -$0 }
        weights.compute(
            model, states: states.span, times: times.span, isDirect: Array(repeating: false, count: count), effects: [])
        return weights.shares
    }

    @Test("Position and time decay: the weights of the oracle")
    func weights() {
        #expect(Self.weights(.positionBased, 1) == [1])
        #expect(Self.weights(.positionBased, 2) == [0.5, 0.5])
        #expect(Self.isNear(Self.weights(.positionBased, 3), [0.4, 0.2, 0.4]))
        let third = 0.06666666666666667
        #expect(Self.isNear(Self.weights(.positionBased, 5), [0.4, third, third, third, 0.4]))
        #expect(
            Self.isNear(
                Self.weights(.timeDecay, 3, ages: [336, 168, 0]),
                [0.14285714285714285, 0.2857142857142857, 0.5714285714285714]))
        #expect(
            Self.isNear(
                Self.weights(.timeDecay, 3, ages: [72, 24, 0], halfLife: 24),
                [0.07692307692307693, 0.3076923076923077, 0.6153846153846154]))
        #expect(
            Self.isNear(
                Self.weights(.timeDecay, 2, ages: [10_000_000, 9_999_999], halfLife: 1),
                [0.3333333333333333, 0.6666666666666666]))
        #expect(Self.weights(.timeDecay, 3, ages: [.max, .max, 0], halfLife: 1) == [0, 0, 1])
        #expect(Self.weights(.timeDecay, 2, ages: [5, 5]) == [0.5, 0.5])
    }

    @Test("Last non-direct touch passes over direct traffic, unless there is nothing else")
    func lastNonDirect() {
        var weights = TouchWeights(AttributionSettings())
        let (states, times) = ([UInt32](arrayLiteral: 0, 1, 1), [Int64](repeating: 0, count: 3))
        weights.compute(
            .lastNonDirect, states: states.span, times: times.span, isDirect: [false, true], effects: [])
        #expect(weights.shares == [1, 0, 0])
        weights.compute(.lastNonDirect, states: states.span, times: times.span, isDirect: [true, true], effects: [])
        #expect(weights.shares == [0, 0, 1])
        weights.compute(.shapley, states: states.span, times: times.span, isDirect: [true, true], effects: [])
        #expect(weights.shares == [0.5, 0.5, 0])
    }

    @Test("Removal effects of the oracle, of Markov chains solved exactly")
    func markov() {
        let effects = Self.chain(Self.tiny).effects()
        #expect(Self.isNear([effects.conversionProbability], [0.21428571428571427], 1e-9))
        #expect(Self.isNear(effects.removal, [0.3827160493827161, 0.6464646464646465, 0.711111111111111], 1e-9))
        let sum = effects.removal.reduce(0, +)
        #expect(
            Self.isNear(
                effects.removal.map { $0 / sum * 9 }, [1.9792338449632403, 3.3432219785889337, 3.6775441764478263], 1e-9
            ))
    }

    @Test("Chains with cycles, without conversions, without journeys to nothing")
    func edges() {
        let cycle = Self.chain([([0, 1, 0], 1, 1), ([1, 0, 1], 1, 3)]).effects()
        #expect(Self.isNear([cycle.conversionProbability], [0.33333333333333326], 1e-9))
        #expect(Self.isNear(cycle.removal, [0.7999999999999999, 0.875], 1e-9))
        let none = Self.chain([([0], 0, 5)]).effects()
        #expect(none.conversionProbability == 0 && none.removal == [0])
        #expect(Self.isNear(Self.chain([([0, 1], 3, 0), ([1], 2, 0)]).effects().removal, [0.6, 1], 1e-9))
        #expect(MarkovChain(stateCount: 0).effects().removal.isEmpty)
    }

    /// P(conversion) of the chain where every step into a state ends in nothing: by going on until little is left.
    private static func slowProbability(
        _ paths: [(states: [UInt32], conversions: Double, nulls: Double)], without removed: Int?
    ) -> Double {
        let count = 1 + Int(paths.flatMap(\.states).max() ?? 0)
        var steps = [[Double]](repeating: Array(repeating: 0, count: count + 3), count: count + 1)
        for path in paths {
            var from = 0
            for state in path.states {
                steps[from][Int(state) + 1] += path.conversions + path.nulls
                from = Int(state) + 1
            }
            steps[from][count + 1] += path.nulls
            steps[from][count + 2] += path.conversions
        }
        var mass = [Double](repeating: 0, count: count + 1)
        mass[0] = 1
        var converted = 0.0
        for _ in 0..<4_000 {
            var next = [Double](repeating: 0, count: count + 1)
            for from in mass.indices where mass[from] > 0 {
                let sum = steps[from].reduce(0, +)
                if sum == 0 { continue }
                converted += mass[from] * steps[from][count + 2] / sum
                for to in 1..<count + 1 where to - 1 != removed {
                    next[to] += mass[from] * steps[from][to] / sum
                }
            }
            mass = next
        }
        return converted
    }

    @Test("Removal effects are what walking the chain without a state gives, in 200 random chains, self-loops or not")
    func removal() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            let stateCount = UInt32.random(in: 1...4, using: &random)
            let paths = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                (
                    states: (0..<Int.random(in: 1...5, using: &random)).map { _ in
                        UInt32.random(in: 0..<stateCount, using: &random)
                    }, conversions: Double(Int.random(in: 0...3, using: &random)),
                    nulls: Double(Int.random(in: 0...3, using: &random))
                )
            }
            let effects = Self.chain(paths).effects()
            let base = Self.slowProbability(paths, without: nil)
            #expect(Self.isNear([effects.conversionProbability], [base], 1e-9))
            for state in effects.removal.indices where base > 0 {
                let expected = 1 - Self.slowProbability(paths, without: state) / base
                #expect(Self.isNear([effects.removal[state]], [expected], 1e-9))
            }
        }
    }

    /// Shapley values from the definition: over all orders in which channels may join.
    private static func slowShapley(_ paths: [(states: [UInt32], conversions: Double)], _ count: Int) -> [Double] {
        let value = { (members: Set<UInt32>) in
            paths.reduce(0) { $1.states.allSatisfy(members.contains) ? $0 + $1.conversions : $0 }
        }
        var sums = [Double](repeating: 0, count: count)
        var orders = 0.0
        func walk(_ joined: [UInt32]) {
            if joined.count == count {
                orders += 1
                for (index, state) in joined.enumerated() {
                    sums[Int(state)] += value(Set(joined[0...index])) - value(Set(joined[0..<index]))
                }
                return
            }
            for state in 0..<UInt32(count) where !joined.contains(state) { walk(joined + [state]) }
        }
        walk([])
        return sums.map { $0 / orders }
    }

    @Test("Shapley values in closed form are those of the definition")
    func shapley() {
        let split = { (paths: [(states: [UInt32], conversions: Double)], count: Int) -> [Double] in
            var weights = TouchWeights(AttributionSettings())
            var credits = [Double](repeating: 0, count: count)
            let direct = [Bool](repeating: false, count: count)
            for path in paths {
                let times = [Int64](repeating: 0, count: path.states.count)
                weights.compute(.shapley, states: path.states.span, times: times.span, isDirect: direct, effects: [])
                for (index, state) in path.states.enumerated() {
                    credits[Int(state)] += weights.shares[index] * path.conversions
                }
            }
            return credits
        }
        #expect(split(Self.tiny.map { ($0.states, $0.conversions) }, 3) == [2.5, 4, 2.5])
        var random = SeededGenerator(seed: 6)
        for _ in 0..<100 {
            let count = Int.random(in: 1...5, using: &random)
            let paths = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                (
                    states: (0..<Int.random(in: 1...6, using: &random)).map { _ in
                        UInt32.random(in: 0..<UInt32(count), using: &random)
                    }, conversions: Double(Int.random(in: 0...9, using: &random))
                )
            }
            #expect(Self.isNear(split(paths, count), Self.slowShapley(paths, count), 1e-9))
        }
    }

    @Test(
        "Splits of the oracle",
        arguments: [
            (100, [1, 1, 1], [34, 33, 33]), (-100, [1, 1, 1], [-34, -33, -33]), (1003, [49, 51], [491, 512]),
            (3, [75, 25], [2, 1]), (1, [1, 1, 1, 1], [1, 0, 0, 0]), (0, [1, 2], [0, 0]),
            (10_000, [40, 20, 40], [4_000, 2_000, 4_000]), (5, [0, 0], nil), (999, [1, 2, 3, 0], [167, 333, 499, 0]),
        ] as [(Int64, [UInt64], [Int64]?)])
    func splits(_ total: Int64, _ weights: [UInt64], _ expected: [Int64]?) {
        #expect(LargestRemainder.split(total, by: weights) == expected)
    }

    @Test("Splits add up and are those of the slow method, for small and large weights, least and greatest amounts")
    func randomSplits() {
        var random = SeededGenerator(seed: 7)
        for round in 0..<20_000 {
            let count = Int.random(in: 1...(round % 50 == 0 ? 60 : 6), using: &random)
            let bits = UInt64.random(in: 1...52, using: &random)
            let weights = (0..<count).map { _ in UInt64.random(in: 0...(1 << bits), using: &random) }
            let total =
                round % 3 == 0
                ? Int64.random(in: .min...(.max), using: &random) : Int64.random(in: -1_000...1_000, using: &random)
            let slow = Self.slowSplit(total, by: weights)
            #expect(LargestRemainder.split(total, by: weights) == slow)
            #expect(slow.map { $0.reduce(Int128(0)) { $0 + Int128($1) } } ?? Int128(total) == Int128(total))
        }
        #expect(LargestRemainder.split(.min, by: [1, 1]) == [.min / 2, .min / 2])
        #expect(LargestRemainder.split(.min, by: [3]) == [.min])
        #expect(LargestRemainder.split(7, by: [.max, .max]) == [4, 3])
    }

    /// Hamilton's method as it is told: whole shares in 128 bits, then a unit each to the largest remainders.
    private static func slowSplit(_ amount: Int64, by weights: [UInt64]) -> [Int64]? {
        let (whole, sum) = (Int128(amount.magnitude), weights.reduce(Int128(0)) { $0 + Int128($1) })
        guard sum > 0 else { return nil }
        let shares = weights.map { (whole * Int128($0)).quotientAndRemainder(dividingBy: sum) }
        var parts = shares.map { Int64(truncatingIfNeeded: $0.quotient) }
        let left = whole - shares.reduce(Int128(0)) { $0 + $1.quotient }
        let order = weights.indices.sorted { (shares[$0].remainder, $1) > (shares[$1].remainder, $0) }
        for index in order.prefix(Int(left)) { parts[index] &+= 1 }
        return amount < 0 ? parts.map { 0 &- $0 } : parts
    }
}
