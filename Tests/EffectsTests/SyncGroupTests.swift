import AlmanacTesting
import Effects
import Synchronization
import SystemPackage
import Testing

/// What several threads have written becomes durable together, and nobody is told so before it is.
@Suite struct SyncGroupTests {
    private func written(_ names: [String]) throws -> SimulatedFileStore {
        let store = SimulatedFileStore()
        try store.makeFolder("/work")
        for name in names {
            let file = try store.create(FilePath("/work/\(name)"))
            try file.write([1, 2, 3].span)
            try file.close()
        }
        store.plan()
        return store
    }

    private func paths(_ names: [String]) -> SyncGroup.Paths {
        var paths = SyncGroup.Paths(folders: ["/work"])
        paths.files = Set(names.map { FilePath("/work/\($0)") })
        return paths
    }

    @Test(arguments: [0, 100]) func whatIsSyncedOutlivesAPowerCut(oneByOneMax: Int) throws {
        let names = ["a", "b", "c"]
        let store = try written(names)
        let group = SyncGroup(store: store, volumeOf: "/work", oneByOneMax: oneByOneMax)
        try group.sync(paths(names))
        #expect(store.count(of: .syncVolume) == (oneByOneMax == 0 ? 1 : 0))
        store.powerCut(.losingAll)
        for name in names { #expect(try store.contents(of: FilePath("/work/\(name)")) == [1, 2, 3]) }
    }

    @Test func withoutAVolumeEachIsSynced() throws {
        let store = try written(["a"])
        try SyncGroup(store: store, volumeOf: nil, oneByOneMax: 0).sync(paths(["a"]))
        #expect(store.count(of: .sync) == 1 && store.count(of: .syncFolder) == 1)
        #expect(store.count(of: .syncVolume) == 0)
    }

    @Test func nothingIsSyncedForNothing() throws {
        let store = try written([])
        try SyncGroup(store: store, volumeOf: "/work").sync(SyncGroup.Paths())
        #expect(store.callCount == 0)
    }

    @Test(arguments: [0, 100]) func aFailedSyncIsTold(oneByOneMax: Int) throws {
        let store = try written(["a"])
        let group = SyncGroup(store: store, volumeOf: "/work", oneByOneMax: oneByOneMax)
        store.plan([SimulatedFault(.error(5), at: 1)])
        #expect(throws: FileError.self) { try group.sync(paths(["a"])) }
    }

    @Test func whatIsNotThereFailsAlone() throws {
        let store = try written(["a"])
        let group = SyncGroup(store: store, volumeOf: "/work", oneByOneMax: 0)
        let outcomes = Mutex<[Int: Bool]>([:])
        run(threads: 2, group) { thread in
            let isDurable = (try? group.sync(paths([thread == 0 ? "a" : "nothing"]), isAtWork: true)) != nil
            outcomes.withLock { $0[thread] = isDurable }
        }
        #expect(outcomes.withLock { $0 } == [0: true, 1: false])
    }

    @Test func threadsAtWorkAreSyncedTogether() throws {
        let names = (0..<16).map { "file\($0)" }
        let store = try written(names)
        let group = SyncGroup(store: store, volumeOf: "/work", oneByOneMax: 4, gatherMilliseconds: 10_000)
        let failures = Mutex(0)
        run(threads: 16, group) { thread in
            do { try group.sync(paths([names[thread]]), isAtWork: true) } catch { failures.withLock { $0 += 1 } }
        }
        #expect(failures.withLock { $0 } == 0)
        // All sixteen wait for each other, because each has said that it is at work.
        #expect(store.count(of: .syncVolume) == 1)
        store.powerCut(.losingAll)
        for name in names { #expect(try store.contents(of: FilePath("/work/\(name)")) == [1, 2, 3]) }
    }

    @Test func nobodyWaitsForLongForWhoIsStillAtWork() throws {
        let store = try written(["a"])
        let group = SyncGroup(store: store, volumeOf: "/work", gatherMilliseconds: 20)
        group.enter()
        group.enter()
        // One of the two never comes.
        try group.sync(paths(["a"]), isAtWork: true)
        group.leave()
        group.leave()
        store.powerCut(.losingAll)
        #expect(try store.contents(of: "/work/a") == [1, 2, 3])
    }

    /// Runs threads that have all said that they are at work before the first goes on.
    private func run(threads: Int, _ group: SyncGroup, _ body: @escaping @Sendable (Int) -> Void) {
        for _ in 0..<threads { group.enter() }
        let finished = Finished()
        for thread in 0..<threads {
            WorkerThread.start {
                body(thread)
                group.leave()
                finished.count.withLock { $0 += 1 }
            }
        }
        while finished.count.withLock({ $0 }) < threads { SystemClock().sleep(nanoseconds: 1_000_000) }
    }

    private final class Finished: Sendable {
        let count = Mutex(0)
    }
}
