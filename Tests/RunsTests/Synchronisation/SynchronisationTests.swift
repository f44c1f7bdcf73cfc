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

/// What each way of following a source makes of a table.
@Suite struct SynchronisationTests {
    private func with(
        _ sql: String, datasets: String, configuration: String = "",
        _ body: (SyncWorld, PostgresConnection) throws -> Void
    ) throws {
        let world = try SyncWorld(sql, datasets: datasets, configuration: configuration)
        defer { try? world.remove() }
        try body(world, try world.writer())
    }

    private static let events = """
        CREATE TABLE events (id int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), note text);
        INSERT INTO events SELECT g, now() - interval '2 days', 'n' || g FROM generate_series(1, 1000) g;
        """
    private static let append = "  events: { from: events, sync: append, key: [id], cursor: at }\n"

    @Test func anAppendReadsOnlyWhatIsNew() throws {
        try with(Self.events, datasets: Self.append) { world, writer in
            #expect(try world.run().rowsRead == 1_000)
            #expect(try world.snapshot("events").version == 0)
            // Nothing new: no version.
            #expect(try world.run(minutes: 1).rowsRead == 0)
            #expect(try world.snapshot("events").version == 0)
            try writer.execute("INSERT INTO events (id, note) VALUES (1001, 'new'), (1002, NULL)")
            #expect(try world.run(minutes: 2).rowsRead == 2)
            // Ten minutes are read again; what is known is not added again.
            let outcome = try world.run(minutes: 3)
            #expect(outcome.failures.isEmpty && outcome.rowsRead == 2)
            let snapshot = try world.snapshot("events")
            #expect(snapshot.version == 1 && snapshot.rowCount == 1_002)
            let project = try world.project()
            let ledger = try project.openLedger()
            let run = try #require(try ledger.lastIngestion(tenant: "lagos"))
            let count = try #require(try ledger.counts(of: run.id).first)
            #expect(count.rowsRead == 2 && count.rowsKnown == 2 && count.rowsWritten == 0 && count.rowsRejected == 0)
        }
    }

    /// Increments of local times reach further back, because clocks are set back: what comes again is not added again.
    @Test func anAppendByLocalTimesAddsNothingTwice() throws {
        let events = """
            CREATE TABLE events (id int PRIMARY KEY, at timestamp NOT NULL);
            INSERT INTO events SELECT g, now() AT TIME ZONE 'Africa/Lagos' - interval '10 minutes' * g
              FROM generate_series(1, 100) g;
            """
        let datasets = "  events: { from: events, sync: append, key: [id], cursor: at, naive_timestamps: local }\n"
        try with(events, datasets: datasets) { world, writer in
            for minutes in Int64(0)...2 {
                let outcome = try world.run(minutes: minutes)
                #expect(outcome.failures.isEmpty && outcome.rowsRead > 10)
                #expect(try world.snapshot("events").rowCount == 100)
            }
        }
    }

    /// Sources throw old events away; the lake keeps them.
    @Test func anAppendKeepsWhatTheSourceThrewAway() throws {
        try with(Self.events, datasets: Self.append) { world, writer in
            try world.run()
            try writer.execute("DELETE FROM events WHERE id <= 500")
            try writer.execute("INSERT INTO events (id) VALUES (2000)")
            try world.run(minutes: 1)
            #expect(try world.snapshot("events").rowCount == 1_001)
            // Another definition reads everything again, and adds only what is not there.
            try world.write(
                "version: 1\ndatasets:\n" + Self.append.replacing("cursor: at", with: "cursor: id"),
                to: "Reports/sync/datasets.yaml")
            let outcome = try world.run(minutes: 2)
            #expect(outcome.failures.isEmpty && outcome.rowsRead == 501)
            #expect(try world.snapshot("events").rowCount == 1_001)
        }
    }

