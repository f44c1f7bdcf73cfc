package import Columnar

/// What a copy read, known only after the server said that all of it was sent.
package struct CopySummary: Sendable, Equatable {
    /// The rows that the server sent and counted.
    package let rowCount: Int
    /// The bytes of the stream.
    package let byteCount: Int
    /// What was left out of the batches, as the contract allows.
    package let rejections: CopyRejections

    package init(rowCount: Int, byteCount: Int, rejections: CopyRejections) {
        self.rowCount = rowCount
        self.byteCount = byteCount
        self.rejections = rejections
    }
}

/// Makes batches of a COPY BINARY stream that arrives in pieces, cut anywhere.
///
/// The order of calls is that of `CopyStateMachine`: `begin`, `append` and `advance` any number of times, `end`, `complete`, and
/// then `summary`, which nothing else makes valid.
package struct CopyBinaryReader {
    /// Bytes after which a batch is closed before it has its rows: bounds memory where rows are wide.
    package static let byteCountTarget = 8 << 20

    private var blocks: CopyBlockReader
    private var decoder: BatchDecoder

    package init(
        _ plan: CopyPlan, rowCountTarget: Int = ColumnBatch.rowCountTarget,
        byteCountTarget: Int = CopyBinaryReader.byteCountTarget
    ) {
        blocks = CopyBlockReader(
            columnCount: plan.columns.count, rowCountTarget: rowCountTarget, byteCountTarget: byteCountTarget)
        decoder = BatchDecoder(plan)
    }

    /// Takes what the server says before the first byte.
    package mutating func begin(isBinary: Bool, columnCount: Int) throws(PostgresError) {
        try blocks.begin(isBinary: isBinary, columnCount: columnCount)
    }

    /// Takes bytes; `advance` makes batches of them.
    /// - Throws: `malformedStream` for what no row of Postgres can be.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        try unsafe blocks.append(bytes)
    }

    /// Hands over every batch that is full.
    /// - Throws: `malformedStream`, `valueRefused`, or what `consume` throws.
    package mutating func advance(_ consume: (borrowing ColumnBatch) throws -> Void) throws {
        try Self.advance(&blocks, &decoder, consume)
    }

    /// Takes the end of the bytes, and hands over the last batch.
    /// - Throws: `malformedStream` where the end mark is missing.
    package mutating func end(_ consume: (borrowing ColumnBatch) throws -> Void) throws {
        try Self.end(&blocks, &decoder, consume)
    }

    /// Takes the row count of the command tag.
    /// - Throws: `malformedStream` where it is not the count of what was read.
    package mutating func complete(rowCount: Int?) throws(PostgresError) { try blocks.complete(rowCount: rowCount) }

    /// What was read in all.
    /// - Throws: `misuse` before `complete` has succeeded.
    package func summary() throws(PostgresError) -> CopySummary { try blocks.summary(decoder.rejections) }

    // Blocks and decoder are two things to the compiler here, which parts of one value are not within a closure.

    private static func advance(
        _ blocks: inout CopyBlockReader, _ decoder: inout BatchDecoder,
        _ consume: (borrowing ColumnBatch) throws -> Void
    ) throws {
        try blocks.advance { try consume(try decoder.decode($0)) }
    }

    private static func end(
        _ blocks: inout CopyBlockReader, _ decoder: inout BatchDecoder,
        _ consume: (borrowing ColumnBatch) throws -> Void
    ) throws {
        try blocks.end { try consume(try decoder.decode($0)) }
    }
}
