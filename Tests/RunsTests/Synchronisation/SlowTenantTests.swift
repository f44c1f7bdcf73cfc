import AlmanacTesting
import Effects
import Foundation
import PostgresCopy
import Runs
import Synchronization
import SystemPackage
import Tenancy
import Testing

/// What one tenant waits for is no other's.
@Suite("Slow tenants", .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct SlowTenantTests {
    private static let names = ["slow", "slower", "a", "b", "c", "d", "e", "f"]

    /// Each tenant with a schema of its own.
    private func world(_ configuration: String = "", limits: String = "") throws -> SharedWorld {
        let tables = Self.names.map { name in
            "CREATE SCHEMA s_\(name); CREATE TABLE s_\(name).notes AS SELECT g AS id FROM generate_series(1, 10) g;"
        }
        let world = try SharedWorld(
            tables.joined(), datasets: "  notes: { from: notes, sync: snapshot }\n",
            keys: Self.names.map { ($0, $0) })
        try world.write("version: 1\n" + configuration, to: "almanac.yaml")
        for name in Self.names {
            try world.write(
                """
                version: 1
                id: \(name)
                platform: sync
                source: { url: env:SYNC_URL, isolation: schema, schema: s_\(name) }
                calendar: { timezone: Africa/Lagos }
                locale: en
                currency: NGN
                reports: [nothing]
                \(limits)
                """, to: "tenants/\(name).yaml")
        }
        return world
    }

    private func run(
        _ world: SharedWorld, workers: Int = 2, patience: Double = 0.3, progress: @escaping @Sendable (RunEvent) -> Void
    ) throws -> [TenantOutcome] {
        let project = try world.project()
        var request = BatchRequest(holder: "a test")
        request.workers = workers
        request.patienceSeconds = patience
        request.makesReports = false
        let scopes = try Self.names.map { try project.tenants.scope(named: $0) }
        return BatchRun(request, in: project, ledger: try project.openLedger(), progress: progress).run(scopes)
    }

    @Test func tenantsThatWaitForALockHoldUpNoOthers() throws {
        let world = try world()
        defer { try? world.remove() }
        let holder = try world.writer()
        try holder.execute("BEGIN")
        try holder.execute("LOCK TABLE s_slow.notes, s_slower.notes IN ACCESS EXCLUSIVE MODE")
        let done = EventList()
        let released = Mutex<Bool>(false)
        // Let go when all others are through: with two workers, and two that wait, they would never be.
        let connection = Held(holder)
        let outcomes = try run(world) { event in
            guard case .tenantDone = event else { return }
            done.add(event)
            guard done.all.count == Self.names.count - 2 else { return }
            released.withLock { $0 = true }
            _ = try? connection.connection.execute("COMMIT")
        }
        #expect(outcomes.allSatisfy { $0.failures.isEmpty }, "\(outcomes.flatMap(\.failures))")
        let isReleased = released.withLock { $0 }
        #expect(isReleased)
        let order = done.all.compactMap { if case .tenantDone(let name) = $0 { name } else { nil } }
        #expect(Set(order.suffix(2)) == ["slow", "slower"], "\(order)")
    }

    @Test func aTenantHasItsTimeAndNoMore() throws {
        let world = try world(limits: "limits: { seconds: 1 }")
        defer { try? world.remove() }
        let holder = try world.writer()
        try holder.execute("BEGIN")
        try holder.execute("LOCK TABLE s_slow.notes IN ACCESS EXCLUSIVE MODE")
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        let outcomes = try run(world) { _ in }
        #expect(Double(clock.monotonicNanoseconds() - start) / 1e9 < 15)
        try holder.execute("COMMIT")
        let failures = outcomes.flatMap(\.failures)
        #expect(failures.count == 1, "\(failures)")
        #expect(
            failures.first?.summary.contains("tenant 'slow'") == true
                && failures.first?.why?.contains("limit of 1 seconds") == true, "\(failures)")
    }

    /// However many tenants are worked for at once, a source has no more connections than it may.
    @Test(arguments: [1, 2, 3]) func aSourceHasNoMoreConnectionsThanAllowed(most: Int) throws {
        let world = try world("sources: { connections_max: \(most) }\n")
        defer { try? world.remove() }
        let observer = try world.writer()
        let isOver = Atomic<Bool>(false)
        let found = Mutex<Int>(0)
        let watching = Held(observer)
        let database = world.database
        WorkerThread.start {
            while !isOver.load(ordering: .acquiring) {
                let count = try? watching.connection.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)' AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                ).value.flatMap { Int($0) }
                found.withLock { $0 = max($0, count ?? 0) }
            }
        }
        for _ in 0..<3 {
            let outcomes = try run(world, workers: 8) { _ in }
            #expect(outcomes.allSatisfy { $0.failures.isEmpty }, "\(outcomes.flatMap(\.failures))")
        }
        isOver.store(true, ordering: .releasing)
        let count = found.withLock { $0 }
        #expect((1...most).contains(count), "\(count)")
    }

    /// One thread at a time uses it.
    private final class Held: @unchecked Sendable {
        let connection: PostgresConnection
        init(_ connection: PostgresConnection) { self.connection = connection }
    }
}
