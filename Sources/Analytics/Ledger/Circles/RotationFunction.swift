internal import Columnar
internal import Kernels
internal import Query

/// `rotation`: who was paid in each round of a circle, and what was missing (rule L7).
struct RotationFunction {
    private let circles: CircleArguments
    private let due: Int
    private let payout: Int
    private let turn: Int?
    private let fee: AmountArgument?

    static let function = TableFunction(
        "rotation",
        parameters: [
            CircleArguments.circleParameter, .init("member", .column(.text), "who owes or is paid"),
            CircleArguments.roundParameter, CircleArguments.dueParameter, CircleArguments.payoutParameter,
            .init("turn", .column(.bool), isRequired: false, "which rows name who is to be paid in a round"),
            CircleArguments.amountParameter,
            .init("fee", .column(nil), isRequired: false, "what was kept of a payout, in minor units"),
            CircleArguments.atParameter, .init("seq", .column(nil), "the order of payouts of one instant"),
            CircleArguments.currencyParameter, CircleArguments.asOfParameter,
        ],
        partition: ["circle"], order: ["at", "seq"], documentation: documentation
    ) { arguments in
        let function = try RotationFunction(arguments)
        return BoundTableFunction(columns: function.columns) { try function.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        circles = try CircleArguments(arguments)
        due = try arguments.position("due")
        payout = try arguments.position("payout")
        turn = arguments.column("turn")?.position
        fee = try AmountArgument(optional: "fee", arguments)
    }

    private var columns: [AnswerColumn] { Self.output.answer(["circle_id": circles.circle.type]) }

    /// What is known of a round.
    private struct Round {
        var number: Int32
        var scheduled: Int128 = 0
        var paid: Int128 = 0
        var fees: Int128 = 0
        var recipient: String?
        var paidAt: Int64?
    }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let (dues, payouts) = (try batch.columns[due].trueRows(), try batch.columns[payout].trueRows())
        let turns = try turn.map { try batch.columns[$0].trueRows() }
        func isUsed(_ row: Int) -> Bool { dues[row] || payouts[row] }
        let days = try circles.days(batch, isUsed: isUsed)
        let instants = try batch.columns[circles.at].int64Values()
        let amounts = try circles.amount.values(batch, isRequired: isUsed)
        let fees = try fee?.values(batch) { _ in false }
        let round = try circles.rounds(batch)
        let members = batch.columns[circles.member.position]
        var rows: [UInt32] = []
        var lines: [Round] = []
        for partition in Partitions(starts, rowCount: batch.rowCount) {
            try circles.checkCurrency(batch, partition, isUsed: isUsed)
            var rounds: [Int32: Round] = [:]
            for row in partition where isUsed(row) || turns?[row] ?? false {
                guard let number = round(row) else { throw OperatorError("a due or payout names no round") }
                var own = rounds[number] ?? Round(number: number)
                try circles.checkAmount(amounts[row])
                if dues[row] { own.scheduled += Int128(amounts[row]) }
                if turns?[row] ?? false, own.recipient == nil { own.recipient = members.text(row) }
                if payouts[row], days[row] <= circles.asOf {
                    own.paid += Int128(amounts[row])
                    own.fees += Int128(fees?[row] ?? 0)
                    // The first payout says who was paid, and when; what is added later is for the same member.
                    if own.paidAt == nil {
                        own.recipient = members.text(row)
                        own.paidAt = instants[row]
                    }
                }
                rounds[number] = own
            }
            rows.append(contentsOf: repeatElement(UInt32(partition.lowerBound), count: rounds.count))
            lines += rounds.values.sorted { $0.number < $1.number }
        }
        func sums(_ value: (Round) -> Int128) throws -> Column {
            Column.of(try lines.map { try value($0).narrowed("a sum") })
        }
        return try columns.batch(
            [
                try batch.columns[circles.circle.position].taking(rows.span), Column.of(lines.map(\.number)),
                try Column.texts(lines.map(\.recipient)), try sums { $0.scheduled }, try sums { $0.paid },
                try sums { $0.scheduled - $0.paid }, try sums { $0.fees }, try sums { $0.paid - $0.fees },
                Column.of(lines.map(\.paidAt), .timestamp),
            ], rowCount: rows.count)
    }

    private static let output: [OutputColumn] = [
        .init(argument: "circle_id", "the circle"), .init("round", .int32, "the round"),
        .init("recipient", .text, "who was paid first, or whose turn it is"),
        .init("scheduled_minor", .int64, unit: "minor", "what was to be paid, gross"),
        .init("paid_minor", .int64, unit: "minor", "what was paid up to as_of, gross"),
        .init("shortfall_minor", .int64, unit: "minor", "what is missing"),
        .init("fee_minor", .int64, unit: "minor", "what was kept"),
        .init("net_minor", .int64, unit: "minor", "what the recipient got"),
        .init("paid_at", .timestamptz, "when the first payout was made; NULL before"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "Who was paid in each round of a savings circle (ajo, esusu, susu, chama), and what was missing.",
        formula: "scheduled = the sum of the round's dues (members × contribution); shortfall = scheduled - paid; "
            + "net = paid - fee",
        source: "rotating savings and credit association; analytics rule L7",
        columns: output.documentation,
        edgeCases: [
            "several payouts of a round are summed: a shortfall that is paid later goes away",
            "as_of the day of the payout gives the shortfall at the payout",
            "a due or payout without round is "
                + "an error",
        ],
        example: "SELECT * FROM rotation(TABLE entries, circle => circle_id, member => member_id, round => round, "
            + "due => kind = 'due', payout => kind = 'payout', amount => amount_minor, fee => fee_minor, at => "
            + "at, seq => id)")
}
