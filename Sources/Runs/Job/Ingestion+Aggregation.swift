internal import CivilTime
internal import Columnar
internal import Effects
internal import Lake
internal import Models
internal import Tenancy

extension Ingestion {
    /// Keeps the platform's stored models, each behind those that it reads, with the versions of this run.
    ///
    /// - Parameter rebuilds: whether everything is computed anew, whatever has changed.
    /// - Returns: what is to be published.
    func aggregate(
        _ graph: ModelGraph, _ asOf: Instant, _ recorder: inout RunRecorder, rebuilds: Bool = false
    ) throws -> [PublishedModel] {
        guard graph.models.contains(where: { $0.isStored || $0.isPublished }) else { return [] }
        var workshop = ModelWorkshop(graph, session.scope, session.project, asOf: asOf)
        try workshop.pin(recorder.counts, session.scope, session.project)
        let limit = limit
        workshop.limit(run: try ResourceName(recorder.run.id)) { Interruption.signal != nil || limit.isOver }
        for step in graph.steps { try store(step, workshop, &recorder, rebuilds: rebuilds) }
        // Behind all of them: a test may read a table that does not come before its model.
        let isAsTested = modelsThatHeld == graph.fingerprint
        for model in graph.order where !isAsTested || mayHaveChanged(model, graph, recorder.counts) {
            try limit.check()
            try test(model, workshop)
        }
        return try published(workshop)
    }

    /// A model whose change is staged.
    private struct Computed {
        let model: ModelDefinition
        let table: DeltaTable
        let staged: ModelMaterializer.Staged
        let rowsRead: Int64
        let milliseconds: Int64
    }

    /// Computes models that do not read each other; their tables become durable together.
    ///
    /// One that fails takes nothing from the others. The first failure is told, also where the others can't be committed.
    private func store(
        _ models: [ModelDefinition], _ workshop: ModelWorkshop, _ recorder: inout RunRecorder, rebuilds: Bool
    ) throws {
        let batch = CommitBatch(sync)
        var computed: [Computed] = []
        var failure: (any Error)?
        for model in models {
            do {
                try limit.check()
                computed.append(try compute(model, workshop, recorder.run, batch, rebuilds: rebuilds))
            } catch {
                failure = failure ?? error
            }
        }
        do {
            try batch.commit()
            for model in computed { try note(model, workshop, &recorder) }
        } catch {
            failure = failure ?? error
        }
        if let failure { throw failure }
    }

    private func compute(
        _ model: ModelDefinition, _ workshop: ModelWorkshop, _ run: RunRecord, _ batch: CommitBatch, rebuilds: Bool
    ) throws -> Computed {
        let address = TableAddress(
            .aggregates, try ResourceName(model.name), of: session.scope, in: session.project.layout)
        let table = session.project.table(address)
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        let staged = try workshop.materializer.stage(
            model, in: table, change(of: model.name, schema: Schema([]), run), batch, rebuilds: rebuilds)
        let isComputed = staged.recomputation != .nothing
        let inputs = workshop.engine.graph.storedInputs(of: model)
        let rowsRead = try (isComputed ? inputs.datasets + inputs.models : []).reduce(Int64(0)) { total, name in
            total + (try workshop.tables.snapshot(name)?.rowCount ?? 0)
        }
        return Computed(
            model: model, table: table, staged: staged, rowsRead: rowsRead,
            milliseconds: isComputed ? Int64((clock.monotonicNanoseconds() - start) / 1_000_000) : 0)
    }

    private func note(_ computed: Computed, _ workshop: ModelWorkshop, _ recorder: inout RunRecorder) throws {
        let outcome = try computed.staged.outcome()
        let address = computed.table.address
        workshop.tables.pin(
            computed.model.name, PinnedTables.Pin(table: computed.table, version: outcome.version))
        recorder.counts.append(
            TableCount(
                table: address.name, rowsRead: computed.rowsRead, rowsWritten: outcome.rowCount, rowsRejected: 0,
                version: outcome.version, isUnchanged: outcome.isUnchanged, milliseconds: computed.milliseconds))
        progress(
            .aggregated(
                tenant: session.scope.id.text, table: address.name, rows: outcome.rowCount,
                unchanged: outcome.isUnchanged))
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
