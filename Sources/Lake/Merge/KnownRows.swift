package import Columnar
package import Effects
package import Parquet

/// The rows of a table that may come again from its source, by columns that tell them apart: takes those that are there
/// out of what is read twice. About 60 bytes of memory a row.
package struct KnownRows: Sendable {
    private let keys: RowKeys
    private let columns: [String]
    private var table = RowKeyTable()
    /// The rows that had come before.
    package private(set) var knownRowCount: Int64 = 0

    /// The most rows that are in memory.
    package static let rowCountMax = 20_000_000

    /// - Parameters:
    ///   - snapshot: the table; nil where there is none yet.
    ///   - columns: what tells rows apart. A row in which one of them is missing is never known.
    ///   - predicate: which rows may come again; nil for all.
    /// - Throws: `LakeError` (`schema`) for a type that cannot be a key and for too many rows; as
    ///   `TableSnapshot.forEachBatch`.
    package init(
        of snapshot: TableSnapshot?, columns: [String], where predicate: ScanPredicate?, random: any RandomSource
    ) throws {
        self.columns = columns
        keys = RowKeys(columns, random: random)
        guard let snapshot else { return }
        for name in columns {
            guard let index = snapshot.schema.index(of: name),
                RowKeys.canBeKey(snapshot.schema.fields[index].type)
            else {
                throw LakeError(.schema, "rows of table \(snapshot.address) cannot be told apart by '\(name)'")
            }
        }
        try snapshot.forEachBatch(columns: columns, where: predicate) { batch in
            for case let key? in try keys.keys(batch) { _ = table.set(key, 0) }
            try checkCount()
        }
    }

    /// - Throws: `LakeError` (`schema`) where there are too many rows to compare.
    package func checkCount() throws(LakeError) {
        guard table.count <= Self.rowCountMax else {
            throw LakeError(.schema, "more than \(Self.rowCountMax) rows would have to be compared by their keys")
        }
    }

    /// The rows that are not there yet; they are known from now on. Nil where there are none.
    package mutating func unknown(in batch: ColumnBatch) throws -> ColumnBatch? {
        var rows: [Int32] = []
        for (row, key) in try keys.keys(batch).enumerated() {
            if let key, table.set(key, 0) != nil {
                knownRowCount += 1
            } else {
                rows.append(Int32(truncatingIfNeeded: row))
            }
        }
        if rows.count == batch.rowCount { return batch }
        return rows.isEmpty ? nil : batch.taking(rows)
    }

    /// The rows that were never noted; nothing is noted now. Nil where there are none.
    package func missing(in batch: ColumnBatch) throws -> ColumnBatch? {
        var rows: [Int32] = []
        for (row, key) in try keys.keys(batch).enumerated() {
            if let key, table.value(key) != nil { continue }
            rows.append(Int32(truncatingIfNeeded: row))
        }
        if rows.count == batch.rowCount { return batch }
        return rows.isEmpty ? nil : batch.taking(rows)
    }
}
