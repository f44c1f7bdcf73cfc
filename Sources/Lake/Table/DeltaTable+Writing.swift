internal import Checksum
internal import CivilTime
internal import Columnar
internal import Effects
internal import SystemPackage

// How a change gets into the table.
//
// (1) Data files are durable under their final names before a version names them.
// (2) A version is one file, linked under its number and never replaced: of two writers one gets the number.
// (3) A version is linked only on top of one that is durable, folder and all: no power cut leaves a gap.
// (4) The loser reads what came before it, and tries the next number only if its change still holds:
//     an append holds unless the columns, the protocol or the transaction changed;
//     an overwrite holds unless any file came or went, since it would remove rows that its maker never saw.
// (5) A change with a transaction is made once: if the table has the transaction, nothing is written, and the version
//     that has it is made durable before it is told.
// (6) Files are removed again only when it is sure that no version names them; where the outcome of a commit cannot be
//     told, they stay.
extension DeltaTable {
    /// Makes a change of the table; makes the table where there is none.
    ///
    /// - Parameters:
    ///   - change: what shall happen.
    ///   - rows: is given a writer for the rows; not called where the transaction is in the table already.
    /// - Throws: `LakeError` (`conflict`, `superseded`, `schema`, `unsupported`, `tenantMismatch`, `outcomeUnknown`,
    ///   `damaged`), `FileError`, `ParquetError`, and what `rows` throws. The table is unchanged then, but for
    ///   `outcomeUnknown`: repeat the change with the same transaction.
    @discardableResult
    package func write(_ change: TableChange, _ rows: (TableWriter) throws -> Void) throws -> TableCommit {
        let base = try snapshotIfThere(at: .latest)
        if let repeated = try repeated(change, in: base) { return repeated }
        let plan = try ChangePlan(change, on: base, at: address)
        try prepareFolders(isNew: base == nil)
        let writer = TableWriter(self, change, plan.storageSchema)
        var mayBeNamed = false
        do {
            try rows(writer)
            let files = try writer.finish()
            if let unchanged = unchanged(plan, files, on: base) {
                writer.abandon()
                // As rule (5): its maker may have died before it was durable.
                try syncFolders()
                return unchanged
            }
            let commit = try commit(plan, files, on: base, mayBeNamed: &mayBeNamed)
            if commit.isRepeated { writer.abandon() }
            return commit
        } catch {
            if !mayBeNamed { writer.abandon() }
            throw error
        }
    }

    /// The state of a table that an overwrite would not change: the same columns, the same bytes in the same order.
    private func unchanged(_ plan: ChangePlan, _ files: [AddedFile], on base: TableSnapshot?) -> TableCommit? {
        guard plan.change.keepsUnchanged, plan.change.mode == .overwrite, let base,
            base.storageSchema == plan.storageSchema, base.eventTimeColumn == plan.change.eventTime?.column,
            base.metadata.configuration[TableProperties.eventZone] == plan.change.eventTime?.zone.name,
            base.files.map(\.sha256) == files.map({ $0.tags[TableFile.Tag.sha256] })
        else { return nil }
        return TableCommit(
            version: base.version, isRepeated: false, isUnchanged: true, rowCount: base.rowCount,
            fileCount: base.files.count, byteCount: base.byteCount, logSHA256: base.logSHA256)
    }

    // MARK: Commit

    /// How often a writer tries the next number; each failure means that another writer got on.
    private static let attemptsMax = 10_000

    private func commit(
        _ plan: ChangePlan, _ files: [AddedFile], on base: TableSnapshot?, mayBeNamed: inout Bool
    ) throws -> TableCommit {
        var current = base
        for _ in 0..<Self.attemptsMax {
            let version = (current?.version ?? -1) + 1
            let actions = plan.actions(
                adding: files, on: current, milliseconds: clock.microsecondsSinceEpoch() / 1_000, random: random)
            let bytes = DeltaLog.bytes(actions)
            try store.syncFolder(log.folder)
            if try put(bytes, version: version, mayBeNamed: &mayBeNamed) {
                return TableCommit(
                    version: version, isRepeated: false, rowCount: plan.rowCount(files), fileCount: files.count,
                    byteCount: files.reduce(0) { $0 + $1.size }, logSHA256: SHA256Digest(of: bytes.span).description)
            }
            let next = try snapshotAfter(current)
            if let repeated = try repeated(plan.change, in: next) { return repeated }
            try plan.checkHolds(from: current, to: next, log: log)
            current = next
        }
        throw LakeError(.conflict, "can't write to table \(address): other writers were always faster")
    }

