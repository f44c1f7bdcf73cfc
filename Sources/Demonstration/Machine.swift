package import Effects

/// The effects that the demonstration needs, handed on as one value.
package struct Machine: Sendable {
    /// The disk.
    package let files: any FileStore
    /// Other programs: `initdb`, `pg_ctl`, `psql` and a few of coreutils and util-linux.
    package let processes: any ProcessRunner
    /// Waiting, and how long things took.
    package let clock: any WallClock
    /// Ports, passwords and the names of runs.
    package let random: any RandomSource

    package init(
        files: any FileStore = DiskFileStore(), processes: any ProcessRunner = SystemProcessRunner(),
        clock: any WallClock = SystemClock(), random: any RandomSource = SystemRandom()
    ) {
        self.files = files
        self.processes = processes
        self.clock = clock
        self.random = random
    }

    /// 128 random bits as 32 hexadecimal digits: fit for a password, a file name and a URL alike.
    func token() -> String {
        [random.nextBits(), random.nextBits()].map { bits in
            let digits = String(bits, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
