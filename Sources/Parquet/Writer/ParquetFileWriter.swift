package import Columnar
package import Effects

/// Writes batches into one Parquet file, row group by row group.
///
/// ```
/// "PAR1" | row group 0: column 0 pages, column 1 pages, …, bloom filters | row group 1 …
///        | column indexes | offset indexes | footer | footer length (4) | "PAR1"
/// ```
/// (1) Memory holds the compressed pages of one row group, one page of values for each leaf, and the batches of at most
///     `gatheredRowCountMax` rows.
/// (2) Pages carry CRC-32 checksums; statistics are exact.
/// (3) The same batches and options give the same bytes, whatever the number of threads: they share out the columns, and
///     each column is written by one of them at a time.
/// Source: the Apache Parquet format, version 2.10.
package final class ParquetFileWriter {
    private let schema: Schema
    private let options: ParquetWriterOptions
    private let parts: FileParts
    private let tree: SchemaTree
    private let columns: [ColumnWriter]
    /// The leaves of all columns, in their order.
    private let leaves: [LeafWriter]
    private let compressors: [PageCompressor]
    /// The columns by the work that they make, the most first: the last ones fill the gaps.
    private let columnsByWork: [Int]
    private let encryption: FileEncryption?
    private var metadata = ParquetFileMetadata()
    private var bufferedRows = 0
    /// Rows that the columns have not taken yet.
    private var gathered: [ColumnBatch] = []
    private var gatheredRows = 0
    private var gatheredByteCount = 0
    private var statistics: [ColumnStatistics]
    private let sorting: [SortingColumn]
    /// The page indexes of the row groups so far, which lie behind the last of them.
    private var indexes: [[EncodedPageIndex?]] = []

    /// Data pages of an encrypted column chunk at which its row group ends, and rows that are taken at once before: a
    /// chunk can have twice as many pages, and a row makes at most one.
    private static let encryptedPageCountMax = ModuleCipher.ordinalMax / 2

    /// The rows that are gathered before the columns take them, at most: enough for the threads to be worth it.
    private static let gatheredRowCountMax = 65_536
    /// The bytes of these, roughly.
    private static let gatheredByteCountMax = 16 << 20

    /// The values below which waking other threads costs more than it saves.
    private static let parallelValueCountMin = 20_000

    package init(schema: Schema, options: ParquetWriterOptions, file: any WritableFile) throws(ParquetError) {
        self.schema = schema
        self.options = options
        parts = FileParts(file: file)
        statistics = schema.fields.map { _ in ColumnStatistics() }
        metadata.elements = try FileSchema.elements(of: schema)
        metadata.createdBy = options.createdBy
        metadata.keyValues = options.keyValues + FileSchema.keyValues(of: schema)
        let tree = try SchemaTree(metadata.elements)
        let types = schema.fields.flatMap { FileSchema.leafTypes(of: $0.type) }
        for (leaf, type) in zip(tree.leaves, types) {
            guard let encoding = options.encodings[leaf.name] else { continue }
            guard encoding.suits(type) else {
                throw ParquetError(
                    .mismatch, "values of \(type) can't be written as \(encoding.rawValue)", column: leaf.name)
            }
        }
        columns = zip(tree.columns, schema.fields).map { ColumnWriter($0, $1.type, tree, options) }
        leaves = columns.flatMap(\.leaves)
        // Nonces are drawn in one order.
        let threads = options.encryption == nil ? options.threadCount ?? ParallelWork.coreCount : 1
        compressors = (0..<max(1, min(threads, tree.columns.count))).map { _ in PageCompressor(options) }
        columnsByWork = schema.fields.indices.sorted {
            (schema.fields[$1].type.work, $0) < (schema.fields[$0].type.work, $1)
        }
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
        try parts.put(encryption?.magic ?? FileParts.magic)
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
        let gatheredMax = encryption == nil ? Self.gatheredRowCountMax : Self.encryptedPageCountMax
        var start = 0
        while start < batch.rowCount {
            let count = min(
                batch.rowCount - start, max(1, options.rowGroupRowCount) - bufferedRows, gatheredMax - gatheredRows)
            let piece = start == 0 && count == batch.rowCount ? batch : batch.slice(start..<start + count)
            gathered.append(piece)
            gatheredRows += count
            gatheredByteCount += piece.columns.reduce(0) { $0 + $1.values.roughByteCount }
            bufferedRows += count
            start += count
            let isFull = bufferedRows >= options.rowGroupRowCount
            if isFull || gatheredRows >= gatheredMax || gatheredByteCount >= Self.gatheredByteCountMax {
                try takeGathered()
            }
            let byteCount = leaves.reduce(0) { $0 + $1.byteCount }
            let hasManyPages = encryption != nil && leaves.contains { $0.pageCount >= Self.encryptedPageCountMax }
            if isFull || byteCount >= options.rowGroupByteCountTarget || hasManyPages { try flush() }
        }
    }

    /// Lets the columns take the rows that were gathered.
    private func takeGathered() throws(ParquetError) {
        let batches = gathered
        (gathered, gatheredRows, gatheredByteCount) = ([], 0, 0)
        try forEachColumn(rowCount: batches.reduce(0) { $0 + $1.rowCount }) {
            (writer, column, compressor) throws(ParquetError) in
            for batch in batches { try writer.columns[column].append(batch.columns[column], compressor) }
        }
        for batch in batches {
            for (index, shape) in tree.columns.enumerated() where !shape.isLeaf {
                statistics[index].nullCount += Int64(batch.columns[index].nullCount)
            }
        }
    }

    /// Calls `body` for each column, several at once where there is enough to do.
    private func forEachColumn(
        rowCount: Int,
        _ body: @Sendable (ParquetFileWriter, Int, PageCompressor) throws(ParquetError) -> Void
    ) throws(ParquetError) {
        // Safe: a column's leaves are touched by the thread that has its index, a compressor by the thread that has its.
        nonisolated(unsafe) let writer = self
        let isSmall = rowCount * columnsByWork.count < Self.parallelValueCountMin
        try ParallelWork.run(count: columnsByWork.count, threads: isSmall ? 1 : compressors.count) {
            (piece, worker) throws(ParquetError) in
            let writer = unsafe writer
            try body(writer, writer.columnsByWork[piece], writer.compressors[worker])
        }
    }

    /// Writes the last row group and the footer; the file is whole afterwards, but not yet synced.
    /// - Returns: the footer, and the whole file's statistics of each column; of nested columns only those of rows that
    ///   are missing.
    package func finish() throws(ParquetError) -> (metadata: ParquetFileMetadata, statistics: [ColumnStatistics]) {
        if bufferedRows > 0 { try flush() }
        try parts.putIndexes(indexes, namedBy: &metadata)
        indexes = []
        // What a reason says of values must not stand beside encrypted ones.
        if encryption == nil {
            for (column, choice) in encodingChoices where !choice.reason.isEmpty {
                metadata.keyValues.append((EncodingChoice.keyPrefix + column, choice.note))
            }
        }
        try parts.end(try footer(), magic: encryption?.magic ?? FileParts.magic)
        return (metadata, statistics)
    }

    /// Why each leaf's values are encoded as they are, by its path joined by dots: the last decision about it.
    package var encodingChoices: [(column: String, choice: EncodingChoice)] {
        zip(tree.leaves, leaves).compactMap { leaf, writer in writer.choice.map { (leaf.name, $0) } }
    }

    private func footer() throws(ParquetError) -> [UInt8] {
        guard let encryption else { return metadata.encoded() }
        var sealed = metadata
        try encryption.seal(&sealed, tree.leaves)
        return try encryption.footer(sealed.encoded())
    }

    private func flush() throws(ParquetError) {
        if !gathered.isEmpty { try takeGathered() }
        try forEachColumn(rowCount: bufferedRows) { (writer, column, compressor) throws(ParquetError) in
            try writer.columns[column].closePages(compressor)
        }
        var group = RowGroupMetadata()
        group.rowCount = Int64(bufferedRows)
        group.sorting = sorting
        var filters: [Int: [UInt8]] = [:]
        var groupIndexes: [EncodedPageIndex?] = []
        for (index, shape) in tree.columns.enumerated() {
            for leaf in shape.leaves {
                let chunk = try leaves[leaf].finishChunk(at: parts.file.size)
                if case .leaf = shape.content { statistics[index].merge(chunk.statistics) }
                if !chunk.dictionaryPage.isEmpty { try parts.put(chunk.dictionaryPage) }
                try parts.put(chunk.pages)
                group.totalByteSize += chunk.metadata.uncompressedByteCount
                group.columns.append(chunk.metadata)
                groupIndexes.append(chunk.index)
                if let filter = chunk.bloomFilter { filters[leaf] = filter }
            }
        }
        for (leaf, filter) in filters.sorted(by: { $0.key < $1.key }) {
            group.columns[leaf].bloomFilter = try parts.putPart(filter)
        }
        indexes.append(groupIndexes)
        metadata.rowGroups.append(group)
        metadata.rowCount += Int64(bufferedRows)
        bufferedRows = 0
        try beginRowGroup()
    }
}

extension LogicalType {
    /// How much work a column of the type makes, compared with others.
    fileprivate var work: Int {
        switch physicalType {
        case .list, .structure, .map: 3
        case .bytes: 2
        case .int64, .double, .int128: 1
        case .bool, .int32, .float: 0
        }
    }
}

extension ColumnValues {
    /// The bytes of the values in memory, roughly; of nested ones the rows only.
    fileprivate var roughByteCount: Int {
        guard case .bytes(let buffer) = self, buffer.count > 0 else { return 8 * rowCount }
        return 4 * rowCount + Int(buffer.offsets[buffer.count] - buffer.offsets[0])
    }
}
