internal import CivilTime
internal import Columnar
internal import Effects

extension DeltaTable {
    /// Appends rows, or puts them in the place of all that are there; makes the table where there is none.
    ///
    /// - Parameters:
    ///   - change: what shall happen.
    ///   - rows: is given a writer for the rows; not called where the transaction is in the table already.
    /// - Throws: `LakeError` (`conflict`, `superseded`, `schema`, `unsupported`, `tenantMismatch`, `outcomeUnknown`,
    ///   `damaged`), `FileError`, `ParquetError`, and what `rows` throws. The table is unchanged then, but for
    ///   `outcomeUnknown`: repeat the change with the same transaction.
    @discardableResult
    package func write(_ change: TableChange, _ rows: (TableWriter) throws -> Void) throws -> TableCommit {
        switch try start(change) {
        case .repeated(let commit): return commit
        case .planned(let plan, let base):
            if base == nil { try prepareFolders() }
            return try write(plan, on: base, WrittenFiles(self), rows) { files, settings, work in
                try commit(plan, files, settings, on: base, work)
            }
        }
    }

    /// As `write`, but the version is made with the versions of other tables: when the batch commits.
    ///
    /// - Returns: what becomes of the change; known when the batch has committed.
    package func stage(
        _ change: TableChange, in batch: CommitBatch, _ rows: (TableWriter) throws -> Void
    ) throws -> StagedChange {
        switch try start(change) {
        case .repeated(let commit): return StagedChange(made: commit)
        case .planned(let plan, _) where plan.schema.rewritesFiles:
            // Old files are written again: a change for itself.
            return StagedChange(made: try write(change, rows))
        case .planned(let plan, let base):
            try prepareFolders(on: base, in: batch)
            var staged: StagedChange?
            let commit = try write(plan, on: base, WrittenFiles(self, batch.unsynced), rows) { files, settings, work in
                let change = try stage(plan, files, settings, on: base, work, batch)
                staged = change
                return change.expected
            }
            guard let staged else { return StagedChange(made: commit) }
            staged.note(commit)
            return staged
        }
    }

    private func write(
        _ plan: ChangePlan, on base: TableSnapshot?, _ work: WrittenFiles, _ rows: (TableWriter) throws -> Void,
        _ commit: ([AddedFile], WriterSettings, WrittenFiles) throws -> TableCommit
    ) throws -> TableCommit {
        let settings = try plan.settings(plan.firstPolicy(base), on: base)
        return try work.keepingOnlyNamed {
            let writer = work.writer(settings, plan.schema.conformer(from: plan.change.schema))
            try rows(writer)
            var written = try writer.finish()
            if let unchanged = unchanged(plan, settings, written, on: base) {
                work.abandon()
                // As rule (5): its maker may have died before it was durable.
                if let unsynced = work.unsynced { unsynced.note(wayTo: self) } else { try syncFolders() }
                return unchanged
            }
            var final = settings
            if plan.decidesLater(base) { (written, final) = try divided(written, plan, settings, base, work) }
            var commit = try commit(written, final, work)
            commit.missingColumns = plan.schema.missingColumns
            commit.discarded = writer.discarded
            return commit
        }
    }

    /// Gives the table the wider types of a change that is to come, and none of its rows.
    func widen(_ change: TableChange) throws {
        var widening = change
        widening.transaction = nil
        try write(widening) { _ in }
    }

    private func commit(
        _ plan: ChangePlan, _ files: [AddedFile], _ settings: WriterSettings, on base: TableSnapshot?,
        _ work: WrittenFiles
    ) throws -> TableCommit {
        var intent = plan.intent(
            adding: files, settings, on: base, milliseconds: clock.microsecondsSinceEpoch() / 1_000, random: random)
        if plan.schema.rewritesFiles, plan.change.mode == .append, let base {
            // Wider types: readers of other engines want every file to have the table's.
            intent.added = try widened(base, settings, work) + files
            intent.removed = base.replay.activeFiles
            intent.reads = .all
            intent.changedDays = DaySet(of: files)
        }
        if let unchanged = unchanged(plan, intent, on: base) {
            try syncFolders()
            return unchanged
        }
        let outcome = try Committer(table: self).commit(intent, on: base, mayBeNamed: &work.mayBeNamed)
        switch outcome {
        case .committed(let commit): return commit
        case .repeated(let commit):
            work.abandon()
            return commit
        case .tableMade(let table):
            // Two made the table at once: an append goes on top if it fits, an overwrite never saw what is there.
            guard plan.change.mode == .append else {
                throw LakeError(
                    .conflict, "can't write to table \(address): another writer made it meanwhile; do it again")
            }
            let again = try ChangePlan(plan.change, on: table, at: address)
            guard !again.schema.rewritesFiles, again.schema.file == plan.schema.file,
                table.metadata.partitionColumns == settings.partition.columns
            else {
                throw LakeError(
                    .conflict, "can't write to table \(address): another writer made it otherwise; do it again")
            }
            return try commit(again, files, try again.settings(nil, on: table), on: table, work)
        }
    }