    /// Links a version. False where another has the number; true where it is there for good.
    private func put(_ bytes: [UInt8], version: Int64, mayBeNamed: inout Bool) throws -> Bool {
        let path = log.path(of: version)
        do {
            try CommittedFile(store: store, random: random).commit(bytes, to: path)
            mayBeNamed = true
            return true
        } catch {
            // A lost reply: only what is on the disk tells whether the version is ours.
            switch outcome(bytes, path) {
            case .absent: throw error
            case .another: return false
            case .unknown:
                mayBeNamed = true
                throw unknown(version, error)
            case .ours:
                mayBeNamed = true
                // A sync that failed is not tried again and called good.
                if error.operation == "sync" { throw unknown(version, error) }
                do { try store.syncFolder(log.folder) } catch { throw unknown(version, error) }
                return true
            }
        }
    }

    private enum Outcome { case absent, another, ours, unknown }

    private func outcome(_ bytes: [UInt8], _ path: FilePath) -> Outcome {
        do {
            guard try store.status(of: path) != nil else { return .absent }
            return try store.contents(of: path, limit: DeltaLog.bytesMax) == bytes ? .ours : .another
        } catch {
            return .unknown
        }
    }

    private func unknown(_ version: Int64, _ error: FileError) -> LakeError {
        LakeError(
            .outcomeUnknown,
            "can't tell whether version \(version) of table \(address) is durable (\(error)); repeat the change")
    }

    private func snapshotAfter(_ current: TableSnapshot?) throws -> TableSnapshot {
        guard let current else { return try snapshot() }
        let last = try log.listing().versions.last ?? current.version
        return try advance(current.replay, to: last, logSHA256: current.logSHA256)
    }

    // MARK: Once

    /// The commit that has the change's transaction, nil where the table does not have it.
    private func repeated(_ change: TableChange, in snapshot: TableSnapshot?) throws -> TableCommit? {
        guard let snapshot, let transaction = change.transaction,
            let last = snapshot.transactions[transaction.application], last.version >= transaction.version
        else { return nil }
        for version in stride(from: snapshot.version, through: 0, by: -1) {
            guard let entry = try log.entry(version) else { break }
            let record = CommitRecord(entry)
            let isIt = record.transactions.contains {
                $0.application == transaction.application && $0.version == transaction.version
            }
            guard isIt else { continue }
            try syncFolders()
            let sizes = entry.actions.map { if case .add(let file) = $0 { file.size } else { Int64(0) } }
            return TableCommit(
                version: version, isRepeated: true, rowCount: record.addedRowCount, fileCount: record.addedFileCount,
                byteCount: sizes.reduce(0) { $0.addingReportingOverflow($1).partialValue }, logSHA256: entry.sha256)
        }
        throw LakeError(
            .superseded,
            "can't write to table \(address): it has change \(last.version) of '\(transaction.application)' already, "
                + "and this is \(transaction.version)")
    }

    // MARK: Folders

    private func prepareFolders(isNew: Bool) throws(FileError) {
        guard isNew else { return }
        try store.makeFolder(log.folder)
        try syncFolders()
    }

    /// Makes the way to the table durable: a process that died may have made its folders without syncing them.
    private func syncFolders() throws(FileError) {
        try store.syncFolder(log.folder)
        try store.syncFolder(address.folder)
        var folder = address.folder
        // Kind, tenant, lake and project: what Almanac may have made. Above that we may not be allowed to look.
        for _ in 0..<4 {
            let parent = folder.removingLastComponent()
            if parent.isEmpty || parent == folder { return }
            do throws(FileError) {
                try store.syncFolder(parent)
            } catch  where error.code == .notPermitted {
                return
            }
            folder = parent
        }
    }
}