    /// A table that was restored goes on from where it was then.
    @Test func aRestoredTableLosesNothing() throws {
        try with(Self.events, datasets: Self.append) { world, writer in
            try world.run()
            // Older than what an increment reads again without being told.
            try writer.execute("INSERT INTO events (id, note) VALUES (1001, 'new')")
            try world.run(minutes: 1)
            let project = try world.project()
            let scope = try project.tenants.scope(named: "lagos")
            let table = project.table(
                TableAddress(.raw, try ResourceName("events"), of: scope, in: project.layout))
            try table.restore(to: .version(0))
            #expect(try table.watermark() != nil && table.snapshot().rowCount == 1_000)
            try world.run(minutes: 2)
            #expect(try table.snapshot().rowCount == 1_001)
        }
    }

    private static let people = """
        CREATE TABLE people (id int PRIMARY KEY, changed_at timestamptz NOT NULL DEFAULT now(), name text,
          deleted_at timestamptz);
        INSERT INTO people SELECT g, now() - interval '2 days', 'p' || g FROM generate_series(1, 100) g;
        """

    @Test func aMergeFollowsChangesMarksAndDeletes() throws {
        let datasets = """
              people: { from: people, sync: merge, key: [id], cursor: changed_at, soft_delete: deleted_at }

            """
        try with(Self.people, datasets: datasets) { world, writer in
            try world.run()
            try writer.execute("UPDATE people SET name = 'changed', changed_at = now() WHERE id = 7")
            try writer.execute("UPDATE people SET deleted_at = now(), changed_at = now() WHERE id = 8")
            try writer.execute("DELETE FROM people WHERE id = 9")
            let outcome = try world.run(minutes: 1)
            #expect(outcome.failures.isEmpty && outcome.rowsRead == 2)
            var rows = try world.rows("people", ["id", "name"])
            #expect(rows.count == 99 && rows.contains("7|changed") && rows.contains("9|p9"))
            #expect(!rows.contains { $0.hasPrefix("8|") })
            // A day later the keys are compared.
            try world.run(minutes: 24 * 60 + 1)
            rows = try world.rows("people", ["id", "name"])
            #expect(rows.count == 98 && !rows.contains("9|p9"))
        }
    }

    @Test func aHistoryKeepsEveryState() throws {
        let datasets = "  people: { from: people, sync: history, key: [id] }\n"
        try with(Self.people, datasets: datasets) { world, writer in
            try world.run()
            try writer.execute("UPDATE people SET name = 'second' WHERE id = 1")
            try writer.execute("DELETE FROM people WHERE id = 2")
            #expect(try world.run(minutes: 1).failures.isEmpty)
            #expect(try world.run(minutes: 2).failures.isEmpty)
            try writer.execute("INSERT INTO people (id, name) VALUES (2, 'back')")
            try writer.execute("ALTER TABLE people ADD email text")
            #expect(try world.run(minutes: 3).failures.isEmpty)
            let rows = try world.snapshot("people").rows(columns: ["id", "name", "valid_from", "valid_to"])
            func states(_ id: Int64) -> [String] {
                rows.filter { $0[0] == .int(id) }.sorted { "\($0[2])" < "\($1[2])" }.map {
                    SyncWorld.text([$0[1], $0[3] == .null ? .text("holds") : .text("ended")])
                }
            }
            #expect(states(2) == ["p2|ended", "back|holds"])
            #expect(states(1).first == "p1|ended" && states(1).last == "second|holds")
            #expect(rows.filter { $0[3] == .null }.count == 100)
        }
    }

