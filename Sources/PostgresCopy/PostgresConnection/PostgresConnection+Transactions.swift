extension PostgresConnection {
    /// The kinds of transaction that Almanac opens.
    package enum TransactionMode: String, Sendable {
        /// One snapshot for everything until the end, and no writing.
        case repeatableReadReadOnly = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
        /// For loading and for tests.
        case readWrite = "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE"
    }

    /// Opens a transaction, pins its settings, and takes the snapshot of `repeatableReadReadOnly`.
    ///
    /// - Parameter snapshot: another transaction's, from `exportSnapshot`, which must still be open; nil for a new one.
    package func begin(_ mode: TransactionMode, snapshot: String? = nil) throws(PostgresError) {
        guard !isInTransaction else { throw misuse("a transaction is open already") }
        try execute(mode.rawValue)
        // It must come before every query, and it takes no parameter.
        if let snapshot { try take(snapshot) }
        try pinSettings(untilCommit: true)
    }

    private func take(_ snapshot: String) throws(PostgresError) {
        do throws(PostgresError) {
            try execute("SET TRANSACTION SNAPSHOT \(try quotedLiteral(snapshot))")
        } catch {
            guard let state = error.sqlState, PostgresError.snapshotGoneStates.contains(state) else { throw error }
            throw PostgresError(
                .connectionLost, "the snapshot has gone: the connection that exported it has ended", sqlState: state)
        }
    }

    /// Names the snapshot of the open transaction, so that transactions of other connections can read it.
    ///
    /// - Throws: `PostgresError` also within a savepoint, where the server exports none.
    package func exportSnapshot() throws(PostgresError) -> String {
        guard isInTransaction else { throw misuse("a snapshot needs a transaction") }
        guard let name = try execute("SELECT pg_catalog.pg_export_snapshot()").value else {
            throw PostgresError(.other, "the server exports no snapshot")
        }
        return name
    }

    /// Sets a setting until the end of the transaction, as a value and not as SQL text.
    ///
    /// - Throws: `misuse` outside of a transaction, where the setting would be gone before the next statement.
    package func setLocal(_ name: String, _ value: String) throws(PostgresError) {
        guard isInTransaction else { throw misuse("SET LOCAL needs a transaction") }
        try execute("SELECT pg_catalog.set_config($1, $2, true)", [name, value])
    }

    /// Ends the transaction with success.
    ///
    /// - Throws: `PostgresError` also where the server answers COMMIT with ROLLBACK, because something failed in it.
    package func commit() throws(PostgresError) {
        guard isInTransaction else { throw misuse("no transaction is open") }
        // A failed transaction answers COMMIT with the tag ROLLBACK and no error.
        guard !hasFailed else {
            rollback()
            throw misuse("the transaction has failed: it cannot be committed")
        }
        try execute("COMMIT")
    }

    /// Ends the transaction without effect. Never fails: a lost connection ends it as well.
    package func rollback() {
        guard isInTransaction, isUsable else { return }
        _ = try? execute("ROLLBACK")
    }

    /// Forgets everything that the session knows, settings, plans and temporary tables, and pins its settings again:
    /// for the next use of the connection by somebody else.
    ///
    /// - Throws: `misuse` within a transaction; errors of the connection, which must not be used again then.
    package func reset() throws(PostgresError) {
        guard !isInTransaction else { throw misuse("a transaction is open") }
        try execute("DISCARD ALL")
        if !isPooled { try pinSettings(untilCommit: false) }
    }
}

extension PostgresError {
    /// What servers answer where the transaction that exported a snapshot is not open any more: no such file, no such
    /// snapshot (from 17 on), an exporter that has just ended.
    fileprivate static var snapshotGoneStates: [String] { ["22023", "42704", "55000"] }

    /// Whether a snapshot could not be read because the transaction that exported it has ended: it will not come back.
    package var isOfGoneSnapshot: Bool {
        code == .connectionLost && sqlState.map(Self.snapshotGoneStates.contains) == true
    }
}
