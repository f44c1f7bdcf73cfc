internal import CivilTime
package import Columnar

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
        switch try startReplacement(change) {
        case .repeated(let commit): return commit
        case .planned(let plan, _) where plan.schema.rewritesFiles:
            try widen(change)
            return try replace(scope, change, rows)
        case .planned(let plan, let base):
            if base == nil { try prepareFolders() }
            let work = WrittenFiles(self)
            return try work.keepingOnlyNamed {
                try Replacement(scope, plan, of: self, on: base, work, rows).commit(on: base, work)
            }
        }
    }

    /// As `replace`, but the version is made with the versions of other tables: when the batch commits.
    ///
    /// - Returns: what becomes of the change; known when the batch has committed.
    package func stage(
        _ scope: ReplaceScope, _ change: TableChange, in batch: CommitBatch, _ rows: (ReplaceWriter) throws -> Void
    ) throws -> StagedChange {
        switch try startReplacement(change) {
        case .repeated(let commit): return StagedChange(made: commit)
        case .planned(let plan, _) where plan.schema.rewritesFiles:
            // Old files are written again: a change for itself.
            return StagedChange(made: try replace(scope, change, rows))
        case .planned(let plan, let base):
            try prepareFolders(on: base, in: batch)
            let work = WrittenFiles(self, batch.unsynced)
            return try work.keepingOnlyNamed {
                try Replacement(scope, plan, of: self, on: base, work, rows).stage(on: base, work, in: batch)
            }
        }
    }

    private func startReplacement(_ change: TableChange) throws -> ChangeStart {
        guard change.eventTime != nil, change.mode == .append else {
            throw LakeError(.schema, "can't replace days of table \(address): no event time is given")
        }
        let start = try start(change)
        if case .planned(let plan, let base) = start, !plan.schema.rewritesFiles {
            try base?.checkWritable(removing: true)
        }
        return start
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
