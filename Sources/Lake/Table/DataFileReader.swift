internal import Columnar
internal import Effects
internal import Parquet

/// Reads a data file as a part of its table, and believes the file only where the table says the same.
struct DataFileReader {
    private let reader: ParquetFileReader
    private let file: RememberingFile
    private let name: String
    private let address: TableAddress

    /// - Throws: `FileError`; `LakeError`: `damaged`, (`tenantMismatch`) where the footer names another tenant or none.
    init(_ file: any ReadableFile, name: String, in address: TableAddress) throws {
        self.file = RememberingFile(file)
        self.name = name
        self.address = address
        reader = try self.file.translating(name) { [file = self.file] in try ParquetFileReader(file) }
        if let tenant = address.tenant, reader.metadata[TableProperties.tenant] != tenant {
            throw LakeError(
                .tenantMismatch, "can't read file '\(name)' of table \(address): it was not written for this tenant")
        }
    }

    /// The number of rows, as the footer has it.
    var rowCount: Int64 { reader.metadata.rowCount }

    /// Calls back for each batch, with the columns of the storage side that are asked for; a column that the file does
    /// not have is missing values, found by name.
    func forEachBatch(_ fields: [Field], _ body: (ColumnBatch) throws -> Void) throws {
        let present = fields.filter { reader.schema.index(of: $0.name) != nil }
        for field in fields where reader.schema.index(of: field.name) == nil {
            guard field.isNullable else {
                throw LakeError(.damaged, "file '\(name)' of table \(address) has no column '\(field.name)'")
            }
        }
        try file.translating(name) {
            try reader.forEachBatch(columns: present.map(\.name)) { batch in
                var columns: [Column] = []
                for field in fields {
                    if let index = batch.schema.index(of: field.name) {
                        columns.append(try batch.columns[index].converted(to: field.type, column: field.name, .name))
                    } else {
                        columns.append(try Column.missing(field.type, rowCount: batch.rowCount))
                    }
                }
                try body(try ColumnBatch(schema: Schema(fields), columns: columns, rowCount: batch.rowCount))
            }
        }
    }
}

/// A file that remembers why a read failed: the Parquet reader tells it in words only.
private final class RememberingFile: ReadableFile, @unchecked Sendable {
    private let file: any ReadableFile
    // Written by the one thread that reads: a table's files are read one after the other.
    private var failure: FileError?

    init(_ file: any ReadableFile) { self.file = file }

    var size: Int64 { file.size }

    func read(at offset: Int64, count: Int) throws(FileError) -> [UInt8] {
        do {
            return try file.read(at: offset, count: count)
        } catch {
            failure = error
            throw error
        }
    }

    /// Runs a body and tells a failed read as the file's own error, a fault in the bytes as damage of the table.
    func translating<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as ParquetError {
            if let failure { throw failure }
            throw LakeError(error.code == .unsupported ? .unsupported : .damaged, "can't read file '\(name)': \(error)")
        }
    }
}
