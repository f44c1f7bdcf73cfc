import AlmanacTesting
import Columnar
import Effects
import Foundation
import Lake
import PostgresCopy
import Runs
import Tenancy
import Testing

/// A lake that is its source is found to be, and one that is not is told with what differs.
@Suite("Reconciliation", .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct ReconciliationTests {
    private static let tables = """
        CREATE TABLE orders (id bigint PRIMARY KEY, tenant text NOT NULL, code varchar(20) NOT NULL, at timestamptz NOT NULL DEFAULT now(),
          amount numeric(14,2), pieces int, paid money, changed_at timestamptz NOT NULL DEFAULT now(), gone boolean);
        INSERT INTO orders
          SELECT g, 'one', 'ö' || g, now() - interval '2 days', CASE WHEN g % 9 > 0 THEN -g / 7.0 END, g % 13, g / 10.0,
            now() - interval '2 days', g % 10 = 0 FROM generate_series(1, 3000) g;
        INSERT INTO orders SELECT g, 'two', 'x', now(), 1, 1, 1, now(), false FROM generate_series(9001, 9010) g;
        """
    private static let datasets = """
          added: { sql: "SELECT id, tenant, code, at FROM orders", sync: append, key: [id], cursor: at }
          merged: { from: orders, sync: merge, key: [code, id], cursor: changed_at, soft_delete: gone }
          states: { from: orders, sync: history, key: [id], cursor: changed_at }
          whole: { sql: "SELECT id, tenant, amount * 2 AS twice FROM orders", sync: snapshot, columns: { twice: { type: "decimal(20,4)" } } }
          hidden: { from: orders, sync: merge, key: [id], cursor: changed_at, columns: { id: { pii: pseudonymise } } }

        """

    private func reconcile(_ world: SharedWorld, minutes: Int64, rereads: Bool = false) throws -> SharedWorld.Outcome {
        let project = try world.project(minutes: minutes)
        var request = BatchRequest(holder: "a test")
        request.reconciles = true
        request.makesReports = false
        request.rereads = rereads
        let events = EventList()
        let scopes = try world.names.map { try project.tenants.scope(named: $0) }
        let outcomes = BatchRun(request, in: project, ledger: try project.openLedger(), progress: events.add).run(
            scopes)
        return SharedWorld.Outcome(tenants: outcomes, events: events.all)
    }

    private func world() throws -> SharedWorld {
        try SharedWorld(Self.tables, datasets: Self.datasets, keys: [("one", "one"), ("two", "two")])
    }

    @Test func aLakeThatFollowsItsSourceIsTheSame() throws {
        let world = try world()
        defer { try? world.remove() }
        #expect(try world.run().failures.isEmpty)
        let writer = try world.writer()
        for minutes in Int64(1)...3 {
            let outcome = try reconcile(world, minutes: minutes)
            #expect(outcome.failures.isEmpty, "\(outcome.failures)")
            let compared = outcome.events.filter { if case .reconciled = $0 { true } else { false } }
            #expect(compared.count == 10)
            try writer.execute("UPDATE orders SET amount = amount + 1, changed_at = now() WHERE id % 5 = 1")
            try writer.execute(
                "INSERT INTO orders (id, tenant, code, amount) SELECT g, 'one', 'n' || g, 2 FROM generate_series(4000 + \(minutes) * 100, 4020 + \(minutes) * 100) g"
            )
            // `append` keeps them, `merge` does not know yet: neither is a difference.
            try writer.execute("DELETE FROM orders WHERE id % 50 = \(minutes)")
        }
        let project = try world.project()
        let ledger = try project.openLedger()
        let run = try #require(try ledger.lastIngestion(tenant: "one"))
        let found = try ledger.reconciliations(of: run.id)
        #expect(found.map(\.table) == ["raw/added", "raw/hidden", "raw/merged", "raw/states", "raw/whole"])
        #expect(found.allSatisfy { $0.difference.isEmpty && $0.sourceRows == $0.lakeRows })
        #expect(found.filter(\.comparesKeys).map(\.table) == ["raw/added", "raw/merged", "raw/states"])
        #expect(try ledger.lastReconciliation(tenant: "one") != nil)
        #expect(try ledger.lastReconciliation(tenant: "nobody") == nil)
    }

    /// Each way of being wrong is seen, named, and made good by reading everything again.
    @Test(arguments: [
        // Changed behind the cursor's back: the same keys, other sums.
        ("UPDATE orders SET amount = amount + 1 WHERE id = 77", "other sums of 'amount'"),
        // A row whose time lies long before what an increment reads: lost.
        (
            "INSERT INTO orders (id, tenant, code, at, changed_at) VALUES (8000, 'one', 'late', now() - interval '9 days', now() - interval '9 days')",
            "the source has 3001 rows, the lake 3000"
        ),
        // One key in the place of another: as many rows, the same sums of the others.
        ("UPDATE orders SET id = 8001 WHERE id = 78", "other keys"),
    ])
    func aDifferenceIsToldAndMadeGood(_ change: String, _ words: String) throws {
        let datasets = "  merged: { from: orders, sync: merge, key: [id], cursor: changed_at, find_deletes: never }\n"
        let world = try SharedWorld(Self.tables, datasets: datasets, keys: [("one", "one")])
        defer { try? world.remove() }
        #expect(try world.run().failures.isEmpty)
        #expect(try reconcile(world, minutes: 1).failures.isEmpty)
        try world.writer().execute(change)
        // An ordinary run does not see it: that is what reconciliation is for.
        #expect(try world.run(minutes: 2).failures.isEmpty)
        let failure = try #require(try reconcile(world, minutes: 3).failures.first)
        #expect(failure.cause == .dataRefused && failure.cause.exitCode == 65)
        #expect(failure.summary.contains("tenant 'one'") && failure.summary.contains("raw/merged"))
        #expect(failure.why?.contains(words) == true, "\(failure)")
        #expect(failure.remedy == "almanac reconcile --reread --tenant one")
        #expect(try reconcile(world, minutes: 4, rereads: true).failures.isEmpty)
        #expect(try reconcile(world, minutes: 5).failures.isEmpty)
    }

    @Test func aRunComparesAsOftenAsTheProjectSays() throws {
        let world = try world()
        defer { try? world.remove() }
        try world.write(
            "version: 1\nkeys: { pseudonyms: env:PSEUDONYMS }\nreconcile: { every: 1h }\n", to: "almanac.yaml")
        for (minutes, isDue) in [(Int64(0), true), (30, false), (61, true), (90, false)] {
            let outcome = try world.run(minutes: minutes)
            #expect(outcome.failures.isEmpty, "\(outcome.failures)")
            let compared = outcome.events.contains { if case .reconciled = $0 { true } else { false } }
            #expect(compared == isDue, "\(minutes)")
        }
    }
}
