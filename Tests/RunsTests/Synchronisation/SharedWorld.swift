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

/// Many tenants whose rows lie in the same tables, told apart by a column.
struct SharedWorld {
    let folder: FilePath
    let database: String
    let cluster: TestPostgres
    let names: [String]
    private let machine: RunEnvironment

    /// - Parameters:
    ///   - sql: makes the tables.
    ///   - datasets: the text of `datasets.yaml`.
    ///   - keys: the tenants' names, and the YAML of their keys.
    ///   - mode: how they are kept apart; `column` or `fan-out`.
    init(
        _ sql: String, datasets: String, keys: [(name: String, key: String)], mode: String = "fan-out",
        database: String? = nil, zone: String = "Africa/Lagos"
    ) throws {
        cluster = try TestPostgres.cluster()
        self.database = try database ?? cluster.makeDatabase(sql)
        folder = TestPlaces.scratch()
        names = keys.map(\.name)
        machine = try RunEnvironment(variables: ProcessInfo.processInfo.environment.filter { $0.key != "ALMANAC_NOW" })
        try write("version: 1\nkeys: { pseudonyms: env:PSEUDONYMS }\n", to: "almanac.yaml")
        try write("version: 1\ndatasets:\n" + datasets, to: "Reports/sync/datasets.yaml")
        for (name, key) in keys {
            try write(
                """
                version: 1
                id: \(name)
                platform: sync
                source: { url: env:SYNC_URL, isolation: \(mode), column: tenant, key: \(key) }
                calendar: { timezone: \(zone) }
                locale: en
                currency: NGN
                reports: [nothing]
                """, to: "tenants/\(name).yaml")
        }
    }

    func remove() throws { try FileManager.default.removeItem(atPath: folder.string) }

    func write(_ text: String, to path: String) throws {
        let target = folder.pushing(FilePath(path))
        try DiskFileStore().makeFolder(target.removingLastComponent())
        try CommittedFile(store: DiskFileStore(), random: SystemRandom()).commit(
            Array(text.utf8), to: target, replacing: true)
    }

    func writer() throws -> PostgresConnection { try PostgresConnection(cluster.url(database: database)) }

    /// - Parameter url: another way to the database; nil for the straight one.
    func project(minutes: Int64 = 0, user: String = "postgres", url: String? = nil) throws -> Project {
        let start = try Instant(parsing: "2026-03-01T00:00:00Z")
        return try Project(
            at: folder, searchesUpwards: false,
            environment: machine.with(
                variables: [
                    "SYNC_URL": url ?? cluster.url(database: database, user: user),
                    "PSEUDONYMS": "0123456789abcdef0123456789abcdef",
                ], now: start.adding(seconds: minutes * 60)))
    }

    /// What a run said.
    struct Outcome {
        var tenants: [TenantOutcome]
        var events: [RunEvent]
        var failures: [Failure] { tenants.flatMap(\.failures) }
        var strangers: [RunEvent] {
            events.filter { if case .strangersFound = $0 { true } else { false } }
        }
    }

    /// - Parameter names: the tenants; nil for all that there are.
    @discardableResult
    func run(
        minutes: Int64 = 0, only names: [String]? = nil, user: String = "postgres", url: String? = nil
    ) throws -> Outcome {
        let project = try project(minutes: minutes, user: user, url: url)
        var request = BatchRequest(holder: "a test")
        request.workers = 2
        request.coversAllTenants = names == nil
        let events = EventList()
        let scopes = try (names ?? self.names).map { try project.tenants.scope(named: $0) }
        var outcomes = BatchRun(request, in: project, ledger: try project.openLedger(), progress: events.add).run(
            scopes)
        // There is no report of that name: what counts here is the lake.
        for index in outcomes.indices { outcomes[index].failures.removeAll { $0.summary.contains("list the reports") } }
        return Outcome(tenants: outcomes, events: events.all)
    }

    func table(_ table: String, of name: String) throws -> DeltaTable {
        let project = try project()
        let scope = try project.tenants.scope(named: name)
        return project.table(TableAddress(.raw, try ResourceName(table), of: scope, in: project.layout))
    }

    /// All rows of a tenant's table as texts, in their order.
    func rows(_ table: String, of name: String, sorted: Bool = true) throws -> [String] {
        let rows = try self.table(table, of: name).snapshot().rows().map { "\($0)" }
        return sorted ? rows.sorted() : rows
    }
}

/// Events of several threads.
final class EventList: @unchecked Sendable {
    private let lock = NSLock()
    private var events: [RunEvent] = []

    func add(_ event: RunEvent) { lock.withLock { events.append(event) } }
    var all: [RunEvent] { lock.withLock { events } }
}
