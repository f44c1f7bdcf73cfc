package import CivilTime
internal import Effects
internal import Report
package import Scheduling
internal import Tenancy

/// Runs what is due, once.
///
/// (1) One tick at a time: a second one finds the first at work and leaves.
/// (2) An occurrence is in the ledger before any work on it.
/// (3) One that was taken by a tick that died is run again; runs are idempotent.
/// (4) The window moves on only after all of it is settled.
package struct Tick {
    /// What a tick did.
    package struct Outcome: Sendable {
        /// The occurrences that ran, with what became of them.
        package var ran: [(occurrence: Occurrence, outcome: OccurrenceOutcome)] = []
        /// How many were passed over by their schedule's policy.
        package var missedCount = 0
        /// The requests that waited in tenants' tables, with what became of them.
        package var answered: [AnsweredRequest] = []
        /// What the tenants' runs said.
        package var tenants: [TenantOutcome] = []
        /// Tenants whose file is not right; nothing could be scheduled for them.
        package var failures: [Failure] = []
        /// Whether this was the project's first tick, which only notes the time.
        package var isFirst = false
    }

    private let project: Project
    private let ledger: any LedgerStore
    private let holder: String
    private let workers: Int
    private let progress: @Sendable (RunEvent) -> Void

    package init(
        in project: Project, ledger: any LedgerStore, holder: String, workers: Int,
        progress: @escaping @Sendable (RunEvent) -> Void
    ) {
        self.project = project
        self.ledger = ledger
        self.holder = holder
        self.workers = workers
        self.progress = progress
    }

    /// - Parameter since: where the window begins, in place of the last tick.
    package func run(since: Instant? = nil) throws(Failure) -> Outcome {
        do {
            let store = project.environment.store
            try store.makeFolder(project.layout.stateFolder)
            guard let lock = try store.lock(project.layout.tickLock) else {
                throw Failure(.busy, "another tick is at work", remedy: "wait for it")
            }
            defer { lock.release() }
            return try work(since)
        } catch {
            throw Failure(classifying: error, doing: "run what is due")
        }
    }

    private func work(_ since: Instant?) throws -> Outcome {
        var outcome = Outcome()
        let now = project.environment.now
        let schedules = try ScheduleReader.read(
            text: try project.environment.store.text(of: project.layout.schedules), file: "cron/schedules.yaml",
            zones: project.environment.zones)
        let last = try since ?? ledger.lastTick().map { Instant(microsecondsSinceEpoch: $0) }
        outcome.isFirst = last == nil
        let (scopes, failures) = try project.scopes([])
        outcome.failures = failures.map { Failure(classifying: $0.error, doing: "schedule tenant '\($0.name)'") }
        let due = DueFinder.due(schedules, tenants: scopes.map(\.tenant), from: last ?? now, to: now)
        var batches: [Batch: [Occurrence]] = [:]
        for occurrence in due.occurrences {
            guard try take(occurrence, now) else { continue }
            if case .missed = occurrence.disposition {
                try ledger.settle(OccurrenceRecord(occurrence), .missed, run: nil)
                outcome.missedCount += 1
            } else if let scope = scopes.first(where: { $0.id == occurrence.tenant }) {
                let period = occurrence.isReconciliation ? "" : try period(of: occurrence, scope)
                let batch = Batch(
                    report: occurrence.report.text, period: period, reconciles: occurrence.isReconciliation)
                batches[batch, default: []].append(occurrence)
            }
        }
        for batch in batches.keys.sorted() { try run(batch, batches[batch] ?? [], scopes, &outcome) }
        answerRequests(of: scopes, &outcome)
        try ledger.advanceTick(to: now.microsecondsSinceEpoch)
        return outcome
    }

    /// Answers what people have asked for in their applications' tables; a table that can't be used holds up no other.
    private func answerRequests(of scopes: [TenantScope], _ outcome: inout Outcome) {
        let desk = RequestDesk(in: project, ledger: ledger, holder: holder, progress: progress)
        for scope in scopes where scope.tenant.requests != nil {
            do throws(Failure) {
                try desk.answer(scope) { outcome.answered.append($0) }
            } catch {
                outcome.failures.append(error)
            }
        }
    }

    /// Occurrences that are made by the same call.
    private struct Batch: Hashable, Comparable {
        let report: String
        let period: String
        /// Whether lakes are compared with their sources, and no report is made.
        let reconciles: Bool

        /// Comparisons come first: reports say what they found.
        static func < (left: Batch, right: Batch) -> Bool {
            if left.reconciles != right.reconciles { return left.reconciles }
            return (left.period, left.report) < (right.period, right.report)
        }
    }

    /// Whether an occurrence is this tick's to settle: new, or taken by one that died.
    private func take(_ occurrence: Occurrence, _ now: Instant) throws(LedgerError) -> Bool {
        let record = OccurrenceRecord(occurrence)
        if try ledger.take(record, at: now.microsecondsSinceEpoch) { return true }
        return try ledger.outcome(of: record) == .taken
    }

    /// The last period that was complete at the instant that the schedule names, not at the one of the tick.
    private func period(of occurrence: Occurrence, _ scope: TenantScope) throws -> String {
        let definitions = try PlatformDefinitions(
            folder: project.layout.reports(of: occurrence.platform), store: project.environment.store)
        let grain = try definitions.report(occurrence.report.text).grain
        return scope.tenant.calendar.lastComplete(grain, asOf: occurrence.nominal).name
    }

    private func run(
        _ batch: Batch, _ occurrences: [Occurrence], _ scopes: [TenantScope], _ outcome: inout Outcome
    ) throws {
        var request = BatchRequest(holder: holder)
        request.reconciles = batch.reconciles
        request.makesReports = !batch.reconciles
        if !batch.reconciles {
            request.reports = [batch.report]
            request.period = batch.period
        }
        request.workers = workers
        let tenants = scopes.filter { scope in occurrences.contains { $0.tenant == scope.id } }
        let results = BatchRun(request, in: project, ledger: ledger, progress: progress).run(tenants)
        for result in results {
            for occurrence in occurrences where occurrence.tenant.text == result.tenant {
                let end: OccurrenceOutcome = result.failures.isEmpty ? .done : .failed
                try ledger.settle(OccurrenceRecord(occurrence), end, run: result.editions.first?.run.id)
                outcome.ran.append((occurrence, end))
            }
        }
        outcome.tenants += results
    }
}

extension OccurrenceRecord {
    init(_ occurrence: Occurrence) {
        self.init(
            tenant: occurrence.tenant.text, schedule: "\(occurrence.schedule)@\(occurrence.version)",
            nominal: occurrence.nominal.microsecondsSinceEpoch)
    }
}
