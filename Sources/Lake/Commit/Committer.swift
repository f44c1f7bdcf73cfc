internal import Checksum
internal import Effects
internal import SystemPackage

// How a change gets into the table.
//
// (1) Data files are durable under their final names before a version names them.
// (2) A version is one file, linked under its number and never replaced: of two writers one gets the number.
// (3) A version is linked only on top of one that is durable, folder and all: no power cut leaves a gap.
// (4) The loser reads what came before it, and tries the next number only if its change still holds: `ConflictRules`.
// (5) A change with a transaction is made once: if the table has the transaction, nothing is written, and the version
//     that has it is made durable before it is told.
// (6) Files are removed again only when it is sure that no version names them; where the outcome of a commit cannot be
//     told, they stay.
// (7) Every version names the bytes of the one before it by their hash.
// (8) Checkpoints come after a version is durable. That one fails takes nothing from the version.

/// Links versions.
struct Committer {
    let table: DeltaTable
    private var log: DeltaLog { table.log }
    private var store: any FileStore { table.store }

    /// What came of the attempts to commit.
    enum Outcome {
        /// The version is there for good.
        case committed(TableCommit)
        /// The table had the transaction already.
        case repeated(TableCommit)
        /// Somebody else made the table: the change is to be thought over on top of it.
        case tableMade(TableSnapshot)
    }

    /// How often a writer tries the next number; each failure means that another writer got on.
    private static let attemptsMax = 10_000

    /// Commits a change on top of what it has read.
    ///
    /// - Parameters:
    ///   - base: the table that the change has read; nil where it makes the table.
    ///   - mayBeNamed: set as soon as a version may name the files: rule (6).
    /// - Throws: `LakeError` (`conflict`, `superseded`, `outcomeUnknown`, `damaged`, `unsupported`), `FileError`.
    func commit(_ intent: CommitIntent, on base: TableSnapshot?, mayBeNamed: inout Bool) throws -> Outcome {
        var current = base
        for _ in 0..<Self.attemptsMax {
            let version = (current?.version ?? -1) + 1
            let bytes = DeltaLog.bytes(actions(intent, on: current, version))
            try store.syncFolder(log.folder)
            if try put(bytes, version: version, mayBeNamed: &mayBeNamed) {
                let commit = TableCommit(
                    version: version, isRepeated: false, rowCount: intent.addedRowCount,
                    fileCount: intent.added.count, byteCount: intent.addedByteCount,
                    logSHA256: SHA256Digest(of: bytes.span).description)
                return .committed(checkpointing(commit, base: current))
            }
            let next = try snapshotAfter(current)
            if let repeated = try repeated(intent.transaction, in: next) { return .repeated(repeated) }
            guard let previous = current else { return .tableMade(next) }
            try checkHolds(intent, from: previous, to: next)
            current = next
        }
        throw LakeError(.conflict, "can't write to table \(table.address): other writers were always faster")
    }

    // MARK: With others

    /// A version that is written, and has no number yet: rule (1) holds for it as soon as `log` is durable with all files.
    struct Prepared {
        let table: DeltaTable
        let version: Int64
        let bytes: [UInt8]
        /// The version's file under its temporary name.
        let log: PendingFile
        let base: TableSnapshot?
        /// What is told when it is there for good.
        let commit: TableCommit
    }

    /// Writes the version that would come next.
    ///
    /// - Throws: `FileError`.
    func prepare(_ intent: CommitIntent, on base: TableSnapshot?) throws -> Prepared {
        let version = (base?.version ?? -1) + 1
        let bytes = DeltaLog.bytes(actions(intent, on: base, version))
        let path = log.path(of: version)
        let pending = try CommittedFile(store: store, random: table.random).begin(path)
        try pending.file.write(bytes.span)
        try pending.closeUnsynced { readBack in
            guard try readBack.read(at: 0, count: bytes.count) == bytes else {
                throw FileError(.readWrite, "read back", path: path.string)
            }
        }
        let commit = TableCommit(
            version: version, isRepeated: false, rowCount: intent.addedRowCount, fileCount: intent.added.count,
            byteCount: intent.addedByteCount, logSHA256: SHA256Digest(of: bytes.span).description)
        return Prepared(table: table, version: version, bytes: bytes, log: pending, base: base, commit: commit)
    }

