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
        for model in graph.order where model.isStored {
            try limit.check()
            workshop.tables.pin(model.name, try compute(model, workshop, &recorder, rebuilds: rebuilds))
        }
        // Behind all of them: a test may read a table that does not come before its model.
        let isAsTested = modelsThatHeld == graph.fingerprint
        for model in graph.order where !isAsTested || mayHaveChanged(model, graph, recorder.counts) {
            try limit.check()
            try test(model, workshop)
        }
        return try published(workshop)
    }

    private func compute(
        _ model: ModelDefinition, _ workshop: ModelWorkshop, _ recorder: inout RunRecorder, rebuilds: Bool
    ) throws -> PinnedTables.Pin {
        let scope = session.scope
        let address = TableAddress(.aggregates, try ResourceName(model.name), of: scope, in: session.project.layout)
        var table = session.project.table(address)
        table.sync = sync
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        let outcome = try workshop.materializer.materialize(
            model, in: table, change(of: model.name, schema: Schema([]), recorder.run), rebuilds: rebuilds)
        let inputs = workshop.engine.graph.storedInputs(of: model)
        let isComputed = outcome.recomputation != .nothing
        let rowsRead = try (isComputed ? inputs.datasets + inputs.models : []).reduce(Int64(0)) { total, name in
            total + (try workshop.tables.snapshot(name)?.rowCount ?? 0)
        }
        recorder.counts.append(
            TableCount(
                table: address.name, rowsRead: rowsRead, rowsWritten: outcome.rowCount, rowsRejected: 0,
                version: outcome.version, isUnchanged: outcome.isUnchanged,
                milliseconds: isComputed ? Int64((clock.monotonicNanoseconds() - start) / 1_000_000) : 0))
        progress(
            .aggregated(
                tenant: scope.id.text, table: address.name, rows: outcome.rowCount, unchanged: outcome.isUnchanged))
        return PinnedTables.Pin(table: table, version: outcome.version)
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
