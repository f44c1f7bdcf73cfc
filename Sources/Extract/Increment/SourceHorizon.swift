package import CivilTime
internal import PostgresCopy

/// What was under way at the source just before a snapshot was taken: it bounds what can still come late.
///
/// A row that a snapshot does not show, because its transaction commits later, was written by a transaction that
/// (1) was open when the horizon was read, or (2) began after that. Its cursor was given by the server's clock or by a
/// sequence while the transaction ran, so it is not below where the transaction began. Every role may read
/// `pg_locks`, in which each transaction holds a lock on its own virtual identifier, also one that has not written yet
/// (https://www.postgresql.org/docs/15/view-pg-locks.html). What writes no rows is left out: vacuums, which run for no user; parallel workers, whose session is listed
/// itself; sessions that have a lock but are no activity, and transactions that have a lock but no number, because they are
/// just beginning or ending (what they commit is in the snapshot, or is begun after the horizon).
package struct SourceHorizon: Sendable, Hashable {
    /// A transaction that was open.
    package struct OpenTransaction: Sendable, Hashable {
        /// Tells it from every other that this server ever runs.
        package let id: String
        /// When it began; nil where our role may not see that (it is shown to `pg_read_all_stats`).
        package let startedAt: Instant?

        package init(id: String, startedAt: Instant?) {
            self.id = id
            self.startedAt = startedAt
        }
    }

    /// The server's clock before the transactions were looked at.
    package let instant: Instant
    /// The transactions of this database that were open, prepared ones too.
    package let openTransactions: [OpenTransaction]
    /// Whether the server is a replica: the transactions of its primary are not seen then.
    package let isReplica: Bool

    package init(instant: Instant, openTransactions: [OpenTransaction], isReplica: Bool = false) {
        self.instant = instant
        self.openTransactions = openTransactions
        self.isReplica = isReplica
    }

    /// Reads it. Must come before the snapshot.
    ///
    /// - Parameter readers: tells which sessions only read. Asked before and after: where some were opened meanwhile, or
    ///   are being opened (they have transactions in which their settings are made, and are not known yet), what is
    ///   open is looked at again, for about 50 ms at most.
    init(
        of connection: PostgresConnection, besides readers: () -> SourceConnections.Readers = { .init() }
    ) throws(PostgresError) {
        self = try Self.read(connection, besides: readers, triesLeft: 20)
    }

    private static func read(
        _ connection: PostgresConnection, besides readers: () -> SourceConnections.Readers, triesLeft: Int
    ) throws(PostgresError) -> SourceHorizon {
        let before = readers()
        let found = try read(connection)
        let after = readers()
        let horizon = found.besides(before.backends.union(after.backends))
        if horizon.openTransactions.isEmpty || before.isSame(after) || triesLeft == 0 { return horizon }
        try connection.execute("SELECT pg_catalog.pg_sleep(0.0025)")
        return try read(connection, besides: readers, triesLeft: triesLeft - 1)
    }

    /// What is open, each transaction with the number of its process; nil where it has none.
    private struct Found {
        let instant: Instant
        let isReplica: Bool
        let transactions: [(transaction: OpenTransaction, backend: String?)]

        func besides(_ readers: Set<String>) -> SourceHorizon {
            let open = transactions.filter { $0.backend.map { !readers.contains($0) } ?? true }
            return SourceHorizon(
                instant: instant, openTransactions: open.map(\.transaction), isReplica: isReplica)
        }
    }

    private static func read(_ connection: PostgresConnection) throws(PostgresError) -> Found {
        let rows = try connection.execute(
            """
            WITH held AS (
              SELECT l.virtualtransaction || '@' || pg_catalog.floor(extract(epoch FROM
                       pg_catalog.pg_postmaster_start_time()) * 1000)::pg_catalog.text AS id,
                     pg_catalog.floor(extract(epoch FROM a.xact_start) * 1000000)::pg_catalog.int8 AS start,
                     l.pid::pg_catalog.text AS backend
              FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
              WHERE l.locktype = 'virtualxid' AND l.pid <> pg_catalog.pg_backend_pid()
                AND a.datname = pg_catalog.current_database() AND a.usesysid IS NOT NULL
                AND a.backend_type IS DISTINCT FROM 'parallel worker' AND l.virtualtransaction NOT LIKE '%/0'
              UNION ALL
              SELECT 'prepared ' || gid, NULL, NULL FROM pg_catalog.pg_prepared_xacts
              WHERE database = pg_catalog.current_database())
            SELECT pg_catalog.floor(extract(epoch FROM pg_catalog.statement_timestamp()) * 1000000)::pg_catalog.int8,
                   pg_catalog.pg_is_in_recovery(), held.id, held.start, held.backend
            FROM (VALUES (1)) AS one(n) LEFT JOIN held ON true ORDER BY held.id
            """
        ).rows
        guard let first = rows.first, let now = first[0].flatMap({ Int64($0) }) else {
            throw PostgresError(.other, "the server does not say which transactions are open")
        }
        return Found(
            instant: Instant(microsecondsSinceEpoch: now), isReplica: first[1] == "t",
            transactions: rows.compactMap { row in
                guard let id = row[2] else { return nil }
                let start = row[3].flatMap { Int64($0) }.map { Instant(microsecondsSinceEpoch: $0) }
                return (OpenTransaction(id: id, startedAt: start), row[4])
            })
    }
}
