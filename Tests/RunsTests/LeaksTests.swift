import AlmanacTesting
import Effects
import Foundation
import SystemPackage
import Testing

/// A short form of `scripts/prove leaks`: no tenant's marks in anything that was made or said for another.
@Suite(
    .enabled(if: TestPostgres.isInstalled, "no Postgres server is installed"),
    .enabled(
        if: TestPlaces.program != nil && TestPlaces.python != nil,
        "needs ALMANAC_PROGRAM and ALMANAC_ORACLE_PYTHON, which scripts/test sets"))
struct LeaksTests {
    @Test func noTenantsMarksAreAtAnothers() throws {
        let script = TestPlaces.sources.appending("Proofs").appending("leaks")
        let result = try SystemProcessRunner().run(
            ProcessCommand(
                try #require(TestPlaces.python), [script.string, "--count", "6"],
                environment: ["ALMANAC_PROGRAM": try #require(TestPlaces.program)]))
        #expect(result.exitCode == 0, "\(result.output)\(result.errors)")
        let line = try #require(result.output.split(separator: "\n").last)
        let answer = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(answer["failed"] as? Int == 0 && answer["tenants"] as? Int == 6, "\(line)")
        // It looked at files of all kinds, and saw those that were laid among another's.
        #expect((answer["tried"] as? Int ?? 0) > 400 && (answer["controls"] as? Int ?? 0) >= 12, "\(line)")
    }
}
