internal import CivilTime
internal import Columnar
internal import Effects
internal import Extract
internal import Lake
internal import Models
internal import SystemPackage
internal import Tenancy

/// Brings one tenant's lake up to date: datasets from the source, models from the datasets, files for dashboards.
struct Ingestion {
    let session: TenantSession
    /// The rows of a source that many share, if the tenant's does.
    let shared: SharedRows?
    /// Whether the lake is compared with the source.
    let reconciles: Bool
    /// Whether everything is read, however far the tables have followed their source.
    let rereads: Bool
    /// The canaries of the batch.
    let flock: CanaryFlock
    /// How long the extraction may take.
    let limit: TimeLimit
    /// Whether the tenant's last ingestion ended on the way, so that long datasets are read in chunks.
    let hasFailedBefore: Bool
    /// The models of the tenant's last ingestion, if it ended well: they held to their tests. Nil where it did not.
    let modelsThatHeld: String?
    /// Makes what is written durable, with what others write.
    let sync: @Sendable (SyncGroup.Paths) throws(FileError) -> Void
    /// Told what happens.
    let progress: (RunEvent) -> Void

    private var project: Project { session.project }
    private var scope: TenantScope { session.scope }

    /// What the lake holds after an ingestion: of every table the version that belongs to it.
    struct Outcome {
        let run: RunRecord
        let counts: [TableCount]
    }

    init(
        session: TenantSession, shared: SharedRows?, reconciles: Bool, rereads: Bool, flock: CanaryFlock,
        limit: TimeLimit, sync: @escaping @Sendable (SyncGroup.Paths) throws(FileError) -> Void,
        progress: @escaping (RunEvent) -> Void
    ) throws(Failure) {
        self.session = session
        self.shared = shared
        self.reconciles = reconciles
        self.rereads = rereads
        self.flock = flock
        self.limit = limit
        self.sync = sync
        self.progress = progress
        do {
            let last = try session.ledger.ingestions(tenant: session.scope.id.text, limit: 1).first
            modelsThatHeld = last?.state == .done ? last?.fingerprint : nil
            hasFailedBefore =
                last.map { run in
                    run.state == .unknown
                        || run.state == .failed && [.unavailable, .busy, .interrupted].contains(run.cause)
                } ?? false
        } catch {
            throw Failure(classifying: error, doing: "read the ledger of tenant '\(session.scope.id)'")
        }
    }

    func run() throws(Failure) -> Outcome {
        do {
            let catalog = try project.datasets(of: scope.tenant.platform)
            let graph = try project.models(of: scope.tenant.platform)
            let sequence = try session.ledger.nextSequence(under: session.lease)
            // Read before the source's snapshot is taken: everything committed up to now is in it.
            var asOf = project.environment.now
            if case .share(_, _, _, let instant)? = shared { asOf = instant }
            let record = RunRecord(
                id: RunIdentity.id(
                    tenant: scope.id.text, subject: RunRecord.ingestion, definition: try definitionHash(), period: "",
                    edition: sequence),
                kind: .ingest, tenant: scope.id.text, subject: RunRecord.ingestion, period: "", edition: sequence,
                startedAt: asOf.microsecondsSinceEpoch, fingerprint: graph.fingerprint)
            var recorder = try RunRecorder(record, stages: [.extract, .aggregate, .publish], in: session)
            var models: [PublishedModel] = []
            try recorder.perform { stage, recorder throws in
                switch stage {
                case .extract: try extractInTime(catalog, asOf, &recorder)
                case .aggregate: models = try aggregate(graph, asOf, &recorder)
                case .publish: try publish(models, asOf)
                case .render: break
                }
            }
            return Outcome(run: recorder.run, counts: recorder.counts)
        } catch {
            throw Failure(classifying: error, doing: "bring the lake of tenant '\(scope.id)' up to date")
        }
    }

    /// Computes the models of the lake as the last whole run left it, without a look at the source, and publishes them.
    ///
    /// - Parameter rebuilds: whether everything is computed anew, whatever has changed.
    func recompute(rebuilds: Bool) throws(Failure) -> Outcome {
        do {
            let graph = try project.models(of: scope.tenant.platform)
            guard let last = try session.ledger.lastIngestion(tenant: scope.id.text) else {
                throw Failure(
                    .unavailable, "there is no data of tenant '\(scope.id)' in the lake yet",
                    remedy: "almanac run --tenant \(scope.id)")
            }
            let asOf = Instant(microsecondsSinceEpoch: last.startedAt)
            let sequence = try session.ledger.nextSequence(under: session.lease)
            let record = RunRecord(
                id: RunIdentity.id(
                    tenant: scope.id.text, subject: RunRecord.ingestion, definition: try definitionHash(), period: "",
                    edition: sequence),
                kind: .ingest, tenant: scope.id.text, subject: RunRecord.ingestion, period: "", edition: sequence,
                startedAt: last.startedAt, fingerprint: graph.fingerprint)
            var recorder = try RunRecorder(record, stages: [.aggregate, .publish], in: session)
            recorder.counts = try session.ledger.counts(of: last.id).filter {
                $0.table.hasPrefix(TableAddress.Kind.raw.rawValue + "/")
            }
            var models: [PublishedModel] = []
            try recorder.perform { stage, recorder throws in
                switch stage {
                case .aggregate: models = try aggregate(graph, asOf, &recorder, rebuilds: rebuilds)
                case .publish: try publish(models, asOf)
                case .extract, .render: break
                }
            }
            return Outcome(run: recorder.run, counts: recorder.counts)
        } catch {
            throw Failure(classifying: error, doing: "compute the models of tenant '\(scope.id)'")
        }
    }

    /// What the source says when a statement was ended for its time is not why the tenant failed.
    private func extractInTime(_ catalog: DatasetCatalog, _ asOf: Instant, _ recorder: inout RunRecorder) throws {
        do {
            try extract(catalog, asOf, &recorder)
        } catch {
            throw limit.isOver ? limit.failure : error
        }
    }

    private func definitionHash() throws -> String {
        let path = project.layout.reports(of: scope.tenant.platform).appending(DatasetCatalog.file)
        return RunIdentity.hash([(DatasetCatalog.file, try project.environment.store.contents(of: path))])
    }
}
