internal import Columnar
package import Effects

/// Writes a file of the columns of another, of chunks that are encoded already: most of them are the other's own.
///
/// ```
/// "PAR1" | the chunks of row group 0, of row group 1 … | column indexes | offset indexes | footer | length (4) | "PAR1"
/// ```
/// (1) Schema, notes and sizes of row groups are the other file's; of its bloom filters and orders of rows nothing is kept.
/// (2) Memory holds the chunks of one row group, and the page indexes of all.
/// Source: the Apache Parquet format, version 2.10.
package final class ParquetChunkWriter {
    private let parts: FileParts
    private let tree: SchemaTree
    private var metadata = ParquetFileMetadata()
    private var indexes: [[EncodedPageIndex?]] = []

    /// - Parameters:
    ///   - source: the file whose schema and notes it gets, which must not be encrypted.
    ///   - createdBy: who writes.
    /// - Throws: `ParquetError`.
    package init(like source: ParquetFileReader, createdBy: String, file: any WritableFile) throws(ParquetError) {
        parts = FileParts(file: file)
        tree = source.tree
        metadata.elements = source.metadata.elements
        metadata.keyValues = source.metadata.keyValues
        metadata.createdBy = createdBy
        try parts.put(FileParts.magic)
    }

    /// Adds a row group.
    ///
    /// - Parameters:
    ///   - columns: all columns of the file, in their order.
    ///   - rowCount: the rows that each of them has.
    /// - Throws: `ParquetError.mismatch` where the chunks are not those of the file's columns.
    package func append(_ columns: [CopiedColumn], rowCount: Int64) throws(ParquetError) {
        let chunks = columns.flatMap(\.leaves)
        guard chunks.count == tree.leaves.count,
            zip(chunks, tree.leaves).allSatisfy({ $0.metadata.type == $1.type && $0.metadata.path == $1.path }),
            zip(chunks, tree.leaves).allSatisfy({ $1.maxRepetition > 0 || $0.metadata.valueCount == rowCount })
        else { throw ParquetError(.mismatch, "the chunks are not of the file's columns") }
        var group = RowGroupMetadata()
        group.rowCount = rowCount
        var groupIndexes: [EncodedPageIndex?] = []
        for chunk in chunks {
            let distance = parts.file.size - chunk.start
            try parts.put(chunk.bytes)
            var copy = chunk.metadata
            copy.dataPageOffset += distance
            // Some writers put 0 where there is no dictionary.
            copy.dictionaryPageOffset = copy.dictionaryPageOffset.flatMap { $0 > 0 ? $0 + distance : nil }
            (copy.offsetIndex, copy.columnIndex, copy.bloomFilter) = (nil, nil, nil)
            group.totalByteSize += copy.uncompressedByteCount
            group.columns.append(copy)
            groupIndexes.append(chunk.index.map { ($0.encodedOffsets(from: distance), chunk.bounds) })
        }
        indexes.append(groupIndexes)
        metadata.rowGroups.append(group)
        metadata.rowCount += rowCount
    }

    /// Writes the footer; the file is whole afterwards, but not yet synced.
    /// - Returns: the number of rows.
    package func finish() throws(ParquetError) -> Int64 {
        try parts.putIndexes(indexes, namedBy: &metadata)
        try parts.end(metadata.encoded())
        return metadata.rowCount
    }
}