    /// Gives a prepared version its number; it is there for good when the log's folder is synced.
    ///
    /// - Returns: false where another has the number.
    func link(_ prepared: Prepared, mayBeNamed: inout Bool) throws -> Bool {
        do {
            try prepared.log.nameUnsynced()
            mayBeNamed = true
            return true
        } catch {
            // A lost reply: only what is on the disk tells whether the version is ours.
            switch state(of: log.path(of: prepared.version), prepared.bytes) {
            case .absent: throw error
            case .another: return false
            case .unknown:
                mayBeNamed = true
                throw unknown(prepared.version, error)
            case .ours:
                mayBeNamed = true
                return true
            }
        }
    }

    /// What is told of a prepared version that is there for good.
    func concluded(_ prepared: Prepared) -> TableCommit { checkpointing(prepared.commit, base: prepared.base) }

    // MARK: One version

    private func actions(_ intent: CommitIntent, on base: TableSnapshot?, _ version: Int64) -> [DeltaAction] {
        let milliseconds = table.clock.microsecondsSinceEpoch() / 1_000
        var actions: [DeltaAction] = [.commitInfo(info(intent, base, milliseconds))]
        if let value = intent.protocol { actions.append(.protocol(value)) }
        if let value = intent.metadata { actions.append(.metadata(value)) }
        if var transaction = intent.transaction {
            transaction.updatedMilliseconds = milliseconds
            actions.append(.transaction(transaction))
        }
        for file in intent.removed {
            var removed = RemovedFile(file, atMilliseconds: milliseconds)
            removed.isDataChange = intent.isDataChange
            actions.append(.remove(removed))
        }
        for (index, file) in intent.added.enumerated() {
            var added = file
            added.isDataChange = intent.isDataChange
            // Files that are brought back keep the place that they had.
            if added.tags[TableFile.Tag.place] == nil {
                added.tags[TableFile.Tag.place] = FilePlace.text(version: version, index: index)
            }
            actions.append(.add(added))
        }
        return actions
    }

    private func info(_ intent: CommitIntent, _ base: TableSnapshot?, _ milliseconds: Int64) -> JSONValue {
        var metrics = intent.metrics.mapValues { JSONValue.text(String($0)) }
        metrics["numFiles"] = .text(String(intent.added.count))
        metrics["numOutputRows"] = .text(String(intent.addedRowCount))
        metrics["numOutputBytes"] = .text(String(intent.addedByteCount))
        if !intent.removed.isEmpty { metrics["numRemovedFiles"] = .text(String(intent.removed.count)) }
        var isBlind = false
        if case .nothing = intent.reads { isBlind = intent.removed.isEmpty }
        var info: [String: JSONValue] = [
            "timestamp": .integer(milliseconds), "operation": .text(intent.operation),
            "operationParameters": .object(intent.parameters.mapValues { .text($0) }),
            "operationMetrics": .object(metrics), "isBlindAppend": .bool(isBlind), "engineInfo": .text(intent.engine),
            // Makes the bytes of each attempt its own, so that a lost reply can be resolved by comparing them.
            "txnId": .text(Hexadecimal.uuid(table.random)),
        ]
        if let base {
            info["readVersion"] = .integer(base.version)
            info[CommitRecord.Key.previous] = .text(base.logSHA256)
        }
        if let run = intent.run { info[CommitRecord.Key.run] = .text(run) }
        if let watermark = intent.watermark { info[CommitRecord.Key.watermark] = .text(watermark) }
        if let days = intent.changedDays { info[CommitRecord.Key.changedDays] = .text(days.text) }
        return .object(info)
    }

