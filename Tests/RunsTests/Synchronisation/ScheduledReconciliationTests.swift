import AlmanacTesting
import CivilTime
import Effects
import Foundation
import Runs
import Tenancy
import Testing

/// Lakes are compared with their sources on a schedule of their own.
@Suite("Scheduled reconciliation", .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct ScheduledReconciliationTests {
    @Test func aScheduleComparesAndMakesNoReports() throws {
        let world = try SyncWorld(
            "CREATE TABLE events AS SELECT g AS id FROM generate_series(1, 10) g;",
            datasets: "  events: { from: events, sync: snapshot, key: [id] }\n")
        defer { try? world.remove() }
        try world.write(
            """
            version: 1
            schedules:
              weekly-comparison:
                reconcile: sync
                cron: "30 2 * * *"
                timezone: Africa/Lagos
            """, to: "cron/schedules.yaml")
        func tick(_ minutes: Int64) throws -> (Tick.Outcome, [RunEvent]) {
            let project = try world.project(minutes: minutes)
            let events = EventList()
            let outcome = try Tick(
                in: project, ledger: try project.openLedger(), holder: "a test", workers: 1, progress: events.add
            ).run()
            return (outcome, events.all)
        }
        // 01:00, 02:29, 02:31 and 02:40 in Lagos.
        #expect(try tick(0).0.isFirst)
        #expect(try tick(89).0.ran.isEmpty)
        let (outcome, events) = try tick(91)
        #expect(outcome.ran.map(\.outcome) == [.done], "\(outcome.tenants)")
        #expect(events.contains(.reconciled(tenant: "lagos", table: "raw/events", rows: 10, difference: "")))
        #expect(try tick(100).0.ran.isEmpty)
        let ledger = try world.project().openLedger()
        #expect(try ledger.lastReconciliations(tenant: "lagos").count == 1)
        #expect(try ledger.runs(tenant: "lagos", limit: 10).allSatisfy { $0.kind == .ingest })
    }
}
