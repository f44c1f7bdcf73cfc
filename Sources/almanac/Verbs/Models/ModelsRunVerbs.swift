internal import ArgumentParser
internal import CivilTime
internal import Configuration
internal import Effects
internal import Models
internal import Runs
internal import Tenancy

struct ModelsRunVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Compute the models of the lake as it is, without a look at the sources, and publish.",
        discussion: """
            What has not changed is not computed: 'almanac models plan' says what would be, and why.

            Examples:
              almanac models run
              almanac models run --tenant harbour-records --full
              almanac models run --tenant ua --json
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var location: ProjectOptions

    @Option(name: .long, help: "Only this tenant; may be given several times.")
    var tenant: [String] = []

    @Flag(name: .long, help: "Compute everything anew.")
    var full = false

    @Flag(name: .long, help: "Wait for a tenant that another process works on.")
    var waitLock = false

    private struct Answer: Encodable {
        struct Tenant: Encodable {
            let tenant: String
            let failures: [String]
        }
        let tenants: [Tenant]
    }

    func run() throws {
        Interruption.listen()
        let project = try location.open(common)
        let ledger = try project.openLedger()
        let (scopes, bad) = try project.scopes(tenant)
        var request = BatchRequest(holder: BatchOptions.holder("models run"))
        request.ingests = false
        request.makesReports = false
        request.rebuildsModels = full
        request.waitsForLock = waitLock
        let console = common.console
        let outcomes = BatchRun(request, in: project, ledger: ledger) { event in
            if case .aggregated(let tenant, let table, let rows, let isUnchanged) = event, !console.isJSON {
                console.note("\(tenant)  \(table)  \(isUnchanged ? "unchanged" : "\(rows) rows")")
            }
        }.run(scopes)
        let failed = outcomes.filter { !$0.failures.isEmpty }
        if common.json {
            try console.answer(
                json: Answer(
                    tenants: outcomes.map { .init(tenant: $0.tenant, failures: $0.failures.map(\.description)) }))
        } else {
            for failure in failed.flatMap(\.failures) { console.show(failure) }
            console.answer("\(outcomes.count - failed.count) tenants done, \(failed.count + bad.count) failed")
        }
        try report(bad, common)
        guard let first = failed.first?.failures.first else { return }
        throw ExitCode(scopes.count == 1 ? first.cause.exitCode : 1)
    }
}

struct ModelsTestVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Hold the models of the lake to their tests; nothing is computed or published.",
        discussion: """
            Examples:
              almanac models test
              almanac models test sales_daily --tenant harbour-records
              almanac models test --tenant ua --json
            The exit code is 65 where a test does not hold.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var location: ProjectOptions

    @Option(name: .long, help: "Only this tenant; may be given several times.")
    var tenant: [String] = []

    @Argument(help: "Models by name; else all.")
    var models: [String] = []

    private struct Line: Encodable {
        let tenant: String
        let model: String
        let tests: Int
        let failures: [Failed]
        struct Failed: Encodable {
            let test: String
            let rows: Int64
            let example: String
        }
    }

    func run() throws {
        var lines: [Line] = []
        let tenants = try ModelledTenants(tenant, models, location, common)
        let isWhole = try tenants.inspect { scope, inspection in
            for (model, failures) in try inspection.tests(of: models) {
                guard let failures else { continue }
                lines.append(
                    Line(
                        tenant: scope.id.text, model: model.name, tests: model.tests.count,
                        failures: failures.map { .init(test: $0.test, rows: $0.rowCount, example: $0.example) }))
            }
        }
        let failed = lines.filter { !$0.failures.isEmpty }
        if common.json {
            try common.console.answer(json: ["models": lines])
        } else {
            for line in failed {
                for failure in line.failures {
                    common.console.error(
                        "\(common.console.alarm("FAIL")) \(line.tenant) \(line.model): \(failure.test) — \(failure.rows) rows"
                    )
                    let question = failure.example.replacing("'", with: "'\\''")
                    common.console.error("  try  almanac query --tenant \(line.tenant) '\(question)'")
                }
            }
            let count = lines.reduce(0) { $0 + $1.tests }
            common.console.answer(
                "\(count) tests of \(lines.count) models, \(failed.reduce(0) { $0 + $1.failures.count }) failed")
        }
        if !failed.isEmpty { throw ExitCode(65) }
        if !isWhole { throw ExitCode(1) }
    }
}

struct ModelsPlanVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Say which models would be computed, why, how much is read and how long it takes.",
        discussion: """
            Examples:
              almanac models plan
              almanac models plan sales_daily --tenant harbour-records
              almanac models plan --tenant ua --json
            Bytes are those of the files, of which only the columns are read that a model names; seconds are the mean of the \
            last runs. A model that 'perhaps' is computed depends on what comes out of others before it.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var location: ProjectOptions

    @Option(name: .long, help: "Only this tenant; may be given several times.")
    var tenant: [String] = []

    @Argument(help: "Models by name; else all.")
    var models: [String] = []

    private struct Line: Encodable {
        let tenant: String
        let model: String
        let computes: String
        let reason: String
        let awaits: [String]
        let bytes: Int64
        let seconds: Double?

        init(_ planned: ModelInspection.PlannedModel, tenant: String) {
            let (awaits, isIdle) = (planned.awaits, planned.recomputation == .nothing)
            (self.tenant, model, bytes) = (tenant, planned.model.name, planned.bytes)
            self.awaits = awaits
            computes = isIdle && !awaits.isEmpty ? "perhaps" : ModelsPlanVerb.words(planned.recomputation)
            let own = planned.recomputation?.reason ?? "computed where it is read"
            let others = "\(awaits.joined(separator: ", ")) \(awaits.count == 1 ? "is" : "are") computed before it"
            reason = awaits.isEmpty ? own : isIdle ? others : "\(own); \(others)"
            seconds = isIdle && awaits.isEmpty ? 0 : planned.milliseconds.map { Double($0) / 1_000 }
        }
    }

    func run() throws {
        var lines: [Line] = []
        let tenants = try ModelledTenants(tenant, models, location, common)
        let isWhole = try tenants.inspect { scope, inspection in
            lines += try inspection.plan(models).map { Line($0, tenant: scope.id.text) }
        }
        try print(lines)
        if !isWhole { throw ExitCode(1) }
    }

    private func print(_ lines: [Line]) throws {
        if common.json { return try common.console.answer(json: ["plan": lines]) }
        var table = TextTable([
            ("TENANT", .left), ("MODEL", .left), ("COMPUTES", .left), ("READS", .right), ("SECONDS", .right),
            ("WHY", .left),
        ])
        for line in lines {
            let seconds = line.seconds.map { String(Double(Int64($0 * 1_000)) / 1_000) } ?? "–"
            table.add([line.tenant, line.model, line.computes, "\(line.bytes >> 10) KiB", seconds, line.reason])
        }
        for line in table.lines { common.console.answer(line) }
    }

    fileprivate static func words(_ recomputation: Recomputation?) -> String {
        switch recomputation {
        case nil: "view"
        case .nothing?: "nothing"
        case .all?: "all"
        case .buckets(let ranges, _)?:
            ranges.map { "\($0.lowerBound)..\($0.upperBound)" }.joined(separator: " ")
        }
    }
}
