internal import Checksum
internal import Columnar
internal import Zstandard

/// Makes the column chunks of one leaf: pages are encoded, compressed and kept as soon as they are full, so that memory
/// holds one page of values and the compressed pages of the row group.
final class LeafWriter {
    private let leaf: LeafColumn
    private let type: LogicalType
    private let options: ParquetWriterOptions
    private let values: any PageValues
    private let compressor: PageCompressor

    /// What encrypts the row group's pages; nil where they are not encrypted.
    var encryption: ChunkEncryption?
    /// The data pages of the row group so far.
    private(set) var pageCount = 0

    // The page that is being filled.
    private var definitions: [UInt8] = []
    private var repetitions: [UInt8] = []
    private var entryCount = 0
    private var rowCount = 0

    // The row group.
    private var pages: [UInt8] = []
    private var pageContentByteCount: Int64 = 0
    private var encodings: Set<Int32> = []
    private var valueCount: Int64 = 0
    private var statistics = ColumnStatistics()
    private var index = PageIndexBuilder()
    private var bloomHashes: BloomHashes?
    /// The page's entries without a value.
    private var nullCount = 0

    init(_ leaf: LeafColumn, _ type: LogicalType, _ options: ParquetWriterOptions, _ compressor: PageCompressor) {
        self.leaf = leaf
        self.type = type
        self.options = options
        self.compressor = compressor
        values = makePageValues(type)
        bloomHashes = options.bloomFilterColumns.contains(leaf.name) ? BloomHashes() : nil
    }

    /// The bytes in memory for the row group, roughly.
    var byteCount: Int { pages.count + (values.pageByteCount == .max ? 0 : values.pageByteCount) }

    /// Adds rows of a column that is not nested.
    func append(_ column: Column) throws(ParquetError) {
        var start = 0
        while start < column.rowCount {
            let end = pieceEnd(column, start)
            let piece = start == 0 && end == column.rowCount ? column : column.slice(start..<end)
            try appendPiece(piece)
            if rowCount >= options.pageRowCount || values.pageByteCount >= options.pageByteCountTarget {
                try finishPage()
            }
            start = end
        }
    }

