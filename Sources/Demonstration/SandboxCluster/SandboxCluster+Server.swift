internal import Effects
internal import SystemPackage

// Starting and stopping the server.

extension SandboxCluster {
    /// How many ports are tried.
    private static let portAttemptsMax = 20
    /// Ports from here on are nobody's by convention, and below those that Linux gives to outgoing connections.
    private static let ports = 20_000..<32_768

    /// Starts the server, after making its data folder if there is none that this version can open.
    func start(_ server: FilePath) throws -> RunningCluster {
        let data = server.appending("data")
        let isNew = try !holdsData(data)
        if isNew { try initialise(data) }
        try write(Self.hostRules, to: data.appending("pg_hba.conf"))
        var lastOutput = ""
        for _ in 0..<Self.portAttemptsMax {
            let port = Self.ports.lowerBound + Int(machine.random.nextBits() % UInt64(Self.ports.count))
            try write(Self.settings(port: port, socketFolder: server), to: data.appending("almanac.conf"))
            let log = server.appending("log")
            let started = try machine.processes.run(
                account.command(
                    installation.program("pg_ctl"),
                    ["-D", data.string, "-l", log.string, "-w", "-t", "60", "-s", "start"]))
            if started.exitCode == 0 {
                let cluster = RunningCluster(
                    installation: installation, socketFolder: server, port: port, machine: machine)
                try cluster.checkHealth()
                return cluster
            }
            lastOutput = started.output + started.errors + ((try? machine.files.text(of: log)) ?? "")
            guard lastOutput.contains("could not bind") else { break }
        }
        throw DemonstrationError(
            .serverUnavailable, "start a private Postgres cluster", why: "the server did not come up",
            advice: "look at \(server.appending("log"))", output: lastOutput)
    }

    /// Stops the server, fast first and then at once; nothing happens where none is up.
    ///
    /// - Parameter leftOver: whether this is somebody else's server, that a killed run has left.
    func stop(_ server: FilePath, leftOver: Bool) throws {
        let data = server.appending("data")
        guard try machine.files.status(of: data.appending("postmaster.pid")) != nil else { return }
        let control = installation.program("pg_ctl")
        // 3: no server is running, the pid file is a dead one's.
        guard try machine.processes.run(account.command(control, ["-D", data.string, "status"])).exitCode != 3 else {
            return
        }
        for mode in ["fast", "immediate"] {
            let stopped = try machine.processes.run(
                account.command(control, ["-D", data.string, "-m", mode, "-w", "-t", "30", "-s", "stop"]))
            if stopped.exitCode == 0 { return }
        }
        throw DemonstrationError(
            .serverUnavailable, "stop the \(leftOver ? "left-over " : "")Postgres cluster in \(server)",
            why: "pg_ctl gave up", advice: "pg_ctl -D \(data) -m immediate stop")
    }

    /// Starts the program that stops the server when we are gone; see (2) and (3). It tries more than once, because a
    /// run can end while its server is still coming up.
    func startGuard(_ server: FilePath, token: String) throws {
        let stop = account.command(
            installation.program("pg_ctl"),
            ["-D", server.appending("data").string, "-m", "fast", "-w", "-t", "60", "-s", "stop"])
        let script = """
            [ "$(cat "$1" 2>/dev/null)" = "$2" ] || exit 0
            run="$1" home="$3" server="$4" retention="$5"
            shift 5
            for attempt in 1 2 3 4 5; do "$@" && break; sleep 1; done >/dev/null 2>&1
            rm -f "$run"
            [ "$retention" = kept ] || rm -rf "$server" "$home"
            """
        let words =
            [runFile.string, token, home.string, server.string, retention == .kept ? "kept" : "thrown-away"]
            + [stop.program] + stop.arguments
        try run(
            ProcessCommand(
                "setsid", ["--fork", "flock", lockFile.string, "sh", "-c", script, "almanac-cluster-guard"] + words),
            to: "guard the Postgres cluster", code: .toolMissing)
    }

    /// Whether there is a whole data folder of the installed version. A folder of another version is no use to it,
    /// and what is in it can be loaded again.
    private func holdsData(_ data: FilePath) throws -> Bool {
        guard retention == .kept, try machine.files.status(of: data.appending("almanac.initialised")) != nil else {
            return false
        }
        let version = try machine.files.text(of: data.appending("PG_VERSION"))
        return version.prefix { $0 != "\n" } == "\(installation.version)"
    }

    private func initialise(_ data: FilePath) throws {
        try machine.files.removeFolder(data)
        try run(
            account.command(
                installation.program("initdb"),
                [
                    "-D", data.string, "-U", RunningCluster.superuser, "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8",
                    "--no-sync", "--no-instructions",
                ]), to: "make a Postgres cluster in \(data)")
        try write("include 'almanac.conf'\n", to: data.appending("postgresql.conf"))
        // Last: a data folder without it was left half-made, and is made anew.
        try write("", to: data.appending("almanac.initialised"))
    }

    /// Writes a file as the server's account, which is its owner.
    private func write(_ text: String, to path: FilePath) throws {
        try run(account.command("tee", [path.string], input: Array(text.utf8)), to: "write \(path)")
    }

    /// The socket's folder is the fence for local connections; the port is open to every account of the machine.
    private static let hostRules = """
        local all all trust
        host all all 127.0.0.1/32 scram-sha-256

        """

    /// The settings of a cluster whose data can be made again: nothing waits for the disk. Never a model for a
    /// server that holds somebody's only copy.
    private static func settings(port: Int, socketFolder: FilePath) -> String {
        """
        port = \(port)
        listen_addresses = '127.0.0.1'
        unix_socket_directories = '\(socketFolder.string.quoted(with: "'"))'
        unix_socket_permissions = 0700
        password_encryption = scram-sha-256
        max_connections = 40
        shared_buffers = 128MB
        maintenance_work_mem = 128MB
        max_wal_size = 2GB
        fsync = off
        synchronous_commit = off
        full_page_writes = off
        wal_level = minimal
        max_wal_senders = 0
        jit = off
        timezone = 'UTC'
        log_timezone = 'UTC'
        lc_messages = 'C.UTF-8'
        log_min_messages = warning

        """
    }
}

extension String {
    /// The text with a quotation mark doubled, as SQL and Postgres's settings want it.
    func quoted(with mark: Character) -> String {
        var quoted = ""
        for character in self {
            if character == mark { quoted.append(mark) }
            quoted.append(character)
        }
        return quoted
    }
}
