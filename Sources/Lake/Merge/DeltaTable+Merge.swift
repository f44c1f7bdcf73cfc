internal import CivilTime
internal import Columnar
internal import Effects

// How a merge works: copy on write.
//
// (1) The rows that come go straight into new data files; memory holds their keys.
// (2) A file whose statistics say that none of the keys is in it is not opened. Of the others the key columns are read,
//     and only files that hold one of the keys are written again, without those rows.
//     A few rows take the places of those with their keys instead: what of a file they do not change is copied as it is.
// (3) Where a key comes more than once, the last holds: the new files are written once more then, without the others.
// (4) Where another writer was faster, (2) is done again on top of its version; what was written by (1) stays.
// (5) Rows of a wider type widen the table first, where the contract lets them, by a version of its own that moves rows and
//     changes none: a merge that dies between the two is made again on top of it.
extension DeltaTable {
    /// Merges rows into the table by their key; makes the table where there is none.
    ///
    /// - Parameters:
    ///   - change: what shall happen.
    ///   - rows: is given a writer; not called where the transaction is in the table already.
    /// - Throws: as `write`, and `LakeError` (`schema`) for a column that cannot be a key and for a key of which a part
    ///   is missing.
    @discardableResult
    package func merge(_ change: MergeChange, _ rows: (MergeWriter) throws -> Void) throws -> MergeCommit {
        let plan: ChangePlan
        let base: TableSnapshot?
        switch try start(change.asAppend) {
        case .repeated(let commit): return MergeCommit(commit: commit)
        case .planned(let made, let last): (plan, base) = (made, last)
        }
        try change.check(plan.schema.file, address)
        if plan.schema.rewritesFiles {
            try widen(change.asAppend)
            return try merge(change, rows)
        }
        try base?.checkWritable(removing: true)
        if base == nil { try prepareFolders() }
        let work = WrittenFiles(self)
        return try work.keepingOnlyNamed {
            let settings = try plan.settings(plan.firstPolicy(base), on: base)
            let keys = RowKeys(change.key, random: random)
            var undivided = settings
            undivided.partition = .undivided
            let writer = work.writer(undivided, nil)
            let merging = try MergeWriter(change, keys, writer, plan.schema)
            try rows(merging)
            if change.keepsUnchanged, merging.table.count == 0, let base {
                work.abandon()
                try syncFolders()
                var unchanged = MergeCommit(commit: base.unchangedCommit)
                unchanged.commit.discarded = merging.discarded
                return unchanged
            }
            let arrived = try settled(try writer.finish(), merging, keys, change, settings, work)
            var result = try commit(change, plan, settings, arrived, merging, keys, base, work)
            result.commit.missingColumns = plan.schema.missingColumns
            result.commit.discarded = merging.discarded
            result.supersededRowCount = merging.supersededRowCount
            return result
        }
    }

    /// The files of the rows that come, without superseded rows and divided as the table is: rule (3).
    private func settled(
        _ files: [AddedFile], _ merging: MergeWriter, _ keys: RowKeys, _ change: MergeChange,
        _ settings: WriterSettings, _ work: WrittenFiles
    ) throws -> [AddedFile] {
        if merging.supersededRowCount == 0, settings.partition.parts.isEmpty { return files }
        let writer = work.writer(settings, nil)
        var number: Int64 = 0
        for file in files {
            try DataFileReader(file, of: self).forEachLogicalBatch(settings.rows) { batch in
                let own = try keys.keys(batch)
                let kept = own.indices.filter { own[$0].flatMap(merging.table.value) == number + Int64($0) }
                number += Int64(batch.rowCount)
                if kept.count == batch.rowCount { return try writer.write(batch) }
                if !kept.isEmpty { try writer.write(batch.taking(kept.map { Int32(truncatingIfNeeded: $0) })) }
            }
        }
        work.remove(files)
        return try writer.finish()
    }

