internal import CivilTime
package import Columnar

/// How many customers of each month's cohort ordered again, month by month.
///
/// A customer belongs to the month of the first order; age 0 is that month itself, so `customers` at age 0 is `size`.
/// Dense: every age up to the month in which the data ends is there, with 0 where nobody came back (rule X10).
package struct CohortRetention: AggregateModel {
    package init() {}

    package let name = "cohort_retention"
    package let dataset = "orders"
    package let eventTime = "placed_at"
    package let inputs = ["placed_at", "customer_id"]
    package let bucket = (column: "month", grain: BucketGrain.month)
    package let schema = Schema([
        .dimension("cohort", .date, "First local date of the month of the first order"),
        .dimension("age", .int32, "Months since the cohort's month"),
        .dimension("month", .date, "First local date of the month of that age"),
        .measure("customers", .int64, unit: "count", additive: false, "Customers of the cohort with an order"),
        .measure("size", .int64, unit: "count", additive: false, "Customers of the cohort"),
    ])

    package func accumulator(_ context: AggregateContext) -> any ModelAccumulator {
        CohortRetentionAccumulator(model: name, context)
    }
}

private final class CohortRetentionAccumulator: ModelAccumulator {
    /// A customer had an order in a month.
    private struct Activity {
        let month: Int32
        let customer: Int32
    }

    private let model: String
    private let lastDay: LocalDate
    private var customers = OrderCustomers()
    private var firstMonths: [Int32] = []
    private var activeMonths = DistinctPairs()
    private var activity: [Activity] = []
    private var months = MonthStarts()

    init(model: String, _ context: AggregateContext) {
        self.model = model
        lastDay = context.lastDay
    }

    func add(_ batch: ColumnBatch, days: Span<Int32>) throws(AnalyticsError) {
        let ids = try ModelInputs(batch: batch, model: model).presentIntegers(1)
        for row in days.indices {
            let month = months.start(of: days[row])
            let code = customers.code(of: ids[row])
            if Int(code) == firstMonths.count { firstMonths.append(month) }
            firstMonths[Int(code)] = min(firstMonths[Int(code)], month)
            if activeMonths.insert(month, code) { activity.append(Activity(month: month, customer: code)) }
        }
    }

    func rows() throws(AnalyticsError) -> [[Scalar]] {
        var lastMonth = lastDay.startOfMonth
        var active: [Int32: [Int32: Int64]] = [:]
        for entry in activity {
            active[firstMonths[Int(entry.customer)], default: [:]][entry.month, default: 0] += 1
            lastMonth = max(lastMonth, LocalDate(daysSinceEpoch: entry.month))
        }
        return active.keys.sorted().flatMap { cohort in
            Self.rows(of: cohort, active[cohort] ?? [:], through: lastMonth)
        }
    }

    private static func rows(of cohort: Int32, _ counts: [Int32: Int64], through last: LocalDate) -> [[Scalar]] {
        var rows: [[Scalar]] = []
        var month = LocalDate(daysSinceEpoch: cohort)
        while month <= last {
            let customers = counts[month.daysSinceEpoch] ?? 0
            rows.append([
                .date(cohort), .int(Int64(rows.count)), .date(month.daysSinceEpoch), .int(customers),
                .int(counts[cohort] ?? 0),
            ])
            month = month.adding(months: 1)
        }
        return rows
    }
}
