internal import Columnar
internal import Kernels
internal import Query

/// `trending`: items by how much happened to them lately (rule T6).
struct TrendingFunction {
    private let item: (position: Int, type: SQLType)
    private let actor: Int
    private let at: Int
    private let weight: Int
    private let halfLife: Double
    private let cap: Double
    private let actorsMin: Int64
    private let asOf: Int64
    private let previous: Int64?

    static let function = TableFunction(
        "trending",
        parameters: [
            .init("item", .column(nil), "what is ranked; rows without are left out"),
            .init("actor", .column(.text), "who did it; rows without count for no actor"),
            .init("at", .column(.timestamptz), "when"),
            .init(
                "weight", .column(.double),
                "how much it counts, not below 0, such as CASE kind WHEN 'view' THEN 0.1 WHEN 'like' THEN 1 WHEN "
                    + "'comment' "
                    + "THEN 3 WHEN 'share' THEN 5 END; NULL does not count"),
            .init("half_life", .constant(.double), isRequired: false, "hours in which a weight halves; 24"),
            .init(
                "actor_cap", .constant(.double), isRequired: false,
                "the most that one actor's weights are for "
                    + "an item"),
            .init("min_actors", .constant(.int64), isRequired: false, "items of fewer actors are not ranked; 3"),
            .init(
                "as_of", .constant(.timestamptz), isRequired: false,
                "events behind it do not count; the "
                    + "query's instant"),
            .init("previous", .constant(.timestamptz), isRequired: false, "the moment of rank_prev"),
        ],
        partition: ["item"], order: ["at", "actor"], documentation: documentation
    ) { arguments in
        let function = try TrendingFunction(arguments)
        return BoundTableFunction(columns: function.columns, combine: { try function.ranked($0) }) {
            try function.scores($0, $1)
        }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        item = try arguments.column(named: "item")
        actor = try arguments.position("actor")
        at = try arguments.position("at")
        weight = try arguments.position("weight")
        halfLife = try arguments.number("half_life", in: 1e-6...1e9, default: 24) * 3_600_000_000
        cap = try arguments.number(
            "actor_cap", in: 0...Double.greatestFiniteMagnitude, default: .greatestFiniteMagnitude)
        actorsMin = try arguments.integer("min_actors", in: 0...1_000_000_000, default: 3)
        asOf = arguments.instant("as_of") ?? arguments.context.now
        previous = arguments.instant("previous")
    }

    private var columns: [AnswerColumn] { Self.output.answer(["item_id": item.type]) }

    /// What pieces give: the item, and score, state, newest event and number of actors as of now and of before.
    private var pieces: Schema {
        Schema(
            [Field("item", item.type.logical)]
                + ["", "_prev"].flatMap { moment in
                    [
                        Field("score\(moment)", .double), Field("state\(moment)", .double),
                        Field("newest\(moment)", .int64), Field("actors\(moment)", .int64),
                    ]
                })
    }

    private struct Moments {
        var scores: [Double] = []
        var states: [Double] = []
        var newest: [Int64] = []
        var actors: [Int64] = []

        mutating func append(_ score: TrendingScore, asOf: Int64, actorCount: Int) {
            scores.append(score.score(asOf: asOf))
            states.append(score.logState)
            newest.append(score.newest ?? .min)
            actors.append(Int64(actorCount))
        }

        var columns: [Column] {
            [Column.of(scores), Column.of(states), Column.of(newest), Column.of(actors)]
        }
    }