    private func commit(
        _ change: MergeChange, _ plan: ChangePlan, _ settings: WriterSettings, _ arrived: [AddedFile],
        _ merging: MergeWriter, _ keys: RowKeys, _ base: TableSnapshot?, _ work: WrittenFiles
    ) throws -> MergeCommit {
        let reach = KeyReach(
            change.key.compactMap { settings.rows.stored($0) }, statistics: merging.keyStatistics, merging.table)
        let removal = MergeRemoval(change.key, keys, merging.table, reach)
        var counts = MergeCounts(arrived: 0, removed: 0, deleted: 0)
        var rewrittenFileCount = 0
        let placing = merging.supersededRowCount > 0 ? nil : try ArrivedRows(arrived, of: self, settings, removal)
        let arrivedDays = DaySet(of: arrived)
        // What has no place in old files.
        var (rest, placed) = (arrived, Set<Int32>())
        let commit = try rewriting(base, removal, settings, change.transaction, work, placing: placing) {
            result, base in
            if let placing, result.placed != placed {
                work.remove(rest)
                placed = result.placed
                rest = try placing.written(without: placed, by: work.writer(settings, nil), settings)
            }
            counts = MergeCounts(
                arrived: merging.rowCount - merging.supersededRowCount, removed: result.removedRowCount,
                deleted: removal.takeDeleted())
            rewrittenFileCount = result.removed.count
            var intent = plan.intent(
                adding: result.added + rest, settings, on: base,
                milliseconds: clock.microsecondsSinceEpoch() / 1_000, random: random)
            intent.operation = "MERGE"
            intent.parameters = ["key": JSONValue.array(change.key.map { .text($0) }).canonicalText]
            intent.metrics = counts.metrics
            intent.removed = result.removed
            intent.reads = .files(mayMatch: reach.mayHold)
            if settings.eventTime != nil {
                intent.changedDays = arrivedDays.flatMap { days in result.days.map(days.union) }
            }
            return intent
        }
        if commit.isRepeated { return MergeCommit(commit: commit) }
        return MergeCommit(
            commit: commit, updatedRowCount: counts.updated, insertedRowCount: counts.inserted,
            deletedRowCount: counts.deleted, rewrittenFileCount: rewrittenFileCount)
    }
}

/// What a merge did, in rows.
struct MergeCounts {
    let arrived: Int64
    let removed: Int64
    let deleted: Int64

    /// Rows that took the place of others.
    var updated: Int64 { removed - deleted }
    /// Rows whose key was not there.
    var inserted: Int64 { arrived - updated }

    var metrics: [String: Int64] {
        ["numTargetRowsUpdated": updated, "numTargetRowsInserted": inserted, "numTargetRowsDeleted": deleted]
    }
}

extension MergeChange {
    /// The change that would add the rows.
    var asAppend: TableChange {
        var append = TableChange(.append, schema: schema, transaction: transaction, run: run, eventTime: eventTime)
        append.contract = contract
        append.partition = partition == .auto ? PartitionPolicy.none : partition
        append.engine = engine
        append.watermark = watermark
        append.limits = limits
        return append
    }

    func check(_ rows: StorageSchema, _ address: TableAddress) throws(LakeError) {
        guard !key.isEmpty else { throw LakeError(.schema, "can't merge into table \(address): there is no key") }
        for name in key {
            guard let index = rows.logical.index(of: name) else {
                throw LakeError(.schema, "can't merge into table \(address): there is no key column '\(name)'")
            }
            guard RowKeys.canBeKey(rows.logical.fields[index].type) else {
                throw LakeError(
                    .schema,
                    "can't merge into table \(address): '\(name)' is \(rows.logical.fields[index].type), no key")
            }
        }
    }
}

extension TableSnapshot {
    /// How files of this version are written again: with all of its columns.
    func fullSettings(like settings: WriterSettings) throws(LakeError) -> WriterSettings {
        try writerSettings(eventTime: settings.eventTime, engine: settings.engine, limits: settings.limits)
    }
}
