internal import CivilTime
internal import Columnar
internal import Query

/// `cohort_revenue`: what the customers of each first month spend, month by month since (rule V8).
struct CohortRevenueFunction {
    private let customer: Int
    private let currency: Int?
    private let at: Int
    private let amount: AmountArgument
    private let counted: Int?
    private let buckets: DayBuckets
    private let to: Int32?
    private let zone: Zone
    private let open: OpenBuckets

    static let function = TableFunction(
        "cohort_revenue",
        parameters: [
            .init("customer", .column(nil), "who buys; rows without are left out"),
            .init("at", .column(.timestamptz), "when"),
            .init("amount", .column(nil), "minor units, a whole number"),
            .init("currency", .column(.text), isRequired: false, "ISO 4217 code: more than one is an error"),
            .init("counted", .column(.bool), isRequired: false, "which rows count; all of them"),
            .init("grain", .constant(.text), isRequired: false, "week, month, quarter or year; 'month'"),
            .init("to", .constant(.date), isRequired: false, "the date behind the last; behind that of the last row"),
            OpenBuckets.parameter,
        ],
        partition: ["customer"], order: ["at"], documentation: documentation
    ) { arguments in
        let function = try CohortRevenueFunction(arguments)
        return BoundTableFunction(columns: Self.columns, combine: { try function.combined($0) }) {
            try function.sums($0, $1)
        }
    }

    private init(_ arguments: TableFunctionArguments) throws {
        customer = try arguments.position("customer")
        currency = arguments.column("currency")?.position
        at = try arguments.position("at")
        amount = try AmountArgument(arguments, "amount")
        counted = arguments.column("counted")?.position
        buckets = try arguments.buckets(default: .month)
        to = arguments.date("to")
        zone = arguments.context.zone
        open = try OpenBuckets(arguments, buckets)
        if let to { try LocalDates.check(to, "to") }
    }

    private static let columns = output.answer()

    /// Cohort and age as one key: dates of the calendar are small numbers.
    private static func key(_ cohort: Int32, _ bucket: Int32) -> Int64 { Int64(cohort) << 32 | Int64(bucket - cohort) }

    private func sums(_ batch: ColumnBatch, _ starts: [Int]) throws -> ColumnBatch {
        let bits = try counted.map { try batch.columns[$0].trueRows() }
        let customers = batch.columns[customer]
        func isUsed(_ row: Int) -> Bool { customers.isValid(row) && bits?[row] ?? true }
        let days = try LocalDates.days(batch.columns[at], "at", zone, isUsed: isUsed)
        let amounts = try amount.values(batch, isRequired: isUsed)
        var sums = KeyedSums(width: 2)
        var names: Set<String?> = []
        if let currency {
            for row in 0..<batch.rowCount where isUsed(row) { names.insert(batch.columns[currency].text(row)) }
        }
        if names.count > 1 { throw Self.mixed }
        try sums.update(names.first ?? nil) { (table) throws in
            var ordered: [Int32] = []
            for partition in Partitions(starts, rowCount: batch.rowCount) where customers.isValid(partition.lowerBound)
            {
                ordered.removeAll(keepingCapacity: true)
                for row in partition where isUsed(row) { ordered.append(buckets.bucket(days[row])) }
                // Local dates are not always in the order of instants.
                guard let cohort = ordered.min() else { continue }
                for (bucket, row) in zip(ordered, partition.lazy.filter(isUsed)) {
                    try table.add(amounts[row], to: 1, of: Self.key(cohort, bucket))
                }
                ordered.sort()
                for index in ordered.indices where index == 0 || ordered[index] != ordered[index - 1] {
                    try table.add(1, to: 0, of: Self.key(cohort, ordered[index]))
                }
            }
        }
        return try sums.batch()
    }

    private static let mixed = OperatorError(
        "the rows have more than one currency, and sums over currencies have no meaning")

    private func combined(_ batches: [ColumnBatch]) throws -> ColumnBatch {
        let sums = try KeyedSums(batches, width: 2)
        guard sums.tables.count <= 1 else { throw Self.mixed }
        var cohorts: [Int32] = []
        var ages: [Int32] = []
        var starts: [Int32] = []
        var (customers, revenue, cumulative): ([Int64], [Int64], [Int64]) = ([], [], [])
        if let table = sums.tables.values.first {
            let keys = table.keys.sorted()
            let begun = keys.map { Int32(truncatingIfNeeded: $0 >> 32) }
            let latest = keys.map { Int32(truncatingIfNeeded: $0 >> 32) + Int32(truncatingIfNeeded: $0 & 0xFFFF_FFFF) }
            let last = to.map { buckets.bucket($0 - 1) } ?? latest.max() ?? 0
            for index in begun.indices where index == 0 || begun[index] != begun[index - 1] {
                let cohort = begun[index]
                var sum: Int64 = 0
                for bucket in cohort..<max(cohort, last + 1) {
                    let key = Self.key(cohort, bucket)
                    cohorts.append(buckets.firstDay(cohort))
                    ages.append(bucket - cohort)
                    starts.append(buckets.firstDay(bucket))
                    customers.append(table.value(0, of: key))
                    revenue.append(table.value(1, of: key))
                    sum = try sum.plus(table.value(1, of: key), "a sum")
                    cumulative.append(sum)
                }
            }
        }
        return try ColumnBatch(
            schema: Schema(Self.columns.map { Field($0.name, $0.type.logical) }),
            columns: [
                Column.dates(cohorts), Column.of(ages), Column.of(customers), Column.of(revenue),
                Column.of(cumulative), open.column(starts),
            ], rowCount: cohorts.count)
    }

    private static let output: [OutputColumn] = [
        .init("cohort_start", .date, "the period of the first order"), .init("k", .int32, "periods since"),
        .init("customers", .int64, unit: "count", "distinct customers of the cohort who bought; not additive"),
        .init("revenue_minor", .int64, unit: "minor", "what they spent"),
        .init("cumulative_minor", .int64, unit: "minor", "with all periods before"),
        .init("is_partial", .bool, "whether the cohort's period k is not over on as_of"),
    ]

    private static let documentation = FunctionDocumentation(
        summary: "What the customers of each first month spend, month by month since.",
        formula:
            "cohort = the period of a customer's first order; k = periods since; sums of amounts and distinct customers",
        source: "cohort analysis; analytics rule V8",
        columns: output.documentation,
        edgeCases: [
            "orders of value 0 count: their customers bought", "periods in which nobody bought are rows of 0",
            "orders that are repeated in the table are summed twice: the table says what an order is",
            "rows without customer are left out; a row without instant or amount is an error",
        ],
        example:
            "SELECT * FROM cohort_revenue(TABLE orders, customer => customer_id, at => paid_at, amount => items_minor)")
}
