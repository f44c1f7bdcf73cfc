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

    private var machine: CopyStateMachine
    private var block: CopyBlock
    private var decoder: BatchDecoder
    private var byteCount = 0

    package init(
        _ plan: CopyPlan, rowCountTarget: Int = ColumnBatch.rowCountTarget,
        byteCountTarget: Int = CopyBinaryReader.byteCountTarget
    ) {
        machine = CopyStateMachine(columnCount: plan.columns.count)
        block = CopyBlock(
            columnCount: plan.columns.count, rowCountMax: rowCountTarget, byteCountMax: byteCountTarget)
        decoder = BatchDecoder(plan)
    }

    /// Takes what the server says before the first byte.
    package mutating func begin(isBinary: Bool, columnCount: Int) throws(PostgresError) {
        try check(machine.handle(.copyOut(isBinary: isBinary, columnCount: columnCount)))
    }

    /// Takes bytes; `advance` makes batches of them.
    /// - Throws: `malformedStream` for what no row of Postgres can be.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        byteCount += bytes.count
        try unsafe block.append(bytes)
    }

    /// Hands over every batch that is full.
    /// - Throws: `malformedStream`, `valueRefused`, or what `consume` throws.
    package mutating func advance(_ consume: (borrowing ColumnBatch) throws -> Void) throws {
        while try block.parse(&machine) == .isFull { try handOver(consume) }
    }

    /// Takes the end of the bytes, and hands over the last batch.
    /// - Throws: `malformedStream` where the end mark is missing.
    package mutating func end(_ consume: (borrowing ColumnBatch) throws -> Void) throws {
        try block.report(to: &machine)
        try check(machine.handle(.end))
        if block.rowCount > 0 { try handOver(consume) }
    }

    /// Takes the row count of the command tag.
    /// - Throws: `malformedStream` where it is not the count of what was read.
    package mutating func complete(rowCount: Int?) throws(PostgresError) {
        try check(machine.handle(.completed(rowCount: rowCount)))
    }

    /// What was read in all.
    /// - Throws: `misuse` before `complete` has succeeded.
    package func summary() throws(PostgresError) -> CopySummary {
        guard machine.state == .done else { throw PostgresError(.misuse, "the copy is not complete") }
        return CopySummary(rowCount: machine.rowCount, byteCount: byteCount, rejections: decoder.rejections)
    }

    private mutating func handOver(_ consume: (borrowing ColumnBatch) throws -> Void) throws {
        try consume(try decoder.decode(block))
        block.removeRows()
    }

    private func check(_ action: CopyStateMachine.Action) throws(PostgresError) {
        if case .fail(let error) = action { throw error }
    }
}
