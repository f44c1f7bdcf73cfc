internal import Columnar
internal import Kernels
internal import Query

/// Puts the counts of batches together: `attribution` by channel, and its check.
struct AttributionAnswer {
    private let arguments: AttributionArguments
    private let states: Slices
    private let currencies: Slices
    /// The place of a state and currency in the arrays below.
    private var width: Int { max(currencies.count, 1) }
    private var conversions: [[Double]] = []
    private var values: [[Int128]] = []
    private var touches: [Int64] = []
    private var assisted: [Int64] = []
    private var totalCounts: [Double] = []
    private var totalValues: [Int128] = []
    private var unattributed: [[Int128]] = []
    private var effects: MarkovChain.Effects?
    private var nullPaths: Int64 = 0
    private var hasCurrency: [Bool] = []

    init(_ batches: [ColumnBatch], _ arguments: AttributionArguments) throws {
        self.arguments = arguments
        let depth = arguments.names.count
        let rowCount = batches.rowCount
        let names = try (0..<depth).map { level in
            batches.isEmpty
                ? try Column.make(.text, [])
                : try Column.joined(
                    [try batches.joined(2 + level), try batches.joined(2 + depth + level)], type: .text)
        }
        states = try Slices(names, rowCount: 2 * rowCount)
        let currency = batches.isEmpty ? try Column.make(.text, []) : try batches.joined(2 + 2 * depth)
        currencies = try Slices([currency], rowCount: rowCount)
        let cellCount = states.count * width
        conversions = Array(repeating: Array(repeating: 0, count: cellCount), count: arguments.models.count)
        values = Array(repeating: Array(repeating: 0, count: cellCount), count: arguments.models.count)
        unattributed = Array(repeating: Array(repeating: 0, count: width), count: arguments.models.count)
        touches = Array(repeating: 0, count: cellCount)
        assisted = touches
        totalCounts = Array(repeating: 0, count: width)
        totalValues = Array(repeating: 0, count: width)
        hasCurrency = Array(repeating: false, count: width)
        try add(batches, depth, rowCount)
    }

    private mutating func add(_ batches: [ColumnBatch], _ depth: Int, _ rowCount: Int) throws {
        let isChained = arguments.models.contains(where: \.needsChain)
        guard !isChained || states.count <= MarkovChain.stateCountMax else { throw MarkovChain.tooManyStates }
        var chain = MarkovChain(stateCount: isChained ? states.count : 0)
        var row = 0
        for batch in batches {
            let (kinds, ends) = (try batch.columns[0].int32Values(), try batch.columns[1].int32Values())
            let counts = try batch.columns[3 + 2 * depth].doubleValues()
            let amounts = try batch.columns[4 + 2 * depth].int128Values()
            let (seen, helped) = (
                try batch.columns[5 + 2 * depth].int64Values(), try batch.columns[6 + 2 * depth].int64Values()
            )
            let from = batch.columns[2]
            for own in 0..<batch.rowCount {
                let (state, currency) = (Int(states.numbers[row]), Int(currencies.numbers[row]))
                let place = state * width + currency
                switch kinds[own] {
                case AttributionCounts.Kind.step:
                    let start = from.isValid(own) ? state + 1 : 0
                    let end =
                        switch ends[own] {
                        case AttributionCounts.End.nothing: states.count + 1
                        case AttributionCounts.End.conversion: states.count + 2
                        default: Int(states.numbers[rowCount + row]) + 1
                        }
                    chain.add(from: start, to: end, count: counts[own])
                case AttributionCounts.Kind.touches:
                    touches[place] += seen[own]
                    assisted[place] += helped[own]
                case AttributionCounts.Kind.totals:
                    totalCounts[currency] += counts[own]
                    totalValues[currency] += amounts[own]
                    hasCurrency[currency] = true
                case AttributionCounts.Kind.unattributed: unattributed[Int(ends[own])][currency] += amounts[own]
                default:
                    conversions[Int(kinds[own])][place] += counts[own]
                    values[Int(kinds[own])][place] += amounts[own]
                }
                row += 1
            }
        }
        if isChained {
            effects = chain.effects()
            nullPaths = Int64(chain.nullCount)
        }
        for (position, model) in arguments.models.enumerated() where model == .markov { try headline(position) }
    }

