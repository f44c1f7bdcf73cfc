package import Effects
internal import SystemPackage

// How changes of several tables become durable together.
//
// (1) Data files get their names, and versions are written under temporary names. Nothing of it is durable yet.
// (2) One sync makes all of that durable, with the ways to it: rule (1) of a single commit then holds for each.
// (3) Each version is linked under its number.
// (4) One sync makes the numbers durable. Only then is any of the changes told.
// (5) A change whose number another writer has taken goes the way of a single commit: its files are durable.
// (6) What fails before (3) leaves all tables as they were. Behind that each table has its change or has not, and the first
//     error is told; the same changes are made again by their transactions.

/// What the changes of a batch have written and nobody has synced yet. Several threads may write.
final class UnsyncedFiles: Sendable {
    private let paths = Guarded(SyncGroup.Paths())

    /// Notes a file that has its name.
    func note(file: FilePath) {
        paths.change {
            $0.files.insert(file)
            $0.folders.insert(file.removingLastComponent())
        }
    }

    /// Notes folders that got a name.
    func note(folders: [FilePath]) { paths.change { $0.folders.formUnion(folders) } }

    /// Notes the way to a table: a process that died may have made its folders without syncing them.
    func note(wayTo table: DeltaTable) {
        paths.change {
            $0.folders.insert(table.log.folder)
            $0.folders.insert(table.address.folder)
            $0.ancestors.formUnion(table.foldersAbove)
        }
    }

    /// Notes a file that has no name yet.
    func note(temporary: FilePath) { paths.change { _ = $0.files.insert(temporary) } }

    /// Forgets a file that is removed.
    func forget(_ file: FilePath) { paths.change { _ = $0.files.remove(file) } }

    /// Gives all away.
    func take() -> SyncGroup.Paths {
        paths.change { paths in
            defer { paths = SyncGroup.Paths() }
            return paths
        }
    }
}

/// Changes of several tables that become durable together: two waits for the disk in place of a dozen for each table.
///
/// The changes are independent of each other: each table has its own or has not. Used by one thread; threads that have a
/// batch each share the waits by their `SyncGroup`. What is not committed when the batch goes leaves its table as it was.
package final class CommitBatch {
    let unsynced = UnsyncedFiles()
    private var changes: [StagedChange] = []
    private let sync: (SyncGroup.Paths) throws(FileError) -> Void

    /// - Parameter sync: makes things durable: see `SyncGroup.sync`.
    package init(_ sync: @escaping (SyncGroup.Paths) throws(FileError) -> Void) { self.sync = sync }

    deinit { for change in changes { change.abandon() } }

    func add(_ change: StagedChange) {
        changes.append(change)
        if let path = change.temporaryPath { unsynced.note(temporary: path) }
    }

    // MARK: Making it so

    /// Makes all changes; afterwards each tells what came of it.
    ///
    /// - Throws: the first error, by the order in which the changes were staged: `LakeError`, `FileError`.
    package func commit() throws {
        let changes = changes
        self.changes = []
        do {
            try sync(unsynced.take())
        } catch {
            for change in changes { change.abandon() }
            throw error
        }
        var failure: (any Error)?
        var linked: [StagedChange] = []
        for change in changes {
            if failure != nil {
                change.abandon()
                continue
            }
            do {
                if try change.link() { linked.append(change) }
            } catch {
                failure = error
            }
        }
        try syncNumbers(of: linked, &failure)
        for change in changes where failure == nil {
            do { try change.conclude() } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private func syncNumbers(of linked: [StagedChange], _ failure: inout (any Error)?) throws {
        guard let first = linked.first else { return }
        do {
            try sync(SyncGroup.Paths(folders: linked.compactMap(\.logFolder)))
        } catch {
            if failure == nil { failure = first.unknown(error) }
        }
    }
}

/// One change of a batch.
package final class StagedChange {
    private enum State {
        case prepared(Committer.Prepared, WrittenFiles, again: () throws -> TableCommit)
        case linked(Committer.Prepared)
        case beaten(WrittenFiles, again: () throws -> TableCommit)
        case made(TableCommit)
        case abandoned
    }

    private var state: State
    private var told: TableCommit?

    init(made commit: TableCommit) { state = .made(commit) }

    init(_ prepared: Committer.Prepared, _ work: WrittenFiles, again: @escaping () throws -> TableCommit) {
        state = .prepared(prepared, work, again: again)
    }

    /// What came of the change; nil before its batch has committed.
    package var commit: TableCommit? {
        guard case .made(var commit) = state else { return nil }
        if let told {
            commit.missingColumns = told.missingColumns
            commit.discarded = told.discarded
        }
        return commit
    }

    /// What came of the change.
    ///
    /// - Throws: `LakeError` (`notCommitted`) before its batch has committed.
    package func made() throws(LakeError) -> TableCommit {
        guard let commit else {
            throw LakeError(.notCommitted, "a table was asked for a change before its batch had committed")
        }
        return commit
    }

    /// What the change will come to if nobody is faster.
    var expected: TableCommit {
        switch state {
        case .prepared(let prepared, _, _), .linked(let prepared): prepared.commit
        case .made(let commit): commit
        case .beaten, .abandoned:
            TableCommit(
                version: -1, isRepeated: false, rowCount: nil, fileCount: 0, byteCount: 0, logSHA256: "")
        }
    }

    /// Notes what the rows had to do with the table's columns.
    func note(_ commit: TableCommit) { told = commit }

    /// Where the version is until it has its number.
    var temporaryPath: FilePath? {
        if case .prepared(let prepared, _, _) = state { prepared.log.temporaryPath } else { nil }
    }

    var logFolder: FilePath? {
        if case .linked(let prepared) = state { prepared.table.log.folder } else { nil }
    }

    func unknown(_ error: FileError) -> any Error {
        guard case .linked(let prepared) = state else { return error }
        return Committer(table: prepared.table).unknown(prepared.version, error)
    }

    /// Gives the version its number; false where another has it.
    func link() throws -> Bool {
        guard case .prepared(let prepared, let work, let again) = state else { return false }
        var mayBeNamed = work.mayBeNamed
        defer { work.mayBeNamed = mayBeNamed }
        do {
            let isLinked = try Committer(table: prepared.table).link(prepared, mayBeNamed: &mayBeNamed)
            state = isLinked ? .linked(prepared) : .beaten(work, again: again)
            return isLinked
        } catch {
            state = .abandoned
            if !mayBeNamed { work.abandon() }
            throw error
        }
    }

    /// Tells what came of it, or goes the way of a single commit where another had the number.
    func conclude() throws {
        switch state {
        case .linked(let prepared): state = .made(Committer(table: prepared.table).concluded(prepared))
        case .beaten(let work, let again):
            do {
                state = .made(try again())
            } catch {
                state = .abandoned
                if !work.mayBeNamed { work.abandon() }
                throw error
            }
        case .prepared, .made, .abandoned: break
        }
    }

    /// Leaves the table as it is.
    func abandon() {
        guard case .prepared(let prepared, let work, _) = state else { return }
        state = .abandoned
        prepared.log.abandon()
        work.abandon()
    }
}

extension DeltaTable {
    /// Makes the folders of a table that is to be made, or has the version durable that the next one comes on top of.
    func prepareFolders(on base: TableSnapshot?, in batch: CommitBatch) throws {
        if base == nil {
            batch.unsynced.note(folders: try store.addFolder(log.folder))
            batch.unsynced.note(wayTo: self)
        } else {
            batch.unsynced.note(folders: [log.folder])
        }
    }
}
