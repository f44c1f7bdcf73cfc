/// Reads one column chunk to its end and compares it with its metadata.
struct ChunkCheck {
    private let reader: LeafReader
    private let chunk: ColumnChunkMetadata
    private let leaf: LeafColumn
    private let rowCount: Int64
    /// Whether this engine wrote the file.
    private let isOurs: Bool
    private var bounds: BoundsCheck?
    private var entryCount: Int64 = 0
    private var valueCount: Int64 = 0
    /// Missing values of each data page, of leaves that are not repeated.
    private var pageNullCounts: [Int: Int64] = [:]
    private var indexCheck: PageIndexCheck?
    private var bloomCheck: BloomFilterCheck?

    /// Rows that are looked at together.
    private static let stepRowCount = 4_096

    init(
        _ reader: LeafReader, _ chunk: ColumnChunkMetadata, _ leaf: LeafColumn, rowCount: Int64, isOurs: Bool,
        _ index: PageIndex?, _ bloomFilter: [UInt8]?
    ) throws(ParquetError) {
        self.reader = reader
        self.chunk = chunk
        self.leaf = leaf
        self.rowCount = rowCount
        self.isOurs = isOurs
        reader.recordsPages = true
        indexCheck = index.map { PageIndexCheck($0, leaf) }
        bloomCheck = bloomFilter.map { BloomFilterCheck($0, leaf) }
        bounds = try BoundsCheck(least: chunk.statistics?.minimum, greatest: chunk.statistics?.maximum, leaf)
    }

    /// What is wrong.
    /// - Throws: where it can't be read to its end.
    mutating func problems() throws(ParquetError) -> [String] {
        var rowsLeft = rowCount
        while rowsLeft > 0 {
            var count = min(Int64(Self.stepRowCount), rowsLeft)
            // Not further than the page goes, so that its missing values can be told from the next one's.
            if leaf.maxRepetition == 0 { count = max(1, min(count, Int64(try reader.openPage()))) }
            let row = rowCount - rowsLeft
            var slice = try reader.read(rowCount: Int(count))
            try slice.values.spellOut()
            let missing = Int64(slice.entryCount - slice.values.count)
            if leaf.maxRepetition == 0 { indexCheck?.take(slice.values, missing: missing, row: row) }
            bloomCheck?.take(slice.values)
            entryCount += Int64(slice.entryCount)
            valueCount += Int64(slice.values.count)
            pageNullCounts[reader.pages.count - 1, default: 0] += missing
            bounds?.take(slice.values)
            rowsLeft -= count
        }
        try reader.finish()
        return statisticsProblems() + pageProblems() + (indexCheck?.problems(reader.pages) ?? [])
            + (bloomCheck?.problems() ?? [])
    }

    private func statisticsProblems() -> [String] {
        var problems: [String] = []
        if let bounds {
            if bounds.isBroken {
                problems.append("a value lies outside of the bounds that the statistics claim")
            } else if valueCount > 0, let statistics = chunk.statistics {
                let isShort =
                    (statistics.claimsExactMinimum && !bounds.reachedLeast && statistics.minimum != nil)
                    || (statistics.claimsExactMaximum && !bounds.reachedGreatest && statistics.maximum != nil)
                if isShort { problems.append("a bound that the statistics call exact is not among the values") }
            }
        }
        // Of nested columns, writers count missing values in different ways.
        if leaf.path.count == 1, leaf.maxRepetition == 0, let claimed = chunk.statistics?.nullCount,
            claimed != entryCount - valueCount
        {
            problems.append("the statistics claim another number of missing values")
        }
        return problems
    }

    private func pageProblems() -> [String] {
        var problems: [String] = []
        let pages = reader.pages
        if let first = pages.first(where: { $0.header.kind == .data || $0.header.kind == .dataV2 }) {
            let hasDictionary = pages.contains { $0.header.kind == .dictionary }
            // Where there is a dictionary some writers gave its place as that of the first data page.
            if first.offset != chunk.dataPageOffset && !(hasDictionary && pages[0].offset == chunk.dataPageOffset) {
                problems.append("its first data page is elsewhere than the metadata claim")
            }
            if let claimed = chunk.dictionaryPageOffset, claimed > 0, hasDictionary, pages[0].offset != claimed {
                problems.append("its dictionary is elsewhere than the metadata claim")
            }
        }
        let size = pages.reduce(Int64(0)) { $0 + Int64($1.headerByteCount) + Int64($1.header.uncompressedByteCount) }
        if size != chunk.uncompressedByteCount {
            problems.append("its pages have another size before compression than the metadata claim")
        }
        let encodings = Set(chunk.encodings)
        // Not all writers list all of them, and readers go by the pages: a claim of ours alone.
        for page in pages where isOurs && (page.header.kind == .data || page.header.kind == .dataV2) {
            let isListed =
                encodings.contains(page.header.encoding)
                || (FileEncoding.isDictionary(page.header.encoding)
                    && encodings.contains(where: FileEncoding.isDictionary))
            if !isListed {
                problems.append("a page has an encoding that the metadata do not list")
                break
            }
        }
        for (index, page) in pages.enumerated() {
            guard leaf.maxRepetition == 0, let second = page.header.v2 else { continue }
            // -1 where the header does not say it.
            let missing = pageNullCounts[index, default: 0]
            if second.nullCount >= 0 && Int64(second.nullCount) != missing
                || second.rowCount >= 0 && second.rowCount != page.header.valueCount
            {
                problems.append("a page claims another number of rows or of missing values than it has")
                break
            }
        }
        return problems
    }
}