    private func stage(
        _ plan: ChangePlan, _ files: [AddedFile], _ settings: WriterSettings, on base: TableSnapshot?,
        _ work: WrittenFiles, _ batch: CommitBatch
    ) throws -> StagedChange {
        let intent = plan.intent(
            adding: files, settings, on: base, milliseconds: clock.microsecondsSinceEpoch() / 1_000, random: random)
        if let unchanged = unchanged(plan, intent, on: base) {
            batch.unsynced.note(wayTo: self)
            return StagedChange(made: unchanged)
        }
        let change = StagedChange(try Committer(table: self).prepare(intent, on: base), work) {
            try commit(plan, files, settings, on: base, work)
        }
        batch.add(change)
        return change
    }

    /// The state of a table to which an append brings nothing.
    private func unchanged(_ plan: ChangePlan, _ intent: CommitIntent, on base: TableSnapshot?) -> TableCommit? {
        guard plan.change.keepsUnchanged, plan.change.mode == .append, intent.changesNothing else { return nil }
        return base?.unchangedCommit
    }

    /// The state of a table that an overwrite would not change: the same columns, the same bytes in the same order.
    private func unchanged(
        _ plan: ChangePlan, _ settings: WriterSettings, _ files: [AddedFile], on base: TableSnapshot?
    ) -> TableCommit? {
        guard plan.change.keepsUnchanged, plan.change.mode == .overwrite, let base,
            base.storageSchema == settings.schema, base.eventTimeColumn == plan.change.eventTime?.column,
            base.metadata.configuration[TableProperties.eventZone] == plan.change.eventTime?.zone.name,
            base.files.map(\.sha256) == files.map({ $0.tags[TableFile.Tag.sha256] })
        else { return nil }
        return base.unchangedCommit
    }

    // MARK: Files that are written again

    /// What `auto` becomes, and the files divided so: a second pass, over the first rows of a large table only.
    private func divided(
        _ files: [AddedFile], _ plan: ChangePlan, _ settings: WriterSettings, _ base: TableSnapshot?,
        _ work: WrittenFiles
    ) throws -> ([AddedFile], WriterSettings) {
        let bytes = files.reduce(Int64(0)) { $0 + $1.size }
        let policy = PartitionPolicy.automatic(bytes: bytes, days: DaySet(of: files) ?? DaySet())
        guard policy != .none else { return (files, settings) }
        let final = try plan.settings(policy, on: base)
        let writer = work.writer(final, nil)
        for file in files {
            try DataFileReader(file, of: self).forEachLogicalBatch(settings.rows) { try writer.write($0) }
        }
        let divided = try writer.finish()
        work.remove(files)
        return (divided, final)
    }

    /// All files of a table with other types.
    private func widened(
        _ base: TableSnapshot, _ settings: WriterSettings, _ work: WrittenFiles
    ) throws -> [AddedFile] {
        var wide = settings
        wide.rows = settings.schema.withoutPartitions
        let writer = work.writer(wide, nil)
        for file in base.files {
            try DataFileReader(file.action, of: self).forEachLogicalBatch(wide.rows) { try writer.write($0) }
            // One file of old rows stays one file.
            try writer.closeFiles()
        }
        return try writer.finish()
    }
}

extension TableSnapshot {
    /// What stands for a change that would have changed nothing.
    var unchangedCommit: TableCommit {
        TableCommit(
            version: version, isRepeated: false, isUnchanged: true, rowCount: rowCount, fileCount: files.count,
            byteCount: byteCount, logSHA256: logSHA256)
    }
}

extension DaySet {
    /// The days of files; nil where one does not say.
    init?(of files: [AddedFile]) {
        self.init()
        for file in files {
            guard let days = file.days else { return nil }
            self = union(days)
        }
    }
}
