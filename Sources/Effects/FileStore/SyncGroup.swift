internal import Dispatch
internal import Foundation
package import SystemPackage

/// Makes what several threads have written durable together.
///
/// A wait for the disk costs about as much for one file as for hundreds. So whoever needs something to be durable says what,
/// and waits; the first who waits does the waiting for all who have come meanwhile. While others are still at work, the
/// first gives them a moment to come too.
///
/// (1) `sync` returns when all that it was asked for is durable, and throws where that is not sure: a failed sync is final.
/// (2) A few files are synced one by one: nobody else's unwritten bytes are waited for. Many are synced as a volume.
/// (3) Whoever is alone never waits for others.
package final class SyncGroup: Sendable {
    /// What is to become durable.
    package struct Paths: Sendable {
        /// Files, for their bytes.
        package var files: Set<FilePath> = []
        /// Folders, for their names.
        package var folders: Set<FilePath> = []
        /// Folders on the way, which others may have made: those that may not be looked at are passed over.
        package var ancestors: Set<FilePath> = []

        package init() {}

        package init(folders: some Sequence<FilePath>) { self.folders = Set(folders) }

        /// How many there are.
        package var count: Int { files.count + folders.count + ancestors.count }

        /// Adds others.
        package mutating func formUnion(_ other: Paths) {
            files.formUnion(other.files)
            folders.formUnion(other.folders)
            ancestors.formUnion(other.ancestors)
        }
    }

    private let store: any FileStore
    private let volume: (any FileVolume)?
    private let oneByOneMax: Int
    private let gatherNanoseconds: UInt64
    private let state = Waiters()

    /// - Parameters:
    ///   - folder: on the volume that most of the files will be on; it is watched from now on. Nil, or one that cannot be
    ///     looked at: everything is synced one by one.
    ///   - oneByOneMax: up to how many files and folders are synced one by one.
    ///   - gatherMilliseconds: for how long at most others that are at work are waited for.
    package init(
        store: any FileStore, volumeOf folder: FilePath?, oneByOneMax: Int = 8, gatherMilliseconds: Int = 10
    ) {
        self.store = store
        self.oneByOneMax = oneByOneMax
        gatherNanoseconds = UInt64(max(0, gatherMilliseconds)) * 1_000_000
        volume = folder.flatMap { try? store.volume(of: $0) }
    }

    /// Says that a thread is at work which will want to sync something: see `leave`.
    package func enter() { state.withLock { $0.working += 1 } }

    /// Says that a thread is through.
    package func leave() { state.withLock { $0.working -= 1 } }

    /// Makes things durable. On a thread between `enter` and `leave`, or on one of neither.
    ///
    /// - Parameter isAtWork: whether the thread is between `enter` and `leave`.
    /// - Throws: `FileError` where anything of it may not be durable.
    package func sync(_ paths: Paths, isAtWork: Bool = false) throws(FileError) {
        guard paths.count > 0 else { return }
        let ticket = Ticket(paths)
        let batch = state.wait(ticket, isAtWork: isAtWork, gatherNanoseconds)
        if let batch { state.settle(batch, perform(batch)) }
        if case .failed(let error) = ticket.outcome { throw error }
    }

    /// For each ticket nil where everything is durable.
    private func perform(_ batch: [Ticket]) -> [FileError?] {
        var left = batch.map(\.paths)
        var failures = [FileError?](repeating: nil, count: batch.count)
        func attempt(_ index: Int, _ body: () throws(FileError) -> Void) {
            guard failures[index] == nil else { return }
            do throws(FileError) { try body() } catch { failures[index] = error }
        }
        if let volume, left.reduce(0, { $0 + $1.count }) > oneByOneMax {
            for index in batch.indices {
                attempt(index) { () throws(FileError) in try removeHeld(volume, &left[index]) }
            }
            do throws(FileError) {
                try volume.sync()
            } catch {
                return batch.map { _ in error }
            }
        }
        for index in batch.indices { attempt(index) { () throws(FileError) in try syncOneByOne(left[index]) } }
        return failures
    }

    /// Leaves what lies elsewhere: a folder of a project may be a link to another volume.
    private func removeHeld(_ volume: any FileVolume, _ paths: inout Paths) throws(FileError) {
        for path in paths.files where try volume.holds(path) { paths.files.remove(path) }
        for path in paths.folders where try volume.holds(path) { paths.folders.remove(path) }
        for path in paths.ancestors {
            do throws(FileError) {
                if try volume.holds(path) { paths.ancestors.remove(path) }
            } catch  where error.code == .notPermitted {
                paths.ancestors.remove(path)
            }
        }
    }

    private func syncOneByOne(_ paths: Paths) throws(FileError) {
        for path in paths.files { try store.syncFile(path) }
        for path in paths.folders { try store.syncFolder(path) }
        for path in paths.ancestors.subtracting(paths.folders) {
            do throws(FileError) {
                try store.syncFolder(path)
            } catch  where error.code == .notPermitted {
                continue
            }
        }
    }
}

/// What one thread waits for. Its outcome is written under the lock of `Waiters`, before its thread goes on.
private final class Ticket: @unchecked Sendable {
    enum Outcome {
        case waiting
        case durable
        case failed(FileError)
    }

    let paths: SyncGroup.Paths
    var outcome = Outcome.waiting

    init(_ paths: SyncGroup.Paths) { self.paths = paths }

    var isWaiting: Bool { if case .waiting = outcome { true } else { false } }
}

/// The threads that wait. All that varies is guarded by the condition.
private final class Waiters: @unchecked Sendable {
    struct State {
        var tickets: [Ticket] = []
        var isSyncing = false
        /// Threads at work, those that wait not among them.
        var working = 0
    }

    private let condition = NSCondition()
    private var state = State()

    func withLock(_ body: (inout State) -> Void) {
        condition.lock()
        body(&state)
        condition.broadcast()
        condition.unlock()
    }

    /// Waits until a ticket is settled, nil then, or until its thread shall settle all that there are: these.
    func wait(_ ticket: Ticket, isAtWork: Bool, _ gatherNanoseconds: UInt64) -> [Ticket]? {
        condition.lock()
        defer { condition.unlock() }
        state.tickets.append(ticket)
        if isAtWork {
            state.working -= 1
            condition.broadcast()
        }
        defer { if isAtWork { state.working += 1 } }
        let end = DispatchTime.now().uptimeNanoseconds &+ gatherNanoseconds
        while ticket.isWaiting {
            let now = DispatchTime.now().uptimeNanoseconds
            if !state.isSyncing, state.working <= 0 || now >= end {
                state.isSyncing = true
                defer { state.tickets = [] }
                return state.tickets
            }
            if state.isSyncing {
                condition.wait()
            } else {
                _ = condition.wait(until: Date(timeIntervalSinceNow: Double(end - now) / 1e9))
            }
        }
        return nil
    }

    func settle(_ tickets: [Ticket], _ failures: [FileError?]) {
        condition.lock()
        for (ticket, failure) in zip(tickets, failures) { ticket.outcome = failure.map { .failed($0) } ?? .durable }
        state.isSyncing = false
        condition.broadcast()
        condition.unlock()
    }
}
