import AlmanacTesting
import Effects
import SystemPackage
import Testing

/// `CommittedFiles` under a fault at every call: each file old or new and never a part, and the last group only behind the
/// first.
@Suite struct CommittedFilesTests {
    private static let names = ["a", "b", "list"]

    private func path(_ name: String) -> FilePath { FilePath("/out/\(name)") }

    private func content(_ name: String, _ edition: UInt8) -> [UInt8] {
        Array(repeating: edition, count: 3_000 + Int(edition) + name.utf8.count)
    }

    /// Two files, and a list of them that must never be newer than they are.
    private func commit(_ edition: UInt8, _ store: SimulatedFileStore, oneByOneMax: Int) throws {
        let group = SyncGroup(store: store, volumeOf: "/", oneByOneMax: oneByOneMax)
        let files = CommittedFiles(store: store, random: SeededRandom(seed: UInt64(edition))) {
            paths throws(FileError) in try group.sync(paths)
        }
        try files.makeFolder("/out")
        try files.add(content("a", edition), to: path("a"))
        try files.add(content("b", edition), to: path("b"))
        files.beginGroup()
        try files.add(content("list", edition), to: path("list"))
        try files.commit()
    }

    private func editions(_ store: SimulatedFileStore) throws -> [UInt8?] {
        try Self.names.map { name in
            guard try store.status(of: path(name)) != nil else { return nil }
            let bytes = try store.contents(of: path(name))
            let edition = try #require(bytes.first)
            #expect(bytes == content(name, edition), "a part of \(name)")
            return edition
        }
    }

    @Test(arguments: [0, Int.max], SimulatedTrouble.allCases)
    func theLastGroupIsNeverNewerThanTheFirst(oneByOneMax: Int, trouble: SimulatedTrouble) throws {
        for hasOld in [false, true] {
            let undisturbed = SimulatedFileStore()
            if hasOld { try commit(1, undisturbed, oneByOneMax: oneByOneMax) }
            undisturbed.plan()
            try commit(2, undisturbed, oneByOneMax: oneByOneMax)
            let calls = undisturbed.mutatingCallCount
            undisturbed.powerCut(.losingAll)
            #expect(try editions(undisturbed) == [2, 2, 2])
            for call in 1...max(1, calls) {
                let store = SimulatedFileStore()
                if hasOld { try commit(1, store, oneByOneMax: oneByOneMax) }
                store.plan([trouble.fault(at: call)])
                let succeeded = (try? commit(2, store, oneByOneMax: oneByOneMax)) != nil
                trouble.recover(store, seed: call)
                let found = try editions(store)
                if found[2] == 2 || succeeded { #expect(found == [2, 2, 2], "\(trouble) at call \(call)") }
                if hasOld { #expect(!found.contains(nil), "\(trouble) at call \(call)") }
                #expect(store.openFileCount == 0)
                try commit(3, store, oneByOneMax: oneByOneMax)
                store.powerCut(.losingAll)
                #expect(try editions(store) == [3, 3, 3])
            }
        }
    }

    @Test func whatIsNotCommittedLeavesNothing() throws {
        let store = SimulatedFileStore()
        do {
            let files = CommittedFiles(store: store, random: SeededRandom(seed: 1)) { _ throws(FileError) in }
            try files.makeFolder("/out")
            try files.add([1, 2, 3], to: path("a"))
        }
        #expect(try store.names(in: "/out") == [])
    }
}
