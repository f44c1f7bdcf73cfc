import AlmanacTesting
import Columnar
import Foundation
import Lake
import PostgresCopy
import Runs
import Testing

/// Tables that change between two runs, and rows that have no place: by name, counted, and never by position.
@Suite("Drift", .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct SchemaDriftTests {
    private static let table = """
        CREATE TABLE events (id int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), amount int, note text);
        INSERT INTO events SELECT g, now() - interval '1 day', g * 10, 'n' || g FROM generate_series(1, 50) g;
        """

    private func world(_ contract: String = "evolve") throws -> SyncWorld {
        let world = try SyncWorld(
            Self.table,
            datasets: "  events: { from: events, sync: append, key: [id], cursor: at, contract: \(contract) }\n")
        #expect(try world.run().failures.isEmpty)
        return world
    }

    private func execute(_ world: SyncWorld, _ statements: [String]) throws {
        let writer = try world.writer()
        for statement in statements { try writer.execute(statement) }
    }

    @Test func newColumnsComeAndOldRowsHaveNone() throws {
        let world = try world()
        defer { try? world.remove() }
        try execute(
            world,
            [
                "ALTER TABLE events ADD COLUMN extra text DEFAULT 'later'",
                "INSERT INTO events (id, extra) VALUES (99, 'new')",
            ])
        #expect(try world.run(minutes: 1).failures.isEmpty)
        let rows = try world.rows("events", ["id", "extra"])
        #expect(rows.count == 51 && rows.contains { $0.contains("99") && $0.contains("new") })
        // Null, and not the default that the source now shows for rows of before.
        #expect(rows.count { $0.contains("later") } == 0)
    }

    @Test func theOrderOfColumnsMeansNothing() throws {
        let world = try world()
        defer { try? world.remove() }
        try execute(
            world,
            [
                "CREATE TABLE other (note text, amount int, at timestamptz NOT NULL DEFAULT now(), id int PRIMARY KEY)",
                "INSERT INTO other SELECT note, amount, at, id FROM events", "DROP TABLE events",
                "ALTER TABLE other RENAME TO events", "INSERT INTO events (id, amount, note) VALUES (98, 980, 'n98')",
            ])
        #expect(try world.run(minutes: 1).failures.isEmpty)
        let rows = try world.snapshot("events").rows(columns: ["id", "amount", "note"])
        #expect(rows.count == 51)
        #expect(rows.allSatisfy { $0[1] == .int($0[0].whole * 10) && $0[2] == .text("n\($0[0].whole)") })
    }

    @Test func aWiderTypeWidensTheTable() throws {
        let world = try world()
        defer { try? world.remove() }
        try execute(
            world,
            [
                "ALTER TABLE events ALTER COLUMN amount TYPE bigint",
                "INSERT INTO events (id, amount) VALUES (97, 5000000000)",
            ])
        #expect(try world.run(minutes: 1).failures.isEmpty)
        let rows = try world.snapshot("events").rows(columns: ["id", "amount"])
        #expect(
            rows.count == 51 && rows.contains([.int(97), .int(5_000_000_000)]) && rows.contains([.int(5), .int(50)]))
    }

    /// What cannot be followed stops the dataset, by the name of what has changed, and leaves the lake as it was.
    @Test(arguments: [
        ("ALTER TABLE events RENAME at TO happened", "evolve", "at"),
        ("ALTER TABLE events ALTER COLUMN amount TYPE text", "evolve", "amount"),
        ("ALTER TABLE events ADD COLUMN extra int DEFAULT 1", "freeze", "extra"),
        ("ALTER TABLE events DROP COLUMN note", "freeze", "note"),
        ("ALTER TABLE events ALTER COLUMN amount TYPE bigint", "freeze", "amount"),
        ("DROP TABLE events", "evolve", "events"),
        ("REVOKE ALL ON events FROM PUBLIC; ALTER TABLE events ADD COLUMN odd tsvector", "evolve", "odd"),
    ])
    func whatCannotBeFollowedStopsByName(_ change: String, _ contract: String, _ word: String) throws {
        let world = try world(contract)
        defer { try? world.remove() }
        let before = try world.snapshot("events").version
        let writer = try world.writer()
        for statement in change.split(separator: ";") { try writer.execute(String(statement)) }
        if !change.hasPrefix("DROP") { try writer.execute("INSERT INTO events (id) VALUES (96)") }
        let failure = try #require(try world.run(minutes: 1).failures.first, "\(change)")
        let text = [failure.summary, failure.why ?? "", failure.details ?? ""].joined(separator: "\n")
        #expect(failure.cause == .dataRefused, "\(failure)")
        let isNamed = ["'\(word)'", "\"\(word)\"", "public.\(word)"].contains { text.contains($0) }
        #expect(isNamed, "\(text)")
        let after = try world.snapshot("events")
        #expect(after.version == before && after.rowCount == 50, "\(change)")
    }

    /// As many are counted as there were, in the ledger too.
    @Test(arguments: ["discard_row", "discard_value"]) func badRowsAreCounted(_ contract: String) throws {
        let world = try SyncWorld(
            """
            CREATE TABLE events (id int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), amount numeric(12,2), born timestamptz);
            INSERT INTO events SELECT g, now(), CASE WHEN g % 10 = 0 THEN 'NaN'::numeric ELSE g END,
              CASE WHEN g % 15 = 0 THEN 'infinity'::timestamptz ELSE now() END FROM generate_series(1, 300) g;
            """,
            datasets: "  events: { from: events, sync: append, key: [id], cursor: at, contract: \(contract) }\n")
        defer { try? world.remove() }
        let outcome = try world.run()
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        let ledger = try world.project().openLedger()
        let run = try #require(try ledger.lastIngestion(tenant: "lagos"))
        let count = try #require(try ledger.counts(of: run.id).first)
        // 30 not a number, 20 for ever, 10 of them both.
        let bad: Int64 = contract == "discard_row" ? 40 : 0
        #expect(count.rowsRead == 300 && count.rowsRejected == bad && count.rowsWritten == 300 - bad, "\(count)")
        let rows = try world.snapshot("events").rows(columns: ["amount", "born"])
        #expect(rows.count == 300 - Int(bad))
        if contract == "discard_value" {
            #expect(rows.count { $0[0] == .null } == 30 && rows.count { $0[1] == .null } == 20)
        }
    }

    /// Rows that a retyped column keeps out are counted once, also where no other row came.
    @Test(arguments: ["merge", "history"]) func refusedRowsOfAnIncrementAreCounted(_ sync: String) throws {
        let world = try SyncWorld(
            "CREATE TABLE events (id int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), amount int);"
                + "INSERT INTO events SELECT g, now() - interval '2 days', g FROM generate_series(1, 30) g;",
            datasets:
                "  events: { from: events, sync: \(sync), key: [id], cursor: at, contract: discard_row, "
                + "find_deletes: never }\n")
        defer { try? world.remove() }
        #expect(try world.run().failures.isEmpty)
        let writer = try world.writer()
        try writer.execute("ALTER TABLE events ALTER COLUMN amount TYPE text")
        try writer.execute("INSERT INTO events (id, amount) VALUES (97, 'many')")
        let outcome = try world.run(minutes: 1)
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        let ledger = try world.project().openLedger()
        let run = try #require(try ledger.lastIngestion(tenant: "lagos"))
        let count = try #require(try ledger.counts(of: run.id).first)
        #expect(count.rowsRead == 1 && count.rowsRejected == 1 && count.rowsWritten == 0, "\(count)")
        #expect(try world.snapshot("events").rowCount == 30)
    }
}
