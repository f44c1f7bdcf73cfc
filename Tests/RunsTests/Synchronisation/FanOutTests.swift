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

/// One reading of shared tables gives each tenant what a reading for it alone gives, and nobody else's rows.
@Suite("Fan-out", .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct FanOutTests {
    private static let tables = """
        CREATE TABLE events (id bigint PRIMARY KEY, tenant text NOT NULL, at timestamptz NOT NULL DEFAULT now(),
          wall timestamp NOT NULL DEFAULT now(), amount numeric(12,2), note text, tags text[], gone boolean);
        INSERT INTO events
          SELECT g, 't' || (g * g % 41), now() - interval '3 days' - g * interval '1 second', now(),
            CASE WHEN g % 7 > 0 THEN g / 100.0 END, CASE WHEN g % 5 > 0 THEN repeat('n' || g, (g % 9)::int) END,
            ARRAY['a' || g, NULL], g % 11 = 0
          FROM generate_series(1, 6000) g;
        CREATE TABLE people (id bigint PRIMARY KEY, tenant text NOT NULL, changed_at timestamptz NOT NULL DEFAULT now(),
          email text);
        INSERT INTO people SELECT g, 't' || (g % 41), now() - interval '3 days', 'p' || g || '@example.org'
          FROM generate_series(1, 900) g;
        """
    private static let datasets = """
          events: { from: events, sync: append, key: [id], cursor: at, naive_timestamps: local }
          numbered: { from: events, sync: append, key: [id], cursor: id, naive_timestamps: utc,
                      columns: { tenant: { pii: drop }, note: { pii: mask } } }
          people: { from: people, sync: merge, key: [id], cursor: changed_at, columns: { email: { pii: pseudonymise } } }
          states: { from: people, sync: history, key: [id] }
          whole: { sql: "SELECT id, tenant, amount FROM events WHERE amount > 1", sync: snapshot }

        """
    /// Some tenants of the tables, one with two keys and one without rows.
    private static let keys: [(name: String, key: String)] =
        [("alpha", "[t1, t2]"), ("beta", "t4"), ("gamma", "t9"), ("delta", "t10"), ("void", "nobody")]
    private static let tablesOfATenant = ["events", "numbered", "people", "states", "whole"]

    private func changes(_ writer: PostgresConnection) throws {
        try writer.execute(
            "INSERT INTO events (id, tenant, note) SELECT g, 't' || (g * g % 41), 'new' FROM generate_series(6001, 6200) g"
        )
        try writer.execute("UPDATE people SET email = 'changed', changed_at = now() WHERE id % 3 = 0")
        try writer.execute("DELETE FROM people WHERE id % 5 = 0")
    }

    @Test func aShareIsWhatAReadingAloneGives() throws {
        let shared = try SharedWorld(Self.tables, datasets: Self.datasets, keys: Self.keys)
        defer { try? shared.remove() }
        // The same keys one by one: what `column` reads.
        let single = try SharedWorld(
            "", datasets: Self.datasets,
            keys: Self.keys.map { ($0.name, $0.key == "[t1, t2]" ? "t1" : $0.key) }, mode: "column",
            database: shared.database)
        defer { try? single.remove() }
        let writer = try shared.writer()
        let rounds: [Int64] = [0, 1, 2, 60 * 25]
        for (round, minutes) in rounds.enumerated() {
            if round == 1 || round == 3 { try changes(writer, round) }
            let outcome = try shared.run(minutes: minutes)
            #expect(outcome.failures.isEmpty, "\(outcome.failures)")
            #expect(try single.run(minutes: minutes).failures.isEmpty)
            // Most rows are of tenants that nobody works for: they are told.
            #expect(!outcome.strangers.isEmpty)
            for name in shared.names.dropFirst() {
                for table in Self.tablesOfATenant where table != "states" {
                    #expect(
                        try shared.rows(table, of: name) == single.rows(table, of: name), "\(name) \(table) \(round)")
                }
                let states = { (world: SharedWorld) in
                    try world.table("states", of: name).snapshot().rows(columns: ["id", "email"]).map { "\($0)" }
                        .sorted()
                }
                #expect(try states(shared) == states(single))
            }
            #expect(try shared.table("events", of: "void").snapshot().rowCount == 0)
            let both = try writer.execute("SELECT count(*) FROM events WHERE tenant IN ('t1', 't2')").value
            #expect(try shared.table("events", of: "alpha").snapshot().rowCount == both.flatMap { Int64($0) })
        }
        #expect(try shared.table("numbered", of: "beta").snapshot().schema.index(of: "tenant") == nil)
        // Nothing of the way is left.
        let left = try DiskFileStore().names(in: shared.folder.pushing("state/work/.shared"))
        #expect(left == ["lock"])
    }

    private func changes(_ writer: PostgresConnection, _ round: Int) throws {
        if round == 1 { return try changes(writer) }
        try writer.execute("DELETE FROM people WHERE id % 7 = 0")
        try writer.execute("INSERT INTO events (id, tenant) VALUES (9001, 't4'), (9002, 't9')")
    }

    @Test func anIncrementIsReadOnceForAll() throws {
        let world = try SharedWorld(Self.tables, datasets: Self.datasets, keys: Self.keys)
        defer { try? world.remove() }
        try world.run()
        try world.writer().execute("INSERT INTO events (id, tenant) VALUES (7001, 't4'), (7002, 't40')")
        // Two of several: only theirs are asked for, so that there is nobody else's row.
        let outcome = try world.run(minutes: 1, only: ["beta", "gamma"])
        #expect(outcome.failures.isEmpty && outcome.strangers.isEmpty)
        #expect(try world.rows("events", of: "beta").contains { $0.contains("7001") })
        // A tenant that comes later gets everything, beside the others' increments.
        try world.write(
            """
            version: 1
            id: late
            platform: sync
            source: { url: env:SYNC_URL, isolation: fan-out, column: tenant, key: t40 }
            calendar: { timezone: Africa/Lagos }
            locale: en
            currency: NGN
            reports: [nothing]
            """, to: "tenants/late.yaml")
        #expect(try world.run(minutes: 2, only: ["late", "beta", "alpha"]).failures.isEmpty)
        let all = try world.writer().execute("SELECT count(*) FROM events WHERE tenant = 't40'").value
        #expect(try world.table("events", of: "late").snapshot().rowCount == all.flatMap { Int64($0) })
    }

    @Test func keysOfNumbersAndUUIDsAreTheirValues() throws {
        for (type, one, two, write) in [
            ("int", "7", "8", "\"007\""), ("bigint", "7", "8", "\"7\""), ("smallint", "7", "8", "\"7\""),
            (
                "uuid", "0d9a5c3e-0000-4000-8000-00000000000a", "0d9a5c3e-0000-4000-8000-00000000000b",
                "0D9A5C3E-0000-4000-8000-00000000000A"
            ), ("varchar(40)", "7", "07", "\"7\""),
        ] {
            let world = try SharedWorld(
                """
                CREATE TABLE rows (id int PRIMARY KEY, tenant \(type));
                INSERT INTO rows SELECT g, CASE WHEN g % 3 = 0 THEN '\(one)'::\(type) WHEN g % 3 = 1 THEN '\(two)'::\(type) END
                  FROM generate_series(1, 30) g;
                """, datasets: "  rows: { from: rows, sync: snapshot }\n",
                keys: [("one", write), ("two", "\"\(two)\"")])
            defer { try? world.remove() }
            let outcome = try world.run()
            #expect(outcome.failures.isEmpty, "\(type) \(outcome.failures)")
            #expect(try world.table("rows", of: "one").snapshot().rowCount == 10)
            #expect(try world.table("rows", of: "two").snapshot().rowCount == 10)
            #expect(outcome.strangers == [.strangersFound(table: "raw/rows", rows: 0, keyless: 10)])
        }
    }

    @Test func whatCannotBeSplitIsRefusedByName() throws {
        for (type, word) in [("char(4)", "character(4)"), ("numeric(4,0)", "key column of this type")] {
            let world = try SharedWorld(
                "CREATE TABLE rows (id int PRIMARY KEY, tenant \(type))",
                datasets: "  rows: { from: rows, sync: snapshot }\n", keys: [("one", "\"1\""), ("two", "\"2\"")])
            defer { try? world.remove() }
            let failures = try world.run().failures
            #expect(
                failures.count == 2
                    && failures.allSatisfy { $0.why?.contains(word) == true || $0.details?.contains(word) == true },
                "\(failures)")
        }
        let world = try SharedWorld(
            "CREATE TABLE rows (id int PRIMARY KEY, tenant text)",
            datasets: "  rows: { from: rows, sync: snapshot }\n", keys: [("one", "same"), ("two", "same")])
        defer { try? world.remove() }
        #expect(try world.run().failures.count == 2)
    }

    /// A role that policies hide rows from would give fewer rows and success.
    @Test func aRoleThatDoesNotSeeAllIsRefused() throws {
        let world = try SharedWorld(
            """
            CREATE TABLE rows (id int PRIMARY KEY, tenant text);
            INSERT INTO rows VALUES (1, 'one'), (2, 'two');
            ALTER TABLE rows ENABLE ROW LEVEL SECURITY;
            CREATE POLICY few ON rows USING (id = 1);
            DO $$ BEGIN
              IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shared_reader') THEN CREATE ROLE shared_reader LOGIN; END IF;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
            GRANT SELECT ON rows TO shared_reader;
            """, datasets: "  rows: { from: rows, sync: snapshot }\n", keys: [("one", "one"), ("two", "two")])
        defer { try? world.remove() }
        let outcome = try world.run(user: "shared_reader")
        #expect(outcome.failures.count == 2)
        #expect(
            outcome.failures.allSatisfy {
                "\($0)".contains("row-level security") || $0.details?.contains("row-level") == true
            }, "\(outcome.failures)")
    }

    /// Tenants commit one by one: one whose table another process wrote meanwhile fails, the others do not, and the next
    /// run brings every row once.
    @Test func whatHappensBetweenTwoTenantsIsMadeGood() throws {
        let world = try SharedWorld(Self.tables, datasets: Self.datasets, keys: Self.keys)
        defer { try? world.remove() }
        try world.run()
        try changes(try world.writer())
        // A folder in the place of the next log entry: this tenant cannot commit, as if the process died before it.
        let log = world.folder.pushing("lake/beta/raw/events/_delta_log/00000000000000000001.json")
        try DiskFileStore().makeFolder(log)
        let broken = try world.run(minutes: 1)
        #expect(broken.tenants.filter { !$0.failures.isEmpty }.map(\.tenant) == ["beta"])
        try DiskFileStore().removeFolder(log)
        #expect(try world.run(minutes: 2).failures.isEmpty)
        let writer = try world.writer()
        for (name, keys) in [("alpha", "'t1', 't2'"), ("beta", "'t4'"), ("gamma", "'t9'")] {
            let expected = try writer.execute("SELECT id::text FROM events WHERE tenant IN (\(keys))").rows.compactMap {
                $0[0]
            }
            let found = try world.table("events", of: name).snapshot().rows(columns: ["id"]).map { SyncWorld.text($0) }
            #expect(found.sorted() == expected.sorted(), "\(name)")
        }
    }
}
