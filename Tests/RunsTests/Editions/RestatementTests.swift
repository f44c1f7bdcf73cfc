import CivilTime
import Demonstration
import Effects
import Foundation
import Rendering
import Runs
import SystemPackage
import Tenancy
import Testing

/// What becomes of editions whose data, definition or calendar is another afterwards: the next edition tells it, `diff`
/// says why, and the first can still be made again.
@Suite struct RestatementTests {
    private let store = DiskFileStore()

    fileprivate struct Shop {
        let world: DemoWorld
        let tenant: DemoTenant
        let schema: String

        init(_ world: DemoWorld) throws {
            self.world = world
            tenant = try #require(world.inventory.tenants.first { $0.platform == "retail" })
            guard case .schema(let schema) = tenant.isolation else { throw CancellationError() }
            self.schema = schema
        }

        func execute(_ statement: String) throws {
            try world.cluster.execute(
                statement.replacing("ORDERS", with: "\(schema).orders"), database: DemoTenants.database,
                to: "change the shop's orders")
        }

        func run(_ configure: (inout BatchRequest) -> Void = { _ in }) throws -> TenantOutcome {
            let project = try world.project(at: world.noonAfter("retail"))
            var request = BatchRequest(holder: "a test")
            request.reports = ["monthly-sales"]
            configure(&request)
            let scope = try project.tenants.scope(named: tenant.id)
            return BatchRun(request, in: project, ledger: try project.openLedger(), progress: { _ in }).run([scope])[0]
        }

        func receipt(_ outcome: TenantOutcome, _ folder: String = "") throws -> (path: FilePath, receipt: Receipt) {
            let record = try #require(
                outcome.editions.first?.artefacts.first { $0.name == "receipt.json" }, "\(outcome.failures)")
            var path = world.folder.pushing(FilePath(record.path))
            if !folder.isEmpty {
                path.removeLastComponent()
                path = path.pushing(FilePath(folder)).appending("receipt.json")
            }
            return (path, try Receipt(bytes: try DiskFileStore().contents(of: path)))
        }
    }

    @Test func whatChangedIsToldWithItsCause() throws {
        try DemoWorld.with(datasets: nil) { world in
            let shop = try Shop(world)
            // Read whole each time, so that every change at the source arrives.
            let datasets = try store.text(of: world.folder.pushing(FilePath("Reports/retail/datasets.yaml")))
            try world.write(
                datasets.replacing("sync: append", with: "sync: snapshot").replacing(
                    "    cursor: placed_at\n", with: ""),
                to: "Reports/retail/datasets.yaml")
            let first = try shop.receipt(try shop.run())
            #expect(first.receipt.edition == 1 && first.receipt.restatements.isEmpty)
            #expect(first.receipt.inputs.map(\.name) == ["raw/orders"])
            #expect(first.receipt.figures.contains { $0.address == "sales" })

            try changeData(shop, first.receipt)
            let second = try shop.receipt(try shop.run())
            try checkRestated(shop, first.receipt, second)
            try checkUnchanged(shop, second.receipt)
            try checkDifference(shop, second)
            try checkDefinition(shop, second)
        }
    }

    /// One order of the report's month is corrected, one deleted, and one comes late.
    private func changeData(_ shop: Shop, _ receipt: Receipt) throws {
        let month = "date_trunc('month', placed_at AT TIME ZONE 'America/New_York')"
        try shop.execute(
            """
            CREATE TEMP TABLE chosen AS SELECT id, row_number() OVER (ORDER BY id) AS number FROM ORDERS
              WHERE \(month) = '\(receipt.period)-01' AND revenue_minor > 0
                AND extract(day FROM placed_at) BETWEEN 5 AND 20;
            UPDATE ORDERS SET revenue_minor = revenue_minor + 1000 WHERE id = (SELECT id FROM chosen WHERE number = 1);
            DELETE FROM ORDERS WHERE id = (SELECT id FROM chosen WHERE number = 2);
            CREATE TEMP TABLE late AS SELECT * FROM ORDERS WHERE id = (SELECT id FROM chosen WHERE number = 3);
            UPDATE late SET id = (SELECT max(id) + 1 FROM ORDERS), revenue_minor = 50000;
            INSERT INTO ORDERS SELECT * FROM late;
            """)
    }

    private func checkRestated(
        _ shop: Shop, _ first: Receipt, _ second: (path: FilePath, receipt: Receipt)
    ) throws {
        let receipt = second.receipt
        #expect(receipt.edition == 2 && receipt.run != first.run)
        let sales = try #require(receipt.restatements.first { $0.address == "sales" })
        #expect(sales.period == receipt.period && sales.run == first.run)
        #expect(sales.before == first.figures.first { $0.address == "sales" }?.value)
        #expect(sales.now == receipt.figures.first { $0.address == "sales" }?.value)
        #expect(sales.before != sales.now)
        #expect(Set(sales.causes) == ["late", "deleted", "corrected"])
        // On the page, in the workbook and beside the rows; and all of it comes again from the receipt.
        let folder = second.path.removingLastComponent()
        let project = try shop.world.project(at: try Instant(parsing: "2031-05-05T05:05:05Z"))
        let comparisons = try Reproduction(in: project).run(second.path)
        #expect(comparisons.count >= 4 && comparisons.allSatisfy { $0.isSame })
        let sidecar = try #require(try store.names(in: folder).first { $0.hasSuffix(".csv.json") })
        #expect(try store.text(of: folder.appending(sidecar)).contains("rows that came late"))
        // The first edition's receipt is kept, and can be made again too.
        let kept = try shop.receiptOfEdition(1, beside: second.path)
        #expect(kept == first)
        let keptPath = folder.appending("editions").appending("1").appending("receipt.json")
        #expect(try Reproduction(in: project).run(keptPath).allSatisfy { $0.isSame })
    }

    /// What an edition says of earlier ones makes no further edition.
    private func checkUnchanged(_ shop: Shop, _ receipt: Receipt) throws {
        let again = try shop.run()
        #expect(again.editions.first?.isUnchanged == true)
        #expect(again.editions.first?.run.id == receipt.run)
    }

    private func checkDifference(_ shop: Shop, _ second: (path: FilePath, receipt: Receipt)) throws {
        let project = try shop.world.project(at: shop.world.noonAfter("retail"))
        let first = second.path.removingLastComponent().appending("editions").appending("1").appending("receipt.json")
        let difference = try EditionComparison(in: project).run(first, second.path)
        let orders = try #require(difference.datasets.first { $0.table == "raw/orders" })
        #expect(orders.problem == nil)
        #expect(orders.count(.late) == 1 && orders.count(.deleted) == 1 && orders.count(.corrected) == 1)
        #expect(orders.count(.new) == 0)
        #expect(difference.definitions.isEmpty && difference.calendar.isEmpty)
        let sales = try #require(difference.figures.first { $0.address == "sales" })
        #expect(sales.steps.count == 1)
        #expect(Set(sales.steps.flatMap(\.causes)) == [.late, .deleted, .corrected])
        // One order more, one less: their number is as it was, and is not told.
        #expect(!difference.figures.contains { $0.address == "orders" })
        // Nothing differs from itself.
        #expect(try EditionComparison(in: project).run(second.path, second.path).figures.isEmpty)
        let backwards = try EditionComparison(in: project).run(second.path, first)
        #expect(backwards.figures.count == difference.figures.count)
    }

    /// Another definition of a metric: the same data, another number, and the cause is the definition alone.
    private func checkDefinition(_ shop: Shop, _ second: (path: FilePath, receipt: Receipt)) throws {
        let path = FilePath("Reports/retail/metrics.yaml")
        let text = try store.text(of: shop.world.folder.pushing(path))
        try shop.world.write(text.replacing("expr: sum(orders)", with: "expr: sum(items)"), to: path.string)
        let third = try shop.receipt(try shop.run())
        #expect(third.receipt.edition == 3)
        let restated = third.receipt.restatements.filter { $0.period == third.receipt.period }
        #expect(restated.contains { $0.address == "orders" && $0.causes == ["definition"] })
        let project = try shop.world.project(at: shop.world.noonAfter("retail"))
        let before = third.path.removingLastComponent().appending("editions").appending("2").appending("receipt.json")
        let difference = try EditionComparison(in: project).run(before, third.path)
        #expect(difference.definitions == ["metrics.yaml"] && difference.datasets.isEmpty)
        let orders = try #require(difference.figures.first { $0.address == "orders" })
        #expect(orders.steps.map(\.causes) == [[.definition]])
        // By the kept definitions the second edition is still what it was.
        #expect(try Reproduction(in: project).run(before).allSatisfy { $0.isSame })
        try checkExplanation(project, shop, third.receipt)
    }

    private func checkExplanation(_ project: Project, _ shop: Shop, _ receipt: Receipt) throws {
        let explainer = FigureExplainer(in: project)
        let request = EditionRequest(period: receipt.period)
        let found = try explainer.explain("sales", of: "monthly-sales", tenant: shop.tenant.id, request)
        #expect(found.metric?.expression == "sum(revenue_minor)" && found.model.name == "sales_daily")
        #expect(found.exact == receipt.figures.first { $0.address == "sales" }?.value)
        #expect(found.run == receipt.run && found.edition == 3)
        #expect(!found.model.text.isEmpty && found.model.path.hasPrefix("models/sales_daily"))
        let source = try #require(found.datasets.first { $0.table == "raw/orders" })
        let counted = try shop.world.cluster.rows(
            """
            SELECT count(*), count(*) FILTER (
              WHERE date_trunc('month', placed_at AT TIME ZONE '\(receipt.calendar["timezone"] ?? "")')
                = '\(receipt.period)-01') FROM \(shop.schema).orders
            """, database: DemoTenants.database)
        #expect(source.rowCount.map { String($0) } == counted.first?[0])
        #expect(source.rowCountOfDates.map { String($0) } == counted.first?[1])
        #expect(throws: Failure.self) {
            try explainer.explain("salse", of: "monthly-sales", tenant: shop.tenant.id, request)
        }
        #expect(try explainer.figures(of: "monthly-sales", tenant: shop.tenant.id, request).count > 30)
    }

    @Test func aReportThatMustBeWholeIsHeldAndReleased() throws {
        try DemoWorld.with(datasets: nil) { world in
            let shop = try Shop(world)
            let path = "Reports/retail/reports/monthly-sales.yaml"
            let text = try store.text(of: world.folder.pushing(FilePath(path)))
            try world.write(text.replacing("on_incomplete: mark", with: "on_incomplete: hold"), to: path)
            // The month up to which the data reaches is not over.
            let running = String(world.noonAfter("retail").description.prefix(7))
            let outcome = try shop.run { $0.period = running }
            let failure = try #require(outcome.failures.first)
            #expect(failure.cause == .busy && failure.cause.exitCode == 75)
            #expect(failure.summary.contains("is held") && failure.why?.contains("sales_daily reaches to") == true)
            let project = try world.project(at: world.noonAfter("retail"))
            let ledger = try project.openLedger()
            let held = try #require(
                try ledger.latestEdition(
                    tenant: shop.tenant.id, subject: "monthly-sales", period: running, variant: ""))
            #expect(held.state == .held && held.message.contains("sales_daily"))
            // The same run goes on where the definition is content with what there is: `mark` says it on the page.
            try world.write(text, to: path)
            let marked = try shop.receipt(try shop.run { $0.period = running })
            #expect(marked.receipt.edition == held.edition)
            let folder = marked.path.removingLastComponent()
            let sidecar = try #require(try store.names(in: folder).first { $0.hasSuffix(".csv.json") })
            #expect(try store.text(of: folder.appending(sidecar)).contains("\"incomplete\""))
            #expect(try Reproduction(in: project).run(marked.path).allSatisfy { $0.isSame })
        }
    }
}

extension RestatementTests.Shop {
    fileprivate func receiptOfEdition(_ edition: Int, beside path: FilePath) throws -> Receipt {
        let kept = path.removingLastComponent().appending("editions").appending(String(edition))
        return try Receipt(bytes: try DiskFileStore().contents(of: kept.appending("receipt.json")))
    }
}
