import AlmanacTesting
import Columnar
import Effects
import Lake
import SystemPackage
import Testing

/// Faults at every call of a change, and what is there afterwards: rules (1) to (6) of `DeltaTable+Writing.swift`.
@Suite struct CommitFaultTests {
    /// The changes that are swept.
    enum Change: CaseIterable, Sendable {
        case create, append, overwrite

        /// The ids before and after.
        var before: [Int64]? { self == .create ? nil : Array(0..<20) }
        var after: [Int64] {
            switch self {
            case .create, .overwrite: Array(100..<130)
            case .append: Array(0..<20) + Array(100..<130)
            }
        }
    }

    private func prepared(_ change: Change) throws -> TestLake {
        let lake = try TestLake()
        if change != .create {
            try lake.table().put(0..<12, sequence: 1)
            try lake.table().put(12..<20, sequence: 2)
        }
        lake.store.plan()
        return lake
    }

    /// The calls that are swept: all where the code is optimised; else every fifth, another fifth for each trouble.
    private func swept(_ calls: Int, _ turn: Int) -> [Int] {
        #if DEBUG
        Array(stride(from: 1 + turn % 5, through: calls, by: 5))
        #else
        Array(1...calls)
        #endif
    }

    @discardableResult
    private func apply(_ change: Change, _ lake: TestLake) throws -> TableCommit {
        var plan = TableChange(change == .overwrite ? .overwrite : .append, schema: Orders.schema)
        plan.transaction = DeltaTransaction(application: "orders", version: 3)
        plan.limits.fileRows = 20
        return try lake.table().write(plan) { writer in
            try writer.write(try Orders.batch(100..<115))
            try writer.write(try Orders.batch(115..<130))
        }
    }

    private func ids(_ lake: TestLake) throws -> [Int64]? {
        try lake.table().exists() ? try Orders.ids(try lake.table().snapshot()) : nil
    }

    @Test(arguments: Change.allCases, SimulatedTrouble.allCases)
    func theOldVersionOrTheNewAndARetryCommitsOnce(change: Change, trouble: SimulatedTrouble) throws {
        let undisturbed = try prepared(change)
        let version = try apply(change, undisturbed).version
        let calls = undisturbed.store.mutatingCallCount
        #expect(try ids(undisturbed) == change.after)
        #expect(calls > 20)
        let image = try prepared(change)
        for call in swept(calls, SimulatedTrouble.allCases.firstIndex(of: trouble) ?? 0) {
            let lake = image.copy(seed: UInt64(call))
            lake.store.plan([trouble.fault(at: call)])
            let acknowledged = try? apply(change, lake)
            trouble.recover(lake.store, seed: call)
            #expect(lake.store.openFileCount == 0, "\(change), \(trouble) at call \(call)")
            let found = try ids(lake)
            #expect(
                acknowledged != nil ? found == change.after : found == change.before || found == change.after,
                "\(change), \(trouble) at call \(call)")
            // The same change again: made once, whether or not it had been made; and durable when it is told.
            let again = try apply(change, lake)
            #expect(again.version == version)
            lake.store.powerCut(.losingAll)
            #expect(try ids(lake) == change.after, "\(change), \(trouble) at call \(call)")
            #expect(try lake.table().history().count == Int(version) + 1)
        }
    }

    @Test(arguments: Change.allCases) func aCrashInTheRecoveryToo(change: Change) throws {
        let undisturbed = try prepared(change)
        try apply(change, undisturbed)
        let calls = undisturbed.store.mutatingCallCount
        let image = try prepared(change)
        for first in swept(calls, 0) {
            let lake = image.copy(seed: 98)
            lake.store.crash(at: first)
            _ = try? apply(change, lake)
            lake.store.powerCut(.losingSome(seed: UInt64(first)))
            for second in swept(calls, first / 5) {
                let again = lake.copy(seed: 99)
                again.store.crash(at: second)
                _ = try? apply(change, again)
                again.store.powerCut(.losingSome(seed: UInt64(second)))
                let found = try ids(again)
                #expect(found == change.before || found == change.after, "crashes at \(first) and \(second)")
                try apply(change, again)
                again.store.powerCut(.losingAll)
                #expect(try ids(again) == change.after)
            }
        }
    }

    /// Rule (3): a process dies before its version is durable, another builds upon it and dies too, and then the power
    /// goes. A later version may not outlive an earlier one.
    @Test(arguments: [Change.create, .append]) func noPowerCutLeavesAGap(change: Change) throws {
        let undisturbed = try prepared(change)
        try apply(change, undisturbed)
        let calls = undisturbed.store.mutatingCallCount
        let image = try prepared(change)
        for first in max(1, calls - 8)...calls {
            let lake = image.copy(seed: 98)
            lake.store.crash(at: first)
            _ = try? apply(change, lake)
            lake.store.restart()
            let next = lake.copy(seed: 97)
            try next.table().put(500..<501)
            for second in max(1, next.store.mutatingCallCount - 6)...next.store.mutatingCallCount {
                for seed in 0..<8 {
                    let again = lake.copy(seed: 97)
                    again.store.crash(at: second)
                    _ = try? again.table().put(500..<501)
                    again.store.powerCut(.losingSome(seed: UInt64(seed)))
                    #expect(throws: Never.self, "crashes at \(first) and \(second)") { try ids(again) }
                }
            }
        }
    }

    @Test func aFailedReadNeverCountsAsAnEmptyTable() throws {
        let lake = try prepared(.append)
        _ = try ids(lake)
        let calls = lake.store.callCount
        for call in 1...calls {
            lake.store.plan([SimulatedFault(.error(5), at: call, amongMutating: false)])
            #expect(throws: (any Error).self, "call \(call)") { try ids(lake) }
        }
        lake.store.plan()
        #expect(try ids(lake) == Array(0..<20))
        #expect(lake.store.openFileCount == 0)
    }

    @Test func aFullDiskAtEverySixteenth() throws {
        let undisturbed = try prepared(.overwrite)
        let before = undisturbed.store.usedBytes
        try apply(.overwrite, undisturbed)
        let need = undisturbed.store.usedBytes - before
        for part in 0..<16 {
            let lake = try prepared(.overwrite)
            lake.store.limit(bytes: before + need * part / 16)
            let error = #expect(throws: FileError.self) { try apply(.overwrite, lake) }
            #expect(error?.code == .diskFull)
            #expect(try ids(lake) == Change.overwrite.before)
            // Nothing is left over: the disk is as full as before, and with room the change goes through.
            #expect(lake.store.usedBytes == before)
            lake.store.limit(bytes: nil)
            try apply(.overwrite, lake)
            #expect(try ids(lake) == Change.overwrite.after)
        }
    }

    @Test func tooManyOpenFilesIsAnErrorAndLeaksNone() throws {
        let lake = try prepared(.append)
        lake.store.limit(openFiles: 0)
        let error = #expect(throws: FileError.self) { try apply(.append, lake) }
        #expect(error?.code == .tooManyOpenFiles)
        #expect(lake.store.openFileCount == 0)
        lake.store.limit(openFiles: nil)
        try apply(.append, lake)
        #expect(try ids(lake) == Change.append.after)
    }
}
