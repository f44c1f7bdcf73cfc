import CivilTime
import Demonstration
import Effects
import Foundation
import Rendering
import Runs
import SystemPackage
import Tenancy
import Testing

/// An edition for each person of a tenant: made at once, kept apart, made again from their receipts.
@Suite struct SubjectEditionTests {
    private let store = DiskFileStore()

    private static let people = """
        /*---
        version: 1
        description: The four customers with the most orders.
        grain: [customer_id]
        subject: customer_id
        columns:
          customer_id: { type: id, description: Key. }
          name: { type: text, description: Name. }
        ---*/
        SELECT customer_id, 'Person ' || CAST(customer_id AS text) || ' of the shop' AS name
        FROM (
            SELECT customer_id, count(*) AS placed FROM orders
            GROUP BY customer_id ORDER BY placed DESC, customer_id LIMIT 4
        ) AS counted
        """
    private static let monthly = """
        /*---
        version: 1
        description: Orders of each customer and month.
        grain: [customer_id, month]
        bucket: { column: month, grain: month }
        subject: customer_id
        columns:
          customer_id: { type: id, description: Key. }
          month: { type: date, description: Month. }
          orders: { type: integer, unit: count, description: Orders. }
        ---*/
        SELECT customer_id, CAST(date_trunc('month', local_date(placed_at, :tz)) AS date) AS month, count(*) AS orders
        FROM orders GROUP BY 1, 2
        """
    /// A view that says nothing of whose its rows are: they are those that were asked for.
    private static let own = """
        /*---
        version: 1
        description: A customer's own orders.
        materialized: view
        grain: [id]
        bucket: { column: day, grain: day }
        columns:
          id: { type: id, description: Order. }
          day: { type: date, description: Day. }
          revenue_minor: { type: integer, unit: money, description: Value. }
        ---*/
        SELECT id, local_date(placed_at, :tz) AS day, revenue_minor
        FROM orders
        WHERE CAST(customer_id AS text) = :subject AND revenue_minor >= :least
          AND local_date(placed_at, :tz) >= coalesce(:compare_from, :from) AND local_date(placed_at, :tz) < :to
        """
    private static let metrics = """

          own_value: { label: Your orders' value, model: own_orders, expr: sum(revenue_minor), unit: money, definition: Value. }
          own_count: { label: Your orders, model: customer_months, expr: sum(orders), unit: count, definition: Orders. }

        """
    private static let report = """
        version: 1
        slug: letter
        title: Your year
        audience: subject
        for_each: { model: people, key: customer_id, name: name }
        period: { grain: year, compare: none }
        parameters: { least: { type: integer, default: 0 } }
        on_incomplete: send
        formats: [pdf, xlsx, csv, html, json]
        headline: ["{{#own_count}}You ordered {{value}} times.{{/own_count}}"]
        sections:
          - kpis: [own_value, own_count]
          - table: { data: own_orders, title: Orders, columns: [id, day, revenue_minor], total: [revenue_minor] }
        """

    @Test func eachPersonGetsTheirsAlone() throws {
        try DemoWorld.with(datasets: nil) { world in
            let metrics = "Reports/retail/metrics.yaml"
            try world.write(
                try store.text(of: world.folder.pushing(FilePath(metrics))) + Self.metrics, to: metrics)
            for (name, text) in [
                ("models/people.sql", Self.people), ("models/customer_months.sql", Self.monthly),
                ("models/own_orders.sql", Self.own), ("reports/letter.yaml", Self.report),
            ] { try world.write(text, to: "Reports/retail/\(name)") }
            let tenant = try #require(world.inventory.tenants.first { $0.platform == "retail" })
            let year = String(tenant.lastDay.year)
            let outcome = try run(world, tenant) { $0.period = year }
            #expect(outcome.failures.isEmpty, "\(outcome.failures)")
            #expect(outcome.editions.count == 4)
            try checkApart(world, outcome)
            try checkNumbers(world, tenant, year, outcome)
            try checkOne(world, tenant, year, outcome)
        }
    }

    private func run(
        _ world: DemoWorld, _ tenant: DemoTenant, _ configure: (inout BatchRequest) -> Void
    ) throws -> TenantOutcome {
        let project = try world.project(at: world.noonAfter("retail"))
        var request = BatchRequest(holder: "a test")
        request.reports = ["letter"]
        configure(&request)
        let scope = try project.tenants.scope(named: tenant.id)
        return BatchRun(request, in: project, ledger: try project.openLedger(), progress: { _ in }).run([scope])[0]
    }

    private func receipts(_ world: DemoWorld, _ outcome: TenantOutcome) throws -> [(path: FilePath, receipt: Receipt)] {
        try outcome.editions.map { edition in
            let record = try #require(edition.artefacts.first { $0.name == "receipt.json" })
            let path = world.folder.pushing(FilePath(record.path))
            return (path, try Receipt(bytes: try store.contents(of: path)))
        }
    }

