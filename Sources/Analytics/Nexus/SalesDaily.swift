internal import CivilTime
package import Columnar

/// Sales of each local day: a dense grid from the first order to the day on which the data ends (rule X10).
package struct SalesDaily: AggregateModel {
    package init() {}

    package let name = "sales_daily"
    package let dataset = "orders"
    package let eventTime = "placed_at"
    package let inputs = ["placed_at", "customer_id", "items", "revenue_minor", "currency"]
    package let bucket = (column: "day", grain: BucketGrain.day)
    package let schema = Schema([
        .dimension("day", .date, "Local date of the order"),
        .dimension("currency", .text, "ISO 4217 code of revenue_minor"),
        .measure("revenue_minor", .int64, unit: "money", "Item value of placed orders, in minor units"),
        .measure("orders", .int64, unit: "count", "Orders placed"),
        .measure("items", .int64, unit: "count", "Items ordered"),
        .measure("customers", .int64, unit: "count", additive: false, "Distinct customers with an order"),
    ])

    package func accumulator(_ context: AggregateContext) -> any ModelAccumulator {
        SalesDailyAccumulator(model: name, context)
    }
}

private final class SalesDailyAccumulator: ModelAccumulator {
    private struct Day {
        var revenue: Int64 = 0
        var orders: Int64 = 0
        var items: Int64 = 0
        var customers: Int64 = 0
    }

    private let model: String
    private let lastDay: LocalDate
    private var days: [Int32: Day] = [:]
    private var customers = OrderCustomers()
    private var currency: SingleCurrency
    private var seen = DistinctPairs()

    init(model: String, _ context: AggregateContext) {
        self.model = model
        lastDay = context.lastDay
        currency = SingleCurrency(model: model)
    }

    func add(_ batch: ColumnBatch, days rowDays: Span<Int32>) throws(AnalyticsError) {
        let inputs = ModelInputs(batch: batch, model: model)
        let customer = try inputs.presentIntegers(1)
        let items = try inputs.integers(2)
        let revenue = try inputs.integers(3)
        try currency.check(batch.columns[4])
        for row in rowDays.indices {
            let day = rowDays[row]
            var sums = days[day] ?? Day()
            try sums.revenue.add(revenue[row], "revenue_minor", model)
            try sums.items.add(items[row], "items", model)
            sums.orders += 1
            if seen.insert(day, customers.code(of: customer[row])) { sums.customers += 1 }
            days[day] = sums
        }
    }

    func rows() throws(AnalyticsError) -> [[Scalar]] {
        guard let first = days.keys.min(), let last = days.keys.max() else { return [] }
        return (first...max(last, lastDay.daysSinceEpoch)).map { day in
            let sums = days[day] ?? Day()
            return [
                .date(day), .text(currency.code), .int(sums.revenue), .int(sums.orders), .int(sums.items),
                .int(sums.customers),
            ]
        }
    }
}
