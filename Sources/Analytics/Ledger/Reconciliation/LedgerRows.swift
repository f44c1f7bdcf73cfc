internal import Columnar
internal import Kernels
internal import Query

/// The rows of a ledger and of what others say of it, as `reconcile` reads them: each in every way in which it is checked.
///
/// Behind the arguments stand the columns that bring the ways into order: `way`, the account or reference, the number
/// where the way is by number within that, and the currency.
struct LedgerRows: Sendable {
    /// What rows are read by.
    enum Way: Int32 {
        /// Account and currency, in the order of time: balances, snapshots, seals and statements.
        case account
        /// Reference, then number and currency: transactions; contributions come behind them.
        case reference
        /// Number: gaps, and postings that nothing tells apart.
        case number
    }

    /// The conditions that say what a row is, and what is checked of such rows.
    static let roles: [(name: String, meaning: String)] = [
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

    let conditions: [String: Int]
    let hasReferences: Bool
    private let account: Int
    private let currency: Int
    private let at: Int
    private let sequence: Int
    private let leg: Int?
    private let reference: Int?
    private let amount: AmountArgument
    private let statement: [AmountArgument]?
    /// The arguments in front of the columns that order.
    private let argumentCount: Int

    init(_ arguments: TableFunctionArguments) throws {
        account = try arguments.position("account")
        currency = try arguments.position("currency")
        at = try arguments.position("at")
        sequence = try arguments.position("seq")
        leg = arguments.column("leg")?.position
        reference = arguments.column("ref")?.position
        hasReferences = reference != nil
        amount = try AmountArgument(arguments, "amount")
        var conditions: [String: Int] = [:]
        for role in Self.roles { conditions[role.name] = arguments.column(role.name)?.position }
        self.conditions = conditions
        let parts = try ["opening", "credits", "debits"].compactMap { try AmountArgument(optional: $0, arguments) }
        guard conditions["statement"] == nil || parts.count == 3 else {
            throw OperatorError("'statement' needs 'opening', 'credits' and 'debits'")
        }
        statement = conditions["statement"] == nil ? nil : parts
        argumentCount = arguments.columnCount
    }

    /// In which order rows come, and which there are.
    var ordered: (keys: [SQLType], order: [Int]) {
        (
            [.int32, .text, .int64, .text],
            (0..<4).map { argumentCount + $0 } + [at, sequence] + (leg.map { [$0] } ?? [])
        )
    }

    var sameOrder: OperatorError {
        OperatorError(
            leg == nil
                ? "two rows have the same 'at' and 'seq', so that their order is not known"
                : "two rows have the same 'at', 'seq' and 'leg', so that their order is not known")
    }

    // MARK: Writing

    /// The rows of a batch of arguments, once for each way that they are read in.
    /// - Throws: `OperatorError` where a row that counts lacks what its checks need.
    func fanned(_ batch: ColumnBatch) throws -> ColumnBatch {
        let own = try Batch(self, batch, isFanned: false)
        let columns = batch.columns
        var (accounts, references, numbers): ([UInt32], [UInt32], [UInt32]) = ([], [], [])
        for row in 0..<batch.rowCount where own.isUsed(row) {
            let number = UInt32(truncatingIfNeeded: row)
            guard columns[at].isValid(row) else { throw OperatorError.missing("at") }
            guard columns[account].isValid(row) else { throw OperatorError.missing("account") }
            let isPosting = own.isRole("posting", row)
            if isPosting {
                guard columns[sequence].isValid(row) else { throw OperatorError.missing("seq") }
                numbers.append(number)
                if let reference, columns[reference].isValid(row) { references.append(number) }
            } else if own.isRole("contribution", row) {
                guard let reference, columns[reference].isValid(row) else {
                    throw OperatorError("a contribution has no 'ref'")
                }
                references.append(number)
            }
            accounts.append(number)
        }
        let rows = accounts + references + numbers
        let (accountSpan, referenceSpan, all) = (accounts.span, references.span, rows.span)
        let missing = { (count: Int) in Column.nulls(.text, count) }
        let names = [
            try columns[account].taking(accountSpan),
            try reference.map { try columns[$0].taking(referenceSpan) } ?? missing(0), missing(numbers.count),
        ]
        let currencies = [
            try columns[currency].taking(accountSpan), try columns[currency].taking(referenceSpan),
            missing(numbers.count),
        ]
        let sequences = try columns[sequence].int64Values()
        let ways =
            accounts.map { _ in Way.account } + references.map { _ in Way.reference } + numbers.map { _ in Way.number }
        let keys: [Int64?] = zip(ways, rows).map { way, row in
            // Contributions have no number, and come last.
            way == .account || !own.isRole("posting", Int(row)) ? nil : sequences[Int(row)]
        }
        let made: [Column] = [
            .of(ways.map(\.rawValue)), try Column.joined(names, type: .text), .of(keys),
            try Column.joined(currencies, type: .text),
        ]
        let fields = ["way", "name", "number", "money"].enumerated().map { Field($0.element, made[$0.offset].type) }
        return try ColumnBatch(
            schema: Schema(batch.schema.fields + fields),
            columns: try columns.map { try $0.taking(all) } + made, rowCount: rows.count)
    }

    // MARK: Reading

    /// A batch as it is read.
    struct Batch {
        private let rows: LedgerRows
        private let columns: [Column]
        private let bits: [String: Bitmap]
        private let amounts: Buffer<Int64>
        private let instants: Buffer<Int64>
        private let sequences: Buffer<Int64>
        private let legs: Buffer<Int32>?
        private let lines: [Buffer<Int64>]?
        private let ways: Buffer<Int32>?

        fileprivate init(_ rows: LedgerRows, _ batch: ColumnBatch, isFanned: Bool) throws {
            self.rows = rows
            columns = batch.columns
            var bits: [String: Bitmap] = [:]
            for (name, position) in rows.conditions { bits[name] = try batch.columns[position].trueRows() }
            self.bits = bits
            func isRole(_ name: String, _ row: Int) -> Bool { bits[name]?[row] ?? false }
            amounts = try rows.amount.values(batch) { row in
                Self.claims.contains { isRole($0, row) } || isRole("posting", row)
            }
            instants = try columns[rows.at].int64Values()
            sequences = try columns[rows.sequence].int64Values()
            let columns = columns
            legs = try rows.leg.map { try columns[$0].int32Values() }
            lines = try rows.statement?.map { try $0.values(batch) { isRole("statement", $0) } }
            ways = isFanned ? try columns[rows.argumentCount].int32Values() : nil
        }

        /// Rows that are no postings, and that have an amount.
        private static let claims = ["wallet", "escrow", "contribution", "seal", "statement"]

        func isRole(_ name: String, _ row: Int) -> Bool { bits[name]?[row] ?? false }

        func isUsed(_ row: Int) -> Bool {
            isRole("posting", row) || isRole("adjustment", row) || Self.claims.contains { isRole($0, row) }
        }

        func way(_ row: Int) -> Way { ways.flatMap { Way(rawValue: $0[row]) } ?? .account }
        /// The account or the reference.
        func name(_ row: Int) -> String { columns[rows.argumentCount + 1].text(row) ?? "" }
        func currency(_ row: Int) -> String { columns[rows.argumentCount + 3].text(row) ?? "" }
        func instant(_ row: Int) -> Int64 { instants[row] }
        func amount(_ row: Int) -> Int64 { amounts[row] }
        func sequence(_ row: Int) -> Int64 { sequences[row] }

        func leg(_ row: Int) -> Int32? {
            guard let legs, let position = rows.leg, columns[position].isValid(row) else { return nil }
            return legs[row]
        }

        /// A line of a statement.
        func line(_ row: Int) -> (opening: Int64, credits: Int64, debits: Int64)? {
            lines.map { ($0[0][row], $0[1][row], $0[2][row]) }
        }
    }

    func read(_ batch: ColumnBatch) throws -> Batch { try Batch(self, batch, isFanned: true) }
}
