import Demonstration
import Effects
import Foundation
import SystemPackage
import Testing

/// The private server never outlives the demo, however that ends. Invariants (2) to (4) of `SandboxCluster`.
@Suite(
    .enabled(if: Fixtures.hasPostgres, "no Postgres server is installed"),
    .enabled(if: Fixtures.hasDemo, "ALMANAC_PROGRAM names no almanac with a demo"), .serialized)
struct KilledDemoTests {
    private let files = DiskFileStore()
    private let clock = SystemClock()

    @Test(arguments: ["KILL", "TERM", "INT"])
    func theServerEndsWithTheDemo(signal: String) throws {
        let program = try #require(Fixtures.program)
        let folder = Fixtures.scratch()
        let home = folder.appending(".postgres")
        defer {
            try? SandboxCluster(home: home, retention: .thrownAway).remove()
            try? files.removeFolder(folder)
        }
        // A shell makes its background programs ignore SIGINT; env gives the signals back their meaning.
        let started = try SystemProcessRunner().run(
            ProcessCommand(
                "sh", ["-c", "env --default-signal \"$0\" demo \"$1\" & echo $!", program, folder.string]))
        let demo = started.output.prefix { $0 != "\n" }
        let server = try #require(try wait { try serverPid(of: home) })
        #expect(isAlive(server))
        _ = try SystemProcessRunner().run(ProcessCommand("kill", ["-\(signal)", String(demo)]))
        #expect(try wait { isAlive(server) ? nil : true } == true)
        // The next run finds the folder free, and the data usable.
        try SandboxCluster(home: home, retention: .kept).withRunning { running throws in
            #expect(try running.rows("SELECT 1", database: "postgres") == [["1"]])
        }
    }

    /// The first line of the server's pid file, once it accepts connections.
    private func serverPid(of home: FilePath) throws -> String? {
        let place = home.appending("place")
        let isElsewhere = try files.status(of: place) != nil
        let server = isElsewhere ? FilePath(try files.text(of: place)) : home.appending("server")
        let file = server.appending("data").appending("postmaster.pid")
        guard try files.status(of: file) != nil, let text = try? files.text(of: file), text.contains("ready") else {
            return nil
        }
        return String(text.prefix { $0 != "\n" })
    }

    private func isAlive(_ pid: String) -> Bool { FileManager.default.fileExists(atPath: "/proc/\(pid)") }

    /// Asks ten times a second, for a minute at most.
    private func wait<Answer>(for question: () throws -> Answer?) throws -> Answer? {
        for _ in 0..<600 {
            if let answer = try question() { return answer }
            clock.sleep(nanoseconds: 100_000_000)
        }
        return nil
    }
}
