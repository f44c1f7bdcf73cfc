internal import Checksum
internal import Effects

/// Some rows of a leaf: their levels and the values that are there.
struct LeafSlice {
    /// The definition level of each entry; empty where all values are there.
    var definitions: [UInt8] = []
    /// The repetition level of each entry; empty for leaves that are not repeated.
    var repetitions: [UInt8] = []
    /// The number of entries.
    var entryCount = 0
    var values: DenseValues

    /// The bytes that levels and values take.
    var byteCount: Int { definitions.count + repetitions.count + values.byteCount }
}

/// A page as it was found.
struct PageRecord {
    /// Where its header begins, in bytes from the file's start.
    let offset: Int64
    let headerByteCount: Int
    let header: PageHeader
}

/// Decodes the pages of one column chunk, a batch of rows at a time: one page is in memory, whatever the chunk says.
///
/// (1) A page is at most as large as its chunk claims to be, and as the options allow.
/// (2) The levels and values of a page are decoded only as far as rows are asked for.
/// (3) At the end, the chunk has exactly the rows of its row group and the entries that its metadata promised.
final class LeafReader {
    /// Entries of one batch: a row of more is refused.
    private static let entryCountMax = 1 << 25
    /// Bytes of texts of one column that a batch should not exceed by much.
    private static let textByteCountTarget = 32 << 20

    private let chunk: ColumnChunkMetadata
    private let leaf: LeafColumn
    private let options: ParquetReaderOptions
    private let codec: PageCodec
    private var input: ChunkInput
    /// What decrypts the chunk's pages; nil where it is not encrypted.
    private let cipher: ModuleCipher?
    /// The number of data pages before the next one: an encrypted page is bound to its place.
    private var pageOrdinal = 0
    /// Whether `pages` are noted.
    var recordsPages = false
    /// The pages that were opened, in their order.
    private(set) var pages: [PageRecord] = []
    private var dictionary: LeafDictionary?
    private var entriesLeftInChunk: Int64
    private var entriesLeftInPage = 0
    private var repetitions: HybridDecoder?
    private var definitions: HybridDecoder?
    private var decoder = ValueDecoder.nothing
    private var isFirstPage = true
    /// Where the pages lie; nil where that is not known, or all are read.
    private let pageIndex: PageIndex?
    /// The row group's row that comes next.
    private var row: Int64 = 0
    /// Pages that were decompressed, dictionaries included.
    private(set) var pagesRead = 0
    private var dataPagesRead = 0
    /// The bytes and entries of the open page.
    private var pageByteCount = 0
    private var pageEntryCount = 0
    /// The bytes that the slice which is being read may have.
    private var byteCountMax = Int.max
    /// Levels of the page that were decoded and not given yet: of repeated leaves only.
    private var pending: (repetitions: [UInt8], definitions: [UInt8], position: Int) = ([], [], 0)

    init(
        _ file: any ReadableFile, _ range: Range<Int64>, lastEnd: Int64, _ chunk: ColumnChunkMetadata,
        _ leaf: LeafColumn,
        _ options: ParquetReaderOptions, _ codec: PageCodec, _ cipher: ModuleCipher?, _ pageIndex: PageIndex?
    ) throws(ParquetError) {
        self.pageIndex = pageIndex
        self.chunk = chunk
        self.cipher = cipher
        self.leaf = leaf
        self.options = options
        self.codec = codec
        input = ChunkInput(file, range, lastEnd: lastEnd)
        entriesLeftInChunk = chunk.valueCount
        guard PageCodec.isKnown(chunk.codec) else { throw ParquetError(.unsupported, "codec \(chunk.codec)") }
    }

    /// How many of the next rows can be read at once so that their texts do not become too many bytes: not further than
    /// the page goes where they are large, since those of the next one may be of another size.
    func rowCount(near wanted: Int) throws(ParquetError) -> Int {
        guard leaf.maxRepetition == 0, leaf.type == FileType.byteArray || leaf.type == FileType.fixedByteArray else {
            return wanted
        }
        let left = try openPage()
        let mayBeLarge = chunk.uncompressedByteCount > Self.textByteCountTarget
        let largest = dictionary?.byteCountMax ?? 0
        guard left > 0, mayBeLarge || largest * wanted > Self.textByteCountTarget else { return wanted }
        return max(1, min(wanted, left, Self.textByteCountTarget / max(1, pageByteCount / max(1, pageEntryCount))))
    }

