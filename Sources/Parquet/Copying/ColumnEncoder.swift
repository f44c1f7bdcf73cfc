package import Columnar

/// Encodes columns as row groups of a file, each in the way in which another was. Used by one thread.
package final class ColumnEncoder {
    private let options: ParquetWriterOptions
    private let compressor: PageCompressor

    /// - Parameter options: of the file.
    package init(_ options: ParquetWriterOptions) {
        self.options = options
        compressor = PageCompressor(options)
    }

    /// - Parameters:
    ///   - column: all rows of the row group.
    ///   - other: the column as another file has it: a leaf is encoded in the same way, so that nothing is tried.
    /// - Throws: `ParquetError`.
    package func encode(
        _ column: Column, _ field: Field, like other: CopiedColumn
    ) throws(ParquetError) -> CopiedColumn {
        var options = options
        if other.leaves.count == 1, let encoding = other.leaves[0].encoding, encoding.suits(field.type) {
            options.encodings[field.name] = encoding
        }
        let tree = try SchemaTree(try FileSchema.elements(of: Schema([field])))
        let writer = ColumnWriter(tree.columns[0], field.type, tree, options)
        try writer.append(column, compressor)
        try writer.closePages(compressor)
        var leaves: [CopiedChunk] = []
        for leaf in writer.leaves {
            leaves.append(
                try CopiedChunk(try leaf.finishChunk(at: CopiedChunk.firstOffset), rowCount: Int64(column.rowCount)))
        }
        return CopiedColumn(leaves: leaves)
    }
}

extension CopiedChunk {
    /// Where a chunk lies in a file at the earliest: behind the magic. To readers an offset of 0 means that there is none.
    fileprivate static let firstOffset = Int64(FileParts.magic.count)

    /// A chunk that was made to lie at `firstOffset`.
    fileprivate init(_ chunk: FinishedChunk, rowCount: Int64) throws(ParquetError) {
        let range = Self.firstOffset..<Self.firstOffset + chunk.metadata.compressedByteCount
        var index: PageIndex?
        if let encoded = chunk.index {
            index = try PageIndex(offsetIndex: encoded.offsets, chunk: range, rowCount: rowCount)
        }
        self.init(
            metadata: chunk.metadata, bytes: chunk.dictionaryPage + chunk.pages, start: range.lowerBound, index: index,
            bounds: index == nil ? nil : chunk.index?.bounds)
    }

    /// How its values are encoded, where that is one of the ways that the writer knows.
    fileprivate var encoding: ParquetEncoding? {
        ParquetEncoding.allCases.first { $0 != .plain && metadata.encodings.contains($0.number) }
    }
}
