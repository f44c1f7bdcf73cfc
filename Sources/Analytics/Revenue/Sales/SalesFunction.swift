internal import CivilTime
internal import Columnar
internal import Query

/// `sales`: orders, their value, refunds in both views and the platform's share, by period (rules V5 to V7).
struct SalesFunction {
    private let currency: Int
    private let at: Int
    private let sale: Int
    private let refund: Int?
    private let amount: AmountArgument
    private let fee: AmountArgument?
    private let buckets: DayBuckets
    private let from: Int32?
    private let to: Int32?
    private let zone: Zone
    private let open: OpenBuckets

    static let function = TableFunction(
        "sales",
        parameters: [
            .init("currency", .column(.text), "ISO 4217 code; rows of two are never summed"),
            .init("order", .column(nil), "the order that a row belongs to"),
            .init("at", .column(.timestamptz), "when it was paid, or refunded"),
            .init("sale", .column(.bool), "which rows are paid orders, such as kind = 'order' AND status = 'paid'"),
            .init("refund", .column(.bool), isRequired: false, "which rows are refunds"),
            .init(
                "amount", .column(nil),
                "item value, or what was refunded of it, in minor units without tax and shipping"),
            .init(
                "fee", .column(nil), isRequired: false, "the platform's fee, or what was returned of it, in minor units"
            ),
            .init("grain", .constant(.text), isRequired: false, "day, week, month, quarter or year; 'month'"),
            .init("from", .constant(.date), isRequired: false, "the first date; that of the first row"),
            .init("to", .constant(.date), isRequired: false, "the date behind the last; behind that of the last row"),
            OpenBuckets.parameter,
        ],
        partition: ["currency", "order"], order: ["at"], documentation: documentation
    ) { arguments in
        let function = try SalesFunction(arguments)
        return BoundTableFunction(columns: function.columns, combine: { try function.combined($0) }) {
            try function.sums($0, $1)
        }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        currency = try arguments.position("currency")
        at = try arguments.position("at")
        sale = try arguments.position("sale")
        refund = arguments.column("refund")?.position
        amount = try AmountArgument(arguments, "amount")
        fee = try AmountArgument(optional: "fee", arguments)
        buckets = try arguments.buckets(default: .month)
        from = arguments.date("from")
        to = arguments.date("to")
        zone = arguments.context.zone
        open = try OpenBuckets(arguments, buckets)
        if let from { try LocalDates.check(from, "from") }
        if let to { try LocalDates.check(to, "to") }
        if let from, let to, from > to { throw OperatorError("'from' lies behind 'to'") }
    }

    private var columns: [AnswerColumn] { Self.output.answer() }

    private enum Sum: Int, CaseIterable {
        case orders, value, refunds, refundsOfOrders, fees, feesReturned
    }

    /// What the orders of a batch contribute, by bucket.
    private func sums(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let sales = try batch.columns[sale].trueRows()
        let refunds = try refund.map { try batch.columns[$0].trueRows() }
        func isUsed(_ row: Int) -> Bool { sales[row] || refunds?[row] ?? false }
        let days = try LocalDates.days(batch.columns[at], "at", zone, isUsed: isUsed)
        let amounts = try amount.values(batch, isRequired: isUsed)
        let fees = try fee?.values(batch) { _ in false }
        var sums = KeyedSums(width: Sum.allCases.count)
        for partition in Partitions(starts, rowCount: batch.rowCount) where partition.contains(where: isUsed) {
            let ordered = partition.first { sales[$0] }.map { Int64(buckets.bucket(days[$0])) }
            try sums.update(batch.columns[currency].text(partition.lowerBound)) { (table) throws in
                if let ordered { try table.add(1, to: Sum.orders.rawValue, of: ordered) }
                for row in partition where isUsed(row) {
                    let key = Int64(buckets.bucket(days[row]))
                    if sales[row] {
                        guard !(refunds?[row] ?? false) else {
                            throw OperatorError("a row is both a sale and a refund")
                        }
                        try table.add(amounts[row], to: Sum.value.rawValue, of: key)
                        if let fees { try table.add(fees[row], to: Sum.fees.rawValue, of: key) }
                        continue
                    }
                    guard let ordered else { throw OperatorError("a refund belongs to an order that has no sale") }
                    try table.add(amounts[row], to: Sum.refunds.rawValue, of: key)
                    try table.add(amounts[row], to: Sum.refundsOfOrders.rawValue, of: ordered)
                    if let fees { try table.add(fees[row], to: Sum.feesReturned.rawValue, of: key) }
                }
            }
        }
        return try sums.batch()
    }

