internal import Effects
package import SystemPackage

/// A private cluster that is up, for as long as `SandboxCluster.withRunning` runs its work.
package struct RunningCluster: Sendable {
    /// The cluster's superuser: trusted on the socket, without a password and so shut out from the port.
    package static let superuser = "postgres"

    /// The folder of the unix socket.
    package let socketFolder: FilePath
    /// The port: on 127.0.0.1, and in the socket's name.
    package let port: Int
    private let installation: PostgresInstallation
    let machine: Machine

    init(installation: PostgresInstallation, socketFolder: FilePath, port: Int, machine: Machine) {
        self.installation = installation
        self.socketFolder = socketFolder
        self.port = port
        self.machine = machine
    }

    /// The URL of a role that has a password, through the loopback port.
    package func url(role: String, password: String, database: String) -> String {
        "postgresql://\(role):\(password)@127.0.0.1:\(port)/\(database)"
    }

    /// The URL of a role through the unix socket, without a password.
    package func socketURL(role: String = superuser, database: String) -> String {
        "postgresql://\(role)@/\(database)?host=\(Self.encoded(socketFolder.string))&port=\(port)"
    }

    /// Runs a script of statements and inline `COPY … FROM STDIN` data as one transaction.
    ///
    /// - Throws: `statementFailed`, with the SQLSTATE; then nothing of the script has happened.
    package func execute(_ script: some Sequence<UInt8>, database: String, to what: String) throws {
        // SQLSTATE alone: what the server says about a row contains its values.
        let arguments = ["--single-transaction", "--set=VERBOSITY=sqlstate", "--file=-"]
        try psql(arguments, input: Array(script), database: database, role: Self.superuser, what: what)
    }

    /// Runs a script that is text.
    package func execute(_ script: String, database: String, to what: String) throws {
        try execute(script.utf8, database: database, to: what)
    }

    /// Runs one statement by itself, outside of a transaction block.
    package func executeAlone(_ statement: String, database: String, to what: String) throws {
        try psql(["--command=\(statement)"], input: [], database: database, role: Self.superuser, what: what)
    }

    /// The rows that a query answers, each value as Postgres writes it, NULL as the empty text.
    ///
    /// For small answers without tabs and line ends: counts, names, sums.
    package func rows(_ query: String, database: String, role: String = superuser) throws -> [[String]] {
        let arguments = ["--tuples-only", "--no-align", "--field-separator=\t", "--set=VERBOSITY=sqlstate", "--file=-"]
        let answer = try psql(
            arguments, input: Array(query.utf8), database: database, role: role,
            what: "ask the private Postgres cluster")
        return answer.split(separator: "\n").map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    func checkHealth() throws {
        guard try rows("SELECT 1", database: "postgres") == [["1"]] else {
            throw DemonstrationError(
                .serverUnavailable, "start a private Postgres cluster", why: "it does not answer a query")
        }
    }

    @discardableResult
    private func psql(_ arguments: [String], input: [UInt8], database: String, role: String, what: String) throws
        -> String
    {
        let command = ServerAccount.ourselves.command(
            installation.program("psql"),
            [
                "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--host=\(socketFolder)", "--port=\(port)",
                "--username=\(role)", "--dbname=\(database)", "--no-password",
            ] + arguments, input: input)
        let result = try machine.processes.run(command)
        guard result.exitCode == 0 else {
            let isGone = result.exitCode == 2
            throw DemonstrationError(
                isGone ? .serverUnavailable : .statementFailed, what,
                why: isGone
                    ? "the connection to the private Postgres cluster failed"
                    : "the server refused it (SQLSTATE \(Self.sqlState(in: result.errors) ?? "unknown"))",
                output: result.errors)
        }
        return result.output
    }

    /// The code in `psql:<stdin>:3: ERROR:  42501`.
    private static func sqlState(in errors: String) -> String? {
        for line in errors.split(separator: "\n") {
            guard let marker = line.firstRange(of: "ERROR:") else { continue }
            let code = line[marker.upperBound...].drop { $0 == " " }.prefix { $0.isNumber || $0.isUppercase }
            if code.utf8.count == 5 { return String(code) }
        }
        return nil
    }

    /// Percent-encodes what is not plain in the query of a URL.
    private static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "/"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}
