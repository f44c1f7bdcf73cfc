internal import CivilTime
internal import Columnar
internal import Kernels
internal import Query

/// `loan_book`: what is outstanding of each loan, and how late it is (rule L10).
struct LoanBookFunction {
    private let loan: (position: Int, type: SQLType)
    private let currency: (position: Int, type: SQLType)
    private let at: Int
    private let disbursed: Int
    private let repaid: Int
    private let due: Int?
    private let amount: AmountArgument
    private let riskDays: Int32
    private let asOf: Int32
    private let zone: Zone

    static let function = TableFunction(
        "loan_book",
        parameters: [
            .init("loan", .column(nil), "the loan"), PostingArguments.currencyParameter,
            .init("disbursed", .column(.bool), "which rows pay the loan out"),
            .init("repaid", .column(.bool), "which rows repay principal"),
            .init("due", .column(.bool), isRequired: false, "which rows are the schedule: principal due on a date"),
            .init("amount", .column(nil), "minor units, a whole number not below 0"),
            .init("at", .column(.timestamptz), "when it was paid, or is due"),
            .init("days", .constant(.int64), isRequired: false, "later than this is at risk; 30"),
            CircleArguments.asOfParameter,
        ],
        partition: ["loan", "currency"], order: ["at"], documentation: documentation
    ) { arguments in
        let function = try LoanBookFunction(arguments)
        return BoundTableFunction(columns: function.columns) { try function.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        loan = try arguments.column(named: "loan")
        currency = try arguments.column(named: "currency")
        at = try arguments.position("at")
        disbursed = try arguments.position("disbursed")
        repaid = try arguments.position("repaid")
        due = arguments.column("due")?.position
        amount = try AmountArgument(arguments, "amount")
        riskDays = Int32(try arguments.integer("days", in: 0...3_660, default: 30))
        asOf = arguments.asOfDate().daysSinceEpoch
        try LocalDates.check(asOf, "as_of")
        zone = arguments.context.zone
    }

    private var columns: [AnswerColumn] { Self.output.answer(["loan_id": loan.type, "currency": currency.type]) }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let paidOut = try batch.columns[disbursed].trueRows()
        let paidBack = try batch.columns[repaid].trueRows()
        let scheduled = try due.map { try batch.columns[$0].trueRows() }
        func isUsed(_ row: Int) -> Bool { paidOut[row] || paidBack[row] || scheduled?[row] ?? false }
        let days = try LocalDates.days(batch.columns[at], "at", zone, isUsed: isUsed)
        let amounts = try amount.values(batch, isRequired: isUsed)
        var rows: [UInt32] = []
        var sums = [[Int64]](repeating: [], count: 6)
        var oldest: [Int32?] = []
        for partition in Partitions(starts, rowCount: batch.rowCount) {
            guard partition.contains(where: isUsed) else { continue }
            var (lent, owed, back): (Int128, Int128, Int128) = (0, 0, 0)
            for row in partition where isUsed(row) && days[row] <= asOf {
                guard amounts[row] >= 0 else { throw OperatorError("an amount of a loan is below 0") }
                if paidOut[row] { lent += Int128(amounts[row]) }
                if paidBack[row] { back += Int128(amounts[row]) }
                if scheduled?[row] ?? false { owed += Int128(amounts[row]) }
            }
            let unpaid = firstUnpaid(partition, scheduled, days, amounts, back)
            let outstanding = lent - back
            let isAtRisk = unpaid.map { asOf - $0 > riskDays } ?? false
            rows.append(UInt32(partition.lowerBound))
            let own = [lent, owed, back, outstanding, max(0, owed - back), isAtRisk ? max(0, outstanding) : 0]
            for (index, sum) in own.enumerated() { sums[index].append(try sum.narrowed("a sum")) }
            oldest.append(unpaid)
        }
        return try columns.batch(
            [try batch.columns[loan.position].taking(rows.span)] + sums.map { Column.of($0) }
                + [
                    Column.of(oldest, .date), Column.of(oldest.map { $0.map { asOf - $0 } ?? 0 }),
                    try batch.columns[currency.position].taking(rows.span),
                ], rowCount: rows.count)
    }

    /// The date of the oldest due that the repayments, oldest first, do not cover.
    private func firstUnpaid(
        _ partition: Range<Int>, _ scheduled: Bitmap?, _ days: [Int32], _ amounts: Buffer<Int64>, _ back: Int128
    ) -> Int32? {
        guard let scheduled else { return nil }
        var left = back
        let dues = partition.filter { scheduled[$0] && days[$0] < asOf }.sorted { (days[$0], $0) < (days[$1], $1) }
        for row in dues where amounts[row] > 0 {
            left -= Int128(amounts[row])
            if left < 0 { return days[row] }
        }
        return nil
    }

    private static let output: [OutputColumn] = [
        .init(argument: "loan_id", "the loan"),
        .init("disbursed_minor", .int64, unit: "minor", "paid out"),
        .init("due_minor", .int64, unit: "minor", "principal due up to as_of"),
        .init("repaid_minor", .int64, unit: "minor", "principal repaid"),
        .init("outstanding_minor", .int64, unit: "minor", "disbursed less repaid"),
        .init("arrears_minor", .int64, unit: "minor", "due less repaid, not below 0"),
        .init("at_risk_minor", .int64, unit: "minor", "outstanding where more than `days` late"),
        .init("oldest_due", .date, "the oldest due not covered"),
        .init("days_late", .int32, unit: "days", "since then; 0 where none"),
        .init(argument: "currency", "the currency"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "What is outstanding of each loan, and how late it is.",
        formula: "outstanding = disbursed - principal repaid; repayments cover the oldest dues first; PAR30 = "
            + "sum(at_risk_minor) / sum(outstanding_minor); repayment rate = sum(least(repaid, due)) / sum(due)",
        source: "portfolio at risk, CGAP; analytics rule L10",
        columns: output.documentation,
        edgeCases: [
            "ratios of a book are ratios of sums; NULL where nothing is outstanding",
            "a due of as_of itself is not late yet",
            "interest is not accrued: give it as rows of its own where "
                + "the source has it",
        ],
        example: "SELECT sum(at_risk_minor)::double / nullif(sum(outstanding_minor), 0) FROM loan_book(TABLE entries, "
            + "loan => loan_id, currency => currency, disbursed => kind = 'disbursed', repaid => kind = 'repaid', "
            + "due => kind = 'due', amount => principal_minor, at => at)")
}