    /// Nothing new at the source: no version, whatever way the table follows it.
    @Test(arguments: [
        "sync: snapshot", "sync: append, key: [id], cursor: changed_at", "sync: merge, key: [id], cursor: changed_at",
        "sync: history, key: [id]", "sync: history, key: [id], cursor: changed_at",
        "sync: history, key: [id], find_deletes: never",
    ])
    func anUnchangedSourceMakesNoVersion(words: String) throws {
        // Also where the rows of the last minutes are read again.
        let people = Self.people + "INSERT INTO people (id, name) SELECT g, 'now' FROM generate_series(101, 120) g;"
        try with(people, datasets: "  people: { from: people, \(words) }\n") { world, writer in
            #expect(try world.run().failures.isEmpty)
            for minutes in Int64(1)...3 {
                let outcome = try world.run(minutes: minutes)
                #expect(outcome.failures.isEmpty && outcome.rowsRead >= 20, "\(outcome)")
                #expect(try world.snapshot("people").version == 0)
                let ledger = try world.project().openLedger()
                let run = try #require(try ledger.lastIngestion(tenant: "lagos"))
                #expect(try ledger.counts(of: run.id).allSatisfy { $0.isUnchanged })
            }
            try writer.execute("UPDATE people SET name = 'second', changed_at = now() WHERE id = 1")
            #expect(try world.run(minutes: 4).failures.isEmpty)
            #expect(try world.snapshot("people").version == 1)
            #expect(try world.rows("people", ["name"]).contains("second"))
            // A day later keys are compared where that is due, which is noted in a version; and not again at once.
            #expect(try world.run(minutes: 24 * 60 + 5).failures.isEmpty)
            let version = try world.snapshot("people").version
            #expect(try world.run(minutes: 24 * 60 + 6).failures.isEmpty)
            #expect(try world.snapshot("people").version == version)
        }
    }

    /// The secret is made up; what counts is that nothing of a value is in any file, and that joins still work.
    @Test func personalDataDoesNotReachTheLake() throws {
        let sql = """
            CREATE TABLE people (id int PRIMARY KEY, email text, city text, born date);
            INSERT INTO people VALUES (1, 'ada@canary.example', 'Canaryville', '1990-01-01'), (2, NULL, NULL, NULL);
            CREATE TABLE visits (id int PRIMARY KEY, visitor text);
            INSERT INTO visits VALUES (1, 'ada@canary.example'), (2, 'bob@canary.example');
            """
        let datasets = """
              people:
                from: people
                sync: snapshot
                columns: { email: { pii: pseudonymise }, city: { pii: mask }, born: { pii: mask } }
              visits: { from: visits, sync: snapshot, columns: { visitor: { pii: pseudonymise } } }

            """
        try with(sql, datasets: datasets, configuration: "keys: { pseudonyms: env:PSEUDONYMS }") { world, _ in
            let failed = try world.run()
            #expect(failed.failures.first?.why?.contains("PSEUDONYMS") == true, "\(failed.failures)")
            let secret = ["PSEUDONYMS": "0123456789abcdef0123456789abcdef"]
            #expect(try world.run(minutes: 1, variables: secret).failures.isEmpty)
            let people = try world.snapshot("people").rows(columns: ["email", "city", "born"])
            let visits = try world.snapshot("visits").rows(columns: ["visitor"])
            #expect(people[0][0] == visits[0][0] && visits[0][0] != visits[1][0])
            // By Python's hmac: the tenant's key is HMAC-SHA-256 of its id, the pseudonym that of the value under it.
            #expect(people[0][0] == .text("25d9d60d2723833b6c9c2c526d18f03f"))
            #expect(people[0][1] == .text("***") && people[0][2] == .null)
            #expect(people[1] == [.null, .null, .null])
            let store = DiskFileStore()
            func search(_ folder: FilePath) throws {
                for name in try store.names(in: folder) {
                    let path = folder.appending(name)
                    if try store.status(of: path)?.kind == .folder {
                        try search(path)
                    } else {
                        let bytes = Data(try store.contents(of: path))
                        #expect(bytes.range(of: Data("anary".utf8)) == nil, "\(path)")
                    }
                }
            }
            try search(world.folder)
        }
    }

    @Test func aCursorThatIsNoneIsToldByName() throws {
        let datasets = "  events: { from: events, sync: append, key: [id], cursor: note }\n"
        try with(Self.events, datasets: datasets) { world, _ in
            let failure = try #require(try world.run().failures.first)
            #expect(failure.cause == .configuration && "\(failure)".contains("can't follow 'events' by 'note'"))
        }
    }
}
