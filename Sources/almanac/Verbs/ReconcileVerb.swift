internal import ArgumentParser
internal import Effects
internal import Runs
internal import Tenancy

struct ReconcileVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile", abstract: "Bring lakes up to date and compare them with their sources.",
        discussion: """
            In the snapshot that rows are read from, Postgres counts them, adds up their columns of numbers and hashes their \
            keys; the lake's tables must say the same. What is found is in the ledger: almanac runs show. A run does the same \
            by itself as often as almanac.yaml says: reconcile: { every: 7d }.

            Examples:
              almanac reconcile
              almanac reconcile --tenant harbour-records --json
              almanac reconcile --reread --tenant harbour-records

            Exit codes: 0 all the same; 65 a lake differs, if one tenant was asked for; 1 if of several some failed.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var location: ProjectOptions

    @Option(name: .long, help: "Only this tenant; may be given several times.")
    var tenant: [String] = []

    @Flag(name: .long, help: "Read everything again, however far the tables have followed their source.")
    var reread = false

    @Option(name: .long, help: "How many tenants are worked on at once.")
    var workers = 2

    @Flag(name: .long, help: "Wait for a tenant that another process works on.")
    var waitLock = false

    func run() throws {
        Interruption.listen()
        let project = try location.open(common)
        let (scopes, bad) = try project.scopes(tenant)
        var request = BatchRequest(holder: BatchOptions.holder("reconcile"))
        request.makesReports = false
        request.reconciles = true
        request.rereads = reread
        request.waitsForLock = waitLock
        request.workers = workers
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        let telling = RunProgress(common.console)
        var outcomes = BatchRun(request, in: project, ledger: try project.openLedger(), progress: telling.tell).run(
            scopes)
        outcomes += bad.map { failure in
            var outcome = TenantOutcome(tenant: failure.name)
            outcome.failures = [Failure(classifying: failure.error, doing: "use tenant '\(failure.name)'")]
            return outcome
        }
        let seconds = Double(clock.monotonicNanoseconds() - start) / 1e9
        try RunSummary(outcomes, seconds: seconds).end(
            common, wasAskedByName: tenant.count == 1 || scopes.count + bad.count == 1)
    }
}
