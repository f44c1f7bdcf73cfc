package import Columnar
package import Effects

/// How a file is read.
package struct ParquetReaderOptions: Sendable {
    /// The largest page that is decompressed, in bytes.
    package var pageByteCountMax = 256 << 20
    /// Whether pages' checksums are compared; pages without one are taken as they are.
    package var verifiesChecksums = true

    package init() {}
}

/// Reads a Parquet file, row group by row group, believing nothing that it says of itself.
package final class ParquetFileReader {
    /// The footer.
    package let metadata: ParquetFileMetadata
    /// The columns.
    package let schema: Schema
    private let file: any ReadableFile
    private let options: ParquetReaderOptions

    /// Reads the footer.
    package init(_ file: any ReadableFile, options: ParquetReaderOptions = ParquetReaderOptions()) throws(ParquetError)
    {
        self.file = file
        self.options = options
        metadata = try ParquetFileMetadata(footer: try Self.footer(of: file))
        schema = try FileSchema.schema(of: metadata)
        try Self.check(metadata, schema)
    }

    /// Calls back for each batch of at most `ColumnBatch.rowCountTarget` rows, in the file's order.
    /// - Parameter columns: the columns to read, in this order; nil for all.
    package func forEachBatch(columns: [String]? = nil, _ body: (ColumnBatch) throws -> Void) throws {
        for index in metadata.rowGroups.indices {
            let batch = try rowGroup(index, columns: columns)
            var start = 0
            while start < batch.rowCount {
                let end = min(start + ColumnBatch.rowCountTarget, batch.rowCount)
                try body(batch.slice(start..<end))
                start = end
            }
        }
    }

    /// All rows of one row group.
    package func rowGroup(_ index: Int, columns names: [String]? = nil) throws(ParquetError) -> ColumnBatch {
        let group = metadata.rowGroups[index]
        var fields: [Field] = []
        var columns: [Column] = []
        for name in names ?? schema.fields.map(\.name) {
            guard let position = schema.index(of: name) else {
                throw ParquetError(.mismatch, "there is no column '\(name)'", column: name)
            }
            let field = schema.fields[position]
            do {
                columns.append(try column(group.columns[position], position, rowCount: Int(group.rowCount)))
            } catch {
                throw error.inColumn(name)
            }
            fields.append(field)
        }
        do {
            return try ColumnBatch(schema: Schema(fields), columns: columns, rowCount: Int(group.rowCount))
        } catch {
            throw .corrupt("\(error)")
        }
    }

    private func column(
        _ chunk: ColumnChunkMetadata, _ position: Int, rowCount: Int
    ) throws(ParquetError) -> Column {
        let start = min(chunk.dictionaryPageOffset ?? chunk.dataPageOffset, chunk.dataPageOffset)
        guard start >= 4, chunk.compressedByteCount >= 0, start <= file.size,
            chunk.compressedByteCount <= file.size - start
        else { throw .corrupt("its pages lie outside of the file") }
        let bytes: [UInt8]
        do {
            bytes = try file.read(at: start, count: Int(chunk.compressedByteCount))
        } catch {
            throw ParquetError(.inputOutput, error.description)
        }
        var reader = try ColumnChunkReader(
            chunk, schema.fields[position], FileSchema.fixedByteCount(of: metadata.elements[position + 1]), options)
        return try reader.column(bytes, rowCount: rowCount)
    }

    private static func footer(of file: any ReadableFile) throws(ParquetError) -> [UInt8] {
        guard file.size >= 12 else { throw .corrupt("it is too short for a Parquet file") }
        do {
            let tail = try file.read(at: file.size - 8, count: 8)
            let magic = Array(tail[4...])
            if magic == Array("PARE".utf8) { throw ParquetError(.unsupported, "its footer is encrypted") }
            guard magic == Array("PAR1".utf8), try file.read(at: 0, count: 4) == magic else {
                throw ParquetError.corrupt("it does not begin and end as a Parquet file")
            }
            let length = (0..<4).reduce(Int64(0)) { $0 | Int64(tail[$1]) << Int64($1 * 8) }
            guard length <= file.size - 12 else { throw ParquetError.corrupt("its footer is longer than the file") }
            return try file.read(at: file.size - 8 - length, count: Int(length))
        } catch let error as ParquetError {
            throw error
        } catch {
            throw ParquetError(.inputOutput, "\(error)")
        }
    }

    private static func check(_ metadata: ParquetFileMetadata, _ schema: Schema) throws(ParquetError) {
        var total: Int64 = 0
        for group in metadata.rowGroups {
            guard group.rowCount >= 0, group.columns.count == schema.fields.count else {
                throw .corrupt("a row group has other columns than the schema, or a negative count of rows")
            }
            for (index, column) in group.columns.enumerated() {
                let field = schema.fields[index]
                guard column.type == metadata.elements[index + 1].type else {
                    throw ParquetError(.corrupt, "its type contradicts the schema", column: field.name)
                }
                guard column.valueCount == group.rowCount else {
                    throw ParquetError(.corrupt, "its count of values contradicts the row group's", column: field.name)
                }
            }
            let (sum, overflow) = total.addingReportingOverflow(group.rowCount)
            guard !overflow else { throw .corrupt("its count of rows is absurd") }
            total = sum
        }
        guard total == metadata.rowCount else { throw .corrupt("its row groups have other rows than the file claims") }
    }
}
