package import CivilTime
internal import PostgresCopy

/// What was under way at the source just before a snapshot was taken: it bounds what can still come late.
///
/// A row that a snapshot does not show, because its transaction commits later, was written by a transaction that
/// (1) was open when the horizon was read, or (2) began after that. Its cursor was given by the server's clock or by a
/// sequence while the transaction ran, so it is not below where the transaction began. Every role may read
/// `pg_locks`, in which each transaction holds a lock on its own virtual identifier, also one that has not written yet
/// (https://www.postgresql.org/docs/15/view-pg-locks.html). What writes no rows is left out: vacuums, which run for no user; parallel workers, whose session is listed
/// itself; sessions that are just beginning or have ended, which have a lock but are no activity (what they commit is
/// in the snapshot, or is begun after the horizon).
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
    /// - Parameters:
    ///   - readers: tells the numbers of the processes that serve sessions which only read. Asked before and after:
    ///     sessions come and go meanwhile.
    ///   - isConnecting: whether such a session is being opened: it is no reader yet, but has transactions in which its
    ///     settings are made. What is open then is looked at again, for about 50 ms at most.
    init(
        of connection: PostgresConnection, besides readers: () -> [String] = { [] },
        isConnecting: () -> Bool = { false }
    ) throws(PostgresError) {
        var triesLeft = 20
        var wasConnecting = isConnecting()
        var horizon = try Self.read(connection, besides: readers)
        while !horizon.openTransactions.isEmpty, wasConnecting || isConnecting(), triesLeft > 0 {
            triesLeft -= 1
            try connection.execute("SELECT pg_catalog.pg_sleep(0.0025)")
            wasConnecting = isConnecting()
            horizon = try Self.read(connection, besides: readers)
        }
        self = horizon
    }

    private static func read(
        _ connection: PostgresConnection, besides readers: () -> [String]
    ) throws(PostgresError) -> SourceHorizon {
        var known = Set(readers())
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
                AND a.backend_type IS DISTINCT FROM 'parallel worker'
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
        known.formUnion(readers())
        let open = rows.filter { $0[4].map { !known.contains($0) } ?? true }.compactMap { row in
            row[2].map { id in
                OpenTransaction(
                    id: id, startedAt: row[3].flatMap { Int64($0) }.map { Instant(microsecondsSinceEpoch: $0) })
            }
        }
        return SourceHorizon(
            instant: Instant(microsecondsSinceEpoch: now), openTransactions: open, isReplica: first[1] == "t")
    }
}
