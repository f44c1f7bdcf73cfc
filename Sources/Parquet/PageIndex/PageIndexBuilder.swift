internal import Columnar

/// Notes the pages of a column chunk while they are written.
struct PageIndexBuilder {
    private var pages: [PageIndex.Page] = []
    private var statistics: [ColumnStatistics] = []
    private var bounds: [PageIndex.Bounds]? = []
    private var rowCount: Int64 = 0

    /// Notes a page.
    /// - Parameters:
    ///   - offset: from the chunk's first data page.
    ///   - rows: the rows that begin in it.
    ///   - valueCount: its values that are there.
    mutating func append(
        offset: Int, byteCount: Int, rows: Int, valueCount: Int, _ page: ColumnStatistics, _ type: LogicalType
    ) {
        pages.append(
            PageIndex.Page(
                offset: Int64(offset), byteCount: Int32(truncatingIfNeeded: byteCount), firstRow: rowCount))
        rowCount += Int64(rows)
        statistics.append(page)
        let raw = page.raw(for: type)
        if valueCount == 0 {
            bounds?.append(PageIndex.Bounds(isNull: true, minimum: [], maximum: [], nullCount: page.nullCount))
        } else if let minimum = raw.minimum, let maximum = raw.maximum {
            bounds?.append(
                PageIndex.Bounds(isNull: false, minimum: minimum, maximum: maximum, nullCount: page.nullCount))
        } else {
            // A page with a NaN, or with texts that are too long for bounds: the chunk has none at all.
            bounds = nil
        }
    }

    /// The index's parts; nil where there were no pages.
    /// - Parameter start: where in the file the first data page begins.
    func finish(at start: Int64) -> EncodedPageIndex? {
        guard !pages.isEmpty else { return nil }
        let index = PageIndex(pages: pages, bounds: bounds)
        return (index.encodedOffsets(from: start), index.encodedBounds(order: BoundaryOrder(statistics)))
    }
}

/// The parts of a column chunk's page index as they lie in a file; of a column index nothing where bounds are not known.
typealias EncodedPageIndex = (offsets: [UInt8], bounds: [UInt8]?)

extension PageIndex {
    init(pages: [Page], bounds: [Bounds]?) {
        self.pages = pages
        self.bounds = bounds
    }
}
