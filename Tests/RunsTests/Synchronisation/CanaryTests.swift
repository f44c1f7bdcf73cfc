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

/// A canary's rows are read in every batch, and stop it where they come up in another tenant's.
@Suite("Canaries", .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct CanaryTests {
    private static let mark = "canary-7f3a91c2"
    private static let datasets = """
          notes: { from: notes, sync: merge, key: [id], cursor: at, columns: { note: { pii: mask } } }
          tags: { from: tags, sync: snapshot }

        """
    private static let project = """
        version: 1
        keys: { pseudonyms: env:PSEUDONYMS }
        canaries:
          bird: { marks: [\(mark)], rows: { notes: 2, tags: 1 } }
        """

    /// The rows of one tenant; `column` says whether they carry its key.
    private static func tables(in schema: String, of key: String, first: Int, note: String, column: Bool = false)
        -> String
    {
        let (name, value) = column ? (", tenant text", ", '\(key)'") : ("", "")
        return """
            CREATE TABLE IF NOT EXISTS \(schema).notes (id int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), note text\(name));
            CREATE TABLE IF NOT EXISTS \(schema).tags (id int PRIMARY KEY, words text[]\(name));
            INSERT INTO \(schema).notes SELECT g, now() - interval '1 day', 'a \(note) b'\(value) FROM generate_series(\(first), \(first + 1)) g;
            INSERT INTO \(schema).tags VALUES (\(first), ARRAY['x', 'y \(note)']\(value));

            """
    }

    private static let tenants = [("one", 1), ("two", 11), ("bird", 101)]
    private static func note(_ name: String) -> String { name == "bird" ? mark : "plain" }

    /// A project whose tenants are kept apart in one of the ways.
    private func world(_ mode: String) throws -> SharedWorld {
        var sql = ""
        switch mode {
        case "schema":
            for (name, first) in Self.tenants {
                sql += "CREATE SCHEMA s_\(name);"
                sql += Self.tables(in: "s_\(name)", of: name, first: first, note: Self.note(name))
            }
        case "database": sql = Self.tables(in: "public", of: "bird", first: 101, note: Self.mark)
        default:
            for (name, first) in Self.tenants {
                sql += Self.tables(in: "public", of: name, first: first, note: Self.note(name), column: true)
            }
        }
        if mode == "rls" {
            sql += """
                SELECT pg_advisory_xact_lock(2);
                DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'birdwatcher') THEN
                  CREATE ROLE birdwatcher LOGIN; END IF; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
                """
            for table in ["notes", "tags"] {
                sql += """
                    ALTER TABLE \(table) ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
                    CREATE POLICY own ON \(table) USING (tenant = current_setting('app.tenant_id'));
                    GRANT SELECT ON \(table) TO birdwatcher;
                    """
            }
        }
        let world = try SharedWorld(
            sql, datasets: Self.datasets, keys: Self.tenants.map { ($0.0, $0.0) }, mode: "column")
        try world.write(Self.project, to: "almanac.yaml")
        for (name, first) in Self.tenants {
            var url = "env:SYNC_URL"
            if mode == "database", name != "bird" {
                let other = try world.cluster.makeDatabase(
                    Self.tables(in: "public", of: name, first: first, note: "plain"))
                try world.write(world.cluster.url(database: other), to: "secrets/\(name)")
                url = "file:secrets/\(name)"
            }
            try write(world, name, mode, url: url, place: name)
        }
        return world
    }

    /// - Parameter place: the schema or key; the tenant's own, or by mistake another's.
    private func write(_ world: SharedWorld, _ name: String, _ mode: String, url: String, place: String) throws {
        let words =
            switch mode {
            case "schema": "schema: s_\(place)"
            case "database": ""
            case "rls": "key: \(place)"
            default: "column: tenant, key: \(place)"
            }
        try world.write(
            """
            version: 1
            id: \(name)
            platform: sync
            source: { url: "\(url)", isolation: \(mode)\(words.isEmpty ? "" : ", ")\(words) }
            calendar: { timezone: Africa/Lagos }
            locale: en
            currency: NGN
            reports: [nothing]
            """, to: "tenants/\(name).yaml")
    }

    private func run(
        _ world: SharedWorld, _ mode: String, minutes: Int64, only names: [String]? = nil
    ) throws -> SharedWorld.Outcome {
        try world.run(minutes: minutes, only: names, user: mode == "rls" ? "birdwatcher" : "postgres")
    }

    /// What an operator does, or forgets, so that one tenant gets the canary's rows.
    private func leak(_ world: SharedWorld, _ mode: String) throws {
        switch mode {
        case "schema": try write(world, "one", mode, url: "env:SYNC_URL", place: "bird")
        case "database": try write(world, "one", mode, url: "env:SYNC_URL", place: "")
        case "rls": try world.writer().execute("CREATE POLICY debugging ON notes FOR SELECT USING (true)")
        default:
            try world.writer().execute(
                "INSERT INTO notes SELECT 77, now(), note, 'one' FROM notes WHERE tenant = 'bird' LIMIT 1")
        }
    }

    @Test(arguments: ["rls", "column", "schema", "database", "fan-out"])
    func aCanaryElsewhereStopsTheRun(_ mode: String) throws {
        let world = try world(mode)
        defer { try? world.remove() }
        let first = try run(world, mode, minutes: 0)
        #expect(first.failures.isEmpty, "\(first.failures)")
        // It rides along where it was not asked for, and its rows are read again, though none is new.
        let riding = try run(world, mode, minutes: 1, only: ["one", "two"])
        #expect(riding.failures.isEmpty && riding.tenants.map(\.tenant) == ["one", "two"], "\(riding.failures)")
        #expect(riding.events.contains(.tenantStarted(tenant: "bird")))
        #expect(
            riding.events.contains {
                if case .extracted("bird", "raw/notes", let rows, let unchanged, _) = $0 {
                    rows == 2 && unchanged
                } else {
                    false
                }
            })
        let before = try world.table("notes", of: "one").snapshot().version
        try leak(world, mode)
        let outcome = try run(world, mode, minutes: 2, only: ["one"])
        let failure = try #require(outcome.tenants.first?.failures.first)
        #expect(failure.cause == .notPermitted && failure.cause.exitCode == 77, "\(failure)")
        let text = [failure.summary, failure.why ?? "", failure.details ?? ""].joined(separator: "\n")
        #expect(text.contains("tenant 'one'") && text.contains("'notes'") && text.contains("canary 'bird'"), "\(text)")
        #expect((failure.remedy ?? text).contains("tenants/one.yaml"), "\(failure)")
        #expect(!text.contains(Self.mark))
        // Nothing of it was kept: what was masked in the lake is seen all the same.
        let table = try world.table("notes", of: "one").snapshot()
        #expect(table.version == before && table.rowCount == 2)
    }

    @Test func theOthersOfTheBatchAreStoppedToo() throws {
        let world = try world("column")
        defer { try? world.remove() }
        #expect(try world.run().failures.isEmpty)
        try leak(world, "column")
        let project = try world.project(minutes: 1)
        var request = BatchRequest(holder: "a test")
        request.workers = 1
        let scopes = try ["one", "two"].map { try project.tenants.scope(named: $0) }
        let outcomes = BatchRun(request, in: project, ledger: try project.openLedger(), progress: { _ in }).run(scopes)
        #expect(outcomes.count == 2)
        let second = try #require(outcomes.last?.failures.first)
        #expect(second.summary.contains("was stopped") && second.cause == .notPermitted)
        #expect(second.why?.contains("tenant 'one'") == true && second.remedy != nil)
    }

    @Test(arguments: ["column", "fan-out"])
    func aCanaryWithoutItsRowsLetsNobodyBegin(_ mode: String) throws {
        let world = try world(mode)
        defer { try? world.remove() }
        #expect(try run(world, mode, minutes: 0).failures.isEmpty)
        let writer = try world.writer()
        try writer.execute("DELETE FROM notes WHERE id = 102")
        try writer.execute("INSERT INTO notes VALUES (12345, now(), 'new', 'one')")
        let outcome = try run(world, mode, minutes: 1, only: ["one", "two"])
        #expect(outcome.tenants.map(\.tenant) == ["one", "two", "bird"])
        #expect(outcome.tenants.allSatisfy { $0.failures.first?.cause == .notPermitted }, "\(outcome.failures)")
        let last = try #require(outcome.tenants.last?.failures.first)
        #expect("\(last)\(last.details ?? "")".contains("has 1 rows with its marks there, and must have 2"), "\(last)")
        #expect(try world.table("notes", of: "one").snapshot().rowCount == 2)
    }

    @Test func aCanaryThatIsNoTenantLetsNobodyBegin() throws {
        let world = try world("column")
        defer { try? world.remove() }
        try FileManager.default.removeItem(atPath: world.folder.pushing("tenants/bird.yaml").string)
        let outcome = try world.run(only: ["one"])
        let failure = try #require(outcome.failures.first)
        #expect(
            failure.summary.contains("canary 'bird'") && failure.remedy?.contains("canaries:") == true, "\(failure)")
        #expect(try !world.table("notes", of: "one").exists())
    }
}
