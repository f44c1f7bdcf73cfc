internal import Effects
internal import Foundation

#if canImport(Glibc)
internal import Glibc
#endif

/// A PgBouncer in front of the tests' Postgres, on a port of the loopback.
package final class TestPooler: Sendable {
    /// When a server's connection goes to somebody else.
    package enum Mode: String, Sendable, CaseIterable {
        case session
        case transaction
    }

    /// The port on 127.0.0.1.
    package let port: Int
    private let processFile: String

    private static let program = "/usr/sbin/pgbouncer"

    /// Whether this machine has a PgBouncer: for `.enabled(if:)`.
    package static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    /// - Parameter poolSize: how many connections to the server there are, so that several clients share one.
    package init(_ mode: Mode, cluster: TestPostgres, poolSize: Int = 1) throws {
        let name = "\(cluster.folder)/pooler-\(UInt32.random(in: 0 ... .max))"
        port = Int.random(in: 20_000...40_000)
        processFile = "\(name).pid"
        let settings = """
            [databases]
            * = host=\(cluster.folder) port=5432
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            auth_type = trust
            auth_file = \(name).users
            pool_mode = \(mode.rawValue)
            default_pool_size = \(poolSize)
            logfile = \(name).log
            pidfile = \(processFile)

            """
        try settings.write(toFile: "\(name).ini", atomically: false, encoding: .utf8)
        let users = ["postgres", "reader"].map { "\"\($0)\" \"\"\n" }.joined()
        try users.write(toFile: "\(name).users", atomically: false, encoding: .utf8)
        var words = [Self.program, "-q", "-d", "\(name).ini"]
        if geteuid() == 0 { words = ["runuser", "-u", "postgres", "--"] + words }
        let result = try SystemProcessRunner().run(ProcessCommand(words[0], Array(words.dropFirst())))
        guard result.exitCode == 0 else { throw TestPostgresError("pgbouncer: \(result.errors)") }
        // It has gone to the background; its port opens a moment later.
        usleep(300_000)
    }

    /// The connection string of a database for a role.
    package func url(database: String, user: String = "postgres") -> String {
        "postgres://\(user)@127.0.0.1:\(port)/\(database)?sslmode=disable&gssencmode=disable"
    }

    /// Ends it.
    package func stop() {
        guard let text = try? String(contentsOfFile: processFile, encoding: .utf8),
            let process = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else { return }
        kill(process, SIGTERM)
    }
}
