/// Reads some columns of one row group side by side.
final class GroupReader {
    /// The columns, in the order asked for.
    let shapes: [ColumnShape]
    /// The row group's number.
    let index: Int
    private let readers: [(leaf: Int, reader: LeafReader)]
    private let batchRowCountMax: Int
    private var rowsLeft: Int64

    /// Bytes of content that a batch should not exceed by much.
    private static let batchByteCount: Int64 = 64 << 20

    init(_ file: ParquetFileReader, _ index: Int, _ shapes: [ColumnShape]) throws(ParquetError) {
        guard file.metadata.rowGroups.indices.contains(index) else {
            throw ParquetError(.mismatch, "there is no row group \(index)")
        }
        let group = file.metadata.rowGroups[index]
        self.shapes = shapes
        self.index = index
        rowsLeft = group.rowCount
        let codec = try PageCodec()
        var readers: [(leaf: Int, reader: LeafReader)] = []
        var byteCount: Int64 = 0
        for leaf in Set(shapes.flatMap(\.leaves)).sorted() {
            readers.append((leaf, try file.leafReader(index, leaf, codec)))
            byteCount = byteCount.addingReportingOverflow(group.columns[leaf].uncompressedByteCount).partialValue
        }
        self.readers = readers
        // Rows of megabytes come in smaller batches.
        let rowByteCount = max(1, byteCount / max(1, group.rowCount))
        batchRowCountMax = Int(max(1, min(Self.batchByteCount / rowByteCount, 1 << 20)))
    }

    /// The leaves' next rows, at most `rowCount` or all; nil where there are none left.
    func next(rowCount: Int?) throws(ParquetError) -> (slices: [Int: LeafSlice], rowCount: Int)? {
        guard rowsLeft > 0 else { return nil }
        let count = rowCount.map { Int(min(Int64(min($0, batchRowCountMax)), rowsLeft)) } ?? Int(rowsLeft)
        rowsLeft -= Int64(count)
        var slices: [Int: LeafSlice] = [:]
        for (leaf, reader) in readers {
            slices[leaf] = try reader.read(rowCount: count)
            if rowsLeft == 0 { try reader.finish() }
        }
        return (slices, count)
    }
}
