internal import Analytics
internal import CivilTime
internal import Columnar
internal import Effects
internal import Extract
internal import Lake
internal import SystemPackage
internal import Tenancy

/// Brings one tenant's lake up to date: datasets from the source, models from the datasets, files for dashboards.
struct Ingestion {
    let session: TenantSession
    /// The rows of a source that many share, if the tenant's does.
    var shared: SharedRows?
    /// Whether the lake is compared with the source.
    var reconciles = false
    /// Whether everything is read, however far the tables have followed their source.
    var rereads = false
    /// Told what happens.
    let progress: (RunEvent) -> Void

    private var project: Project { session.project }
    private var scope: TenantScope { session.scope }

    /// What the lake holds after an ingestion: of every table the version that belongs to it.
    struct Outcome {
        let run: RunRecord
        let counts: [TableCount]
    }

    func run() throws(Failure) -> Outcome {
        do {
            let catalog = try DatasetCatalog(
                platform: scope.tenant.platform, layout: project.layout, store: project.environment.store)
            let sequence = try session.ledger.nextSequence(under: session.lease)
            // Read before the source's snapshot is taken: everything committed up to now is in it.
            var asOf = project.environment.now
            if case .share(_, _, _, let instant)? = shared { asOf = instant }
            let record = RunRecord(
                id: RunIdentity.id(
                    tenant: scope.id.text, subject: "datasets", definition: try definitionHash(), period: "",
                    edition: sequence),
                kind: .ingest, tenant: scope.id.text, subject: "datasets", period: "", edition: sequence,
                startedAt: asOf.microsecondsSinceEpoch)
            var recorder = try RunRecorder(record, stages: [.extract, .aggregate, .publish], in: session)
            var models: [ModelCommit] = []
            try recorder.perform { stage, recorder throws in
                switch stage {
                case .extract: try extract(catalog, asOf, &recorder)
                case .aggregate: models = try aggregate(catalog, asOf, &recorder)
                case .publish: try publish(models, asOf)
                case .render: break
                }
            }
            return Outcome(run: recorder.run, counts: recorder.counts)
        } catch {
            throw Failure(classifying: error, doing: "bring the lake of tenant '\(scope.id)' up to date")
        }
    }

    private func definitionHash() throws -> String {
        let path = project.layout.reports(of: scope.tenant.platform).appending(DatasetCatalog.file)
        return RunIdentity.hash([(DatasetCatalog.file, try project.environment.store.contents(of: path))])
    }
}
