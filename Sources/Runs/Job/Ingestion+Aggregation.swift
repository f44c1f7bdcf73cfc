internal import CivilTime
internal import Columnar
internal import Effects
internal import Extract
internal import Lake
internal import Models
internal import Query
internal import SystemPackage
internal import Tenancy

/// A model's table after it was computed.
struct ModelCommit {
    let model: ModelDefinition
    let table: DeltaTable
    let version: Int64
}

extension Ingestion {
    /// Computes the platform's stored models, each behind those that it reads, from the versions of this run.
    func aggregate(
        _ graph: ModelGraph, _ asOf: Instant, _ recorder: inout RunRecorder
    ) throws -> [ModelCommit] {
        let scope = session.scope
        guard graph.models.contains(where: \.isStored) else { return [] }
        let tables = try pinnedDatasets(recorder)
        let engine = ModelEngine(
            graph, tables: tables, calendar: scope.tenant.calendar, zones: session.project.environment.zones,
            clock: session.project.environment.clock, try resources(of: recorder.run))
        var commits: [ModelCommit] = []
        for model in graph.order where model.isStored {
            try limit.check()
            let commit = try compute(model, engine, tables, asOf, &recorder)
            tables.pin(model.name, PinnedTables.Pin(table: commit.table, version: commit.version))
            commits.append(commit)
        }
        return commits
    }

    /// The datasets, each at the version that this run has put there or found.
    private func pinnedDatasets(_ recorder: RunRecorder) throws -> PinnedTables {
        let tables = PinnedTables()
        for count in recorder.counts {
            let parts = count.table.split(separator: "/").map(String.init)
            guard parts.count == 2, parts[0] == TableAddress.Kind.raw.rawValue else { continue }
            let address = TableAddress(
                .raw, try ResourceName(parts[1]), of: session.scope, in: session.project.layout)
            tables.pin(parts[1], PinnedTables.Pin(table: session.project.table(address), version: count.version))
        }
        return tables
    }

    /// What the tenant's limits let a model take. Rows that its memory does not hold go to the run's private folder.
    private func resources(of run: RunRecord) throws -> ModelEngine.Resources {
        var resources = ModelEngine.Resources()
        resources.memoryBytesMax = Int(clamping: max(1, session.scope.tenant.limits.memoryMebibytes)) << 20
        resources.spillPlace = SpillPlace(
            store: session.project.environment.store,
            folder: session.project.layout.work(run: try ResourceName(run.id), of: session.scope).appending("models"))
        let limit = limit
        resources.isCancelled = { Interruption.signal != nil || limit.isOver }
        return resources
    }

    private func compute(
        _ model: ModelDefinition, _ engine: ModelEngine, _ tables: PinnedTables, _ asOf: Instant,
        _ recorder: inout RunRecorder
    ) throws -> ModelCommit {
        let scope = session.scope
        let parameters = ModelParameters(
            wholeHistoryUpTo: asOf, zone: scope.tenant.calendar.zone, currency: scope.tenant.currency)
        let common = CommonColumns(tenant: scope.id.text, calendar: scope.tenant.calendar, asOf: asOf)
        let own = try engine.schema(of: model, parameters)
        let schema = Schema(own.fields + CommonColumns.fields(of: model))
        let address = TableAddress(.aggregates, try ResourceName(model.name), of: scope, in: session.project.layout)
        let table = session.project.table(address)
        var rowsWritten: Int64 = 0
        let commit = try table.write(change(of: model.name, schema: schema, recorder.run)) { writer in
            try engine.forEachBatch(of: model, parameters) { batch in
                rowsWritten += Int64(batch.rowCount)
                try writer.write(try common.adding(to: batch, of: model))
            }
        }
        let inputs = engine.graph.storedInputs(of: model)
        let rowsRead = try (inputs.datasets + inputs.models).reduce(Int64(0)) { total, name in
            total + (try tables.snapshot(name)?.rowCount ?? 0)
        }
        recorder.counts.append(
            TableCount(
                table: address.name, rowsRead: rowsRead, rowsWritten: rowsWritten, rowsRejected: 0,
                version: commit.version, isUnchanged: commit.isUnchanged))
        progress(
            .aggregated(
                tenant: scope.id.text, table: address.name, rows: rowsWritten, unchanged: commit.isUnchanged))
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
