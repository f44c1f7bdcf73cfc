internal import Columnar
internal import Effects
internal import PostgresCopy
internal import Synchronization

/// A large table cut into ranges of pages, which several connections read in one exported snapshot.
///
/// (1) The ranges cover every page, also those that come after the table was measured: nothing is lost between them.
/// (2) Batches are handed over in the order of the pages, whichever connection was faster: same rows, same order.
/// (3) It succeeds only when every range has seen COMMAND_OK and its connection has looked again at what it touched, and
///     when every connection that is left has committed.
/// (4) A connection that is lost takes nothing with it but the range that it was reading: as long as the connection that
///     exported the snapshot stands, a new one reads that range again in the same snapshot. The rows that were handed over
///     are passed over: a snapshot shows the rows of a page in one order.
struct TableDivision {
    /// The snapshot as the server exported it: other transactions read it while the exporting one is open.
    let snapshot: String
    private let ranges: [HeapPages]
    private let connectionCount: Int
    /// For as long as the connections may be open; nil where nobody counts them.
    private let permits: [SourceConnections.Permit]?

    /// Tables below this many pages (64 MiB) are read over one connection: the others would cost more than they save.
    private static let pageCountMin = 8_192
    /// Pages of one range (8 MiB): enough to forget the cost of a statement, few enough to wait for its turn in memory.
    private static let pageCountTarget = 1_024
    /// Bytes of batches that wait for their turn.
    private static let waitingBytesMax = 32 << 20

    /// Whether a table of so many pages may be worth more than one connection.
    static func isWorthwhile(pageCount: Int) -> Bool { pageCount >= pageCountMin }

    /// Nil for what is better read over one connection, or cannot be cut.
    ///
    /// A part of a table to which an index leads is not cut: each range would be searched for a few rows.
    ///
    /// - Parameter permits: the rights to have as many connections as there may be now; nil where nobody counts them. Fewer
    ///   than two are not worth it.
    /// - Throws: errors of the connection, which must not be within a savepoint.
    init?(
        of request: CopyRequest, _ connection: PostgresConnection, connectionCountMax: Int,
        permits: () -> [SourceConnections.Permit]? = { nil }
    ) throws(PostgresError) {
        guard connectionCountMax > 1,
            let pageCount = try connection.heapPageCount(of: request.source, atLeast: Self.pageCountMin),
            Self.isWorthwhile(pageCount: pageCount), try connection.readsEveryPage(of: request)
        else { return nil }
        let permits = permits()
        let connectionCount = min(connectionCountMax, permits?.count ?? connectionCountMax)
        guard connectionCount > 1 else { return nil }
        self.permits = permits
        self.connectionCount = connectionCount
        ranges = HeapPages.ranges(of: pageCount, pageCountTarget: Self.pageCountTarget)
        snapshot = try connection.exportSnapshot()
        // It has nothing to do until the others are through, however long that takes.
        try connection.setLocal("idle_in_transaction_session_timeout", "0")
    }

    /// Reads the whole table.
    ///
    /// - Parameters:
    ///   - plan: the table's, made by the transaction that exported the snapshot.
    ///   - consume: takes each batch, on the caller's thread.
    ///   - open: makes one more reader, on its own thread.
    /// - Throws: what the first range in order has failed with, or what `consume` throws.
    func copy(
        _ plan: CopyPlan, consume: (borrowing ColumnBatch) throws -> Void,
        open: @escaping @Sendable () throws -> SourceReader
    ) throws -> CopySummary {
        let summaries = Mutex<[CopySummary?]>(Array(repeating: nil, count: ranges.count))
        let readers = RangeReaders(open)
        let ranges = ranges
        try OrderedPipeline.run(
            pieceCount: ranges.count, threads: connectionCount, weightMax: Self.waitingBytesMax
        ) { piece, thread, emit in
            let summary = try readers.read(plan.narrowed(to: ranges[piece]), by: thread) { batch in
                try emit(batch, batch.byteCount)
            }
            summaries.withLock { $0[piece] = summary }
        } leave: { thread in
            try readers.finish(thread)
        } interrupt: {
            readers.interrupt()
        } consume: {
            try consume($0)
        }
        return try Self.sum(summaries.withLock { $0 })
    }

    private static func sum(_ parts: [CopySummary?]) throws(PostgresError) -> CopySummary {
        var rowCount = 0
        var byteCount = 0
        var rejections = CopyRejections()
        for part in parts {
            guard let part else { throw PostgresError(.malformedStream, "a part of the table was not read") }
            rejections.append(part.rejections, rowCountBefore: rowCount)
            rowCount += part.rowCount
            byteCount += part.byteCount
        }
        return CopySummary(rowCount: rowCount, byteCount: byteCount, rejections: rejections)
    }
}
