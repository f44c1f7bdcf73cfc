internal import Effects
internal import SystemPackage

// Where the cluster's files are, and who holds them.

extension SandboxCluster {
    /// The longest folder of a unix socket: 107 bytes for the whole path, less `/.s.PGSQL.65535`.
    private static let socketFolderBytesMax = 107 - 15
    /// How long a run waits for its predecessor's guard to finish, in steps of 100 ms.
    private static let lockAttemptsMax = 100

    /// Takes the lock, waiting a little: a guard holds it while it looks whether it is needed, and
    /// while it stops a dead run's server.
    func takeLock() throws -> any FileLock {
        for attempt in 1...Self.lockAttemptsMax {
            if let lock = try machine.files.lock(lockFile) { return lock }
            if attempt < Self.lockAttemptsMax { machine.clock.sleep(nanoseconds: 100_000_000) }
        }
        throw DemonstrationError(
            .busy, "use the Postgres cluster in \(home)", why: "another run holds it",
            advice: "wait for it to end, or name another folder")
    }

    /// The folder of the server's own files, made if it is not there: owned by the account, mode 0700.
    func serverFolder() throws -> FilePath {
        if try machine.files.status(of: placeFile) != nil {
            let recorded = FilePath(try machine.files.text(of: placeFile))
            if try machine.files.status(of: recorded)?.kind == .folder, try isUsable(recorded) { return recorded }
            try machine.files.remove(placeFile)
        }
        let near = home.appending("server")
        try machine.files.makeFolder(near)
        try giveToAccount(near)
        if try isUsable(near) { return near }
        try machine.files.removeFolder(near)
        let made = try run(
            ProcessCommand("mktemp", ["-d", "/var/tmp/almanac-postgres-XXXXXXXXXX"]), to: "make a folder")
        let far = FilePath(String(made.output.prefix { $0 != "\n" }))
        try giveToAccount(far)
        guard try isUsable(far) else {
            throw DemonstrationError(
                .serverUnavailable, "make a Postgres cluster", why: "its account cannot reach \(far)")
        }
        try CommittedFile(store: machine.files, random: machine.random).commit(Array(far.string.utf8), to: placeFile)
        return far
    }

    /// Notes which run is the current one.
    func mark(_ token: String) throws {
        try CommittedFile(store: machine.files, random: machine.random)
            .commit(Array(token.utf8), to: runFile, replacing: true)
    }

    private func isUsable(_ folder: FilePath) throws -> Bool {
        // pg_ctl puts the path between double quotes for a shell.
        guard folder.string.utf8.count <= Self.socketFolderBytesMax,
            !folder.string.contains(where: { "\"$`\\\n".contains($0) })
        else { return false }
        let script = "test -w \"$1\" && test -x \"$1\""
        return try machine.processes.run(account.command("sh", ["-c", script, "sh", folder.string])).exitCode == 0
    }

    private func giveToAccount(_ folder: FilePath) throws {
        guard case .account(let name) = account else { return }
        try run(ProcessCommand("chown", [name, folder.string]), to: "give \(folder) to the account '\(name)'")
        // The account may pass through the home folder, and still neither list it nor read its files.
        if folder.starts(with: home) { try run(ProcessCommand("chmod", ["0711", home.string]), to: "open \(home)") }
    }

    /// Runs a program that must succeed.
    @discardableResult
    func run(_ command: ProcessCommand, to what: String, code: DemonstrationError.Code = .serverUnavailable) throws
        -> ProcessResult
    {
        let result = try machine.processes.run(command)
        guard result.exitCode == 0 else {
            throw DemonstrationError(
                code, what, why: "\(command.program) ended with exit code \(result.exitCode)",
                output: result.output + result.errors)
        }
        return result
    }
}
