import AlmanacTesting
import CivilTime
import Demonstration
import Effects
import Foundation
import PostgresCopy
import Runs
import SystemPackage
import Tenancy

/// Made-up tenants of a platform in a real Postgres, and a project with the platform's own definitions.
///
/// What reports say is compared with what Postgres answers on the source tables.
final class PlatformWorld {
    let folder = TestPlaces.scratch()
    let sources: [GeneratedSource]
    private let cluster: TestPostgres
    private let database: String
    private let machine: RunEnvironment
    /// The instant at which the made-up data ends, and nothing happens any more.
    static let now = "2026-07-01T12:00:00Z"

    /// - Parameters:
    ///   - tenants: the tenants' numbers.
    ///   - scale: how large the first is.
    ///   - keys: further keys of the tenants' files, such as `requests: …`.
    init(_ platform: GeneratedPlatform, tenants: [Int] = [1, 2], scale: Double = 0.2, keys: String = "") throws {
        cluster = try TestPostgres.cluster()
        database = try cluster.makeDatabase()
        sources = tenants.map { platform.source(index: $0, scale: scale, seed: 1) }
        machine = try RunEnvironment(variables: ProcessInfo.processInfo.environment.filter { $0.key != "ALMANAC_NOW" })
        let connection = try PostgresConnection(cluster.url(database: database))
        for source in sources { try source.load(into: connection, replaces: false) }
        try write("version: 1\n", to: "almanac.yaml")
        for source in sources {
            try write(
                """
                version: 1
                id: \(source.tenant)
                platform: \(platform.rawValue)
                name: \(source.tenant)
                source: { url: env:PLATFORM_URL, isolation: schema, schema: \(source.schema) }
                calendar: { timezone: \(source.timezone) }
                locale: en
                currency: \(source.currency)
                \(keys)
                """, to: "tenants/\(source.tenant).yaml")
        }
        for part in ["Reports", "Templates"] {
            try FileManager.default.copyItem(
                atPath: TestPlaces.sources.appending(part).string, toPath: folder.appending(part).string)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder.string) }

    func write(_ text: String, to path: String) throws {
        let target = folder.pushing(FilePath(path))
        try DiskFileStore().makeFolder(target.removingLastComponent())
        try CommittedFile(store: DiskFileStore(), random: SystemRandom()).commit(
            Array(text.utf8), to: target, replacing: true)
    }

    /// The variables that the tenants' files name.
    var variables: [String: String] {
        ["PLATFORM_URL": url(), "REQUESTS_URL": url(user: "requests_answerer")]
    }

    func url(user: String = "postgres") -> String { cluster.url(database: database, user: user) }

    func project(at now: String = now) throws -> Project {
        try Project(
            at: folder, searchesUpwards: false,
            environment: machine.with(variables: variables, now: try Instant(parsing: now)))
    }

    func scope(_ source: GeneratedSource, in project: Project) throws -> TenantScope {
        try project.tenants.scope(named: source.tenant)
    }

    /// Brings the lakes of all tenants up to date and makes reports.
    /// - Parameter reports: none for all of the platform's.
    @discardableResult
    func run(
        _ reports: [String], period: String? = nil, formats: [String] = [], at now: String = now,
        _ configure: (inout BatchRequest) -> Void = { _ in }
    ) throws -> [TenantOutcome] {
        let project = try project(at: now)
        var request = BatchRequest(holder: "a test")
        (request.reports, request.period, request.formats) = (reports, period, formats)
        configure(&request)
        return BatchRun(request, in: project, ledger: try project.openLedger(), progress: { _ in }).run(
            try sources.map { try scope($0, in: project) })
    }

    /// A connection as the superuser, with a tenant's schema in front.
    func connection(to source: GeneratedSource) throws -> PostgresConnection {
        let connection = try PostgresConnection(url())
        try connection.execute("SET search_path TO \(source.schema)")
        return connection
    }

    /// The rows of a query on a tenant's own tables, `-` for NULL.
    func rows(_ source: GeneratedSource, _ sql: String) throws -> [String] {
        try connection(to: source).execute(sql).rows.map { $0.map { $0 ?? "-" }.joined(separator: "|") }
    }

    /// Statements on a tenant's own tables.
    func execute(_ source: GeneratedSource, _ script: String) throws {
        try cluster.run("SET search_path TO \(source.schema);\n" + script, database: database)
    }

    /// The text of an artefact: `out/<tenant>/` stands before the path.
    func text(_ source: GeneratedSource, _ path: String) throws -> String {
        try String(
            contentsOfFile: folder.appending("out").appending(source.tenant).pushing(FilePath(path)).string,
            encoding: .utf8)
    }
}
