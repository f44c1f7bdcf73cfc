import AlmanacTesting
import ChartGrammar
import CivilTime
import Columnar
import Configuration
import Effects
import Foundation
import Report
import SystemPackage

/// The project's own folder, from the place of this file.
let projectFolder = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()

/// The definitions of a platform as they are in the project.
func platform(_ name: String) throws -> PlatformDefinitions {
    try PlatformDefinitions(folder: projectFolder.appending("Reports").appending(name), store: DiskFileStore())
}

/// A platform made of texts, by their paths: `metrics.yaml`, `models/a.sql`, `reports/b.yaml`.
func platform(_ files: [String: String]) throws -> PlatformDefinitions {
    let store = SimulatedFileStore()
    let root: FilePath = "/Reports/shop"
    for folder in ["models", "reports"] { try store.makeFolder(root.appending(folder)) }
    for (path, text) in files {
        let file = try store.create(root.pushing(FilePath(path)))
        try file.write(Array(text.utf8).span)
        try file.sync()
        try file.close()
    }
    return try PlatformDefinitions(folder: root, store: store)
}

func date(_ text: String) throws -> LocalDate { try LocalDate(parsing: text) }
func days(_ text: String) throws -> Scalar { .date(try date(text).daysSinceEpoch) }

/// A request for a month of a tenant in UTC.
func request(
    _ period: String = "2026-10", asOf: String = "2026-11-02T04:00:00Z", currency: String = "USD"
) throws -> ReportAssembler.Request {
    let calendar = TenantCalendar.utc
    return ReportAssembler.Request(
        identity: ReportIdentity(
            tenant: "acme", tenantName: "Acme", slug: "monthly-sales", title: "Monthly sales", run: "8f2c",
            definitionHash: String(repeating: "0", count: 64), engine: "0.1.0"),
        presentation: Presentation(locale: "en-US", zone: "UTC", currency: currency, brandColor: "#173F66"),
        calendar: calendar, period: try calendar.period(parsing: period), asOf: try Instant(parsing: asOf))
}

/// The tables of the retail models with a few rows.
enum Shop {
    static let daily = Schema([
        Field("day", .date), Field("currency", .text), Field("revenue_minor", .int64), Field("orders", .int64),
        Field("items", .int64), Field("customers", .int64), Field("tenant_id", .text),
    ])
    static let customers = Schema([
        Field("month", .date), Field("rank", .int32), Field("customer_id", .int64), Field("currency", .text),
        Field("revenue_minor", .int64), Field("orders", .int64), Field("items", .int64), Field("first_order", .date),
        Field("last_order", .date),
    ])
    static let cohorts = Schema([
        Field("cohort", .date), Field("age", .int32), Field("month", .date), Field("customers", .int64),
        Field("size", .int64),
    ])

    /// A day's row: revenue in minor units, orders, items, customers.
    static func day(_ date: String, _ values: [Int64], currency: String = "USD") throws -> [Scalar] {
        [try days(date), .text(currency)] + values.map(Scalar.int) + [.text("acme")]
    }

    static func table(_ schema: Schema, _ rows: [[Scalar]]) throws -> ModelTable {
        ModelTable(batches: [try ColumnBatch(schema: schema, rows: rows)], version: 3)
    }

    /// September and October 2026: 100.00 a day in September, 110.00 in October, one order of two items a day, two
    /// on the 7th.
    static func tables() throws -> [String: ModelTable] {
        var rows: [[Scalar]] = []
        for date in try date("2026-09-01")..<date("2026-11-01") {
            let orders: Int64 = date.day == 7 ? 2 : 1
            let revenue: Int64 = date.month == 9 ? 10_000 : 11_000
            rows.append(try day(date.description, [revenue * orders, orders, 2 * orders, 1]))
        }
        let october = try days("2026-10-01")
        let (first, last) = (try days("2026-09-03"), try days("2026-10-20"))
        var customers: [[Scalar]] = []
        for rank in Int64(1)...12 {
            let revenue: Int64 = 50_000 - rank * 1_000
            var row: [Scalar] = [october, .int(rank), .int(1_000 + rank), .text("USD"), .int(revenue)]
            row += [.int(3), .int(6), first, last]
            customers.append(row)
        }
        let cohorts: [[Scalar]] = [
            [try days("2026-09-01"), .int(0), try days("2026-09-01"), .int(8), .int(8)],
            [try days("2026-09-01"), .int(1), try days("2026-10-01"), .int(2), .int(8)],
            [try days("2026-10-01"), .int(0), try days("2026-10-01"), .int(4), .int(4)],
            // Behind the period: not shown.
            [try days("2026-09-01"), .int(2), try days("2026-11-01"), .int(1), .int(8)],
        ]
        return [
            "sales_daily": try table(daily, rows), "top_customers": try table(Self.customers, customers),
            "cohort_retention": try table(Self.cohorts, cohorts),
        ]
    }

