internal import Columnar
internal import Kernels
internal import Query

/// What the conversions of a batch give each state by each model, and the steps of the chain: the part of `attribution`
/// by channel that is computed batch by batch.
struct AttributionCounts {
    /// What a row of a partial answer is about.
    enum Kind {
        /// A model's credit to a state: 0 and above are positions in the models asked for.
        static let touches: Int32 = -1
        static let totals: Int32 = -2
        static let step: Int32 = -3
        static let unattributed: Int32 = -4
    }

    /// The ends of a step that are no states.
    enum End {
        static let state: Int32 = 0
        static let start: Int32 = 1
        static let nothing: Int32 = 2
        static let conversion: Int32 = 3
    }

    private let journeys: JourneyBatch
    private let effects: [Double]
    private var rows = PartialRows()

    /// - Parameter effects: the removal effects of the states, where a model asks for them.
    init(_ journeys: JourneyBatch, effects: [Double] = []) {
        self.journeys = journeys
        self.effects = effects
    }

    private var arguments: AttributionArguments { journeys.arguments }

    /// The partial answer.
    mutating func counted() throws -> ColumnBatch {
        for (position, model) in arguments.models.enumerated() where model != .markov {
            try credit(model, Int32(position))
        }
        countTouches()
        try countTotals()
        if arguments.models.contains(where: \.needsChain) { try countSteps() }
        return try rows.batch(journeys)
    }

    /// The steps of the chain alone.
    mutating func stepsAlone() throws -> ColumnBatch {
        try countSteps()
        return try rows.batch(journeys)
    }

    private mutating func credit(_ model: AttributionModel, _ position: Int32) throws {
        let width = journeys.currencyCount
        var credits = [Double](repeating: 0, count: journeys.stateCount * width)
        var values = [Int128](repeating: 0, count: credits.count)
        var unattributed = [Int128](repeating: 0, count: width)
        var split = PathSplit(journeys, effects)
        for path in 0..<journeys.paths.count {
            guard let conversion = journeys.conversions[path] else { continue }
            let currency = Int(conversion.currency)
            guard split.compute(model, path) else {
                unattributed[currency] += Int128(conversion.value) - Int128(split.returned(conversion))
                continue
            }
            split.forEachTouch(conversion.value) { _, state, share, amount in
                let place = Int(state) &* width &+ currency
                credits[place] += share
                values[place] &+= Int128(amount)
            }
            if conversion.refunds.isEmpty { continue }
            split.forEachTouch(split.returned(conversion)) { _, state, _, amount in
                values[Int(state) &* width &+ currency] &-= Int128(amount)
            }
        }
        for place in credits.indices where credits[place] != 0 || values[place] != 0 {
            rows.append(
                position, from: UInt32(place / width), currency: UInt32(place % width), conversions: credits[place],
                value: values[place])
        }
        for (currency, value) in unattributed.enumerated() where value != 0 {
            rows.append(Kind.unattributed, end: position, currency: UInt32(currency), value: value)
        }
    }

    private mutating func countTouches() {
        let width = journeys.currencyCount
        var touches = [Int64](repeating: 0, count: journeys.stateCount * width)
        var assisted = touches
        var seen = [UInt32](repeating: .max, count: journeys.stateCount)
        let paths = journeys.paths
        for path in 0..<paths.count {
            guard let conversion = journeys.conversions[path] else { continue }
            let range = paths.starts[path]..<paths.starts[path + 1]
            for index in range {
                let state = Int(paths.states[index])
                let place = state * width + Int(conversion.currency)
                touches[place] += 1
                if index + 1 < range.upperBound && seen[state] != UInt32(truncatingIfNeeded: path) {
                    seen[state] = UInt32(truncatingIfNeeded: path)
                    assisted[place] += 1
                }
            }
        }
        for place in touches.indices where touches[place] > 0 {
            rows.append(
                Kind.touches, from: UInt32(place / width), currency: UInt32(place % width), touches: touches[place],
                assisted: assisted[place])
        }
    }

    private mutating func countTotals() throws {
        var counts = [Double](repeating: 0, count: journeys.currencyCount)
        var values = [Int128](repeating: 0, count: journeys.currencyCount)
        for case let conversion? in journeys.conversions {
            counts[Int(conversion.currency)] += 1
            let returned = conversion.refunds.isEmpty ? 0 : journeys.refunds[conversion.refunds.upperBound - 1].total
            values[Int(conversion.currency)] += Int128(conversion.value) - Int128(returned)
        }
        for currency in counts.indices where counts[currency] > 0 || journeys.loneRefunds[currency] > 0 {
            rows.append(
                Kind.totals, currency: UInt32(currency), conversions: counts[currency],
                value: values[currency] - journeys.loneRefunds[currency])
            if journeys.loneRefunds[currency] == 0 { continue }
            for position in arguments.models.indices {
                rows.append(
                    Kind.unattributed, end: Int32(position), currency: UInt32(currency),
                    value: -journeys.loneRefunds[currency])
            }
        }
    }

    private mutating func countSteps() throws {
        let chain = try journeys.chain()
        let stateCount = Int32(journeys.stateCount)
        for (from, to, count) in chain.steps {
            let end = to > stateCount ? (to == stateCount + 1 ? End.nothing : End.conversion) : End.state
            rows.append(
                Kind.step, from: from == 0 ? nil : UInt32(from - 1), to: end == End.state ? UInt32(to - 1) : nil,
                end: end, currency: nil, conversions: count)
        }
    }
}

