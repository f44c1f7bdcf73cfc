internal import CivilTime
internal import Effects
internal import Lake
internal import Models
internal import Query
internal import Report
internal import Tenancy

/// The rows of a platform's models for an edition: stored ones as they lie in the lake, views computed of pinned versions.
struct EditionModels {
    let graph: ModelGraph
    private let tables: PinnedTables
    private let engine: ModelEngine

    /// - Parameter versions: of each table, by its name such as `aggregates/sales_daily`.
    init(_ graph: ModelGraph, versions: [String: Int64], of scope: TenantScope, in project: Project) throws {
        self.graph = graph
        tables = PinnedTables()
        for (name, version) in versions {
            let parts = name.split(separator: "/").map(String.init)
            guard parts.count == 2, let kind = TableAddress.Kind(rawValue: parts[0]) else { continue }
            let address = TableAddress(kind, try ResourceName(parts[1]), of: scope, in: project.layout)
            tables.pin(parts[1], PinnedTables.Pin(table: project.table(address), version: version))
        }
        var resources = ModelEngine.Resources()
        resources.memoryBytesMax = Int(clamping: max(1, scope.tenant.limits.memoryMebibytes)) << 20
        let folder = "models-" + String(project.environment.random.nextBits(), radix: 36)
        resources.spillPlace = SpillPlace(
            store: project.environment.store,
            folder: project.layout.work(run: try ResourceName(folder), of: scope))
        resources.isCancelled = { Interruption.signal != nil }
        engine = ModelEngine(
            graph, tables: tables, calendar: scope.tenant.calendar, zones: project.environment.zones,
            clock: project.environment.clock, resources)
    }

    /// The rows of a model; nil where it is stored and was not computed yet.
    ///
    /// - Parameter parameters: what a view is computed with; a stored model has its own.
    func table(of model: ModelDefinition, _ parameters: ModelParameters) throws -> ModelTable? {
        guard model.isStored else {
            let found = try engine.table(of: model, parameters)
            return ModelTable(batches: found.batches, version: nil)
        }
        guard let pin = tables.pin(of: model.name), let snapshot = try tables.snapshot(model.name) else { return nil }
        var table = ModelTable(batches: [], version: pin.version)
        try snapshot.forEachBatch { table.batches.append($0) }
        return table
    }

    /// The tables that some models are read from, by their names such as `raw/orders`: what a receipt names.
    func tableNames(of models: [ModelDefinition]) -> [String] {
        var names: Set<String> = []
        for model in models {
            if model.isStored {
                names.insert("\(TableAddress.Kind.aggregates.rawValue)/\(model.name)")
            } else {
                let inputs = graph.storedInputs(of: model)
                names.formUnion(inputs.datasets.map { "\(TableAddress.Kind.raw.rawValue)/\($0)" })
                names.formUnion(inputs.models.map { "\(TableAddress.Kind.aggregates.rawValue)/\($0)" })
            }
        }
        return names.sorted()
    }
}
