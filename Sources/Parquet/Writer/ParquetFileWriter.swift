internal import Checksum
package import Columnar
package import Effects
internal import Zstandard

/// How a file is written.
package struct ParquetWriterOptions: Sendable {
    /// zstd's level.
    package var compressionLevel = 3
    /// Rows of a row group; its values are in memory until it is full.
    package var rowGroupRowCount = 131_072
    /// Rows of a data page.
    package var pageRowCount = 16_384
    /// What is noted in the footer, in this order.
    package var keyValues: [(key: String, value: String)] = []
    /// Who writes.
    package var createdBy = "almanac"

    package init() {}
}

/// Writes batches into one Parquet file, row group by row group: memory holds one row group.
///
/// ```
/// "PAR1" | row group 0: column 0 pages, column 1 pages, … | row group 1 … | footer | footer length (4) | "PAR1"
/// ```
/// Pages are compressed with zstd and carry CRC-32 checksums; statistics are exact; the same batches and options give
/// the same bytes. Source: the Apache Parquet format, version 2.10.
package final class ParquetFileWriter {
    private let schema: Schema
    private let options: ParquetWriterOptions
    private let file: any WritableFile
    private var chunks: [ColumnChunkBuffer]
    private var metadata = ParquetFileMetadata()
    private var bufferedRows = 0
    private var statistics: [ColumnStatistics]
    private var compressor: Compressor

    package init(schema: Schema, options: ParquetWriterOptions, file: any WritableFile) throws(ParquetError) {
        self.schema = schema
        self.options = options
        self.file = file
        chunks = schema.fields.map { ColumnChunkBuffer($0) }
        statistics = schema.fields.map { _ in ColumnStatistics() }
        metadata.elements = try FileSchema.elements(of: schema)
        metadata.createdBy = options.createdBy
        metadata.keyValues = options.keyValues + FileSchema.keyValues(of: schema)
        do {
            compressor = try Compressor(level: options.compressionLevel)
        } catch {
            throw ParquetError(.inputOutput, "\(error)")
        }
        try put(Array("PAR1".utf8))
    }

    /// Adds rows.
    /// - Throws: `ParquetError.mismatch` where the batch has another schema.
    package func write(_ batch: ColumnBatch) throws(ParquetError) {
        guard batch.schema.fields.map(\.type) == schema.fields.map(\.type) else {
            throw ParquetError(.mismatch, "the batch has another schema than the file")
        }
        var start = 0
        while start < batch.rowCount {
            let count = min(batch.rowCount - start, options.rowGroupRowCount - bufferedRows)
            for index in chunks.indices { try chunks[index].append(batch.columns[index].slice(start..<start + count)) }
            bufferedRows += count
            start += count
            if bufferedRows == options.rowGroupRowCount { try flush() }
        }
    }

    /// Writes the last row group and the footer; the file is whole afterwards, but not yet synced.
    /// - Returns: the footer, and the whole file's statistics of each column.
    package func finish() throws(ParquetError) -> (metadata: ParquetFileMetadata, statistics: [ColumnStatistics]) {
        if bufferedRows > 0 { try flush() }
        let footer = metadata.encoded()
        try put(footer)
        try put((0..<4).map { UInt8(truncatingIfNeeded: footer.count >> ($0 * 8)) } + Array("PAR1".utf8))
        return (metadata, statistics)
    }

    private func flush() throws(ParquetError) {
        var group = RowGroupMetadata()
        group.rowCount = Int64(bufferedRows)
        for index in chunks.indices {
            let chunk = try chunks[index].finish(pageRowCount: options.pageRowCount)
            statistics[index].merge(chunk.statistics)
            let column = try write(chunk, of: schema.fields[index])
            group.totalByteSize += column.uncompressedByteCount
            group.columns.append(column)
        }
        metadata.rowGroups.append(group)
        metadata.rowCount += Int64(bufferedRows)
        bufferedRows = 0
    }

    private func write(_ chunk: EncodedChunk, of field: Field) throws(ParquetError) -> ColumnChunkMetadata {
        var column = ColumnChunkMetadata()
        column.type = FileSchema.physicalType(of: field.type)
        column.path = [field.name]
        column.codec = FileCodec.zstd
        column.valueCount = Int64(bufferedRows)
        column.encodings =
            chunk.dictionary == nil
            ? [FileEncoding.plain, FileEncoding.rle]
            : [FileEncoding.plain, FileEncoding.rle, FileEncoding.rleDictionary]
        column.statistics = chunk.statistics.raw(for: field.type)
        if let dictionary = chunk.dictionary {
            column.dictionaryPageOffset = file.size
            try write(dictionary, .dictionary, FileEncoding.plain, into: &column)
        }
        column.dataPageOffset = file.size
        let encoding = chunk.dictionary == nil ? FileEncoding.plain : FileEncoding.rleDictionary
        for page in chunk.pages { try write(page, .data, encoding, into: &column) }
        return column
    }

    private func write(
        _ page: EncodedPage, _ kind: PageHeader.Kind, _ encoding: Int32, into column: inout ColumnChunkMetadata
    ) throws(ParquetError) {
        let compressed: [UInt8]
        do {
            compressed = try compressor.compress(page.bytes.span)
        } catch {
            throw ParquetError(.inputOutput, "\(error)")
        }
        guard let uncompressedSize = Int32(exactly: page.bytes.count), let size = Int32(exactly: compressed.count)
        else {
            throw ParquetError(.mismatch, "a page is larger than 2 GiB")
        }
        let header = PageHeader(
            kind: kind, uncompressedByteCount: uncompressedSize, compressedByteCount: size, crc: crc32(compressed.span),
            valueCount: Int32(page.valueCount), encoding: encoding
        ).encoded()
        try put(header)
        try put(compressed)
        column.uncompressedByteCount += Int64(header.count + page.bytes.count)
        column.compressedByteCount += Int64(header.count + compressed.count)
    }

    private func put(_ bytes: [UInt8]) throws(ParquetError) {
        do {
            try file.write(bytes.span)
        } catch {
            throw ParquetError(.inputOutput, error.description)
        }
    }
}
