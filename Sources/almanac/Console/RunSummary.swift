internal import ArgumentParser
internal import Effects
internal import Runs

/// What a batch did in all, and the exit code that follows from it.
struct RunSummary {
    private let outcomes: [TenantOutcome]
    private let seconds: Double

    init(_ outcomes: [TenantOutcome], seconds: Double) {
        self.outcomes = outcomes
        self.seconds = seconds
    }

    /// Says it, and throws the exit code if something failed.
    /// - Parameter wasAskedByName: whether one tenant alone was meant: then its cause decides the code.
    func end(_ common: CommonOptions, wasAskedByName: Bool) throws {
        let failed = outcomes.filter { !$0.failures.isEmpty }
        let code = exitCode(failed, wasAskedByName: wasAskedByName)
        if common.json {
            try common.console.answer(json: answer(failed, code))
        } else {
            for line in lines(failed) { common.console.answer(line) }
            for (failure, tenants) in grouped(failed) {
                common.console.show(failure)
                if tenants.count > 1 {
                    common.console.error("  also   \(tenants.count - 1) more tenants, for the same reason")
                }
            }
        }
        if code != 0 { throw ExitCode(code) }
    }

    private func lines(_ failed: [TenantOutcome]) -> [String] {
        let done = outcomes.count - failed.count
        let editions = outcomes.flatMap(\.editions)
        let made = editions.filter { !$0.isUnchanged }
        let bytes = made.flatMap(\.artefacts).reduce(0) { $0 + $1.size }
        var lines = [
            "\(done) \(done == 1 ? "tenant" : "tenants") done, \(failed.count) failed  \(RunProgress.seconds(seconds))",
            "  read \(outcomes.reduce(0) { $0 + $1.rowsRead }) rows; \(made.count) reports made (\(bytes / 1_024) KiB), "
                + "\(editions.count - made.count) unchanged; nothing was sent",
        ]
        if editions.count <= 3 {
            lines += editions.flatMap(\.artefacts).map { "  \($0.path)" }
        }
        return lines
    }

    /// Failures that are alike for many tenants, told once with a count: those with one reason, whichever tenant it names.
    private func grouped(_ failed: [TenantOutcome]) -> [(failure: Failure, tenants: [String])] {
        struct Reason: Hashable {
            let cause: CauseCode
            let why: String
        }
        var groups: [(failure: Failure, tenants: [String])] = []
        var places: [Reason: Int] = [:]
        for outcome in failed {
            for failure in outcome.failures {
                let reason = failure.why.map { why in
                    Reason(cause: failure.cause, why: why.replacing("'\(outcome.tenant)'", with: "'…'"))
                }
                if let place = reason.flatMap({ places[$0] }) {
                    groups[place].tenants.append(outcome.tenant)
                    continue
                }
                if let reason { places[reason] = groups.count }
                groups.append((failure, [outcome.tenant]))
            }
        }
        return groups
    }

    private func exitCode(_ failed: [TenantOutcome], wasAskedByName: Bool) -> Int32 {
        if let signal = Interruption.signal { return 128 + signal }
        guard let first = failed.first?.failures.first else { return 0 }
        return wasAskedByName ? first.cause.exitCode : 1
    }

    private func answer(_ failed: [TenantOutcome], _ code: Int32) -> Answer {
        Answer(
            event: "run.done", tenants: outcomes.count, failed: failed.map(\.tenant),
            rowsRead: outcomes.reduce(0) { $0 + $1.rowsRead }, exit: code)
    }

    private struct Answer: Encodable {
        let event: String
        let tenants: Int
        let failed: [String]
        let rowsRead: Int64
        let exit: Int32
    }
}
