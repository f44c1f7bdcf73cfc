internal import Checksum
internal import Columnar

/// Makes the column chunks of one leaf: pages are encoded, compressed and kept as soon as they are full, so that memory
/// holds one page of values and the compressed pages of the row group.
final class LeafWriter {
    private let leaf: LeafColumn
    private let type: LogicalType
    private let options: ParquetWriterOptions
    private let values: any PageValues

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
    private var dictionaryPage: [UInt8] = []
    private var pageContentByteCount: Int64 = 0
    private var encodings: Set<Int32> = []
    private var valueCount: Int64 = 0
    private var statistics = ColumnStatistics()
    private var index = PageIndexBuilder()
    private var bloomHashes: BloomHashes?
    /// The page's entries without a value.
    private var nullCount = 0

    init(_ leaf: LeafColumn, _ type: LogicalType, _ options: ParquetWriterOptions) {
        self.leaf = leaf
        self.type = type
        self.options = options
        values = makePageValues(type, options.encodings[leaf.name])
        bloomHashes = options.bloomFilterColumns.contains(leaf.name) ? BloomHashes() : nil
    }

    /// The bytes in memory for the row group, roughly.
    var byteCount: Int { pages.count + (values.pageByteCount == .max ? 0 : values.pageByteCount) }

    /// Why its values are encoded as they are; nil before the first page.
    var choice: EncodingChoice? { values.choice }

