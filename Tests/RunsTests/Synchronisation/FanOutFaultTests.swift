import AlmanacTesting
import Effects
import Extract
import Foundation
import Lake
import PostgresCopy
import Runs
import Synchronization
import SystemPackage
import Tenancy
import Testing

/// The connection of a reading for many ends in the middle of the increment that is being split: nobody's table has any of it,
/// and what is read again brings to each tenant its own rows, once.
@Suite("Faults in a fan-out", .serialized, .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct FanOutFaultTests {
    private static let newRowCount = 12_000
    private static let tables = """
        CREATE TABLE events (id bigint PRIMARY KEY, tenant text NOT NULL, at timestamptz NOT NULL DEFAULT now(), note text);
        INSERT INTO events SELECT g, 't' || g % 5, now() - interval '3 days', 'n' || g FROM generate_series(1, 4000) g;
        CREATE TABLE people (id bigint PRIMARY KEY, tenant text NOT NULL, changed_at timestamptz NOT NULL DEFAULT now(), name text);
        INSERT INTO people SELECT g, 't' || g % 5, now() - interval '3 days', 'p' || g FROM generate_series(1, 800) g;
        """
    private static let changes = [
        """
        INSERT INTO events (id, tenant, note) SELECT g, 't' || g % 5, repeat('x', 100) || g
          FROM generate_series(10001, \(10_000 + newRowCount)) g
        """, "UPDATE people SET name = 'changed', changed_at = now() WHERE id % 3 = 0",
    ]
    private static let datasets = """
          events: { from: events, sync: append, key: [id], cursor: at }
          people: { from: people, sync: merge, key: [id], cursor: changed_at, find_deletes: never }

        """
    private static let keys = [("alpha", "t0"), ("beta", "t1"), ("gamma", "t2"), ("delta", "t3")]

    /// Ends backends that are sending the rows of `events`, as soon as some have come.
    private final class Terminator: Sendable {
        private let isOver = Atomic<Bool>(false)
        private let isThrough = Atomic<Bool>(false)
        private let ended = Atomic<Int>(0)

        /// How many backends were ended.
        var count: Int { ended.load(ordering: .acquiring) }

        /// - Parameter most: how many are ended.
        init(_ world: SharedWorld, most: Int) {
            let url = world.cluster.url(database: world.database)
            WorkerThread.start { [self] in
                let writer = try? PostgresConnection(url)
                while !isOver.load(ordering: .acquiring), count < most {
                    // A statement that has been sending for a while.
                    let found = try? writer?.execute(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
                          AND pid <> pg_backend_pid() AND state = 'active' AND query LIKE 'COPY%events%'
                          AND clock_timestamp() - query_start > interval '150 milliseconds'
                        """)
                    ended.wrappingAdd(found?.rows.count ?? 0, ordering: .acquiringAndReleasing)
                    SystemClock().sleep(nanoseconds: 10_000_000)
                }
                isThrough.store(true, ordering: .releasing)
            }
        }

        func stop() {
            isOver.store(true, ordering: .releasing)
            while !isThrough.load(ordering: .acquiring) { SystemClock().sleep(nanoseconds: 5_000_000) }
        }
    }

    /// A world after its first run, with changes that are not read yet, behind a slow proxy: the new events take about a second.
    private func world() throws -> (world: SharedWorld, proxy: FaultyProxy, url: String) {
        let world = try SharedWorld(Self.tables, datasets: Self.datasets, keys: Self.keys)
        #expect(try world.run().failures.isEmpty)
        let writer = try world.writer()
        for change in Self.changes { try writer.execute(change) }
        let proxy = try FaultyProxy(socketPath: world.cluster.folder + "/.s.PGSQL.5432")
        proxy.set(.slow(bytesPerSecond: 1_500_000))
        return (
            world, proxy,
            "postgres://postgres@127.0.0.1:\(proxy.port)/\(world.database)?sslmode=disable&gssencmode=disable"
        )
    }

    private func expectSource(_ world: SharedWorld, _ label: String) throws {
        let writer = try world.writer()
        for (name, key) in Self.keys {
            for (table, column) in [("events", "note"), ("people", "name")] {
                let source = try writer.execute(
                    "SELECT id || '|' || tenant || '|' || \(column) FROM \(table) WHERE tenant = '\(key)'"
                ).rows.compactMap { $0[0] }
                let lake = try world.table(table, of: name).snapshot().rows(columns: ["id", "tenant", column]).map {
                    SyncWorld.text($0)
                }
                #expect(lake.sorted() == source.sorted(), "\(label): \(name) \(table)")
            }
        }
    }

    private func versions(_ world: SharedWorld) throws -> [Int64] {
        try Self.keys.flatMap { key in
            try ["events", "people"].map { try world.table($0, of: key.0).snapshot().version }
        }
    }

    private func again(_ outcome: SharedWorld.Outcome) -> [(tenants: [String], why: String)] {
        outcome.events.compactMap {
            if case .readAgain(let tenants, let why) = $0 { (tenants, why) } else { nil }
        }
    }

    /// The server's last words may be lost with the connection.
    private func isEndOfConnection(_ words: String) -> Bool {
        words.contains("terminating connection") || words.contains("closed the connection")
    }

    @Test func aTerminatedReadingIsReadAgainForAll() throws {
        let (world, proxy, url) = try world()
        defer {
            proxy.stop()
            try? world.remove()
        }
        let terminator = Terminator(world, most: 1)
        let outcome = try world.run(minutes: 60, url: url)
        terminator.stop()
        #expect(terminator.count == 1)
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        let told = again(outcome)
        #expect(told.map { $0.tenants.sorted() } == [Self.keys.map(\.0).sorted()])
        #expect(told.allSatisfy { isEndOfConnection($0.why) }, "\(told)")
        try expectSource(world, "after one termination")
        // Nothing waits any more, and nothing of the lost reading is left.
        #expect(try world.run(minutes: 120).failures.isEmpty)
        try expectSource(world, "a run later")
        #expect(try DiskFileStore().names(in: world.folder.pushing("state/work/.shared")) == ["lock"])
    }

    /// Every try is ended: no tenant has any of the rows, each is told why, and the next run brings them.
    @Test func aReadingThatNeverEndsChangesNobodysTables() throws {
        let (world, proxy, url) = try world()
        defer {
            proxy.stop()
            try? world.remove()
        }
        let before = try versions(world)
        let terminator = Terminator(world, most: .max)
        let outcome = try world.run(minutes: 60, url: url)
        terminator.stop()
        #expect(terminator.count > 1)
        let told = again(outcome)
        #expect(!told.isEmpty && told.count < terminator.count && told.count < SourceRetry.Budget().tryCountMax)
        #expect(Set(outcome.failures.map(\.cause)) == [.unavailable], "\(outcome.failures)")
        #expect(Set(outcome.tenants.filter { !$0.failures.isEmpty }.map(\.tenant)) == Set(Self.keys.map(\.0)))
        #expect(
            outcome.failures.allSatisfy { isEndOfConnection("\($0.why ?? "") \($0.details ?? "")") },
            "\(outcome.failures)")
        #expect(try versions(world) == before)
        #expect(try world.run(minutes: 120).failures.isEmpty)
        try expectSource(world, "a run later")
    }
}
