import AlmanacTesting
import CivilTime
import Effects
import Extract
import Foundation
import Runs
import SystemPackage
import Tenancy
import Testing

/// A project whose tenants are the rows of a control database.
@Suite(.enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct TenantQueryProjectTests {
    /// A project in a folder, with the variables that its references name.
    private func withProject(
        _ query: String, url: String? = nil, _ body: (Project) throws -> Void
    ) throws {
        let cluster = try TestPostgres.cluster()
        let database = try cluster.makeDatabase(
            """
            CREATE TABLE tenants (slug text, key int, zone text, active boolean NOT NULL DEFAULT true, reports text[]);
            INSERT INTO tenants (slug, key, zone, reports) VALUES
              ('lagos', 7, 'Africa/Lagos', ARRAY['monthly-sales']), ('izmir', 8, 'Europe/Istanbul', NULL),
              ('osaka', 9, 'Asia/Osaka', NULL);
            CREATE TABLE orders (tenant_id int, id int, PRIMARY KEY (tenant_id, id));
            """)
        let store = DiskFileStore()
        let folder = TestPlaces.scratch()
        try store.makeFolder(folder.appending("Reports").appending("shop"))
        defer { try? store.removeFolder(folder) }
        func write(_ text: String, _ path: FilePath) throws {
            try CommittedFile(store: store, random: SystemRandom()).commit(Array(text.utf8), to: path)
        }
        try write(
            """
            version: 1
            defaults: { locale: en, currency: USD, calendar: { timezone: UTC } }
            tenants:
              url: env:CONTROL_URL
              query: >-
                \(query)
              defaults: { platform: shop, source: { url: env:CONTROL_URL, isolation: column, column: tenant_id } }

            """, folder.appending("almanac.yaml"))
        try write(
            "version: 1\ndatasets:\n  orders: { from: orders, sync: snapshot, key: [id] }\n",
            folder.appending("Reports").appending("shop").appending("datasets.yaml"))
        let control = url ?? cluster.url(database: database)
        let environment = try RunEnvironment(variables: ["CONTROL_URL": control])
        try body(try Project(at: folder, environment: environment))
    }

    private static let query = """
        SELECT slug AS id, key AS "source.key", zone AS "calendar.timezone", reports FROM tenants WHERE active
        """

    @Test func rowsAreTenants() throws {
        try withProject(Self.query) { project in
            let (scopes, failures) = try project.scopes([])
            #expect(scopes.map(\.id.text) == ["izmir", "lagos"])
            #expect(scopes[1].tenant.source.isolation == .column("tenant_id", key: "7"))
            #expect(scopes[1].tenant.reports.contains("monthly-sales"))
            #expect(!scopes[1].tenant.reports.contains("weekly"))
            #expect(failures.map(\.name) == ["osaka"])
            #expect(failures.first?.error.description.contains("there is no time zone 'Asia/Osaka'") == true)
            #expect(try project.scopes(["lagos"]).scopes.count == 1)
            // Tenants that share tables are one shape.
            let shapes = LiveProjectCheck.shapes(of: scopes)
            #expect(shapes.map(\.tenantCount) == [2])
            #expect(LiveProjectCheck(project).findings(shapes.map(\.scope)) == [])
        }
    }

    @Test func theQueryCannotWrite() throws {
        try withProject("WITH gone AS (DELETE FROM tenants RETURNING slug) SELECT slug AS id FROM gone") { project in
            let failure = #expect(throws: Failure.self) { try project.scopes([]) }
            #expect(failure?.why?.contains("read-only transaction") == true, "\(String(describing: failure))")
        }
    }

    @Test func aControlDatabaseThatDoesNotAnswerIs69() throws {
        try withProject(Self.query, url: "postgres://nobody:hunter2@127.0.0.1:1/none") { project in
            let failure = #expect(throws: Failure.self) { try project.scopes([]) }
            #expect(failure?.cause == .unavailable)
            #expect(failure.map { "\($0)".contains("hunter2") } == false)
        }
    }
}
