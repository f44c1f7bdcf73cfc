import AlmanacTesting
import Demonstration
import Effects
import Foundation
import Runs
import SystemPackage
import Testing

/// A desk that is killed again and again leaves no request behind for ever, and none that says what is not so.
@Suite(
    "A killed desk", .serialized,
    .enabled(
        if: TestPostgres.isInstalled && TestPlaces.program != nil,
        "needs a Postgres server's programs and ALMANAC_PROGRAM, which scripts/test sets"))
struct KilledDeskTests {
    @Test("Every request ends well, or after three attempts")
    func everyRequestEnds() throws {
        let world = try RequestDeskTests.world()
        let tenant = world.sources[0]
        // The lake first, so that the kills hit the answering and not one long reading.
        try world.run([], formats: ["json"]) { $0.makesReports = false }
        var delays = SeededGenerator(seed: 20_261_121)
        for _ in 0..<8 { try run(world, killedAfter: Double(delays.next() % 400) / 1_000) }
        try run(world, killedAfter: nil)
        let ends = try world.rows(
            tenant,
            """
            SELECT status, count(*), bool_and(CASE status WHEN 'COMPLETED' THEN progress = 100 AND result_url IS NOT NULL
              AND error_message IS NULL ELSE error_message LIKE '%3 attempts%' AND result_url IS NULL END)
            FROM content_requests WHERE request_id IN (SELECT request_id FROM changes) GROUP BY 1 ORDER BY 1
            """)
        let counts = ends.map { $0.split(separator: "|") }
        #expect(counts.allSatisfy { ["COMPLETED", "FAILED"].contains($0[0]) && $0[2] == "t" }, "\(ends)")
        #expect(counts.compactMap { Int($0[1]) }.reduce(0, +) == 3)
        let open = "SELECT 1 FROM content_requests WHERE type = 'REPORT' AND status IN ('PENDING', 'PROCESSING')"
        #expect(try world.rows(tenant, open).isEmpty)
    }

    private func run(_ world: PlatformWorld, killedAfter seconds: Double?) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(TestPlaces.program))
        process.arguments = ["requests", "answer", "--project", world.folder.string, "--quiet"]
        var environment = ProcessInfo.processInfo.environment
        environment.merge(world.variables.merging(["ALMANAC_NOW": PlatformWorld.now]) { $1 }) { $1 }
        process.environment = environment
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        if let seconds {
            Thread.sleep(forTimeInterval: seconds)
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
        process.waitUntilExit()
    }
}
