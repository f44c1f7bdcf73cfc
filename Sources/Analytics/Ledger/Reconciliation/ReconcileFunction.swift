internal import Columnar
internal import Query

/// `reconcile`: what of a ledger does not agree with itself or with others (rule L8).
enum ReconcileFunction {
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
        ] + LedgerRows.roles.map { .init($0.name, .column(.bool), isRequired: $0.name == "posting", $0.meaning) },
        partition: [], order: ["at", "seq", "leg"], documentation: documentation
    ) { arguments in
        let rows = try LedgerRows(arguments)
        let (keys, order) = rows.ordered
        return BoundTableFunction(
            columns: columns,
            ordered: OrderedRows(keys: keys, order: order, rows: rows.fanned) { LedgerAudit(rows, made(rows)) })
    }

    private static let columns = output.answer()

    /// The checks that the arguments give data for.
    private static func made(_ rows: LedgerRows) -> Set<LedgerCheck> {
        var made: Set<LedgerCheck> = [.sequenceWhole]
        if rows.hasReferences { made.formUnion([.balancedReferences, .uniqueReferences]) }
        let needs: [(String, LedgerCheck)] = [
            ("wallet", .walletSnapshots), ("escrow", .escrowSnapshots), ("contribution", .contributionsPosted),
            ("pot", .potsNotBelowZero), ("above_zero", .balancesNotBelowZero), ("statement", .statementsClose),
            ("seal", .sealedClosings),
        ]
        for (name, check) in needs where rows.conditions[name] != nil { made.insert(check) }
        return made
    }

    static func answer(_ findings: [ReconciliationFinding]) throws -> ColumnBatch {
        func amounts(_ value: (ReconciliationFinding) -> Int128) throws -> Column {
            Column.of(try findings.map { try value($0).narrowed("a sum") })
        }
        return try columns.batch(
            [
                try Column.texts(findings.map(\.check.rawValue)), try Column.texts(findings.map(\.subject)),
                try amounts { $0.expected }, try amounts { $0.actual }, try amounts { $0.actual - $0.expected },
                try Column.texts(findings.map(\.severity.rawValue)),
            ], rowCount: findings.count)
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
            "rows are sorted by account, by ref and by seq, on disk where memory does not hold them, and read once",
        ],
        example: "SELECT * FROM reconcile(TABLE entries, account => account, currency => currency, at => at, seq "
            + "=> seq, "
            + "leg => leg, amount => amount_minor, ref => ref, posting => kind = 'posting', wallet => kind = "
            + "'snapshot', "
            + "above_zero => account LIKE 'wallet:%')")
}
