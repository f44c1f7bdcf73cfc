internal import CLibPQ

#if canImport(Glibc)
internal import Glibc
#endif

/// A connection to a Postgres server: one libpq handle, used by one thread at a time.
///
/// Everything that changes how values are written as text is pinned when it opens, so that no role's or
/// database's own settings reach a result. Waiting is ours (`poll`), so a silent peer ends a call instead of
/// holding it for ever.
@safe
package final class PostgresConnection {
    let handle: OpaquePointer
    /// Where it goes, without the password.
    package let target: ConnectionTarget
    /// What was asked for when it was opened.
    package let options: SessionOptions
    /// Texts that no message may hold.
    let secrets: [String]
    /// Asks the server what it does while nothing comes from it.
    let watch: SilenceWatch

    /// Opens a connection and pins its session settings.
    ///
    /// - Parameter connectionString: a `postgres://` URI or `key=value` pairs, everything that libpq knows
    ///   (`service`, `sslmode`, `passfile`, …). Its own values win over `options`.
    /// - Throws: `invalidConnectionString`, `unreachable`, `notAuthenticated`, `noSuchDatabase`.
    package init(_ connectionString: String, options: SessionOptions = SessionOptions()) throws(PostgresError) {
        let parsed = try ConnectionTarget.parse(connectionString)
        let handle = unsafe try Self.connect(connectionString, options)
        unsafe self.handle = handle
        self.options = options
        watch = SilenceWatch(connectionString, options)
        var secrets = parsed.secrets
        if let password = unsafe PQpass(handle) { secrets.append(unsafe String(cString: password)) }
        self.secrets = secrets.filter { !$0.isEmpty }
        guard unsafe PQstatus(handle) == CONNECTION_OK else {
            target = parsed
            throw unsafe Self.connectionFailure(handle, target: parsed, secrets: secrets)
        }
        target = unsafe ConnectionTarget(
            host: Self.text(PQhost(handle)), port: Self.text(PQport(handle)), user: Self.text(PQuser(handle)),
            database: Self.text(PQdb(handle)), secrets: secrets)
        // Notices would go to standard error, with whatever text a trigger or policy gives them.
        unsafe PQsetNoticeReceiver(handle, { _, _ in }, nil)
        try identifyBackend()
        if !isPooled { try pinSettings(untilCommit: false) }
    }

    deinit { unsafe PQfinish(handle) }

    /// Whether a transaction is open, failed or not.
    package var isInTransaction: Bool {
        switch unsafe PQtransactionStatus(handle) {
        case PQTRANS_INTRANS, PQTRANS_INERROR, PQTRANS_ACTIVE: true
        default: false
        }
    }

    /// Whether a statement of the open transaction has failed, so that nothing but a rollback is left.
    var hasFailed: Bool { unsafe PQtransactionStatus(handle) == PQTRANS_INERROR }

    /// A wait for the server was given up: whatever it still sends belongs to nothing.
    var isAbandoned = false

    /// The server's own number of the connection's process; asked for once. What libpq knows can be a pooler's.
    package func backend() throws(PostgresError) -> Int32 {
        if let knownBackend { return knownBackend }
        guard let backend = try execute("SELECT pg_catalog.pg_backend_pid()").value.flatMap({ Int32($0) }) else {
            throw PostgresError(.other, "the server does not tell the number of its process")
        }
        knownBackend = backend
        return backend
    }

    private var knownBackend: Int32?

    /// Whether the connection still stands, as far as is known without asking.
    package var isUsable: Bool { unsafe !isAbandoned && PQstatus(handle) == CONNECTION_OK }

    /// The server's version as a number: 150020 is 15.20.
    package var serverVersion: Int { Int(unsafe PQserverVersion(handle)) }

    /// A handle that can end this connection's statement from another thread.
    package func canceller() -> StatementCanceller? { unsafe StatementCanceller(handle) }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String {
        unsafe pointer.map { unsafe String(cString: $0) } ?? ""
    }

    private static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
        unsafe pointer.map { unsafe String(cString: $0) } ?? ""
    }

    /// What goes before the connection string in libpq's list is a default, what comes after it wins.
    private static func connect(_ connectionString: String, _ options: SessionOptions) throws(PostgresError)
        -> OpaquePointer
    {
        let parameters: [(String, String)] = [
            ("fallback_application_name", options.applicationName),
            ("connect_timeout", String(options.connectTimeoutSeconds)),
            ("keepalives", "1"), ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),
            ("dbname", connectionString),
            ("client_encoding", "UTF8"),
        ]
        var keywords = unsafe parameters.map { unsafe UnsafePointer(strdup($0.0)) }
        var values = unsafe parameters.map { unsafe UnsafePointer(strdup($0.1)) }
        defer {
            unsafe (keywords + values).forEach { unsafe free(UnsafeMutablePointer(mutating: $0)) }
        }
        unsafe keywords.append(nil)
        unsafe values.append(nil)
        guard let handle = unsafe PQconnectdbParams(keywords, values, 1) else {
            throw PostgresError(.other, "out of memory while connecting")
        }
        return unsafe handle
    }

    /// libpq keeps no SQLSTATE of a connection that failed: the server's own words decide, in its C locale or ours.
    private static func connectionFailure(
        _ handle: OpaquePointer, target: ConnectionTarget, secrets: [String]
    ) -> PostgresError {
        let message = PostgresError.oneLine(unsafe text(PQerrorMessage(handle)), hiding: secrets)
        let lower = message.lowercased()
        let code: PostgresError.Code =
            if lower.contains("password authentication failed") || lower.contains("authentication failed")
                || lower.contains("no pg_hba.conf entry") || lower.contains("no password supplied")
                || (lower.contains("role \"") && lower.contains("does not exist"))
                || lower.contains("is not permitted to log in")
            {
                .notAuthenticated
            } else if lower.contains("database \"") && lower.contains("does not exist") {
                .noSuchDatabase
            } else if lower.contains("permission denied for database") {
                .notPermitted
            } else {
                .unreachable
            }
        return PostgresError(code, "\(target): \(message)")
    }

    /// Asks which process serves us.
    private func identifyBackend() throws(PostgresError) {
        let row = try execute(
            "SELECT pg_catalog.pg_backend_pid(), pg_catalog.pg_postmaster_start_time()::pg_catalog.text"
        ).rows.first
        if let process = row?[0], let start = row?[1] { watch.backend = .init(process: process, serverStart: start) }
    }

    /// Whether a pooler stands between us and the server: the process that serves us is not the one that was announced.
    ///
    /// It may give each transaction another session, and our session to others afterwards: nothing is set in it but for
    /// the open transaction.
    package var isPooled: Bool { watch.backend.map { unsafe $0.process != String(PQbackendPID(handle)) } ?? false }

    /// One round trip sets everything that a role or database could have set otherwise.
    ///
    /// - Parameter untilCommit: for the open transaction alone. A pooler may give each transaction another session, so
    ///   that what was set when we connected holds for nobody: what counts is set in the transaction itself.
    func pinSettings(untilCommit: Bool) throws(PostgresError) {
        var settings = [
            ("DateStyle", "ISO, YMD"), ("IntervalStyle", "postgres"), ("TimeZone", "UTC"),
            ("extra_float_digits", "3"), ("bytea_output", "hex"), ("standard_conforming_strings", "on"),
            ("row_security", "on"), ("xmloption", "content"),
            // Every scan begins at a table's first page: the same rows come in the same order.
            ("synchronize_seqscans", "off"),
            ("statement_timeout", String(options.statementTimeoutMilliseconds)),
            ("lock_timeout", String(options.lockTimeoutMilliseconds)),
            ("idle_in_transaction_session_timeout", String(options.idleInTransactionTimeoutMilliseconds)),
        ]
        if let searchPath = options.searchPath {
            var quoted: [String] = []
            for schema in searchPath { quoted.append(try quotedIdentifier(schema)) }
            settings.append(("search_path", quoted.joined(separator: ", ")))
        }
        let calls = settings.indices.map { "pg_catalog.set_config($\(2 * $0 + 1), $\(2 * $0 + 2), \(untilCommit))" }
        let row = try execute(
            "SELECT pg_catalog.pg_backend_pid(), pg_catalog.pg_postmaster_start_time()::pg_catalog.text, "
                + calls.joined(separator: ", "), settings.flatMap { [$0.0, $0.1] }
        ).rows.first
        if let process = row?[0], let start = row?[1] { watch.backend = .init(process: process, serverStart: start) }
    }
}

