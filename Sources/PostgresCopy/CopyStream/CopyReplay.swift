package import Columnar

/// Decodes rows that were split from a copy, as if the server had sent them alone.
package struct CopyReplay {
    private var reader: CopyBinaryReader

    /// How much is decoded at once: what is left behind a batch is moved.
    private static let pieceByteCount = 256 << 10

    /// - Parameter plan: that of the copy.
    /// - Throws: never for a plan with columns.
    package init(_ plan: CopyPlan) throws(PostgresError) {
        reader = CopyBinaryReader(plan)
        try reader.begin(isBinary: true, columnCount: plan.columns.count)
        try append(CopyBlock.signature + [UInt8](repeating: 0, count: 8), 0..<CopyBlock.signature.count + 8)
    }

    /// Takes rows of a `CopySplitter.Part` and hands over the batches that are full.
    package mutating func append(_ rows: [UInt8], consume: (borrowing ColumnBatch) throws -> Void) throws {
        var start = 0
        while start < rows.count {
            let end = min(rows.count, start + Self.pieceByteCount)
            try append(rows, start..<end)
            try reader.advance(consume)
            start = end
        }
    }

    /// Hands over the last batch.
    ///
    /// - Parameter rowCount: how many rows there must have been.
    /// - Throws: `malformedStream` where there were more or fewer.
    package mutating func finish(
        rowCount: Int, consume: (borrowing ColumnBatch) throws -> Void
    ) throws -> CopySummary {
        try append([0xFF, 0xFF], 0..<2)
        try reader.advance(consume)
        try reader.end(consume)
        try reader.complete(rowCount: rowCount)
        return try reader.summary()
    }

    private mutating func append(_ bytes: [UInt8], _ range: Range<Int>) throws(PostgresError) {
        try unsafe Self.append(bytes, range, to: &reader)
    }

    private static func append(
        _ bytes: [UInt8], _ range: Range<Int>, to reader: inout CopyBinaryReader
    ) throws(PostgresError) {
        let result: Result<Void, PostgresError> = unsafe bytes.withUnsafeBytes { source in
            do throws(PostgresError) {
                return .success(try unsafe reader.append(UnsafeRawBufferPointer(rebasing: source[range])))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
