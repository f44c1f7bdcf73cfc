internal import CivilTime
internal import Columnar
internal import Query

/// `mrr_bridge`: monthly recurring revenue from month to month, by what moved it (rules V1 to V4).
struct MRRBridgeFunction {
    private let start: Int
    private let end: Int?
    private let interval: Int
    private let quantity: Int?
    private let price: AmountArgument
    private let discount: AmountArgument?
    private let recurring: Int?
    private let pastDue: Int?
    private let dunningDays: Int64
    private let from: Int32?
    private let to: Int32
    private let zone: Zone
    private let open: OpenBuckets

    static let function = TableFunction(
        "mrr_bridge",
        parameters: [
            .init("currency", .column(.text), "ISO 4217 code; a bridge for each"),
            .init("customer", .column(nil), "who pays; movements are of customers, not of subscriptions"),
            .init("start", .column(.timestamptz), "when the subscription begins"),
            .init("end", .column(.timestamptz), isRequired: false, "when it ends, not included; NULL while it goes on"),
            .init("price", .column(nil), "minor units an interval, without tax"),
            .init("quantity", .column(.int64), isRequired: false, "seats; 1"),
            .init("discount", .column(nil), isRequired: false, "recurring discount in minor units an interval"),
            .init("interval", .column(.text), "'day', 'week', 'month', 'quarter' or 'year'"),
            .init("recurring", .column(.bool), isRequired: false, "false for trials and one-off charges"),
            .init("past_due", .column(.timestamptz), isRequired: false, "since when payments fail"),
            .init("dunning_days", .constant(.int64), isRequired: false, "for how long that still counts; 30"),
            .init("from", .constant(.date), isRequired: false, "the first month is that of this date"),
            .init(
                "to", .constant(.date), isRequired: false, "the month of this date is the first left out; this month"),
            OpenBuckets.parameter,
        ],
        partition: ["currency", "customer"], order: ["start"], documentation: documentation
    ) { arguments in
        let function = try MRRBridgeFunction(arguments)
        return BoundTableFunction(columns: function.columns, combine: { try function.bridge($0) }) {
            try function.movements($0, $1, currency: try arguments.position("currency"))
        }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        start = try arguments.position("start")
        end = arguments.column("end")?.position
        interval = try arguments.position("interval")
        quantity = arguments.column("quantity")?.position
        price = try AmountArgument(arguments, "price")
        discount = try AmountArgument(optional: "discount", arguments)
        recurring = arguments.column("recurring")?.position
        pastDue = arguments.column("past_due")?.position
        dunningDays = try arguments.integer("dunning_days", in: 0...3_660, default: 30)
        zone = arguments.context.zone
        let month = DayBuckets.months
        open = try OpenBuckets(arguments, month)
        let behind = arguments.date("to") ?? arguments.asOfDate().daysSinceEpoch
        try LocalDates.check(behind, "to")
        to = month.bucket(behind)
        if let first = arguments.date("from") {
            try LocalDates.check(first, "from")
            guard month.bucket(first) <= to else { throw OperatorError("'from' lies behind 'to'") }
            from = month.bucket(first)
        } else {
            from = nil
        }
    }

    private var columns: [AnswerColumn] { Self.output.answer() }

    /// The fields of the sums: amounts and customers by movement, and customers whom snapshots do not see.
    private static let width = 11
    private static let hidden = 10

    /// What the customers of a batch contribute, by month.
    private func movements(_ batch: ColumnBatch, _ starts: [Int], currency: Int) throws -> ColumnBatch {
        let rows = try SubscriptionRows(batch, self)
        var sums = KeyedSums(width: Self.width)
        var customer = RecurringCustomer()
        for partition in Partitions(starts, rowCount: batch.rowCount) {
            customer.removeAll()
            for row in partition { if let own = try rows.subscription(row) { customer.add(own) } }
            let changes = try customer.changes()
            let hidden = customer.hiddenMonths(changes)
            guard let first = customer.subscriptions.map(\.first).min() else { continue }
            try sums.update(batch.columns[currency].text(partition.lowerBound)) { table in
                // A currency in which nobody pays has rows too.
                try table.add(0, to: 0, of: Int64(first))
                for (index, change) in changes.enumerated() {
                    // Whoever moves a second time has paid before.
                    guard
                        let movement = RecurringMovement(from: change.opening, to: change.closing, hasPaid: index > 0)
                    else { continue }
                    let key = Int64(change.month)
                    try table.add(change.closing - change.opening, to: movement.rawValue, of: key)
                    try table.add(1, to: 5 + movement.rawValue, of: key)
                }
                for month in hidden { try table.add(1, to: Self.hidden, of: Int64(month)) }
            }
        }
        return try sums.batch()
    }