    private func scores(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let (items, times, weights) = (batch.columns[item.position], batch.columns[at], batch.columns[weight])
        let instants = try times.int64Values()
        let values = try weights.doubleValues()
        var rows: [UInt32] = []
        var (now, before) = (Moments(), Moments())
        for partition in Partitions(starts, rowCount: batch.rowCount) where items.isValid(partition.lowerBound) {
            var score = TrendingScore(halfLife: halfLife)
            var given: [String: Double] = [:]
            var atPrevious: (score: TrendingScore, actors: Int)?
            for row in partition where weights.isValid(row) {
                guard times.isValid(row) else { throw OperatorError.missing("at") }
                guard values[row] >= 0, values[row].isFinite else {
                    throw OperatorError("'weight' holds a number below 0, or none")
                }
                if instants[row] > asOf { break }
                if let previous, instants[row] > previous, atPrevious == nil { atPrevious = (score, given.count) }
                var own = values[row]
                if let name = batch.columns[actor].text(row) {
                    let spent = given[name] ?? 0
                    own = min(own, max(0, cap - spent))
                    given[name] = spent + own
                }
                if own > 0 { score.add(own, at: instants[row]) }
            }
            guard score.newest != nil else { continue }
            rows.append(UInt32(partition.lowerBound))
            now.append(score, asOf: asOf, actorCount: given.count)
            let earlier = atPrevious ?? (score, given.count)
            before.append(
                previous == nil ? TrendingScore(halfLife: halfLife) : earlier.score, asOf: previous ?? asOf,
                actorCount: previous == nil ? 0 : earlier.actors)
        }
        return try ColumnBatch(
            schema: pieces, columns: [try items.taking(rows.span)] + now.columns + before.columns, rowCount: rows.count)
    }

    private func ranked(_ batches: [ColumnBatch]) throws -> ColumnBatch {
        let all = try ColumnBatch.concatenated(batches, schema: pieces)
        let items = all.columns[0]
        let ids = [items]
        let keys = try KeyLayout(chunks: [ids], orders: [KeyOrder(isDescending: false, nullsFirst: false)])
            .packed(ids, rowCount: all.rowCount).sortedRows()
        // Ties by the newest event, then by the item: the place of each row in the order of items.
        var places = [Int](repeating: 0, count: all.rowCount)
        for (place, row) in keys.enumerated() { places[Int(row)] = place }
        let order = try ranking(all, 1, places)
        let earlier = previous == nil ? [] : try ranking(all, 5, places)
        var ranksBefore = [Int32?](repeating: nil, count: all.rowCount)
        for (rank, row) in earlier.enumerated() { ranksBefore[Int(row)] = Int32(truncatingIfNeeded: rank + 1) }
        return try columns.batch(
            [
                try items.taking(order.span), try all.columns[1].taking(order.span),
                try all.columns[2].taking(order.span),
                Column.of(order.indices.map { Int32(truncatingIfNeeded: $0 + 1) }),
                Column.of(order.map { ranksBefore[Int($0)] }),
                Column.of([Int64](repeating: asOf, count: order.count), .timestamp),
            ], rowCount: order.count)
    }

    /// The rows of items with enough actors, the first ranked first.
    private func ranking(_ all: ColumnBatch, _ first: Int, _ places: [Int]) throws -> [UInt32] {
        let states = try all.columns[first + 1].doubleValues()
        let newest = try all.columns[first + 2].int64Values()
        let actors = try all.columns[first + 3].int64Values()
        return (0..<all.rowCount).filter { actors[$0] >= actorsMin && states[$0] > -.infinity }
            .sorted { (states[$1], newest[$1], places[$0]) < (states[$0], newest[$0], places[$1]) }
            .map { UInt32($0) }
    }

    private static let output: [OutputColumn] = [
        .init(argument: "item_id", "the item"), .init("score", .double, "as of as_of"),
        .init("log_state", .double, "what the next computation may go on from"),
        .init("rank", .int32, "from 1 on"),
        .init(
            "rank_prev", .int32,
            "as of previous; NULL where not "
                + "ranked then"),
        .init("as_of", .timestamptz, "the moment of the answer"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "Items by how much happened to them lately.",
        formula: "score = Σ weight × 2^(-(as_of - at) / half_life); log_state = ln Σ weight × 2^(at / "
            + "half_life), by which "
            + "items are ranked: it does not change as time goes by",
        source: "forward decay: Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009",
        columns: output.documentation,
        edgeCases: [
            "events behind as_of do not count", "items of fewer actors than min_actors are left out",
            "equal scores: the newer event first, then the lower item",
            "actor_cap bounds the sum of one actor's "
                + "weights",
            "a weight that is NULL does not count; below 0, NaN or infinite it is an error",
        ],
        example: "SELECT * FROM trending(TABLE events, item => post_id, actor => user_id, at => at, weight => "
            + "CASE kind WHEN "
            + "'view' THEN 0.1 WHEN 'like' THEN 1 WHEN 'comment' THEN 3 WHEN 'share' THEN 5 END)")
}
