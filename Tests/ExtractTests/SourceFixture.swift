import AlmanacTesting
import CivilTime
import Columnar
import Configuration
import Effects
import Extract
import PostgresCopy
import SystemPackage
import Tenancy
import Testing

/// A database of its own in the shared cluster, with tenants that read from it.
struct SourceFixture {
    let cluster: TestPostgres
    let database: String

    init(_ sql: String) throws {
        cluster = try TestPostgres.cluster()
        // Roles belong to the cluster, and tests run side by side.
        try cluster.run(
            """
            SELECT pg_advisory_lock(1);
            DO $$ BEGIN
              IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN
                CREATE ROLE reader LOGIN; CREATE ROLE owner LOGIN; CREATE ROLE bypasser LOGIN BYPASSRLS;
              END IF;
            END $$;
            """)
        database = try cluster.makeDatabase(sql)
    }

    func run(_ sql: String) throws { try cluster.run(sql, database: database) }

    /// Opens the session of a tenant whose file says how it is kept apart.
    func session(
        _ isolation: String, role: String = "reader", limit: Int = 1_000_000, zone: String = "UTC",
        connections: SourceConnections? = nil, connectionCountMax: Int = 1
    ) throws -> SourceSession {
        try SourceSession(
            Self.scope(isolation, limit: limit, zone: zone),
            url: Secret(cluster.url(database: database, user: role)), connections: connections,
            connectionCountMax: connectionCountMax)
    }

    static func scope(_ isolation: String, limit: Int = 1_000_000, zone: String = "UTC") throws -> TenantScope {
        let store = SimulatedFileStore()
        let folder: FilePath = "/project/tenants"
        try store.makeFolder(folder)
        let file = try store.create(folder.appending("lagos.yaml"))
        let text = """
            version: 1
            id: lagos
            platform: usta
            source: { url: env:URL, \(isolation) }
            calendar: { timezone: \(zone) }
            locale: en
            currency: NGN
            limits: { rows: \(limit) }
            """
        try file.write(Array(text.utf8).span)
        try file.close()
        return try TenantDirectory(
            layout: ProjectLayout(root: "/project"), store: store,
            zones: ZoneDatabase(folder: nil, store: DiskFileStore())
        ).scope(named: "lagos")
    }

    /// A dataset as the keys of its YAML.
    static func dataset(_ keys: String...) throws -> Dataset {
        let text =
            "version: 1\ndatasets:\n  events:\n" + keys.map { "    \($0)\n" }.joined()
            + (keys.contains { $0.hasPrefix("sync") } ? "" : "    sync: snapshot\n")
        return try #require(DatasetCatalog(text: text, file: "datasets.yaml")["events"])
    }

    static let rls = "isolation: rls, key: a, setting: app.tenant_id"

    /// A shared table as platforms should have it: forced policies that raise where nobody is named.
    static let sharedTable = """
        CREATE FUNCTION current_tenant() RETURNS text LANGUAGE plpgsql STABLE AS $$
        DECLARE tenant text := current_setting('app.tenant_id', true);
        BEGIN
          IF tenant IS NULL OR tenant = '' THEN RAISE EXCEPTION 'no tenant is set'; END IF;
          RETURN tenant;
        END $$;
        CREATE TABLE events (id bigint NOT NULL, tenant_id text NOT NULL, note text);
        ALTER TABLE events OWNER TO owner;
        ALTER TABLE events ENABLE ROW LEVEL SECURITY; ALTER TABLE events FORCE ROW LEVEL SECURITY;
        CREATE POLICY one ON events USING (tenant_id = current_tenant());
        INSERT INTO events SELECT g, chr(97 + g % 4), 'canary of ' || chr(97 + g % 4) FROM generate_series(1, 10000) g;
        GRANT SELECT ON events TO reader, bypasser;
        """
}

extension SourceSession {
    /// All rows of a dataset, boxed.
    func rows(_ dataset: Dataset) throws -> [[Scalar]] {
        var rows: [[Scalar]] = []
        let count = try extract(dataset) { rows += $0.rows }
        #expect(count.rowsAccepted == rows.count)
        return rows
    }
}

/// The error of a call, nil if it succeeds.
func failure(_ body: () throws -> Void) -> ExtractError? {
    do {
        try body()
        return nil
    } catch {
        if !(error is ExtractError) { Issue.record(error) }
        return error as? ExtractError
    }
}
