/// Tells a server that works and says nothing from a connection over which nothing comes any more.
///
/// TCP keep-alive finds a host that is gone. It does not find a connection whose other end is a proxy, a balancer or a
/// firewall that answers for it: those swallow bytes and keep the connection open. So after a while without a byte the
/// server is asked, over a second connection, what it does for the first:
///
/// | the server | verdict |
/// |---|---|
/// | cannot be reached, does not answer | lost |
/// | does not know the process | lost: it ended it, and we never heard |
/// | waits to write to us, or has answered and waits for us | lost, if nothing arrives within a second look |
/// | is at work | it is waited for, and asked again |
/// | is another one (a balancer's), takes no further connection, or is behind a pooler that does not answer | nothing follows: the progress time-out decides |
///
/// Found within `SessionOptions.silenceMilliseconds`, three waits of `patienceSeconds` and the second look: 29 s as it
/// comes.
final class SilenceWatch {
    /// What identifies our process at the server: set with the session's settings, in each transaction, because a pooler
    /// may give each another process.
    struct Backend: Equatable {
        let process: String
        let serverStart: String
    }

    /// What the server says of our process.
    enum Verdict: Equatable {
        case working
        /// It has sent, or ended.
        case silent(String)
        case lost(String)
        case unknown
    }

    /// Where to ask: the connection string with its password, never shown.
    private let connectionString: String
    private let options: SessionOptions
    var backend: Backend?

    /// How long the second connection may take to open, and then to answer.
    static let patienceSeconds = 6

    init(_ connectionString: String, _ options: SessionOptions) {
        self.connectionString = connectionString
        self.options = options
    }

    /// Asks the server.
    ///
    /// - Parameter isPooled: whether a pooler stands between, which may have no connection free for our question: that it
    ///   does not answer then says nothing.
    func verdict(isPooled: Bool) -> Verdict {
        guard let backend else { return .unknown }
        var asking = options
        asking.applicationName = options.applicationName + " watch"
        asking.connectTimeoutSeconds = min(Self.patienceSeconds, max(2, options.connectTimeoutSeconds))
        asking.progressTimeoutMilliseconds = Self.patienceSeconds * 1_000
        asking.statementTimeoutMilliseconds = Self.patienceSeconds * 1_000
        asking.silenceMilliseconds = 0
        do throws(PostgresError) {
            let connection = try PostgresConnection(connectionString, options: asking)
            let row = try connection.execute(
                """
                SELECT pg_catalog.pg_postmaster_start_time()::pg_catalog.text, a.pid IS NOT NULL, a.state, a.wait_event
                FROM (VALUES (1)) AS one(n)
                LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = $1::pg_catalog.int4
                """, [backend.process]
            ).rows.first
            guard let row, row[0] == backend.serverStart else { return .unknown }
            return Self.verdict(isKnown: row[1] == "t", state: row[2], wait: row[3])
        } catch {
            return isPooled ? .unknown : Self.verdict(of: error)
        }
    }

    static func verdict(isKnown: Bool, state: String?, wait: String?) -> Verdict {
        guard isKnown else { return .lost("the server has ended the session") }
        guard let state else { return .unknown }
        if wait == "ClientWrite" { return .silent("the server has sent, and nothing arrives") }
        return state == "active" ? .working : .silent("the server has answered, and nothing arrives")
    }

    /// A server that takes no further connection lives; one that nobody reaches does not, as far as we can tell.
    static func verdict(of error: PostgresError) -> Verdict {
        switch error.code {
        case .unreachable:
            let text = error.message.lowercased()
            let lives = ["too many", "remaining connection slots", "connection limit"].contains { text.contains($0) }
            return lives ? .unknown : .lost("the server cannot be reached any more")
        case .timedOut, .connectionLost: return .lost("the server does not answer any more")
        default: return .unknown
        }
    }
}
