internal import ArgumentParser
internal import CivilTime
internal import Effects
internal import Runs
internal import Scheduling
internal import Tenancy

struct TickVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tick", abstract: "Run what is due by cron/schedules.yaml and answer requests, once.",
        discussion: """
            Called by cron every few minutes. The first tick of a project only notes the time.

            Examples:
              almanac tick
              almanac tick --since 2026-11-01T00:00:00Z
              almanac tick --json
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var location: ProjectOptions

    @Option(name: .long, help: "Look from this instant on, in place of the last tick.")
    var since: String?

    @Option(name: .long, help: "How many tenants are worked on at once.")
    var workers = 2

    func run() throws {
        Interruption.listen()
        let project = try location.open(common)
        let start = try since.map { text in
            try classifying("read --since") { try Instant(parsing: text) }
        }
        let tick = Tick(
            in: project, ledger: try project.openLedger(), holder: BatchOptions.holder("tick"), workers: workers,
            progress: RunProgress(common.console).tell)
        let outcome = try tick.run(since: start)
        let failed = outcome.ran.filter { $0.outcome == .failed }
        if common.json {
            try common.console.answer(json: Answer(outcome))
        } else {
            if outcome.isFirst { common.console.note("First tick: looks for what is due from now on") }
            if !outcome.ran.isEmpty || outcome.missedCount > 0 {
                common.console.answer(
                    "\(outcome.ran.count - failed.count) done, \(failed.count) failed, \(outcome.missedCount) passed over"
                )
            }
            for request in outcome.answered { common.console.answer(request.line) }
            for failure in outcome.failures + outcome.tenants.flatMap(\.failures) { common.console.show(failure) }
        }
        if let signal = Interruption.signal { throw ExitCode(128 + signal) }
        if !failed.isEmpty || !outcome.failures.isEmpty || !outcome.answered.allSatisfy(\.isGood) { throw ExitCode(1) }
    }

    private struct Answer: Encodable {
        struct Line: Encodable {
            let tenant: String
            let report: String
            let nominal: String
            let outcome: String
        }

        struct Request: Encodable {
            let tenant: String
            let requests: String
            let key: String
            let answered: Bool
        }

        let ran: [Line]
        let requests: [Request]
        let missed: Int
        let first: Bool
        let failures: [String]

        init(_ outcome: Tick.Outcome) {
            ran = outcome.ran.map {
                Line(
                    tenant: $0.occurrence.tenant.text, report: $0.occurrence.report.text,
                    nominal: $0.occurrence.nominal.description, outcome: $0.outcome.rawValue)
            }
            requests = outcome.answered.map {
                Request(tenant: $0.tenant, requests: $0.contract, key: $0.key, answered: $0.isGood)
            }
            missed = outcome.missedCount
            first = outcome.isFirst
            failures = (outcome.failures + outcome.tenants.flatMap(\.failures)).map(\.description)
        }
    }
}
