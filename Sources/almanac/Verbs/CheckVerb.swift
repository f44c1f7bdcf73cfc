internal import ArgumentParser
internal import Configuration
internal import Effects
internal import Extract
internal import Models
internal import Report
internal import Runs
internal import Scheduling
internal import SystemPackage
internal import Tenancy

struct CheckVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read all files of the project and say what is wrong in them.",
        discussion: """
            Looks at almanac.yaml, tenants, datasets, metrics, reports and schedules; touches no database, but the control \
            database where almanac.yaml takes the tenants from a query. With --live, asks the databases too: what differs \
            from the datasets, may not be read, or will be slow. Tenants that share tables are looked at once.

            Examples:
              almanac check
              almanac check --live
              almanac check --live --tenant lagos-circle --json
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var location: ProjectOptions

    @Flag(name: .long, help: "Ask the tenants' databases as well.")
    var live = false

    @Option(name: .long, help: "With --live, the tenants to look at; else one of each kind.")
    var tenant: [String] = []

    func validate() throws {
        guard live || tenant.isEmpty else { throw ValidationError("--tenant needs --live") }
    }

    func run() throws {
        let project = try location.open(common)
        let problems = try problemsOfFiles(project)
        guard live, problems.isEmpty else { return try tell(problems) }
        try LiveCheckReport(common: common).tell(project, tenants: tenant)
    }

    private func problemsOfFiles(_ project: Project) throws -> [String] {
        var problems: [String] = []
        func look(_ body: () throws -> Void) {
            do {
                try body()
            } catch let errors as ConfigurationErrors {
                problems += errors.errors.map(\.description)
            } catch let error as TenancyError {
                problems.append(error.description)
            } catch {
                problems.append("\(error)")
            }
        }
        let (scopes, failures) = try project.scopes([])
        for failure in failures { look { throw failure.error } }
        for platform in Set(scopes.map(\.tenant.platform)).sorted(by: { $0.text < $1.text }) {
            look {
                _ = try DatasetCatalog(platform: platform, layout: project.layout, store: project.environment.store)
            }
            look {
                let definitions = try PlatformDefinitions(
                    folder: project.layout.reports(of: platform), store: project.environment.store)
                guard !definitions.models.isEmpty else { return }
                let catalog = try DatasetCatalog(
                    platform: platform, layout: project.layout, store: project.environment.store)
                try definitions.graph.check(datasets: catalog.datasets.map(\.name.text))
            }
        }
        look { try checkSchedules(project, scopes) }
        return problems
    }

    private func checkSchedules(_ project: Project, _ scopes: [TenantScope]) throws {
        let path = project.layout.schedules
        guard try project.environment.store.status(of: path) != nil else { return }
        let schedules = try ScheduleReader.read(
            text: try project.environment.store.text(of: path), file: "cron/schedules.yaml",
            zones: project.environment.zones)
        for schedule in schedules {
            for id in DueFinder.strangers(of: schedule, among: scopes.map(\.tenant)) {
                throw Failure(
                    .configuration, "schedule '\(schedule.name)' names tenant '\(id)', which it can't cover",
                    remedy: "almanac tenants list")
            }
        }
    }

    private func tell(_ problems: [String]) throws {
        let console = common.console
        if common.json {
            try console.answer(json: Answer(problems: problems))
        } else if problems.isEmpty {
            console.answer("\(console.calm("ok")) nothing is wrong")
        } else {
            console.error(problems.map { "\(console.alarm("error:")) \($0)" }.joined(separator: "\n\n"))
            console.error("\(problems.count) \(problems.count == 1 ? "error" : "errors"). Exit 78.")
        }
        if !problems.isEmpty { throw ExitCode(CauseCode.configuration.exitCode) }
    }

    private struct Answer: Encodable {
        let problems: [String]
    }
}
