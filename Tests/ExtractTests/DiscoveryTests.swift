import AlmanacTesting
import Configuration
import Extract
import PostgresCopy
import Tenancy
import Testing

@Suite("Discovery", .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct DiscoveryTests {
    private static let shop = """
        CREATE SCHEMA shop;
        COMMENT ON SCHEMA shop IS 'a shop';
        CREATE TABLE shop.customers (
          id uuid PRIMARY KEY, email text UNIQUE NOT NULL, full_name text, phone varchar(40), last_ip inet,
          password_hash text, country char(2), email_verified boolean NOT NULL DEFAULT false,
          created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
        COMMENT ON TABLE shop.customers IS E'Who buys:\\n"our" customers # all of them';
        COMMENT ON COLUMN shop.customers.country IS 'ISO 3166-1';
        CREATE TABLE shop.orders (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id uuid NOT NULL REFERENCES shop.customers (id),
          total numeric NOT NULL, rate numeric, placed_at timestamptz NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE shop.baskets (id int PRIMARY KEY, status text NOT NULL, created_at timestamptz NOT NULL);
        CREATE TABLE shop.changed (id int PRIMARY KEY, created_at timestamptz NOT NULL);
        CREATE TABLE shop.bare (at timestamptz NOT NULL, what text);
        CREATE TABLE shop.late (id int PRIMARY KEY, created_at timestamptz NOT NULL, deleted_at timestamptz);
        CREATE TABLE shop."Odd Names" (
          "no" int PRIMARY KEY, "Größe: #1" point, "quote""d" text, "when" timestamp NOT NULL, deep int[][],
          "createdAt" timestamp NOT NULL, many numeric[], huge numeric(60, 2));
        CREATE TABLE shop.by_month (id int, month date NOT NULL, created_at timestamptz NOT NULL, PRIMARY KEY (id, month))
          PARTITION BY RANGE (month);
        CREATE TABLE shop.by_month_1 PARTITION OF shop.by_month FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
        CREATE TABLE shop.denied (id int PRIMARY KEY);
        CREATE VIEW shop.seen AS SELECT id FROM shop.orders;
        CREATE TABLE public.orders (id int PRIMARY KEY, note text);
        INSERT INTO shop.customers SELECT gen_random_uuid(), 'a' || g || '@example.com' FROM generate_series(1, 10) g;
        INSERT INTO shop.orders (customer_id, total, rate, placed_at)
          SELECT (SELECT id FROM shop.customers LIMIT 1), g / 100.0, 0.123456, now() FROM generate_series(1, 1000) g;
        INSERT INTO shop.changed SELECT g, now() FROM generate_series(1, 10) g;
        UPDATE shop.changed SET created_at = now();
        ANALYZE;
        GRANT USAGE ON SCHEMA shop TO reader;
        GRANT SELECT ON ALL TABLES IN SCHEMA shop, public TO reader;
        REVOKE SELECT ON shop.denied FROM reader;
        """

    /// The shop with its statistics reported: the server counts changes a moment after they are made.
    private func fixture() throws -> SourceFixture {
        let fixture = try SourceFixture(Self.shop)
        for _ in 0..<100 {
            let counted = try fixture.cluster.run(
                "SELECT n_tup_upd FROM pg_stat_all_tables WHERE relname = 'changed'", database: fixture.database)
            if counted.hasPrefix("10") { return fixture }
            try fixture.run("SELECT pg_sleep(0.1)")
        }
        throw Missing.statistics
    }

    private enum Missing: Error { case statistics }

    private func text(_ fixture: SourceFixture, schema: String?, isTenants: Bool = false) throws -> String {
        try DatasetDiscovery(
            url: Secret(fixture.cluster.url(database: fixture.database, user: "reader")), schema: schema,
            isTenantsSchema: isTenants
        ).text()
    }

    @Test func whatIsWrittenIsAGoodFile() throws {
        let text = try text(try fixture(), schema: nil)
        let catalog = try DatasetCatalog(text: text, file: "datasets.yaml")
        #expect(
            Set(catalog.datasets.map(\.name.text)) == [
                "orders", "baskets", "bare", "by_month", "changed", "customers", "late", "odd_names", "shop_orders",
            ])
        let syncs = Dictionary(uniqueKeysWithValues: catalog.datasets.map { ($0.name.text, $0.sync) })
        #expect(
            syncs == [
                "orders": .snapshot, "shop_orders": .append, "customers": .merge, "baskets": .snapshot,
                "bare": .snapshot, "late": .snapshot, "changed": .snapshot, "odd_names": .append, "by_month": .append,
            ])
        let orders = try #require(catalog["shop_orders"])
        #expect(orders.key == ["id"] && orders.cursor == "created_at" && orders.eventTime == "placed_at")
        #expect(orders.source == .table(QualifiedName(schema: "shop", name: "orders")))
        // 0.01 to 10 with two digits; 0.123456 with six.
        #expect(orders.columns["total"]?.declaration == .decimal(precision: 18, scale: 2))
        #expect(orders.columns["rate"]?.declaration == .decimal(precision: 18, scale: 6))
        let customers = try #require(catalog["customers"])
        #expect(customers.cursor == "updated_at")
        for column in ["email", "full_name", "phone", "last_ip", "password_hash"] {
            #expect(customers.columns[column]?.personalData == .drop, "\(column)")
        }
        for column in ["country", "email_verified", "id"] { #expect(customers.columns[column] == nil, "\(column)") }
        let odd = try #require(catalog["odd_names"])
        #expect(odd.source == .table(QualifiedName(schema: "shop", name: "Odd Names")))
        #expect(odd.naiveTimes == .utc && odd.key == ["no"] && odd.cursor == "createdAt")
        #expect(odd.columns["Größe: #1"]?.personalData == .drop)
        #expect(odd.columns["huge"]?.personalData == .drop)
        #expect(odd.columns["many"]?.declaration != nil)
        for part in [
            "customer_id  uuid not null -> shop.customers (id)", "# Who buys:", ": ISO 3166-1",
            "#   shop.seen: a view", "GRANT SELECT ON \"shop\".\"denied\" TO \"reader\";",
            "the server counts 10 updates and deletes", "'status' looks as if it changed",
            "'deleted_at' may be filled in later",
        ] { #expect(text.contains(part), "\(part) in:\n\(text)") }
    }

    @Test func whatIsWrittenCanBeRead() throws {
        let fixture = try fixture()
        let catalog = try DatasetCatalog(text: try text(fixture, schema: nil), file: "datasets.yaml")
        let session = try fixture.session("isolation: database")
        for dataset in catalog.datasets {
            let count = try session.extract(dataset) { _ in }
            #expect(count.rowsRead == count.rowsAccepted, "\(dataset.name)")
        }
        try session.finish()
        let state = LiveCheck.state(
            of: try SourceFixture.scope("isolation: database"), datasets: catalog.datasets,
            url: Secret(fixture.cluster.url(database: fixture.database, user: "reader")))
        #expect(state.findings.filter { $0.severity == .error } == [])
    }

    @Test func aTenantsSchemaIsNotNamed() throws {
        let text = try text(try fixture(), schema: "shop", isTenants: true)
        let catalog = try DatasetCatalog(text: text, file: "datasets.yaml")
        #expect(catalog["orders"]?.source == .table(QualifiedName(schema: nil, name: "orders")))
        #expect(catalog["shop_orders"] == nil)
    }

    @Test func aSchemaWithoutTablesIsAnError() throws {
        let fixture = try fixture()
        let error = failure { _ = try text(fixture, schema: "nowhere") }
        #expect(error?.code == .tableMissing && error?.reason.contains("in the schema 'nowhere'") == true)
    }
}
