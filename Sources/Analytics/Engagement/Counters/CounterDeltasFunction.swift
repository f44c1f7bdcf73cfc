internal import CivilTime
internal import Columnar
internal import Kernels
internal import Query

/// `counter_deltas`: what a counter that only the total is known of gained and lost from day to day.
struct CounterDeltasFunction {
    private let entity: TableFunctionArguments.BatchColumn
    private let day: Int
    private let counter: Int
    private let asOf: Int32

    static let function = TableFunction(
        "counter_deltas",
        parameters: [
            .init("entity", .column(nil), "whose counter; rows without are left out"),
            .init(
                "day", .column(.date), "the local date of the snapshot; an instant becomes one in the session's zone"),
            .init("seq", .column(nil), "tells snapshots of one day apart: the last counts"),
            .init("counter", .column(.int64), "the total; rows without are left out"),
            .init(
                "as_of", .constant(.date), isRequired: false,
                "today, in the session's zone: what is later is left "
                    + "out"),
        ],
        partition: ["entity"], order: ["day", "seq"], documentation: documentation
    ) { arguments in
        let deltas = try CounterDeltasFunction(arguments)
        return BoundTableFunction(columns: deltas.outputs) { try deltas.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        guard let entity = arguments.column("entity") else { throw QueryError(.type, "needs 'entity'") }
        self.entity = entity
        day = try arguments.position("day")
        counter = try arguments.position("counter")
        asOf = arguments.asOfDate().daysSinceEpoch
        try LocalDates.check(asOf, "as_of")
    }

    private var outputs: [AnswerColumn] {
        Self.columns.answer(after: [AnswerColumn(name: "entity", type: entity.type)])
    }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let (entities, days, counters) = (batch.columns[entity.position], batch.columns[day], batch.columns[counter])
        let (dates, totals) = (try days.int32Values(), try counters.int64Values())
        var rows: [UInt32] = []
        var deltas: [Int64?] = []
        var gaps: [Int32?] = []
        for partition in Partitions(starts, rowCount: batch.rowCount) where entities.isValid(partition.lowerBound) {
            try LocalDates.checkFirst(partition, days, dates, "day")
            let known = partition.filter { days.isValid($0) && counters.isValid($0) && dates[$0] <= asOf }
            var before: Int?
            for (index, row) in known.enumerated() {
                // Of several snapshots of a day the last counts.
                if index + 1 < known.count && dates[known[index + 1]] == dates[row] { continue }
                rows.append(UInt32(truncatingIfNeeded: row))
                if let before {
                    let (delta, overflow) = totals[row].subtractingReportingOverflow(totals[before])
                    guard !overflow else { throw QueryError(.overflow, "the change of a counter does not fit 64 bits") }
                    deltas.append(delta)
                    gaps.append(Int32(clamping: Int64(dates[row]) - Int64(dates[before]) - 1))
                } else {
                    deltas.append(nil)
                    gaps.append(nil)
                }
                before = row
            }
        }
        let taken = rows.span
        let columns: [Column] = [
            try entities.taking(taken), try days.taking(taken), try counters.taking(taken), .of(deltas),
            .of(deltas.map { $0.map { max($0, 0) } }), .of(deltas.map { $0.map { min($0, 0) } }), .of(gaps),
        ]
        return try outputs.batch(columns, rowCount: rows.count)
    }

    private static let columns: [OutputColumn] = [
        .init("observed_on", .date, "the day of the snapshot"),
        .init("counter", .int64, unit: "count", "the total then"),
        .init("delta", .int64, unit: "count", "the change since the snapshot before; NULL of the first"),
        .init("gross_up", .int64, unit: "count", "max(delta, 0)"),
        .init("correction", .int64, unit: "count", "min(delta, 0): what was taken back"),
        .init("gap_days", .int32, unit: "days", "days without a snapshot since the one before"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "What a cumulative counter gained and lost from one day's snapshot to the next.",
        formula: "delta = C(t) - C(t-1); gross_up = max(delta, 0); correction = min(delta, 0)",
        source: "differences of cumulative counters", columns: columns.documentation,
        edgeCases: [
            "the first snapshot is a baseline and no change",
            "days without a snapshot are booked on the next one's day",
            "an entity that vanished has no further rows", "of several snapshots of a day the last counts",
        ],
        example: "SELECT * FROM counter_deltas(TABLE snapshots, entity => video_id, day => taken_at, seq => id, "
            + "counter => views)")
}
