internal import CivilTime
internal import Columnar
internal import Kernels
internal import Query

/// `score_history`: a score as of an instant, its change and its mean over time (rule L9).
struct ScoreHistoryFunction {
    private let user: (position: Int, type: SQLType)
    private let at: Int
    private let sequence: Int
    private let score: Int
    private let tier: Int
    private let from: Int64?
    private let asOf: Int64
    private let zone: Zone

    static let function = TableFunction(
        "score_history",
        parameters: [
            .init("user", .column(nil), "whose score it is"), .init("at", .column(.timestamptz), "when it changed"),
            .init("seq", .column(nil), "the order of changes of one instant: the highest wins"),
            .init("score", .column(.int32), "the score from then on"),
            .init(
                "tier", .column(.text),
                "the tier "
                    + "from then on"),
            .init(
                "from", .constant(.timestamptz), isRequired: false,
                "where change and mean begin; with the "
                    + "first score"),
            .init("as_of", .constant(.timestamptz), isRequired: false, "the instant; that of the query"),
        ],
        partition: ["user"], order: ["at", "seq"], documentation: documentation
    ) { arguments in
        let function = try ScoreHistoryFunction(arguments)
        return BoundTableFunction(columns: function.columns) { try function.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        user = try arguments.column(named: "user")
        at = try arguments.position("at")
        sequence = try arguments.position("seq")
        score = try arguments.position("score")
        tier = try arguments.position("tier")
        from = arguments.instant("from")
        asOf = arguments.instant("as_of") ?? arguments.context.now
        zone = arguments.context.zone
        if let from, from > asOf { throw OperatorError("'from' lies behind 'as_of'") }
    }

    private var columns: [AnswerColumn] { Self.output.answer(["user_id": user.type]) }

    private struct Line {
        var row: UInt32
        var score: Int32?
        var tier: String?
        var delta: Int32?
        var mean = Double.nan
        var days: Int32?
    }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let (times, scores, tiers) = (batch.columns[at], batch.columns[score], batch.columns[tier])
        let instants = try times.int64Values()
        let values = try scores.int32Values()
        let order = try TotalOrder(batch, instants: instants, sequence: sequence)
        var lines: [Line] = []
        for partition in Partitions(starts, rowCount: batch.rowCount) {
            // One row an instant: the last of those with the same is the one of the highest seq.
            var rows: [Int] = []
            var before: Int?
            for row in partition {
                guard times.isValid(row) else { throw OperatorError.missing("at") }
                try LocalDates.check(instants[row], "at")
                try order.check(row, after: before)
                before = row
                guard instants[row] <= asOf else { break }
                guard scores.isValid(row) else { throw OperatorError.missing("score") }
                if let last = rows.last, instants[last] == instants[row] { rows.removeLast() }
                rows.append(row)
            }
            var line = Line(row: UInt32(partition.lowerBound))
            if let last = rows.last {
                line.score = values[last]
                line.tier = tiers.text(last)
                let start = from ?? instants[rows[0]]
                let opening = rows.last { instants[$0] <= start } ?? rows[0]
                let (delta, overflow) = values[last].subtractingReportingOverflow(values[opening])
                guard !overflow else { throw OperatorError("a change of a score does not fit 32 bits") }
                line.delta = delta
                line.mean = mean(rows, instants, values, start)
                line.days = daysInTier(rows, instants) { tiers.text($0) }
            }
            lines.append(line)
        }
        let rows = lines.map(\.row)
        return try columns.batch(
            [
                try batch.columns[user.position].taking(rows.span), Column.of(lines.map(\.score)),
                try Column.texts(lines.map(\.tier)), Column.of(lines.map(\.delta)),
                Column.doubles(lines.map(\.mean)), Column.of(lines.map(\.days)),
            ], rowCount: lines.count)
    }

    /// The mean weighted by the time for which each score held, over the observed time; NaN where that is 0.
    private func mean(_ rows: [Int], _ instants: Buffer<Int64>, _ values: Buffer<Int32>, _ start: Int64) -> Double {
        var (weighted, observed): (Int128, Int128) = (0, 0)
        for (index, row) in rows.enumerated() {
            let begin = max(Int128(instants[row]), Int128(start))
            let end = index + 1 < rows.count ? Int128(instants[rows[index + 1]]) : Int128(asOf)
            guard end > begin else { continue }
            weighted += (end - begin) * Int128(values[row])
            observed += end - begin
        }
        return observed == 0 ? .nan : Double(weighted) / Double(observed)
    }

    /// Local days since the tier was entered that is held at the end.
    private func daysInTier(_ rows: [Int], _ instants: Buffer<Int64>, _ tier: (Int) -> String?) -> Int32 {
        let current = tier(rows[rows.count - 1])
        var entered = rows.count - 1
        while entered > 0, tier(rows[entered - 1]) == current { entered -= 1 }
        let first = zone.localDate(of: Instant(microsecondsSinceEpoch: instants[rows[entered]]))
        let last = zone.localDate(of: Instant(microsecondsSinceEpoch: asOf))
        return Int32(clamping: first.days(until: last))
    }

    private static let output: [OutputColumn] = [
        .init(argument: "user_id", "the user"),
        .init(
            "score", .int32,
            "as of as_of; NULL before "
                + "the first"),
        .init("tier", .text, "as of as_of"),
        .init(
            "delta", .int32,
            "since from, or since the first score "
                + "behind it"),
        .init("tw_mean", .double, "weighted by time"),
        .init("days_in_tier", .int32, unit: "days", "local days since the tier was entered"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "A score as of an instant, its change, its mean over time and how long its tier has been held.",
        formula: "score = that of the last change at or before as_of; delta = score - score at from; tw_mean = Σ "
            + "score × time "
            + "/ observed time from from to as_of",
        source: "as-of join; analytics rule L9",
        columns: output.documentation,
        edgeCases: [
            "two changes of one instant: the highest seq wins; with the same seq it is an error",
            "time before the first score is not observed",
            "counts of transitions: lag(tier) OVER (PARTITION BY "
                + "user ORDER BY at, seq)",
        ],
        example: "SELECT * FROM score_history(TABLE credit_scores, user => user_id, at => recorded_at, seq => id, "
            + "score => score, tier => tier, from => DATE '2025-01-01', as_of => DATE '2025-02-01')")
}
