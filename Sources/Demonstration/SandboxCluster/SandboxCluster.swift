internal import Effects
package import SystemPackage

/// A private Postgres cluster: its own data folder, a unix socket and a free loopback port, run as an unprivileged
/// account, stopped when the work ends.
///
/// (1) One run at a time: `lock` in the home folder is held while the cluster is up.
/// (2) The server never outlives the run. At a normal end or an error we stop it. For every other end there is a guard:
///     a program that waits for (1) and then stops the server. The kernel gives the lock back when we are gone, by
///     SIGINT, SIGTERM or SIGKILL alike, so that nothing has to be caught.
/// (3) A guard acts only while `run` in the home folder names its own run: a late one cannot hit its successor.
/// (4) A server that is still up when the next run starts (the guard was killed too) is found by its pid file and stopped.
/// (5) The port is not probed and then hoped for: the server itself binds it, and another is taken if it cannot.
/// (6) The socket lies in a folder that only the account can enter, and needs no password; the loopback port needs one
///     (SCRAM), which is made anew for each run and kept in memory only.
///
/// What the home folder holds: `lock`, `run` (the current run's token), `place` (where `server` is, if elsewhere) and
/// `server/` with `data/`, `log` and the socket. `server/` is elsewhere, in `/var/tmp`, when the account cannot reach
/// the home folder (below `/root`, say), or its path is too long for a socket (107 bytes) or means something to a shell.
package struct SandboxCluster: Sendable {
    /// What becomes of the data when the work ends.
    package enum Retention: Sendable, Equatable {
        /// The data folder stays, stopped, for the next run.
        case kept
        /// The home folder is removed with all that is in it.
        case thrownAway
    }

    /// The cluster's own folder.
    package let home: FilePath
    /// What becomes of the data.
    package let retention: Retention
    /// The Postgres that is used.
    package let installation: PostgresInstallation
    /// Who runs the server.
    package let account: ServerAccount
    let machine: Machine

    /// Says where a cluster is to be; nothing is started yet.
    ///
    /// - Parameter home: an absolute path; made when the cluster starts.
    /// - Throws: `toolMissing` where no Postgres server is installed.
    package init(home: FilePath, retention: Retention, machine: Machine = Machine()) throws {
        guard home.isAbsolute else {
            throw DemonstrationError(
                .projectInvalid, "make a Postgres cluster in \(home)", why: "the path is not absolute")
        }
        guard let installation = PostgresInstallation.newest(on: machine) else {
            throw DemonstrationError(
                .toolMissing, "make a Postgres cluster",
                why: "no Postgres server is installed in \(PostgresInstallation.debianRoot)",
                advice: "scripts/install-packages, or: apt install postgresql-15")
        }
        self.home = home.lexicallyNormalized()
        self.retention = retention
        self.machine = machine
        self.installation = installation
        account = try ServerAccount.current(on: machine)
    }

    /// Runs some work while the cluster is up, and stops it whatever happens.
    ///
    /// - Throws: `busy` where another run holds it, `serverUnavailable` where it does not start, and what `work` throws.
    package func withRunning<Result>(_ work: (RunningCluster) throws -> Result) throws -> Result {
        try machine.files.makeFolder(home)
        let lock = try takeLock()
        defer { lock.release() }
        let server = try serverFolder()
        try stop(server, leftOver: true)
        let token = machine.token()
        try mark(token)
        try startGuard(server, token: token)
        let result: Result
        do {
            result = try work(try start(server))
        } catch {
            // The first error is the one to tell.
            try? shutDown(server)
            throw error
        }
        try shutDown(server)
        return result
    }

    /// Removes the cluster with its data; nothing happens where there is none.
    ///
    /// - Throws: `busy` where a run holds it.
    package func remove() throws {
        guard try machine.files.status(of: home) != nil else { return }
        let lock = try takeLock()
        defer { lock.release() }
        let server = try serverFolder()
        try stop(server, leftOver: true)
        try removeAll(server)
    }

    private func shutDown(_ server: FilePath) throws {
        try stop(server, leftOver: false)
        if retention == .thrownAway {
            try removeAll(server)
        } else if try machine.files.status(of: runFile) != nil {
            try machine.files.remove(runFile)
        }
    }

    private func removeAll(_ server: FilePath) throws {
        try machine.files.removeFolder(server)
        try machine.files.removeFolder(home)
    }

    var runFile: FilePath { home.appending("run") }
    var lockFile: FilePath { home.appending("lock") }
    var placeFile: FilePath { home.appending("place") }
}
