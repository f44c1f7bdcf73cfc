internal import Effects

/// Who runs the server: ourselves, or an unprivileged account when we are root, because Postgres refuses to run as root.
package enum ServerAccount: Sendable, Equatable {
    case ourselves
    case account(String)

    /// The account for this process.
    ///
    /// - Throws: `toolMissing` where we are root and there is no account to become.
    package static func current(on machine: Machine) throws -> ServerAccount {
        guard try output(of: ProcessCommand("id", ["-u"]), on: machine) == "0" else { return .ourselves }
        // The first is made by Debian's server package; the second is there on every system.
        for name in ["postgres", "nobody"] where try output(of: ProcessCommand("id", ["-u", name]), on: machine) != nil
        {
            return .account(name)
        }
        throw DemonstrationError(
            .toolMissing, "run a Postgres server as root",
            why: "Postgres refuses to, and there is no account 'postgres' to become",
            advice: "apt install postgresql-15")
    }

    /// A program that runs as this account, in `/`, with nothing of our environment: variables such as `PGDATA`,
    /// `PGOPTIONS` or `LC_ALL` of the person at the terminal must not reach the server or the loader.
    func command(_ program: String, _ arguments: [String], input: [UInt8] = []) -> ProcessCommand {
        let clean =
            ["-i", "--chdir=/", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/", "LC_ALL=C.UTF-8", program] + arguments
        return switch self {
        case .ourselves: ProcessCommand("env", clean, input: input)
        case .account(let name):
            ProcessCommand(
                "setpriv", ["--reuid=\(name)", "--regid=\(Self.group(of: name))", "--init-groups", "env"] + clean,
                input: input)
        }
    }

    private static func group(of account: String) -> String { account == "nobody" ? "nogroup" : account }

    private static func output(of command: ProcessCommand, on machine: Machine) throws -> String? {
        let result = try machine.processes.run(command)
        guard result.exitCode == 0 else { return nil }
        return String(result.output.prefix { $0 != "\n" })
    }
}