    /// Nobody's key, name or order stands in anything that was made for another.
    private func checkApart(_ world: DemoWorld, _ outcome: TenantOutcome) throws {
        let receipts = try receipts(world, outcome)
        let people = try receipts.map { try #require($0.receipt.subject) }
        #expect(Set(people).count == 4)
        for (path, receipt) in receipts {
            let folder = path.removingLastComponent()
            #expect(folder.lastComponent?.string == receipt.subject)
            for name in try store.names(in: folder) {
                let text = try readable(folder.appending(name))
                for other in people where other != receipt.subject {
                    #expect(!text.contains("Person \(other) of"), "\(name) of \(receipt.subject ?? "")")
                }
                if name.hasSuffix(".html") || name.hasSuffix(".pdf") {
                    #expect(text.contains("Person \(receipt.subject ?? "") of the shop"), "\(name)")
                }
            }
            #expect(receipt.tables.first { $0.name == "aggregates/people" }?.rows == 1)
        }
    }

    /// A file's text: pages and workbooks are unpacked.
    private func readable(_ path: FilePath) throws -> String {
        let name = path.lastComponent?.string ?? ""
        let parts = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print([z.read(n) for n in z.namelist()])"
        let command: (String, [String])? =
            name.hasSuffix(".pdf")
            ? ("pdftotext", [path.string, "-"])
            : name.hasSuffix(".xlsx") ? ("python3", ["-c", parts, path.string]) : nil
        guard let (program, words) = command else {
            return String(decoding: try store.contents(of: path), as: UTF8.self)
        }
        let result = try SystemProcessRunner().run(ProcessCommand(program, words))
        #expect(result.exitCode == 0 && !result.output.isEmpty, "\(program) \(result.errors)")
        return result.output
    }

    /// The figures are those that Postgres finds.
    private func checkNumbers(
        _ world: DemoWorld, _ tenant: DemoTenant, _ year: String, _ outcome: TenantOutcome
    ) throws {
        guard case .schema(let schema) = tenant.isolation else { return }
        for (_, receipt) in try receipts(world, outcome) {
            let found = try world.cluster.rows(
                """
                SELECT count(*), coalesce(sum(revenue_minor), 0) FROM \(schema).orders
                WHERE customer_id::text = '\(receipt.subject ?? "")'
                  AND extract(year FROM placed_at AT TIME ZONE '\(tenant.timeZone)') = \(year)
                """, database: DemoTenants.database)
            let figures = Dictionary(receipt.figures.map { ($0.address, $0.value) }) { $1 }
            #expect(figures["own_count"] == found.first?[0])
            #expect(figures["own_value"] == found.first?[1])
            #expect(figures["own-orders.total.revenue_minor"].map { $0 ?? "0" } ?? "0" == found.first?[1])
        }
    }

    /// One person's edition alone, with a parameter; unchanged ones; the same bytes from the receipts.
    private func checkOne(
        _ world: DemoWorld, _ tenant: DemoTenant, _ year: String, _ outcome: TenantOutcome
    ) throws {
        let all = try receipts(world, outcome)
        let person = try #require(all[1].receipt.subject)
        let again = try run(world, tenant) {
            $0.period = year
            $0.subjects = [person]
            $0.ingests = false
        }
        #expect(again.editions.count == 1 && again.editions[0].isUnchanged)
        let given = try run(world, tenant) {
            $0.period = year
            $0.subjects = [person]
            $0.parameters = [("least", "1000")]
            $0.ingests = false
        }
        let one = try #require(try receipts(world, given).first)
        #expect(one.receipt.parameters == ["least": "1000"] && one.receipt.subject == person)
        #expect(one.path.removingLastComponent().lastComponent?.string.hasPrefix("with-") == true)
        #expect(one.receipt.run != all[1].receipt.run)
        // What was given with a parameter has not replaced the other.
        #expect(try Receipt(bytes: try store.contents(of: all[1].path)) == all[1].receipt)
        let project = try world.project(at: try Instant(parsing: "2031-05-05T05:05:05Z"))
        for path in [all[0].path, one.path] {
            let comparisons = try Reproduction(in: project).run(path)
            #expect(comparisons.count >= 5 && comparisons.allSatisfy(\.isSame))
        }
        let nobody = try run(world, tenant) {
            $0.period = year
            $0.subjects = ["no such key"]
            $0.ingests = false
        }
        #expect(nobody.failures.first?.cause == .usage && nobody.editions.isEmpty)
        #expect(nobody.failures.first.map { "\($0)".contains("no such key") } == false)
    }
}
