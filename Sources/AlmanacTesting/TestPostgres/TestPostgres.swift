internal import Effects
internal import Foundation

#if canImport(Glibc)
internal import Glibc
#endif

/// A throw-away Postgres for tests: its own folder, its own unprivileged user, a unix socket and no port.
///
/// One cluster is shared by all tests of a process and is stopped and removed when that process ends, however it
/// ends: by `atexit`, and by a watcher that outlives a killed process. Tests keep apart by databases of their own.
package final class TestPostgres: Sendable {
    /// The folder with the cluster and its socket; short, because socket paths are at most 107 bytes.
    package let folder: String

    private static let shared: Result<TestPostgres, TestPostgresError> = start()
    private static let counter = Counter()

    private init(folder: String) { self.folder = folder }

    /// Whether this machine has a Postgres server: for `.enabled(if:)`.
    package static var isInstalled: Bool { binaries != nil }

    /// The cluster of this process, started at the first call.
    package static func cluster() throws(TestPostgresError) -> TestPostgres { try shared.get() }

    /// The connection string of a database for a role; any password is accepted.
    package func url(database: String = "postgres", user: String = "postgres") -> String {
        "postgres://\(user)@/\(database)?host=\(folder)&port=5432"
    }

    /// Makes an empty database with a name of its own and runs SQL in it as the superuser.
    ///
    /// - Returns: the database's name.
    package func makeDatabase(_ sql: String = "", options: String = "") throws(TestPostgresError) -> String {
        let name = "test_\(Self.counter.next())"
        try run("CREATE DATABASE \(name) \(options)")
        if !sql.isEmpty { try run(sql, database: name) }
        return name
    }

    /// Runs SQL as the superuser by psql, which is not ours.
    ///
    /// - Returns: what psql prints, unaligned and without headings.
    @discardableResult
    package func run(_ sql: String, database: String = "postgres") throws(TestPostgresError) -> String {
        guard let binaries = Self.binaries else { throw TestPostgresError("no Postgres server is installed") }
        return try Self.execute(
            "\(binaries)/psql", ["-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-", url(database: database)],
            input: Array(sql.utf8), asServer: false)
    }

    /// The newest installed server's programs.
    static let binaries: String? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return versions.compactMap { Int($0) }.sorted(by: >).map { "\(root)/\($0)/bin" }.first {
            FileManager.default.isExecutableFile(atPath: "\($0)/initdb")
                && FileManager.default.isExecutableFile(atPath: "\($0)/psql")
        }
    }()

    private static func start() -> Result<TestPostgres, TestPostgresError> {
        do throws(TestPostgresError) {
            guard let binaries else { throw TestPostgresError("no Postgres server is installed") }
            removeOrphans(binaries)
            let cluster = TestPostgres(folder: try makeFolder())
            try cluster.initialize(binaries)
            return .success(cluster)
        } catch {
            return .failure(error)
        }
    }

    private func initialize(_ binaries: String) throws(TestPostgresError) {
        let data = "\(folder)/data"
        try watch(binaries)
        try Self.execute(
            "\(binaries)/initdb",
            ["-D", data, "-U", "postgres", "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8", "--no-sync"],
            asServer: true)
        let settings = [
            "listen_addresses=''", "unix_socket_directories='\(folder)'", "port=5432", "fsync=off",
            "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "shared_buffers=128MB",
            "max_wal_size=4GB", "autovacuum=off", "logging_collector=off", "timezone='UTC'",
        ]
        try Self.execute(
            "\(binaries)/pg_ctl",
            [
                "-D", data, "-w", "-t", "60", "-l", "\(folder)/log", "-o",
                settings.map { "-c \($0)" }.joined(separator: " "), "start",
            ], asServer: true)
    }

    /// Two ways to the same end: the first when the process exits, the second when it is killed.
    private func watch(_ binaries: String) throws(TestPostgresError) {
        let cleaning =
            "\(Self.serverPrefix) '\(binaries)/pg_ctl' -D '\(folder)/data' -m immediate stop; rm -rf '\(folder)'"
        Cleaning.shared.set(cleaning)
        atexit { Cleaning.shared.run() }
        let loop = "while kill -0 \(getpid()) 2>/dev/null; do sleep 1; done; \(cleaning)"
        try Self.execute("/bin/sh", ["-c", "(\(loop)) >/dev/null 2>&1 </dev/null &"], asServer: false)
    }

    /// `/tmp/alm-<process>-<random>`, owned by the server's user.
    static func makeFolder() throws(TestPostgresError) -> String {
        let path = "/tmp/alm-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        guard unsafe mkdir(path, 0o700) == 0 else { throw TestPostgresError("can't make the folder \(path)") }
        if isRoot { try execute("/bin/chown", ["postgres", path], asServer: false) }
        return path
    }

    /// Stops and removes clusters of processes that are gone: what a power cut leaves.
    private static func removeOrphans(_ binaries: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? [] {
            let parts = name.split(separator: "-")
            guard parts.count == 3, parts[0] == "alm", let owner = Int32(parts[1]), kill(owner, 0) != 0,
                errno == ESRCH
            else { continue }
            let folder = "/tmp/\(name)"
            _ = try? execute("\(binaries)/pg_ctl", ["-D", "\(folder)/data", "-m", "immediate", "stop"], asServer: true)
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    private static var isRoot: Bool { geteuid() == 0 }

    /// Postgres refuses to run as root.
    private static var serverPrefix: String { isRoot ? "runuser -u postgres --" : "" }

    @discardableResult
    static func execute(
        _ program: String, _ arguments: [String], input: [UInt8] = [], asServer: Bool
    ) throws(TestPostgresError) -> String {
        var command = ProcessCommand(program, arguments, environment: ["PGOPTIONS": "-c client_min_messages=warning"])
        if asServer && isRoot {
            command = ProcessCommand("runuser", ["-u", "postgres", "--", program] + arguments)
        }
        command.input = input
        let result: ProcessResult
        do {
            result = try SystemProcessRunner().run(command)
        } catch {
            throw TestPostgresError("\(error)")
        }
        guard result.exitCode == 0 else {
            throw TestPostgresError("\(program) ended with \(result.exitCode): \(result.errors)")
        }
        return result.output
    }
}

/// A test's Postgres that could not be started or used.
package struct TestPostgresError: Error, CustomStringConvertible {
    /// What went wrong.
    package let description: String

    init(_ description: String) { self.description = description }
}

/// Numbers from 1.
private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var value = 0

    func next() -> Int {
        lock.withLock {
            value += 1
            return value
        }
    }
}

/// The shell line that removes the cluster, where `atexit`, which takes no context, finds it.
private final class Cleaning: @unchecked Sendable {
    static let shared = Cleaning()
    private let lock = NSLock()
    private var line = ""

    func set(_ line: String) { lock.withLock { self.line = line } }

    func run() {
        let line = lock.withLock { self.line }
        _ = try? SystemProcessRunner().run(ProcessCommand("/bin/sh", ["-c", "(\(line)) >/dev/null 2>&1"]))
    }
}
