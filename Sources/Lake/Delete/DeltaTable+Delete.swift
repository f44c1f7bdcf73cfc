internal import CivilTime
internal import Columnar
package import Parquet

/// What a change is that brings no rows: who makes it, and what makes it happen once.
package struct OperationInfo: Sendable {
    /// What makes the change happen once.
    package var transaction: DeltaTransaction?
    /// The run that makes it, for the history.
    package var run: String?
    /// The table's event time, with its zone: for the days of files that are written again. Needed where the table has
    /// one.
    package var eventTime: EventTime?
    /// Who writes, with its version.
    package var engine = "almanac"
    /// How large files get.
    package var limits = DataFileLimits()

    package init(transaction: DeltaTransaction? = nil, run: String? = nil, eventTime: EventTime? = nil) {
        self.transaction = transaction
        self.run = run
        self.eventTime = eventTime
    }
}

extension DeltaTable {
    /// Deletes the rows for which a predicate is true. Files whose statistics rule that out are not opened; files of which
    /// all rows go are not read.
    ///
    /// - Returns: the version, and how many rows went; no version is made where none does.
    /// - Throws: `LakeError` (`noTable`, `conflict`, `superseded`, `unsupported`, `schema`, `outcomeUnknown`),
    ///   `ParquetError` (`mismatch`) where the predicate does not fit, `FileError`.
    @discardableResult
    package func delete(
        where predicate: ScanPredicate, _ info: OperationInfo = OperationInfo()
    ) throws -> (commit: TableCommit, deletedRowCount: Int64) {
        let base = try snapshot()
        if let repeated = try Committer(table: self).repeated(info.transaction, in: base) { return (repeated, 0) }
        try base.checkWritable(removing: true)
        try base.check(info.eventTime)
        let removal = try PredicateRemoval(predicate, base.storageSchema)
        let settings = try base.writerSettings(eventTime: info.eventTime, engine: info.engine, limits: info.limits)
        let work = WrittenFiles(self)
        var deletedRowCount: Int64 = 0
        let commit = try work.keepingOnlyNamed {
            try rewriting(base, removal, settings, info.transaction, work) { result, base in
                deletedRowCount = result.removedRowCount
                guard let base else { return nil }
                if result.removed.isEmpty, info.transaction == nil { return nil }
                var intent = CommitIntent("DELETE", engine: info.engine)
                intent.parameters = ["predicateColumns": removal.columns.joined(separator: ",")]
                intent.metrics = ["numDeletedRows": result.removedRowCount]
                intent.transaction = info.transaction
                intent.run = info.run
                intent.removed = result.removed
                intent.added = result.added
                intent.reads = .files { removal.reach($0) != .nothing }
                intent.changedDays = base.eventTimeColumn == nil ? nil : result.days
                return intent
            }
        }
        return (commit, deletedRowCount)
    }
}

extension TableSnapshot {
    /// - Throws: `LakeError` (`schema`) where a change counts days otherwise than the table.
    func check(_ eventTime: EventTime?) throws(LakeError) {
        guard eventTimeColumn == eventTime?.column,
            metadata.configuration[TableProperties.eventZone] == eventTime?.zone.name
        else {
            throw LakeError(
                .schema, "can't change table \(address): it counts the days of another column or in another zone")
        }
    }

    /// The version as it is, for a change that had nothing to do.
    var unchanged: TableCommit {
        TableCommit(
            version: version, isRepeated: false, isUnchanged: true, rowCount: rowCount, fileCount: files.count,
            byteCount: byteCount, logSHA256: logSHA256)
    }
}
