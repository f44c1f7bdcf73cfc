internal import ArgumentParser
internal import CivilTime
internal import Demonstration
internal import Effects
internal import Foundation
internal import Runs
internal import SystemPackage
internal import Tenancy

struct DemoVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Try it: real tenants from a private Postgres to PDF, Excel and CSV.",
        discussion: """
            Starts a Postgres cluster of its own, loads three shops and sixteen airlines (or small made-up tenants where \
            the data sets are not there) and two made-up tenants of each of five platforms, runs the whole job for each of \
            them, answers their people's requests, and stops the cluster again.

            Examples:
              almanac demo
              almanac demo my-folder --datasets .cache/datasets
              almanac demo --clean
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The project folder to make.")
    var folder = "demo"

    @Option(name: .long, help: "Where the data sets lie; scripts/demo fetches them.")
    var datasets: String?

    @Option(name: .long, help: "Where Reports, Templates and cron lie. (ALMANAC_RESOURCES)")
    var resources: String?

    @Option(name: .long, help: "How many tenants are worked on at once.")
    var workers = 2

    @Flag(name: .long, help: "Remove the demo, its database and all that it made.")
    var clean = false

    func run() throws {
        Interruption.listen()
        let project = DemoProject(folder: absolute(folder))
        do {
            if clean {
                try project.remove()
                common.console.note("Removed \(folder)")
                return
            }
            try make(project)
        } catch let error as DemonstrationError {
            throw Failure(classifying: error, doing: "make the demo")
        }
    }

    private func make(_ demo: DemoProject) throws {
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        let console = common.console
        let seconds = { RunProgress.seconds(Double(clock.monotonicNanoseconds() - start) / 1e9) }
        try demo.prepare()
        let cluster = try SandboxCluster(home: demo.clusterHome, retention: .kept)
        let outcomes = try cluster.withRunning { cluster -> [TenantOutcome] in
            let inventory = try DemoTenants.load(
                into: cluster, datasets: datasets.map(absolute), platforms: GeneratedPlatform.allCases,
                report: { console.note($0) })
            let written = try demo.write(inventory.tenants, resources: try resourcesFolder())
            for file in written.kept { console.note("Kept your changes in \(file)") }
            console.note(
                "\(inventory.wasReused ? "Found" : "Made") \(inventory.tenants.count) tenants, \(inventory.rowCount) rows in \(folder)  \(seconds())"
            )
            return try runAll(inventory, demo)
        }
        try tell(outcomes, seconds: Double(clock.monotonicNanoseconds() - start) / 1e9)
    }

    /// Runs each platform's tenants as of the noon after their last day: the data is old, the reports are of its end.
    private func runAll(_ inventory: DemoInventory, _ demo: DemoProject) throws -> [TenantOutcome] {
        let machine = try common.environment()
        var outcomes: [TenantOutcome] = []
        for platform in Set(inventory.tenants.map(\.platform)).sorted() {
            let tenants = inventory.tenants.filter { $0.platform == platform }
            guard let last = tenants.map(\.lastDay).max() else { continue }
            let noon = Zone.utc.startOfDay(last.adding(days: 1)).adding(seconds: 43_200)
            let environment = machine.with(variables: inventory.environment, now: noon)
            let project = try Project(at: demo.folder, searchesUpwards: false, environment: environment)
            var request = BatchRequest(holder: BatchOptions.holder("demo"))
            request.workers = workers
            let (scopes, failures) = try project.scopes(tenants.map(\.id))
            for failure in failures { throw Failure(classifying: failure.error, doing: "use tenant '\(failure.name)'") }
            let (ledger, telling) = (try project.openLedger(), RunProgress(common.console).tell)
            outcomes += BatchRun(request, in: project, ledger: ledger, progress: telling).run(scopes)
            // What its people have asked for in the application's own table.
            let desk = RequestDesk(in: project, ledger: ledger, holder: request.holder, progress: telling)
            for scope in scopes where scope.tenant.requests != nil {
                try desk.answer(scope) { common.console.note("Answered a request of \($0.line)") }
            }
        }
        return outcomes
    }

    private func tell(_ outcomes: [TenantOutcome], seconds: Double) throws {
        if !common.json {
            let shown = outcomes.first { $0.editions.count > 0 }
            let console = common.console
            console.answer("")
            if let edition = shown?.editions.first, let tenant = shown?.tenant {
                for artefact in edition.artefacts { console.answer("Look at  \(folder)/\(artefact.path)") }
                console.answer("         \(folder)/published/\(tenant)/manifest.json")
                let period = edition.run.period
                console.answer("Next     almanac lake tables --project \(folder)")
                console.answer(
                    "         almanac export \(edition.run.subject) --tenant \(tenant) --period \(period) --format pdf,xlsx --project \(folder)"
                )
                if let receipt = edition.artefacts.first(where: { $0.name == "receipt.json" }) {
                    console.answer("         almanac reproduce \(folder)/\(receipt.path) --project \(folder)")
                }
                console.answer("(almanac is .build/release/almanac in the folder of the sources)")
                console.answer("")
            }
        }
        try RunSummary(outcomes, seconds: seconds).end(common, wasAskedByName: false)
    }

    /// The folder of Reports, Templates and cron: named, or found above the program, or where a package puts it.
    private func resourcesFolder() throws -> FilePath {
        if let named = try resources ?? common.environment().variable("ALMANAC_RESOURCES") { return absolute(named) }
        let store = DiskFileStore()
        var folder = FilePath(Bundle.main.executablePath ?? CommandLine.arguments[0]).removingLastComponent()
        while !folder.isEmpty, folder != folder.removingLastComponent() {
            if try store.status(of: folder.appending("Reports"))?.kind == .folder,
                try store.status(of: folder.appending("Templates"))?.kind == .folder
            {
                return folder
            }
            folder = folder.removingLastComponent()
        }
        let installed: FilePath = "/usr/share/almanac"
        if try store.status(of: installed) != nil { return installed }
        throw Failure(
            .configuration, "can't find Almanac's Reports and Templates",
            why: "they are in no folder above the program", remedy: "almanac demo --resources FOLDER")
    }
}
