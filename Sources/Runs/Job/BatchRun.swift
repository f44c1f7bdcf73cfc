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
    /// Whether models are computed of the lake as it is, without a look at the sources: true computes everything anew,
    /// false what has changed. Nil: models are computed where the lake is brought up to date.
    package var rebuildsModels: Bool?
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
    /// Values of the reports' parameters, as written on a command line.
    package var parameters: [(name: String, text: String)] = []
    /// The keys of the people whose reports are made, of reports for subjects; empty for all.
    package var subjects: [String] = []
    /// Whether to wait for tenants that another process works on.
    package var waitsForLock = false
    /// How many tenants are worked for at once, slow ones aside.
    package var workers = 2
    /// After how many seconds a tenant is slow: another one's turn comes beside it then.
    package var patienceSeconds = 10.0
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

/// The work for one tenant of a batch.
private struct TenantJob {
    let scope: TenantScope
    /// Its rows, where they were read together with others'.
    let shared: SharedRows?
    let reconciles: Bool
    let flock: CanaryFlock
    let limits: TimeLimits
    /// Makes what is written durable, with what other tenants' jobs write.
    let sync: @Sendable (SyncGroup.Paths) throws(FileError) -> Void
    /// A canary that nobody asked for.
    let isRiding: Bool
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
        self.project = project.readingOnce()
        self.ledger = ledger
        self.progress = progress
    }

    /// Works through the tenants.
    ///
    /// The canaries of their platforms ride along: they are worked for first, whether they were asked for or not.
    ///
    /// - Returns: the outcomes in the order of the scopes; behind them those of canaries that rode along and failed.
    package func run(_ scopes: [TenantScope]) -> [TenantOutcome] {
        // Before there are threads: each takes an arena of the allocator's for itself.
        MemoryAllocator.keepFreedMemory()
        let flock: CanaryFlock
        do {
            flock = request.ingests ? try CanaryFlock(of: project, for: scopes) : CanaryFlock()
        } catch {
            return scopes.map { scope in
                var outcome = TenantOutcome(tenant: scope.id.text)
                outcome.failures = [error]
                progress(.tenantFailed(tenant: scope.id.text, failure: error))
                return outcome
            }
        }
        let all = scopes + flock.riding
        let compared = all.map(isCompared)
        let fanOut = FanOutBatch(
            project: project, coversAllTenants: request.coversAllTenants, canaries: flock.ids, progress: progress)
        // What is compared is read alone: the source is asked for one tenant's sums in the snapshot of its rows.
        let together = all.indices.filter { !compared[$0] && !request.rereads }
        let groups = request.ingests ? fanOut.groups(of: all, among: together) : []
        // Held while rows that were read for many are used; what cannot be removed now is removed another time.
        let lock = groups.isEmpty ? nil : try? fanOut.removeLeftovers()
        defer { lock?.release() }
        let outcomes = Mutex<[TenantOutcome]>(all.map { TenantOutcome(tenant: $0.id.text) })
        let shared = Mutex<[Int: SharedRows]>([:])
        let limits = TimeLimits()
        let syncs = SyncGroup(store: project.environment.store, volumeOf: project.layout.root)
        WorkerPool.run(
            count: groups.count + all.count, workers: request.workers, after: order(all, groups, flock),
            patienceSeconds: request.patienceSeconds, tick: { limits.enforce() }
        ) { piece, pause in
            if piece < groups.count {
                let rows = fanOut.read(together: groups[piece].map { all[$0] })
                shared.withLock { shared in
                    for (index, rows) in zip(groups[piece], rows) { shared[index] = rows }
                }
                return
            }
            let index = piece - groups.count
            let rows = shared.withLock { $0.removeValue(forKey: index) }
            let sync: @Sendable (SyncGroup.Paths) throws(FileError) -> Void = { paths throws(FileError) in
                try pause { () throws(FileError) in try syncs.sync(paths, isAtWork: true) }
            }
            let job = TenantJob(
                scope: all[index], shared: rows, reconciles: compared[index], flock: flock, limits: limits, sync: sync,
                isRiding: index >= scopes.count)
            syncs.enter()
            let outcome = work(job)
            syncs.leave()
            outcomes.withLock { $0[index] = outcome }
        }
        let found = outcomes.withLock { $0 }
        return Array(found[..<scopes.count]) + found[scopes.count...].filter { !$0.failures.isEmpty }
    }

    /// Which pieces wait for which others: the readings of shared tables come first, then the tenants. Tenants wait for
    /// their reading and for the canaries of their platform.
    private func order(_ all: [TenantScope], _ groups: [[Int]], _ flock: CanaryFlock) -> [[Int]] {
        var reading: [Int: Int] = [:]
        for (piece, members) in groups.enumerated() { for member in members { reading[member] = piece } }
        var canaries: [String: [Int]] = [:]
        for (index, scope) in all.enumerated() where flock.ids.contains(scope.id.text) {
            canaries[scope.tenant.platform.text, default: []].append(groups.count + index)
        }
        let tenants = all.enumerated().map { index, scope in
            let own = reading[index].map { [$0] } ?? []
            return flock.ids.contains(scope.id.text) ? own : own + (canaries[scope.tenant.platform.text] ?? [])
        }
        return groups.map { _ in [] } + tenants
    }

    private func work(_ job: TenantJob) -> TenantOutcome {
        let scope = job.scope
        var outcome = TenantOutcome(tenant: scope.id.text)
        progress(.tenantStarted(tenant: scope.id.text))
        do {
            try job.flock.checkUnseen(scope)
            let session = try TenantSession(
                scope, of: project, ledger: ledger, holder: request.holder,
                // Several batches have the same canaries, each for a moment.
                waits: request.waitsForLock || job.isRiding)
            if request.ingests {
                let isCanary = job.flock.ids.contains(scope.id.text)
                let limit = job.limits.begin(scope)
                defer { job.limits.end(scope) }
                let ingestion = try Ingestion(
                    session: session, shared: job.shared, reconciles: job.reconciles,
                    rereads: request.rereads || isCanary, flock: job.flock, limit: limit, sync: job.sync,
                    progress: progress
                ).run()
                outcome.rowsRead = ingestion.counts.filter { $0.table.hasPrefix("raw/") }.reduce(0) { $0 + $1.rowsRead }
            }
            if let rebuilds = request.rebuildsModels {
                let limit = job.limits.begin(scope)
                defer { job.limits.end(scope) }
                _ = try Ingestion(
                    session: session, shared: nil, reconciles: false, rereads: false, flock: job.flock, limit: limit,
                    sync: job.sync, progress: progress
                ).recompute(rebuilds: rebuilds)
            }
            let makesReports = request.makesReports && !job.isRiding
            for slug in makesReports ? try slugs(of: scope) : [] { make(slug, session, job.sync, &outcome) }
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
    private func make(
        _ slug: String, _ session: TenantSession, _ sync: @escaping (SyncGroup.Paths) throws(FileError) -> Void,
        _ outcome: inout TenantOutcome
    ) {
        do {
            let job = ReportJob(session: session, sync: sync, progress: progress)
            let asked = EditionRequest(
                period: request.period, formats: request.formats, parameters: request.parameters,
                subjects: request.subjects)
            try job.run(slug, asked) { edition in
                switch edition {
                case .success(let made): outcome.editions.append(made)
                case .failure(let failure): outcome.failures.append(failure)
                }
            }
        } catch {
            outcome.failures.append(error)
        }
    }
}
