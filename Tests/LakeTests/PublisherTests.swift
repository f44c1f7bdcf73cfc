import AlmanacTesting
import Checksum
import CivilTime
import Columnar
import Effects
import Lake
import SystemPackage
import Tenancy
import Testing

/// What dashboards read, also in the middle of a publication that dies.
@Suite struct PublisherTests {
    private let asOf = Instant(microsecondsSinceEpoch: 1_793_448_000_000_000)

    /// A lake whose table has two versions.
    private func prepared() throws -> TestLake {
        let lake = try TestLake()
        try lake.table().put(0..<5)
        try lake.table().put(0..<9, .overwrite)
        return lake
    }

    @discardableResult
    private func publish(_ lake: TestLake, version: Int64) throws -> Int {
        let group = SyncGroup(store: lake.store, volumeOf: nil)
        let publisher = Publisher(try lake.scope("acme"), in: lake.layout, store: lake.store, random: lake.random) {
            paths throws(FileError) in try group.sync(paths)
        }
        let snapshot = try lake.table().snapshot(at: .version(version))
        let models = try ["orders", "orders_too"].map {
            Publisher.Model(name: try ResourceName($0), rows: .stored(snapshot), grain: "day")
        }
        return try publisher.publish(models, asOf: asOf, engine: "almanac/test")
    }

    /// The number of rows of each model, as somebody sees who reads the manifest and checks every file that it names.
    private func seen(_ lake: TestLake) throws -> [Int64]? {
        let folder = lake.layout.published(of: try lake.scope("acme"))
        let path = folder.appending("manifest.json")
        guard try lake.store.status(of: path) != nil else { return nil }
        let manifest = try JSONValue(parsing: try lake.store.contents(of: path))
        #expect(manifest["tenant"]?.text == "acme")
        return try #require(manifest["models"]?.array).map { model in
            for file in try #require(model["files"]?.array) {
                let bytes = try lake.store.contents(of: folder.appending(try #require(file["name"]?.text)))
                #expect(SHA256Digest(of: bytes.span).description == file["sha256"]?.text)
            }
            return try #require(model["rows"]?.int64)
        }
    }

    @Test func rowsAreExactInJSON() throws {
        let lake = try prepared()
        try publish(lake, version: 0)
        #expect(try seen(lake) == [5, 5])
        let folder = lake.layout.published(of: try lake.scope("acme"))
        let json = try JSONValue(parsing: try lake.store.contents(of: folder.appending("orders.json")))
        #expect(json["columns"]?.array?.map(\.text) == ["id", "placed_at", "price", "note"])
        #expect(
            json["rows"]?.array?[1].array
                == [.number("1"), .text("2026-10-31T13:00:00Z"), .text("-48.99"), .text("note 1")])
        #expect(json["rows"]?.array?[3].array?[1] == .null)
    }

    @Test func aRepeatedPublicationWritesNothingAndOldFilesGoAfterOneMore() throws {
        let lake = try prepared()
        let folder = lake.layout.published(of: try lake.scope("acme"))
        #expect(try publish(lake, version: 0) == 9)
        #expect(try publish(lake, version: 0) == 0)
        try publish(lake, version: 1)
        #expect(try seen(lake) == [9, 9])
        // Four of each version, four copies, the manifest.
        #expect(try lake.store.names(in: folder).count == 13)
        try publish(lake, version: 1)
        #expect(try lake.store.names(in: folder).count == 9)
        #expect(try seen(lake) == [9, 9])
    }

    @Test func whoReadsTheManifestSeesTheOldStateOrTheNew() throws {
        let image = try prepared()
        try publish(image, version: 0)
        let undisturbed = image.copy(seed: 3)
        undisturbed.store.plan()
        try publish(undisturbed, version: 1)
        for call in 1...undisturbed.store.mutatingCallCount {
            for cut in [PowerCut.losingAll, .losingSome(seed: UInt64(call))] {
                let lake = image.copy(seed: 3)
                lake.store.crash(at: call)
                _ = try? publish(lake, version: 1)
                lake.store.powerCut(cut)
                let found = try seen(lake)
                #expect(found == [5, 5] || found == [9, 9], "crash at call \(call)")
                try publish(lake, version: 1)
                lake.store.powerCut(.losingAll)
                #expect(try seen(lake) == [9, 9])
            }
        }
    }
}
