import AlmanacTesting
import CivilTime
import Columnar
import Effects
import Lake
import Models
import Query
import SystemPackage
import Tenancy

/// A lake in memory with a tenant in New York, and orders whose history a test makes.
struct ModelLake {
    let store: SimulatedFileStore
    let clock = SimulatedClock()
    let layout = ProjectLayout(root: "/project")
    let scope: TenantScope
    let random: SeededRandom

    static let schema = Schema([
        Field("id", .int64, isNullable: false), Field("at", .timestamp), Field("kind", .text), Field("amount", .int64),
    ])

    /// A model's file with nothing special about it.
    static let plain = """
        /*---
        version: 1
        description: Orders.
        grain: [id]
        columns:
          id: { type: integer, description: Number. }
        ---*/
        SELECT id FROM orders
        """

    init(seed: UInt64) throws {
        store = SimulatedFileStore(clock: clock)
        random = SeededRandom(seed: seed)
        try store.makeFolder("/project")
        try store.makeFolder(layout.tenants)
        let text = """
            version: 1
            id: acme
            platform: shop
            source: { url: env:SHOP_URL, isolation: schema, schema: acme }
            calendar: { timezone: America/New_York, week_start: sunday }
            locale: en-US
            currency: USD
            """
        try CommittedFile(store: store, random: random).commit(
            Array(text.utf8), to: layout.tenants.appending("acme.yaml"))
        scope = try TenantDirectory(
            layout: layout, store: store, zones: ZoneDatabase(folder: nil, store: DiskFileStore())
        ).scope(named: "acme")
    }

    func table(_ kind: TableAddress.Kind, _ name: String) throws -> DeltaTable {
        DeltaTable(
            at: TableAddress(kind, try ResourceName(name), of: scope, in: layout), store: store, random: random,
            clock: clock)
    }

    /// Orders that come or change, by id, and ids that go.
    func merge(_ rows: [[Scalar]], deleting gone: [Int64] = []) throws {
        var change = MergeChange(key: ["id"], schema: Self.schema)
        change.eventTime = EventTime(column: "at", zone: scope.tenant.calendar.zone)
        try table(.raw, "orders").merge(change) { writer in
            try writer.upsert(try ColumnBatch(schema: Self.schema, rows: rows))
            guard !gone.isEmpty else { return }
            let keys = Schema([Field("id", .int64, isNullable: false)])
            try writer.delete(try ColumnBatch(schema: keys, rows: gone.map { [.int($0)] }))
        }
    }

    /// Keeps the tables of models as a run does; of each what was computed and the version.
    func materialize(
        _ graph: ModelGraph, asOf: Instant, into prefix: String = "", rebuilds: Bool = false,
        only names: [String]? = nil
    ) throws -> [String: ModelMaterializer.Outcome] {
        let calendar = scope.tenant.calendar
        let tables = PinnedTables()
        let orders = try table(.raw, "orders")
        if let version = try orders.latestVersion() {
            tables.pin("orders", PinnedTables.Pin(table: orders, version: version))
        }
        let parameters = ModelParameters(wholeHistoryUpTo: asOf, zone: calendar.zone, currency: "USD")
        let engine = ModelEngine(
            graph, tables: tables, calendar: calendar, zones: TestModels.zones, clock: SystemClock())
        let materializer = ModelMaterializer(
            engine, tables, CommonColumns(tenant: "acme", calendar: calendar, asOf: asOf), parameters,
            engineName: "almanac test", calendarHash: ModelState.hash(of: calendar, currency: "USD", timeZoneData: "1"))
        var outcomes: [String: ModelMaterializer.Outcome] = [:]
        let group = SyncGroup(store: store, volumeOf: nil)
        for step in graph.steps {
            let batch = CommitBatch { paths throws(FileError) in try group.sync(paths) }
            var staged: [(String, DeltaTable, ModelMaterializer.Staged)] = []
            for model in step where names?.contains(model.name) != false {
                let own = try table(.aggregates, prefix + model.name)
                let change = try materializer.stage(
                    model, in: own, TableChange(.overwrite, schema: Schema([])), batch, rebuilds: rebuilds)
                staged.append((model.name, own, change))
            }
            try batch.commit()
            for (name, own, change) in staged {
                let outcome = try change.outcome()
                tables.pin(name, PinnedTables.Pin(table: own, version: outcome.version))
                outcomes[name] = outcome
            }
        }
        return outcomes
    }

    /// A model's rows as texts in one order, without what tells when they were computed.
    func rows(_ name: String) throws -> [String] {
        let snapshot = try table(.aggregates, name).snapshot()
        let columns = snapshot.schema.fields.map(\.name).filter { $0 != "data_as_of" && $0 != "revision" }
        var rows: [String] = []
        try snapshot.forEachBatch(columns: columns) { batch in
            rows += batch.rows.map { $0.map { "\($0)" }.joined(separator: "|") }
        }
        return rows.sorted()
    }
}