    /// The next rows.
    /// - Throws: `ParquetError.limit` where their levels and values take more than `byteCountMax` bytes.
    func read(rowCount: Int, byteCountMax: Int = .max) throws(ParquetError) -> LeafSlice {
        do throws(ParquetError) {
            var slice = LeafSlice(values: DenseValues(leaf.type))
            slice.values.byteCountMax = min(slice.values.byteCountMax, byteCountMax)
            self.byteCountMax = byteCountMax
            if leaf.maxRepetition == 0 {
                try readFlat(rowCount, into: &slice)
            } else {
                try readNested(rowCount, into: &slice)
            }
            return slice
        } catch {
            throw error.at(column: leaf.name, offset: input.position)
        }
    }

    /// Opens the next page with entries, unless one is open.
    /// - Returns: the entries that are left in it; 0 where there are no more pages.
    func openPage() throws(ParquetError) -> Int {
        do throws(ParquetError) {
            while entriesLeftInPage == 0 && input.left > 0 { try nextPage() }
            return entriesLeftInPage
        } catch {
            throw error.at(column: leaf.name, offset: input.position)
        }
    }

    /// The bytes that were taken from the file.
    var bytesRead: Int64 { input.bytesRead }
    /// The data pages that were passed over; 0 where it is not known where they lie.
    var pagesSkipped: Int { pageIndex.map { max(0, $0.pages.count - dataPagesRead) } ?? 0 }

    /// Passes over rows, and over pages as far as it is known where they lie.
    /// - Parameters:
    ///   - target: the row of the row group that is to come next; not before the one that comes next now.
    ///   - end: the row up to which rows will be read from there.
    func skip(to target: Int64, readingUpTo end: Int64) throws(ParquetError) {
        do throws(ParquetError) {
            if let pageIndex {
                let page = pageIndex.page(ofRow: target)
                let last = pageIndex.pages[pageIndex.page(ofRow: max(target, end - 1))]
                let lastEnd = last.offset + Int64(last.byteCount)
                if pageIndex.pages[page].firstRow > row || (row == 0 && dataPagesRead == 0) {
                    try readDictionary(before: pageIndex.pages[0].offset)
                    input.seek(to: pageIndex.pages[page].offset, readingUpTo: lastEnd)
                    (entriesLeftInPage, pending, decoder) = (0, ([], [], 0), .nothing)
                    pageOrdinal = page
                    row = pageIndex.pages[page].firstRow
                    if leaf.maxRepetition == 0 { entriesLeftInChunk = chunk.valueCount - row }
                } else {
                    input.seek(to: input.position, readingUpTo: lastEnd)
                }
            }
            while row < target { _ = try read(rowCount: Int(min(4_096, target - row))) }
        } catch {
            throw error.at(column: leaf.name, offset: input.position)
        }
    }

    /// Reads what lies before the first data page.
    private func readDictionary(before first: Int64) throws(ParquetError) {
        guard isFirstPage, dictionary == nil, input.position < first else { return }
        input.seek(to: input.position, readingUpTo: first)
        while dictionary == nil && input.position < first { try nextPage() }
    }

    /// Sees to it that nothing is left when the row group's rows were read.
    func finish() throws(ParquetError) {
        do throws(ParquetError) {
            while entriesLeftInPage == 0 && pending.position == pending.definitions.count && input.left > 0 {
                try nextPage()
            }
            guard entriesLeftInPage == 0, pending.position == pending.definitions.count else {
                throw ParquetError.corrupt("its pages hold more rows than the row group")
            }
            guard entriesLeftInChunk == 0 else { throw ParquetError.corrupt("it holds fewer values than it claims") }
        } catch {
            throw error.at(column: leaf.name, offset: input.position)
        }
    }

    // MARK: Rows

    private func readFlat(_ rowCount: Int, into slice: inout LeafSlice) throws(ParquetError) {
        var need = rowCount
        while need > 0 {
            if entriesLeftInPage == 0 {
                try requirePage()
                continue
            }
            let taken = min(need, entriesLeftInPage)
            let defined = try definedCount(taken, into: &slice)
            // Room for all rows at once, but not many times what this page shows to be there.
            if slice.values.count == 0 && defined > 0 {
                slice.values.reserve(min(need, 8 * defined), asCodes: decoder.givesCodes)
            }
            try values(defined, into: &slice)
            slice.entryCount += taken
            entriesLeftInPage -= taken
            need -= taken
            row += Int64(taken)
        }
    }