    private struct Lines {
        var starts: [Int32] = []
        var currencies: [String?] = []
        var amounts: [[Int64]] = Array(repeating: [], count: 8)
        var rates: [Double] = []
        var averages: [Int64?] = []
    }

    private func combined(_ batches: [ColumnBatch]) throws -> ColumnBatch {
        let sums = try KeyedSums(batches, width: Sum.allCases.count)
        let all = sums.tables.values.flatMap(\.keys)
        var lines = Lines()
        if let earliest = all.min(), let latest = all.max() {
            let first = from.map { Int64(buckets.bucket($0)) } ?? earliest
            let last = to.map { Int64(buckets.bucket($0 - 1)) } ?? latest
            for currency in sums.currencies {
                guard let table = sums.tables[currency] else { continue }
                for key in first..<max(first, last + 1) {
                    try line(table, key, &lines)
                    lines.currencies.append(currency)
                }
            }
        }
        return try ColumnBatch(
            schema: Schema(columns.map { Field($0.name, $0.type.logical) }),
            columns: [Column.dates(lines.starts), try Column.texts(lines.currencies)]
                + lines.amounts.map { Column.of($0) } + [
                    Column.doubles(lines.rates), Column.of(lines.averages), open.column(lines.starts),
                ],
            rowCount: lines.starts.count)
    }

    private func line(_ table: KeyedSums.Table, _ key: Int64, _ lines: inout Lines) throws(OperatorError) {
        func value(_ sum: Sum) -> Int64 { table.value(sum.rawValue, of: key) }
        let net = try (Int128(value(.value)) - Int128(value(.refunds))).narrowed("a sum")
        let kept = try (Int128(value(.fees)) - Int128(value(.feesReturned))).narrowed("a sum")
        lines.starts.append(buckets.firstDay(Int32(truncatingIfNeeded: key)))
        let amounts = [
            value(.orders), value(.value), value(.refunds), value(.refundsOfOrders), net, value(.fees),
            value(.feesReturned), kept,
        ]
        for (index, amount) in amounts.enumerated() { lines.amounts[index].append(amount) }
        // Nothing of a negative value is 0 and not -0.
        lines.rates.append(value(.value) == 0 ? .nan : Double(kept) / Double(value(.value)) + 0)
        lines.averages.append(
            value(.orders) == 0 ? nil : Rounding.halfEven(value(.value), dividedBy: value(.orders)))
    }

    private static let output: [OutputColumn] = [
        .init("bucket_start", .date, "the first local date of the period"),
        .init("currency", .text, "the currency"),
        .init("orders", .int64, unit: "count", "orders, on the date of their first sale"),
        .init("gmv_minor", .int64, unit: "minor", "gross value, before refunds"),
        .init("refunds_by_refund_date_minor", .int64, unit: "minor", "what was refunded in the period"),
        .init(
            "refunds_by_order_date_minor", .int64, unit: "minor", "what was ever refunded of the period's orders"),
        .init("nmv_minor", .int64, unit: "minor", "gmv less refunds by refund date; may be below 0"),
        .init("fee_minor", .int64, unit: "minor", "fees"),
        .init("fee_returned_minor", .int64, unit: "minor", "fees returned with refunds"),
        .init("platform_revenue_minor", .int64, unit: "minor", "fees less those returned"),
        .init("take_rate", .double, unit: "1", "platform revenue / gmv; NULL where gmv is 0"),
        .init("aov_minor", .int64, unit: "minor", "gmv / orders; NULL without orders"),
        OpenBuckets.output,
    ]

    private static let documentation = FunctionDocumentation(
        summary: "Orders, their value, refunds in both views and the platform's share, by period.",
        formula:
            "GMV = sum of item values of paid orders on the date of payment; NMV = GMV - refunds on the refund's date; "
            + "take rate = (fees - fees returned) / GMV; AOV = GMV / orders, half to even",
        source: "marketplace metrics; analytics rules V5 to V7",
        columns: output.documentation,
        edgeCases: [
            "both refund columns have the same total over all time; show them side by side",
            "periods without rows are rows of 0 from the first to the last",
            "several sale rows of an order are one order",
            "a refund whose order has no sale, and a row that is both, are errors",
            "rows that are neither (cancelled, pending) are left out",
            "take rates of several periods: sum, then divide",
        ],
        example: "SELECT * FROM sales(TABLE entries, currency => currency, order => order_id, at => at, "
            + "sale => kind = 'order' AND status = 'paid', refund => kind = 'refund', amount => items_minor, "
            + "fee => fee_minor)")
}
