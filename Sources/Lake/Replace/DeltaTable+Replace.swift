internal import CivilTime
package import Columnar
internal import Effects

extension DeltaTable {
    /// Puts rows in the place of those of some days; makes the table where there is none. Files of other days are left
    /// alone, those that hold some of the days and others are written again.
    ///
    /// - Parameters:
    ///   - scope: the days.
    ///   - change: an appending change with an event time.
    ///   - rows: is given a writer; a row of another day is refused.
    /// - Throws: as `write`; `LakeError` (`schema`) for a row that lies outside of the days.
    @discardableResult
    package func replace(
        _ scope: ReplaceScope, _ change: TableChange, _ rows: (ReplaceWriter) throws -> Void
    ) throws -> TableCommit {
        guard let eventTime = change.eventTime, change.mode == .append else {
            throw LakeError(.schema, "can't replace days of table \(address): no event time is given")
        }
        let base = try snapshotIfThere(at: .latest)
        if let repeated = try Committer(table: self).repeated(change.transaction, in: base) { return repeated }
        let plan = try ChangePlan(change, on: base, at: address)
        if plan.schema.rewritesFiles {
            try widen(change)
            return try replace(scope, change, rows)
        }
        try base?.checkWritable(removing: true)
        if base == nil { try prepareFolders() }
        let work = WrittenFiles(self)
        return try work.keepingOnlyNamed {
            let settings = try plan.settings(plan.firstPolicy(base), on: base)
            let writer = work.writer(settings, plan.schema.conformer(from: change.schema))
            try rows(ReplaceWriter(writer, scope, eventTime, address))
            let arrived = try writer.finish()
            let removal = ReplaceRemoval(scope: scope, eventTime: eventTime)
            var commit = try rewriting(base, removal, settings, change.transaction, work) { result, base in
                var intent = plan.intent(
                    adding: result.added + arrived, settings, on: base,
                    milliseconds: clock.microsecondsSinceEpoch() / 1_000, random: random)
                intent.parameters = ["mode": "Overwrite", "replaceDays": scope.text]
                intent.metrics = ["numDeletedRows": result.removedRowCount]
                intent.removed = result.removed
                intent.reads = .files { removal.reach($0) != .nothing }
                intent.changedDays = DaySet(of: arrived).flatMap { days in result.days.map(days.union) }
                return intent
            }
            commit.missingColumns = plan.schema.missingColumns
            commit.discarded = writer.discarded
            return commit
        }
    }
}

/// Takes the rows of a replacement, and holds them to its days.
package final class ReplaceWriter {
    private let writer: TableWriter
    private let scope: ReplaceScope
    private let eventTime: EventTime
    private let address: TableAddress

    init(_ writer: TableWriter, _ scope: ReplaceScope, _ eventTime: EventTime, _ address: TableAddress) {
        self.writer = writer
        self.scope = scope
        self.eventTime = eventTime
        self.address = address
    }

    /// The rows so far.
    package var rowCount: Int64 { writer.rowCount }

    /// Adds rows.
    ///
    /// - Throws: `LakeError` (`schema`) where a row lies outside of the days; what `TableWriter.write` throws.
    package func write(_ batch: ColumnBatch) throws {
        let days = try EventDays(batch.column(eventTime.column), zone: eventTime.zone)
        for row in 0..<batch.rowCount where !scope.contains(days[row]) {
            throw LakeError(
                .schema, "can't replace days \(scope.text) of table \(address): a row lies outside of them")
        }
        try writer.write(batch)
    }
}
