internal import CivilTime
internal import Columnar
internal import Query

/// `decompose`: series taken apart into trend, season and rest (rule T3).
struct DecomposeFunction {
    private let series: SeriesArguments
    private let decomposition: DecompositionArguments

    static let function = TableFunction(
        "decompose", parameters: SeriesArguments.parameters + DecompositionArguments.parameters,
        partition: SeriesArguments.partition, order: SeriesArguments.order, documentation: documentation
    ) { arguments in
        let function = try DecomposeFunction(arguments)
        return BoundTableFunction(columns: function.columns) { try function.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        series = try SeriesArguments(arguments)
        decomposition = try DecompositionArguments(arguments, series.buckets.grain, isRobust: false)
    }

    private var columns: [AnswerColumn] { Self.output.answer(after: series.columns) }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        var cache = DecompositionCache(decomposition.parameters)
        var rows: [UInt32] = []
        var days: [Int32] = []
        var (values, trend, seasonal, resid, weight): ([Double], [Double], [Double], [Double], [Double]) =
            ([], [], [], [], [])
        var filled: [Bool] = []
        try series.forEachSeries(batch, starts) { own in
            rows.append(contentsOf: repeatElement(own.row, count: own.values.count))
            for index in own.values.indices { days.append(series.buckets.firstDay(own.first + Int32(index))) }
            values += own.values
            guard let whole = cache.parts(of: own.values), let parts = whole.parts else {
                let missing = repeatElement(Double.nan, count: own.values.count)
                trend += missing
                seasonal += missing
                resid += missing
                weight += missing
                filled.append(contentsOf: repeatElement(false, count: own.values.count))
                return
            }
            trend += parts.trend
            seasonal += parts.seasonal
            for index in own.values.indices {
                resid.append(whole.filled[index] - parts.trend[index] - parts.seasonal[index])
            }
            weight += parts.weights
            filled += whole.isFilled
        }
        return try columns.batch(
            try series.names(batch, rows) + [Column.dates(days)]
                + [values, trend, seasonal, resid, weight].map { Column.doubles($0) }
                + [Column.of(filled), series.open.column(days)],
            rowCount: rows.count)
    }

    private static let output: [OutputColumn] =
        [SeriesDocumentation.bucket] + [
            .init("value", .double, "the value; NULL where it is missing"), .init("trend", .double, "the trend"),
            .init("seasonal", .double, "the season"), .init("resid", .double, "the rest"),
            .init("weight", .double, unit: "1", "how reliable the value was found, 1 where not robust"),
            .init("filled", .bool, "whether the value was missing and filled in front of the fit"),
            OpenBuckets.output,
        ]

    private static let documentation = FunctionDocumentation(
        summary: "Series taken apart into trend, season and rest.",
        formula: "value = trend + seasonal + resid by STL: loess over each of the season's subseries and over "
            + "what is left; "
            + "trend window = next odd number from 1.5 p / (1 - 1.5 / seasonal); 5 inner passes, robust 2 inner "
            + "and 15 outer",
        source: "Cleveland, Cleveland, McRae, Terpenning: STL, Journal of Official Statistics 6 (1990)",
        columns: SeriesDocumentation.names + output.documentation,
        edgeCases: [
            "fewer values than two periods: no trend, no season (NULL)",
            "a gap of up to 3 buckets is filled by a line, a longer one by the values a period before",
            "days with a season of 7 and one of 365 need two decompositions: one of the other's rest",
        ] + SeriesDocumentation.edgeCases,
        example: "SELECT * FROM decompose(TABLE sales_daily, metric => 'sales', at => day, value => sales_minor, "
            + "robust => true)")
}

/// What the documentation of all operators on series says.
enum SeriesDocumentation {
    static let names: [FunctionDocumentation.Column] = [
        .init("metric", "as the argument", "the series"),
        .init(
            "(by)", "as the arguments",
            "what else names the series; a missing text is (none)"),
    ]
    /// In front of the columns of answers by bucket.
    static let bucket = OutputColumn("bucket_start", .date, "the first local date of the bucket")
    static let edgeCases = [
        "NULL, NaN and infinite values are missing; buckets without a row between the first and the last are "
            + "too, or `absent`",
        "two rows of a series in one bucket are an error: aggregate first",
    ]
}
