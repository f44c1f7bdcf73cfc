internal import Columnar
internal import Effects
internal import Parquet
internal import SystemPackage

/// Sorted rows in a temporary file of the table's folder, which nobody else sees; left behind by a crash, it is the
/// vacuum's.
final class SortedRun {
    let column: String
    private let table: DeltaTable
    private let schema: StorageSchema
    private let path: FilePath
    private let reader: ParquetFileReader
    private var nextGroup = 0

    /// Rows of a row group: what memory holds of each run.
    private static let groupRowCount = 8_192

    /// Writes a run piece by piece.
    final class Writer {
        private let table: DeltaTable
        private let schema: StorageSchema
        private let path: FilePath
        private let file: any WritableFile
        private let parquet: ParquetFileWriter

        init(_ table: DeltaTable, _ schema: StorageSchema) throws {
            self.table = table
            self.schema = schema
            path = table.address.folder.appending(
                "\(CommittedFile.temporaryPrefix)run-\(String(table.random.nextBits(), radix: 36))")
            file = try table.store.create(path)
            var options = ParquetWriterOptions()
            options.rowGroupRowCount = SortedRun.groupRowCount
            options.compressionLevel = 1
            options.encryption = table.encryption?.writing(path.lastComponent?.string ?? "", table)
            parquet = try ParquetFileWriter(schema: schema.storage, options: options, file: file)
        }

        func write(_ batch: ColumnBatch) throws {
            var columns: [Column] = []
            for (column, field) in zip(batch.columns, schema.storage.fields) {
                columns.append(try column.converted(to: field.type, column: field.name, .position))
            }
            try parquet.write(try ColumnBatch(schema: schema.storage, columns: columns, rowCount: batch.rowCount))
        }

        /// Ends the file and opens it. It need not outlive a power cut: it is not synced.
        func finish(by column: String) throws -> SortedRun {
            _ = try parquet.finish()
            try file.close()
            return try SortedRun(table, schema, path, by: column)
        }
    }

    /// Writes sorted rows.
    static func writing(
        _ batch: ColumnBatch, _ table: DeltaTable, _ schema: StorageSchema, by column: String
    ) throws -> SortedRun {
        let writer = try Writer(table, schema)
        try writer.write(batch)
        return try writer.finish(by: column)
    }

    fileprivate init(_ table: DeltaTable, _ schema: StorageSchema, _ path: FilePath, by column: String) throws {
        self.table = table
        self.schema = schema
        self.path = path
        self.column = column
        var options = ParquetReaderOptions()
        options.decryption = table.encryption?.reading(path.lastComponent?.string ?? "", table.address)
        reader = try ParquetFileReader(try table.store.open(path), options: options)
    }

    /// The next rows, nil behind the last.
    func next() throws -> SortedRows? {
        guard nextGroup < reader.metadata.rowGroups.count else { return nil }
        let batch = try reader.rowGroup(nextGroup)
        nextGroup += 1
        var columns: [Column] = []
        for (column, field) in zip(batch.columns, schema.logical.fields) {
            columns.append(try column.converted(to: field.type, column: field.name, .position))
        }
        let logical = try ColumnBatch(schema: schema.logical, columns: columns, rowCount: batch.rowCount)
        return try SortedRows(logical, by: column)
    }

    /// Removes the file.
    func remove() { try? table.store.remove(path) }
}

/// Merges sorted runs.
struct SortedRunMerge {
    private let runs: [SortedRun]
    private let schema: Schema

    /// How many runs are merged at once.
    static let runCountMax = 32

    init(_ runs: [SortedRun], schema: Schema) {
        self.runs = runs
        self.schema = schema
    }

    /// Calls back with batches, in the order of time.
    ///
    /// In each turn all rows go out that lie at or before the earliest last time among the runs' current rows: none that
    /// is still to come lies before them.
    func forEach(_ body: (ColumnBatch) throws -> Void) throws {
        var current: [SortedRows?] = []
        for run in runs { current.append(try run.next()) }
        while let bound = current.compactMap({ $0?.times.last }).min() {
            var pieces: [ColumnBatch] = []
            for (index, rows) in current.enumerated() {
                guard let rows else { continue }
                let count = bound == .max ? rows.times.count : rows.count(below: bound + 1)
                if count > 0 { pieces.append(rows.batch.slice(0..<count)) }
                if count == rows.times.count {
                    current[index] = try runs[index].next()
                } else if count > 0 {
                    let rest = rows.batch.slice(count..<rows.batch.rowCount)
                    current[index] = try SortedRows(rest, by: runs[index].column)
                }
            }
            guard let column = runs.first?.column else { return }
            let turn = try SortedRows(try ColumnBatch.joined(pieces, schema: schema), by: column).batch
            for start in stride(from: 0, to: turn.rowCount, by: ColumnBatch.rowCountTarget) {
                try body(turn.slice(start..<min(turn.rowCount, start + ColumnBatch.rowCountTarget)))
            }
        }
    }
}
