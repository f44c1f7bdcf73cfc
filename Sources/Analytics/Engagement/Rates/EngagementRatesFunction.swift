internal import Columnar
internal import Kernels
internal import Query

/// `engagement_rates`: likes, comments and shares for each view, and how long was watched, by item.
struct EngagementRatesFunction {
    private let counts: [Int?]
    private let watched: Int?
    private let duration: Int?
    private let loops: Int?
    private let entity: TableFunctionArguments.BatchColumn?
    private let entityType: Int?
    private let quantile: Double

    private static let actions = ["views", "likes", "comments", "shares", "saves"]

    static let function = TableFunction(
        "engagement_rates",
        parameters: [
            .init("entity_type", .column(.text), isRequired: false, "what kind of item"),
            .init("entity_id", .column(nil), isRequired: false, "which item; without, all rows are one"),
            .init("views", .column(.int64), "views of the row: a count, or a condition for 1 and 0"),
            .init("likes", .column(.int64), isRequired: false, "likes; negative where one was taken back"),
            .init("comments", .column(.int64), isRequired: false, "comments"),
            .init("shares", .column(.int64), isRequired: false, "shares"),
            .init("saves", .column(.int64), isRequired: false, "saves"),
            .init("watched_s", .column(.double), isRequired: false, "seconds watched in the row's view"),
            .init("duration_s", .column(.double), isRequired: false, "the item's length in seconds"),
            .init("loops", .column(.double), isRequired: false, "how often it may have run in the view; 1"),
            .init("confidence", .constant(.double), isRequired: false, "of the Wilson interval; 0.95"),
        ],
        partition: ["entity_type", "entity_id"], order: [], documentation: documentation
    ) { arguments in
        let rates = try EngagementRatesFunction(arguments)
        return BoundTableFunction(columns: rates.outputs) { try rates.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        counts = Self.actions.map { arguments.column($0)?.position }
        watched = arguments.column("watched_s")?.position
        duration = arguments.column("duration_s")?.position
        loops = arguments.column("loops")?.position
        entity = arguments.column("entity_id")
        entityType = arguments.column("entity_type")?.position
        let confidence = try arguments.number("confidence", in: 0...1, default: 0.95)
        guard confidence > 0, confidence < 1 else {
            throw QueryError(.invalidArgument, "'confidence' lies between 0 and 1")
        }
        quantile = KaplanMeier.normalQuantile(0.5 + confidence / 2)
    }

    private var outputs: [AnswerColumn] {
        [AnswerColumn(name: "entity_type", type: .text), AnswerColumn(name: "entity_id", type: entity?.type ?? .text)]
            + Self.columns.answer()
    }

    /// What is added up of an item.
    private struct Sums {
        var counts = [Int64](repeating: 0, count: 5)
        var watched = 0.0
        var watchedViews: Int64 = 0
        var timed: Int64 = 0
        var completed: Int64 = 0
    }

    private func sums(_ batch: ColumnBatch, _ rows: Range<Int>) throws -> Sums {
        var sums = Sums()
        for (action, position) in counts.enumerated() {
            guard let position else { continue }
            let column = batch.columns[position]
            let values = try column.int64Values()
            for row in rows where column.isValid(row) {
                let (sum, overflow) = sums.counts[action].addingReportingOverflow(values[row])
                guard !overflow else { throw QueryError(.overflow, "the \(Self.actions[action]) do not fit 64 bits") }
                sums.counts[action] = sum
            }
        }
        guard let watched else { return sums }
        let seconds = batch.columns[watched]
        let spent = try seconds.doubleValues()
        let lengths = try duration.map { (batch.columns[$0], try batch.columns[$0].doubleValues()) }
        let repeats = try loops.map { (batch.columns[$0], try batch.columns[$0].doubleValues()) }
        for row in rows where seconds.isValid(row) && spent[row].isFinite && spent[row] >= 0 {
            var own = spent[row]
            if let (column, length) = lengths, column.isValid(row), length[row] > 0, length[row].isFinite {
                let loop = repeats.map { $0.0.isValid(row) && $0.1[row] >= 1 ? $0.1[row] : 1 } ?? 1
                own = min(own, loop * length[row])
                sums.timed += 1
                sums.completed += own >= 0.95 * length[row] ? 1 : 0
            }
            sums.watched += own
            sums.watchedViews += 1
        }
        return sums
    }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        var firsts: [UInt32] = []
        var all: [Sums] = []
        for partition in Partitions(starts, rowCount: batch.rowCount) {
            firsts.append(UInt32(truncatingIfNeeded: partition.lowerBound))
            all.append(try sums(batch, partition))
        }
        let rows = firsts.span
        let missing = Column.of(nil, count: firsts.count)
        let types = try entityType.map { try batch.columns[$0].taking(rows).withNamedMissing() }
        let ids = try entity.map { try batch.columns[$0.position].taking(rows).withNamedMissing() }
        let engaged = try all.map { sums in
            try sums.counts.dropFirst().reduce(Int64(0)) { total, count in
                let (sum, overflow) = total.addingReportingOverflow(count)
                guard !overflow else { throw QueryError(.overflow, "the engagements do not fit 64 bits") }
                return sum
            }
        }
        let wilson = all.map { Wilson.interval($0.counts[1], of: $0.counts[0], quantile: quantile) }
        let columns: [Column] =
            [types ?? missing, ids ?? missing] + (0..<5).map { action in .of(all.map { $0.counts[action] }) }
            + [
                .of(all.indices.map { ratio(engaged[$0], all[$0].counts[0]) }),
                .of(all.map { ratio($0.counts[1], $0.counts[0]) }), .of(wilson.map { $0?.low }),
                .of(wilson.map { $0?.high }),
                .of(all.map { $0.watchedViews == 0 ? nil : $0.watched / Double($0.watchedViews) }),
                .of(all.map { ratio($0.completed, $0.timed) }),
            ]
        return try outputs.batch(columns, rowCount: firsts.count)
    }

    private static let columns: [OutputColumn] = [
        .init("views", .int64, unit: "count", "views"), .init("likes", .int64, unit: "count", "likes"),
        .init("comments", .int64, unit: "count", "comments"), .init("shares", .int64, unit: "count", "shares"),
        .init("saves", .int64, unit: "count", "saves"),
        .init("er_views", .double, unit: "1", "(likes + comments + shares + saves) / views: may exceed 1"),
        .init("like_rate", .double, unit: "1", "likes / views"),
        .init("like_wilson_lo", .double, unit: "1", "Wilson's interval of the like rate: rank small items by it"),
        .init("like_wilson_hi", .double, unit: "1", "its upper end"),
        .init("avg_view_s", .double, unit: "s", "seconds watched / views that say so, at most loops * duration each"),
        .init("completion_rate", .double, unit: "1", "views of 0.95 of the duration and more / views with a duration"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "Engagement for each view, item by item, as ratios of sums.",
        formula:
            "er_views = sum(likes + comments + shares + saves) / sum(views); Wilson score interval of likes / views",
        source: "Wilson, Probable inference, 1927",
        columns: [
            .init("entity_type", "text", "the kind of item"), .init("entity_id", "as the argument", "the item"),
        ] + columns.documentation,
        edgeCases: [
            "without views rates are NULL; ratios are of sums, never means of ratios",
            "the interval is NULL where likes are negative or more than the views",
            "views without a duration, or with one of 0, have no completion", "counts that are missing are 0",
        ],
        example: "SELECT * FROM engagement_rates(TABLE events, entity_id => video_id, views => kind = 'view', likes => "
            + "kind = 'like', comments => kind = 'comment', shares => kind = 'share')")
}
