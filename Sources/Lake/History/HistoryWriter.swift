internal import CivilTime
package import Columnar
internal import Parquet

/// Takes the rows of a source as they are now, and finds out which of them are new states.
///
/// Memory holds for each state that holds the hashes of its key and of its content: about 100 bytes.
package final class HistoryWriter {
    private let keys: RowKeys
    private let content: RowContent
    private let merging: MergeWriter
    private let base: TableSnapshot?
    /// The columns of the source, by which states differ.
    private let columns: [String]
    private let schema: Schema
    private var instant: Int64
    /// The states that hold in the table: their places in `contents`.
    private var places = RowKeyTable()
    private var contents: [RowKey] = []
    private var fates: [Fate] = []
    /// New states.
    package private(set) var changedRowCount: Int64 = 0
    /// Rows whose state the table had.
    package private(set) var knownRowCount: Int64 = 0

    private enum Fate: UInt8 { case unseen, same, ends }

    /// - Parameter schema: of the rows as they are written: the table's columns, and those that are new.
    init(_ change: HistoryChange, _ merging: MergeWriter, schema: Schema, keys: RowKeys, base: TableSnapshot?) throws {
        self.keys = keys
        self.merging = merging
        self.base = base
        self.schema = schema
        content = RowContent(keys)
        columns = change.merge.schema.fields.map(\.name)
        instant = change.instant.microsecondsSinceEpoch
        if let base { try loadStates(of: base) }
    }

    /// Reads the states that hold.
    private func loadStates(of base: TableSnapshot) throws {
        let known = columns.filter { base.schema.index(of: $0) != nil }
        // A column that is new changes every row; one that is gone changes none.
        let isComparable = known.count == columns.count
        var latest = Int64.min
        try base.forEachBatch(columns: known + [HistoryChange.Column.from], where: Self.holds) { batch in
            let hashes = try content.hashes(batch, columns: known)
            let from = try batch.column(HistoryChange.Column.from)
            for (row, key) in try keys.keys(batch).enumerated() {
                guard let key else { continue }
                _ = places.set(key, Int64(contents.count))
                contents.append(isComparable ? hashes[row] : RowKey(low: 0, high: 0))
                fates.append(.unseen)
                if case .timestamp(let start) = from.scalar(row) { latest = max(latest, start) }
            }
            guard contents.count <= KnownRows.rowCountMax else {
                throw LakeError(.schema, "table \(base.address) has more than \(KnownRows.rowCountMax) rows that hold")
            }
        }
        // A clock that was set back must not make a state end before it began.
        if latest >= instant { instant = latest.addingReportingOverflow(1).partialValue }
    }

    private static let holds = ScanPredicate.isNull(ScanColumn(HistoryChange.Column.to, []))

    /// Rows as they are at the source.
    package func write(_ batch: ColumnBatch) throws {
        let hashes = try content.hashes(batch, columns: columns)
        var rows: [Int32] = []
        for (row, key) in try keys.keys(batch).enumerated() {
            guard let key else { throw LakeError(.schema, "a row has no key: a part of it is missing") }
            guard let place = places.value(key).map(Int.init) else {
                rows.append(Int32(truncatingIfNeeded: row))
                continue
            }
            if contents[place] == hashes[row] {
                fates[place] = .same
                knownRowCount += 1
            } else {
                fates[place] = .ends
                rows.append(Int32(truncatingIfNeeded: row))
            }
        }
        guard !rows.isEmpty else { return }
        changedRowCount += Int64(rows.count)
        try merging.upsert(
            try completed(rows.count == batch.rowCount ? batch : batch.taking(rows), from: instant, to: nil))
    }

    /// Rows that are not at the source any more; only the key's columns are looked at.
    package func end(_ batch: ColumnBatch) throws {
        for case let key? in try keys.keys(batch) {
            if let place = places.value(key).map(Int.init) { fates[place] = .ends }
        }
    }

    /// Ends the states that hold no longer.
    func finish(isWhole: Bool) throws {
        guard let base, fates.contains(where: { $0 == .ends || isWhole && $0 == .unseen }) else { return }
        try base.forEachBatch(where: Self.holds) { batch in
            var rows: [Int32] = []
            for (row, key) in try keys.keys(batch).enumerated() {
                guard let key, let place = places.value(key).map(Int.init) else { continue }
                if fates[place] == .ends || isWhole && fates[place] == .unseen {
                    rows.append(Int32(truncatingIfNeeded: row))
                }
            }
            if !rows.isEmpty { try merging.upsert(try completed(batch.taking(rows), from: nil, to: instant)) }
        }
    }

    /// A batch with all columns of the table: those that it has not are missing.
    private func completed(_ batch: ColumnBatch, from: Int64?, to: Int64?) throws -> ColumnBatch {
        var columns: [Column] = []
        for field in schema.fields {
            switch field.name {
            case HistoryChange.Column.from where from != nil:
                columns.append(Column(.timestamp, .int64(Buffer([Int64](repeating: from ?? 0, count: batch.rowCount)))))
            case HistoryChange.Column.to where to != nil:
                columns.append(Column(.timestamp, .int64(Buffer([Int64](repeating: to ?? 0, count: batch.rowCount)))))
            default:
                if let index = batch.schema.index(of: field.name) {
                    columns.append(batch.columns[index])
                } else {
                    columns.append(try Column.missing(field.type, rowCount: batch.rowCount))
                }
            }
        }
        return try ColumnBatch(schema: schema, columns: columns, rowCount: batch.rowCount)
    }
}
