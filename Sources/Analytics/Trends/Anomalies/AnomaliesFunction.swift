internal import CivilTime
internal import Columnar
internal import Query

/// `anomalies`: values of series that do not belong to the others (rule T5).
struct AnomaliesFunction {
    private let series: SeriesArguments
    private let decomposition: DecompositionArguments
    private let detector: AnomalyDetector
    private let holidays: Set<Int32>

    static let function = TableFunction(
        "anomalies",
        parameters: SeriesArguments.parameters + [
            .init("method", .constant(.text), isRequired: false, "'stl', 'modified_z', 'iqr' or 'gesd'; 'stl'"),
            .init("threshold", .constant(.double), isRequired: false, "the z from which on a value is flagged; 3.5"),
            .init("width", .constant(.double), isRequired: false, "the fences' width, for 'iqr'; 1.5"),
            .init("most", .constant(.int64), isRequired: false, "how many outliers there may be, for 'gesd'; 10"),
            .init("significance", .constant(.double), isRequired: false, "the level of 'gesd'; 0.05"),
            .init(
                "counts", .constant(.bool), isRequired: false,
                "whether values are counts: small ones are "
                    + "judged as such"),
            .init("holidays", .constants(.date), isRequired: false, "dates on which nothing is flagged"),
        ] + DecompositionArguments.parameters,
        partition: SeriesArguments.partition, order: SeriesArguments.order, documentation: documentation
    ) { arguments in
        let function = try AnomaliesFunction(arguments)
        return BoundTableFunction(columns: function.columns) { try function.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        series = try SeriesArguments(arguments)
        let word = try arguments.word("method", of: AnomalyMethod.allCases.map(\.rawValue), default: "stl")
        let method = AnomalyMethod(rawValue: word) ?? .decomposition
        decomposition = try DecompositionArguments(arguments, series.buckets.grain, isRobust: true)
        detector = AnomalyDetector(
            method: method, threshold: try arguments.number("threshold", in: 0...1e9, default: 3.5),
            fenceWidth: try arguments.number("width", in: 0...1e9, default: 1.5),
            most: Int(try arguments.integer("most", in: 1...100_000, default: 10)),
            significance: try arguments.number("significance", in: 1e-9...0.5, default: 0.05),
            areCounts: arguments.flag("counts", default: false))
        holidays = Set(
            arguments.constants("holidays").compactMap { if case .date(let day) = $0 { day } else { nil } })
    }

    private var columns: [AnswerColumn] { Self.output.answer(after: series.columns) }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        var cache = DecompositionCache(detector.method == .decomposition ? decomposition.parameters : nil)
        var rows: [UInt32] = []
        var days: [Int32] = []
        var numbers = [[Double]](repeating: [], count: 5)
        var flags: [Bool] = []
        var reasons: [String?] = []
        try series.forEachSeries(batch, starts) { own in
            let parts = cache.parts(of: own.values)?.parts
            let finding = detector.finding(own.values, parts: parts)
            rows.append(contentsOf: repeatElement(own.row, count: own.values.count))
            for (index, column) in [own.values, finding.expected, finding.lower, finding.upper, finding.scores]
                .enumerated()
            {
                numbers[index] += column
            }
            for index in own.values.indices {
                let bucket = own.first + Int32(index)
                days.append(series.buckets.firstDay(bucket))
                let reason = finding.isAnomaly[index] ? suppression(own, index) : nil
                reasons.append(reason)
                flags.append(finding.isAnomaly[index] && reason == nil)
            }
        }
        return try columns.batch(
            try series.names(batch, rows) + [Column.dates(days)] + numbers.map { Column.doubles($0) }
                + [Column.of(flags), try Column.texts(reasons), series.open.column(days)], rowCount: rows.count)
    }

    /// Why a value that stands out is not flagged; nil where it is.
    private func suppression(_ own: Series, _ index: Int) -> String? {
        if index >= own.completeCount { return "partial" }
        guard !holidays.isEmpty else { return nil }
        let bucket = own.first + Int32(index)
        let (start, end) = (series.buckets.firstDay(bucket), series.buckets.firstDay(bucket + 1))
        return holidays.contains { $0 >= start && $0 < end } ? "holiday" : nil
    }

    private static let output: [OutputColumn] =
        [SeriesDocumentation.bucket] + [
            .init("value", .double, "the value"), .init("expected", .double, "what it was expected to be"),
            .init("lower", .double, "below it a value is flagged"),
            .init(
                "upper", .double,
                "above it a value "
                    + "is flagged"),
            .init("anomaly_score", .double, unit: "z", "how far it lies; gesd: R_i of the values that were looked at"),
            .init("is_anomaly", .bool, "whether it is flagged"),
            .init("suppressed", .text, "why a value that stands out is not flagged: partial or holiday"),
            OpenBuckets.output,
        ]

    private static let documentation = FunctionDocumentation(
        summary: "Values of series that do not belong to the others.",
        formula: "stl: the modified z of what a robust decomposition leaves; modified_z: 0.67449 (x - median) / "
            + "MAD, flagged "
            + "beyond 3.5; iqr: outside of quartiles ± 1.5 × their distance; gesd: Rosner's R_i against λ_i",
        source: "Iglewicz and Hoaglin (1993); Tukey (1977); Rosner, Technometrics 25 (1983); Anscombe (1948)",
        columns: SeriesDocumentation.names + output.documentation,
        edgeCases: [
            "fewer than 7 values: nothing is flagged", "stl with fewer values than two periods: nothing is flagged",
            "MAD 0: the mean absolute deviation × 1.253314 takes its place; is that 0 too, nothing is flagged",
            "a partial bucket and a holiday are never flagged",
            "counts: where fewer than 10 are expected, the score is 2 (√(x + 3/8) - √(e + 3/8))",
        ] + SeriesDocumentation.edgeCases,
        example: "SELECT * FROM anomalies(TABLE sales_daily, metric => 'sales', at => day, value => sales_minor, "
            + "as_of => DATE '2026-05-29', holidays => [DATE '2025-12-25'])")
}