    /// Decodes the definition levels of entries and gives the number of those that have a value.
    private func definedCount(_ count: Int, into slice: inout LeafSlice) throws(ParquetError) -> Int {
        guard leaf.maxDefinition > 0 else { return count }
        let most = UInt8(leaf.maxDefinition)
        if slice.definitions.isEmpty, let level = try definitions?.takeRun(count) {
            if level == UInt32(most) { return count }
            try check(level)
            slice.definitions = Array(repeating: most, count: slice.entryCount)
            slice.definitions.append(contentsOf: repeatElement(UInt8(truncatingIfNeeded: level), count: count))
            return 0
        }
        if slice.definitions.isEmpty { slice.definitions = Array(repeating: most, count: slice.entryCount) }
        let first = slice.definitions.count
        try definitions?.decode(count, into: &slice.definitions)
        return try Self.count(of: most, in: slice.definitions.span.extracting(first..<first + count))
    }

    private func check(_ level: UInt32) throws(ParquetError) {
        guard level <= UInt32(leaf.maxDefinition) else { throw .corrupt("a definition level is out of range") }
    }

    /// How many levels are the greatest that may be.
    private static func count(of most: UInt8, in levels: Span<UInt8>) throws(ParquetError) -> Int {
        var count = 0
        var greatest: UInt8 = 0
        for index in levels.indices {
            count += levels[index] == most ? 1 : 0
            greatest = max(greatest, levels[index])
        }
        guard greatest <= most else { throw .corrupt("a level is out of range") }
        return count
    }

    private func readNested(_ rowCount: Int, into slice: inout LeafSlice) throws(ParquetError) {
        var rows = 0
        while true {
            if pending.position == pending.definitions.count {
                if entriesLeftInPage == 0 {
                    if input.left == 0 && rows == rowCount { return }
                    try requirePage(orEnd: rows == rowCount)
                    if entriesLeftInPage == 0 && input.left == 0 && rows == rowCount { return }
                    continue
                }
                try decodeLevels()
            }
            let first = pending.position
            var last = first
            let (repeated, defined) = (pending.repetitions, pending.definitions)
            let levels = repeated.span
            while last < levels.count {
                if levels[last] == 0 {
                    if rows == rowCount { break }
                    rows += 1
                    row += 1
                } else if rows == 0 {
                    throw .corrupt("a row group begins inside of a row")
                }
                last += 1
            }
            guard slice.entryCount <= Self.entryCountMax - (last - first) else {
                throw ParquetError(.limit, "the lists of one batch have more than \(Self.entryCountMax) elements")
            }
            slice.repetitions.append(contentsOf: pending.repetitions[first..<last])
            slice.definitions.append(contentsOf: pending.definitions[first..<last])
            slice.entryCount += last - first
            pending.position = last
            let most = UInt8(leaf.maxDefinition)
            try values(
                Self.count(of: most, in: defined.span.extracting(first..<last)), into: &slice)
            if last < pending.definitions.count { return }
        }
    }

    /// Decodes levels of the page, some thousands at once.
    private func decodeLevels() throws(ParquetError) {
        let count = min(entriesLeftInPage, 4_096)
        pending = ([], [], 0)
        try repetitions?.decode(count, into: &pending.repetitions)
        try definitions?.decode(count, into: &pending.definitions)
        let repeated = pending.repetitions
        _ = try Self.count(of: UInt8(leaf.maxRepetition), in: repeated.span)
        entriesLeftInPage -= count
    }

    private func values(_ count: Int, into slice: inout LeafSlice) throws(ParquetError) {
        try decoder.decode(count, into: &slice.values)
        guard slice.byteCount <= byteCountMax else { throw DenseValues.tooLarge }
    }

    // MARK: Pages

    private func requirePage(orEnd mayEnd: Bool = false) throws(ParquetError) {
        if input.left == 0 && mayEnd { return }
        guard input.left > 0 else { throw .corrupt("its pages hold fewer values than the row group") }
        try nextPage()
    }