    /// The removal effects as shares of each currency's conversions and money.
    private mutating func headline(_ position: Int) throws {
        guard let effects else { return }
        let sum = effects.removal.reduce(0, +)
        let weights = effects.removal.map { UInt64(($0 * 4_503_599_627_370_496).rounded()) }
        for currency in 0..<width where hasCurrency[currency] {
            // Refunds of unknown conversions are nobody's.
            let total = try Self.fitting(totalValues[currency] - unattributed[position][currency])
            guard sum > 0, let parts = LargestRemainder.split(total, by: weights) else {
                unattributed[position][currency] += Int128(total)
                continue
            }
            for state in parts.indices {
                conversions[position][state * width + currency] = effects.removal[state] / sum * totalCounts[currency]
                values[position][state * width + currency] = Int128(parts[state])
            }
        }
    }

    private static func fitting(_ value: Int128) throws -> Int64 {
        guard let value = Int64(exactly: value) else {
            throw QueryError(.overflow, "a sum of values does not fit 64 bits")
        }
        return value
    }

    /// The removal effects by the names of states.
    func journeyEffects() throws -> JourneyEffects {
        guard let effects else { return JourneyEffects() }
        let names = try states.values((0..<UInt32(states.count)).map { $0 })
        return JourneyEffects(names, effects.removal)
    }

    /// The answer by channel.
    func byChannel() throws -> ColumnBatch {
        var (models, shownStates, shownCurrencies): ([Int], [UInt32], [UInt32]) = ([], [], [])
        var cells: [Int] = []
        for model in arguments.models.indices {
            for place in touches.indices
            where conversions[model][place] != 0 || values[model][place] != 0 || touches[place] != 0 {
                models.append(model)
                cells.append(place)
                shownStates.append(UInt32(place / width))
                shownCurrencies.append(UInt32(place % width))
            }
        }
        let sums = conversions.map { $0.reduce(0, +) }
        let amounts = try cells.indices.map { try Self.fitting(values[models[$0]][cells[$0]]) }
        let names = try states.values(shownStates)
        let missing = Column.of(nil, count: cells.count)
        let columns: [Column] =
            try [
                try Column.make(.text, models.map { .text(arguments.models[$0].rawValue) }),
                .of(arguments.level, count: cells.count),
            ] + (0..<4).map { $0 < names.count ? names[$0] : missing }
            + [
                .of(cells.indices.map { conversions[models[$0]][cells[$0]] }), .of(amounts),
            ] + currencies.values(shownCurrencies)
            + [
                .of(
                    cells.indices.map { index -> Double? in
                        let sum = sums[models[index]]
                        return sum == 0 ? nil : conversions[models[index]][cells[index]] / sum
                    }),
                .of(
                    cells.indices.map { index -> Double? in
                        arguments.models[models[index]].needsChain
                            ? effects?.removal[Int(shownStates[index])] : nil
                    }),
                .of(cells.map { touches[$0] }), .of(cells.map { assisted[$0] }),
                .of([Int32](repeating: Int32(clamping: arguments.window / 86_400_000_000), count: cells.count)),
            ]
        return try AttributionFunction.byChannel.answer().batch(columns, rowCount: cells.count)
    }

    /// Whether the credits add up, by model and currency.
    func check() throws -> ColumnBatch {
        let pairs = arguments.models.indices.flatMap { model in
            (0..<width).filter { hasCurrency[$0] }.map { (model: model, currency: $0) }
        }
        var (totals, credited, left, differences): ([Int64], [Int64], [Int64], [Int64]) = ([], [], [], [])
        for (model, currency) in pairs {
            let given = stride(from: currency, to: values[model].count, by: width).reduce(Int128(0)) {
                $0 + values[model][$1]
            }
            totals.append(try Self.fitting(totalValues[currency]))
            credited.append(try Self.fitting(given))
            left.append(try Self.fitting(unattributed[model][currency]))
            differences.append(try Self.fitting(totalValues[currency] - given - unattributed[model][currency]))
        }
        let chained = pairs.map { arguments.models[$0.model].needsChain }
        let columns: [Column] =
            try [try Column.make(.text, pairs.map { .text(arguments.models[$0.model].rawValue) })]
            + currencies.values(pairs.map { UInt32($0.currency) })
            + [
                .of(totals), .of(credited), .of(differences), .of(left),
                .of(chained.map { $0 ? nullPaths : nil }),
                .of(chained.map { $0 ? effects?.conversionProbability : nil }),
            ]
        return try AttributionFunction.check.answer().batch(columns, rowCount: pairs.count)
    }
}
