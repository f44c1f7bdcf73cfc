internal import Columnar
internal import Query

/// `reconcile`: what of a ledger does not agree with itself or with others (rule L8).
struct ReconcileFunction {
    private let account: Int
    private let currency: Int
    private let at: Int
    private let sequence: Int
    private let leg: Int?
    private let reference: Int?
    private let amount: AmountArgument
    private let conditions: [String: Int]
    private let statement: [AmountArgument]?

    /// The conditions that say what a row is, and what is checked of such rows.
    private static let roles: [(name: String, meaning: String)] = [
        ("posting", "which rows are postings, such as kind = 'posting' AND status = 'completed'"),
        ("wallet", "which rows are snapshots of wallets: the balance at `at`, not included (R2)"),
        ("escrow", "which rows are snapshots of escrows (R3)"),
        ("contribution", "which rows are contributions said to be paid, under their ref (R4)"),
        ("pot", "which postings are of pots, such as account LIKE 'circle:%' (R5)"),
        ("above_zero", "which postings are of accounts that may not be below 0 (R6)"),
        ("statement", "which rows are lines of statements, the amount being the closing (R7)"),
        ("seal", "which rows are closings of sealed periods at `at`, not included (R10)"),
        ("adjustment", "which rows say that a seal of the account was adjusted (R10)"),
    ]

