import AlmanacTesting
import CivilTime
import Columnar
import Configuration
import Effects
import Extract
import PostgresCopy
import SystemPackage
import Tenancy
import Testing

/// What a reading for many does with its rows before anybody's table is touched.
@Suite("Readings for many", .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"))
struct FanOutReadingTests {
    private static func scopes(_ keys: [(name: String, key: String)]) throws -> [TenantScope] {
        let store = SimulatedFileStore()
        let folder: FilePath = "/project/tenants"
        try store.makeFolder(folder)
        for (name, key) in keys {
            let file = try store.create(folder.appending("\(name).yaml"))
            let text = """
                version: 1
                id: \(name)
                platform: usta
                source: { url: env:URL, isolation: fan-out, column: tenant_id, key: "\(key)" }
                calendar: { timezone: UTC }
                locale: en
                currency: NGN
                """
            try file.write(Array(text.utf8).span)
            try file.close()
        }
        let directory = TenantDirectory(
            layout: ProjectLayout(root: "/project"), store: store,
            zones: ZoneDatabase(folder: nil, store: DiskFileStore()))
        return try keys.map { try directory.scope(named: $0.name) }
    }

    private static let table = """
        CREATE TABLE events (id bigint PRIMARY KEY, tenant_id text NOT NULL, note text);
        INSERT INTO events SELECT g, 'k' || g % 50, repeat('x', (g % 100)::int) || g FROM generate_series(1, 40000) g;
        """

    private func reading(
        _ fixture: SourceFixture, _ scopes: [TenantScope], store: any FileStore, memory: Int, coversSource: Bool = true
    ) throws -> FanOutReading {
        let dataset = try SourceFixture.dataset("from: events", "key: [id]")
        return try FanOutReading(
            scopes, coversSource: coversSource,
            url: Secret(fixture.cluster.url(database: fixture.database, user: "postgres")), datasets: [dataset],
            store: store, file: "/work/rows", random: SeededRandom(seed: 1), byteCountMax: memory
        ) { _, _ in scopes.map { _ in FanOutNeed(part: .all, comparesKeys: true) } }
    }

    /// Whatever fits into memory, the shares are the same, and the file holds nothing that can be read.
    @Test func rowsWaitInMemoryOrInAFileThatNobodyCanRead() throws {
        let fixture = try SourceFixture(Self.table)
        let scopes = try Self.scopes((0..<40).map { ("t\($0)", "k\($0)") })
        let dataset = try SourceFixture.dataset("from: events", "key: [id]")
        for memory in [1 << 30, 200_000, 1] {
            let store = SimulatedFileStore()
            try store.makeFolder("/work")
            do {
                let reading = try reading(fixture, scopes, store: store, memory: memory)
                #expect(reading.strangers.map(\.rowCount) == [8_000])
                let hasFile = try store.status(of: "/work/rows") != nil
                #expect(hasFile == (memory < 1 << 30))
                if hasFile {
                    let bytes = try store.contents(of: "/work/rows")
                    #expect(!bytes.contains(Array("xxxxxxxx".utf8)))
                }
                for index in scopes.indices {
                    let share = reading.share(index, personalDataKey: nil)
                    var rows: [[Scalar]] = []
                    let count = try share.extract(dataset, .all, prepare: { _ in }) { rows += (copy $0).rows }
                    #expect(count.rowsRead == 800 && rows.count == 800)
                    #expect(rows.allSatisfy { $0[1] == .text("k\(index)") })
                    var keys = 0
                    _ = try share.extract(dataset, .keys, prepare: { _ in }) { keys += $0.rowCount }
                    #expect(keys == 800)
                }
            }
            #expect(try store.status(of: "/work/rows") == nil)
        }
    }

    /// The split and the look at the values are two ways to the same: a share with another tenant's rows is refused.
    @Test func aRowWithAnothersKeyStopsTheTenant() throws {
        let fixture = try SourceFixture(Self.table)
        let scopes = try Self.scopes([("one", "k1"), ("two", "k2")])
        let store = SimulatedFileStore()
        let read = try reading(fixture, scopes, store: store, memory: 1 << 30)
        let dataset = try SourceFixture.dataset("from: events", "key: [id]")
        let exchanged = read.exchangingShares(0, 1)
        let error = failure {
            _ = try exchanged.share(0, personalDataKey: nil).extract(dataset, .all, prepare: { _ in }) { _ in
                Issue.record("rows of another tenant were handed over")
            }
        }
        #expect(error?.code == .isolationUnsafe && error?.exitCode == 77)
        #expect(error?.tenant?.text == "one" && error?.reason.contains("has not the tenant's key") == true)
    }
}
