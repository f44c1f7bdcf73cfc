internal import CivilTime
internal import Columnar
internal import Query

/// `trend_series`: series with averages, growth, trend, season and anomalies (rules T1 to T3, T5).
struct TrendSeriesFunction {
    private let series: SeriesArguments
    private let decomposition: DecompositionArguments
    private let detector: AnomalyDetector
    private let window: Int
    private let isCentred: Bool
    private let alpha: Double
    private let lag: Int

    static let function = TableFunction(
        "trend_series",
        parameters: SeriesArguments.parameters + [
            .init(
                "window", .constant(.int64), isRequired: false,
                "buckets of the simple average; 7 days, 4 "
                    + "weeks, 3 months …"),
            .init("centred", .constant(.bool), isRequired: false, "whether the simple average lies around each value"),
            .init("alpha", .constant(.double), isRequired: false, "of the exponential average; 2 / (window + 1)"),
            .init("lag", .constant(.int64), isRequired: false, "how many buckets back the value compared with lies; 1"),
            .init("threshold", .constant(.double), isRequired: false, "the z from which on a value is flagged; 3.5"),
        ] + DecompositionArguments.parameters,
        partition: SeriesArguments.partition, order: SeriesArguments.order, documentation: documentation
    ) { arguments in
        let function = try TrendSeriesFunction(arguments)
        return BoundTableFunction(columns: function.columns) { try function.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        series = try SeriesArguments(arguments)
        decomposition = try DecompositionArguments(arguments, series.buckets.grain, isRobust: true)
        let standard: Int64 = [.day: 7, .week: 4, .month: 3, .quarter: 4, .year: 3][series.buckets.grain] ?? 7
        window = Int(try arguments.integer("window", in: 1...100_000, default: standard))
        isCentred = arguments.flag("centred", default: false)
        alpha = try arguments.number("alpha", in: 0...1, default: 2 / Double(window + 1))
        lag = Int(try arguments.integer("lag", in: 1...100_000, default: 1))
        detector = AnomalyDetector(
            method: .decomposition, threshold: try arguments.number("threshold", in: 0...1e9, default: 3.5),
            fenceWidth: 1.5,
            most: 10, significance: 0.05, areCounts: false)
    }

    private var columns: [AnswerColumn] { Self.output.answer(after: series.columns) }

    private struct Lines {
        var rows: [UInt32] = []
        var days: [Int32] = []
        var numbers: [[Double]] = Array(repeating: [], count: 10)
        var statuses: [String] = []
        var flags: [Bool] = []
        var filled: [Bool] = []
    }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        var cache = DecompositionCache(decomposition.parameters)
        var lines = Lines()
        try series.forEachSeries(batch, starts) { append($0, &cache, &lines) }
        return try columns.batch(
            try series.names(batch, lines.rows) + [Column.dates(lines.days)]
                + lines.numbers[..<6].map { Column.doubles($0) } + [try Column.texts(lines.statuses)]
                + lines.numbers[6...].map { Column.doubles($0) } + [
                    Column.of(lines.flags), Column.of(lines.filled), series.open.column(lines.days),
                ],
            rowCount: lines.rows.count)
    }

    private func append(_ own: Series, _ cache: inout DecompositionCache, _ lines: inout Lines) {
        let values = own.values
        let sma =
            isCentred
            ? MovingAverages.centred(values, window: window) : MovingAverages.trailing(values, window: window)
        let before = values.indices.map { $0 >= lag ? values[$0 - lag] : .nan }
        // A bucket that is not over says nothing beside one that is.
        let growth = values.indices.map { index in
            index < own.completeCount ? Growth(from: before[index], to: values[index]) : .partial
        }
        let whole = cache.parts(of: values)
        let finding = detector.finding(values, parts: whole?.parts)
        let missing = [Double](repeating: .nan, count: values.count)
        let rest = whole.flatMap { whole in
            whole.parts.map { parts in
                values.indices.map { whole.filled[$0] - parts.trend[$0] - parts.seasonal[$0] }
            }
        }
        let numbers = [
            values, sma, MovingAverages.exponential(values, alpha: alpha), before, growth.map(\.change),
            growth.map(\.share), whole?.parts?.trend ?? missing, whole?.parts?.seasonal ?? missing, rest ?? missing,
            finding.scores,
        ]
        for (index, column) in numbers.enumerated() { lines.numbers[index] += column }
        lines.statuses += growth.map(\.status.rawValue)
        lines.rows.append(contentsOf: repeatElement(own.row, count: values.count))
        for index in values.indices {
            lines.days.append(series.buckets.firstDay(own.first + Int32(index)))
            lines.flags.append(finding.isAnomaly[index] && index < own.completeCount)
            lines.filled.append(whole?.parts != nil && (whole?.isFilled[index] ?? false))
        }
    }

    private static let output: [OutputColumn] =
        [SeriesDocumentation.bucket] + [
            .init("value", .double, "the value; NULL where it is missing"),
            .init("sma", .double, "simple moving average"),
            .init("ema", .double, "exponential moving average"),
            .init(
                "prev", .double,
                "the value `lag` "
                    + "buckets before"),
            .init("abs_change", .double, "value - prev"), .init("pct_change", .double, unit: "1", "over abs(prev)"),
            .init("status", .text, "ok, flat, new (prev 0), sign_change, missing or partial"),
            .init("stl_trend", .double, "trend"), .init("stl_seasonal", .double, "season"),
            .init("stl_resid", .double, "rest"),
            .init(
                "anomaly_score", .double, unit: "z",
                "how far the value "
                    + "stands out"),
            .init("is_anomaly", .bool, "beyond the threshold, in a complete bucket"),
            .init("filled", .bool, "whether the decomposition filled the value"),
            OpenBuckets.output,
        ]

    private static let documentation = FunctionDocumentation(
        summary: "Series with averages, growth, trend, season and anomalies, a row for each bucket.",
        formula: "sma = mean of `window` full buckets (centred and even: 2 × m); ema = α x + (1 - α) ema before, "
            + "at first x; "
            + "pct_change = (value - prev) / abs(prev); STL robust; anomaly_score = modified z of the rest",
        source: "analytics rules T1, T2, T3 and T5; see decompose and anomalies",
        columns: SeriesDocumentation.names + output.documentation,
        edgeCases: [
            "a missing value in the window makes the simple average NULL; the exponential one passes it over",
            "prev 0: pct_change is NULL and status new or flat; from -100 to -50 it is +0.5",
            "a partial bucket is compared with nothing: its changes are NULL, status partial",
            "weeks compare with weeks: lag => 7 compares a day with that weekday of the week before",
            "smooth numerator and denominator of a ratio each by itself",
            "fewer values than two periods: no "
                + "decomposition",
        ] + SeriesDocumentation.edgeCases,
        example: "SELECT * FROM trend_series(TABLE sales_daily, metric => 'sales', at => day, value => "
            + "sales_minor, lag => 7)")
}
