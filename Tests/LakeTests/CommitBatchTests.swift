import AlmanacTesting
import Columnar
import Effects
import Lake
import SystemPackage
import Testing

/// Changes of several tables that become durable together, with faults at every call: rules (1) to (6) of
/// `CommitBatch.swift`.
@Suite struct CommitBatchTests {
    /// How the batch is synced.
    enum Sync: CaseIterable, Sendable {
        case oneByOne, asAVolume

        func group(_ store: SimulatedFileStore) -> SyncGroup {
            SyncGroup(store: store, volumeOf: "/project", oneByOneMax: self == .oneByOne ? .max : 0)
        }
    }

    /// One table is made, one is appended to, one is overwritten, one stays as it is.
    private static let modes: [(name: String, mode: WriteMode, before: Range<Int64>?, after: [Int64])] = [
        ("made", .overwrite, nil, Array(100..<130)),
        ("appended", .append, 0..<20, Array(0..<20) + Array(100..<130)),
        ("overwritten", .overwrite, 0..<20, Array(100..<130)),
        ("unchanged", .overwrite, 100..<130, Array(100..<130)),
    ]

    private func prepared() throws -> TestLake {
        let lake = try TestLake()
        for (name, _, before, _) in Self.modes {
            if let before { try lake.table(name).put(before, .overwrite, sequence: 1) }
        }
        lake.store.plan()
        return lake
    }

    private func apply(_ lake: TestLake, _ sync: Sync) throws -> [TableCommit] {
        let group = sync.group(lake.store)
        let batch = CommitBatch { paths throws(FileError) in try group.sync(paths) }
        var staged: [StagedChange] = []
        for (name, mode, _, _) in Self.modes {
            var change = TableChange(mode, schema: Orders.schema)
            change.transaction = DeltaTransaction(application: "orders", version: 3)
            change.keepsUnchanged = true
            if name != "unchanged" { change.limits.fileRows = 20 }
            staged.append(
                try lake.table(name).stage(change, in: batch) { writer in
                    try writer.write(try Orders.batch(100..<115))
                    try writer.write(try Orders.batch(115..<130))
                })
        }
        #expect(staged.filter { $0.commit != nil }.count <= 4)
        try batch.commit()
        return staged.compactMap(\.commit)
    }

    private func ids(_ lake: TestLake, _ name: String) throws -> [Int64]? {
        try lake.table(name).exists() ? try Orders.ids(try lake.table(name).snapshot()) : nil
    }

    @Test(arguments: Sync.allCases, SimulatedTrouble.allCases)
    func eachTableHasTheOldVersionOrTheNewAndARetryCommitsOnce(sync: Sync, trouble: SimulatedTrouble) throws {
        let undisturbed = try prepared()
        #expect(try apply(undisturbed, sync).map(\.version) == [0, 1, 1, 0])
        let calls = undisturbed.store.mutatingCallCount
        undisturbed.store.powerCut(.losingAll)
        for (name, _, _, after) in Self.modes { #expect(try ids(undisturbed, name) == after) }
        let image = try prepared()
        for call in 1...calls {
            let lake = image.copy(seed: UInt64(call))
            lake.store.plan([trouble.fault(at: call)])
            let acknowledged = try? apply(lake, sync)
            trouble.recover(lake.store, seed: call)
            #expect(lake.store.openFileCount == 0, "\(sync), \(trouble) at call \(call)")
            for (name, _, before, after) in Self.modes {
                let found = try ids(lake, name)
                #expect(
                    acknowledged != nil ? found == after : found == before.map(Array.init) || found == after,
                    "\(name): \(sync), \(trouble) at call \(call)")
            }
            // The same changes again: each made once, whether or not it had been made; and durable when it is told.
            let again = try apply(lake, sync)
            #expect(again.map(\.version) == [0, 1, 1, 0], "\(sync), \(trouble) at call \(call)")
            lake.store.powerCut(.losingAll)
            for (name, _, before, after) in Self.modes {
                #expect(try ids(lake, name) == after, "\(name): \(sync), \(trouble) at call \(call)")
                let versions = before == nil || name == "unchanged" ? 1 : 2
                #expect(try lake.table(name).history().count == versions)
            }
        }
    }

    @Test(arguments: Sync.allCases) func anotherWriterBeforeEveryCall(sync: Sync) throws {
        let undisturbed = try prepared()
        _ = try apply(undisturbed, sync)
        let calls = undisturbed.store.mutatingCallCount
        let image = try prepared()
        for call in 1...calls {
            let lake = image.copy(seed: 5)
            let second = DeltaTable(
                at: try lake.address("appended", of: "acme"), store: lake.store, random: SeededRandom(seed: 77),
                clock: lake.clock)
            lake.store.interrupt { number in
                if number == call { #expect(throws: Never.self) { try second.put(50..<60) } }
            }
            let commits = try apply(lake, sync)
            lake.store.interrupt(nil)
            lake.store.powerCut(.losingAll)
            #expect(commits.count == 4)
            let found = try ids(lake, "appended") ?? []
            #expect(found.count == 60 && Set(found) == Set(0..<20).union(50..<60).union(100..<130), "call \(call)")
            #expect(try lake.table("appended").history().count == 3)
            for (name, _, _, after) in Self.modes where name != "appended" { #expect(try ids(lake, name) == after) }
        }
    }

    @Test func aBatchThatGoesLeavesTheTablesAsTheyWere() throws {
        let lake = try prepared()
        let before = Set(lake.store.paths(under: "/project"))
        do {
            let batch = CommitBatch { _ throws(FileError) in Issue.record("nothing is to be synced") }
            for (name, mode, _, _) in Self.modes {
                _ = try lake.table(name).stage(TableChange(mode, schema: Orders.schema), in: batch) { writer in
                    try writer.write(try Orders.batch(100..<130))
                }
            }
        }
        #expect(Set(lake.store.paths(under: "/project")) == before)
        #expect(lake.store.openFileCount == 0)
    }

    @Test func aBatchNeedsTwoSyncs() throws {
        let lake = try prepared()
        _ = try apply(lake, .asAVolume)
        #expect(lake.store.count(of: .syncVolume) == 2)
        #expect(lake.store.count(of: .sync) == 0)
        #expect(lake.store.count(of: .syncFolder) == 0)
    }
}
