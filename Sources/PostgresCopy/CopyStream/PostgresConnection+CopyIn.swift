internal import CLibPQ

extension PostgresConnection {
    /// Loads rows by `COPY … FROM STDIN`, in the format that the statement names.
    ///
    /// - Parameters:
    ///   - statement: the COPY.
    ///   - body: is given what sends a piece of the data; pieces may be cut anywhere.
    /// - Returns: the rows that the server has taken.
    /// - Throws: `PostgresError`, or what `body` throws: then the server has taken none.
    @discardableResult
    package func copyIn(
        _ statement: String, _ body: (_ send: (Span<UInt8>) throws(PostgresError) -> Void) throws -> Void
    ) throws -> Int {
        let started = try run(statement, [])
        guard started.status == PGRES_COPY_IN else { throw misuse("the statement is no COPY FROM STDIN") }
        do {
            try body { (bytes: Span<UInt8>) throws(PostgresError) in try send(bytes) }
        } catch {
            // The server rolls back what it has read of this statement.
            if isUsable {
                _ = unsafe PQputCopyEnd(handle, "given up")
                drainResults()
            }
            throw error
        }
        guard unsafe PQputCopyEnd(handle, nil) == 1 else { throw connectionError() }
        let result = try lastResult()
        guard result.status == PGRES_COMMAND_OK else { throw misuse("the COPY did not end with a command tag") }
        return result.affectedRowCount ?? 0
    }

    private func send(_ bytes: Span<UInt8>) throws(PostgresError) {
        // A piece of libpq's buffer at a time.
        let pieceSize = 1 << 20
        var start = 0
        while start < bytes.count {
            let piece = bytes.extracting(start..<min(bytes.count, start + pieceSize))
            let result = unsafe piece.withUnsafeBytes { buffer in
                unsafe PQputCopyData(
                    handle, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
            }
            guard result == 1 else { throw connectionError() }
            start += piece.count
        }
    }
}
