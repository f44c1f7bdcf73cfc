internal import Columnar
internal import Kernels
internal import Query

/// `ledger_running`: every posting with the balance of its account after it (rule L1).
struct LedgerRunningFunction {
    private let postings: PostingArguments
    private let reference: (position: Int, type: SQLType)?
    private let sequence: (position: Int, type: SQLType)
    private let leg: Int?

    static let function = TableFunction(
        "ledger_running",
        parameters: [
            PostingArguments.accountParameter, PostingArguments.currencyParameter, PostingArguments.atParameter,
            .init("seq", .column(nil), "the order of postings of one instant"),
            .init("leg", .column(.int32), isRequired: false, "the order of the legs of one posting"),
            PostingArguments.amountParameter,
            .init("ref", .column(nil), isRequired: false, "what the posting belongs to"),
            PostingArguments.countedParameter,
        ],
        partition: ["account", "currency"], order: ["at", "seq", "leg"], documentation: documentation
    ) { arguments in
        let function = try LedgerRunningFunction(arguments)
        return BoundTableFunction(columns: function.columns) { try function.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        postings = try PostingArguments(arguments)
        reference = arguments.column("ref").map { ($0.position, $0.type) }
        sequence = try arguments.column(named: "seq")
        leg = arguments.column("leg")?.position
    }

    private var columns: [AnswerColumn] {
        Self.output.answer([
            "account": postings.account.type, "ref": reference?.type ?? .text, "seq": sequence.type,
            "currency": postings.currency.type,
        ])
    }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let own = try postings.postings(batch)
        let order = try TotalOrder(batch, instants: own.instants, sequence: sequence.position, leg: leg)
        var rows: [UInt32] = []
        var balances: [Int64] = []
        rows.reserveCapacity(batch.rowCount)
        balances.reserveCapacity(batch.rowCount)
        for partition in Partitions(starts, rowCount: batch.rowCount) {
            var balance: Int64 = 0
            var before: Int?
            for row in partition where own.isCounted(row) {
                try LocalDates.check(own.instants[row], "at")
                try order.check(row, after: before)
                before = row
                balance = try balance.plus(own.amounts[row], "the balance of an account")
                rows.append(UInt32(truncatingIfNeeded: row))
                balances.append(balance)
            }
        }
        func taken(_ position: Int) throws -> Column { try batch.columns[position].taking(rows.span) }
        let missing = Column.of(nil, count: rows.count)
        let amounts = Column(.int64, .int64(own.amounts))
        return try columns.batch(
            [
                try taken(postings.account.position), try reference.map { try taken($0.position) } ?? missing,
                try taken(sequence.position),
                try leg.map(taken) ?? Column.of(Array(repeating: Int32?.none, count: rows.count)),
                try taken(postings.at), try amounts.taking(rows.span), Column.of(balances),
                try taken(postings.currency.position),
            ], rowCount: rows.count)
    }

    private static let output: [OutputColumn] = [
        .init(argument: "account", "the account"),
        .init(argument: "ref", "the posting's reference"),
        .init(argument: "seq", "the order within an instant"),
        .init("leg", .int32, "the order within a posting"), .init("effective_at", .timestamptz, "when it counts"),
        .init("amount_minor", .int64, unit: "minor", "the amount"),
        .init("balance_after_minor", .int64, unit: "minor", "the balance with it"),
        .init(argument: "currency", "the currency"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "Every posting with the balance of its account after it.",
        formula: "the sum of the account's amounts over (at, seq, leg) up to and with the row, by currency",
        source:
            "running balance of a ledger; SQL: sum() OVER (PARTITION BY … ORDER BY at, seq, leg ROWS UNBOUNDED PRECEDING)",
        columns: output.documentation,
        edgeCases: [
            "postings of one instant are told apart by seq and leg: ordering by the instant alone would give them one total",
            "two postings of an account with the same at, seq and leg are an error: their order is not known",
            "a posting without amount, instant or seq is an error", "a balance beyond 64 bits is an error",
        ],
        example: "SELECT * FROM ledger_running(TABLE postings, account => account, currency => currency, "
            + "at => effective_at, seq => seq, leg => leg, amount => amount_minor, counted => status = 'completed')")
}
