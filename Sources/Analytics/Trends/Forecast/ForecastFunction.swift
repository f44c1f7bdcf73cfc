internal import CivilTime
internal import Columnar
internal import Query

/// `forecast`: series continued by exponential smoothing, with intervals (rule T7).
struct ForecastFunction {
    private let series: SeriesArguments
    private let period: Int
    private let steps: Int
    private let modelName: String
    private let areCounts: Bool

    static let function = TableFunction(
        "forecast",
        parameters: SeriesArguments.parameters + [
            .init("h", .constant(.int64), "how many buckets ahead"),
            .init(
                "model", .constant(.text), isRequired: false,
                "'auto', or error, trend and season as in 'AAdA' "
                    + "or 'MAM'; 'auto'"),
            .init(
                "period", .constant(.int64), isRequired: false,
                "values of a season; 7 days, 52 weeks, 12 "
                    + "months, 4 quarters"),
            .init(
                "counts", .constant(.bool), isRequired: false,
                "whether values are not below 0: forecasts are "
                    + "clamped"),
        ],
        partition: SeriesArguments.partition, order: SeriesArguments.order, documentation: documentation
    ) { arguments in
        let function = try ForecastFunction(arguments)
        return BoundTableFunction(columns: function.columns) { try function.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        series = try SeriesArguments(arguments, takesPartial: true)
        steps = Int(try arguments.integer("h", in: 1...10_000, default: 1))
        period = Int(
            try arguments.integer(
                "period", in: 1...Int64(SmoothingFitter.periodMax), default: Int64(series.buckets.grain.season)))
        let name: String? = if case .text(let text)? = arguments.constant("model") { text } else { nil }
        modelName = name ?? "auto"
        guard modelName == "auto" || SmoothingModel(modelName, period: max(period, 2)) != nil else {
            throw OperatorError("'model' is 'auto' or error A or M, trend N, A or Ad, season N, A or M, as in 'AAdA'")
        }
        areCounts = arguments.flag("counts", default: false)
    }

    private var columns: [AnswerColumn] { Self.output.answer(after: series.columns) }

    private struct Lines {
        var rows: [UInt32] = []
        var days: [Int32] = []
        var steps: [Int32] = []
        var numbers: [[Double]] = Array(repeating: [], count: 9)
        var models: [String] = []
        var clamped: [Bool] = []
    }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        var lines = Lines()
        try series.forEachSeries(batch, starts) { own in
            let known = Array(own.values[..<own.completeCount])
            let values = GapFilling.filled(known.span, period: period)?.values ?? []
            try append(own, try fit(values), &lines)
        }
        return try columns.batch(
            try series.names(batch, lines.rows) + [Column.dates(lines.days), Column.of(lines.steps)]
                + lines.numbers[..<5].map { Column.doubles($0) } + [try Column.texts(lines.models)]
                + lines.numbers[5...].map { Column.doubles($0) } + [
                    Column.of(lines.clamped), series.open.column(lines.days),
                ],
            rowCount: lines.rows.count)
    }

    /// The fewest values that say something on the next.
    private static let leastCount = 10

    private func fit(_ values: [Double]) throws(OperatorError) -> SmoothingFit? {
        guard values.count >= Self.leastCount else { return nil }
        guard modelName != "auto" else { return SmoothingFitter.best(values, period: period) }
        guard let model = SmoothingModel(modelName, period: max(period, 2)) else { return nil }
        guard !model.isMultiplicative || values.allSatisfy({ $0 > 0 }) else {
            throw OperatorError("a multiplicative model takes values above 0 only")
        }
        guard model.season == .none || values.count >= 2 * model.period else {
            let rest = SmoothingModel(model.error, model.trend, .none)
            return SmoothingFitter.fit(rest, values)
        }
        return SmoothingFitter.fit(model, values)
    }

    private func append(_ own: Series, _ fit: SmoothingFit?, _ lines: inout Lines) throws {
        let missing = [Double](repeating: .nan, count: steps)
        let mean = fit.map { $0.model.forecast(steps, $0.parameters, from: $0.end) } ?? missing
        let bounds = fit.map { ForecastInterval.bounds($0, mean) } ?? Array(repeating: missing, count: 4)
        for step in 0..<steps {
            let numbers = [mean[step], bounds[0][step], bounds[1][step], bounds[2][step], bounds[3][step]]
            let isClamped = areCounts && numbers.contains { $0 < 0 }
            for (index, number) in numbers.enumerated() {
                lines.numbers[index].append(isClamped ? (number.isNaN ? number : max(0, number)) : number)
            }
            let smoothing = fit.map(Self.smoothing) ?? [Double](repeating: .nan, count: 4)
            for (index, number) in smoothing.enumerated() { lines.numbers[5 + index].append(number) }
            lines.clamped.append(isClamped)
            lines.models.append(fit?.model.name ?? "none")
            lines.rows.append(own.row)
            lines.steps.append(Int32(step + 1))
            lines.days.append(series.buckets.firstDay(own.first + Int32(own.completeCount + step)))
        }
    }

    /// Alpha, beta, gamma and the variance; NaN for what the model does not have.
    private static func smoothing(_ fit: SmoothingFit) -> [Double] {
        [
            fit.parameters.alpha, fit.model.trend == .none ? .nan : fit.parameters.beta,
            fit.model.season == .none ? .nan : fit.parameters.gamma, fit.variance,
        ]
    }

    private static let output: [OutputColumn] =
        [SeriesDocumentation.bucket] + [
            .init("h", .int32, unit: "buckets", "how far ahead"), .init("mean", .double, "what is expected"),
            .init("lo80", .double, "80 % lie above"), .init("hi80", .double, "80 % lie between lo80 and this"),
            .init("lo95", .double, "the same for 95 %"), .init("hi95", .double, "the same for 95 %"),
            .init("model", .text, "error, trend and season: ANN is simple smoothing; none where there is no forecast"),
            .init("alpha", .double, unit: "1", "of the level"),
            .init("beta", .double, unit: "1", "of the slope, α b*"),
            .init("gamma", .double, unit: "1", "of the season"), .init("sigma2", .double, "variance of one step"),
            .init("clamped", .bool, "whether a number below 0 was raised to 0"),
            .init("is_partial", .bool, "whether the bucket is not over today, or on as_of"),
        ]

    private static let documentation = FunctionDocumentation(
        summary: "Series continued by exponential smoothing, with intervals.",
        formula: "innovations form e = y - f, level += α e, slope += β e, season += γ e; mean ± z σ √(1 + Σ c_j²), "
            + "c_j = α + β j + γ [j mod m = 0]; σ² = SSE / (n - k), k = smoothing parameters and free initial "
            + "states; 'auto' "
            + "takes the additive model of the least AICc",
        source: "Hyndman, Koehler, Ord, Snyder: Forecasting with Exponential Smoothing (2008); Holt (1957), "
            + "Winters (1960)",
        columns: SeriesDocumentation.names + output.documentation,
        edgeCases: [
            "fewer than 10 values: no forecast (NULL, model none)", "fewer than two periods: no season",
            "more than 30 % zeros: simple smoothing", "a multiplicative model refuses values of 0 and below",
            "intervals of multiplicative models come from 5,000 paths of a fixed seed",
            "gaps are filled as in decompose; with as_of a partial bucket is left out, and the first that is forecast",
        ] + SeriesDocumentation.edgeCases,
        example: "SELECT * FROM forecast(TABLE sales_monthly, metric => 'sales', at => month, value => sales_minor, "
            + "grain => 'month', h => 6)")
}
