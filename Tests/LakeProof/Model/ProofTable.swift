import CivilTime
import Columnar
import Effects
import Lake
import Parquet
import SystemPackage
import Tenancy

/// A table of the proofs.
struct ProofTable {
    let table: DeltaTable
    private let store: any FileStore
    /// How the files are divided, if this one makes the table.
    var policy = PartitionPolicy.none
    /// The properties of the table, if this one makes it.
    var properties = ["delta.checkpointInterval": "7"]

    /// The name of the changes' application, where there is one writer only.
    static let application = "proof"

    init(
        _ path: FilePath, store: any FileStore = DiskFileStore(), random: any RandomSource = SystemRandom(),
        clock: any WallClock = SystemClock()
    ) {
        self.store = store
        table = DeltaTable(at: TableAddress(LocalScope(path: path)), store: store, random: random, clock: clock)
    }

    var info: OperationInfo { OperationInfo(eventTime: RowChange.eventTime) }

    /// Makes a change, once for its transaction.
    @discardableResult
    func apply(_ change: RowChange, _ transaction: DeltaTransaction) throws -> TableCommit {
        var info = info
        info.transaction = transaction
        switch change {
        case .append(let rows): return try write(.append, rows, transaction)
        case .overwrite(let rows): return try write(.overwrite, rows, transaction)
        case .delete(let range):
            return try table.delete(where: .between("id", .int(range.lowerBound), .int(range.upperBound)), info).commit
        case .merge(let rows, let deletes):
            var merge = MergeChange(key: ["id"], schema: RowChange.schema, eventTime: RowChange.eventTime)
            merge.transaction = transaction
            merge.partition = policy
            return try table.merge(merge) { writer in
                if !rows.isEmpty { try writer.upsert(try RowChange.batch(rows)) }
                if deletes.isEmpty { return }
                try writer.delete(
                    try ColumnBatch(schema: Schema([Field("id", .int64)]), rows: deletes.map { [.int($0)] }))
            }.commit
        case .replaceDay(let day, let rows):
            var change = TableChange(.append, schema: RowChange.schema, eventTime: RowChange.eventTime)
            change.transaction = transaction
            change.partition = policy
            let days = LocalDate(daysSinceEpoch: day)..<LocalDate(daysSinceEpoch: day + 1)
            return try table.replace(.days(days), change) { try $0.write(try RowChange.batch(rows)) }
        }
    }

    private func write(
        _ mode: WriteMode, _ rows: [RowChange.Row], _ transaction: DeltaTransaction
    ) throws -> TableCommit {
        var change = TableChange(mode, schema: RowChange.schema, eventTime: RowChange.eventTime)
        change.transaction = transaction
        change.partition = policy
        change.limits.rowGroupRows = 16
        change.properties = properties
        let batched = Self.isBatched(transaction)
        guard batched else { return try table.write(change) { try $0.write(try RowChange.batch(rows)) } }
        return try writeInBatch(change, rows, asVolume: transaction.version % 4 == 0)
    }

    /// Every second change becomes durable as those of a batch do.
    private static func isBatched(_ transaction: DeltaTransaction) -> Bool { transaction.version % 2 == 0 }

    private func writeInBatch(_ change: TableChange, _ rows: [RowChange.Row], asVolume: Bool) throws -> TableCommit {
        let group = SyncGroup(
            store: store, volumeOf: asVolume ? table.address.folder : nil, oneByOneMax: 0)
        let batch = CommitBatch { paths throws(FileError) in try group.sync(paths) }
        let staged = try table.stage(change, in: batch) { try $0.write(try RowChange.batch(rows)) }
        try batch.commit()
        guard let commit = staged.commit else { throw ProofFailure("a batch has committed and does not say what") }
        return commit
    }

    /// The rows at a moment; a row that is there twice has the note `twice`.
    func rows(at moment: DeltaTable.Moment = .latest) throws -> RowChange.Rows {
        try Self.rows(try table.snapshot(at: moment))
    }

    static func rows(_ snapshot: TableSnapshot) throws -> RowChange.Rows {
        var rows: RowChange.Rows = [:]
        for row in try snapshot.rows(columns: ["id", "note"]) {
            guard case .int(let id) = row[0], case .text(let note) = row[1] else { continue }
            rows[id] = rows[id] == nil ? note : "twice"
        }
        return rows
    }

    /// What verification found, leftovers of changes that were given up aside.
    func problems() throws -> [String] {
        try table.verify { $0 == "UTC" ? .utc : nil }.findings.filter(\.isDamage).map(\.description)
    }
}
