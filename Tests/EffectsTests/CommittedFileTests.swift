import AlmanacTesting
import Effects
import SystemPackage
import Testing

/// `CommittedFile` under a fault at every call: the old content or the new, never a part, never two.
@Suite struct CommittedFileTests {
    private static let old = [UInt8](repeating: 1, count: 5_000)
    private static let new = [UInt8](repeating: 2, count: 7_000)
    private static let path: FilePath = "/folder/file"

    private func prepared(withOld: Bool) throws -> SimulatedFileStore {
        let store = SimulatedFileStore()
        try store.makeFolder("/folder")
        if withOld {
            try CommittedFile(store: store, random: SeededRandom(seed: 1)).commit(Self.old, to: Self.path)
        }
        store.plan()
        return store
    }

    private func commit(_ store: SimulatedFileStore, replacing: Bool) throws(FileError) {
        // Written in two pieces, so that a torn file differs from a whole one in more than its length.
        do {
            try CommittedFile(store: store, random: SeededRandom(seed: 2)).commit(Self.path, replacing: replacing) {
                try $0.write(Self.new.span.extracting(first: 3_000))
                try $0.write(Self.new.span.extracting(droppingFirst: 3_000))
            } verify: {
                guard try $0.read(at: 0, count: Self.new.count) == Self.new else {
                    throw FileError(.readWrite, "read back", path: Self.path.string)
                }
            }
        } catch let error as FileError {
            throw error
        } catch {
            Issue.record("another error: \(error)")
        }
    }

    private func content(_ store: SimulatedFileStore) throws -> [UInt8]? {
        try store.status(of: Self.path) == nil ? nil : try store.contents(of: Self.path)
    }

    @Test(arguments: [false, true], SimulatedTrouble.allCases)
    func theOldContentOrTheNew(replacing: Bool, trouble: SimulatedTrouble) throws {
        let undisturbed = try prepared(withOld: replacing)
        try commit(undisturbed, replacing: replacing)
        #expect(try content(undisturbed) == Self.new)
        let calls = undisturbed.mutatingCallCount
        #expect(calls >= 7, "create, write, write, sync, close, link or rename, sync of the folder")
        for call in 1...calls {
            let store = try prepared(withOld: replacing)
            store.plan([trouble.fault(at: call)])
            var succeeded = true
            do { try commit(store, replacing: replacing) } catch { succeeded = false }
            #expect(!succeeded || trouble.isCrash)
            trouble.recover(store, seed: call)
            store.plan()
            let left = try content(store)
            let before: [UInt8]? = replacing ? Self.old : nil
            #expect(left == before || left == Self.new, "\(trouble) at call \(call)")
            #expect(store.openFileCount == 0)
            // Whatever was left behind is a temporary file, and does not stand in the way of the next attempt.
            #expect(
                try store.names(in: "/folder").allSatisfy {
                    $0 == "file" || $0.hasPrefix(CommittedFile.temporaryPrefix)
                })
            if left != Self.new {
                try CommittedFile(store: store, random: SeededRandom(seed: 3))
                    .commit(Self.new, to: Self.path, replacing: replacing)
            }
            store.powerCut(.losingAll)
            if succeeded || left != Self.new { #expect(try content(store) == Self.new) }
        }
    }

    @Test(arguments: [false, true], 0..<50)
    func whatWasAcknowledgedOutlivesEveryPowerCut(replacing: Bool, seed: Int) throws {
        let store = try prepared(withOld: replacing)
        try commit(store, replacing: replacing)
        store.powerCut(seed == 0 ? .losingAll : .losingSome(seed: UInt64(seed)))
        #expect(try content(store) == Self.new)
    }

    @Test func aDiskOfAnySizeHoldsTheOldOrTheNew() throws {
        for room in stride(from: 0, through: Self.new.count, by: 250) {
            let store = try prepared(withOld: true)
            store.limit(bytes: Self.old.count + room)
            do {
                try commit(store, replacing: true)
                #expect(room == Self.new.count)
            } catch {
                #expect(error.code == .diskFull)
                #expect(try store.names(in: "/folder") == ["file"])
                #expect(try content(store) == Self.old)
            }
        }
    }

    @Test func aFileThatReadsBackOtherwiseIsNotCommitted() throws {
        let store = try prepared(withOld: false)
        struct Mistake: Error {}
        #expect(throws: Mistake.self) {
            try CommittedFile(store: store, random: SeededRandom(seed: 2)).commit(Self.path) {
                try $0.write([1].span)
            } verify: { _ in
                throw Mistake()
            }
        }
        #expect(try store.names(in: "/folder") == [])
    }

    @Test func twoWritersOfOneNameHaveOneWinner() throws {
        let undisturbed = try prepared(withOld: false)
        try commit(undisturbed, replacing: false)
        for call in 1...undisturbed.mutatingCallCount {
            let store = try prepared(withOld: false)
            store.interrupt { number in
                guard number == call else { return }
                try? CommittedFile(store: store, random: SeededRandom(seed: 9)).commit(Self.old, to: Self.path)
            }
            let mine = (try? commit(store, replacing: false)) != nil
            store.interrupt(nil)
            #expect(try content(store) == (mine ? Self.new : Self.old), "interrupted before call \(call)")
            #expect(try store.names(in: "/folder") == ["file"])
        }
    }
}
