/// Compares a column chunk's page index with its pages and their values.
struct PageIndexCheck {
    private let index: PageIndex
    private let leaf: LeafColumn
    /// What the bounds of each page must hold; nil where a page has none.
    private var bounds: [BoundsCheck?] = []
    private var nullCounts: [Int64]
    private var valueCounts: [Int]
    private var hasWrongWidths = false

    init(_ index: PageIndex, _ leaf: LeafColumn) {
        self.index = index
        self.leaf = leaf
        nullCounts = Array(repeating: 0, count: index.pages.count)
        valueCounts = Array(repeating: 0, count: index.pages.count)
        for page in index.bounds ?? [] where leaf.maxRepetition == 0 {
            do throws(ParquetError) {
                let isNull = page.isNull
                bounds.append(
                    try BoundsCheck(least: isNull ? nil : page.minimum, greatest: isNull ? nil : page.maximum, leaf))
            } catch {
                hasWrongWidths = true
                bounds.append(nil)
            }
        }
    }

    /// Looks at values of one page, of a leaf that is not repeated.
    /// - Parameters:
    ///   - missing: how many entries have none.
    ///   - row: the first one's row.
    mutating func take(_ values: DenseValues, missing: Int64, row: Int64) {
        let page = index.page(ofRow: row)
        nullCounts[page] += missing
        valueCounts[page] += values.count
        if page < bounds.count { bounds[page]?.take(values) }
    }

    /// What is wrong, once all pages were read.
    func problems(_ records: [PageRecord]) -> [String] {
        let pages = records.filter { $0.header.kind == .data || $0.header.kind == .dataV2 }
        guard pages.count == index.pages.count else { return ["its page index has another number of pages"] }
        var problems: [String] = []
        var row: Int64 = 0
        for (claimed, page) in zip(index.pages, pages) {
            let byteCount = page.headerByteCount + Int(page.header.compressedByteCount)
            let hasOtherRows = leaf.maxRepetition == 0 && claimed.firstRow != row
            row += Int64(page.header.valueCount)
            if claimed.offset != page.offset || Int(claimed.byteCount) != byteCount || hasOtherRows {
                problems.append("its page index says that a page lies elsewhere or begins at another row")
                break
            }
        }
        if hasWrongWidths { problems.append("its page index has bounds of another width than its values") }
        if bounds.contains(where: { $0?.isBroken ?? false }) {
            problems.append("a value lies outside of the bounds that the page index claims")
        }
        guard leaf.maxRepetition == 0, leaf.path.count == 1 else { return problems }
        for (page, claimed) in (index.bounds ?? []).enumerated() {
            if claimed.isNull && valueCounts[page] > 0
                || claimed.nullCount.map({ $0 >= 0 && $0 != nullCounts[page] }) ?? false
            {
                problems.append("the page index claims another number of missing values")
                break
            }
        }
        return problems
    }
}

/// Holds a column chunk's values to its bloom filter: each must be one that it may contain.
struct BloomFilterCheck {
    private let bits: [UInt8]
    private let leaf: LeafColumn
    private var lacksValue = false

    /// - Parameter bits: the filter's blocks.
    init(_ bits: [UInt8], _ leaf: LeafColumn) {
        self.bits = bits
        self.leaf = leaf
    }

    mutating func take(_ values: DenseValues) {
        guard !lacksValue else { return }
        for value in values.int32s { take(XXHash64.hash(UInt32(bitPattern: value))) }
        for value in values.int64s { take(XXHash64.hash(UInt64(bitPattern: value))) }
        for value in values.floats { take(XXHash64.hash(value.bitPattern)) }
        for value in values.doubles { take(XXHash64.hash(value.bitPattern)) }
        guard leaf.type == FileType.byteArray || leaf.type == FileType.fixedByteArray else { return }
        let bytes = values.bytes
        for index in 0..<values.offsets.count - 1 {
            let range = Int(values.offsets[index])..<Int(values.offsets[index + 1])
            take(XXHash64.hash(bytes.span.extracting(range)))
        }
    }

    private mutating func take(_ hash: UInt64) {
        let size = BloomFilter.blockByteCount
        let start = BloomFilter.block(hash, of: bits.count / size) * size
        let all = bits
        if !BloomFilter.mayContain(hash, block: all.span.extracting(start..<start + size)) { lacksValue = true }
    }

    func problems() -> [String] { lacksValue ? ["its bloom filter says that a value is not there"] : [] }
}