    private func nextPage() throws(ParquetError) {
        let offset = input.position
        let header = try nextHeader()
        if recordsPages {
            pages.append(
                PageRecord(offset: offset, headerByteCount: Int(input.position - offset), header: header))
        }
        guard Int64(header.compressedByteCount) <= input.pageByteCountMax else {
            throw .corrupt("a page runs past its chunk")
        }
        let size = Int(header.uncompressedByteCount)
        guard Int64(size) <= chunk.uncompressedByteCount else {
            throw .corrupt("a page claims more bytes than its chunk has")
        }
        guard size <= options.pageByteCountMax else {
            throw ParquetError(.limit, "a page of \(size) bytes; the limit is \(options.pageByteCountMax)")
        }
        guard header.kind == .index || header.valueCount >= 0 else { throw .corrupt("a page has no count of values") }
        try codec.hold(size - heldByteCount(header.kind))
        switch header.kind {
        case .index: try input.skip(Int(header.compressedByteCount))
        case .dictionary: try readDictionary(header)
        case .data, .dataV2:
            isFirstPage = false
            try checkPlace()
            (pagesRead, dataPagesRead) = (pagesRead + 1, dataPagesRead + 1)
            guard Int64(header.valueCount) <= entriesLeftInChunk else {
                throw .corrupt("its pages hold more values than it claims")
            }
            entriesLeftInChunk -= Int64(header.valueCount)
            if header.kind == .data {
                try openVersionOne(header)
            } else if let v2 = header.v2 {
                try openVersionTwo(header, v2)
            } else {
                throw .corrupt("a page has no header of its kind")
            }
            entriesLeftInPage = Int(header.valueCount)
            (pageByteCount, pageEntryCount) = (size, entriesLeftInPage)
        }
    }

    /// Holds the page that comes next to the page index, which would else give rows the places of others.
    private func checkPlace() throws(ParquetError) {
        guard let pageIndex else { return }
        guard pageOrdinal < pageIndex.pages.count, pageIndex.pages[pageOrdinal].firstRow == row else {
            throw .corrupt("its pages have other rows than the page index says")
        }
    }

    private func nextHeader() throws(ParquetError) -> PageHeader {
        guard let cipher else { return try input.header() }
        let module = try input.module()
        let mayBeDictionary = isFirstPage && dictionary == nil && chunk.dictionaryPageOffset != nil
        let content = try cipher.open(
            module.span, mayBeDictionary ? .dictionaryPageHeader : .dataPageHeader, page: pageOrdinal)
        let header = try PageHeader.read(content, from: 0).header
        guard (header.kind == .dictionary) == mayBeDictionary else {
            throw .corrupt("an encrypted page is of another kind than its header")
        }
        return header
    }

    /// Gives the bytes that the codec left, checked and decrypted.
    private func body<Result>(
        _ header: PageHeader, _ use: (Span<UInt8>) throws(ParquetError) -> Result
    ) throws(ParquetError) -> Result {
        let (cipher, ordinal) = (cipher, pageOrdinal)
        if header.kind != .dictionary { pageOrdinal += 1 }
        return try input.take(Int(header.compressedByteCount)) { bytes throws(ParquetError) in
            // The checksum is that of the bytes in the file: after compression and encryption.
            try check(header, bytes)
            guard let cipher else { return try use(bytes) }
            let content = try cipher.open(
                bytes, header.kind == .dictionary ? .dictionaryPage : .dataPage, page: ordinal)
            return try use(content.span)
        }
    }

    /// The bytes that go out of memory when a page of a kind comes in: those of the page before it. A dictionary stays.
    private func heldByteCount(_ kind: PageHeader.Kind) -> Int {
        switch kind {
        case .data, .dataV2: pageByteCount
        case .dictionary, .index: 0
        }
    }

    /// Compares the page's checksum, where it has one.
    private func check(_ header: PageHeader, _ bytes: Span<UInt8>) throws(ParquetError) {
        if options.verifiesChecksums, let crc = header.crc, crc32(bytes) != crc {
            throw ParquetError(.checksum, "a page's checksum (CRC) does not fit its bytes")
        }
    }

    private func content(_ header: PageHeader) throws(ParquetError) -> [UInt8] {
        let size = Int(header.uncompressedByteCount)
        return try body(header) { bytes throws(ParquetError) in
            try codec.decompress(bytes, chunk.codec, size: size)
        }
    }

