import AlmanacTesting
import Columnar
import Configuration
import Extract
import Tenancy
import Testing

@Suite("Isolation", .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct IsolationTests {
    private typealias Fixture = SourceFixture

    @Test func rowLevelSecurityGivesATenantItsRowsAndNoOthers() throws {
        let fixture = try Fixture(Fixture.sharedTable)
        let dataset = try Fixture.dataset("from: events", "key: [id]")
        var total = 0
        for tenant in ["a", "b", "c", "d"] {
            let session = try fixture.session("isolation: rls, key: \(tenant)")
            let rows = try session.rows(dataset)
            try session.finish()
            #expect(rows.count == 2_500)
            #expect(rows.allSatisfy { $0[1] == .text(tenant) && $0[2] == .text("canary of \(tenant)") })
            total += rows.count
        }
        #expect(total == 10_000)
    }

    @Test func aTenantWithoutRowsIsNoError() throws {
        let fixture = try Fixture(Fixture.sharedTable)
        let session = try fixture.session("isolation: rls, key: nobody")
        var batchCount = 0
        let count = try session.extract(Fixture.dataset("from: events")) { _ in batchCount += 1 }
        try session.finish()
        #expect(count.rowsRead == 0 && batchCount == 0)
        #expect(count.schema.fields.map(\.name) == ["id", "tenant_id", "note"])
    }

    @Test func rolesThatPoliciesDoNotHoldForAreRefused() throws {
        let fixture = try Fixture(Fixture.sharedTable)
        for (role, word) in [("postgres", "superuser"), ("bypasser", "BYPASSRLS")] {
            let error = failure { _ = try fixture.session(Fixture.rls, role: role) }
            #expect(error?.code == .isolationUnsafe && error?.exitCode == 77)
            #expect(error?.reason.contains(word) == true)
        }
        // The owner is bound by forced policies, and by no others.
        let dataset = try Fixture.dataset("from: events")
        #expect(try fixture.session(Fixture.rls, role: "owner").rows(dataset).count == 2_500)
        try fixture.run("ALTER TABLE events NO FORCE ROW LEVEL SECURITY")
        for role in ["owner", "reader"] {
            let error = failure { _ = try fixture.session(Fixture.rls, role: role).rows(dataset) }
            #expect(error?.code == .isolationUnsafe)
            #expect(error?.advice?.contains(#"ALTER TABLE "public"."events" ENABLE ROW LEVEL SECURITY"#) == true)
        }
    }

    /// Ways around a policy that give zero errors and other tenants' rows.
    @Test(arguments: [
        ("CREATE TABLE plain (id int); GRANT SELECT ON plain TO reader;", "from: plain"),
        (
            "CREATE TABLE plain (id int); GRANT SELECT ON plain TO reader; ALTER TABLE plain ENABLE ROW LEVEL SECURITY;",
            "from: plain"
        ),
        (
            "CREATE TABLE shut (id int); GRANT SELECT ON shut TO reader; ALTER TABLE shut ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;",
            "from: shut"
        ),
        ("CREATE VIEW seen AS SELECT * FROM events; GRANT SELECT ON seen TO reader;", "from: seen"),
        (
            "CREATE VIEW seen AS SELECT * FROM events; GRANT SELECT ON seen TO reader;",
            "sql: SELECT s.id FROM events JOIN seen s USING (id)"
        ),
        (
            "SET app.tenant_id = 'b'; CREATE MATERIALIZED VIEW kept AS SELECT * FROM events; GRANT SELECT ON kept TO reader;",
            "from: kept"
        ),
        (
            "CREATE TABLE plain (id int); GRANT SELECT ON plain TO reader;",
            "sql: SELECT e.id FROM events e LEFT JOIN plain USING (id)"
        ),
        (
            "CREATE TABLE plain (id int); GRANT SELECT ON plain TO reader;",
            "sql: SELECT id FROM events WHERE EXISTS (SELECT FROM plain)"
        ),
        (
            "CREATE TABLE plain AS SELECT 1 AS id; CREATE FUNCTION leak() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM plain';",
            "sql: SELECT id, leak() FROM events"
        ),
        (
            "CREATE TABLE plain AS SELECT 1 AS id; CREATE FUNCTION leak() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN (SELECT count(*) FROM plain); END';",
            "sql: SELECT leak()"
        ),
    ])
    func waysAroundThePolicyAreRefused(_ setup: String, _ source: String) throws {
        let fixture = try Fixture(Fixture.sharedTable + setup)
        let session = try fixture.session(Fixture.rls)
        let error = failure { _ = try session.rows(Fixture.dataset(source)) }
        #expect(error?.code == .isolationUnsafe, "\(error?.description ?? "read")")
        // The others of the tenant can still be read.
        #expect(try session.rows(Fixture.dataset("from: events")).count == 2_500)
        try session.finish()
    }

    @Test func policiesThatAreGoneByNowAreMissed() throws {
        let fixture = try Fixture(Fixture.sharedTable)
        // The catalogue as of the session's snapshot still shows them.
        let session = try fixture.session(Fixture.rls)
        try fixture.run("ALTER TABLE events DISABLE ROW LEVEL SECURITY")
        let error = failure { _ = try session.rows(Fixture.dataset("from: events")) }
        #expect(error?.code == .isolationUnsafe)
    }

    @Test func viewsOfTheInvokerArePoliciesToo() throws {
        let fixture = try Fixture(
            Fixture.sharedTable
                + "CREATE VIEW seen WITH (security_invoker = on) AS SELECT id, note FROM events; GRANT SELECT ON seen TO reader;"
        )
        #expect(try fixture.session(Fixture.rls).rows(Fixture.dataset("from: seen")).count == 2_500)
    }

    @Test func partitionsAreReadThroughTheirTableAlone() throws {
        let fixture = try Fixture(
            """
            CREATE TABLE parts (id int, tenant_id text) PARTITION BY RANGE (id);
            CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
            CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
            ALTER TABLE parts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY one ON parts USING (tenant_id = current_setting('app.tenant_id'));
            INSERT INTO parts SELECT g, chr(97 + g % 2) FROM generate_series(0, 19) g;
            GRANT SELECT ON parts, parts_1 TO reader;
            """)
        let session = try fixture.session(Fixture.rls)
        #expect(try session.rows(Fixture.dataset("from: parts")).count == 10)
        let error = failure { _ = try session.rows(Fixture.dataset("from: parts_1")) }
        #expect(error?.code == .isolationUnsafe)
        #expect(try session.rows(Fixture.dataset("from: parts")).count == 10)
    }

    @Test func aQueryCannotChangeWhoseRowsAreSeen() throws {
        let fixture = try Fixture(Fixture.sharedTable)
        let session = try fixture.session(Fixture.rls)
        // What a dataset sets ends with it: the next one reads the tenant's rows again.
        _ = try session.rows(Fixture.dataset("sql: SELECT set_config('app.tenant_id', 'b', true) AS x"))
        let rows = try session.rows(Fixture.dataset("from: events"))
        #expect(rows.allSatisfy { $0[1] == .text("a") })
        try session.finish()
    }

    @Test func nobodyNamedIsAnErrorBeforeAnyQuery() throws {
        for key in [#""""#, #"" ""#, "", "~"] {
            #expect(throws: TenancyError.self) { try Fixture.scope("isolation: rls, key: \(key)") }
            #expect(throws: TenancyError.self) { try Fixture.scope("isolation: column, column: a, key: \(key)") }
        }
        #expect(throws: TenancyError.self) { try Fixture.scope("isolation: fan-out, column: a, key: []") }
    }

    @Test func eachTenantHasItsSchema() throws {
        let fixture = try Fixture(
            """
            CREATE SCHEMA shop_a; CREATE SCHEMA "shop ""b"; CREATE SCHEMA other;
            CREATE TABLE shop_a.orders AS SELECT 1 AS id, 'a' AS shop;
            CREATE TABLE "shop ""b".orders AS SELECT 2 AS id, 'b' AS shop;
            CREATE TABLE other.orders AS SELECT 3 AS id, 'other' AS shop;
            CREATE TABLE public.orders AS SELECT 4 AS id, 'public' AS shop;
            CREATE VIEW shop_a.peek AS SELECT * FROM other.orders;
            GRANT USAGE ON SCHEMA shop_a, "shop ""b", other TO reader;
            GRANT SELECT ON shop_a.orders, shop_a.peek, "shop ""b".orders, other.orders, public.orders TO reader;
            """)
        let orders = try Fixture.dataset("from: orders")
        let first = try fixture.session("isolation: schema, schema: shop_a")
        #expect(try first.rows(orders) == [[.int(1), .text("a")]])
        #expect(try first.rows(Fixture.dataset("from: shop_a.orders")) == [[.int(1), .text("a")]])
        #expect(try first.rows(Fixture.dataset(#"sql: "SELECT id FROM {schema}.orders""#)) == [[.int(1)]])
        for source in [
            "from: other.orders", "from: public.orders", "sql: SELECT * FROM orders", "sql: SELECT * FROM other.orders",
            #"sql: "SELECT o.* FROM {schema}.orders JOIN other.orders o ON true""#, "from: peek",
        ] {
            #expect(failure { _ = try first.rows(Fixture.dataset(source)) }?.code == .isolationUnsafe, "\(source)")
        }
        try first.finish()
        let second = try fixture.session(#"isolation: schema, schema: 'shop "b'"#)
        #expect(try second.rows(orders) == [[.int(2), .text("b")]])
    }

    @Test func aColumnNamesTheTenant() throws {
        let fixture = try Fixture(
            """
            CREATE TABLE events (id int, "tenant ""id" text); INSERT INTO events VALUES (1, 'a'), (2, 'b'), (3, '''; --');
            CREATE TABLE shared (id int); CREATE TABLE numbered AS SELECT g AS id, g % 2 AS tenant FROM generate_series(1, 4) g;
            GRANT SELECT ON events, shared, numbered TO reader;
            """)
        let mode = #"isolation: column, column: 'tenant "id'"#
        let events = try Fixture.dataset("from: events")
        #expect(try fixture.session("\(mode), key: a").rows(events) == [[.int(1), .text("a")]])
        #expect(try fixture.session(#"\#(mode), key: "'; --""#).rows(events).map { $0[0] } == [.int(3)])
        #expect(try fixture.session(#"\#(mode), key: "x' OR true --""#).rows(events) == [])
        let query = try Fixture.dataset("sql: SELECT * FROM events WHERE true OR id = 1")
        #expect(try fixture.session("\(mode), key: b").rows(query).map { $0[0] } == [.int(2)])
        let numbered = try fixture.session("isolation: column, column: tenant, key: \"1\"")
        #expect(try numbered.rows(Fixture.dataset("from: numbered")).map { $0[0] } == [.int(1), .int(3)])
        let error = failure { _ = try fixture.session("\(mode), key: a").rows(Fixture.dataset("from: shared")) }
        #expect(error?.code == .columnMissing)
    }

    @Test func aDatabaseOfItsOwnIsReadWhole() throws {
        let fixture = try Fixture("CREATE TABLE orders AS SELECT 1 AS id; GRANT SELECT ON orders TO reader;")
        #expect(try fixture.session("isolation: database").rows(Fixture.dataset("from: orders")) == [[.int(1)]])
    }
}
