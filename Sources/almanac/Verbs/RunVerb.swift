internal import ArgumentParser
internal import CivilTime
internal import Effects
internal import Foundation
internal import Runs
internal import Tenancy

struct RunVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Bring tenants' lakes up to date and make their reports.",
        discussion: """
            Reads each tenant's source in one snapshot, keeps the aggregates up to date, publishes them for dashboards \
            and makes the reports. A tenant that fails leaves the others alone.

            Examples:
              almanac run
              almanac run monthly-sales --period 2026-10
              almanac run monthly-sales --param top=5
              almanac run --tenant harbour-records --tenant ua --json

            Exit codes: 0 all done; 1 some failed; the cause's code when one tenant or report was asked for and failed.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var location: ProjectOptions
    @OptionGroup var batch: BatchOptions

    @Argument(help: "Reports by slug; else all that the tenants have.")
    var reports: [String] = []

    func run() throws {
        try batch.run(reports, ingests: true, formats: [], common, location)
    }
}

struct ExportVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Make a report on demand, from the lake as it is.",
        discussion: """
            Examples:
              almanac export monthly-sales --tenant harbour-records --period 2026-09
              almanac export monthly-sales --tenant harbour-records --format xlsx,csv
              almanac export monthly-activity --tenant ua --json
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var location: ProjectOptions
    @OptionGroup var batch: BatchOptions

    @Argument(help: "The report's slug.")
    var report: String

    @Option(name: .long, help: "pdf, xlsx, csv, with commas between them; else those of the definition.")
    var format: String?

    func validate() throws {
        guard !batch.tenant.isEmpty else { throw ValidationError("an export needs --tenant") }
    }

    func run() throws {
        let formats = format.map { $0.split(separator: ",").map(String.init) } ?? []
        try batch.run([report], ingests: false, formats: formats, common, location)
    }
}

/// Which tenants and period, and how the work is done.
struct BatchOptions: ParsableArguments {
    @Option(name: .long, help: "Only this tenant; may be given several times.")
    var tenant: [String] = []

    @Option(
        name: .long,
        help: "2026, 2026-Q4, 2026-10, 2026-W44, 2026-10-31, FY2026-P07 or A..B; else the last complete one.")
    var period: String?

    @Option(
        name: .customLong("param"), parsing: .singleValue,
        help: "A report's parameter, NAME=VALUE; may be given several times.")
    var parameters: [String] = []

    @Option(name: .long, help: "Only this subject, by its key, of a report for subjects; may be given several times.")
    var subject: [String] = []

    @Option(name: .long, help: "How many tenants are worked on at once.")
    var workers = 2

    @Flag(name: .long, help: "Wait for a tenant that another process works on.")
    var waitLock = false

    func run(
        _ reports: [String], ingests: Bool, formats: [String], _ common: CommonOptions, _ location: ProjectOptions
    ) throws {
        let parameters = try ParameterWords.read(self.parameters)
        guard reports.count == 1 || (parameters.isEmpty && subject.isEmpty) else {
            throw Failure(
                .usage, "--param and --subject are of one report", why: "\(reports.count) reports are named",
                remedy: "almanac run REPORT --param NAME=VALUE")
        }
        Interruption.listen()
        let project = try location.open(common)
        let ledger = try project.openLedger()
        let (scopes, bad) = try project.scopes(tenant)
        var request = BatchRequest(holder: Self.holder(ingests ? "run" : "export"))
        request.reports = reports
        request.period = period
        request.ingests = ingests
        request.formats = formats
        request.parameters = parameters
        request.subjects = subject
        request.waitsForLock = waitLock
        request.coversAllTenants = tenant.isEmpty
        request.workers = workers
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        let telling = RunProgress(common.console)
        var outcomes = BatchRun(request, in: project, ledger: ledger, progress: telling.tell).run(scopes)
        outcomes += bad.map { failure in
            var outcome = TenantOutcome(tenant: failure.name)
            outcome.failures = [Failure(classifying: failure.error, doing: "use tenant '\(failure.name)'")]
            return outcome
        }
        let seconds = Double(clock.monotonicNanoseconds() - start) / 1e9
        try RunSummary(outcomes, seconds: seconds).end(
            common, wasAskedByName: tenant.count == 1 || scopes.count + bad.count == 1)
    }

    /// Who holds the tenants, as others are told.
    static func holder(_ verb: String) -> String {
        "almanac \(verb) (pid \(ProcessInfo.processInfo.processIdentifier))"
    }
}

/// Parameters as they are written on the command line.
enum ParameterWords {
    /// Reads `NAME=VALUE`; the value may be empty and have further equals signs.
    static func read(_ words: [String]) throws -> [(name: String, text: String)] {
        try words.map { word in
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw Failure(
                    .usage, "can't read --param \(word)", why: "it is a name, an equals sign and a value",
                    remedy: "--param top=5")
            }
            return (parts[0], parts[1])
        }
    }
}
