internal import CLibPQ
package import Columnar

#if canImport(Glibc)
internal import Glibc
#endif

extension PostgresConnection {
    /// Runs a planned copy and hands over its rows, batch by batch, in the order of arrival.
    ///
    /// Returns only after COMMAND_OK with the row count that was parsed. The rows are good only when the transaction
    /// around it has been committed as well. If `consume` throws, the statement is cancelled and its error goes on.
    ///
    /// - Parameters:
    ///   - plan: from `plan(_:)` in the same transaction.
    ///   - rowCountTarget: rows of a batch.
    ///   - consume: takes each batch; also none at all.
    /// - Throws: `PostgresError`, or what `consume` throws.
    package func copy(
        _ plan: CopyPlan, rowCountTarget: Int = ColumnBatch.rowCountTarget,
        consume: (borrowing ColumnBatch) throws -> Void
    ) throws -> CopySummary {
        var decoder = BatchDecoder(plan)
        let reader = try copyBlocks(plan, rowCountTarget: rowCountTarget) { try consume(try decoder.decode($0)) }
        return try reader.summary(decoder.rejections)
    }

    /// Runs a planned copy and splits its rows by the value of one column, as they come: nothing is decoded.
    ///
    /// - Parameters:
    ///   - plan: from `plan(_:)` in the same transaction.
    ///   - splitter: takes the rows.
    ///   - advance: is called after every few thousand rows, so that the splitter's parts can be taken away.
    /// - Throws: `PostgresError`, or what `advance` throws.
    package func copy(
        _ plan: CopyPlan, into splitter: inout CopySplitter, advance: (inout CopySplitter) throws -> Void
    ) throws -> CopySummary {
        let reader = try copyBlocks(plan, rowCountTarget: ColumnBatch.rowCountTarget) { block in
            splitter.add(block)
            try advance(&splitter)
        }
        return try reader.summary()
    }

    private func copyBlocks(
        _ plan: CopyPlan, rowCountTarget: Int, _ consume: (borrowing CopyBlock) throws -> Void
    ) throws -> CopyBlockReader {
        var reader = CopyBlockReader(
            columnCount: plan.columns.count, rowCountTarget: rowCountTarget,
            byteCountTarget: CopyBinaryReader.byteCountTarget)
        try start(plan, &reader)
        do {
            while try receive(into: &reader) { try reader.advance(consume) }
            try finish(&reader, consume)
        } catch {
            abandonCopy()
            throw error
        }
        return reader
    }

    private func start(_ plan: CopyPlan, _ reader: inout CopyBlockReader) throws(PostgresError) {
        guard unsafe PQsendQueryParams(handle, plan.statement, 0, nil, nil, nil, nil, 0) == 1 else {
            throw connectionError()
        }
        let result = try lastResult()
        guard result.status == PGRES_COPY_OUT else { throw misuse("the statement is no COPY TO STDOUT") }
        do throws(PostgresError) {
            try reader.begin(isBinary: unsafe PQbinaryTuples(result.handle) == 1, columnCount: result.columnCount)
        } catch {
            abandonCopy()
            throw error
        }
    }

    /// The data has ended: now the server must say that it was all of it. Its own error comes first, because it says
    /// more than that the stream is short.
    private func finish(_ reader: inout CopyBlockReader, _ consume: (borrowing CopyBlock) throws -> Void) throws {
        let result = try lastResult()
        try reader.end(consume)
        guard result.status == PGRES_COMMAND_OK else { throw misuse("the COPY did not end with a command tag") }
        try reader.complete(rowCount: result.affectedRowCount)
    }

    /// Takes the next message, as long as it is, and frees libpq's copy before anything is made of it: a wide row is
    /// in memory as few times as can be. False after the last.
    private func receive(into reader: inout CopyBlockReader) throws(PostgresError) -> Bool {
        var message: UnsafeMutablePointer<CChar>?
        while true {
            let length = unsafe PQgetCopyData(handle, &message, 1)
            switch length {
            case 1...:
                defer { unsafe PQfreemem(message) }
                try unsafe reader.append(UnsafeRawBufferPointer(start: message, count: Int(length)))
                return true
            case 0: try receiveMore()
            case -1: return false
            default: throw connectionError()
            }
        }
    }

    /// Takes what the socket has; waits only where it has nothing, which saves a call for each piece.
    private func receiveMore() throws(PostgresError) {
        try waitForBytes()
        guard unsafe PQconsumeInput(handle) == 1 else { throw connectionError() }
    }

    /// Ends a copy whose rows nobody wants any more; the transaction is failed afterwards.
    private func abandonCopy() {
        guard isUsable, unsafe PQtransactionStatus(handle) == PQTRANS_ACTIVE else { return }
        canceller()?.cancel()
        while isUsable {
            var message: UnsafeMutablePointer<CChar>?
            let length = unsafe PQgetCopyData(handle, &message, 1)
            unsafe PQfreemem(message)
            if length == 0 {
                guard (try? waitForBytes(patience: Self.patience)) != nil, unsafe PQconsumeInput(handle) == 1 else {
                    return
                }
            } else if length < 0 {
                break
            }
        }
        drainResults()
    }
}
