import CivilTime
import Columnar
import Demonstration
import Effects
import Foundation
import Lake
import Runs
import SystemPackage
import Tenancy
import Testing

/// What is wrong with one tenant is that tenant's clear error; all the others finish; the ledger tells the truth.
@Suite struct BadInputTests {
    private let store = DiskFileStore()

    @Test func eachBadTenantFailsAloneAndByName() throws {
        try DemoWorld.with(datasets: nil) { world in
            try prepare(world)
            let project = try world.project(
                at: world.noonAfter("retail"),
                variables: ["NOWHERE_URL": "postgresql://reader:hush-hush@127.0.0.1:1/demo?connect_timeout=2"])
            let (scopes, failures) = try project.scopes([])
            #expect(failures.map(\.name).sorted() == ["keyless", "misspelt"])
            let ledger = try project.openLedger()
            var request = BatchRequest(holder: "a test")
            request.workers = 2
            let outcomes = BatchRun(request, in: project, ledger: ledger, progress: { _ in })
                .run(scopes.filter { $0.tenant.platform.text == "retail" })
            let found = Dictionary(uniqueKeysWithValues: outcomes.map { ($0.tenant, $0) })

            // Good tenants are done, and so is the one that has no rows.
            for tenant in world.inventory.tenants.filter({ $0.platform == "retail" }).map(\.id) + ["empty-shop"] {
                let outcome = try #require(found[tenant])
                #expect(outcome.failures.isEmpty, "\(tenant): \(outcome.failures)")
                #expect(outcome.editions.first?.run.state == .done)
            }
            try expect(found["down"], .unavailable, naming: ["down"], ledger, project)
            try expect(found["dropped"], .dataRefused, naming: ["dropped", "revenue_minor"], ledger, project)
            try expect(found["odd"], .dataRefused, naming: ["odd", "tsvector"], ledger, project)
            #expect(!"\(outcomes)".contains("hush-hush"))
        }
    }

    @Test func aNameThatIsNoTenantAndAPeriodInTheFutureAreWrongUse() throws {
        try DemoWorld.with(datasets: nil) { world in
            let project = try world.project(at: world.noonAfter("retail"))
            for name in ["../x", "..", "a/b", "", "UPPER", "nobody-here"] {
                let (scopes, failures) = try project.scopes([name])
                #expect(scopes.isEmpty && failures.count == 1)
                let causes = failures.map { Failure(classifying: $0.error, doing: "x").cause }
                #expect(causes == [.usage])
            }
            let tenant = try #require(world.inventory.tenants.first { $0.platform == "retail" })
            var request = BatchRequest(holder: "a test")
            request.period = "2999-01"
            let scope = try project.tenants.scope(named: tenant.id)
            let outcome = BatchRun(request, in: project, ledger: try project.openLedger(), progress: { _ in }).run([
                scope
            ])[0]
            #expect(outcome.failures.map(\.cause) == [.usage])
            #expect(outcome.failures.first?.summary.contains("future") == true)
        }
    }

    /// A full disk is one clear error; nothing half-written bears a final name; with room again the same run finishes.
    @Test(.enabled(if: TinyVolume.isPossible, "needs root to mount a small tmpfs"))
    func aFullDiskIsAnErrorAndLeavesNothingHalfWritten() throws {
        try DemoWorld.with(datasets: nil) { world in
            let tenant = try #require(world.inventory.tenants.first { $0.platform == "retail" })
            func run() throws -> (outcome: TenantOutcome, ledger: SQLiteLedger) {
                let project = try world.project(at: world.noonAfter("retail"))
                let scope = try project.tenants.scope(named: tenant.id)
                let ledger = try project.openLedger()
                let batch = BatchRun(BatchRequest(holder: "a test"), in: project, ledger: ledger, progress: { _ in })
                return (batch.run([scope])[0], ledger)
            }
            // Pages of 4 KiB: the disk is full in the first table, in a later one, or just not.
            var failureCount = 0
            for kibibytes in stride(from: 4, through: 44, by: 8) {
                try TinyVolume.with(at: world.folder.appending("lake"), kibibytes: kibibytes) {
                    let (outcome, ledger) = try run()
                    try everyDataFileIsOfAVersion(world.folder.appending("lake"))
                    guard let failure = outcome.failures.first else { return }
                    failureCount += 1
                    #expect(failure.cause == .readWrite && failure.why?.contains("space") == true, "\(failure)")
                    #expect(try ledger.runs(tenant: tenant.id, limit: 1).first?.state == .failed)
                }
            }
            #expect(failureCount >= 2)
            #expect(try run().outcome.failures.isEmpty)
        }
    }

