internal import Columnar
internal import Kernels
internal import Query

/// `member_position`: what each member of a circle has put in and got out (rule L7).
struct MemberPositionFunction {
    private let circles: CircleArguments
    private let due: Int
    private let payment: Int
    private let payout: Int
    private let fee: AmountArgument?

    static let function = TableFunction(
        "member_position",
        parameters: [
            CircleArguments.circleParameter, CircleArguments.memberParameter, CircleArguments.dueParameter,
            CircleArguments.paymentParameter, CircleArguments.payoutParameter, CircleArguments.amountParameter,
            .init("fee", .column(nil), isRequired: false, "what was kept of a payout, in minor units"),
            CircleArguments.atParameter, CircleArguments.currencyParameter, CircleArguments.asOfParameter,
        ],
        partition: ["circle", "member"], order: ["at"], documentation: documentation
    ) { arguments in
        let function = try MemberPositionFunction(arguments)
        return BoundTableFunction(columns: function.columns) { try function.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        circles = try CircleArguments(arguments)
        due = try arguments.position("due")
        payment = try arguments.position("payment")
        payout = try arguments.position("payout")
        fee = try AmountArgument(optional: "fee", arguments)
    }

    private var columns: [AnswerColumn] {
        Self.output.answer(["circle_id": circles.circle.type, "member_id": circles.member.type])
    }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let dues = try batch.columns[due].trueRows()
        let payments = try batch.columns[payment].trueRows()
        let payouts = try batch.columns[payout].trueRows()
        func isUsed(_ row: Int) -> Bool { dues[row] || payments[row] || payouts[row] }
        let days = try circles.days(batch, isUsed: isUsed)
        let amounts = try circles.amount.values(batch, isRequired: isUsed)
        let fees = try fee?.values(batch) { _ in false }
        var rows: [UInt32] = []
        var sums = [[Int64]](repeating: [], count: 4)
        for partition in Partitions(starts, rowCount: batch.rowCount) {
            guard partition.contains(where: isUsed) else { continue }
            try circles.checkCurrency(batch, partition, isUsed: isUsed)
            var (owed, contributed, received): (Int128, Int128, Int128) = (0, 0, 0)
            var isPaidOut = false
            for row in partition where isUsed(row) {
                try circles.checkAmount(amounts[row])
                if dues[row] { owed += Int128(amounts[row]) }
                guard days[row] <= circles.asOf else { continue }
                if payments[row] { contributed += Int128(amounts[row]) }
                if payouts[row] {
                    received += Int128(amounts[row]) - Int128(fees?[row] ?? 0)
                    isPaidOut = true
                }
            }
            rows.append(UInt32(partition.lowerBound))
            let exposure = isPaidOut ? max(0, owed - contributed) : 0
            for (index, sum) in [contributed, received, received - contributed, exposure].enumerated() {
                sums[index].append(try sum.narrowed("a sum"))
            }
        }
        return try columns.batch(
            [
                try batch.columns[circles.circle.position].taking(rows.span),
                try batch.columns[circles.member.position].taking(rows.span),
            ] + sums.map { Column.of($0) }, rowCount: rows.count)
    }

    private static let output: [OutputColumn] = [
        .init(argument: "circle_id", "the circle"), .init(argument: "member_id", "the member"),
        .init("contributed_minor", .int64, unit: "minor", "paid in up to as_of"),
        .init("received_minor", .int64, unit: "minor", "got out up to as_of, net of fees"),
        .init("net_position_minor", .int64, unit: "minor", "received less contributed"),
        .init("exposure_minor", .int64, unit: "minor", "what the circle may lose by the member"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "What each member of a savings circle has put in and got out, and what is still owed by those "
            + "already paid.",
        formula: "net position = received (payouts - fees) - contributed; exposure = dues not yet paid of "
            + "members who were "
            + "paid; the sum of net positions = -(pot + fees)",
        source: "rotating savings and credit association; analytics rule L7",
        columns: output.documentation,
        edgeCases: [
            "a member who was not paid exposes the circle to nothing",
            "all dues of the cycle count, also those "
                + "behind as_of",
        ],
        example: "SELECT * FROM member_position(TABLE entries, circle => circle_id, member => member_id, due => "
            + "kind = 'due', "
            + "payment => kind = 'payment', payout => kind = 'payout', amount => amount_minor, fee => fee_minor, "
            + "at => at)")
}
