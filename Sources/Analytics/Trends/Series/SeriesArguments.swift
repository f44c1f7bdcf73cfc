internal import CivilTime
internal import Columnar
internal import Kernels
internal import Query

/// The arguments that operators on series share: which series, when, how much, in which buckets.
///
/// A series has a value for each bucket from its first to its last; buckets without a row are gaps.
struct SeriesArguments: Sendable {
    let buckets: DayBuckets
    private let metric: (position: Int, type: SQLType)?
    private let metricName: String
    private let keys: [TableFunctionArguments.BatchColumn]
    private let at: Int
    private let value: Int
    private let absent: Double
    /// Which buckets are partial.
    let open: OpenBuckets
    /// Whether partial buckets count as complete: `as_of` was not given where it has to be.
    private let isWhole: Bool

    static let parameters: [TableFunction.Parameter] = [
        .init("metric", .column(nil), isRequired: false, "the name of the series; that of the value's column"),
        .init("by", .columns(nil), isRequired: false, "what else tells series apart, such as [country, channel]"),
        .init("at", .column(.date), "the local date of the bucket; an instant becomes one in the session's zone"),
        .init("value", .column(.double), "the value; NULL, NaN and infinite ones are missing"),
        .init("grain", .constant(.text), isRequired: false, "'day', 'week', 'month', 'quarter' or 'year'; 'day'"),
        .init(
            "absent", .constant(.double), isRequired: false,
            "what a bucket without a row is worth: 0 for "
                + "counts; missing"),
        OpenBuckets.parameter,
    ]
    static let partition = ["metric", "by"]
    static let order = ["at"]

    /// - Parameter takesPartial: whether partial buckets count as complete where `as_of` is not given.
    init(_ arguments: TableFunctionArguments, takesPartial: Bool = false) throws {
        buckets = try arguments.buckets(default: .day)
        metric = arguments.column("metric").map { ($0.position, $0.type) }
        metricName = arguments.column("value")?.text ?? "value"
        keys = arguments.columns("by")
        at = try arguments.position("at")
        value = try arguments.position("value")
        absent = if case .double(let number)? = arguments.constant("absent") { number } else { .nan }
        open = try OpenBuckets(arguments, buckets)
        isWhole = takesPartial && arguments.date("as_of") == nil
    }

    /// The columns that name a series, in front of every answer.
    var columns: [AnswerColumn] {
        [AnswerColumn(name: "metric", type: metric?.type ?? .text)]
            + keys.map { AnswerColumn(name: $0.text, type: $0.type) }
    }

    /// What names the series of rows of a batch.
    /// - Parameter rows: a row of the series for each row of the answer.
    func names(_ batch: ColumnBatch, _ rows: [UInt32]) throws -> [Column] {
        let first =
            try metric.map { try batch.columns[$0.position].taking(rows.span).withNamedMissing() }
            ?? Column.of(metricName, count: rows.count)
        return [first] + (try keys.map { try batch.columns[$0.position].taking(rows.span).withNamedMissing() })
    }

    /// The series of a batch, one for each partition.
    /// - Throws: `OperatorError` where a row has no date, one outside of the calendar, or the bucket of another row.
    func forEachSeries(
        _ batch: ColumnBatch, _ starts: [Int], _ body: (Series) throws -> Void
    ) throws {
        let (dates, numbers) = (batch.columns[at], batch.columns[value])
        let days = try dates.int32Values()
        let values = try numbers.doubleValues()
        for partition in Partitions(starts, rowCount: batch.rowCount) {
            for row in [partition.lowerBound, partition.upperBound - 1] {
                // Dates ascend, missing ones behind: both ends tell of all.
                guard dates.isValid(row) else { throw OperatorError.missing("at") }
                try LocalDates.check(days[row], "at")
            }
            let first = buckets.bucket(days[partition.lowerBound])
            let last = buckets.bucket(days[partition.upperBound - 1])
            var own = [Double](repeating: absent, count: Int(last - first) + 1)
            var before = first - 1
            for row in partition {
                let index = buckets.bucket(days[row])
                guard index > before else {
                    throw OperatorError("two rows of a series lie in one \(buckets.grain.rawValue)")
                }
                before = index
                own[Int(index - first)] = numbers.isValid(row) && values[row].isFinite ? values[row] : .nan
            }
            try body(
                Series(
                    row: UInt32(truncatingIfNeeded: partition.lowerBound), first: first, values: own,
                    completeCount: complete(first, own.count)))
        }
    }

    /// How many buckets are complete.
    private func complete(_ first: Int32, _ count: Int) -> Int {
        if isWhole { return count }
        return (0..<count).last { !open.contains(buckets.firstDay(first + Int32($0))) }.map { $0 + 1 } ?? 0
    }
}

/// The values of a series, a bucket each.
struct Series {
    /// A row of the batch that has its name.
    let row: UInt32
    /// The number of its first bucket.
    let first: Int32
    /// NaN where a value is missing.
    let values: [Double]
    /// How many buckets are complete; those behind are partial.
    let completeCount: Int
}

/// How a series is taken apart, as arguments say it.
struct DecompositionArguments: Sendable {
    let parameters: SeasonalTrendParameters?

    static let parameters: [TableFunction.Parameter] = [
        .init(
            "period", .constant(.int64), isRequired: false,
            "values of a season; 7 days, 52 weeks, 12 months, 4 quarters; 1 for none"),
        .init("seasonal", .constant(.int64), isRequired: false, "width of the seasonal window, odd; 7"),
        .init("trend", .constant(.int64), isRequired: false, "width of the trend's window, odd; from the others"),
        .init("low_pass", .constant(.int64), isRequired: false, "width of the low-pass window, odd; above the period"),
        .init("robust", .constant(.bool), isRequired: false, "whether outliers are weighed down"),
    ]

    init(_ arguments: TableFunctionArguments, _ grain: Grain, isRobust: Bool) throws {
        let widths: ClosedRange<Int64> = 1...1_000_000
        let period = Int(try arguments.integer("period", in: widths, default: Int64(grain.season)))
        func width(_ name: String) throws -> Int? {
            guard arguments.constant(name) != nil else { return nil }
            return Int(try arguments.integer(name, in: widths, default: 7))
        }
        guard period >= 2 else {
            parameters = nil
            return
        }
        parameters = try SeasonalTrendParameters(
            period: period, seasonal: try width("seasonal") ?? 7, trend: try width("trend"),
            lowPass: try width("low_pass"), isRobust: arguments.flag("robust", default: isRobust))
    }

    /// The values of a season; 1 where there is none.
    var period: Int { parameters?.period ?? 1 }
}

/// Decompositions by the length of series: made once for a batch.
struct DecompositionCache {
    private let parameters: SeasonalTrendParameters?
    private var made: [Int: SeasonalTrendDecomposition] = [:]

    init(_ parameters: SeasonalTrendParameters?) { self.parameters = parameters }

    /// A series without gaps, which of its values were filled, and its parts where it is long enough; nil where it has no
    /// value.
    mutating func parts(
        of values: [Double]
    ) -> (filled: [Double], isFilled: [Bool], parts: SeasonalTrendComponents?)? {
        guard let whole = GapFilling.filled(values.span, period: parameters?.period ?? 1) else { return nil }
        guard let parameters else { return (whole.values, whole.isFilled, nil) }
        if made[values.count] == nil {
            made[values.count] = SeasonalTrendDecomposition(count: values.count, parameters)
        }
        let parts = made[values.count]?.components(of: whole.values.span)
        return (whole.values, whole.isFilled, parts)
    }
}