    private func readDictionary(_ header: PageHeader) throws(ParquetError) {
        guard dictionary == nil, isFirstPage else { throw .corrupt("its dictionary is not its first page") }
        guard header.encoding == FileEncoding.plain || header.encoding == FileEncoding.plainDictionary else {
            throw ParquetError(.unsupported, "a dictionary in encoding \(header.encoding)")
        }
        let content = try content(header)
        pagesRead += 1
        var values = DenseValues(leaf.type)
        var decoder = PlainDecoder(content, 0..<content.count, length: leaf.length)
        try decoder.decode(Int(header.valueCount), into: &values)
        dictionary = LeafDictionary(values)
    }

    private func openVersionOne(_ header: PageHeader) throws(ParquetError) {
        let content = try content(header)
        var position = 0
        let count = Int(header.valueCount)
        if leaf.maxRepetition > 0 {
            repetitions = try levels(content, &position, header.repetitionEncoding, leaf.maxRepetition, count)
        }
        if leaf.maxDefinition > 0 {
            definitions = try levels(content, &position, header.definitionEncoding, leaf.maxDefinition, count)
        }
        decoder = try ValueDecoder(
            encoding: header.encoding, content, position..<content.count, leaf, dictionary)
    }

    /// The levels of a v1 page: behind their length (4 bytes).
    private func levels(
        _ content: [UInt8], _ position: inout Int, _ encoding: Int32, _ most: Int, _ count: Int
    ) throws(ParquetError) -> HybridDecoder {
        let width = HybridEncoding.bitWidth(max: UInt32(most))
        if encoding == FileEncoding.bitPacked {
            let start = position
            position += (count * width + 7) / 8
            guard position <= content.count else { throw .corrupt("levels run past their page") }
            return HybridDecoder(bitPackedLevels: content, start..<position, bitWidth: width, count: count)
        }
        guard encoding == FileEncoding.rle else {
            throw ParquetError(.unsupported, "levels in encoding \(encoding)")
        }
        guard content.count - position >= 4 else { throw .corrupt("a page has no levels") }
        let length = littleEndian(content, position)
        guard length <= content.count - position - 4 else { throw .corrupt("levels run past their page") }
        let range = position + 4..<position + 4 + length
        position = range.upperBound
        return try HybridDecoder(content, range, bitWidth: width)
    }

    private func openVersionTwo(_ header: PageHeader, _ v2: PageHeader.VersionTwo) throws(ParquetError) {
        let (repeated, defined) = (Int(v2.repetitionByteCount), Int(v2.definitionByteCount))
        let size = Int(header.uncompressedByteCount)
        guard v2.nullCount <= header.valueCount else { throw .corrupt("a page claims more nulls than values") }
        if leaf.maxDefinition == 0 && v2.nullCount > 0 {
            throw .corrupt("a page claims nulls in a column that has none")
        }
        let (levels, content) = try body(header) { bytes throws(ParquetError) -> ([UInt8], [UInt8]) in
            let whole = bytes.count
            guard repeated <= whole, defined <= whole - repeated, repeated + defined <= size else {
                throw .corrupt("levels run past their page")
            }
            // A page that claims to be plain but has another size is compressed all the same: pyarrow 2 wrote such.
            let isCompressed = v2.isCompressed || whole != size
            let rest = bytes.extracting(repeated + defined..<whole)
            let valueSize = size - repeated - defined
            let levels = unsafe bytes.extracting(0..<repeated + defined).withUnsafeBufferPointer { unsafe Array($0) }
            // No values: what a codec made of nothing is not looked at.
            if valueSize == 0 { return (levels, []) }
            return (levels, try codec.decompress(rest, isCompressed ? chunk.codec : FileCodec.none, size: valueSize))
        }
        if leaf.maxRepetition > 0 {
            let width = HybridEncoding.bitWidth(max: UInt32(leaf.maxRepetition))
            repetitions = try HybridDecoder(levels, 0..<repeated, bitWidth: width)
        }
        if leaf.maxDefinition > 0 {
            let width = HybridEncoding.bitWidth(max: UInt32(leaf.maxDefinition))
            definitions = try HybridDecoder(levels, repeated..<repeated + defined, bitWidth: width)
        }
        decoder = try ValueDecoder(encoding: header.encoding, content, 0..<content.count, leaf, dictionary)
    }
}
