import Demonstration
import Effects
import Foundation
import SystemPackage
import Testing

/// What the tests of this target find on the machine.
enum Fixtures {
    /// Whether a Postgres server is installed.
    static let hasPostgres = PostgresInstallation.newest(on: Machine()) != nil

    /// The folder with the public data sets, as `scripts/test` prepares it.
    static let datasets: FilePath? = ProcessInfo.processInfo.environment["ALMANAC_DATASETS"].map { FilePath($0) }

    static let hasDatasets = ["CDNOW_master.txt", "flights.csv", "airlines.csv"].allSatisfy { name in
        guard let datasets else { return false }
        return FileManager.default.fileExists(atPath: datasets.appending(name).string)
    }

    /// The built command line, as `scripts/test` names it.
    static let program = ProcessInfo.processInfo.environment["ALMANAC_PROGRAM"]

    static let hasDemo: Bool = {
        guard let program, let help = try? SystemProcessRunner().run(ProcessCommand(program, ["demo", "--help"])) else {
            return false
        }
        return help.exitCode == 0 && help.output.contains("--datasets")
    }()

    /// A new folder's name in the folder for temporary files; nothing is made.
    static func scratch() -> FilePath {
        FilePath(FileManager.default.temporaryDirectory.path).appending("almanac-test-\(UUID().uuidString.prefix(8))")
    }

    /// Runs some work on a cluster that is thrown away.
    static func withCluster<Result>(_ work: (RunningCluster) throws -> Result) throws -> Result {
        try SandboxCluster(home: scratch(), retention: .thrownAway).withRunning(work)
    }

    /// Whether `psql` gets through with a URL, by the session's own answer to a query.
    static func ask(_ url: String, _ query: String) throws -> (isAnswered: Bool, text: String) {
        let result = try SystemProcessRunner().run(
            ProcessCommand("psql", ["-X", "-qAt", "-d", url, "-c", query], environment: ["PGCONNECT_TIMEOUT": "5"]))
        return (result.exitCode == 0, result.exitCode == 0 ? result.output : result.errors)
    }
}

/// An error of a step that a test makes fail.
struct DeliberateFailure: Error {}
