internal import Analytics
internal import CivilTime
internal import Columnar
internal import Extract
internal import Lake
internal import Tenancy

/// A model's table after it was computed.
struct ModelCommit {
    let model: any AggregateModel
    let table: DeltaTable
    let version: Int64
}

extension Ingestion {
    /// Computes the platform's models from the versions that were just extracted.
    func aggregate(
        _ catalog: DatasetCatalog, _ asOf: Instant, _ recorder: inout RunRecorder
    ) throws -> [ModelCommit] {
        let scope = session.scope
        let context = AggregateContext(tenant: scope.id.text, calendar: scope.tenant.calendar, asOf: asOf)
        let models = ModelCatalogue.models(platform: scope.tenant.platform.text)
        var commits: [ModelCommit] = []
        for dataset in catalog.datasets {
            let own = models.filter { $0.dataset == dataset.name.text }
            guard !own.isEmpty else { continue }
            let runner = ModelRunner(own, context: context)
            let raw = TableAddress(.raw, dataset.name, of: scope, in: session.project.layout)
            try session.project.table(raw).snapshot().forEachBatch(columns: runner.columns) { try runner.add($0) }
            for (model, rows) in try runner.finish() {
                commits.append(try write(rows, of: model, read: runner.rowCount, &recorder))
            }
        }
        return commits
    }

    private func write(
        _ rows: ColumnBatch, of model: any AggregateModel, read: Int64, _ recorder: inout RunRecorder
    ) throws -> ModelCommit {
        let address = TableAddress(
            .aggregates, try ResourceName(model.name), of: session.scope, in: session.project.layout)
        let table = session.project.table(address)
        let change = self.change(of: model.name, schema: rows.schema, recorder.run)
        let commit = try table.write(change) { try $0.write(rows) }
        recorder.counts.append(
            TableCount(
                table: address.name, rowsRead: read, rowsWritten: Int64(rows.rowCount), rowsRejected: 0,
                version: commit.version, isUnchanged: commit.isUnchanged))
        progress(
            .aggregated(
                tenant: session.scope.id.text, table: address.name, rows: Int64(rows.rowCount),
                unchanged: commit.isUnchanged))
        return ModelCommit(model: model, table: table, version: commit.version)
    }

    /// The change that puts a run's rows in the place of a table's old ones, once.
    func change(of application: String, schema: Schema, _ run: RunRecord) -> TableChange {
        var change = TableChange(
            .overwrite, schema: schema,
            transaction: DeltaTransaction(application: application, version: run.edition), run: run.id)
        change.engine = "almanac/\(EngineVersion.text)"
        change.keepsUnchanged = true
        return change
    }
}
