import AlmanacTesting
import Columnar
import Effects
import Foundation
import Lake
import PostgresCopy
import Runs
import SystemPackage
import Tenancy
import Testing

/// A long way is gone in pieces, each of which counts: what fails on the way is not gone again.
@Suite("Chunks", .serialized, .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct ChunkTests {
    private static let rowCount = 30_000
    private static let table = """
        CREATE TABLE events (id int PRIMARY KEY, at timestamptz, day date, changed_at timestamptz, note text);
        INSERT INTO events SELECT g, now() - interval '30 days' + g * interval '80 seconds', current_date - 40 + g / 900,
          now() - interval '30 days' + g * interval '80 seconds', repeat('n' || g, 12) FROM generate_series(1, \(rowCount)) g;
        INSERT INTO events (id, at, changed_at) VALUES (-2, NULL, NULL), (-3, '1970-01-01', '1970-01-01');
        """

    private func datasets(_ chunk: String = "") -> String {
        """
          added: { from: events, sync: append, key: [id], cursor: at\(chunk) }
          merged: { from: events, sync: merge, key: [id], cursor: changed_at, find_deletes: never\(chunk) }
          states: { from: events, sync: history, key: [id], cursor: changed_at, find_deletes: never\(chunk) }

        """
    }

    private func run(
        _ world: SyncWorld, minutes: Int64 = 0, url: String? = nil, rereads: Bool = false
    ) throws -> (failures: [Failure], events: [RunEvent]) {
        let project = try world.project(minutes: minutes, variables: url.map { ["SYNC_URL": $0] } ?? [:])
        var request = BatchRequest(holder: "a test")
        request.makesReports = false
        request.rereads = rereads
        let events = EventList()
        let outcomes = BatchRun(request, in: project, ledger: try project.openLedger(), progress: events.add).run([
            try project.tenants.scope(named: "lagos")
        ])
        return (outcomes.flatMap(\.failures), events.all)
    }

    private func chunks(_ events: [RunEvent], _ table: String) -> [Int64] {
        events.compactMap { if case .chunkKept(_, table, let rows) = $0 { rows } else { nil } }
    }

    /// Rows that the run itself has read, after the chunks.
    private func rest(_ events: [RunEvent], _ table: String) -> Int64 {
        events.reduce(0) { if case .extracted(_, table, let rows, _, _) = $1 { $0 + rows } else { $0 } }
    }

    private func expectSource(
        _ world: SyncWorld, _ tables: [String] = ["added", "merged", "states"], _ label: String = ""
    ) throws {
        let source = try world.writer().execute("SELECT id::text FROM events ORDER BY id::text COLLATE \"C\"").rows
            .compactMap { $0[0] }
        for table in tables {
            // Of a history the states that hold.
            let lake =
                table == "states"
                ? try world.rows(table, ["id", "valid_to"]).filter { $0.hasSuffix("|-") }.map { String($0.dropLast(2)) }
                : try world.rows(table, ["id"])
            #expect(lake.count == source.count && Set(lake) == Set(source), "\(table) \(label)")
        }
    }

    @Test func chunksBringEveryRowOnce() throws {
        let world = try SyncWorld(Self.table, datasets: datasets(", chunk: 5d"))
        defer { try? world.remove() }
        let (failures, events) = try run(world)
        #expect(failures.isEmpty, "\(failures)")
        for table in ["raw/added", "raw/merged", "raw/states"] {
            let kept = chunks(events, table)
            // 1970 has a chunk of its own, and what lies between is passed over.
            #expect((5...9).contains(kept.count), "\(kept)")
            // The overlap of ten minutes has a few rows in each chunk.
            let read = kept.reduce(0, +) + rest(events, table)
            #expect((Int64(Self.rowCount)...Int64(Self.rowCount) + 300).contains(read), "\(read)")
        }
        try expectSource(world)
        // Nothing is long any more: an increment is read as always.
        try world.writer().execute("INSERT INTO events (id, at, changed_at, note) VALUES (90001, now(), now(), 'new')")
        try world.writer().execute("UPDATE events SET note = 'changed', changed_at = now() WHERE id = 5")
        let next = try run(world, minutes: 1)
        #expect(next.failures.isEmpty && chunks(next.events, "raw/added").isEmpty)
        try expectSource(world)
        #expect(try world.rows("merged", ["id", "note"]).contains { $0.contains("changed") })
        let states = try world.rows("states", ["id", "note", "valid_to"]).filter { $0.hasPrefix("5|") }
        #expect(states.count == 2 && states.filter { $0.hasSuffix("|-") }.allSatisfy { $0.contains("changed") })
    }

    @Test func daysAndNumbersAreChunksToo() throws {
        let world = try SyncWorld(
            "CREATE TABLE events AS SELECT g AS id, current_date - 40 + g / 900 AS day FROM generate_series(1, 20000) g;",
            datasets: """
                  numbered: { from: events, sync: append, key: [id], cursor: id, chunk: 3000 }
                  dated: { from: events, sync: append, key: [id], cursor: day, chunk: 4d }

                """)
        defer { try? world.remove() }
        let (failures, events) = try run(world)
        #expect(failures.isEmpty, "\(failures)")
        #expect(chunks(events, "raw/numbered").count == 6)
        #expect((3...6).contains(chunks(events, "raw/dated").count))
        try expectSource(world, ["numbered", "dated"])
    }

    /// A connection that never lives long enough for all of it: each piece is half as large as the one that failed.
    @Test func aConnectionThatBreaksAgainAndAgainIsGotThrough() throws {
        let world = try SyncWorld(Self.table, datasets: datasets())
        defer { try? world.remove() }
        let proxy = try FaultyProxy(socketPath: world.cluster.folder + "/.s.PGSQL.5432")
        defer { proxy.stop() }
        // Three megabytes are to come.
        proxy.set(.cut(afterByteCount: 260_000))
        let url = "postgres://postgres@127.0.0.1:\(proxy.port)/\(world.database)?sslmode=disable&gssencmode=disable"
        let (failures, events) = try run(world, url: url)
        #expect(failures.isEmpty, "\(failures)")
        #expect(chunks(events, "raw/added").count >= 8)
        try expectSource(world)
    }

    /// What a run that failed has kept is not read again by the next.
    @Test func theNextRunGoesOnAfterTheLastChunk() throws {
        let world = try SyncWorld(Self.table, datasets: datasets(", chunk: 2d"))
        defer { try? world.remove() }
        let proxy = try FaultyProxy(socketPath: world.cluster.folder + "/.s.PGSQL.5432")
        defer { proxy.stop() }
        // The first eight connections go through, those after them are cut at once.
        let url = "postgres://postgres@127.0.0.1:\(proxy.port)/\(world.database)?sslmode=disable&gssencmode=disable"
        let project = try world.project(variables: ["SYNC_URL": url])
        var request = BatchRequest(holder: "a test")
        request.makesReports = false
        let events = EventList()
        let scope = try project.tenants.scope(named: "lagos")
        let first = BatchRun(request, in: project, ledger: try project.openLedger()) { event in
            events.add(event)
            if self.chunks(events.all, "raw/added").count == 7 { proxy.set(.cut(afterByteCount: 0)) }
        }.run([scope])
        #expect(first.flatMap(\.failures).map(\.cause) == [.unavailable], "\(first.flatMap(\.failures))")
        let kept = chunks(events.all, "raw/added")
        #expect(kept.count == 7)
        let (failures, later) = try run(world, minutes: 1)
        #expect(failures.isEmpty, "\(failures)")
        let again = chunks(later, "raw/added").reduce(0, +) + rest(later, "raw/added")
        // At most one chunk and its overlap twice.
        let sum = kept.reduce(0, +) + again
        #expect(sum <= Int64(Self.rowCount) + (kept.max() ?? 0) + 300, "\(kept), then \(again)")
        try expectSource(world)
    }

    /// Without a word of the dataset: the run after one that was lost on the way reads in pieces.
    @Test func afterALostRunPiecesAreRead() throws {
        let world = try SyncWorld(Self.table, datasets: datasets())
        defer { try? world.remove() }
        let proxy = try FaultyProxy(socketPath: world.cluster.folder + "/.s.PGSQL.5432")
        defer { proxy.stop() }
        proxy.set(.cut(afterByteCount: 4_000))
        let url = "postgres://postgres@127.0.0.1:\(proxy.port)/\(world.database)?sslmode=disable&gssencmode=disable"
        #expect(try run(world, url: url).failures.count == 1)
        let (failures, events) = try run(world, minutes: 1)
        #expect(failures.isEmpty && chunks(events, "raw/added").count >= 7, "\(failures) \(events)")
        try expectSource(world)
        #expect(try run(world, minutes: 2, rereads: true).failures.isEmpty)
        try expectSource(world)
    }

    @Test func chunksWithoutACursorAreRefused() throws {
        for words in [
            "sync: snapshot, chunk: 1d", "sync: history, key: [id], chunk: 1d",
            "sync: append, key: [id], cursor: at, chunk: 0",
        ] {
            let world = try SyncWorld(Self.table, datasets: "  added: { from: events, \(words) }\n")
            defer { try? world.remove() }
            #expect("\(try run(world).failures)".contains("'chunk'"))
        }
    }
}