    /// The subscriptions of a batch.
    private struct SubscriptionRows {
        let function: MRRBridgeFunction
        let batch: ColumnBatch
        let starts: [Int32]
        let ends: [Int32]?
        let pastDue: [Int32]?
        let prices: Buffer<Int64>
        let discounts: Buffer<Int64>?
        let quantities: Buffer<Int64>?
        let counted: Bitmap?

        init(_ batch: ColumnBatch, _ function: MRRBridgeFunction) throws {
            self.function = function
            self.batch = batch
            let counted = try function.recurring.map { try batch.columns[$0].trueRows() }
            func isCounted(_ row: Int) -> Bool { counted?[row] ?? true }
            self.counted = counted
            starts = try LocalDates.days(batch.columns[function.start], "start", function.zone, isUsed: isCounted)
            ends = try Self.optionalDays(function.end, "end", batch, function.zone, isCounted)
            pastDue = try Self.optionalDays(function.pastDue, "past_due", batch, function.zone, isCounted)
            prices = try function.price.values(batch, isRequired: isCounted)
            discounts = try function.discount?.values(batch) { _ in false }
            quantities = try function.quantity.map { try batch.columns[$0].int64Values() }
        }

        private static func optionalDays(
            _ position: Int?, _ name: String, _ batch: ColumnBatch, _ zone: Zone, _ isCounted: (Int) -> Bool
        ) throws -> [Int32]? {
            guard let position else { return nil }
            let column = batch.columns[position]
            return try LocalDates.days(column, name, zone) { isCounted($0) && column.isValid($0) }
        }

        /// nil where the row makes no recurring revenue.
        func subscription(_ row: Int) throws -> RecurringCustomer.Subscription? {
            guard counted?[row] ?? true else { return nil }
            guard let word = batch.columns[function.interval].text(row) else { throw OperatorError.missing("interval") }
            guard let interval = BillingInterval(rawValue: word.lowercased()) else {
                throw OperatorError("'interval' holds another word than 'day', 'week', 'month', 'quarter' and 'year'")
            }
            var quantity: Int64 = 1
            if let quantities, let position = function.quantity {
                guard batch.columns[position].isValid(row) else { throw OperatorError.missing("quantity") }
                quantity = quantities[row]
            }
            let monthly = try RecurringPrice.monthly(
                price: prices[row], quantity: quantity, discount: discounts?[row] ?? 0, every: interval)
            var end: Int32?
            if let ends, let position = function.end, batch.columns[position].isValid(row) { end = ends[row] }
            if let pastDue, let position = function.pastDue, batch.columns[position].isValid(row) {
                let last = pastDue[row] + Int32(function.dunningDays)
                end = min(end ?? last, last)
            }
            if let end, end < starts[row] { throw OperatorError("a subscription ends before it begins") }
            let month = DayBuckets.months
            // At the end of a month, just before the next one begins: [start, end) holds it where end is not before that.
            return RecurringCustomer.Subscription(
                monthly: monthly, first: month.bucket(starts[row]), end: end.map { month.bucket($0) })
        }
    }

    private struct Lines {
        var months: [Int32] = []
        var currencies: [String?] = []
        var money: [[Int64]] = Array(repeating: [], count: 8)
        var counts: [[Int64]] = Array(repeating: [], count: 3)
        var ratios: [[Double]] = Array(repeating: [], count: 4)
        var perCustomer: [Int64?] = []
        var hidden: [Int64] = []
    }

    /// The movements of all batches, month by month.
    private func bridge(_ batches: [ColumnBatch]) throws -> ColumnBatch {
        let sums = try KeyedSums(batches, width: Self.width)
        var lines = Lines()
        for currency in sums.currencies {
            guard let table = sums.tables[currency], let earliest = table.keys.min() else { continue }
            var (amount, customers): (Int64, Int64) = (0, 0)
            let first = Int64(from ?? Int32(truncatingIfNeeded: earliest))
            for key in table.keys.sorted() where key < first {
                for movement in RecurringMovement.allCases {
                    amount = try amount.plus(table.value(movement.rawValue, of: key), "recurring revenue")
                }
                customers += Self.gained(table, key) - table.value(5 + RecurringMovement.churn.rawValue, of: key)
            }
            for key in first..<max(first, Int64(to)) {
                try line(table, key, &amount, &customers, &lines)
                lines.currencies.append(currency)
            }
        }
        return try ColumnBatch(
            schema: Schema(columns.map { Field($0.name, $0.type.logical) }),
            columns: [Column.dates(lines.months), try Column.texts(lines.currencies)]
                + (lines.money + lines.counts).map { Column.of($0) } + lines.ratios.map { Column.doubles($0) }
                + [Column.of(lines.perCustomer), Column.of(lines.hidden), open.column(lines.months)],
            rowCount: lines.months.count)
    }

