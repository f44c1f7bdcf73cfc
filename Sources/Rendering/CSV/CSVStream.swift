package import Columnar
package import Effects
internal import Formatting
package import Report

/// Writes batches into a CSV file as they come: what memory holds is one batch and one piece of text.
///
/// The fields are those of `CSVRenderer`; head first, LF at line ends.
package final class CSVStream {
    private let rows: DelimitedRows
    private let packer: TextPacker?
    private let file: any WritableFile
    private var piece: [UInt8]
    /// The rows written so far.
    package private(set) var rowCount: Int64 = 0

    /// Pieces of this size are packed for themselves.
    private static let pieceByteCount = 4 << 20

    /// - Parameter isGuarded: whether texts that a spreadsheet would take for formulas get an apostrophe in front.
    package init(
        _ schema: Schema, to file: any WritableFile, isGuarded: Bool, hasByteOrderMark: Bool = false,
        compression: TextCompression = .none
    ) {
        rows = DelimitedRows(schema, isGuarded: isGuarded)
        packer = compression == .none ? nil : TextPacker(compression)
        self.file = file
        piece = (hasByteOrderMark ? [0xEF, 0xBB, 0xBF] : []) + rows.head
    }

    /// Adds the rows of a batch.
    package func write(_ batch: ColumnBatch) throws {
        if packer == nil, !piece.isEmpty { try flush() }
        try rows.withLines(of: batch) { (lines: Span<UInt8>) throws in
            if packer == nil { return try file.write(lines) }
            unsafe lines.withUnsafeBufferPointer { unsafe piece.append(contentsOf: $0) }
        }
        rowCount += Int64(batch.rowCount)
        if piece.count >= Self.pieceByteCount { try flush() }
    }

    /// Writes what is left. The file is the caller's to close.
    package func finish() throws { if !piece.isEmpty { try flush() } }

    private func flush() throws {
        var taken: [UInt8] = []
        swap(&taken, &piece)
        let bytes = try packer?.pack(taken.span) ?? taken
        try file.write(bytes.span)
        taken.removeAll(keepingCapacity: true)
        swap(&taken, &piece)
    }
}
