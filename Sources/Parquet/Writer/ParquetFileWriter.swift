package import Columnar
package import Effects

/// How a file is written.
package struct ParquetWriterOptions: Sendable {
    /// zstd's level.
    package var compressionLevel = 3
    /// The most rows of a row group.
    package var rowGroupRowCount = 1_048_576
    /// The bytes of a row group, compressed, at which it ends: what memory holds.
    package var rowGroupByteCountTarget = 64 << 20
    /// The most rows of a data page.
    package var pageRowCount = 65_536
    /// The bytes of a data page, before compression, at which it ends.
    package var pageByteCountTarget = 1 << 20
    /// The columns that get a bloom filter in every row group: leaves by their paths, joined by dots. Worth it where
    /// values are looked for by equality and the statistics of row groups say little: keys in random order.
    package var bloomFilterColumns: Set<String> = []
    /// How the rows are sorted, which is noted and not checked: by the first of these columns, then by the second.
    package var sorting: [ColumnOrder] = []
    /// What is noted in the footer, in this order.
    package var keyValues: [(key: String, value: String)] = []
    /// Who writes.
    package var createdBy = "almanac"
    /// How the file is encrypted; not at all where nil.
    package var encryption: EncryptionProperties?

    package init() {}
}

/// A column that rows are sorted by.
package struct ColumnOrder: Sendable, Hashable {
    /// The column: a leaf by its path, joined by dots.
    package let column: String
    /// Whether the greatest comes first.
    package let isDescending: Bool
    /// Whether missing values come first.
    package let nullsFirst: Bool

    package init(_ column: String, isDescending: Bool = false, nullsFirst: Bool = false) {
        self.column = column
        self.isDescending = isDescending
        self.nullsFirst = nullsFirst
    }
}

