internal import Columnar
internal import Effects
internal import Parquet

/// Reads a data file as a part of its table, and believes the file only where the table says the same.
struct DataFileReader {
    private let reader: ParquetFileReader
    private let file: RememberingFile
    private let name: String
    private let address: TableAddress
    private let partitionValues: [String: String?]
    private let options: ParquetReaderOptions

    /// Opens a file that an action names.
    ///
    /// - Throws: `FileError`, `LakeError`.
    init(_ action: AddedFile, of table: DeltaTable) throws {
        let file = try TableFile(action, in: table.address)
        try self.init(
            try table.store.open(file.path), name: file.name, partitionValues: action.partitionValues,
            in: table.address, table.encryption)
    }

    /// - Throws: `FileError`; `LakeError`: `damaged`, (`tenantMismatch`) where the footer names another tenant or none.
    init(
        _ file: any ReadableFile, name: String, partitionValues: [String: String?] = [:], in address: TableAddress,
        _ encryption: TableEncryption?
    ) throws {
        var options = ParquetReaderOptions()
        options.decryption = encryption?.reading(name, address)
        self.options = options
        self.partitionValues = partitionValues
        self.file = RememberingFile(file, hasKey: encryption != nil)
        self.name = name
        self.address = address
        reader = try self.file.translating(name) { [file = self.file, options] in
            try ParquetFileReader(file, options: options)
        }
        if let tenant = address.tenant, reader.metadata[TableProperties.tenant] != tenant {
            throw LakeError(
                .tenantMismatch, "can't read file '\(name)' of table \(address): it was not written for this tenant")
        }
    }

    /// An opened file, of which each thread makes a reader of its own.
    struct Opened: Sendable {
        fileprivate let parquet: OpenedParquetFile
        fileprivate let file: RememberingFile
        fileprivate let name: String
        fileprivate let address: TableAddress
        fileprivate let partitionValues: [String: String?]
        fileprivate let options: ParquetReaderOptions
    }

    /// The file for other threads.
    var opened: Opened {
        Opened(
            parquet: reader.opened, file: file, name: name, address: address, partitionValues: partitionValues,
            options: options)
    }

    /// The same file, to be read by another thread: the footer is not read again.
    init(_ opened: Opened) {
        (file, name, address) = (opened.file, opened.name, opened.address)
        (partitionValues, options) = (opened.partitionValues, opened.options)
        reader = ParquetFileReader(opened.file, opened: opened.parquet, options: opened.options)
    }

    /// The number of rows, as the footer has it.
    var rowCount: Int64 { reader.metadata.rowCount }

    /// The columns of the file.
    var schema: Schema { reader.schema }

    /// The row groups, as the footer has them.
    var rowGroups: [RowGroupMetadata] { reader.metadata.rowGroups }

    /// Works on the file itself; damage that it has is told as damage of the table.
    func parquet<Result>(_ body: (ParquetFileReader) throws -> Result) throws -> Result {
        try file.translating(name) { try body(reader) }
    }

    /// Calls back for each batch, with the columns of the storage side that are asked for; a column that the file does
    /// not have is missing values, found by name; one that the table is divided by is the value that the log has.
    ///
    /// - Parameters:
    ///   - rowGroups: the row groups to read; nil for all.
    ///   - predicate: which rows, over columns that the file has: see `pushed`.
    func forEachBatch(
        _ fields: [Field], rowGroups: [Int]? = nil, where predicate: ScanPredicate? = nil,
        _ body: (ColumnBatch) throws -> Void
    ) throws {
        var values: [String: Scalar] = [:]
        for field in fields {
            if let text = partitionValues[field.name] {
                values[field.name] = try PartitionText.value(text, field.type, column: field.name)
            } else if reader.schema.index(of: field.name) == nil, !field.isNullable {
                throw LakeError(.damaged, "file '\(name)' of table \(address) has no column '\(field.name)'")
            }
        }
        let present = fields.filter { values[$0.name] == nil && reader.schema.index(of: $0.name) != nil }
        try file.translating(name) {
            try reader.forEachBatch(columns: present.map(\.name), rowGroups: rowGroups, where: predicate) { batch in
                var columns: [Column] = []
                for field in fields {
                    if let value = values[field.name] {
                        columns.append(try Column.constant(value, field.type, rowCount: batch.rowCount))
                    } else if let index = batch.schema.index(of: field.name) {
                        columns.append(try batch.columns[index].converted(to: field.type, column: field.name, .name))
                    } else {
                        columns.append(try Column.missing(field.type, rowCount: batch.rowCount))
                    }
                }
                try body(try ColumnBatch(schema: Schema(fields), columns: columns, rowCount: batch.rowCount))
            }
        }
    }

    /// What was read so far.
    var statistics: ScanStatistics { reader.scanStatistics }

    /// A predicate over columns of our side as one that the file itself can answer; nil where it cannot: a column is of
    /// the log alone, or is missing in the file, or is compared otherwise than its bytes are.
    func pushed(_ predicate: ScanPredicate, _ schema: StorageSchema) -> ScanPredicate? {
        for name in predicate.columnNames {
            guard let stored = schema.stored(name), let index = schema.logical.index(of: name),
                partitionValues[stored.name] == nil, reader.schema.index(of: stored.name) != nil
            else { return nil }
            switch schema.logical.fields[index].type {
            case .uuid, .structure, .interval: return nil
            default: break
            }
        }
        return predicate.renamed { schema.stored($0)?.name ?? $0 }
    }

    /// Calls back for each batch, with columns of our side.
    func forEachLogicalBatch(
        _ schema: StorageSchema, rowGroups: [Int]? = nil, where predicate: ScanPredicate? = nil,
        _ body: (ColumnBatch) throws -> Void
    ) throws {
        let stored = schema.positions.map { schema.storage.fields[$0] }
        try forEachBatch(stored, rowGroups: rowGroups, where: predicate) { batch in
            var columns: [Column] = []
            for (column, field) in zip(batch.columns, schema.logical.fields) {
                columns.append(try column.converted(to: field.type, column: field.name, .position))
            }
            try body(try ColumnBatch(schema: schema.logical, columns: columns, rowCount: batch.rowCount))
        }
    }
}

/// A file that remembers why a read failed: the Parquet reader tells it in words only.
private final class RememberingFile: ReadableFile {
    private let file: any ReadableFile
    private let failure = Guarded<FileError?>(nil)
    private let hasKey: Bool

    init(_ file: any ReadableFile, hasKey: Bool) {
        self.file = file
        self.hasKey = hasKey
    }

    var size: Int64 { file.size }

    func read(at offset: Int64, count: Int) throws(FileError) -> [UInt8] {
        do {
            return try file.read(at: offset, count: count)
        } catch {
            failure.change { $0 = error }
            throw error
        }
    }

    /// Runs a body and tells a failed read as the file's own error, a fault in the bytes as damage of the table.
    func translating<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as ParquetError {
            if let failure = failure.change({ $0 }) { throw failure }
            // With a key that is not the file's, or none, nothing can be said of the rows.
            let isUnsupported = error.code == .unsupported || error.code == .key && !hasKey
            throw LakeError(isUnsupported ? .unsupported : .damaged, "can't read file '\(name)': \(error)")
        }
    }
}
