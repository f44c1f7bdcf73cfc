internal import Foundation

/// How a conversion's credit is divided among the touches that led to it (analytics rules A1 to A6).
package enum AttributionModel: String, Sendable, Hashable, CaseIterable {
    case first, last
    /// The last touch that is not direct; the last where all are.
    case lastNonDirect = "last_non_direct"
    case linear
    /// U-shaped: 40, 20, 40 by default.
    case positionBased = "position_based"
    /// Halved with every half-life before the last touch.
    case timeDecay = "time_decay"
    /// Removal effects of an absorbing chain, as shares of all conversions.
    case markov
    /// The removal effects of the touches of each journey as its weights: another question than `markov`.
    case markovJourney = "markov_journey"
    /// Shapley values where a coalition earns the conversions of the journeys within it: linear over distinct channels.
    case shapley

    /// Whether the chain of all journeys must be known first.
    package var needsChain: Bool { self == .markov || self == .markovJourney }
}

/// What models need beside the journeys.
package struct AttributionSettings: Sendable, Hashable {
    /// Weights of the first touch, those between together, and the last; whole numbers.
    package var position: (first: UInt64, middle: UInt64, last: UInt64) {
        get { (positionWeights[0], positionWeights[1], positionWeights[2]) }
        set { positionWeights = [newValue.first, newValue.middle, newValue.last] }
    }
    private var positionWeights: [UInt64] = [2, 1, 2]
    /// After how many microseconds a touch counts half.
    package var halfLife: Int64 = 604_800_000_000

    package init() {}
}

/// The weights of the touches of one journey after the other.
///
/// Weights are whole numbers, so that money is split exactly; `shares` are the same as fractions of 1. Where a weight is
/// irrational or a floating number (time decay, removal effects) it is held to 2^-52 of the largest for the money, and
/// to the last bit of a double for the shares.
package struct TouchWeights: Sendable {
    private let settings: AttributionSettings
    /// Of each state the last journey that it was seen in.
    private var seen: [UInt32] = []
    private var journey: UInt32 = 0
    /// The weights of the last journey's touches.
    package private(set) var weights: [UInt64] = []
    /// Their shares of 1; all 0 where all weights are.
    package private(set) var shares: [Double] = []

    package init(_ settings: AttributionSettings) { self.settings = settings }

    /// Computes weights and shares.
    /// - Parameters:
    ///   - states: the channel, or what else is credited, of each touch in order; at least one.
    ///   - times: when each was, microseconds.
    ///   - isDirect: whether a state is direct traffic.
    ///   - effects: the removal effect of each state; only `markovJourney` reads it.
    @inline(__always)
    package mutating func compute(
        _ model: AttributionModel, states: Span<UInt32>, times: Span<Int64>, isDirect: [Bool], effects: [Double]
    ) {
        let count = states.count
        weights.removeAll(keepingCapacity: true)
        shares.removeAll(keepingCapacity: true)
        switch model {
        case .first: single(0, count)
        case .last: single(count - 1, count)
        case .lastNonDirect:
            var chosen = count - 1
            while chosen > 0 && isDirect[Int(states[chosen])] { chosen -= 1 }
            single(isDirect[Int(states[chosen])] ? count - 1 : chosen, count)
        case .linear: for _ in 0..<count { weights.append(1) }
        case .positionBased: position(count)
        case .timeDecay: return decay(times)
        case .markov, .markovJourney: return removal(states, effects)
        case .shapley: distinct(states)
        }
        var sum: UInt64 = 0
        for weight in weights { sum &+= weight }
        let total = Double(sum)
        for weight in weights { shares.append(total > 0 ? Double(weight) / total : 0) }
    }

    private mutating func single(_ chosen: Int, _ count: Int) {
        for index in 0..<count { weights.append(index == chosen ? 1 : 0) }
    }

    private mutating func distinct(_ states: Span<UInt32>) {
        journey &+= 1
        for index in 0..<states.count {
            let state = Int(states[index])
            while seen.count <= state { seen.append(0) }
            weights.append(seen[state] == journey ? 0 : 1)
            seen[state] = journey
        }
    }

    private mutating func position(_ count: Int) {
        let (first, middle, last) = settings.position
        switch count {
        case 1: weights.append(1)
        case 2:
            let isNothing = first == 0 && last == 0
            weights.append(isNothing ? 1 : first)
            weights.append(isNothing ? 1 : last)
        default:
            let between = UInt64(count - 2)
            weights.append(first * between)
            for _ in 0..<between { weights.append(middle) }
            weights.append(last * between)
        }
    }

    private static let unit: Double = 4_503_599_627_370_496

    private mutating func decay(_ times: Span<Int64>) {
        // Ages from the youngest touch on: the largest weight is 1, however long ago that was.
        let youngest = Double(times[times.count - 1])
        var sum = 0.0
        for index in 0..<times.count {
            let weight = exp2((Double(times[index]) - youngest) / Double(settings.halfLife))
            shares.append(weight)
            weights.append(UInt64((weight * Self.unit).rounded(.toNearestOrEven)))
            sum += weight
        }
        for index in shares.indices { shares[index] /= sum }
    }

    private mutating func removal(_ states: Span<UInt32>, _ effects: [Double]) {
        var sum = 0.0
        for index in 0..<states.count {
            let effect = effects[Int(states[index])]
            shares.append(effect)
            weights.append(UInt64((effect * Self.unit).rounded(.toNearestOrEven)))
            sum += effect
        }
        if sum > 0 { for index in shares.indices { shares[index] /= sum } }
    }
}
