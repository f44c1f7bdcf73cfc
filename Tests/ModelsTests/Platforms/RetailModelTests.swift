import CivilTime
import Columnar
import Models
import Query
import Testing

/// Orders as plain rows: the oracle counts over these with dictionaries and sets, the models over batches.
private struct Order {
    let placedAt: Int64
    let customer: Int64
    let items: Int64
    let revenue: Int64
}

private let orderSchema = Schema([
    Field("placed_at", .timestamp, isNullable: false), Field("customer_id", .int64, isNullable: false),
    Field("items", .int32), Field("revenue_minor", .int64), Field("currency", .text, isNullable: false),
])

private func batch(_ orders: [Order], currency: String = "USD") throws -> ColumnBatch {
    try ColumnBatch(
        schema: orderSchema,
        rows: orders.map {
            [.timestamp($0.placedAt), .int($0.customer), .int($0.items), .int($0.revenue), .text(currency)]
        })
}

private func compute(_ orders: [Order], asOf: Int64, batchSize: Int) throws -> [String: ColumnBatch] {
    var batches: [ColumnBatch] = []
    for start in stride(from: 0, to: orders.count, by: batchSize) {
        batches.append(try batch(Array(orders[start..<min(start + batchSize, orders.count)])))
    }
    return try compute(batches, asOf: asOf)
}

private func compute(
    _ batches: [ColumnBatch], schema: Schema = orderSchema, asOf: Int64
) throws -> [String: ColumnBatch] {
    var tables = MemoryTables()
    tables.add("orders", schema, batches)
    return try TestModels.tables(try TestModels.graph(platform: "retail"), tables, asOf: asOf)
}

private let day: Int64 = 86_400_000_000

@Suite struct RetailModelTests {
    private func randomOrders(seed: UInt64, count: Int) -> [Order] {
        var state = seed
        func next(_ bound: Int64) -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(state >> 33) % bound
        }
        return (0..<count).map { _ in
            Order(placedAt: next(120) * day + next(day), customer: next(30), items: next(4), revenue: next(500) - 20)
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5])
    func dailySalesEqualAPlainCount(seed: UInt64) throws {
        let orders = randomOrders(seed: seed, count: 400)
        let table = try #require(try compute(orders, asOf: 130 * day + 5, batchSize: 37)["sales_daily"])
        let byDay = Dictionary(grouping: orders) { $0.placedAt / day }
        let first = try #require(byDay.keys.min())
        #expect(table.rowCount == Int(130 - first + 1))
        for row in table.rows {
            guard case .date(let date) = row[0] else { throw ColumnarError.missingValue(column: "day") }
            let expected = byDay[Int64(date)] ?? []
            #expect(row[2] == .int(expected.reduce(0) { $0 + $1.revenue }))
            #expect(row[3] == .int(Int64(expected.count)))
            #expect(row[4] == .int(expected.reduce(0) { $0 + $1.items }))
            #expect(row[5] == .int(Int64(Set(expected.map(\.customer)).count)))
        }
        let partial = try table.column("is_partial")
        #expect(
            (0..<table.rowCount).map { partial.scalar($0) == .bool(true) }.lastIndex(of: false) == table.rowCount - 2)
    }

    @Test(arguments: [6, 7, 8])
    func cohortsEqualAPlainCount(seed: UInt64) throws {
        let orders = randomOrders(seed: seed, count: 300)
        let table = try #require(try compute(orders, asOf: 119 * day, batchSize: 1_000)["cohort_retention"])
        let month = { (order: Order) in
            LocalDate(daysSinceEpoch: Int32(order.placedAt / day)).startOfMonth.daysSinceEpoch
        }
        let firstMonth = Dictionary(grouping: orders, by: \.customer).mapValues { $0.map(month).min() ?? 0 }
        for row in table.rows {
            guard case .date(let cohort) = row[0], case .date(let active) = row[2] else { continue }
            let members = firstMonth.filter { $0.value == cohort }.keys
            let customers = Set(orders.filter { members.contains($0.customer) && month($0) == active }.map(\.customer))
            #expect(row[3] == .int(Int64(customers.count)))
            #expect(row[4] == .int(Int64(members.count)))
        }
        // Dense: a cohort of January 1970 has an age for each month to April, one of February three, and so on.
        let ages = Set(firstMonth.values).map { 4 - (LocalDate(daysSinceEpoch: $0).month - 1) }
        #expect(table.rowCount == ages.reduce(0, +))
    }

    @Test func ranksAreByRevenueThenByTheLowerId() throws {
        let orders = [
            Order(placedAt: 0, customer: 9, items: 1, revenue: 100),
            Order(placedAt: 1, customer: 4, items: 1, revenue: 60),
            Order(placedAt: day, customer: 4, items: 1, revenue: 40),
            Order(placedAt: 2, customer: 7, items: 0, revenue: 0),
            Order(placedAt: 40 * day, customer: 7, items: 2, revenue: 5),
        ]
        let table = try #require(try compute(orders, asOf: 41 * day, batchSize: 2)["top_customers"])
        let rows = try table.selecting(["month", "rank", "customer_id", "revenue_minor", "orders", "first_order"]).rows
        #expect(
            rows == [
                [.date(0), .int(1), .int(4), .int(100), .int(2), .date(0)],
                [.date(0), .int(2), .int(9), .int(100), .int(1), .date(0)],
                [.date(0), .int(3), .int(7), .int(0), .int(1), .date(0)],
                [.date(31), .int(1), .int(7), .int(5), .int(1), .date(0)],
            ])
    }

    @Test func nothingInGivesEmptyTablesWithTheirSchema() throws {
        let tables = try compute([], asOf: 0, batchSize: 10)
        #expect(tables.count == 3)
        for table in tables.values {
            #expect(table.rowCount == 0)
            let names = table.schema.fields.suffix(8).map(\.name)
            #expect(Set(names) == CommonColumns.names && names.first == "tenant_id")
        }
    }

    @Test func badDataIsAnErrorThatNamesTheColumn() throws {
        let order = Order(placedAt: 0, customer: 1, items: 1, revenue: .max)
        #expect(throws: ModelError.overflow(model: "sales_daily", column: "revenue_minor")) {
            try compute([try batch([order, order])], asOf: 0)
        }
        #expect(throws: ModelError.outsideCalendar(model: "cohort_retention", column: "month")) {
            try compute([try batch([Order(placedAt: -100_000 * day, customer: 1, items: 1, revenue: 1)])], asOf: 0)
        }
        let wrong = Schema([Field("placed_at", .bool)] + orderSchema.fields.dropFirst())
        let error = #expect(throws: ModelError.self) {
            try compute([try ColumnBatch(schema: wrong, rows: [])], schema: wrong, asOf: 0)
        }
        let text = try #require(error).description
        #expect(text.contains("retail/models/cohort_retention.sql:"), "\(text)")
        #expect(text.contains("local_date"), "\(text)")
    }

    @Test("Two currencies are two rows of a day, never one sum")
    func currencies() throws {
        let one = Order(placedAt: 0, customer: 1, items: 1, revenue: 5)
        let tables = try compute([try batch([one]), try batch([one, one], currency: "EUR")], asOf: 0)
        let table = try #require(tables["sales_daily"]).selecting(["day", "currency", "revenue_minor"])
        #expect(
            table.rows == [[.date(0), .text("EUR"), .int(10)], [.date(0), .text("USD"), .int(5)]])
    }
}
