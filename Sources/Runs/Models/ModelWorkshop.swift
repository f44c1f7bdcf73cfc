internal import CivilTime
internal import Columnar
internal import Effects
internal import Lake
internal import Models
internal import Query
internal import SystemPackage
internal import Tenancy

/// All that computing one tenant's models takes: the tables at their versions, the engine, what keeps their tables.
struct ModelWorkshop {
    let tables = PinnedTables()
    let parameters: ModelParameters
    private(set) var engine: ModelEngine
    private(set) var materializer: ModelMaterializer
    private let graph: ModelGraph
    private let scope: TenantScope
    private let project: Project

    init(_ graph: ModelGraph, _ scope: TenantScope, _ project: Project, asOf: Instant) {
        self.graph = graph
        self.scope = scope
        self.project = project
        let tenant = scope.tenant
        parameters = ModelParameters(
            wholeHistoryUpTo: asOf, zone: tenant.calendar.zone, currency: tenant.currency)
        (engine, materializer) = Self.tools(graph, tables, scope, project, parameters, ModelEngine.Resources())
    }

    private static func tools(
        _ graph: ModelGraph, _ tables: PinnedTables, _ scope: TenantScope, _ project: Project,
        _ parameters: ModelParameters, _ resources: ModelEngine.Resources
    ) -> (ModelEngine, ModelMaterializer) {
        let calendar = scope.tenant.calendar
        let engine = ModelEngine(
            graph, tables: tables, calendar: calendar, zones: project.environment.zones,
            clock: project.environment.clock, resources)
        let common = CommonColumns(tenant: scope.id.text, calendar: calendar, asOf: parameters.asOf)
        return (
            engine,
            ModelMaterializer(
                engine, tables, common, parameters, engineName: "almanac \(EngineVersion.text)",
                calendarHash: ModelState.hash(
                    of: calendar, currency: scope.tenant.currency,
                    timeZoneData: project.environment.zones.version() ?? ""))
        )
    }

    /// What the tenant's limits let a model take; rows that its memory does not hold go to the run's private folder.
    mutating func limit(run: ResourceName, isCancelled: @escaping @Sendable () -> Bool) {
        var resources = ModelEngine.Resources()
        resources.memoryBytesMax = Int(clamping: max(1, scope.tenant.limits.memoryMebibytes)) << 20
        resources.spillPlace = SpillPlace(
            store: project.environment.store,
            folder: project.layout.work(run: run, of: scope).appending("models"))
        resources.isCancelled = isCancelled
        (engine, materializer) = Self.tools(graph, tables, scope, project, parameters, resources)
    }

    /// A view's rows for the whole history, with the common columns.
    func computed(_ view: ModelDefinition) throws -> (schema: Schema, batches: [ColumnBatch]) {
        let (schema, batches) = try engine.table(of: view, parameters)
        let common = CommonColumns(tenant: scope.id.text, calendar: scope.tenant.calendar, asOf: parameters.asOf)
        return (
            Schema(schema.fields + CommonColumns.fields(of: view)),
            try batches.map { try common.adding(to: $0, of: view) }
        )
    }

    /// Pins tables at the versions that a run has put there or found.
    func pin(_ counts: [TableCount], _ scope: TenantScope, _ project: Project) throws {
        for count in counts {
            let parts = count.table.split(separator: "/").map(String.init)
            guard parts.count == 2, let kind = TableAddress.Kind(rawValue: parts[0]) else { continue }
            let address = TableAddress(kind, try ResourceName(parts[1]), of: scope, in: project.layout)
            tables.pin(parts[1], PinnedTables.Pin(table: project.table(address), version: count.version))
        }
    }
}