/// Writes batches into one Parquet file, row group by row group.
///
/// ```
/// "PAR1" | row group 0: column 0 pages, column 1 pages, …, bloom filters | row group 1 …
///        | column indexes | offset indexes | footer | footer length (4) | "PAR1"
/// ```
/// (1) Memory holds the compressed pages of one row group, and one page of values for each leaf.
/// (2) Pages are compressed with zstd and carry CRC-32 checksums; statistics are exact.
/// (3) The same batches and options give the same bytes.
/// Source: the Apache Parquet format, version 2.10.
package final class ParquetFileWriter {
    private let schema: Schema
    private let options: ParquetWriterOptions
    private let file: any WritableFile
    private let tree: SchemaTree
    private let leaves: [LeafWriter]
    private let encryption: FileEncryption?
    private var metadata = ParquetFileMetadata()
    private var bufferedRows = 0
    private var statistics: [ColumnStatistics]
    private let sorting: [SortingColumn]
    /// The page indexes of the row groups so far, which lie behind the last of them.
    private var indexes: [[(offsets: [UInt8], bounds: [UInt8]?)?]] = []

    /// Data pages of an encrypted column chunk at which its row group ends, and rows that are taken at once before: a
    /// chunk can have twice as many pages, and a row makes at most one.
    private static let encryptedPageCountMax = ModuleCipher.ordinalMax / 2

    /// Rows of nested columns that are taken apart at once.
    private static let nestedRowCount = 1_024

    package init(schema: Schema, options: ParquetWriterOptions, file: any WritableFile) throws(ParquetError) {
        self.schema = schema
        self.options = options
        self.file = file
        statistics = schema.fields.map { _ in ColumnStatistics() }
        metadata.elements = try FileSchema.elements(of: schema)
        metadata.createdBy = options.createdBy
        metadata.keyValues = options.keyValues + FileSchema.keyValues(of: schema)
        let tree = try SchemaTree(metadata.elements)
        let types = schema.fields.flatMap { FileSchema.leafTypes(of: $0.type) }
        let compressor = try PageCompressor(level: options.compressionLevel)
        leaves = zip(tree.leaves, types).map { LeafWriter($0, $1, options, compressor) }
        self.tree = tree
        sorting = try options.sorting.map { order throws(ParquetError) in
            guard let leaf = tree.leaves.firstIndex(where: { $0.name == order.column }) else {
                throw ParquetError(.mismatch, "there is no column '\(order.column)' to be sorted by")
            }
            return SortingColumn(
                leaf: Int32(truncatingIfNeeded: leaf), isDescending: order.isDescending, nullsFirst: order.nullsFirst)
        }
        for name in options.bloomFilterColumns where !tree.leaves.contains(where: { $0.name == name }) {
            throw ParquetError(.mismatch, "there is no column '\(name)' for a bloom filter")
        }
        encryption = try options.encryption.map { value throws(ParquetError) in
            try FileEncryption(value, tree.leaves)
        }
        try beginRowGroup()
        try put(encryption?.magic ?? Array("PAR1".utf8))
    }

    private func beginRowGroup() throws(ParquetError) {
        guard let encryption else { return }
        for (column, leaf) in tree.leaves.enumerated() {
            leaves[column].encryption = try encryption.chunkEncryption(
                leaf, rowGroup: metadata.rowGroups.count, column: column)
        }
    }

    /// Adds rows.
    /// - Throws: `ParquetError.mismatch` where the batch has another schema.
    package func write(_ batch: ColumnBatch) throws(ParquetError) {
        guard batch.schema.fields.map(\.type) == schema.fields.map(\.type) else {
            throw ParquetError(.mismatch, "the batch has another schema than the file")
        }
        var start = 0
        while start < batch.rowCount {
            let count = min(
                batch.rowCount - start, max(1, options.rowGroupRowCount) - bufferedRows,
                encryption == nil ? 65_536 : Self.encryptedPageCountMax)
            for (index, shape) in tree.columns.enumerated() {
                let column = batch.columns[index]
                let isWhole = start == 0 && count == batch.rowCount
                try append(isWhole ? column : column.slice(start..<start + count), shape)
            }
            bufferedRows += count
            start += count
            let byteCount = leaves.reduce(0) { $0 + $1.byteCount }
            let hasManyPages = encryption != nil && leaves.contains { $0.pageCount >= Self.encryptedPageCountMax }
            if bufferedRows >= options.rowGroupRowCount || byteCount >= options.rowGroupByteCountTarget || hasManyPages
            {
                try flush()
            }
        }
    }

    private func append(_ column: Column, _ shape: ColumnShape) throws(ParquetError) {
        do throws(ParquetError) {
            if case .leaf(let leaf) = shape.content {
                try leaves[leaf].append(column)
                return
            }
            var start = 0
            while start < column.rowCount {
                let end = min(column.rowCount, start + Self.nestedRowCount)
                let shredder = ColumnShredder { [leaves] leaf, entries, values throws(ParquetError) in
                    try leaves[leaf].append(entries, values, rowCount: end - start)
                }
                try shredder.shred(column.slice(start..<end), shape)
                start = end
            }
        } catch {
            throw error.at(column: shape.name)
        }
    }

    /// Writes the last row group and the footer; the file is whole afterwards, but not yet synced.
    /// - Returns: the footer, and the whole file's statistics of each column; of nested columns only those of rows that
    ///   are missing.
    package func finish() throws(ParquetError) -> (metadata: ParquetFileMetadata, statistics: [ColumnStatistics]) {
        if bufferedRows > 0 { try flush() }
        try putIndexes()
        let footer = try footer()
        guard let length = UInt32(exactly: footer.count) else { throw ParquetError(.limit, "a footer above 4 GiB") }
        try put(footer)
        var tail: [UInt8] = []
        appendWord(length, to: &tail)
        try put(tail + (encryption?.magic ?? Array("PAR1".utf8)))
        return (metadata, statistics)
    }

    private func footer() throws(ParquetError) -> [UInt8] {
        guard let encryption else { return metadata.encoded() }
        var sealed = metadata
        try encryption.seal(&sealed, tree.leaves)
        return try encryption.footer(sealed.encoded())
    }

    private func flush() throws(ParquetError) {
        var group = RowGroupMetadata()
        group.rowCount = Int64(bufferedRows)
        group.sorting = sorting
        var filters: [Int: [UInt8]] = [:]
        var groupIndexes: [(offsets: [UInt8], bounds: [UInt8]?)?] = []
        for (index, shape) in tree.columns.enumerated() {
            for leaf in shape.leaves {
                let chunk = try leaves[leaf].finishChunk(at: file.size)
                if case .leaf = shape.content { statistics[index].merge(chunk.statistics) }
                if !chunk.dictionaryPage.isEmpty { try put(chunk.dictionaryPage) }
                try put(chunk.pages)
                group.totalByteSize += chunk.metadata.uncompressedByteCount
                group.columns.append(chunk.metadata)
                groupIndexes.append(chunk.index)
                if let filter = chunk.bloomFilter { filters[leaf] = filter }
            }
        }
        for (leaf, filter) in filters.sorted(by: { $0.key < $1.key }) {
            group.columns[leaf].bloomFilter = try putPart(filter)
        }
        indexes.append(groupIndexes)
        metadata.rowGroups.append(group)
        metadata.rowCount += Int64(bufferedRows)
        bufferedRows = 0
        try beginRowGroup()
    }

    private func putIndexes() throws(ParquetError) {
        for (group, columns) in indexes.enumerated() {
            for (leaf, index) in columns.enumerated() {
                guard let bounds = index?.bounds else { continue }
                metadata.rowGroups[group].columns[leaf].columnIndex = try putPart(bounds)
            }
        }
        for (group, columns) in indexes.enumerated() {
            for (leaf, index) in columns.enumerated() {
                guard let offsets = index?.offsets else { continue }
                metadata.rowGroups[group].columns[leaf].offsetIndex = try putPart(offsets)
            }
        }
        indexes = []
    }

    /// Writes a part that the footer names.
    private func putPart(_ bytes: [UInt8]) throws(ParquetError) -> ColumnChunkMetadata.Place {
        guard let byteCount = Int32(exactly: bytes.count) else { throw ParquetError(.limit, "a part above 2 GiB") }
        let place = ColumnChunkMetadata.Place(offset: file.size, byteCount: byteCount)
        try put(bytes)
        return place
    }

    private func put(_ bytes: [UInt8]) throws(ParquetError) {
        do {
            try file.write(bytes.span)
        } catch {
            throw ParquetError(.inputOutput, error.description)
        }
    }
}
