import AlmanacTesting
import Configuration
import Extract
import Testing

@Suite("Live check", .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct LiveCheckTests {
    private func findings(
        _ sql: String, _ datasets: String, isolation: String = "isolation: database", role: String = "reader"
    ) throws -> [LiveFinding] {
        let fixture = try SourceFixture(sql)
        let catalog = try DatasetCatalog(text: "version: 1\ndatasets:\n\(datasets)\n", file: "datasets.yaml")
        return LiveCheck.state(
            of: try SourceFixture.scope(isolation), datasets: catalog.datasets,
            url: Secret(fixture.cluster.url(database: fixture.database, user: role))
        ).findings
    }

    private static let orders = """
        CREATE TABLE orders (id bigint PRIMARY KEY, at timestamptz NOT NULL, total numeric(12, 2));
        CREATE INDEX ON orders (at);
        GRANT SELECT ON orders TO reader;
        """

    @Test func aGoodSourceHasNoFindings() throws {
        let found = try findings(
            Self.orders, "  orders: { from: orders, sync: append, key: [id], cursor: at, event_time: at }")
        #expect(found == [])
    }

    @Test func everyDatasetIsLookedAt() throws {
        let found = try findings(
            Self.orders + """
                CREATE TABLE gone_columns (id int PRIMARY KEY, amount int);
                CREATE TABLE naive (id int PRIMARY KEY, seen timestamp, place point, ratio numeric);
                GRANT SELECT ON gone_columns, naive TO reader;
                CREATE TABLE denied (id int PRIMARY KEY, secret text, other text);
                GRANT SELECT (id, other) ON denied TO reader;
                CREATE VIEW behind AS SELECT * FROM denied;
                """,
            """
              missing: { from: nowhere, sync: snapshot }
              gone_columns: { from: gone_columns, sync: append, key: [id], cursor: ammount, columns: { old: { pii: drop } } }
              naive: { from: naive, sync: snapshot }
              denied: { from: denied, sync: snapshot }
              allowed: { from: denied, sync: snapshot, columns: { secret: { pii: drop } } }
              behind: { from: behind, sync: snapshot }
              query: { sql: "SELECT id, other FROM nothing_here", sync: snapshot }
              good: { from: orders, sync: snapshot }
            """)
        let told = Set(found.map { "\($0.dataset ?? "")/\($0.column ?? "")/\($0.exitCode)" })
        #expect(
            told == [
                "missing//65", "gone_columns/ammount/65", "gone_columns/old/65", "naive/seen/78", "naive/place/65",
                "naive/ratio/78", "denied//77", "behind//77", "query//65",
            ], "\(found)")
        let ammount = try #require(found.first { $0.column == "ammount" })
        #expect(ammount.remedy?.contains("did you mean 'amount'?") == true)
        let denied = try #require(found.first { $0.dataset == "denied" })
        #expect(denied.remedy == "GRANT SELECT (\"secret\") ON \"public\".\"denied\" TO \"reader\";")
        #expect(found.allSatisfy { $0.severity == .error })
    }

    @Test func whatWillBeSlowOrDoubledIsAWarning() throws {
        let found = try findings(
            """
            CREATE TABLE loose (id bigint, at timestamptz NOT NULL);
            CREATE UNIQUE INDEX ON loose (id) WHERE id > 0;
            GRANT SELECT ON loose TO reader;
            """, "  loose: { from: loose, sync: append, key: [id], cursor: at }")
        #expect(found.map(\.severity) == [.warning, .warning, .warning])
        #expect(found.map(\.column) == ["id", "id", "at"])
        #expect(found.map(\.exitCode) == [0, 0, 0])
        #expect(found[0].message.contains("no unique index keeps the key (id) unique"))
        #expect(found[2].remedy == "CREATE INDEX ON \"public\".\"loose\" (\"at\");")
    }

    @Test func sharedTablesAreLookedAtWithTheTenantsColumn() throws {
        let isolation = "isolation: column, column: tenant_id, key: \"7\""
        let sql = """
            CREATE TABLE good (tenant_id int, id int, at timestamptz NOT NULL, PRIMARY KEY (tenant_id, id));
            CREATE INDEX ON good (tenant_id, at);
            CREATE TABLE bad (tenant_id int, id int PRIMARY KEY, at timestamptz NOT NULL);
            CREATE TABLE none (id int PRIMARY KEY);
            GRANT SELECT ON good, bad, none TO reader;
            """
        let found = try findings(
            sql,
            """
              good: { from: good, sync: append, key: [id], cursor: at }
              bad: { from: bad, sync: append, key: [id], cursor: at }
              none: { from: none, sync: snapshot }
            """, isolation: isolation)
        #expect(
            found.map { "\($0.dataset ?? "")/\($0.column ?? "")/\($0.severity)" } == [
                "bad/at/warning", "bad/tenant_id/warning", "none/tenant_id/error",
            ])
    }

    @Test func theGuardsWordsAreTold() throws {
        let dataset = "  events: { from: events, sync: snapshot }"
        #expect(try findings(SourceFixture.sharedTable, dataset, isolation: SourceFixture.rls) == [])
        let bypassing = try findings(
            SourceFixture.sharedTable, dataset, isolation: SourceFixture.rls, role: "bypasser")
        #expect(bypassing.map(\.exitCode) == [77] && bypassing[0].message.contains("is a BYPASSRLS role"))
        let loose = try findings(
            SourceFixture.sharedTable + "ALTER TABLE events NO FORCE ROW LEVEL SECURITY;", dataset,
            isolation: SourceFixture.rls)
        #expect(loose.count == 1 && loose[0].message.contains("forced"), "\(loose)")
        #expect(loose.first?.exitCode == 77 && loose.first?.remedy?.contains("FORCE ROW LEVEL SECURITY") == true)
    }

    @Test func aSourceThatDoesNotAnswerIsAFinding() throws {
        let state = LiveCheck.state(
            of: try SourceFixture.scope("isolation: database"), datasets: [],
            url: Secret("postgres://nobody@127.0.0.1:1/none"))
        #expect(state.findings.map(\.exitCode) == [69])
        #expect(state.schemas.isEmpty)
    }
}
