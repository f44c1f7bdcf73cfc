import Demonstration
import Effects
import Foundation
import Runs
import SystemPackage
import Testing

/// `almanac reports preview` of a report for subjects: whose it is, and how another is chosen.
@Suite(.enabled(if: TestPlaces.program != nil, "needs ALMANAC_PROGRAM, which scripts/test sets"))
struct PreviewVerbTests {
    private func preview(_ world: PlatformWorld, _ words: String...) throws -> ProcessResult {
        let variables = world.variables.merging(["NO_COLOR": "1", "ALMANAC_NOW": PlatformWorld.now]) { $1 }
        let common = [
            "reports", "preview", "wallet-statement", "--tenant", world.sources[0].tenant, "--format", "csv", "--to",
            world.folder.appending("look").string, "--project", world.folder.string,
        ]
        return try SystemProcessRunner().run(
            ProcessCommand(try #require(TestPlaces.program), common + words, environment: variables))
    }

    private func subject(_ result: ProcessResult) throws -> String? {
        #expect(result.exitCode == 0, "\(result.errors)")
        let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        return (value as? [String: Any])?["subject"] as? String
    }

    @Test("It says whose it is, takes another by key, and suggests near keys for one that is none")
    func choosing() throws {
        let world = try PlatformWorld(.hustlex, tenants: [1], scale: 0.05)
        #expect(try world.run([]) { $0.makesReports = false }.flatMap(\.failures).isEmpty)
        let people = try world.rows(world.sources[0], "SELECT DISTINCT user_id::text FROM wallets ORDER BY 1")
        let first = try #require(try subject(try preview(world, "--json")))
        #expect(people.contains(first))
        let other = try #require(people.last { $0 != first })
        #expect(try subject(try preview(world, "--json", "--subject", other)) == other)

        let said = try preview(world, "--subject", other)
        #expect(said.errors.contains("--subject \(other)") && said.errors.contains("one of \(people.count)"))
        let wrong = try preview(world, "--subject", other + "x")
        #expect(wrong.exitCode == 64 && wrong.output.isEmpty)
        #expect(wrong.errors.contains("did you mean '\(other)'?"), "\(wrong.errors)")
        let far = try preview(world, "--subject", "nobody-who-is-there")
        #expect(
            far.exitCode == 64 && far.errors.contains("--subject with one of \(people.count) keys"), "\(far.errors)")
    }
}
