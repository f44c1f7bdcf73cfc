import Demonstration
import Effects
import Foundation
import SystemPackage
import Testing

/// The program as its users call it: exit codes, error texts, and JSON on standard output alone.
@Suite(.enabled(if: TestPlaces.program != nil, "needs ALMANAC_PROGRAM, which scripts/test sets"))
struct CommandLineTests {
    private func almanac(_ words: String..., variables: [String: String] = [:]) throws -> ProcessResult {
        let environment = ["NO_COLOR": "1"].merging(variables) { $1 }
        return try SystemProcessRunner().run(
            ProcessCommand(try #require(TestPlaces.program), words, environment: environment))
    }

    private func object(_ result: ProcessResult) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        let object = try #require(value as? [String: Any])
        #expect(object["schema"] as? Int == 1)
        return object
    }

    @Test func helpFitsOnAScreenAndNamesTheVersion() throws {
        let help = try almanac("--help")
        #expect(help.exitCode == 0 && help.output.split(separator: "\n", omittingEmptySubsequences: false).count <= 24)
        #expect(try almanac("--version").output.hasPrefix("almanac "))
        for verb in ["demo", "doctor", "check", "run", "export", "tick", "reproduce", "extract"] {
            let page = try almanac(verb, "--help")
            #expect(
                page.exitCode == 0 && page.output.contains("Examples:") && page.output.contains("--json"), "\(verb)")
        }
    }

    @Test func wrongWordsAre64AndSayWhatWasMeant() throws {
        let result = try almanac("rnu", "monthly")
        #expect(result.exitCode == 64 && result.output.isEmpty)
        #expect(result.errors.contains("did you mean 'run'?"))
        #expect(try almanac("run", "--perod", "2026-10").exitCode == 64)
        #expect(try almanac("export", "monthly-sales").exitCode == 64)
        let clock = try almanac("check", variables: ["ALMANAC_NOW": "yesterday"])
        #expect(clock.exitCode == 64 && clock.errors.contains("ALMANAC_NOW"))
    }

    @Test func whatIsNotThereIsNamed() throws {
        let folder = TestPlaces.scratch()
        let project = try almanac("tenants", "list", "--project", folder.string)
        #expect(project.exitCode == 78 && project.errors.contains("no Almanac project"))
        let file = try almanac("parquet", "cat", folder.appending("a.parquet").string)
        #expect(file.exitCode == 74 && file.errors.contains("a.parquet"))
        #expect(try almanac("parquet", "cat", TestPlaces.sources.appending("Package.swift").string).exitCode == 65)
    }

    @Test func theDemoIsMadeLookedAtAndRemoved() throws {
        let folder = TestPlaces.scratch()
        let demo = ["demo", folder.string, "--resources", TestPlaces.sources.string]
        defer { _ = try? SystemProcessRunner().run(ProcessCommand(TestPlaces.program ?? "", demo + ["--clean"])) }
        let made = try SystemProcessRunner().run(ProcessCommand(try #require(TestPlaces.program), demo))
        #expect(made.exitCode == 0, "\(made.errors)")
        #expect(made.output.contains("Look at") && made.output.contains("Next"))
        let tenants = try object(try almanac("tenants", "list", "--json", "--project", folder.string))
        let ids = try #require(tenants["tenants"] as? [[String: Any]]).compactMap { $0["id"] as? String }
        #expect(ids.count >= 6)
        let runs = try object(try almanac("runs", "list", "--json", "--project", folder.string))
        let first = try #require((runs["runs"] as? [[String: Any]])?.first?["run"] as? String)
        #expect(try almanac("runs", "show", String(first.prefix(12)), "--project", folder.string).exitCode == 0)
        _ = try object(try almanac("doctor", "--json", "--project", folder.string))
        #expect(try almanac("check", "--project", folder.string).exitCode == 0)
        let tables = try object(try almanac("lake", "tables", "--json", "--project", folder.string))
        // Shops and airlines have four tables each, tenants of the five platforms more.
        #expect((tables["tables"] as? [Any])?.count ?? 0 >= ids.count * 4)
        // Without its database a run fails by name; what the lake holds is still there.
        let down = try almanac("run", "--tenant", ids[0], "--project", folder.string)
        #expect(down.exitCode == 78 && down.errors.contains(ids[0]))
        let several = try almanac("run", "--project", folder.string)
        #expect(several.exitCode == 1)
        let tick = try object(try almanac("tick", "--json", "--project", folder.string))
        #expect(tick["first"] as? Bool == true)
    }
}
