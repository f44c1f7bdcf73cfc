package import Columnar
package import Effects

/// How a file is read.
package struct ParquetReaderOptions: Sendable {
    /// The largest page that is decompressed, in bytes.
    package var pageByteCountMax = 256 << 20
    /// The longest footer that is read, in bytes.
    package var footerByteCountMax = 64 << 20
    /// Whether pages' checksums are compared; pages without one are taken as they are.
    package var verifiesChecksums = true
    /// Whether texts that are not UTF-8 are refused.
    package var verifiesTexts = true
    /// The most rows of a batch.
    package var batchRowCount = ColumnBatch.rowCountTarget
    /// The keys of encrypted files; without them only what is not encrypted can be read.
    package var decryption: DecryptionProperties?

    package init() {}
}

/// The footer of a file that was read and checked, to be shared by readers on several threads.
package struct OpenedParquetFile: Sendable {
    /// The footer.
    package let metadata: ParquetFileMetadata
    let tree: SchemaTree
    let schemaOrError: Result<Schema, ParquetError>
    let footerStart: Int64
    let decryption: FileDecryption?
}

/// Reads a Parquet file, batch by batch, believing nothing that it says of itself.
///
/// Memory holds a page of each column that is read and one batch, whatever the file claims.
package final class ParquetFileReader {
    /// The footer.
    package let metadata: ParquetFileMetadata
    let tree: SchemaTree
    /// What was read since the file was opened, and what was left out.
    package internal(set) var scanStatistics = ScanStatistics()
    private let schemaOrError: Result<Schema, ParquetError>
    let file: any ReadableFile
    let options: ParquetReaderOptions
    /// Where the footer begins: pages lie before it.
    let footerStart: Int64
    private let decryption: FileDecryption?

    /// Reads the footer.
    package init(_ file: any ReadableFile, options: ParquetReaderOptions = ParquetReaderOptions()) throws(ParquetError)
    {
        self.file = file
        self.options = options
        let footer = try ParquetFooter.read(file, options)
        footerStart = footer.start
        scanStatistics.bytesRead = file.size - footer.start + 4
        decryption = footer.decryption
        tree = try SchemaTree(footer.metadata.elements)
        var metadata = footer.metadata
        decryption?.reveal(&metadata, tree.leaves)
        self.metadata = metadata
        do {
            schemaOrError = .success(try FileSchema.schema(of: metadata, tree))
        } catch {
            schemaOrError = .failure(error)
        }
        try check()
    }

    /// Opens a file anew whose footer was read before, so that it is not read and parsed for each part of a scan.
    ///
    /// - Parameter opened: of a reader of the same, unchanged file.
    package init(_ file: any ReadableFile, opened: OpenedParquetFile, options: ParquetReaderOptions) {
        self.file = file
        self.options = options
        metadata = opened.metadata
        tree = opened.tree
        schemaOrError = opened.schemaOrError
        footerStart = opened.footerStart
        decryption = opened.decryption
    }

    /// What was learnt of the file, for readers that open it anew.
    package var opened: OpenedParquetFile {
        OpenedParquetFile(
            metadata: metadata, tree: tree, schemaOrError: schemaOrError, footerStart: footerStart,
            decryption: decryption)
    }

    /// The columns; none where one of them has no type here, which reading them says.
    package var schema: Schema { (try? schemaOrError.get()) ?? Schema([]) }

    /// Calls back for each batch of at most `batchRowCount` rows, in the file's order.
    /// - Parameters:
    ///   - names: the columns to read, in this order; nil for all. Nothing of the others is read.
    ///   - rowGroups: the row groups to read, in this order; nil for all.
    /// - Throws: `ParquetError`, and what `body` throws.
    package func forEachBatch(
        columns names: [String]? = nil, rowGroups: [Int]? = nil, _ body: (ColumnBatch) throws -> Void
    ) throws {
        let (positions, schema) = try selection(names)
        for index in rowGroups ?? Array(metadata.rowGroups.indices) {
            try forEachBatch(of: index, positions, schema, body)
        }
    }

    /// Calls back for each batch of one row group.
    func forEachBatch(
        of rowGroup: Int, _ positions: [Int], _ schema: Schema, selection: RowSelection? = nil,
        _ body: (ColumnBatch) throws -> Void
    ) throws {
        let reader = try GroupReader(self, rowGroup, positions.map { tree.columns[$0] }, selection)
        scanStatistics.rowGroupsRead += 1
        defer { scanStatistics.add(reader.statistics) }
        while let batch = try batch(reader, schema, rowCount: options.batchRowCount) { try body(batch) }
    }

    /// All rows of one row group at once.
    package func rowGroup(_ index: Int, columns names: [String]? = nil) throws(ParquetError) -> ColumnBatch {
        let (positions, schema) = try selection(names)
        guard metadata.rowGroups.indices.contains(index) else {
            throw ParquetError(.mismatch, "there is no row group \(index)")
        }
        let rowCount = metadata.rowGroups[index].rowCount
        guard rowCount <= 1 << 24 else {
            throw ParquetError(.limit, "a row group of \(rowCount) rows is read batch by batch only")
        }
        let reader = try GroupReader(self, index, positions.map { tree.columns[$0] })
        if let batch = try batch(reader, schema, rowCount: nil) { return batch }
        let empty = ColumnAssembler(conversion: conversion)
        var columns: [Column] = []
        for (shape, field) in zip(reader.shapes, schema.fields) {
            let slices = shape.leaves.map { ($0, LeafSlice(values: DenseValues(tree.leaves[$0].type))) }
            columns.append(try empty.column(shape, field, Dictionary(uniqueKeysWithValues: slices)))
        }
        return try Self.batch(schema, columns, 0)
    }

    /// The next batch of a row group; nil behind its last.
    func batch(
        _ reader: GroupReader, _ schema: Schema, rowCount: Int?
    ) throws(ParquetError) -> ColumnBatch? {
        do throws(ParquetError) {
            guard let rows = try reader.next(rowCount: rowCount) else { return nil }
            return try batch(rows.slices, reader.shapes, schema, rows.rowCount)
        } catch {
            throw error.at(rowGroup: reader.index)
        }
    }

    /// Columns of leaves' rows.
    func batch(
        _ slices: [Int: LeafSlice], _ shapes: [ColumnShape], _ schema: Schema, _ rowCount: Int
    ) throws(ParquetError) -> ColumnBatch {
        let assembler = ColumnAssembler(conversion: conversion)
        var columns: [Column] = []
        for (shape, field) in zip(shapes, schema.fields) {
            do throws(ParquetError) {
                columns.append(try assembler.column(shape, field, slices))
            } catch {
                throw error.at(column: field.name)
            }
        }
        return try Self.batch(schema, columns, rowCount)
    }

    private static func batch(_ schema: Schema, _ columns: [Column], _ count: Int) throws(ParquetError) -> ColumnBatch {
        do {
            return try ColumnBatch(schema: schema, columns: columns, rowCount: count)
        } catch {
            throw .corrupt("\(error)")
        }
    }

    private func conversion(
        _ leaf: Int, _ dense: DenseValues, _ type: LogicalType
    ) throws(ParquetError) -> ColumnValues {
        try LeafConversion(leaf: tree.leaves[leaf], checksTexts: options.verifiesTexts).values(dense, type)
    }

    /// The positions of columns and their schema.
    func selection(_ names: [String]?) throws(ParquetError) -> (positions: [Int], schema: Schema) {
        let schema = try schemaOrError.get()
        guard let names else { return (Array(schema.fields.indices), schema) }
        var positions: [Int] = []
        for name in names {
            guard let position = schema.index(of: name) else {
                throw ParquetError(.mismatch, "there is no column '\(name)'", column: name)
            }
            positions.append(position)
        }
        return (positions, Schema(positions.map { schema.fields[$0] }))
    }

    /// Opens the column chunk of a leaf.
    /// - Parameter isPart: whether pages will be passed over.
    func leafReader(
        _ group: Int, _ leaf: Int, _ codec: PageCodec, isPart: Bool = false
    ) throws(ParquetError) -> LeafReader {
        let chunk = metadata.rowGroups[group].columns[leaf]
        do throws(ParquetError) {
            if let failure = chunk.failure { throw failure }
            return try LeafReader(
                file, try range(of: chunk), lastEnd: footerStart, chunk, tree.leaves[leaf], options, codec,
                try cipher(group, leaf), isPart ? try pageIndex(group, leaf) : nil)
        } catch {
            throw error.at(column: tree.leaves[leaf].name, rowGroup: group)
        }
    }

    /// What decrypts the modules of a column chunk; nil where it is not encrypted.
    func cipher(_ group: Int, _ leaf: Int) throws(ParquetError) -> ModuleCipher? {
        guard let crypto = metadata.rowGroups[group].columns[leaf].crypto else { return nil }
        guard let decryption else { throw ParquetError(.key, "it is encrypted, and no keys were given") }
        return try decryption.cipher(crypto, leaf: tree.leaves[leaf], rowGroup: group, column: leaf)
    }

    /// Where the pages of a chunk lie: behind the first magic, before the footer.
    func range(of chunk: ColumnChunkMetadata) throws(ParquetError) -> Range<Int64> {
        var start = chunk.dataPageOffset
        // Some writers put 0 where there is no dictionary.
        if let dictionary = chunk.dictionaryPageOffset, dictionary > 0 { start = min(start, dictionary) }
        guard start >= 4 || (chunk.valueCount == 0 && start >= 0), chunk.compressedByteCount >= 0,
            chunk.uncompressedByteCount >= 0, start <= footerStart, chunk.compressedByteCount <= footerStart - start
        else { throw .corrupt("its pages lie outside of the file's data") }
        return start..<start + chunk.compressedByteCount
    }

    /// What the footer says must agree with itself.
    private func check() throws(ParquetError) {
        guard !tree.leaves.isEmpty || metadata.rowCount == 0 else {
            throw ParquetError(.unsupported, "it has \(metadata.rowCount) rows and no columns")
        }
        var total: Int64 = 0
        var pageByteCount: Int64 = 0
        for (index, group) in metadata.rowGroups.enumerated() {
            guard group.rowCount >= 0, group.columns.count == tree.leaves.count else {
                throw ParquetError.corrupt("it has other columns than the schema, or a negative count of rows")
                    .at(rowGroup: index)
            }
            // Of a chunk whose key is not there nothing is known.
            for (chunk, leaf) in zip(group.columns, tree.leaves) where chunk.failure == nil {
                guard chunk.type == leaf.type else {
                    throw ParquetError.corrupt("its type contradicts the schema").at(column: leaf.name, rowGroup: index)
                }
                pageByteCount = pageByteCount.addingReportingOverflow(max(0, chunk.compressedByteCount)).partialValue
                guard pageByteCount <= file.size else {
                    // Row groups that share their pages: a few bytes would become any number of rows.
                    throw ParquetError.corrupt("its column chunks overlap").at(column: leaf.name, rowGroup: index)
                }
                guard leaf.maxRepetition > 0 ? chunk.valueCount >= 0 : chunk.valueCount == group.rowCount else {
                    throw ParquetError.corrupt("its count of values contradicts the row group's")
                        .at(column: leaf.name, rowGroup: index)
                }
            }
            let (sum, overflow) = total.addingReportingOverflow(group.rowCount)
            guard !overflow else { throw .corrupt("its count of rows is absurd") }
            total = sum
        }
        guard total == metadata.rowCount else { throw .corrupt("its row groups have other rows than the file claims") }
    }
}
