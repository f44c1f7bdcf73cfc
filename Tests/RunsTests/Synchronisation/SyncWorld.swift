import AlmanacTesting
import CivilTime
import Columnar
import Effects
import Foundation
import Lake
import PostgresCopy
import Runs
import SystemPackage
import Tenancy
import Testing

/// One tenant with a database of its own, whose datasets a test defines: what its runs bring into the lake.
struct SyncWorld {
    let folder: FilePath
    let database: String
    let cluster: TestPostgres
    private let role: String
    private let machine: RunEnvironment

    /// - Parameters:
    ///   - sql: makes the tables.
    ///   - datasets: the text of `datasets.yaml`.
    ///   - role: who reads: `postgres`, or `sync_reader`, who may not see what other sessions do.
    init(_ sql: String, datasets: String, role: String = "postgres", configuration: String = "") throws {
        cluster = try TestPostgres.cluster()
        try cluster.run(
            """
            SELECT pg_advisory_lock(2);
            DO $$ BEGIN
              IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sync_reader') THEN
                CREATE ROLE sync_reader LOGIN; GRANT pg_read_all_data TO sync_reader;
              END IF;
            END $$;
            """)
        database = try cluster.makeDatabase(sql)
        folder = TestPlaces.scratch()
        self.role = role
        machine = try RunEnvironment(variables: ProcessInfo.processInfo.environment.filter { $0.key != "ALMANAC_NOW" })
        try write("version: 1\n\(configuration)\n", to: "almanac.yaml")
        try write("version: 1\ndatasets:\n" + datasets, to: "Reports/sync/datasets.yaml")
        try write(
            """
            version: 1
            id: lagos
            platform: sync
            source: { url: env:SYNC_URL, isolation: database }
            calendar: { timezone: Africa/Lagos }
            locale: en
            currency: NGN
            reports: [nothing]
            """, to: "tenants/lagos.yaml")
    }

    func remove() throws { try FileManager.default.removeItem(atPath: folder.string) }

    func write(_ text: String, to path: String) throws {
        let target = folder.pushing(FilePath(path))
        try DiskFileStore().makeFolder(target.removingLastComponent())
        try CommittedFile(store: DiskFileStore(), random: SystemRandom()).commit(
            Array(text.utf8), to: target, replacing: true)
    }

    /// A connection that writes into the source.
    func writer() throws -> PostgresConnection { try PostgresConnection(cluster.url(database: database)) }

    func project(minutes: Int64 = 0, variables: [String: String] = [:]) throws -> Project {
        let start = try Instant(parsing: "2026-03-01T00:00:00Z")
        let own = ["SYNC_URL": cluster.url(database: database, user: role)]
        return try Project(
            at: folder, searchesUpwards: false,
            environment: machine.with(
                variables: own.merging(variables) { $1 }, now: start.adding(seconds: minutes * 60)))
    }

    /// Brings the lake up to date.
    ///
    /// - Parameter minutes: what the clock shows, in minutes after a fixed moment.
    @discardableResult
    func run(minutes: Int64 = 0, variables: [String: String] = [:]) throws -> TenantOutcome {
        let project = try project(minutes: minutes, variables: variables)
        let scope = try project.tenants.scope(named: "lagos")
        var request = BatchRequest(holder: "a test")
        request.workers = 1
        var outcome = BatchRun(request, in: project, ledger: try project.openLedger(), progress: { _ in }).run([scope])[
            0]
        // There is no report of that name: what counts here is the lake.
        outcome.failures.removeAll { $0.summary.contains("list the reports") }
        return outcome
    }

    func snapshot(_ table: String) throws -> TableSnapshot {
        let project = try project()
        let scope = try project.tenants.scope(named: "lagos")
        return try project.table(TableAddress(.raw, try ResourceName(table), of: scope, in: project.layout)).snapshot()
    }

    /// The rows of a table as texts, sorted.
    func rows(_ table: String, _ columns: [String]) throws -> [String] {
        try snapshot(table).rows(columns: columns).map(Self.text).sorted()
    }

    /// What a row says, as `SourceRows` writes it.
    static func text(_ row: [Scalar]) -> String {
        row.map { value in
            switch value {
            case .null: "-"
            case .int(let number): String(number)
            case .text(let text): text
            case .bool(let flag): flag ? "t" : "f"
            default: "\(value)"
            }
        }.joined(separator: "|")
    }

    /// The rows of a query as texts, sorted.
    static func rows(_ connection: PostgresConnection, _ sql: String) throws -> [String] {
        try connection.execute(sql).rows.map { $0.map { $0 ?? "-" }.joined(separator: "|") }.sorted()
    }
}
