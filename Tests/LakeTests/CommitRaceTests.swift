import AlmanacTesting
import Columnar
import Effects
import Foundation
import Lake
import SystemPackage
import Testing

/// Several writers of one table: rules (2) and (4) of `DeltaTable+Writing.swift`.
@Suite struct CommitRaceTests {
    /// What the second writer does in the middle of the first one's change.
    enum Other: CaseIterable, Sendable {
        case append, overwrite, sameTransaction

        func run(_ table: DeltaTable) throws -> TableCommit {
            switch self {
            case .append: try table.put(50..<60, sequence: nil)
            case .overwrite: try table.put(50..<60, .overwrite)
            case .sameTransaction: try table.put(100..<110, sequence: 7)
            }
        }
    }

    @Test(arguments: [WriteMode.append, .overwrite], Other.allCases)
    func anotherWriterBeforeEveryCall(mode: WriteMode, other: Other) throws {
        let undisturbed = try TestLake()
        try undisturbed.table().put(0..<5)
        let image = undisturbed.copy(seed: 4)
        undisturbed.store.plan()
        try undisturbed.table().put(100..<110, mode, sequence: 7)
        for call in 1...undisturbed.store.mutatingCallCount {
            let lake = image.copy(seed: 5)
            lake.store.plan()
            let second = DeltaTable(
                at: try lake.address("orders", of: "acme"), store: lake.store, random: SeededRandom(seed: 77),
                clock: lake.clock)
            lake.store.interrupt { number in
                if number == call { #expect(throws: Never.self) { try other.run(second) } }
            }
            var mine: TableCommit?
            var failure: LakeError?
            do {
                mine = try lake.table().put(100..<110, mode, sequence: 7)
            } catch let error as LakeError {
                failure = error
            }
            lake.store.interrupt(nil)
            let found = Set(try Orders.ids(try lake.table().snapshot()))
            let count = try lake.table().snapshot().rowCount
            #expect(count == Int64(found.count), "no row comes twice")
            switch (mode, other) {
            case (.append, .append): #expect(found == Set(0..<5).union(50..<60).union(100..<110))
            // The overwrite came first, or it removed the appended rows that it saw.
            case (.append, .overwrite): #expect(found == Set(50..<60).union(100..<110) || found == Set(50..<60))
            case (.append, .sameTransaction): #expect(found == Set(0..<5).union(100..<110))
            case (.overwrite, .append), (.overwrite, .overwrite):
                // Rows that were never seen are never removed.
                #expect(mine == nil ? failure?.code == .conflict : true)
                #expect(found == (mine == nil ? found.subtracting(100..<110) : found))
                #expect(found.isSuperset(of: 50..<60) || mine == nil || found == Set(100..<110))
            case (.overwrite, .sameTransaction):
                #expect(found == Set(0..<5).union(100..<110) || found == Set(100..<110))
            }
            if mode == .overwrite, mine != nil, other == .append {
                // Mine won: theirs came before it was begun (impossible here) or after it.
                let versions = try lake.table().history().map(\.parameters)
                #expect(versions.last?["mode"] == "Append" || !found.contains(50))
            }
            // Each data file in the folder belongs to a version: the loser cleans up after itself.
            let named = Set(try lake.table().allNamedFiles())
            let folder = try lake.address("orders", of: "acme").folder
            let there = try lake.store.names(in: folder).filter { $0 != "_delta_log" }
            #expect(there.allSatisfy(named.contains), "interrupted before call \(call)")
        }
    }

    @Test func aTableThatTwoMakeAtOnce() throws {
        let undisturbed = try TestLake()
        try undisturbed.table().put(0..<5)
        let calls = undisturbed.store.mutatingCallCount
        for call in 1...calls {
            let lake = try TestLake()
            lake.store.plan()
            let second = DeltaTable(
                at: try lake.address("orders", of: "acme"), store: lake.store, random: SeededRandom(seed: 77),
                clock: lake.clock)
            lake.store.interrupt { number in
                if number == call { #expect(throws: Never.self) { try second.put(50..<60) } }
            }
            try lake.table().put(0..<5)
            lake.store.interrupt(nil)
            if lake.store.mutatingCallCount < call { continue }
            #expect(Set(try Orders.ids(try lake.table().snapshot())) == Set(0..<5).union(50..<60))
        }
    }

    /// Threads on the real disk, with the real links.
    @Test(arguments: [2, 8]) func threadsOnTheDiskLoseAndDoubleNothing(writers: Int) throws {
        let folder = try TestFolder()
        let rounds = 6
        let address = TableAddress(path: folder.path.appending("table"))
        DispatchQueue.concurrentPerform(iterations: writers) { writer in
            let table = DeltaTable(at: address, store: DiskFileStore(), random: SystemRandom(), clock: SystemClock())
            for round in 0..<rounds {
                let id = Int64(writer * rounds + round)
                var change = TableChange(.append, schema: Orders.schema)
                change.transaction = DeltaTransaction(application: "writer \(writer)", version: Int64(round))
                // Each change is made twice, as after a crash.
                for _ in 0..<2 {
                    #expect(throws: Never.self) {
                        try table.write(change) { try $0.write(try Orders.batch([id])) }
                    }
                }
            }
        }
        let table = DeltaTable(at: address, store: DiskFileStore(), random: SystemRandom(), clock: SystemClock())
        let snapshot = try table.snapshot()
        #expect(try Orders.ids(snapshot).sorted() == Array(0..<Int64(writers * rounds)))
        #expect(snapshot.version == Int64(writers * rounds) - 1)
        #expect(try DiskFileStore().names(in: address.folder).count == writers * rounds + 1, "no file is left over")
    }
}

extension DeltaTable {
    /// The names of all files that any version ever added.
    func allNamedFiles() throws -> [String] {
        try history().flatMap { try snapshot(at: .version($0.version)).files.map(\.name) }
    }
}
