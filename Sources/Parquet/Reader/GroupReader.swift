/// Reads some columns of one row group side by side.
final class GroupReader {
    /// The columns, in the order asked for.
    let shapes: [ColumnShape]
    /// The row group's number.
    let index: Int
    private let readers: [(leaf: Int, reader: LeafReader)]
    private let batchRowCountMax: Int
    private var rowsLeft: Int64
    /// The rows that are wanted and not given yet; nil for all.
    private var ranges: [Range<Int64>]?
    private var row: Int64 = 0
    /// What was read so far.
    var statistics: ScanStatistics {
        var sum = ScanStatistics()
        for (_, reader) in readers {
            sum.pagesRead += reader.pagesRead
            sum.pagesSkipped += reader.pagesSkipped
            sum.bytesRead += reader.bytesRead
        }
        return sum
    }

    /// Bytes of levels and values that all columns of a batch may have: more is refused, since a few bytes of a file can
    /// stand for any number of values.
    private static let batchByteCountMax = 128 << 20

    /// Bytes of content that a batch should not exceed by much.
    private static let batchByteCount: Int64 = 64 << 20

    /// - Parameter selection: the rows that are wanted; nil for all.
    init(
        _ file: ParquetFileReader, _ index: Int, _ shapes: [ColumnShape], _ selection: RowSelection? = nil
    ) throws(ParquetError) {
        guard file.metadata.rowGroups.indices.contains(index) else {
            throw ParquetError(.mismatch, "there is no row group \(index)")
        }
        let group = file.metadata.rowGroups[index]
        self.shapes = shapes
        self.index = index
        rowsLeft = group.rowCount
        ranges = selection.map { $0.ranges.reversed() }
        let codec = PageCodec()
        var readers: [(leaf: Int, reader: LeafReader)] = []
        var byteCount: Int64 = 0
        for leaf in Set(shapes.flatMap(\.leaves)).sorted() {
            readers.append((leaf, try file.leafReader(index, leaf, codec, isPart: selection != nil)))
            byteCount = byteCount.addingReportingOverflow(group.columns[leaf].uncompressedByteCount).partialValue
        }
        self.readers = readers
        // Rows of megabytes come in smaller batches.
        let rowByteCount = max(1, byteCount / max(1, group.rowCount))
        batchRowCountMax = Int(max(1, min(Self.batchByteCount / rowByteCount, 1 << 20)))
    }

    /// The leaves' next rows, at most `rowCount` or all; nil where there are none left.
    func next(rowCount: Int?) throws(ParquetError) -> (slices: [Int: LeafSlice], rowCount: Int)? {
        if ranges != nil { return try nextSelected(rowCount: rowCount) }
        guard rowsLeft > 0 else { return nil }
        guard let rowCount else {
            let count = Int(rowsLeft)
            rowsLeft = 0
            return (try slices(count, byteCountMax: .max), count)
        }
        var count = Int(min(Int64(min(rowCount, batchRowCountMax)), rowsLeft))
        for (_, reader) in readers { count = try reader.rowCount(near: count) }
        rowsLeft -= Int64(count)
        return (try slices(count, byteCountMax: Self.batchByteCountMax), count)
    }

    private func slices(_ count: Int, byteCountMax: Int) throws(ParquetError) -> [Int: LeafSlice] {
        var slices: [Int: LeafSlice] = [:]
        var byteCount = 0
        for (leaf, reader) in readers {
            let slice = try reader.read(rowCount: count, byteCountMax: byteCountMax - byteCount)
            byteCount += slice.byteCount
            slices[leaf] = slice
            if rowsLeft == 0 { try reader.finish() }
        }
        return slices
    }

    /// The same of the rows that are wanted; what lies between them is passed over.
    private func nextSelected(rowCount: Int?) throws(ParquetError) -> (slices: [Int: LeafSlice], rowCount: Int)? {
        guard let range = ranges?.popLast() else { return nil }
        let most = rowCount.map { Int64(min($0, batchRowCountMax)) } ?? Int64(range.count)
        let count = min(Int64(range.count), most)
        if count < Int64(range.count) { ranges?.append(range.lowerBound + count..<range.upperBound) }
        var slices: [Int: LeafSlice] = [:]
        var byteCount = 0
        for (leaf, reader) in readers {
            if row == 0 || row < range.lowerBound {
                try reader.skip(to: range.lowerBound, readingUpTo: range.upperBound)
            }
            let slice = try reader.read(
                rowCount: Int(count), byteCountMax: rowCount == nil ? .max : Self.batchByteCountMax - byteCount)
            byteCount += slice.byteCount
            slices[leaf] = slice
        }
        row = range.lowerBound + count
        return (slices, Int(count))
    }
}
