internal import CivilTime
internal import Columnar
internal import Kernels
internal import Query

/// `balance_at`: the balance of each account at an instant, as it is or was known, and its average over days (rules L2, L4).
struct BalanceAtFunction {
    private let postings: PostingArguments
    private let pending: Int?
    private let recorded: Int?
    private let opened: Int?
    private let asOf: Int64
    private let knownAt: Int64?
    private let from: Int32?
    private let zone: Zone

    static let function = TableFunction(
        "balance_at",
        parameters: [
            PostingArguments.accountParameter, PostingArguments.currencyParameter, PostingArguments.atParameter,
            PostingArguments.amountParameter, PostingArguments.countedParameter,
            .init("pending", .column(.bool), isRequired: false, "which rows are reported beside the balance"),
            .init("recorded", .column(.timestamptz), isRequired: false, "when the posting became known"),
            .init("opened", .column(.date), isRequired: false, "when the account was opened"),
            .init("as_of", .constant(.timestamptz), isRequired: false, "the instant, not included; that of the query"),
            .init(
                "known_at", .constant(.timestamptz), isRequired: false, "as known before this instant; needs recorded"),
            .init("from", .constant(.date), isRequired: false, "the first day of the averages"),
        ],
        partition: ["account", "currency"], order: ["at"], documentation: documentation
    ) { arguments in
        let function = try BalanceAtFunction(arguments)
        return BoundTableFunction(columns: function.columns) { try function.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        postings = try PostingArguments(arguments)
        pending = arguments.column("pending")?.position
        recorded = arguments.column("recorded")?.position
        opened = arguments.column("opened")?.position
        asOf = arguments.instant("as_of") ?? arguments.context.now
        knownAt = arguments.instant("known_at")
        from = arguments.date("from")
        zone = arguments.context.zone
        if knownAt != nil, recorded == nil {
            throw OperatorError("'known_at' needs 'recorded', which says when a posting became known")
        }
        if let from { try LocalDates.check(from, "from") }
    }

    private var columns: [AnswerColumn] {
        Self.output.answer(["account": postings.account.type, "currency": postings.currency.type])
    }

    private struct Lines {
        var rows: [UInt32] = []
        var balances: [Int64] = []
        var pending: [Int64] = []
        var counts: [Int64] = []
        var daily: [Int64?] = []
        var days: [Int32?] = []
        var timed: [Int64?] = []
    }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let own = try postings.postings(batch)
        let waiting = try pending.map { try batch.columns[$0].trueRows() }
        let waitingAmounts = try waiting.map { bits in try postings.amount.values(batch) { bits[$0] } }
        let known = try recorded.map { batch.columns[$0] }
        let knownInstants = try known?.int64Values()
        func isKnown(_ row: Int) throws(OperatorError) -> Bool {
            guard let knownAt, let known, let knownInstants else { return true }
            guard known.isValid(row) else { throw OperatorError.missing("recorded") }
            return knownInstants[row] < knownAt
        }
        var lines = Lines()
        for partition in Partitions(starts, rowCount: batch.rowCount) {
            var (balance, beside): (Int128, Int128) = (0, 0)
            var rows: [Int] = []
            for row in partition where own.instants[row] < asOf {
                try LocalDates.check(own.instants[row], "at")
                if let waiting, waiting[row], let waitingAmounts {
                    if try isKnown(row) { beside += Int128(waitingAmounts[row]) }
                } else if own.isCounted(row), try isKnown(row) {
                    balance += Int128(own.amounts[row])
                    rows.append(row)
                }
            }
            lines.rows.append(UInt32(truncatingIfNeeded: partition.lowerBound))
            lines.balances.append(try balance.narrowed("a balance"))
            lines.pending.append(try beside.narrowed("a sum of pending amounts"))
            lines.counts.append(Int64(rows.count))
            let average = try average(rows, own, batch, partition)
            lines.daily.append(average?.daily)
            lines.days.append(average?.days)
            lines.timed.append(average?.timed)
        }
        return try columns.batch(
            [
                try batch.columns[postings.account.position].taking(lines.rows.span),
                Column.of([Int64](repeating: asOf, count: lines.rows.count), .timestamp),
                Column.of(lines.balances), Column.of(lines.pending), Column.of(lines.counts),
                Column.of(lines.daily), Column.of(lines.days), Column.of(lines.timed),
                try batch.columns[postings.currency.position].taking(lines.rows.span),
            ], rowCount: lines.rows.count)
    }

    /// Averages from the first day (or that on which the account was opened) up to the day of `as_of`.
    ///
    /// The sum of daily closings is that of each amount times the days that it was in the account for.
    private func average(
        _ rows: [Int], _ own: Postings, _ batch: ColumnBatch, _ partition: Range<Int>
    ) throws -> (daily: Int64, days: Int32, timed: Int64?)? {
        guard let from else { return nil }
        var first = from
        if let opened, let row = partition.first(where: { batch.columns[opened].isValid($0) }) {
            first = max(first, try batch.columns[opened].int32Values()[row])
        }
        let end = zone.localDate(of: Instant(microsecondsSinceEpoch: asOf)).daysSinceEpoch
        guard end > first else { return nil }
        let start = zone.startOfDay(LocalDate(daysSinceEpoch: first)).microsecondsSinceEpoch
        var (closings, weighted): (Int128, Int128) = (0, 0)
        for row in rows {
            let instant = own.instants[row]
            let day = zone.localDate(of: Instant(microsecondsSinceEpoch: instant)).daysSinceEpoch
            let amount = Int128(own.amounts[row])
            if day < end { closings = try closings.plus(amount * Int128(end - max(day, first)), "an average") }
            weighted = try weighted.plus(amount * (Int128(asOf) - Int128(max(instant, start))), "an average")
        }
        let days = end - first
        let daily = Rounding.halfEven(closings, dividedBy: Int128(days))
        let timed = asOf > start ? Rounding.halfEven(weighted, dividedBy: Int128(asOf) - Int128(start)) : nil
        return (try daily.narrowed("an average"), days, try timed?.narrowed("an average"))
    }

    private static let output: [OutputColumn] = [
        .init(argument: "account", "the account"), .init("as_of", .timestamptz, "the instant"),
        .init("balance_minor", .int64, unit: "minor", "the balance"),
        .init("pending_minor", .int64, unit: "minor", "what is pending beside it"),
        .init("n", .int64, unit: "count", "postings in the balance"),
        .init("average_daily_minor", .int64, unit: "minor", "mean of the daily closings; NULL without from"),
        .init("average_days", .int32, unit: "days", "over so many days"),
        .init("average_time_minor", .int64, unit: "minor", "mean weighted by time; NULL without from"),
        .init(argument: "currency", "the currency"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "The balance of each account at an instant, as it is or was known then, and its average over days.",
        formula:
            "the sum of the amounts with at < as_of (and recorded < known_at); averages are sums of daily closings over "
            + "days, or of balance × time over time, rounded half to even once",
        source: "bitemporal ledger; analytics rules L2 and L4",
        columns: output.documentation,
        edgeCases: [
            "as_of is not included: the end of 31 January is DATE '2025-02-01', midnight of the session's zone",
            "an account whose postings all lie behind as_of has the balance 0; one without rows has none",
            "averages begin with from, or with the day on which the account was opened where that is later",
            "a posting without amount or instant, and a sum beyond 64 bits, are errors",
        ],
        example:
            "SELECT * FROM balance_at(TABLE postings, account => account, currency => currency, at => effective_at, "
            + "amount => amount_minor, as_of => DATE '2025-02-01')")
}
