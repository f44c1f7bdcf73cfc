package import Columnar

/// The customers with the highest sales of each month, at most `limit` of them; ties go to the lower id.
package struct TopCustomers: AggregateModel {
    /// How many customers of a month are kept.
    package let limit = 100

    package init() {}

    package let name = "top_customers"
    package let dataset = "orders"
    package let eventTime = "placed_at"
    package let inputs = ["placed_at", "customer_id", "items", "revenue_minor", "currency"]
    package let bucket = (column: "month", grain: BucketGrain.month)
    package let schema = Schema([
        .dimension("month", .date, "First local date of the month"),
        .dimension("rank", .int32, "1 for the highest sales of the month"),
        .dimension("customer_id", .int64, "The customer's id at the source"),
        .dimension("currency", .text, "ISO 4217 code of revenue_minor"),
        .measure("revenue_minor", .int64, unit: "money", "Item value of the customer's orders of the month"),
        .measure("orders", .int64, unit: "count", "The customer's orders of the month"),
        .measure("items", .int64, unit: "count", "Items of these orders"),
        .dimension("first_order", .date, "Local date of the customer's first order ever"),
        .dimension("last_order", .date, "Local date of the customer's last order of the month"),
    ])

    package func accumulator(_ context: AggregateContext) -> any ModelAccumulator {
        TopCustomersAccumulator(model: name, limit: limit)
    }
}

private final class TopCustomersAccumulator: ModelAccumulator {
    private struct Key: Hashable {
        let month: Int32
        let customer: Int64
    }

    private struct Sums {
        var revenue: Int64 = 0
        var orders: Int64 = 0
        var items: Int64 = 0
        var last: Int32 = .min
    }

    private let model: String
    private let limit: Int
    private var sums: [Key: Sums] = [:]
    private var firstOrders: [Int64: Int32] = [:]
    private var months = MonthStarts()
    private var currency: SingleCurrency

    init(model: String, limit: Int) {
        self.model = model
        self.limit = limit
        currency = SingleCurrency(model: model)
    }

    func add(_ batch: ColumnBatch, days: Span<Int32>) throws(AnalyticsError) {
        let inputs = ModelInputs(batch: batch, model: model)
        let customer = try inputs.presentIntegers(1)
        let items = try inputs.integers(2)
        let revenue = try inputs.integers(3)
        try currency.check(batch.columns[4])
        for row in days.indices {
            let day = days[row]
            let key = Key(month: months.start(of: day), customer: customer[row])
            var sum = sums[key] ?? Sums()
            try sum.revenue.add(revenue[row], "revenue_minor", model)
            try sum.items.add(items[row], "items", model)
            sum.orders += 1
            sum.last = max(sum.last, day)
            sums[key] = sum
            firstOrders[customer[row]] = min(firstOrders[customer[row]] ?? day, day)
        }
    }

    func rows() throws(AnalyticsError) -> [[Scalar]] {
        let byMonth = Dictionary(grouping: sums, by: \.key.month)
        return byMonth.keys.sorted().flatMap { month in
            let ordered = (byMonth[month] ?? []).sorted {
                ($1.value.revenue, $0.key.customer) < ($0.value.revenue, $1.key.customer)
            }
            return ordered.prefix(limit).enumerated().map { row(month, rank: $0 + 1, $1.key.customer, $1.value) }
        }
    }

    private func row(_ month: Int32, rank: Int, _ customer: Int64, _ sums: Sums) -> [Scalar] {
        [
            .date(month), .int(Int64(rank)), .int(customer), .text(currency.code), .int(sums.revenue),
            .int(sums.orders), .int(sums.items), .date(firstOrders[customer] ?? sums.last), .date(sums.last),
        ]
    }
}
