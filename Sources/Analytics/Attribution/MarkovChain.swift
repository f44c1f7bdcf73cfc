/// The chain of journeys (Anderl, Becker, von Wangenheim, Schumann: Mapping the customer journey, 2016), first order:
/// from the start through the states of touches to conversion or nothing.
///
/// A state's removal effect is the share of conversions that would be lost if every journey ended where it comes to the
/// state. Solved exactly: with N = (I - Q)^-1 and x = N r, where r are the chances to convert at once, a journey visits
/// state c with the chance N[start, c] / N[c, c] and converts from there with x[c], so that
/// removal effect = N[start, c] / N[c, c] * x[c] / x[start]. Steps from a state to itself are left out: the chain that
/// jumps has the same absorption.
package struct MarkovChain: Sendable {
    /// States that the exact solution is computed for; its time grows with the third power.
    package static let stateCountMax = 2_000

    private let stateCount: Int
    /// Row by row: state 0 is the start, then the states; the last two columns are nothing and conversion.
    private var counts: [Double]
    private var width: Int { stateCount + 3 }
    /// Journeys that came to nothing.
    package private(set) var nullCount = 0.0
    /// Journeys that converted.
    package private(set) var conversionCount = 0.0

    /// - Parameter stateCount: at most `stateCountMax`.
    package init(stateCount: Int) {
        precondition(stateCount <= Self.stateCountMax)
        self.stateCount = stateCount
        counts = Array(repeating: 0, count: (stateCount + 1) * (stateCount + 3))
    }

    /// Adds a journey as often as it was made.
    /// - Parameter states: its states in order; at least one.
    package mutating func add(_ states: Span<UInt32>, conversions: Double, nulls: Double) {
        if states.isEmpty { return }
        let weight = conversions + nulls
        var from = 0
        for index in 0..<states.count {
            let to = Int(states[index]) + 1
            if to != from { counts[from * width + to] += weight }
            from = to
        }
        counts[from * width + stateCount + 1] += nulls
        counts[from * width + stateCount + 2] += conversions
        nullCount += nulls
        conversionCount += conversions
    }

    /// The steps that were counted: from and to as rows and columns of the chain, 0 the start.
    package var steps: [(from: Int32, to: Int32, count: Double)] {
        counts.indices.compactMap { place in
            counts[place] > 0 ? (Int32(place / width), Int32(place % width), counts[place]) : nil
        }
    }

    /// Adds steps that were counted elsewhere, of a chain with the same states.
    package mutating func add(from: Int, to: Int, count: Double) {
        counts[from * width + to] += count
        if to == stateCount + 1 { nullCount += count }
        if to == stateCount + 2 { conversionCount += count }
    }

    /// What the chain says of conversions and states.
    package struct Effects: Sendable {
        /// The chance that a journey converts.
        package var conversionProbability = 0.0
        /// Of each state, from 0 to 1; all 0 where nothing converts.
        package var removal: [Double] = []
    }

    /// Solves the chain.
    package func effects() -> Effects {
        var effects = Effects(conversionProbability: 0, removal: Array(repeating: 0, count: stateCount))
        let size = stateCount + 1
        guard conversionCount > 0, let inverse = Self.inverse(ofDifference: transitions(), size) else { return effects }
        var converts = [Double](repeating: 0, count: size)
        for row in 0..<size {
            for column in 0..<size {
                converts[row] += inverse[row * size + column] * probability(column, stateCount + 2)
            }
        }
        guard converts[0] > 0 else { return effects }
        effects.conversionProbability = converts[0]
        for state in 1..<max(size, 1) {
            let visits = inverse[state] / inverse[state * size + state]
            effects.removal[state - 1] = min(1, max(0, visits * converts[state] / converts[0]))
        }
        return effects
    }

    private func probability(_ from: Int, _ to: Int) -> Double {
        let count = counts[from * width + to]
        if count == 0 { return 0 }
        var sum = 0.0
        for column in 0..<width { sum += counts[from * width + column] }
        return count / sum
    }

    /// Chances of the steps between states, row by row.
    private func transitions() -> [Double] {
        let size = stateCount + 1
        var matrix = [Double](repeating: 0, count: size * size)
        for row in 0..<size {
            var sum = 0.0
            for column in 0..<width { sum += counts[row * width + column] }
            if sum == 0 { continue }
            for column in 0..<size { matrix[row * size + column] = counts[row * width + column] / sum }
        }
        return matrix
    }

    /// (I - Q)^-1 by Gauss and Jordan with pivots; nil where there is none, which no counted journeys make.
    private static func inverse(ofDifference chances: [Double], _ size: Int) -> [Double]? {
        let width = 2 * size
        var cells = [Double](repeating: 0, count: size * width)
        for row in 0..<size {
            for column in 0..<size { cells[row * width + column] = -chances[row * size + column] }
            cells[row * width + row] += 1
            cells[row * width + size + row] = 1
        }
        for step in 0..<size {
            let pivot = (step..<size).max { abs(cells[$0 * width + step]) < abs(cells[$1 * width + step]) } ?? step
            guard abs(cells[pivot * width + step]) > 1e-300 else { return nil }
            if pivot != step {
                for column in 0..<width { cells.swapAt(pivot * width + column, step * width + column) }
            }
            let factor = 1 / cells[step * width + step]
            for column in step..<width { cells[step * width + column] *= factor }
            for row in 0..<size where row != step {
                let multiple = cells[row * width + step]
                if multiple == 0 { continue }
                for column in step..<width { cells[row * width + column] -= multiple * cells[step * width + column] }
            }
        }
        return (0..<size * size).map { cells[$0 / size * width + size + $0 % size] }
    }
}