    private func everyDataFileIsOfAVersion(_ folder: FilePath) throws {
        let names = try store.names(in: folder)
        var known: Set<String> = []
        if names.contains("_delta_log") {
            let table = DeltaTable(
                at: TableAddress(LocalScope(path: folder)), store: store, random: SystemRandom(), clock: SystemClock())
            if try table.exists() { known = Set(try table.snapshot().files.map(\.name)) }
        }
        for name in names {
            let path = folder.appending(name)
            if try store.status(of: path)?.kind == .folder { try everyDataFileIsOfAVersion(path) }
            #expect(!name.hasSuffix(".parquet") || known.contains(name))
        }
    }

    private func expect(
        _ outcome: TenantOutcome?, _ cause: CauseCode, naming words: [String], _ ledger: SQLiteLedger,
        _ project: Project
    ) throws {
        let outcome = try #require(outcome)
        let failure = try #require(outcome.failures.first)
        #expect(failure.cause == cause, "\(failure)")
        let text = "\(failure.summary) \(failure.why ?? "") \(failure.details ?? "")"
        for word in words { #expect(text.contains(word), "\(text)") }
        let run = try #require(try ledger.runs(tenant: outcome.tenant, limit: 1).first)
        #expect(run.state == .failed && run.cause == cause && !run.message.isEmpty)
        // Nothing of it is in the lake, published or given out.
        #expect(try store.status(of: project.layout.root.appending("out").appending(outcome.tenant)) == nil)
        #expect(try store.status(of: project.layout.root.appending("published").appending(outcome.tenant)) == nil)
    }

    /// Further tenants beside the demo's: each with something wrong.
    private func prepare(_ world: DemoWorld) throws {
        let good = try #require(world.inventory.tenants.first { $0.platform == "retail" })
        guard case .schema(let schema) = good.isolation else { return }
        for (name, statement) in [
            ("empty_shop", "TRUNCATE empty_shop.orders"),
            ("dropped", "ALTER TABLE dropped.orders DROP COLUMN revenue_minor"),
            ("odd", "ALTER TABLE odd.orders ADD COLUMN words tsvector"),
        ] {
            try world.cluster.execute(
                """
                CREATE SCHEMA \(name);
                CREATE TABLE \(name).orders AS SELECT * FROM \(schema).orders;
                \(statement);
                GRANT USAGE ON SCHEMA \(name) TO PUBLIC;
                GRANT SELECT ON \(name).orders TO PUBLIC;
                """, database: DemoTenants.database, to: "make a bad tenant")
        }
        func tenant(_ id: String, url: String, source: String) -> String {
            """
            version: 1
            id: \(id)
            platform: retail
            name: \(id)
            source: { url: "env:\(url)", \(source) }
            calendar: { timezone: America/New_York }
            locale: en-US
            currency: USD
            """
        }
        for (id, schema) in [("empty-shop", "empty_shop"), ("dropped", "dropped"), ("odd", "odd")] {
            try world.write(
                tenant(id, url: good.urlVariable, source: "isolation: schema, schema: \(schema)"),
                to: "tenants/\(id).yaml")
        }
        try world.write(tenant("down", url: "NOWHERE_URL", source: "isolation: database"), to: "tenants/down.yaml")
        try world.write(
            tenant("keyless", url: good.urlVariable, source: "isolation: rls, setting: app.tenant_id"),
            to: "tenants/keyless.yaml")
        try world.write(
            tenant("misspelt", url: good.urlVariable, source: "isolaton: database"), to: "tenants/misspelt.yaml")
    }
}

/// A volume of a few KiB in the place of a folder.
enum TinyVolume {
    static let isPossible = getuid() == 0 && (try? run("mount", ["--version"])) != nil

    static func with(at folder: FilePath, kibibytes: Int, _ body: () throws -> Void) throws {
        try DiskFileStore().makeFolder(folder)
        try run("mount", ["-t", "tmpfs", "-o", "size=\(kibibytes)k", "tmpfs", folder.string])
        defer { _ = try? run("umount", [folder.string]) }
        try body()
    }

    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) throws -> String {
        let result = try SystemProcessRunner().run(ProcessCommand(program, arguments))
        guard result.exitCode == 0 else { throw ProcessError(program: program, reason: result.errors) }
        return result.output
    }
}