/// What a session is opened with.
package struct SessionOptions: Sendable, Hashable {
    /// Shown in `pg_stat_activity`.
    package var applicationName: String
    /// How long to wait for a host to answer, in seconds.
    package var connectTimeoutSeconds: Int
    /// The schemas of unqualified names; nil leaves the role's own.
    package var searchPath: [String]?
    /// The server ends a statement after this many milliseconds; 0 never.
    package var statementTimeoutMilliseconds: Int
    /// The server ends a wait for a lock after this many milliseconds; 0 never.
    package var lockTimeoutMilliseconds: Int
    /// The server ends a session that holds a snapshot and asks nothing for this many milliseconds; 0 never.
    package var idleInTransactionTimeoutMilliseconds: Int
    /// A call fails when no byte arrives for this many milliseconds; 0 never. Dead networks are noticed sooner, by
    /// TCP keep-alive and `SilenceWatch` (within 30 s); this is for servers that live and say nothing.
    package var progressTimeoutMilliseconds: Int
    /// After this many milliseconds without a byte the server is asked, over a second connection, whether it is at work
    /// for us; 0 never.
    package var silenceMilliseconds: Int

    package init(
        applicationName: String = "almanac", connectTimeoutSeconds: Int = 10, searchPath: [String]? = nil,
        statementTimeoutMilliseconds: Int = 0, lockTimeoutMilliseconds: Int = 30_000,
        idleInTransactionTimeoutMilliseconds: Int = 600_000, progressTimeoutMilliseconds: Int = 900_000,
        silenceMilliseconds: Int = 10_000
    ) {
        self.applicationName = applicationName
        self.connectTimeoutSeconds = connectTimeoutSeconds
        self.searchPath = searchPath
        self.statementTimeoutMilliseconds = statementTimeoutMilliseconds
        self.lockTimeoutMilliseconds = lockTimeoutMilliseconds
        self.idleInTransactionTimeoutMilliseconds = idleInTransactionTimeoutMilliseconds
        self.progressTimeoutMilliseconds = progressTimeoutMilliseconds
        self.silenceMilliseconds = silenceMilliseconds
    }
}
