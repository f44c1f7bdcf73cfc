internal import CivilTime
internal import Columnar
internal import Kernels
internal import Query

/// `statement`: opening, credits, debits and closing of each account, day by day (rule L3).
struct StatementFunction {
    private let postings: PostingArguments
    private let buckets: DayBuckets
    private let from: Int32?
    private let to: Int32
    private let zone: Zone
    private let open: OpenBuckets

    static let function = TableFunction(
        "statement",
        parameters: [
            PostingArguments.accountParameter, PostingArguments.currencyParameter, PostingArguments.atParameter,
            PostingArguments.amountParameter, PostingArguments.countedParameter,
            .init("grain", .constant(.text), isRequired: false, "day, week, month, quarter or year; 'day'"),
            .init("from", .constant(.date), isRequired: false, "the first date; that of the account's first posting"),
            .init("to", .constant(.date), isRequired: false, "the date behind the last; tomorrow"),
            OpenBuckets.parameter,
        ],
        partition: ["account", "currency"], order: ["at"], documentation: documentation
    ) { arguments in
        let function = try StatementFunction(arguments)
        return BoundTableFunction(columns: function.columns) { try function.answer($0, $1) }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        postings = try PostingArguments(arguments)
        buckets = try arguments.buckets(default: .day)
        from = arguments.date("from")
        to = arguments.date("to") ?? arguments.asOfDate().adding(days: 1).daysSinceEpoch
        zone = arguments.context.zone
        open = try OpenBuckets(arguments, buckets)
        try LocalDates.check(to, "to")
        if let from {
            try LocalDates.check(from, "from")
            guard from <= to else { throw OperatorError("'from' lies behind 'to'") }
        }
    }

    private var columns: [AnswerColumn] {
        Self.output.answer(["account": postings.account.type, "currency": postings.currency.type])
    }

    /// What moved in a bucket.
    private struct Movement {
        var credits: Int128 = 0
        var debits: Int128 = 0
        var count: Int32 = 0
    }

    private struct Lines {
        var rows: [UInt32] = []
        var days: [Int32] = []
        var opening: [Int64] = []
        var credits: [Int64] = []
        var debits: [Int64] = []
        var closing: [Int64] = []
        var counts: [Int32] = []
    }

    private func answer(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let own = try postings.postings(batch)
        let days = try LocalDates.days(batch.columns[postings.at], "at", zone, isUsed: own.isCounted)
        var lines = Lines()
        var movements: [Movement] = []
        for partition in Partitions(starts, rowCount: batch.rowCount) {
            let counted = partition.lazy.filter(own.isCounted)
            // Local dates are not always in the order of instants, so the first date is looked for.
            guard let earliest = counted.map({ days[$0] }).min() else { continue }
            let first = buckets.bucket(from ?? earliest)
            let last = to > (from ?? earliest) ? buckets.bucket(to - 1) : first - 1
            var balance: Int128 = 0
            movements.removeAll(keepingCapacity: true)
            movements.append(contentsOf: repeatElement(Movement(), count: max(0, Int(last) - Int(first) + 1)))
            for row in counted {
                let amount = Int128(own.amounts[row])
                let day = days[row]
                if let from, day < from {
                    balance += amount
                } else if day < to {
                    let index = Int(buckets.bucket(day) - first)
                    if amount < 0 { movements[index].debits -= amount } else { movements[index].credits += amount }
                    movements[index].count += 1
                }
            }
            try append(movements, UInt32(truncatingIfNeeded: partition.lowerBound), first, balance, &lines)
        }
        return try columns.batch(
            [
                try batch.columns[postings.account.position].taking(lines.rows.span), Column.dates(lines.days),
                Column.of(lines.opening), Column.of(lines.credits), Column.of(lines.debits),
                Column.of(lines.closing), Column.of(lines.counts),
                try batch.columns[postings.currency.position].taking(lines.rows.span), open.column(lines.days),
            ], rowCount: lines.rows.count)
    }

    private func append(
        _ movements: [Movement], _ row: UInt32, _ first: Int32, _ opening: Int128, _ lines: inout Lines
    ) throws(OperatorError) {
        var balance = opening
        for (index, movement) in movements.enumerated() {
            lines.rows.append(row)
            lines.days.append(buckets.firstDay(first + Int32(index)))
            lines.opening.append(try balance.narrowed("a balance"))
            lines.credits.append(try movement.credits.narrowed("a sum of credits"))
            lines.debits.append(try movement.debits.narrowed("a sum of debits"))
            balance += movement.credits - movement.debits
            lines.closing.append(try balance.narrowed("a balance"))
            lines.counts.append(movement.count)
        }
    }

    private static let output: [OutputColumn] = [
        .init(argument: "account", "the account"),
        .init("bucket_start", .date, "the local day (or the first of the week, month, …)"),
        .init("opening_minor", .int64, unit: "minor", "the balance in front"),
        .init("credits_minor", .int64, unit: "minor", "what came in"),
        .init("debits_minor", .int64, unit: "minor", "what went out, as a positive number"),
        .init("closing_minor", .int64, unit: "minor", "the balance behind"),
        .init("n", .int32, unit: "count", "postings"), .init(argument: "currency", "the currency"),
        OpenBuckets.output,
    ]

    private static let documentation = FunctionDocumentation(
        summary: "Opening, credits, debits and closing of each account, day by day.",
        formula:
            "closing = opening + credits - debits; opening = the closing before, at first the sum of all postings before",
        source: "account statement; analytics rule L3",
        columns: output.documentation,
        edgeCases: [
            "days are those of the session's zone: 23:00Z on 6 January is 7 January in Lagos",
            "days without movement are rows too, with the balance carried",
            "from is the first day, to the day behind the last",
            "an account all of whose postings lie at or behind `to` has rows of 0 where `from` is given",
            "a posting without amount or instant, a sum beyond 64 bits and times outside of 1900 to 2100 are errors",
        ],
        example:
            "SELECT * FROM statement(TABLE postings, account => account, currency => currency, at => effective_at, "
            + "amount => amount_minor, from => DATE '2025-01-01', to => DATE '2025-02-01')")
}
