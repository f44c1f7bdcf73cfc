internal import CivilTime
internal import Columnar
internal import Kernels
internal import Query

/// `streaks`: the current and the longest run of active days of each person.
struct StreaksFunction {
    private let user: (position: Int, type: SQLType)
    private let day: Int
    private let freeze: Int?
    private let grace: Int64
    private let asOf: Int32

    static let function = TableFunction(
        "streaks",
        parameters: [
            .init("actor", .column(nil), "who is active; rows without are left out"),
            .init(
                "day", .column(.date), "local date; an instant becomes one in the session's zone"),
            .init("freeze", .column(.bool), isRequired: false, "true where the row is a spent freeze token"),
            .init("grace", .constant(.int64), isRequired: false, "missed days in a row that a run outlives; 0"),
            .init("as_of", .constant(.date), isRequired: false, "today, in the session's zone"),
        ],
        partition: ["actor"], order: ["day"], documentation: documentation
    ) { arguments in
        let streaks = try StreaksFunction(arguments)
        return BoundTableFunction(columns: streaks.columns, rows: .distinct) { try streaks.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        user = (try arguments.position("actor"), arguments.column("actor")?.type ?? .text)
        day = try arguments.position("day")
        freeze = arguments.column("freeze")?.position
        grace = try arguments.integer("grace", in: 0...366, default: 0)
        asOf = arguments.asOfDate().daysSinceEpoch
        try LocalDates.check(asOf, "as_of")
    }

    private var columns: [AnswerColumn] { Self.output.answer(["user_id": user.type]) }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let (users, dates) = (batch.columns[user.position], batch.columns[day])
        let days = try dates.int32Values()
        let frozen = try freeze.map { try batch.columns[$0].trueRows() }
        var rows: [UInt32] = []
        var current = FixedBuilder<Int32>(filler: 0)
        var longest = FixedBuilder<Int32>(filler: 0)
        var longestStart = FixedBuilder<Int32>(filler: 0)
        var lastActive = FixedBuilder<Int32>(filler: 0)
        for partition in Partitions(starts, rowCount: batch.rowCount) where users.isValid(partition.lowerBound) {
            try LocalDates.checkFirst(partition, dates, days, "day")
            var scan = StreakScan(grace: grace)
            for row in partition where dates.isValid(row) && days[row] <= asOf {
                scan.add(days[row], isFrozen: frozen?[row] ?? false)
            }
            guard let best = scan.longest, let last = scan.lastActive else { continue }
            rows.append(UInt32(partition.lowerBound))
            current.append(scan.current(asOf: asOf))
            longest.append(best.dayCount)
            longestStart.append(best.start)
            lastActive.append(last)
        }
        let asOfDays = Buffer([Int32](repeating: asOf, count: rows.count))
        return try columns.batch(
            [
                try users.taking(rows.span), Column(.date, .int32(asOfDays)),
                current.column(.int32, ColumnValues.int32),
                longest.column(.int32, ColumnValues.int32), longestStart.column(.date, ColumnValues.int32),
                lastActive.column(.date, ColumnValues.int32),
            ], rowCount: rows.count)
    }

    private static let output: [OutputColumn] = [
        .init(argument: "user_id", "the actor"), .init("as_of", .date, "the day of the answer"),
        .init("current", .int32, unit: "days", "the run that is alive; 0 where it is broken"),
        .init("longest", .int32, unit: "days", "the longest run; of equal ones the first"),
        .init("longest_start", .date, "its first day"), .init("last_active", .date, "the last active day"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "The current and the longest run of active days of each person.",
        formula:
            "gaps and islands over the distinct local dates up to as_of; the current run counts where no more than "
            + "`grace` days are missed between its last day and as_of, which may itself still become active",
        source: "gaps and islands (Date, SQL and Relational Theory; Celko, SQL for Smarties)",
        columns: output.documentation,
        edgeCases: [
            "a day counts once, however often the person was active",
            "days after as_of are not looked at; a person with no other days has no row",
            "missed days within grace and frozen days keep a run and do not count",
            "rows without actor or day are left out",
        ],
        example: "SELECT * FROM streaks(TABLE events, actor => user_id, day => occurred_at, grace => 1)")
}
