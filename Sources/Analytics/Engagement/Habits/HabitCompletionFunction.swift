internal import CivilTime
internal import Columnar
internal import Kernels
internal import Query

/// `habit_completion`: how much of what was planned was done, habit by habit.
struct HabitCompletionFunction {
    private let actor: TableFunctionArguments.BatchColumn
    private let habit: TableFunctionArguments.BatchColumn
    private let day: Int
    private let target: Int
    private let done: Int
    private let paused: Int?
    private let asOf: Int32
    private let per: [Int]
    private let perColumns: [AnswerColumn]

    static let function = TableFunction(
        "habit_completion",
        parameters: [
            .per,
            .init("actor", .column(nil), "whose habit; rows without are left out"),
            .init("habit", .column(nil), "which habit"),
            .init("day", .column(.date), "the person's local date; an instant becomes one in the session's zone"),
            .init("seq", .column(nil), "tells rows of a day apart: the last target of a day counts"),
            .init("target", .column(.int64), "how often it is planned for the day; missing: the row plans nothing"),
            .init("done", .column(.int64), "how often it was done; missing: 0"),
            .init("paused", .column(.bool), isRequired: false, "whether the day is taken out"),
            .init(
                "as_of", .constant(.date), isRequired: false,
                "today, in the session's zone: what is later is left "
                    + "out"),
        ],
        partition: ["per", "actor", "habit"], order: ["day", "seq"], documentation: documentation
    ) { arguments in
        let completion = try HabitCompletionFunction(arguments)
        return BoundTableFunction(columns: completion.outputs) { try completion.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        guard let actor = arguments.column("actor"), let habit = arguments.column("habit") else {
            throw QueryError(.type, "needs 'actor' and 'habit'")
        }
        self.actor = actor
        self.habit = habit
        day = try arguments.position("day")
        target = try arguments.position("target")
        done = try arguments.position("done")
        paused = arguments.column("paused")?.position
        asOf = arguments.asOfDate().daysSinceEpoch
        try LocalDates.check(asOf, "as_of")
        per = arguments.slicePositions
        perColumns = arguments.sliceColumns
    }

    private var outputs: [AnswerColumn] {
        Self.columns.answer(
            after: perColumns + [
                AnswerColumn(name: "user_id", type: actor.type), AnswerColumn(name: "habit_id", type: habit.type),
            ])
    }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let (actors, days) = (batch.columns[actor.position], batch.columns[day])
        let (targets, counts) = (batch.columns[target], batch.columns[done])
        let (dates, planned, achieved) = (
            try days.int32Values(), try targets.int64Values(), try counts.int64Values()
        )
        let pauses = try paused.map { try batch.columns[$0].trueRows() }
        var firsts: [UInt32] = []
        var totals: [HabitScan.Totals] = []
        var scan = HabitScan()
        let overflow = QueryError(.overflow, "the sums of a habit do not fit 64 bits")
        for partition in Partitions(starts, rowCount: batch.rowCount) where actors.isValid(partition.lowerBound) {
            try LocalDates.checkFirst(partition, days, dates, "day")
            scan.reset()
            var isKnown = false
            for row in partition where days.isValid(row) && dates[row] <= asOf {
                isKnown = true
                let isAdded = scan.add(
                    day: dates[row], target: targets.isValid(row) ? planned[row] : nil,
                    done: counts.isValid(row) ? achieved[row] : 0, isPaused: pauses?[row] ?? false)
                guard isAdded else { throw overflow }
            }
            guard scan.close() else { throw overflow }
            if !isKnown { continue }
            firsts.append(UInt32(truncatingIfNeeded: partition.lowerBound))
            totals.append(scan.totals)
        }
        let rows = firsts.span
        let narrow = { (value: Int64) throws -> Int32 in
            guard let value = Int32(exactly: value) else { throw QueryError(.overflow, "a count does not fit 32 bits") }
            return value
        }
        let columns: [Column] = [
            try actors.taking(rows), try batch.columns[habit.position].taking(rows).withNamedMissing(),
            .of(try totals.map { try narrow($0.scheduledDays) }), .of(try totals.map { try narrow($0.target) }),
            .of(try totals.map { try narrow($0.done) }),
            .of(
                try totals.map { totals in
                    let (sum, isOverflow) = totals.surplus.addingReportingOverflow(totals.offSchedule)
                    guard !isOverflow else { throw overflow }
                    return try narrow(sum)
                }),
            .of(try totals.map { try narrow($0.fullDays) }), .of(totals.map { ratio($0.done, $0.target) }),
        ]
        let keys = try per.map { try batch.columns[$0].taking(rows).withNamedMissing() }
        return try outputs.batch(keys + columns, rowCount: firsts.count)
    }

    private static let columns: [OutputColumn] = [
        .init("scheduled", .int32, unit: "days", "days with a target, without paused ones"),
        .init("target", .int32, unit: "count", "the sum of their targets"),
        .init("done", .int32, unit: "count", "done on them, no more than each day's target"),
        .init("extra", .int32, unit: "count", "done beyond a target, or on other days"),
        .init("full_days", .int32, unit: "days", "days that reached their target"),
        .init("rate", .double, unit: "1", "done / target: never above 1; NULL where nothing was planned"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "How much of what was planned was done, habit by habit.",
        formula: "sum(min(done, target)) / sum(target) over scheduled days",
        source: "adherence, as in behaviour research",
        columns: [
            .init("user_id", "as the argument", "the person"), .init("habit_id", "as the argument", "the habit"),
        ] + columns.documentation,
        edgeCases: [
            "the table has a row for each planned day, with the target of the schedule that was valid then, and rows "
                + "of what "
                + "was done; one row may be both",
            "paused days, and days before the schedule's first, leave the denominator",
            "with per => week the week of a habit is planned and done by itself",
            "a surplus goes to extra and never makes up for another day", "a target of 0 plans nothing",
        ],
        example:
            "SELECT * FROM habit_completion(TABLE days, actor => user_id, habit => habit_id, day => day, seq => id, "
            + "target => target, done => done)")
}
