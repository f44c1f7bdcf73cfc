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
        if let snapshot { try execute("SET TRANSACTION SNAPSHOT \(try quotedLiteral(snapshot))") }
        try pinSettings(untilCommit: true)
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