    static let function = TableFunction(
        "reconcile",
        parameters: [
            .init("account", .column(.text), "whose balance it is"), PostingArguments.currencyParameter,
            PostingArguments.atParameter, .init("seq", .column(.int64), "the number of the posting"),
            .init("leg", .column(.int32), isRequired: false, "the order of the legs of one posting"),
            PostingArguments.amountParameter,
            .init("ref", .column(.text), isRequired: false, "what the posting belongs to (R1, R4, R8)"),
            .init("opening", .column(nil), isRequired: false, "of a line of a statement"),
            .init("credits", .column(nil), isRequired: false, "of a line of a statement"),
            .init("debits", .column(nil), isRequired: false, "of a line of a statement, as a positive number"),
        ] + roles.map { .init($0.name, .column(.bool), isRequired: $0.name == "posting", $0.meaning) },
        partition: [], order: ["at", "seq", "leg"], documentation: documentation
    ) { arguments in
        let function = try ReconcileFunction(arguments)
        // Without rows there is no batch, and every check has still been made.
        return BoundTableFunction(
            columns: Self.columns, combine: { try $0.first ?? function.answer(LedgerAudit()) }
        ) { batch, _ in try function.answer(function.audit(batch)) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        account = try arguments.position("account")
        currency = try arguments.position("currency")
        at = try arguments.position("at")
        sequence = try arguments.position("seq")
        leg = arguments.column("leg")?.position
        reference = arguments.column("ref")?.position
        amount = try AmountArgument(arguments, "amount")
        var conditions: [String: Int] = [:]
        for role in Self.roles { conditions[role.name] = arguments.column(role.name)?.position }
        self.conditions = conditions
        let parts = try ["opening", "credits", "debits"].compactMap { try AmountArgument(optional: $0, arguments) }
        guard conditions["statement"] == nil || parts.count == 3 else {
            throw OperatorError("'statement' needs 'opening', 'credits' and 'debits'")
        }
        statement = conditions["statement"] == nil ? nil : parts
    }

    private static let columns = output.answer()

    /// The checks that the arguments give data for.
    private var made: Set<LedgerCheck> {
        var made: Set<LedgerCheck> = [.sequenceWhole]
        if reference != nil { made.formUnion([.balancedReferences, .uniqueReferences]) }
        let needs: [(String, LedgerCheck)] = [
            ("wallet", .walletSnapshots), ("escrow", .escrowSnapshots), ("contribution", .contributionsPosted),
            ("pot", .potsNotBelowZero), ("above_zero", .balancesNotBelowZero), ("statement", .statementsClose),
            ("seal", .sealedClosings),
        ]
        for (name, check) in needs where conditions[name] != nil { made.insert(check) }
        return made
    }

    private func answer(_ audit: LedgerAudit) throws -> ColumnBatch {
        let findings = audit.findings(made)
        func amounts(_ value: (ReconciliationFinding) -> Int128) throws -> Column {
            Column.of(try findings.map { try value($0).narrowed("a sum") })
        }
        return try Self.columns.batch(
            [
                try Column.texts(findings.map(\.check.rawValue)), try Column.texts(findings.map(\.subject)),
                try amounts { $0.expected }, try amounts { $0.actual }, try amounts { $0.actual - $0.expected },
                try Column.texts(findings.map(\.severity.rawValue)),
            ], rowCount: findings.count)
    }

    private func audit(_ batch: ColumnBatch) throws -> LedgerAudit {
        var bits: [String: Bitmap] = [:]
        for (name, position) in conditions { bits[name] = try batch.columns[position].trueRows() }
        func isRole(_ name: String, _ row: Int) -> Bool { bits[name]?[row] ?? false }
        let others = ["wallet", "escrow", "contribution", "seal", "statement", "adjustment"]
        func isUsed(_ row: Int) -> Bool { isRole("posting", row) || others.contains { isRole($0, row) } }
        let amounts = try amount.values(batch, isRequired: { isUsed($0) && !isRole("adjustment", $0) })
        let times = batch.columns[at]
        let instants = try times.int64Values()
        let numbers = try batch.columns[sequence].int64Values()
        let order = try TotalOrder(batch, instants: instants, sequence: sequence, leg: leg)
        let lines = try statement?.map { try $0.values(batch) { isRole("statement", $0) } }
        var audit = LedgerAudit()
        var before: Int?
        for row in 0..<batch.rowCount where isUsed(row) {
            guard times.isValid(row) else { throw OperatorError.missing("at") }
            guard let owner = batch.columns[account].text(row) else { throw OperatorError.missing("account") }
            let money = batch.columns[currency].text(row) ?? ""
            let text = reference.flatMap { batch.columns[$0].text(row) }
            if isRole("posting", row) {
                try order.check(row, after: before)
                before = row
                audit.postings.append(
                    LedgerAudit.Posting(
                        account: owner, reference: text, sequence: numbers[row], amount: amounts[row], currency: money,
                        at: instants[row], isPot: isRole("pot", row), staysAboveZero: isRole("above_zero", row)))
                continue
            }
            let claim = LedgerAudit.Claim(subject: owner, currency: money, amount: amounts[row], at: instants[row])
            if isRole("wallet", row) { audit.wallets.append(claim) }
            if isRole("escrow", row) { audit.escrows.append(claim) }
            if isRole("seal", row) { audit.seals.append(claim) }
            if isRole("adjustment", row) { audit.adjustments.append(claim) }
            if isRole("contribution", row) {
                guard let text else { throw OperatorError("a contribution has no 'ref'") }
                audit.contributions.append(
                    LedgerAudit.Claim(subject: text, currency: money, amount: amounts[row], at: instants[row]))
            }
            if isRole("statement", row), let lines {
                audit.statements.append(
                    LedgerAudit.StatementLine(
                        account: owner, opening: lines[0][row], credits: lines[1][row], debits: lines[2][row],
                        closing: amounts[row]))
            }
        }
        return audit
    }

    private static let output: [OutputColumn] = [
        .init("check", .text, "R1 to R10"),
        .init(
            "subject", .text,
            "account or reference; NULL where all "
                + "is well"),
        .init("expected_minor", .int64, unit: "minor", "what it should be (R8, R9: count)"),
        .init("actual_minor", .int64, unit: "minor", "what it is"),
        .init("diff_minor", .int64, unit: "minor", "actual less expected"),
        .init("severity", .text, "ok, warning or error"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "What of a ledger does not agree with itself, or with what others say of it.",
        formula: "R1 each ref and currency sums to 0; R2 wallet and R3 escrow snapshots are the ledger's "
            + "balances; R4 paid "
            + "contributions are posted; R5 pots and R6 running balances are not below 0; R7 statements close; "
            + "R8 no ref "
            + "twice; R9 no gap in seq; R10 sealed closings are computed again, or adjusted",
        source: "analytics rule L8",
        columns: output.documentation,
        edgeCases: [
            "every check that has data gives a row, also where it found nothing: severity ok",
            "a check whose rows are not named by an argument is not made",
            "a ref of two postings is two transactions for R1, and a finding of R8",
            "R6 looks at every moment: an account below 0 within a day is found",
            "all rows are looked at together, on one thread",
        ],
        example: "SELECT * FROM reconcile(TABLE entries, account => account, currency => currency, at => at, seq "
            + "=> seq, "
            + "leg => leg, amount => amount_minor, ref => ref, posting => kind = 'posting', wallet => kind = "
            + "'snapshot', "
            + "above_zero => account LIKE 'wallet:%')")
}