extension JourneyBatch {
    /// The chain of all journeys; a conversion without touches goes through direct traffic.
    func chain() throws -> MarkovChain {
        guard stateCount <= MarkovChain.stateCountMax else { throw MarkovChain.tooManyStates }
        var chain = MarkovChain(stateCount: stateCount)
        let all = paths.states
        let states = all.span
        let lone = [directState]
        for path in 0..<paths.count {
            let range = paths.starts[path]..<paths.starts[path + 1]
            let converts = conversions[path] != nil
            if range.isEmpty {
                chain.add(lone.span, conversions: converts ? 1 : 0, nulls: converts ? 0 : 1)
            } else {
                chain.add(states.extracting(range), conversions: converts ? 1 : 0, nulls: converts ? 0 : 1)
            }
        }
        return chain
    }
}

extension MarkovChain {
    static let tooManyStates = QueryError(
        .budget, "removal effects are computed for \(stateCountMax) channels at most", try: "level => 'channel'")
}

/// Splits conversions among their touches, one after the other.
struct PathSplit {
    private let journeys: JourneyBatch
    private let effects: [Double]
    private let loneStates: [UInt32]
    private let loneTimes: [Int64] = [0]
    private var weights: TouchWeights
    private var remainder = LargestRemainder()
    private var range = 0..<0

    init(_ journeys: JourneyBatch, _ effects: [Double]) {
        self.journeys = journeys
        self.effects = effects
        loneStates = [journeys.directState]
        weights = TouchWeights(journeys.arguments.settings)
    }

    /// Computes the weights of a path.
    /// - Returns: false where the model gives nobody anything.
    mutating func compute(_ model: AttributionModel, _ path: Int) -> Bool {
        range = journeys.paths.starts[path]..<journeys.paths.starts[path + 1]
        // Without a touch direct traffic has all of it, whatever the model.
        if range.isEmpty {
            let (states, times) = (loneStates, loneTimes)
            weights.compute(
                .last, states: states.span, times: times.span, isDirect: journeys.isDirect, effects: effects)
        } else {
            let (states, times) = (journeys.paths.states, journeys.paths.times)
            weights.compute(
                model, states: states.span.extracting(range), times: times.span.extracting(range),
                isDirect: journeys.isDirect, effects: effects)
        }
        return remainder.apportion(0, weights.weights)
    }

    /// What was given back of a conversion.
    func returned(_ conversion: JourneyBatch.Conversion) -> Int64 {
        conversion.refunds.isEmpty ? 0 : journeys.refunds[conversion.refunds.upperBound - 1].total
    }

    /// The parts of an amount, in the order of the touches; those of all touches add up to it.
    mutating func parts(of amount: Int64) -> [Int64] {
        _ = remainder.apportion(amount, weights.weights)
        return remainder.last
    }

    /// Calls with the index, state, share of 1 and part of an amount of each touch.
    @inline(__always)
    mutating func forEachTouch(_ amount: Int64, _ body: (_ index: Int, UInt32, Double, Int64) -> Void) {
        _ = remainder.apportion(amount, weights.weights)
        for index in weights.weights.indices {
            body(index, state(index), weights.shares[index], remainder.last[index])
        }
    }

    /// The share of 1 of a touch.
    func share(_ index: Int) -> Double { weights.shares[index] }

    /// The number of touches, 1 for direct traffic.
    var count: Int { weights.weights.count }

    /// The state of a touch.
    func state(_ index: Int) -> UInt32 {
        range.isEmpty ? loneStates[0] : journeys.paths.states[range.lowerBound &+ index]
    }

    /// The row and time of a touch; none of direct traffic.
    func touch(_ index: Int) -> (row: UInt32, time: Int64)? {
        range.isEmpty
            ? nil : (journeys.paths.rows[range.lowerBound + index], journeys.paths.times[range.lowerBound + index])
    }
}

/// Rows of a partial answer.
private struct PartialRows {
    private var kinds: [Int32] = []
    private var ends: [Int32] = []
    private var from: [UInt32?] = []
    private var to: [UInt32?] = []
    private var currencies: [UInt32?] = []
    private var conversions: [Double] = []
    private var values: [Int128] = []
    private var touches: [Int64] = []
    private var assisted: [Int64] = []

    mutating func append(
        _ kind: Int32, from: UInt32? = nil, to: UInt32? = nil, end: Int32 = 0, currency: UInt32?,
        conversions: Double = 0, value: Int128 = 0, touches: Int64 = 0, assisted: Int64 = 0
    ) {
        kinds.append(kind)
        ends.append(end)
        self.from.append(from)
        self.to.append(to)
        currencies.append(currency)
        self.conversions.append(conversions)
        values.append(value)
        self.touches.append(touches)
        self.assisted.append(assisted)
    }

    func batch(_ journeys: JourneyBatch) throws -> ColumnBatch {
        let columns: [Column] =
            try [.of(kinds), .of(ends)] + journeys.stateNames.map { try Self.named($0, from) }
            + journeys.stateNames.map { try Self.named($0, to) }
            + [
                try journeys.currencies.map { try Self.named($0, currencies) } ?? .of(nil, count: kinds.count),
                .of(conversions), Column(.decimal(precision: 38, scale: 0), .int128(Buffer(values))), .of(touches),
                .of(assisted),
            ]
        let fields = columns.enumerated().map { Field("\($0.offset)", $0.element.type) }
        return try ColumnBatch(schema: Schema(fields), columns: columns, rowCount: kinds.count)
    }

    /// The names of numbers; none where there is no number.
    private static func named(_ names: Column, _ numbers: [UInt32?]) throws -> Column {
        guard names.rowCount > 0 else { return .of(nil, count: numbers.count) }
        let rows = numbers.map { $0 ?? 0 }
        let taken = try names.taking(rows.span)
        let known = Bitmap(numbers.lazy.map { $0 != nil })
        return Column(.text, validity: taken.validity.map { $0.intersection(known) } ?? known, taken.values)
    }
}