    /// The same tables without rows.
    static func emptyTables() throws -> [String: ModelTable] {
        [
            "sales_daily": try table(daily, []), "top_customers": try table(customers, []),
            "cohort_retention": try table(cohorts, []),
        ]
    }
}

/// A model's file, by its path.
func modelFile(_ name: String, _ matter: String) -> [String: String] {
    ["models/\(name).sql": "/*---\n\(matter)\n---*/\nSELECT * FROM source_rows\n"]
}

/// A platform with one small model: sales by day, kind and owner.
enum SmallShop {
    static let metrics = """
        version: 1
        metrics:
          sales: { label: Sales, model: daily, expr: sum(revenue_minor), unit: money, definition: Sales. }
          sales_of_b: { label: Sales of b, model: daily, expr: sum(revenue_minor where kind = 'b'), unit: money, definition: Sales of b. }
          others: { label: Others, model: daily, expr: sum(revenue_minor) - sum(revenue_minor where kind = 'b'), unit: money, definition: All but b. }
          ended: { label: Ended, model: daily, expr: closing(revenue_minor), unit: money, definition: Of the last day. }
          begun: { label: Begun, model: daily, expr: opening(revenue_minor), unit: money, definition: Of the first day. }
          kinds: { label: Rows with a kind, model: daily, expr: count(kind), unit: count, definition: Rows. }
          part_of_b: { label: Part of b, model: daily, expr: sum(revenue_minor where kind = 'b') / sum(revenue_minor), unit: percent, definition: Part. }
        """

    /// - Parameter subject: the column that says whose a row is.
    static func files(subject: String?) -> [String: String] {
        let model = """
            version: 1
            description: Sales of each day.
            grain: [day, kind]
            bucket: { column: day, grain: day }
            \(subject.map { "subject: \($0)" } ?? "# nobody's")
            columns:
              day: { type: date, description: The day. }
              kind: { type: text, description: The kind. }
              owner: { type: id, description: Whose. }
              revenue_minor: { type: integer, unit: money, description: Sales. }
            """
        return modelFile("daily", model).merging(["metrics.yaml": metrics]) { $1 }
    }

    static let files = files(subject: nil)

    /// Kinds a to e of owners 1, 2, 3, 1 and nobody; in October 2026 on three days each.
    private static let owners: [(kind: String, owner: Int64?, amount: Int64)] = [
        ("a", 1, 100), ("b", 2, 5_000), ("c", 3, 700), ("d", 1, 900), ("e", nil, 10),
    ]

    static func kinds(of owner: String) -> [String] {
        owners.filter { $0.owner.map { String($0) } == owner }.map(\.kind)
    }

    static let ownedSum: Int64 = owners.filter { $0.owner != nil }.reduce(0) { $0 + 3 * $1.amount }

    /// - Parameter alsoSeptember: with three days of September, of half of a's and all of b's amounts.
    static func table(alsoSeptember: Bool = false) throws -> ModelTable {
        let schema = Schema([
            Field("day", .date), Field("kind", .text), Field("owner", .int64), Field("revenue_minor", .int64),
        ])
        var rows: [[Scalar]] = []
        for day in ["2026-10-01", "2026-10-10", "2026-10-31"] {
            for (kind, owner, amount) in owners {
                rows.append([try days(day), .text(kind), owner.map(Scalar.int) ?? .null, .int(amount)])
            }
        }
        for day in alsoSeptember ? ["2026-09-01", "2026-09-10", "2026-09-30"] : [] {
            rows.append([try days(day), .text("a"), .int(1), .int(50)])
            rows.append([try days(day), .text("b"), .int(2), .int(5_000)])
        }
        return ModelTable(batches: [try ColumnBatch(schema: schema, rows: rows)], version: 2)
    }
}
