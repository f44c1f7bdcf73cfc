internal import CivilTime
internal import Columnar
internal import Query

/// `trend_test`: whether series go one way, and how fast (rule T4).
struct TrendTestFunction {
    private let series: SeriesArguments
    private let method: TrendTest.Method
    private let significance: Double

    static let function = TableFunction(
        "trend_test",
        parameters: SeriesArguments.parameters + [
            .init("method", .constant(.text), isRequired: false, "'original', 'hamed_rao' or 'seasonal'; 'original'"),
            .init("period", .constant(.int64), isRequired: false, "values of a season, for 'seasonal'"),
            .init("lag", .constant(.int64), isRequired: false, "how far back values depend, for 'hamed_rao'; all"),
            .init("significance", .constant(.double), isRequired: false, "p below it is a trend; 0.05"),
        ],
        partition: SeriesArguments.partition, order: SeriesArguments.order, documentation: documentation
    ) { arguments in
        let function = try TrendTestFunction(arguments)
        return BoundTableFunction(columns: function.columns) { try function.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        series = try SeriesArguments(arguments)
        significance = try arguments.number("significance", in: 1e-9...0.999, default: 0.05)
        switch try arguments.word("method", of: ["original", "hamed_rao", "seasonal"], default: "original") {
        case "hamed_rao":
            let lag = try arguments.integer("lag", in: 1...1_000_000, default: 1_000_000)
            method = .hamedRao(lag: Int(lag))
        case "seasonal":
            method = .seasonal(
                period: Int(
                    try arguments.integer(
                        "period", in: 2...1_000_000, default: Int64(max(series.buckets.grain.season, 2)))))
        default: method = .original
        }
    }

    private var columns: [AnswerColumn] { Self.output.answer(after: series.columns) }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        var rows: [UInt32] = []
        var tests: [TrendTest] = []
        try series.forEachSeries(batch, starts) { own in
            rows.append(own.row)
            // A partial bucket would pull the last value down.
            let values = Array(own.values[..<own.completeCount])
            tests.append(try MannKendall.test(values.span, method: method, significance: significance))
        }
        let columns: [Column] = [
            Column.of(tests.map { Int32(truncatingIfNeeded: $0.count) }), Column.of(tests.map(\.score)),
            Column.doubles(tests.map(\.variance)), Column.doubles(tests.map(\.z)),
            Column.doubles(tests.map(\.probability)),
            Column.doubles(tests.map { $0.tau ?? .nan }), try Column.texts(tests.map(\.trend.rawValue)),
            Column.doubles(tests.map(\.slope)), Column.doubles(tests.map { $0.intercept ?? .nan }),
            Column.doubles(tests.map { $0.slopeLow ?? .nan }), Column.doubles(tests.map { $0.slopeHigh ?? .nan }),
            Column.of(method.name, count: tests.count),
        ]
        return try ColumnBatch(
            schema: Schema(self.columns.map { Field($0.name, $0.type.logical) }),
            columns: try series.names(batch, rows) + columns, rowCount: rows.count)
    }

    private static let output: [OutputColumn] = [
        .init("n", .int32, unit: "count", "values that are there"),
        .init("s", .int64, "pairs that rise less pairs that fall"),
        .init("var_s", .double, "its variance, corrected for ties and by the method"),
        .init("z", .double, "its distance from 0 in deviations"), .init("p", .double, unit: "1", "two-sided"),
        .init("tau", .double, unit: "1", "S over the number of pairs (tau-a)"),
        .init("trend", .text, "increasing, decreasing or none"),
        .init("slope", .double, unit: "per bucket", "Theil-Sen; seasonal: per period"),
        .init("intercept", .double, "at the first bucket"),
        .init("slope_lo", .double, unit: "per bucket", "the slope's interval; NULL where seasonal"),
        .init("slope_hi", .double, unit: "per bucket", "the same"), .init("method", .text, "the method"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "Whether series go one way, and how fast.",
        formula: "Mann-Kendall: S = Σ sgn(x_j - x_i), Var = [n(n-1)(2n+5) - Σ t(t-1)(2t+5)] / 18, Z = (S - sgn "
            + "S) / √Var; "
            + "Theil-Sen: slope = median of (x_j - x_i) / (t_j - t_i), intercept = median(x) - slope × median(t)",
        source: "Mann (1945), Kendall (1975), Sen (1968); Hamed and Rao (1998); Hirsch, Slack and Smith (1982)",
        columns: SeriesDocumentation.names + output.documentation,
        edgeCases: [
            "fewer than 3 values, or all equal: trend none, p 1, slope 0",
            "missing values are passed over and keep their positions: slopes are over true distances",
            "tau is tau-a: with ties it does not reach 1",
            "values that depend on those before them look like a trend: use 'hamed_rao'",
            "partial buckets are "
                + "left out",
        ] + SeriesDocumentation.edgeCases,
        example: "SELECT * FROM trend_test(TABLE sales_daily, metric => 'sales', at => day, value => sales_minor)")
}
