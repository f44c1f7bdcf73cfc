internal import PostgresCopy

/// One of the connections that read parts of a table. Used by its own thread alone, but for `interrupt`.
final class SourceReader: @unchecked Sendable {
    let connection: PostgresConnection
    private let opened: SourceConnections.Opened?
    /// Says whose rows are wanted, in the open transaction.
    let enter: () throws -> Void
    /// Makes sure that only those were read.
    let check: () throws -> Void
    private let keep: () -> Void
    private let canceller: StatementCanceller?

    /// - Parameters:
    ///   - connection: in a transaction that reads the division's snapshot.
    ///   - enter: says whose rows are wanted, in the open transaction.
    ///   - check: makes sure that only those were read, after each range.
    ///   - keep: takes the connection back afterwards.
    init(
        connection: PostgresConnection, opened: SourceConnections.Opened? = nil,
        enter: @escaping () throws -> Void = {},
        check: @escaping () throws -> Void = {}, keep: @escaping () -> Void = {}
    ) {
        self.connection = connection
        self.opened = opened
        self.enter = enter
        self.check = check
        self.keep = keep
        canceller = connection.canceller()
    }

    /// Makes what was read count.
    func finish() throws {
        try checkTablesOfSnapshot(connection)
        try connection.commit()
        canceller?.revoke()
        keep()
    }

    /// Ends what the connection is doing, from any thread.
    func interrupt() { canceller?.cancel() }
}
