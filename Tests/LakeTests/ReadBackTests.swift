import AlmanacTesting
import Effects
import Lake
import SystemPackage
import Testing

/// Data files are read back before they get their names: what a disk makes of them on the way is found.
@Suite struct ReadBackTests {
    enum Damage: CaseIterable, Sendable {
        case bit, bitOfTheFooter, zeros, exchanged, shorter, longer

        func change(_ bytes: inout [UInt8]) {
            switch self {
            case .bit: bytes[bytes.count / 3] ^= 4
            case .bitOfTheFooter: bytes[bytes.count - 40] ^= 1
            case .zeros: for index in 64..<128 { bytes[index] = 0 }
            case .exchanged: for index in 64..<128 { bytes.swapAt(index, index + 64) }
            case .shorter: bytes.removeLast()
            case .longer: bytes.append(0)
            }
        }
    }

    enum Change: CaseIterable, Sendable {
        case append, patch

        func apply(to table: DeltaTable) throws {
            switch self {
            case .append: try table.put(200..<400)
            case .patch:
                let rows = try Orders.batch(Array(stride(from: Int64(0), to: 200, by: 50)))
                try table.merge(MergeChange(key: ["id"], schema: Orders.schema)) { try $0.upsert(rows) }
            }
        }
    }

    @Test(arguments: Damage.allCases, Change.allCases)
    func damagedFilesGetNoName(damage: Damage, change: Change) throws {
        let image = try TestLake()
        try image.table().put(0..<200)
        let undisturbed = image.copy(seed: 7)
        try change.apply(to: try undisturbed.table())
        let calls = undisturbed.store.trace
        let index = try #require(
            calls.lastIndex { $0.hasPrefix("close ") && $0.contains(".tmp-") && !$0.contains("_delta_log") })
        let path = FilePath(String(calls[index].dropFirst("close ".count)))
        let lake = image.copy(seed: 7)
        let store = lake.store
        store.interrupt { call in
            if call == index + 1 { #expect(throws: Never.self) { try store.corrupt(path) { damage.change(&$0) } } }
        }
        let error = #expect(throws: FileError.self) { try change.apply(to: try lake.table()) }
        #expect(error?.code == .readWrite)
        #expect(try Orders.ids(try lake.table().snapshot()) == Array(0..<200))
        #expect(store.paths(under: "/project") == image.store.paths(under: "/project"))
    }
}
