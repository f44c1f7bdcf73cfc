/// Cuts a COPY BINARY stream that arrives in pieces, cut anywhere, into blocks of whole rows, and proves that it is whole.
///
/// The order of calls is that of `CopyStateMachine`.
struct CopyBlockReader {
    private var machine: CopyStateMachine
    private var block: CopyBlock
    private var byteCount = 0

    init(columnCount: Int, rowCountTarget: Int, byteCountTarget: Int) {
        machine = CopyStateMachine(columnCount: columnCount)
        block = CopyBlock(columnCount: columnCount, rowCountMax: rowCountTarget, byteCountMax: byteCountTarget)
    }

    /// Takes what the server says before the first byte.
    mutating func begin(isBinary: Bool, columnCount: Int) throws(PostgresError) {
        try check(machine.handle(.copyOut(isBinary: isBinary, columnCount: columnCount)))
    }

    /// Takes bytes; `advance` makes blocks of them.
    /// - Throws: `malformedStream` for what no row of Postgres can be.
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        byteCount += bytes.count
        try unsafe block.append(bytes)
    }

    /// Hands over every block that is full.
    mutating func advance(_ consume: (borrowing CopyBlock) throws -> Void) throws {
        while try block.parse(&machine) == .isFull { try handOver(consume) }
    }

    /// Takes the end of the bytes, and hands over the last block.
    /// - Throws: `malformedStream` where the end mark is missing.
    mutating func end(_ consume: (borrowing CopyBlock) throws -> Void) throws {
        try block.report(to: &machine)
        try check(machine.handle(.end))
        if block.rowCount > 0 { try handOver(consume) }
    }

    /// Takes the row count of the command tag.
    /// - Throws: `malformedStream` where it is not the count of what was read.
    mutating func complete(rowCount: Int?) throws(PostgresError) {
        try check(machine.handle(.completed(rowCount: rowCount)))
    }

    /// What was read in all.
    /// - Throws: `misuse` before `complete` has succeeded.
    func summary(_ rejections: CopyRejections = CopyRejections()) throws(PostgresError) -> CopySummary {
        guard machine.state == .done else { throw PostgresError(.misuse, "the copy is not complete") }
        return CopySummary(rowCount: machine.rowCount, byteCount: byteCount, rejections: rejections)
    }

    private mutating func handOver(_ consume: (borrowing CopyBlock) throws -> Void) throws {
        try consume(block)
        block.removeRows()
    }

    private func check(_ action: CopyStateMachine.Action) throws(PostgresError) {
        if case .fail(let error) = action { throw error }
    }
}