    /// Adds rows of a column that is not nested.
    func append(_ column: Column, _ compressor: PageCompressor) throws(ParquetError) {
        var start = 0
        while start < column.rowCount {
            let end = pieceEnd(column, start)
            let piece = start == 0 && end == column.rowCount ? column : column.slice(start..<end)
            try appendPiece(piece)
            if rowCount >= options.pageRowCount || values.pageByteCount >= options.pageByteCountTarget {
                try finishPage(compressor)
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
    func append(
        _ entries: LeafEntries, _ present: ColumnValues, rowCount rows: Int, _ compressor: PageCompressor
    ) throws(ParquetError) {
        beDefinite()
        definitions += entries.definitions
        if leaf.maxRepetition > 0 { repetitions += entries.repetitions }
        entryCount += entries.definitions.count
        rowCount += rows
        nullCount += entries.definitions.count - present.rowCount
        try append(present)
        if entryCount >= options.pageRowCount || values.pageByteCount >= options.pageByteCountTarget {
            try finishPage(compressor)
        }
    }

    private func append(_ present: ColumnValues) throws(ParquetError) {
        try values.append(present)
        bloomHashes?.append(present, leaf)
    }

    // MARK: Pages

    private func finishPage(_ compressor: PageCompressor) throws(ParquetError) {
        guard entryCount > 0 else { return }
        var page = values.bounds(type)
        page.nullCount = Int64(nullCount)
        statistics.merge(page)
        let offset = pages.count
        let encoding =
            options.dataPageVersion == .one ? try appendVersionOne(compressor) : try appendVersionTwo(compressor)
        encodings.insert(encoding)
        index.append(
            offset: offset, byteCount: pages.count - offset, rows: rowCount, valueCount: entryCount - nullCount, page,
            type)
        pageCount += 1
        valueCount += Int64(entryCount)
        definitions.removeAll(keepingCapacity: true)
        repetitions.removeAll(keepingCapacity: true)
        (entryCount, rowCount, nullCount) = (0, 0, 0)
    }

    /// Levels, each behind their length (4 bytes), and values: compressed as a whole.
    private func appendVersionOne(_ compressor: PageCompressor) throws(ParquetError) -> Int32 {
        var content: [UInt8] = []
        content.reserveCapacity(options.pageByteCountTarget + options.pageByteCountTarget / 4)
        for (levels, most) in [(repetitions, leaf.maxRepetition), (definitions, leaf.maxDefinition)] where most > 0 {
            let encoded = Self.encoded(levels, most, entryCount)
            appendWord(UInt32(truncatingIfNeeded: encoded.count), to: &content)
            content += encoded
        }
        let encoding = try values.finishPage(into: &content, compressor)
        let header = PageHeader(
            kind: .data, uncompressedByteCount: try Self.size(content.count), compressedByteCount: 0, crc: nil,
            valueCount: try Self.size(entryCount), encoding: encoding)
        try append(header, try compressor.compress(content.span), to: &pages)
        return encoding
    }

    /// Levels as they are, and values: compressed where that makes them smaller.
    private func appendVersionTwo(_ compressor: PageCompressor) throws(ParquetError) -> Int32 {
        let repeated =
            leaf.maxRepetition > 0 ? Self.encoded(repetitions, leaf.maxRepetition, entryCount) : []
        let defined = leaf.maxDefinition > 0 ? Self.encoded(definitions, leaf.maxDefinition, entryCount) : []
        var content: [UInt8] = []
        content.reserveCapacity(options.pageByteCountTarget + options.pageByteCountTarget / 4)
        let encoding = try values.finishPage(into: &content, compressor)
        let compressed = options.codec == .none ? content : try compressor.compress(content.span)
        let isCompressed = compressed.count < content.count
        var header = PageHeader(
            kind: .dataV2, uncompressedByteCount: try Self.size(repeated.count + defined.count + content.count),
            compressedByteCount: 0, crc: nil, valueCount: try Self.size(entryCount), encoding: encoding)
        header.v2 = PageHeader.VersionTwo(
            nullCount: try Self.size(nullCount), rowCount: try Self.size(rowCount),
            definitionByteCount: try Self.size(defined.count), repetitionByteCount: try Self.size(repeated.count),
            isCompressed: isCompressed)
        try append(header, repeated + defined + (isCompressed ? compressed : content), to: &pages)
        return encoding
    }

    /// Levels; none were written down where all are the greatest.
    private static func encoded(_ levels: [UInt8], _ most: Int, _ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        let width = HybridEncoding.bitWidth(max: UInt32(most))
        if levels.isEmpty {
            HybridEncoding.run(UInt32(most), count: count, bitWidth: width, into: &bytes)
        } else {
            HybridEncoding.encode(levels.span, bitWidth: width, into: &bytes)
        }
        return bytes
    }

    private static func size(_ count: Int) throws(ParquetError) -> Int32 {
        guard let size = Int32(exactly: count) else { throw ParquetError(.limit, "a page is larger than 2 GiB") }
        return size
    }

    /// Adds a page; its size and checksum are those of the bytes that lie in the file, after compression and encryption.
    private func append(
        _ description: PageHeader, _ content: [UInt8], to target: inout [UInt8]
    ) throws(ParquetError) {
        let isDictionary = description.kind == .dictionary
        var (description, content) = (description, content)
        if let encryption {
            content = try encryption.seal(content, isDictionary ? .dictionaryPage : .dataPage, page: pageCount)
        }
        description.compressedByteCount = try Self.size(content.count)
        description.crc = crc32(content.span)
        var header = description.encoded()
        if let encryption {
            header = try encryption.seal(
                header, isDictionary ? .dictionaryPageHeader : .dataPageHeader, page: pageCount)
        }
        target += header
        target += content
        pageContentByteCount += Int64(header.count) + Int64(description.uncompressedByteCount)
    }

    /// Makes the row group's last pages, which is most of the work at its end.
    func closePages(_ compressor: PageCompressor) throws(ParquetError) {
        try finishPage(compressor)
        guard let dictionary = values.dictionaryPage() else { return }
        let header = PageHeader(
            kind: .dictionary, uncompressedByteCount: try Self.size(dictionary.bytes.count), compressedByteCount: 0,
            crc: nil, valueCount: try Self.size(dictionary.count), encoding: FileEncoding.plain)
        try append(header, try compressor.compress(dictionary.bytes.span), to: &dictionaryPage)
    }

    /// The row group's column chunk; the next row group begins.
    /// - Parameter offset: where in the file the chunk will begin.
    /// - Precondition: its pages were closed.
    func finishChunk(at offset: Int64) throws(ParquetError) -> FinishedChunk {
        var chunk = ColumnChunkMetadata()
        chunk.type = leaf.type
        chunk.path = leaf.path
        chunk.codec = options.codec.number
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
        (pages, dictionaryPage, encodings) = ([], [], [])
        (pageContentByteCount, valueCount, pageCount) = (0, 0, 0)
        (statistics, index) = (ColumnStatistics(), PageIndexBuilder())
        return finished
    }

    private func sealed(_ index: EncodedPageIndex?) throws(ParquetError) -> EncodedPageIndex? {
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
    let index: EncodedPageIndex?
    let bloomFilter: [UInt8]?
}
