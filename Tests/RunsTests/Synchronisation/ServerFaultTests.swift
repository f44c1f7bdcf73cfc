import AlmanacTesting
import Columnar
import Effects
import Foundation
import Lake
import PostgresCopy
import Runs
import Synchronization
import SystemPackage
import Tenancy
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// What servers do to a run: it is through all the same, or ends by name, and the lake is the source or as it was.
@Suite("Faults of servers", .serialized, .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct ServerFaultTests {
    private static let rowCount = 20_000
    private static let table = """
        CREATE TABLE events (id int PRIMARY KEY, at timestamptz NOT NULL, note text);
        INSERT INTO events SELECT g, now() - interval '20 days' + g * interval '80 seconds', repeat('n' || g, 10)
          FROM generate_series(1, \(rowCount)) g;
        CREATE TABLE small (id int PRIMARY KEY, note text);
        INSERT INTO small SELECT g, 'x' FROM generate_series(1, 100) g;
        """
    private static let datasets = """
          events: { from: events, sync: append, key: [id], cursor: at }
          small: { from: small, sync: snapshot }

        """

    /// A project, and a server of its own behind a proxy.
    private func world(
        _ settings: [String] = []
    ) throws -> (world: SyncWorld, server: TestServer, proxy: FaultyProxy) {
        let world = try SyncWorld("", datasets: Self.datasets)
        let server = try TestServer(settings: settings)
        try server.run("SET default_transaction_read_only = off;" + Self.table)
        return (world, server, try FaultyProxy(socketPath: server.socketPath))
    }

    private func url(_ proxy: FaultyProxy, user: String = "postgres") -> String {
        "postgres://\(user)@127.0.0.1:\(proxy.port)/postgres?sslmode=disable&gssencmode=disable"
    }

    private func run(
        _ world: SyncWorld, minutes: Int64 = 0, _ url: String,
        progress: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) throws -> [Failure] {
        let project = try world.project(minutes: minutes, variables: ["SYNC_URL": url])
        var request = BatchRequest(holder: "a test")
        request.makesReports = false
        let outcomes = BatchRun(request, in: project, ledger: try project.openLedger(), progress: progress).run([
            try project.tenants.scope(named: "lagos")
        ])
        return outcomes.flatMap(\.failures)
    }

    private func expectSource(_ world: SyncWorld, _ label: String = "") throws {
        let events = try world.rows("events", ["id"])
        #expect(events.count == Self.rowCount && Set(events).count == Self.rowCount, "\(label)")
        #expect(try world.rows("small", ["id"]).count == 100, "\(label)")
    }

    /// Does something to a server while a run reads from it, as soon as some of its bytes have passed.
    private func disturbed(
        _ label: String, settings: [String] = [], _ disturb: @escaping @Sendable (TestServer) throws -> Void
    ) throws {
        let (world, server, proxy) = try world(settings)
        defer {
            proxy.stop()
            server.remove()
            try? world.remove()
        }
        // Two and a half megabytes in about two seconds.
        proxy.set(.slow(bytesPerSecond: 1_250_000))
        let isThrough = Atomic<Bool>(false)
        let trouble = Mutex<String?>(nil)
        WorkerThread.start {
            SystemClock().sleep(nanoseconds: 700_000_000)
            do { try disturb(server) } catch { trouble.withLock { $0 = "\(error)" } }
            isThrough.store(true, ordering: .releasing)
        }
        let failures = try run(world, url(proxy))
        while !isThrough.load(ordering: .acquiring) { SystemClock().sleep(nanoseconds: 10_000_000) }
        let words = trouble.withLock { $0 }
        #expect(words == nil)
        #expect(failures.isEmpty, "\(label): \(failures)")
        try expectSource(world, label)
    }

    @Test(arguments: [TestServer.StopMode.fast, .immediate]) func aRestartIsWaitedFor(mode: TestServer.StopMode) throws
    {
        try disturbed("\(mode)") { server in
            try server.stop(mode)
            SystemClock().sleep(nanoseconds: 800_000_000)
            try server.start()
        }
    }

    @Test func theCrashOfAnotherBackendIsWaitedFor() throws {
        try disturbed("crash") { server in
            // A process that is killed takes all sessions with it: the server recovers, and says so meanwhile (57P03).
            let victim = try server.run("SELECT pid FROM pg_stat_activity WHERE backend_type = 'background writer'")
            if let number = Int32(victim.trimmingCharacters(in: .whitespacesAndNewlines)) { kill(number, SIGKILL) }
        }
    }

    @Test func aBackendThatIsTerminatedIsReplaced() throws {
        try disturbed("terminated") { server in
            try server.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
        }
    }

    @Test func aServerThatOnlyReadsIsRead() throws {
        try disturbed("read-only", settings: ["default_transaction_read_only=on"]) { _ in }
    }

    /// Connections that others have let go of by the next try are enough; none at all is a failure by name, after no more
    /// tries than the budget has.
    @Test func aFullServerIsTriedAgainWithinTheBudget() throws {
        let (world, server, proxy) = try world(["max_connections=6", "superuser_reserved_connections=1"])
        defer {
            proxy.stop()
            server.remove()
            try? world.remove()
        }
        try server.run("CREATE ROLE reader LOGIN; GRANT pg_read_all_data TO reader;")
        final class Held: @unchecked Sendable { var connections: [PostgresConnection] = [] }
        let held = Held()
        for _ in 0..<5 { held.connections.append(try PostgresConnection(server.url(user: "reader"))) }
        let before = proxy.acceptedCount
        let failures = try run(world, url(proxy, user: "reader"))
        #expect(failures.map(\.cause) == [.unavailable], "\(failures)")
        let words = failures.map { "\($0.why ?? "") \($0.details ?? "")" }
        #expect(words.allSatisfy { $0.contains("too many") || $0.contains("remaining connection slots") }, "\(words)")
        #expect((2...SourceTries.most).contains(proxy.acceptedCount - before), "\(proxy.acceptedCount - before)")
        WorkerThread.start {
            SystemClock().sleep(nanoseconds: 400_000_000)
            held.connections = []
        }
        #expect(try run(world, minutes: 1, url(proxy, user: "reader")).isEmpty)
        try expectSource(world)
    }

    private enum SourceTries {
        /// As many as `SourceRetry.Budget` has.
        static let most = 5
    }

    /// A replica ends statements and transactions that need rows which its primary has cleaned away: chunks shrink until
    /// they are through in time.
    @Test func conflictsOfAReplicaShrinkTheChunk() throws {
        let (world, primary, unused) = try world()
        unused.stop()
        try primary.run("CREATE TABLE busy AS SELECT g AS id FROM generate_series(1, 100) g;")
        let replica = try TestServer(
            settings: ["hot_standby=on", "max_standby_streaming_delay=0", "hot_standby_feedback=off"],
            replicaOf: primary)
        let proxy = try FaultyProxy(socketPath: replica.socketPath)
        let isOver = Atomic<Bool>(false)
        let rounds = Atomic<Int>(0)
        defer {
            isOver.store(true, ordering: .releasing)
            proxy.stop()
            replica.remove()
            primary.remove()
            try? world.remove()
        }
        // Two and a half megabytes in about twice as many seconds, and a conflict every three: long enough for a chunk to get
        // through on a machine that has other work.
        proxy.set(.slow(bytesPerSecond: 500_000))
        WorkerThread.start {
            while !isOver.load(ordering: .acquiring) {
                _ = try? primary.run("UPDATE busy SET id = id + 1; VACUUM busy;")
                rounds.wrappingAdd(1, ordering: .relaxed)
                SystemClock().sleep(nanoseconds: 3_000_000_000)
            }
        }
        let events = EventList()
        let failures = try run(world, url(proxy), progress: events.add)
        #expect(failures.isEmpty, "\(failures)")
        try expectSource(world)
        let chunks = events.all.count { if case .chunkKept = $0 { true } else { false } }
        let conflicts = rounds.load(ordering: .relaxed)
        #expect(chunks >= 5, "\(chunks) chunks, \(conflicts) conflicts")
    }

    /// Money that moves between two tables while they are read: its sum never changes.
    @Test func twoTablesAreOfOneMoment() throws {
        let world = try SyncWorld(
            """
            CREATE TABLE one AS SELECT g AS id, 100::bigint AS money FROM generate_series(1, 200) g;
            CREATE TABLE two AS SELECT g AS id, 100::bigint AS money FROM generate_series(1, 200) g;
            """,
            datasets: """
                  one: { from: one, sync: snapshot }
                  two: { from: two, sync: snapshot }

                """)
        defer { try? world.remove() }
        let isOver = Atomic<Bool>(false)
        let transfers = Atomic<Int>(0)
        let url = world.cluster.url(database: world.database)
        let threads = 2
        let ended = Atomic<Int>(0)
        for number in 0..<threads {
            WorkerThread.start {
                let random = SeededRandom(seed: UInt64(number))
                if let writer = try? PostgresConnection(url) {
                    while !isOver.load(ordering: .acquiring) {
                        let (from, to) = (1 + random.nextBits() % 200, 1 + random.nextBits() % 200)
                        let (first, second) = random.nextBits() % 2 == 0 ? ("one", "two") : ("two", "one")
                        let moved = try? writer.execute(
                            "WITH taken AS (UPDATE \(first) SET money = money - 7 WHERE id = \(from)) UPDATE \(second) SET money = money + 7 WHERE id = \(to)"
                        )
                        if moved != nil { transfers.wrappingAdd(1, ordering: .relaxed) }
                    }
                }
                ended.wrappingAdd(1, ordering: .releasing)
            }
        }
        for round in 0..<40 {
            #expect(try run(world, minutes: Int64(round), url).isEmpty)
            let sum = try (world.rows("one", ["money"]) + world.rows("two", ["money"])).compactMap { Int64($0) }.reduce(
                0, +)
            #expect(sum == 40_000, "round \(round)")
        }
        isOver.store(true, ordering: .releasing)
        while ended.load(ordering: .acquiring) < threads { SystemClock().sleep(nanoseconds: 5_000_000) }
        let count = transfers.load(ordering: .relaxed)
        #expect(count > 100)
    }
}

/// A table that is larger than the memory that the program may use.
@Suite(
    "Memory of an extraction", .serialized,
    .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"),
    .enabled(if: TestPlaces.program != nil, "needs ALMANAC_PROGRAM, which scripts/test sets"))
struct ExtractionMemoryTests {
    @Test func aTableOfTwiceTheMemoryIsStreamed() throws {
        let cluster = try TestPostgres.cluster()
        // 480 MB, of values that no dictionary shortens.
        let database = try cluster.makeDatabase(
            "CREATE TABLE wide AS SELECT g AS id, md5(g::text) || repeat(md5((g % 977)::text), 30) AS note FROM generate_series(1, 480000) g;"
        )
        let target = TestPlaces.scratch()
        defer { try? DiskFileStore().remove(target) }
        // Private memory of the process, in KiB: 256 MiB.
        let result = try SystemProcessRunner().run(
            ProcessCommand(
                "/bin/bash",
                [
                    "-c", "ulimit -d 262144; exec \"$0\" \"$@\"", try #require(TestPlaces.program), "extract", "--url",
                    cluster.url(database: database), "--table", "wide", "--to", target.string + ".parquet", "--json",
                ], environment: ["NO_COLOR": "1"]))
        defer { try? DiskFileStore().remove(.init(target.string + ".parquet")) }
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.output.contains("480000"), "\(result.output)")
    }
}
