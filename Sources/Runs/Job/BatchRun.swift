internal import CivilTime
internal import Effects
internal import Synchronization
package import Tenancy

/// What a batch shall do for each of its tenants.
package struct BatchRequest: Sendable {
    /// The reports by slug; empty for all that the tenant has.
    package var reports: [String] = []
    /// The period; nil for the last complete one of each report.
    package var period: String?
    /// Whether the lake is brought up to date first; an export reads it as it is.
    package var ingests = true
    /// Whether reports are made.
    package var makesReports = true
    /// Whether each tenant's lake is compared with its source, also where that is not due.
    package var reconciles = false
    /// Whether everything is read, however far the tables have followed their source.
    package var rereads = false
    /// Whether the tenants are all that there are: rows of a shared table that are none of theirs are counted then.
    package var coversAllTenants = false
    /// The formats; empty for those of the definition.
    package var formats: [String] = []
    /// Whether to wait for tenants that another process works on.
    package var waitsForLock = false
    /// Threads.
    package var workers = 2
    /// Who holds the tenants meanwhile, as others are told.
    package var holder: String

    package init(holder: String) { self.holder = holder }
}

/// What became of one tenant.
package struct TenantOutcome: Sendable {
    /// The tenant's id.
    package let tenant: String
    /// The editions that were made or found.
    package var editions: [EditionOutcome] = []
    /// Rows read from the source.
    package var rowsRead: Int64 = 0
    /// What went wrong, first thing first; empty where nothing did.
    package var failures: [Failure] = []

    package init(tenant: String) { self.tenant = tenant }
}

/// Does the same for many tenants: what one of them cannot do, the others do all the same.
package struct BatchRun: Sendable {
    private let project: Project
    private let ledger: any LedgerStore
    private let request: BatchRequest
    private let progress: @Sendable (RunEvent) -> Void

    package init(
        _ request: BatchRequest, in project: Project, ledger: any LedgerStore,
        progress: @escaping @Sendable (RunEvent) -> Void
    ) {
        self.request = request
        self.project = project
        self.ledger = ledger
        self.progress = progress
    }

    /// Works through the tenants; the outcomes are in the order of the scopes.
    package func run(_ scopes: [TenantScope]) -> [TenantOutcome] {
        let fanOut = FanOutBatch(project: project, coversAllTenants: request.coversAllTenants, progress: progress)
        let compared = scopes.map(isCompared)
        // What is compared is read alone: the source is asked for one tenant's sums in the snapshot of its rows.
        let together = scopes.indices.filter {
            scopes[$0].tenant.source.isolation.mode == "fan-out" && !compared[$0] && !request.rereads
        }
        let isShared = request.ingests && together.count > 1
        // Held while rows that were read for many are used; what cannot be removed now is removed another time.
        let lock = isShared ? try? fanOut.removeLeftovers() : nil
        defer { lock?.release() }
        let shares = isShared ? fanOut.read(together.map { scopes[$0] }) : [:]
        let shared = Dictionary(uniqueKeysWithValues: shares.map { (together[$0.key], $0.value) })
        let outcomes = Mutex<[TenantOutcome]>(scopes.map { TenantOutcome(tenant: $0.id.text) })
        WorkerPool.run(count: scopes.count, workers: request.workers) { index in
            let outcome = work(scopes[index], shared[index], reconciles: compared[index])
            outcomes.withLock { $0[index] = outcome }
        }
        return outcomes.withLock { $0 }
    }

    private func work(_ scope: TenantScope, _ shared: SharedRows?, reconciles: Bool) -> TenantOutcome {
        var outcome = TenantOutcome(tenant: scope.id.text)
        progress(.tenantStarted(tenant: scope.id.text))
        do {
            let session = try TenantSession(
                scope, of: project, ledger: ledger, holder: request.holder, waits: request.waitsForLock)
            if request.ingests {
                let ingestion = try Ingestion(
                    session: session, shared: shared, reconciles: reconciles, rereads: request.rereads,
                    progress: progress
                ).run()
                outcome.rowsRead = ingestion.counts.filter { $0.table.hasPrefix("raw/") }.reduce(0) { $0 + $1.rowsRead }
            }
            for slug in request.makesReports ? try slugs(of: scope) : [] { make(slug, session, &outcome) }
        } catch {
            outcome.failures.append(error)
        }
        if let failure = outcome.failures.first {
            progress(.tenantFailed(tenant: scope.id.text, failure: failure))
        } else {
            progress(.tenantDone(tenant: scope.id.text))
        }
        return outcome
    }

    /// Whether the tenant's lake is compared with its source: asked for, or due.
    private func isCompared(_ scope: TenantScope) -> Bool {
        guard request.ingests else { return false }
        if request.reconciles { return true }
        guard let seconds = project.reconcileSeconds else { return false }
        // A ledger that cannot be read is told when the tenant is worked for.
        guard let last = try? ledger.lastReconciliation(tenant: scope.id.text) else { return true }
        return Instant(microsecondsSinceEpoch: last).adding(seconds: seconds) <= project.environment.now
    }

    private func slugs(of scope: TenantScope) throws(Failure) -> [String] {
        guard request.reports.isEmpty else { return request.reports }
        return try ReportList.slugs(of: scope, in: project)
    }

    /// One report that fails leaves the tenant's others alone.
    private func make(_ slug: String, _ session: TenantSession, _ outcome: inout TenantOutcome) {
        do {
            let job = ReportJob(session: session, progress: progress)
            outcome.editions.append(try job.run(slug, period: request.period, formats: request.formats))
        } catch {
            outcome.failures.append(error)
        }
    }
}
