import AlmanacTesting
import CivilTime
import Columnar
import Effects
import Lake
import SystemPackage
import Tenancy

/// A lake in memory, with a project and two tenants.
struct TestLake {
    let store: SimulatedFileStore
    let layout = ProjectLayout(root: "/project")
    let clock: SimulatedClock
    let random: SeededRandom

    init(seed: UInt64 = 1) throws {
        clock = SimulatedClock()
        store = SimulatedFileStore(clock: clock)
        random = SeededRandom(seed: seed)
        try store.makeFolder("/project")
    }

    private init(_ store: SimulatedFileStore, _ clock: SimulatedClock, seed: UInt64) {
        self.store = store
        self.clock = clock
        random = SeededRandom(seed: seed)
    }

    /// A lake of its own with the same files at this moment.
    func copy(seed: UInt64) -> TestLake { TestLake(store.copy(), clock, seed: seed) }

    /// The scopes of two tenants, read once.
    private static let scopes = Result { try makeScopes() }

    private static func makeScopes() throws -> [String: TenantScope] {
        let store = SimulatedFileStore()
        let layout = ProjectLayout(root: "/project")
        try store.makeFolder(layout.tenants)
        let zones = ZoneDatabase(folder: nil, store: DiskFileStore())
        var scopes: [String: TenantScope] = [:]
        for tenant in ["acme", "bolt"] {
            let text = """
                version: 1
                id: \(tenant)
                platform: nexus
                source: { url: env:NEXUS_URL, isolation: schema, schema: t_\(tenant) }
                calendar: { timezone: America/New_York }
                locale: en-US
                currency: USD
                """
            try CommittedFile(store: store, random: SeededRandom(seed: 1)).commit(
                Array(text.utf8), to: layout.tenants.appending("\(tenant).yaml"))
            scopes[tenant] = try TenantDirectory(layout: layout, store: store, zones: zones).scope(named: tenant)
        }
        return scopes
    }

    func scope(_ tenant: String) throws -> TenantScope {
        guard let scope = try Self.scopes.get()[tenant] else { throw TenancyError(.unknownTenant, tenant) }
        return scope
    }

    func address(_ table: String, of tenant: String) throws -> TableAddress {
        TableAddress(.raw, try ResourceName(table), of: try scope(tenant), in: layout)
    }

    func table(_ name: String = "orders", of tenant: String = "acme") throws -> DeltaTable {
        DeltaTable(at: try address(name, of: tenant), store: store, random: random, clock: clock)
    }
}

extension TableAddress {
    /// A table by its path.
    init(path: FilePath) { self.init(LocalScope(path: path)) }
}

/// Rows of orders for tests: an id, a time, a price, a text.
enum Orders {
    static let schema = Schema([
        Field("id", .int64, isNullable: false),
        Field("placed_at", .timestamp),
        Field("price", .decimal(precision: 12, scale: 2), metadata: ["almanac.type": "numeric(12,2)"]),
        Field("note", .text),
    ])

    static func row(_ id: Int64) -> [Scalar] {
        [
            .int(id), id % 7 == 3 ? .null : .timestamp(1_793_448_000_000_000 + id * 3_600_000_000),
            .decimal(ExactDecimal(unscaled: Int128(id) * 101 - 5_000, scale: 2)),
            id % 5 == 0 ? .null : .text("note \(id)"),
        ]
    }

    static func batch(_ ids: some Sequence<Int64>) throws -> ColumnBatch {
        try ColumnBatch(schema: schema, rows: ids.map(row))
    }

    static func ids(_ snapshot: TableSnapshot) throws -> [Int64] {
        try snapshot.rows(columns: ["id"]).map { row in
            if case .int(let id) = row[0] { id } else { -1 }
        }
    }
}

extension DeltaTable {
    /// Writes orders.
    @discardableResult
    func put(
        _ ids: some Sequence<Int64>, _ mode: WriteMode = .append, sequence: Int64? = nil, run: String? = nil
    ) throws -> TableCommit {
        var change = TableChange(mode, schema: Orders.schema, run: run)
        change.transaction = sequence.map { DeltaTransaction(application: "orders", version: $0) }
        return try write(change) { try $0.write(try Orders.batch(ids)) }
    }
}
