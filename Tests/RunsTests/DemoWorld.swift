import CivilTime
import Columnar
import Demonstration
import Effects
import Foundation
import Lake
import Runs
import SystemPackage
import Tenancy

/// Folders and variables of a test run.
enum TestPlaces {
    /// The folder of the sources: Reports, Templates and cron lie there.
    static let sources: FilePath = {
        var path = FilePath(#filePath)
        for _ in 0..<3 { path.removeLastComponent() }
        return path
    }()

    /// The public data sets, which `scripts/test` fetches; nil where they can't be had.
    static let datasets: FilePath? = ProcessInfo.processInfo.environment["ALMANAC_DATASETS"].map { FilePath($0) }

    /// The Python of the oracles, which `scripts/test` makes; nil where it is not there.
    static let python = ProcessInfo.processInfo.environment["ALMANAC_ORACLE_PYTHON"]

    /// The program that `scripts/test` has built.
    static let program = ProcessInfo.processInfo.environment["ALMANAC_PROGRAM"]

    /// A new folder that nobody else has.
    static func scratch() -> FilePath {
        FilePath(NSTemporaryDirectory()).appending("almanac-test-\(String(SystemRandom().nextBits(), radix: 36))")
    }
}

/// The demonstration as a test bed: a private Postgres, its tenants, a project, the whole job.
struct DemoWorld {
    let folder: FilePath
    let inventory: DemoInventory
    let cluster: RunningCluster
    private let machine: RunEnvironment

    /// Runs a body with everything loaded, and removes everything afterwards.
    static func with(datasets: FilePath?, _ body: (DemoWorld) throws -> Void) throws {
        let folder = scratchProject()
        let demo = DemoProject(folder: folder)
        defer { try? demo.remove() }
        try demo.prepare()
        try SandboxCluster(home: demo.clusterHome, retention: .thrownAway).withRunning { cluster in
            let inventory = try DemoTenants.load(into: cluster, datasets: datasets, report: { _ in })
            _ = try demo.write(inventory.tenants, resources: TestPlaces.sources)
            let variables = ProcessInfo.processInfo.environment.filter { $0.key != "ALMANAC_NOW" }
            try body(
                DemoWorld(
                    folder: folder, inventory: inventory, cluster: cluster,
                    machine: try RunEnvironment(variables: variables)))
        }
    }

    private static func scratchProject() -> FilePath { TestPlaces.scratch() }

    /// The noon after the last day of a platform's data.
    func noonAfter(_ platform: String) -> Instant {
        let last = inventory.tenants.filter { $0.platform == platform }.map(\.lastDay).max() ?? .epoch
        return Zone.utc.startOfDay(last.adding(days: 1)).adding(seconds: 43_200)
    }

    /// The project, with the clock at an instant.
    func project(at now: Instant, variables: [String: String] = [:]) throws -> Project {
        try Project(
            at: folder, searchesUpwards: false,
            environment: machine.with(variables: inventory.environment.merging(variables) { $1 }, now: now))
    }

    /// Runs the whole job for all tenants of a platform.
    func run(_ platform: String, _ configure: (inout BatchRequest) -> Void = { _ in }) throws -> [TenantOutcome] {
        let project = try project(at: noonAfter(platform))
        var request = BatchRequest(holder: "a test")
        configure(&request)
        let ids = inventory.tenants.filter { $0.platform == platform }.map(\.id)
        let scopes = try ids.map { try project.tenants.scope(named: $0) }
        return BatchRun(request, in: project, ledger: try project.openLedger(), progress: { _ in }).run(scopes)
    }

    /// All rows of a table of all tenants of a platform.
    func rows(_ kind: TableAddress.Kind, _ table: String, _ columns: [String], of platform: String) throws -> [[Scalar]]
    {
        let project = try project(at: noonAfter(platform))
        return try inventory.tenants.filter { $0.platform == platform }.flatMap { tenant in
            let scope = try project.tenants.scope(named: tenant.id)
            let address = TableAddress(kind, try ResourceName(table), of: scope, in: project.layout)
            return try project.table(address).snapshot().rows(columns: columns)
        }
    }

    /// Writes a file of the project, in the place of one that is there.
    func write(_ text: String, to path: String) throws {
        let target = folder.pushing(FilePath(path))
        try CommittedFile(store: DiskFileStore(), random: SystemRandom()).commit(
            Array(text.utf8), to: target, replacing: true)
    }
}

extension Scalar {
    /// The whole number, 0 where it is none.
    var whole: Int64 { if case .int(let value) = self { value } else { 0 } }
}