    /// Where a piece of a column ends, so that no page has many more bytes or rows than wished for.
    private func pieceEnd(_ column: Column, _ start: Int) -> Int {
        let most = min(column.rowCount, start + max(1, options.pageRowCount - rowCount))
        guard case .bytes(let buffer) = column.values else { return most }
        let limit = Int(buffer.offsets[start]) + options.pageByteCountTarget
        if Int(buffer.offsets[most]) <= limit { return most }
        var (low, high) = (start + 1, most)
        while low < high {
            let middle = (low + high) / 2
            if Int(buffer.offsets[middle]) < limit { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func appendPiece(_ piece: Column) throws(ParquetError) {
        let nulls = piece.nullCount
        if leaf.maxDefinition == 0 {
            guard nulls == 0 else { throw ParquetError(.mismatch, "a value is missing where none may be") }
        } else if let validity = piece.validity, nulls > 0 {
            beDefinite()
            let words = validity.words.span
            definitions.reserveCapacity(definitions.count + validity.count)
            for row in 0..<validity.count {
                definitions.append(UInt8(truncatingIfNeeded: words[row &>> 6] &>> UInt64(row & 63) & 1))
            }
        } else if !definitions.isEmpty {
            definitions.append(contentsOf: repeatElement(UInt8(leaf.maxDefinition), count: piece.rowCount))
        }
        entryCount += piece.rowCount
        rowCount += piece.rowCount
        nullCount += nulls
        if nulls > 0, let validity = piece.validity {
            try append(piece.values.gathered(places(of: validity)))
        } else {
            try append(piece.values)
        }
    }

    /// Writes down the levels of entries that all have a value, because one comes that has none.
    private func beDefinite() {
        if definitions.isEmpty { definitions = Array(repeating: UInt8(leaf.maxDefinition), count: entryCount) }
    }

    /// Adds whole rows of a leaf of a nested column.
    func append(_ entries: LeafEntries, _ present: ColumnValues, rowCount rows: Int) throws(ParquetError) {
        beDefinite()
        definitions += entries.definitions
        if leaf.maxRepetition > 0 { repetitions += entries.repetitions }
        entryCount += entries.definitions.count
        rowCount += rows
        nullCount += entries.definitions.count - present.rowCount
        try append(present)
        if entryCount >= options.pageRowCount || values.pageByteCount >= options.pageByteCountTarget {
            try finishPage()
        }
    }

    private func append(_ present: ColumnValues) throws(ParquetError) {
        try values.append(present)
        bloomHashes?.append(present, leaf)
    }

    // MARK: Pages

    private func finishPage() throws(ParquetError) {
        guard entryCount > 0 else { return }
        var content: [UInt8] = []
        content.reserveCapacity(options.pageByteCountTarget + options.pageByteCountTarget / 4)
        if leaf.maxRepetition > 0 { Self.appendLevels(repetitions, leaf.maxRepetition, entryCount, to: &content) }
        if leaf.maxDefinition > 0 { Self.appendLevels(definitions, leaf.maxDefinition, entryCount, to: &content) }
        var page = values.bounds(type)
        page.nullCount = Int64(nullCount)
        statistics.merge(page)
        let encoding = values.finishPage(into: &content)
        encodings.insert(encoding)
        let offset = pages.count
        try append(content, .data, encoding, count: entryCount, to: &pages)
        index.append(
            offset: offset, byteCount: pages.count - offset, rows: rowCount, valueCount: entryCount - nullCount, page,
            type)
        pageCount += 1
        valueCount += Int64(entryCount)
        definitions.removeAll(keepingCapacity: true)
        repetitions.removeAll(keepingCapacity: true)
        (entryCount, rowCount, nullCount) = (0, 0, 0)
    }

    /// Levels behind their length (4 bytes); none were written down where all are the greatest.
    private static func appendLevels(_ levels: [UInt8], _ most: Int, _ count: Int, to content: inout [UInt8]) {
        let start = content.count
        appendWord(UInt32(0), to: &content)
        let width = HybridEncoding.bitWidth(max: UInt32(most))
        if levels.isEmpty {
            HybridEncoding.run(UInt32(most), count: count, bitWidth: width, into: &content)
        } else {
            HybridEncoding.encode(levels.span, bitWidth: width, into: &content)
        }
        let length = content.count - start - 4
        for byte in 0..<4 { content[start + byte] = UInt8(truncatingIfNeeded: length >> (byte * 8)) }
    }

    private func append(
        _ content: [UInt8], _ kind: PageHeader.Kind, _ encoding: Int32, count: Int, to target: inout [UInt8]
    ) throws(ParquetError) {
        var compressed = try compressor.compress(content.span)
        if let encryption {
            compressed = try encryption.seal(
                compressed, kind == .dictionary ? .dictionaryPage : .dataPage, page: pageCount)
        }
        guard let size = Int32(exactly: content.count), let compressedSize = Int32(exactly: compressed.count),
            let count = Int32(exactly: count)
        else { throw ParquetError(.limit, "a page is larger than 2 GiB") }
        var header = PageHeader(
            kind: kind, uncompressedByteCount: size, compressedByteCount: compressedSize, crc: crc32(compressed.span),
            valueCount: count, encoding: encoding
        ).encoded()
        if let encryption {
            header = try encryption.seal(
                header, kind == .dictionary ? .dictionaryPageHeader : .dataPageHeader, page: pageCount)
        }
        target += header
        target += compressed
        pageContentByteCount += Int64(header.count + content.count)
    }

    /// The row group's column chunk; the next row group begins.
    /// - Parameter offset: where in the file the chunk will begin.
    func finishChunk(at offset: Int64) throws(ParquetError) -> FinishedChunk {
        try finishPage()
        var dictionaryPage: [UInt8] = []
        if let dictionary = values.dictionaryPage() {
            try append(
                dictionary.bytes, .dictionary, FileEncoding.plain, count: dictionary.count, to: &dictionaryPage)
        }
        var chunk = ColumnChunkMetadata()
        chunk.type = leaf.type
        chunk.path = leaf.path
        chunk.codec = FileCodec.zstd
        chunk.valueCount = valueCount
        chunk.encodings = encodings.union(leaf.maxDefinition > 0 ? [FileEncoding.rle] : [])
            .union(dictionaryPage.isEmpty ? [] : [FileEncoding.plain]).sorted()
        chunk.uncompressedByteCount = pageContentByteCount
        chunk.compressedByteCount = Int64(dictionaryPage.count + pages.count)
        chunk.dictionaryPageOffset = dictionaryPage.isEmpty ? nil : offset
        chunk.dataPageOffset = offset + Int64(dictionaryPage.count)
        chunk.statistics = statistics.raw(for: type)
        let finished = FinishedChunk(
            metadata: chunk, statistics: statistics, dictionaryPage: dictionaryPage, pages: pages,
            index: try sealed(index.finish(at: chunk.dataPageOffset)), bloomFilter: try bloomFilter())
        values.reset()
        (pages, encodings, pageContentByteCount, valueCount, pageCount) = ([], [], 0, 0, 0)
        (statistics, index) = (ColumnStatistics(), PageIndexBuilder())
        return finished
    }

    private func sealed(
        _ index: (offsets: [UInt8], bounds: [UInt8]?)?
    ) throws(ParquetError) -> (offsets: [UInt8], bounds: [UInt8]?)? {
        guard let encryption, let index else { return index }
        let bounds = try index.bounds.map { bounds throws(ParquetError) in
            try encryption.seal(bounds, .columnIndex)
        }
        return (try encryption.seal(index.offsets, .offsetIndex), bounds)
    }

    /// The chunk's bloom filter as it lies in the file; nil where there is to be none.
    private func bloomFilter() throws(ParquetError) -> [UInt8]? {
        guard let (header, bits) = bloomHashes?.finish()?.encoded() else { return nil }
        guard let encryption else { return header + bits }
        return try encryption.seal(header, .bloomFilterHeader) + encryption.seal(bits, .bloomFilterBits)
    }
}

/// A column chunk that is ready to be written.
struct FinishedChunk {
    let metadata: ColumnChunkMetadata
    let statistics: ColumnStatistics
    let dictionaryPage: [UInt8]
    let pages: [UInt8]
    /// The parts of its page index.
    let index: (offsets: [UInt8], bounds: [UInt8]?)?
    let bloomFilter: [UInt8]?
}

/// The file's compression context, shared by its leaves.
final class PageCompressor {
    private var zstd: Compressor

    init(level: Int) throws(ParquetError) {
        do {
            zstd = try Compressor(level: level)
        } catch {
            throw ParquetError(.inputOutput, "\(error)")
        }
    }

    func compress(_ bytes: Span<UInt8>) throws(ParquetError) -> [UInt8] {
        do {
            return try zstd.compress(bytes)
        } catch {
            throw ParquetError(.inputOutput, "\(error)")
        }
    }
}