    /// Links a version. False where another has the number; true where it is there for good.
    private func put(_ bytes: [UInt8], version: Int64, mayBeNamed: inout Bool) throws -> Bool {
        let path = log.path(of: version)
        do {
            try CommittedFile(store: store, random: table.random).commit(bytes, to: path)
            mayBeNamed = true
            return true
        } catch {
            // A lost reply: only what is on the disk tells whether the version is ours.
            switch state(of: path, bytes) {
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

    private enum VersionState { case absent, another, ours, unknown }

    private func state(of path: FilePath, _ bytes: [UInt8]) -> VersionState {
        do {
            guard try store.status(of: path) != nil else { return .absent }
            return try store.contents(of: path, limit: DeltaLog.bytesMax) == bytes ? .ours : .another
        } catch {
            return .unknown
        }
    }

    func unknown(_ version: Int64, _ error: FileError) -> LakeError {
        LakeError(
            .outcomeUnknown,
            "can't tell whether version \(version) of table \(table.address) is durable (\(error)); repeat the change")
    }

    // MARK: Races

    private func snapshotAfter(_ current: TableSnapshot?) throws -> TableSnapshot {
        guard let current else { return try table.snapshot() }
        let last = try log.listing().last ?? current.version
        return try table.advance(current.replay, to: last, logSHA256: current.logSHA256)
    }

    private func checkHolds(_ intent: CommitIntent, from base: TableSnapshot, to current: TableSnapshot) throws {
        guard base.version < current.version else { return }
        let rules = ConflictRules(intent: intent, address: table.address)
        for version in base.version + 1...current.version {
            guard let entry = try log.entry(version) else {
                throw LakeError(
                    .conflict, "can't write to table \(table.address): version \(version) is gone; do it again")
            }
            try rules.check(entry.actions)
        }
    }

    // MARK: Once

    /// The commit that has a transaction, nil where the table does not have it.
    ///
    /// - Throws: `LakeError` (`superseded`) where the application has gone on since.
    func repeated(_ transaction: DeltaTransaction?, in snapshot: TableSnapshot?) throws -> TableCommit? {
        guard let snapshot, let transaction, let last = snapshot.transactions[transaction.application],
            last.version >= transaction.version
        else { return nil }
        for version in try log.listing().versions.reversed() where version <= snapshot.version {
            guard let entry = try log.entry(version) else { break }
            let record = CommitRecord(entry)
            let isIt = record.transactions.contains {
                $0.application == transaction.application && $0.version == transaction.version
            }
            guard isIt else { continue }
            try table.syncFolders()
            let sizes = entry.actions.map { if case .add(let file) = $0 { file.size } else { Int64(0) } }
            return TableCommit(
                version: version, isRepeated: true, rowCount: record.addedRowCount, fileCount: record.addedFileCount,
                byteCount: sizes.reduce(0) { $0.addingReportingOverflow($1).partialValue }, logSHA256: entry.sha256)
        }
        if last.version == transaction.version {
            // Its version is older than the log is kept: it was made all the same.
            try table.syncFolders()
            return TableCommit(
                version: snapshot.version, isRepeated: true, rowCount: nil, fileCount: 0, byteCount: 0,
                logSHA256: snapshot.logSHA256)
        }
        throw LakeError(
            .superseded,
            "can't write to table \(table.address): it has change \(last.version) of '\(transaction.application)' "
                + "already, and this is \(transaction.version)")
    }

    // MARK: Checkpoints

    /// Writes a checkpoint where one is due: rule (8).
    private func checkpointing(_ commit: TableCommit, base: TableSnapshot?) -> TableCommit {
        guard let base else { return commit }
        let interval = DeltaProperties(base.metadata).checkpointInterval
        guard commit.version - base.replay.checkpointVersion >= interval else { return commit }
        var commit = commit
        do {
            try table.writeCheckpoint(at: commit.version)
        } catch {
            commit.checkpointFailure = "\(error)"
        }
        return commit
    }
}

extension DeltaTable {
    /// Writes a checkpoint of a version; nothing happens where there is one.
    ///
    /// - Throws: `LakeError`, `FileError`, `ParquetError`; the table is what it was.
    package func writeCheckpoint(at version: Int64) throws {
        let replay = try loader.replay(try log.listing(), upTo: version, keepingRemovals: true)
        try CheckpointWriter(log: log, random: random).write(
            replay, atMilliseconds: clock.microsecondsSinceEpoch() / 1_000)
    }

    /// Makes the folders of a table that is to be made.
    func prepareFolders() throws(FileError) {
        try store.makeFolder(log.folder)
        try syncFolders()
    }

    /// Makes the way to the table durable: a process that died may have made its folders without syncing them.
    func syncFolders() throws(FileError) {
        try store.syncFolder(log.folder)
        try store.syncFolder(address.folder)
        for folder in foldersAbove {
            do throws(FileError) {
                try store.syncFolder(folder)
            } catch  where error.code == .notPermitted {
                return
            }
        }
    }

    /// Kind, tenant, lake and project: what Almanac may have made. Above that we may not be allowed to look.
    var foldersAbove: [FilePath] {
        var folders: [FilePath] = []
        var folder = address.folder
        while folders.count < 4 {
            let parent = folder.removingLastComponent()
            if parent.isEmpty || parent == folder { break }
            folders.append(parent)
            folder = parent
        }
        return folders
    }
}
