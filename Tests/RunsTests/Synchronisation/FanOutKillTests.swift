import AlmanacTesting
import Effects
import Foundation
import Lake
import PostgresCopy
import Runs
import SystemPackage
import Tenancy
import Testing

/// The program, killed while the tenants of a shared table commit one after the other: the next run brings to each what it
/// lacks, and to nobody anything twice.
@Suite(
    "Kills in a fan-out", .serialized, .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"),
    .enabled(if: TestPlaces.program != nil, "needs ALMANAC_PROGRAM, which scripts/test sets"))
struct FanOutKillTests {
    private static let tables = """
        CREATE TABLE events (id bigint PRIMARY KEY, tenant text NOT NULL, at timestamptz NOT NULL DEFAULT now(), note text);
        INSERT INTO events SELECT g, 't' || g % 4, now() - interval '3 days', 'n' || g FROM generate_series(1, 4000) g;
        CREATE TABLE people (id bigint PRIMARY KEY, tenant text NOT NULL, changed_at timestamptz NOT NULL DEFAULT now(), name text);
        INSERT INTO people SELECT g, 't' || g % 4, now() - interval '3 days', 'p' || g FROM generate_series(1, 800) g;
        """
    private static let datasets = """
          events: { from: events, sync: append, key: [id], cursor: at }
          people: { from: people, sync: merge, key: [id], cursor: changed_at, find_deletes: 1s }

        """
    private static let keys = [("alpha", "t0"), ("beta", "t1"), ("gamma", "t2"), ("delta", "t3")]

    private func change(_ world: SharedWorld, _ round: Int) throws {
        let first = 10_000 + round * 1_000
        let writer = try world.writer()
        try writer.execute(
            "INSERT INTO events (id, tenant, note) SELECT g, 't' || g % 4, 'new' FROM generate_series(\(first), \(first + 399)) g"
        )
        try writer.execute("UPDATE people SET name = 'r\(round)', changed_at = now() WHERE id % 7 = \(round % 7)")
        try writer.execute("DELETE FROM people WHERE id % 50 = \(round)")
    }

    /// The program at work.
    private func start(_ world: SharedWorld) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(TestPlaces.program))
        process.arguments = ["run", "--project", world.folder.string, "--workers", "1", "--wait-lock"]
        process.environment = ProcessInfo.processInfo.environment.merging([
            "SYNC_URL": world.cluster.url(database: world.database), "PSEUDONYMS": "0123456789abcdef0123456789abcdef",
            "ALMANAC_NOW": "2026-03-01T00:30:00Z",
        ]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    private func expectSource(_ world: SharedWorld, _ label: String) throws {
        let writer = try world.writer()
        for (name, key) in Self.keys {
            for (table, columns) in [("events", "note"), ("people", "name")] {
                let source = try writer.execute("SELECT id || ' ' || \(columns) FROM \(table) WHERE tenant = '\(key)'")
                    .rows
                    .compactMap { $0[0] }
                let lake = try world.table(table, of: name).snapshot().rows(columns: ["id", columns]).map {
                    SyncWorld.text($0).replacing("|", with: " ")
                }
                #expect(lake.count == source.count, "\(label): \(name) \(table)")
                #expect(Set(lake.map(Self.words)) == Set(source.map(Self.words)), "\(label): \(name) \(table)")
            }
        }
    }

    private static func words(_ row: String) -> [Substring] { row.split { !$0.isLetter && !$0.isNumber } }

    @Test func aKillBetweenTwoTenantsCommitsLosesAndDoublesNothing() throws {
        let world = try SharedWorld(Self.tables, datasets: Self.datasets, keys: Self.keys)
        defer { try? world.remove() }
        #expect(try world.run().failures.isEmpty)
        try change(world, 0)
        let project = try world.project()
        let version = { (name: String) in try world.table("people", of: name).snapshot().version }
        let before = try Self.keys.map { try version($0.0) }
        // The third tenant is somebody else's: the program waits for it, with the first two behind it.
        let lock = try #require(
            try DiskFileStore().lock(project.layout.lock(of: try project.tenants.scope(named: "delta"))))
        let process = try start(world)
        let clock = SystemClock()
        var waited = 0
        // In the order of the names: alpha, beta, delta, gamma.
        while try version("beta") == before[1], waited < 600 {
            clock.sleep(nanoseconds: 50_000_000)
            waited += 1
        }
        clock.sleep(nanoseconds: 300_000_000)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        lock.release()
        #expect(process.terminationReason == .uncaughtSignal)
        let after = try Self.keys.map { try version($0.0) }
        #expect(after[0] > before[0] && after[1] > before[1], "alpha and beta have committed")
        #expect(after[3] == before[3], "delta has not")
        #expect(try world.run(minutes: 60).failures.isEmpty)
        try expectSource(world, "between two tenants")
        let left = try DiskFileStore().names(in: world.folder.pushing("state/work/.shared"))
        #expect(left == ["lock"])
    }

    /// At any moment: killed again and again, and never made good in between.
    @Test func killsAtAnyMomentAreMadeGood() throws {
        let world = try SharedWorld(Self.tables, datasets: Self.datasets, keys: Self.keys)
        defer { try? world.remove() }
        let random = SeededRandom(seed: 5)
        let clock = SystemClock()
        for round in 0..<12 {
            let process = try start(world)
            clock.sleep(nanoseconds: (20 + random.nextBits() % 500) * 1_000_000)
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            try change(world, round)
        }
        #expect(try world.run(minutes: 60).failures.isEmpty)
        try expectSource(world, "after twelve kills")
    }
}
