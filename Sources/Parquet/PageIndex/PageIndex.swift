internal import Columnar

/// Where the data pages of a column chunk lie and what is known of their values: read and written apart from them, so
/// that a reader finds the pages it needs without passing over the others.
///
/// ```
/// OffsetIndex   1: list of PageLocation { 1: offset (i64)  2: bytes with the header (i32)  3: first row (i64) }
/// ColumnIndex   1: list of bool, whether the page holds nothing but missing values
///               2: list of binary, least values       3: list of binary, greatest values; empty where 1 says so
///               4: boundary order (i32: 0 none, 1 rising, 2 falling)       5: list of i64, counts of missing values
/// ```
/// Both are structures in Thrift's compact protocol, between the last row group and the footer; each column chunk names
/// the place and length of its own (fields 4 to 7 of ColumnChunk). Pages begin with whole rows.
/// Source: the Apache Parquet format, `parquet.thrift` and the page "Page Index".
struct PageIndex {
    /// One data page.
    struct Page: Equatable {
        /// Where its header begins, from the start of the file.
        var offset: Int64
        /// Its bytes with the header.
        var byteCount: Int32
        /// Its first row in the row group.
        var firstRow: Int64
    }

    /// What is known of a page's values.
    struct Bounds: Equatable {
        /// Whether all of its values are missing.
        var isNull: Bool
        var minimum: [UInt8]
        var maximum: [UInt8]
        var nullCount: Int64?
    }

    var pages: [Page] = []
    /// One for each page; nil where there is no column index.
    var bounds: [Bounds]?

    /// The page that a row is in.
    func page(ofRow row: Int64) -> Int {
        var (low, high) = (0, pages.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if pages[middle].firstRow <= row { low = middle } else { high = middle - 1 }
        }
        return low
    }

    // MARK: Reading

    /// Reads an offset index; nil where it contradicts itself or its column chunk.
    init?(offsetIndex bytes: [UInt8], chunk: Range<Int64>, rowCount: Int64) throws(ParquetError) {
        var reader = CompactReader(bytes)
        var pages: [Page] = []
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .list): pages = try reader.list { reader throws(ParquetError) in try Self.page(&reader) }
            default: try reader.skip(kind)
            }
        }
        guard let first = pages.first, first.firstRow == 0, first.offset >= chunk.lowerBound else { return nil }
        var (end, row): (Int64, Int64) = (chunk.lowerBound, -1)
        for page in pages {
            guard page.offset >= end, page.byteCount > 0, Int64(page.byteCount) <= chunk.upperBound - page.offset,
                page.firstRow > row, page.firstRow < rowCount
            else { return nil }
            (end, row) = (page.offset + Int64(page.byteCount), page.firstRow)
        }
        self.pages = pages
    }

    private static func page(_ reader: inout CompactReader) throws(ParquetError) -> Page {
        var page = Page(offset: -1, byteCount: -1, firstRow: -1)
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .integer): page.offset = try reader.integer()
            case (2, .integer): page.byteCount = try reader.int32()
            case (3, .integer): page.firstRow = try reader.integer()
            default: try reader.skip(kind)
            }
        }
        return page
    }

    /// Takes a column index; without effect where it does not fit the pages.
    mutating func read(columnIndex bytes: [UInt8]) throws(ParquetError) {
        var reader = CompactReader(bytes)
        var nullPages: [Bool] = []
        var minima: [[UInt8]] = []
        var maxima: [[UInt8]] = []
        var nullCounts: [Int64]?
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .list): nullPages = try reader.list { reader throws(ParquetError) in try reader.byte() == 1 }
            case (2, .list): minima = try reader.list { reader throws(ParquetError) in try reader.binary() }
            case (3, .list): maxima = try reader.list { reader throws(ParquetError) in try reader.binary() }
            case (5, .list): nullCounts = try reader.list { reader throws(ParquetError) in try reader.integer() }
            default: try reader.skip(kind)
            }
        }
        let count = pages.count
        guard nullPages.count == count, minima.count == count, maxima.count == count,
            nullCounts?.count ?? count == count
        else { return }
        bounds = (0..<count).map {
            Bounds(isNull: nullPages[$0], minimum: minima[$0], maximum: maxima[$0], nullCount: nullCounts?[$0])
        }
    }

    // MARK: Writing

    /// The offset index.
    /// - Parameter start: where in the file the first page begins; the pages' own offsets are from there.
    func encodedOffsets(from start: Int64) -> [UInt8] {
        var writer = CompactWriter()
        writer.element { writer in
            writer.list(1, of: .structure, pages) { writer, page in
                writer.element { writer in
                    writer.int64(1, start + page.offset)
                    writer.int32(2, page.byteCount)
                    writer.int64(3, page.firstRow)
                }
            }
        }
        return writer.bytes
    }

    /// The column index; nil where the bounds of a page are not known.
    func encodedBounds(order: BoundaryOrder) -> [UInt8]? {
        guard let bounds else { return nil }
        var writer = CompactWriter()
        writer.element { writer in
            writer.list(1, of: .yes, bounds) { $0.element($1.isNull) }
            writer.list(2, of: .binary, bounds) { $0.element($1.minimum) }
            writer.list(3, of: .binary, bounds) { $0.element($1.maximum) }
            writer.int32(4, order.rawValue)
            writer.list(5, of: .int64, bounds) { $0.element($1.nullCount ?? 0) }
        }
        return writer.bytes
    }
}

/// How the bounds of pages follow each other.
enum BoundaryOrder: Int32 {
    case none = 0
    case rising = 1
    case falling = 2

    /// The order of the bounds of pages that have some.
    init(_ pages: [ColumnStatistics]) {
        var (rises, falls) = (true, true)
        var last: ColumnStatistics?
        for page in pages where page.minimum != .null {
            if let last {
                if page.minimum.isBelow(last.minimum) || page.maximum.isBelow(last.maximum) { rises = false }
                if last.minimum.isBelow(page.minimum) || last.maximum.isBelow(page.maximum) { falls = false }
            }
            last = page
        }
        self = rises ? .rising : falls ? .falling : .none
    }
}
