internal import Effects

/// A replacement whose rows are written: what is left is to take the old ones out of their files, and to commit.
struct Replacement {
    private let table: DeltaTable
    private let plan: ChangePlan
    private let removal: ReplaceRemoval
    private let settings: WriterSettings
    private let arrived: [AddedFile]
    private let discarded: DiscardedRows

    /// - Parameters:
    ///   - work: takes the files.
    ///   - rows: is given a writer for the rows.
    /// - Throws: as `DeltaTable.replace`.
    init(
        _ scope: ReplaceScope, _ plan: ChangePlan, of table: DeltaTable, on base: TableSnapshot?, _ work: WrittenFiles,
        _ rows: (ReplaceWriter) throws -> Void
    ) throws {
        guard let eventTime = plan.change.eventTime else {
            throw LakeError(.schema, "can't replace days of table \(table.address): no event time is given")
        }
        self.table = table
        self.plan = plan
        removal = ReplaceRemoval(scope: scope, eventTime: eventTime)
        settings = try plan.settings(plan.firstPolicy(base), on: base)
        let writer = work.writer(settings, plan.schema.conformer(from: plan.change.schema))
        try rows(ReplaceWriter(writer, scope, eventTime, table.address))
        arrived = try writer.finish()
        discarded = writer.discarded
    }

    /// Commits by itself.
    ///
    /// - Parameter work: takes what is left of the old files.
    func commit(on base: TableSnapshot?, _ work: WrittenFiles) throws -> TableCommit {
        told(try table.rewriting(base, removal, settings, plan.change.transaction, work, intent))
    }

    /// Makes the version ready; it is made when the batch commits.
    func stage(on base: TableSnapshot?, _ work: WrittenFiles, in batch: CommitBatch) throws -> StagedChange {
        let result = try table.rewritten(base, removal, settings, work)
        let prepared = try Committer(table: table).prepare(intent(result, base), on: base)
        let change = StagedChange(prepared, work) {
            work.remove(result.added)
            // The batch has been synced: what is written now becomes durable by itself.
            let late = WrittenFiles(table)
            defer { if late.mayBeNamed { work.mayBeNamed = true } }
            let made = try late.keepingOnlyNamed { try commit(on: base, late) }
            if made.isRepeated { work.abandon() }
            return made
        }
        change.note(told(change.expected))
        batch.add(change)
        return change
    }

    private func intent(_ result: FileRewriter.Result, _ base: TableSnapshot?) -> CommitIntent {
        var intent = plan.intent(
            adding: result.added + arrived, settings, on: base,
            milliseconds: table.clock.microsecondsSinceEpoch() / 1_000, random: table.random)
        intent.parameters = ["mode": "Overwrite", "replaceDays": removal.scope.text]
        intent.metrics = ["numDeletedRows": result.removedRowCount]
        intent.removed = result.removed
        intent.reads = .files { [removal] in removal.reach($0) != .nothing }
        intent.changedDays = DaySet(of: arrived).flatMap { days in result.days.map(days.union) }
        return intent
    }

    private func told(_ commit: TableCommit) -> TableCommit {
        var commit = commit
        commit.missingColumns = plan.schema.missingColumns
        commit.discarded = discarded
        return commit
    }
}
