internal import CivilTime
internal import Columnar
internal import Kernels
internal import Query

/// `survival`: how long members of a group stay without an event, and `survival_median`.
struct SurvivalFunction {
    private let duration: Int?
    private let event: Int?
    private let start: Int?
    private let end: Int?
    private let asOf: Int32
    private let quantile: Double
    private let group: Int?
    private let isMedian: Bool

    static let curve = make("survival", isMedian: false)
    static let median = make("survival_median", isMedian: true)

    private static func make(_ name: String, isMedian: Bool) -> TableFunction {
        TableFunction(
            name, parameters: parameters, partition: ["group"], order: [],
            documentation: documentation(name, isMedian ? medianColumns : curveColumns)
        ) { arguments in
            let survival = try SurvivalFunction(arguments, isMedian: isMedian)
            return BoundTableFunction(columns: survival.outputs.answer(), combine: survival.combined) {
                try survival.answer($0, $1)
            }
        }
    }

    private static let parameters: [TableFunction.Parameter] = [
        .init("group", .column(.text), isRequired: false, "a curve for each; a missing one is (none)"),
        .init("duration", .column(.double), isRequired: false, "how long; rows without are left out"),
        .init("event", .column(.bool), isRequired: false, "whether it ended with the event; else it was censored"),
        .init("start", .column(.date), isRequired: false, "with `end` in place of `duration`: when it began"),
        .init("end", .column(.date), isRequired: false, "when the event was; missing: not yet"),
        .init("as_of", .constant(.date), isRequired: false, "today, in the session's zone: what goes on is censored"),
        .init("confidence", .constant(.double), isRequired: false, "of the interval; 0.95"),
    ]

    private var outputs: [OutputColumn] { isMedian ? Self.medianColumns : Self.curveColumns }

    private init(_ arguments: TableFunctionArguments, isMedian: Bool) throws {
        duration = arguments.column("duration")?.position
        event = arguments.column("event")?.position
        start = arguments.column("start")?.position
        end = arguments.column("end")?.position
        let isSpan = duration != nil && event != nil && start == nil && end == nil
        let isDated = duration == nil && event == nil && start != nil && end != nil
        guard isSpan || isDated else {
            throw QueryError(.invalidArgument, "needs 'duration' and 'event', or 'start' and 'end'")
        }
        let confidence = try arguments.number("confidence", in: 0...1, default: 0.95)
        guard confidence > 0, confidence < 1 else {
            throw QueryError(.invalidArgument, "'confidence' lies between 0 and 1")
        }
        quantile = KaplanMeier.normalQuantile(0.5 + confidence / 2)
        asOf = arguments.asOfDate().daysSinceEpoch
        group = arguments.column("group")?.position
        self.isMedian = isMedian
    }

    /// The durations of the rows of a partition.
    private func durations(_ batch: ColumnBatch, _ rows: Range<Int>) throws -> [(time: Double, isEvent: Bool)] {
        if let duration, let event {
            let (times, events) = (batch.columns[duration], try batch.columns[event].trueRows())
            let values = try times.doubleValues()
            return try rows.filter { times.isValid($0) && !values[$0].isNaN }.map { row in
                guard values[row] >= 0, values[row].isFinite else {
                    throw QueryError(.invalidArgument, "a duration is negative or infinite")
                }
                return (values[row], events[row])
            }
        }
        guard let start, let end else { return [] }
        let (begins, ends) = (batch.columns[start], batch.columns[end])
        let (first, last) = (try begins.int32Values(), try ends.int32Values())
        return try rows.filter { begins.isValid($0) && first[$0] <= asOf }.map { row in
            let isEvent = ends.isValid(row) && last[row] <= asOf
            let days = Int64(isEvent ? last[row] : asOf) - Int64(first[row])
            guard days >= 0 else { throw QueryError(.invalidArgument, "an 'end' lies before its 'start'") }
            return (Double(days), isEvent)
        }
    }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        var firsts: [UInt32] = []
        var points: [KaplanMeier.Point] = []
        var sizes: [Int64] = []
        var events: [Int64] = []
        var medians: [Double?] = []
        for partition in Partitions(starts, rowCount: batch.rowCount) {
            let own = try durations(batch, partition)
            if own.isEmpty { continue }
            let curve = KaplanMeier(own, quantile: quantile)
            let first = UInt32(truncatingIfNeeded: partition.lowerBound)
            if isMedian {
                firsts.append(first)
                sizes.append(Int64(own.count))
                events.append(curve.points.reduce(0) { $0 + $1.events })
                medians.append(curve.median)
            } else {
                firsts += Array(repeating: first, count: curve.points.count)
                points += curve.points
            }
        }
        let rows = firsts.span
        let names = try group.map { try batch.columns[$0].taking(rows).withNamedMissing() }
        let groups = names ?? .of(nil, count: firsts.count)
        let columns: [Column] =
            isMedian
            ? [groups, .of(sizes), .of(events), .of(medians)]
            : [
                groups, .of(points.map(\.time)), .of(points.map(\.atRisk)), .of(points.map(\.events)),
                .of(points.map(\.survival)), .of(points.map(\.low)), .of(points.map(\.high)),
            ]
        return try outputs.answer().batch(columns, rowCount: firsts.count)
    }

    /// Curves in the order of their groups.
    private func combined(_ batches: [ColumnBatch]) throws -> ColumnBatch {
        let names = outputs.answer()
        guard !batches.isEmpty else {
            return try names.batch(try names.map { try Column.make($0.type.logical, []) }, rowCount: 0)
        }
        let columns = try names.indices.map { try batches.joined($0) }
        let order = KeyOrder(isDescending: false, nullsFirst: false)
        let keys = try KeyLayout(chunks: [[columns[0]]], orders: [order])
            .packed([columns[0]], rowCount: batches.rowCount)
        let rows = keys.sortedRows()
        let span = rows.span
        return try names.batch(try columns.map { try $0.taking(span) }, rowCount: rows.count)
    }

    private static let curveColumns: [OutputColumn] = [
        .init("group", .text, "the group"),
        .init("t", .double, unit: "days", "the time: 0, and every time of an event or a censoring"),
        .init("at_risk", .int64, unit: "count", "without event or censoring before t"),
        .init("events", .int64, unit: "count", "events at t"),
        .init("s", .double, unit: "1", "the share without an event up to t"),
        .init("ci_lo", .double, unit: "1", "the interval's lower end; NULL where nobody is left"),
        .init("ci_hi", .double, unit: "1", "the interval's upper end"),
    ]

    private static let medianColumns: [OutputColumn] = [
        .init("group", .text, "the group"), .init("n", .int64, unit: "count", "its members"),
        .init("events", .int64, unit: "count", "those with the event"),
        .init("median", .double, unit: "days", "the first t with s <= 0.5; NULL where that is never reached"),
    ]

    private static func documentation(_ name: String, _ columns: [OutputColumn]) -> FunctionDocumentation {
        FunctionDocumentation(
            summary: "How long it takes until an event, where for some it has not come yet.",
            formula: "S(t) = product of (1 - events / at_risk) over times up to t; interval of log(-log S) with "
                + "Greenwood's variance; median = first t with S(t) <= 0.5",
            source: "Kaplan and Meier, Nonparametric estimation from incomplete observations, 1958; Greenwood 1926",
            columns: columns.documentation,
            edgeCases: [
                "who has no event by as_of is censored then; who begins later is left out",
                "at one time events come before censorings",
                "rows without a duration are left out; a negative or infinite one is an error",
            ],
            example: "SELECT * FROM \(name)(TABLE subscriptions, group => plan, start => began, end => cancelled)")
    }
}
