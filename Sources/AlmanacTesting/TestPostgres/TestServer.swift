internal import Effects
internal import Foundation

#if canImport(Glibc)
internal import Glibc
#endif

/// A Postgres of one test, which may stop it, kill it and start it again, and copy it to a replica.
///
/// Like `TestPostgres` a Unix socket without a port; a process that is killed leaves it to the next one's
/// `TestPostgres`, which removes the clusters of processes that are gone.
package final class TestServer: Sendable {
    /// The folder with the cluster and its socket.
    package let folder: String
    private let binaries: String
    private let settings: [String]

    /// How a server is stopped.
    package enum StopMode: String, Sendable {
        /// Sessions are ended.
        case fast
        /// As in a crash: the next start recovers.
        case immediate
    }

    /// Makes a cluster and starts it.
    ///
    /// - Parameters:
    ///   - settings: beside those of the tests, such as `max_connections=5`.
    ///   - primary: the server whose replica it is; nil for a cluster of its own.
    package init(settings: [String] = [], replicaOf primary: TestServer? = nil) throws(TestPostgresError) {
        guard let binaries = TestPostgres.binaries else { throw TestPostgresError("no Postgres server is installed") }
        self.binaries = binaries
        self.settings = settings
        folder = try TestPostgres.makeFolder()
        if let primary {
            try TestPostgres.execute(
                "\(binaries)/pg_basebackup",
                ["-h", primary.folder, "-U", "postgres", "-D", "\(folder)/data", "-R", "-X", "stream", "-c", "fast"],
                asServer: true)
        } else {
            try TestPostgres.execute(
                "\(binaries)/initdb",
                [
                    "-D", "\(folder)/data", "-U", "postgres", "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8",
                    "--no-sync",
                ],
                asServer: true)
        }
        try start()
    }

    /// Starts it, and waits until it takes connections.
    package func start() throws(TestPostgresError) {
        let all =
            [
                "listen_addresses=''", "unix_socket_directories='\(folder)'", "port=5432", "fsync=off",
                "autovacuum=off", "logging_collector=off", "timezone='UTC'",
            ] + settings
        try TestPostgres.execute(
            "\(binaries)/pg_ctl",
            [
                "-D", "\(folder)/data", "-w", "-t", "60", "-l", "\(folder)/log", "-o",
                all.map { "-c \($0)" }.joined(separator: " "), "start",
            ], asServer: true)
    }

    /// Stops it, and waits until it has.
    package func stop(_ mode: StopMode) throws(TestPostgresError) {
        try TestPostgres.execute(
            "\(binaries)/pg_ctl", ["-D", "\(folder)/data", "-w", "-m", mode.rawValue, "stop"], asServer: true)
    }

    /// Stops and removes it.
    package func remove() {
        try? stop(.immediate)
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The connection string of a database for a role.
    package func url(database: String = "postgres", user: String = "postgres") -> String {
        "postgres://\(user)@/\(database)?host=\(folder)&port=5432"
    }

    /// The path of its socket.
    package var socketPath: String { folder + "/.s.PGSQL.5432" }

    /// Runs SQL as the superuser by psql.
    @discardableResult
    package func run(_ sql: String, database: String = "postgres") throws(TestPostgresError) -> String {
        try TestPostgres.execute(
            "\(binaries)/psql", ["-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-", url(database: database)],
            input: Array(sql.utf8), asServer: false)
    }
}