    private static func gained(_ table: KeyedSums.Table, _ key: Int64) -> Int64 {
        table.value(5 + RecurringMovement.new.rawValue, of: key)
            + table.value(5 + RecurringMovement.reactivation.rawValue, of: key)
    }

    private func line(
        _ table: KeyedSums.Table, _ key: Int64, _ amount: inout Int64, _ customers: inout Int64, _ lines: inout Lines
    ) throws(OperatorError) {
        let opening = amount
        let moves = RecurringMovement.allCases.map { table.value($0.rawValue, of: key) }
        for move in moves { amount = try amount.plus(move, "recurring revenue") }
        let lost = table.value(5 + RecurringMovement.churn.rawValue, of: key)
        lines.months.append(DayBuckets.months.firstDay(Int32(truncatingIfNeeded: key)))
        for (index, value) in ([opening] + moves + [0, amount]).enumerated() { lines.money[index].append(value) }
        let fresh = table.value(5 + RecurringMovement.new.rawValue, of: key)
        for (index, value) in [customers, fresh, lost].enumerated() { lines.counts[index].append(value) }
        func share(_ part: Int128, _ whole: Int64) -> Double { whole == 0 ? .nan : Double(part) / Double(whole) }
        let (expansion, lower) = (Int128(moves[2]), Int128(moves[3]) + Int128(moves[4]))
        lines.ratios[0].append(share(-lower, opening))
        lines.ratios[1].append(share(Int128(opening) + expansion + lower, opening))
        lines.ratios[2].append(share(Int128(opening) + lower, opening))
        lines.ratios[3].append(share(Int128(lost), customers))
        customers += Self.gained(table, key) - lost
        lines.perCustomer.append(customers == 0 ? nil : Rounding.halfEven(amount, dividedBy: customers))
        lines.hidden.append(table.value(Self.hidden, of: key))
    }

    private static let output: [OutputColumn] = [
        .init("bucket_start", .date, "the month"), .init("currency", .text, "the currency"),
        .init("opening_minor", .int64, unit: "minor", "MRR at the end of the month before"),
        .init("new_minor", .int64, unit: "minor", "of customers who never paid before"),
        .init("reactivation_minor", .int64, unit: "minor", "of customers who come back"),
        .init("expansion_minor", .int64, unit: "minor", "of customers who pay more"),
        .init("contraction_minor", .int64, unit: "minor", "of customers who pay less; not above 0"),
        .init("churn_minor", .int64, unit: "minor", "of customers who left; not above 0"),
        .init("fx_minor", .int64, unit: "minor", "0: every currency has a bridge of its own"),
        .init("closing_minor", .int64, unit: "minor", "MRR at the end of the month"),
        .init("customers_open", .int64, unit: "count", "who paid at the end of the month before"),
        .init("customers_new", .int64, unit: "count", "who pay for the first time"),
        .init("customers_lost", .int64, unit: "count", "who left"),
        .init("gross_churn", .double, unit: "1", "(churn + contraction) / opening, above 0"),
        .init("nrr", .double, unit: "1", "(opening + expansion + contraction + churn) / opening"),
        .init("grr", .double, unit: "1", "(opening + contraction + churn) / opening"),
        .init("logo_churn", .double, unit: "1", "lost customers / opening customers"),
        .init("arpa_minor", .int64, unit: "minor", "closing / closing customers, half to even"),
        .init("intra_month", .int64, unit: "count", "customers who came and went within the month"),
        OpenBuckets.output,
    ]

    private static let documentation = FunctionDocumentation(
        summary: "Monthly recurring revenue from month to month, by what moved it.",
        formula:
            "MRR = price × quantity × factor (month 1, quarter 1/3, year 1/12, week 52/12, day 365/12) after recurring "
            + "discounts, rounded half to even for each subscription, at the end of the local month; closing = opening + new "
            + "+ reactivation + expansion + contraction + churn, by customer",
        source: "SaaS metrics; analytics rules V1 to V4",
        columns: output.documentation,
        edgeCases: [
            "a plan swapped for another is no churn: movements are of customers",
            "an opening of 0 makes the ratios NULL",
            "trials and one-off charges (recurring false, or price 0) are no MRR",
            "past_due counts for dunning_days", "months without movement are rows too",
            "who subscribed before the table's history begins counts as new",
        ],
        example: "SELECT * FROM mrr_bridge(TABLE subscriptions, currency => currency, customer => customer_id, "
            + "start => started_at, end => ended_at, price => price_minor, interval => billing, from => DATE '2025-01-01', "
            + "to => DATE '2025-06-01')")
}
