internal import Columnar
internal import Kernels

/// That rows which were sorted by (instant, seq, leg) have one order and no other (rule X14).
struct TotalOrder {
    private let instants: Buffer<Int64>
    private let sequence: Column
    private let leg: Column?
    private let keys: PackedKeys

    /// - Parameters:
    ///   - sequence: the position of the column that orders rows of one instant.
    ///   - leg: the position of the column that orders rows of one instant and sequence, where there is one.
    /// - Throws: `KernelError` where the values take too much memory.
    init(_ batch: ColumnBatch, instants: Buffer<Int64>, sequence: Int, leg: Int? = nil) throws(KernelError) {
        self.instants = instants
        self.sequence = batch.columns[sequence]
        self.leg = leg.map { batch.columns[$0] }
        let columns = [self.sequence] + (self.leg.map { [$0] } ?? [])
        keys = try KeyLayout(chunks: [columns]).packed(columns, rowCount: batch.rowCount)
    }

    /// Checks a row against the one before it.
    /// - Throws: `OperatorError` where the row has no seq, or is not told apart from the one before.
    @inline(__always)
    func check(_ row: Int, after before: Int?) throws(OperatorError) {
        guard sequence.isValid(row) else { throw OperatorError.missing("seq") }
        guard let before, instants[before] == instants[row] else { return }
        guard !keys.isEqual(row, before) else {
            throw OperatorError(
                leg == nil
                    ? "two rows have the same 'at' and 'seq', so that their order is not known"
                    : "two rows have the same 'at', 'seq' and 'leg', so that their order is not known")
        }
    }
}
