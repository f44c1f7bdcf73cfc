internal import Columnar
internal import Kernels
internal import Query

/// `contribution_status`: how each due of each member of a circle stands on a date (rules L5, L6).
struct ContributionStatusFunction {
    private let circles: CircleArguments
    private let sequence: Int
    private let due: Int
    private let payment: Int
    private let waived: Int?
    private let grace: Int32

    static let function = TableFunction(
        "contribution_status",
        parameters: [
            CircleArguments.circleParameter, CircleArguments.memberParameter,
            .init("round", .column(.int32), "the round of a due; a payment that names one settles that first"),
            CircleArguments.dueParameter, CircleArguments.paymentParameter,
            .init("waived", .column(.bool), isRequired: false, "which dues are waived"),
            CircleArguments.amountParameter,
            CircleArguments.atParameter, .init("seq", .column(nil), "the order of payments of one instant"),
            CircleArguments.currencyParameter,
            .init(
                "grace", .constant(.int64), isRequired: false,
                "days behind the due date that are late, not "
                    + "missed; 7"),
            CircleArguments.asOfParameter,
        ],
        partition: ["circle", "member"], order: ["at", "seq"], documentation: documentation
    ) { arguments in
        let function = try ContributionStatusFunction(arguments)
        return BoundTableFunction(columns: function.columns) { try function.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        circles = try CircleArguments(arguments)
        sequence = try arguments.position("seq")
        due = try arguments.position("due")
        payment = try arguments.position("payment")
        waived = arguments.column("waived")?.position
        grace = Int32(try arguments.integer("grace", in: 0...3_660, default: 7))
    }

    private var columns: [AnswerColumn] {
        Self.output.answer(["circle_id": circles.circle.type, "member_id": circles.member.type])
    }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let (dues, payments) = (try batch.columns[due].trueRows(), try batch.columns[payment].trueRows())
        let waivers = try waived.map { try batch.columns[$0].trueRows() }
        func isUsed(_ row: Int) -> Bool { dues[row] || payments[row] }
        let days = try circles.days(batch, isUsed: isUsed)
        let amounts = try circles.amount.values(batch, isRequired: isUsed)
        let round = try circles.rounds(batch)
        let order = try TotalOrder(batch, instants: try batch.columns[circles.at].int64Values(), sequence: sequence)
        var rows: [UInt32] = []
        var lines: [ContributionSchedule.Due] = []
        for partition in Partitions(starts, rowCount: batch.rowCount) {
            try circles.checkCurrency(batch, partition, isUsed: isUsed)
            var own: [ContributionSchedule.Due] = []
            for row in partition where dues[row] {
                guard !payments[row] else { throw OperatorError("a row is both a due and a payment") }
                guard let number = round(row) else { throw OperatorError("a due names no round") }
                own.append(
                    ContributionSchedule.Due(
                        round: number, date: days[row], amount: amounts[row], isWaived: waivers?[row] ?? false))
            }
            var schedule = try ContributionSchedule(own)
            var before: Int?
            for row in partition where payments[row] {
                try order.check(row, after: before)
                before = row
                guard days[row] <= circles.asOf else { continue }
                try schedule.pay(amounts[row], on: days[row], round: round(row))
            }
            rows.append(contentsOf: repeatElement(UInt32(partition.lowerBound), count: schedule.dues.count))
            lines += schedule.dues
        }
        let asOf = circles.asOf
        return try columns.batch(
            [
                try batch.columns[circles.circle.position].taking(rows.span),
                try batch.columns[circles.member.position].taking(rows.span), Column.of(lines.map(\.round)),
                Column.dates(lines.map(\.date)), Column.of(lines.map(\.amount)), Column.of(lines.map(\.paid)),
                Column.of(lines.map(\.completedOn), .date),
                Column.of(lines.map { ContributionSchedule.daysLate($0, asOf: asOf) }),
                try Column.texts(
                    lines.map { ContributionSchedule.status($0, asOf: asOf, grace: grace).rawValue }),
                Column.dates(lines.map { _ in asOf }),
            ], rowCount: rows.count)
    }

    private static let output: [OutputColumn] = [
        .init(argument: "circle_id", "the circle"), .init(argument: "member_id", "the member"),
        .init("round", .int32, "the round"), .init("due_date", .date, "the local due date"),
        .init("due_minor", .int64, unit: "minor", "what is owed"),
        .init("paid_minor", .int64, unit: "minor", "what was paid of it"),
        .init("completed_on", .date, "when it was paid in full"),
        .init("days_late", .int32, unit: "days", "how late it is or was"),
        .init(
            "status", .text,
            "see the "
                + "formula"),
        .init("as_of", .date, "the day of the answer"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "How each due of each member of a savings circle stands on a date.",
        formula: "payments settle the due that they name, then the oldest open one; on_time: paid in full by the "
            + "due date; "
            + "late: within grace; missed_recovered: after it; open: pending, overdue, missed, each with "
            + "partial_ where "
            + "something was paid",
        source: "analytics rules L5 and L6",
        columns: output.documentation,
        edgeCases: [
            "statuses are those of as_of: a history needs an answer for each date",
            "what is paid too much settles the next due; dues stay payable after the circle's end",
            "waived dues have the status waived and take no payment: leave them out of rates",
            "rates: count of on_time, or sum of paid_minor, over dues with due_date <= as_of",
            "two payments of a member with the same at and seq, negative amounts and two dues for a round are errors",
        ],
        example: "SELECT * FROM contribution_status(TABLE entries, circle => circle_id, member => member_id, "
            + "round => round, "
            + "due => kind = 'due', payment => kind = 'payment', amount => amount_minor, at => at, seq => id, "
            + "as_of => DATE '2024-01-22')")
}
