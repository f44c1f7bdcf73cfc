package import Columnar

/// Takes the rows of a merge. They go straight into data files; memory holds their keys.
package final class MergeWriter {
    private let keys: RowKeys
    private let change: MergeChange
    private let writer: TableWriter
    private let keySchema: StorageSchema
    private var conformer: RowConformer?
    private var bounds: FileStatistics
    /// For each key the number of the row that holds, or -1 where it goes.
    private(set) var table = RowKeyTable()
    /// The rows that were written, superseded ones too.
    private(set) var rowCount: Int64 = 0
    /// How many of the rows that were written hold no longer.
    private(set) var supersededRowCount: Int64 = 0
    /// What the contract left out.
    package var discarded: DiscardedRows { conformer?.discarded ?? DiscardedRows() }

    init(_ change: MergeChange, _ keys: RowKeys, _ writer: TableWriter, _ plan: SchemaPlan) throws {
        self.change = change
        self.keys = keys
        self.writer = writer
        conformer = plan.conformer(from: change.schema)
        keySchema = plan.file.selecting(change.key)
        bounds = FileStatistics(schema: keySchema.storage)
    }

    /// Rows that come, or take the place of those with the same key. Of two with one key the later holds.
    ///
    /// - Throws: `LakeError` (`schema`) where a part of a key is missing, or there are too many keys; what
    ///   `TableWriter.write` throws.
    package func upsert(_ batch: ColumnBatch) throws {
        var batch = batch
        if conformer != nil {
            guard let conformed = try conformer?.conform(batch) else { return }
            batch = conformed
        }
        for key in try keys.keys(batch) {
            let old = try set(key, rowCount)
            if let old, old >= 0 { supersededRowCount += 1 }
            rowCount += 1
        }
        try note(batch)
        try writer.write(batch)
    }

    /// Keys of rows that go.
    ///
    /// - Parameter batch: has the key's columns; others are passed over.
    /// - Throws: as `upsert`.
    package func delete(_ batch: ColumnBatch) throws {
        var columns: [Column] = []
        for field in keySchema.logical.fields {
            let column = try batch.column(field.name)
            let fitted = column.fitted(to: field.type)
            guard fitted.unfit == nil else {
                throw LakeError(.schema, "can't merge: a value of key column '\(field.name)' is no \(field.type)")
            }
            columns.append(fitted.column)
        }
        let keyed = try ColumnBatch(
            schema: Schema(keySchema.logical.fields.map { Field($0.name, $0.type) }), columns: columns,
            rowCount: batch.rowCount)
        for key in try keys.keys(keyed) {
            let old = try set(key, -1)
            if let old, old >= 0 { supersededRowCount += 1 }
        }
        try note(keyed)
    }

    private func set(_ key: RowKey?, _ value: Int64) throws -> Int64? {
        guard let key else { throw LakeError(.schema, "can't merge: a part of a row's key is missing") }
        let old = table.set(key, value)
        guard table.count <= change.keyCountMax else {
            throw LakeError(
                .schema, "can't merge: more than \(change.keyCountMax) keys at once; merge in several changes")
        }
        return old
    }

    private func note(_ batch: ColumnBatch) throws {
        var columns: [Column] = []
        for (field, stored) in zip(keySchema.logical.fields, keySchema.storage.fields) {
            columns.append(
                try batch.column(field.name).converted(to: stored.type, column: field.name, .position))
        }
        let schema = Schema(keySchema.storage.fields.map { Field($0.name, $0.type) })
        bounds.add(try ColumnBatch(schema: schema, columns: columns, rowCount: batch.rowCount))
    }

    /// The statistics of all keys, as a file of them would have.
    var keyStatistics: JSONValue { bounds.json }
}
