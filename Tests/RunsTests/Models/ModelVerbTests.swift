import Demonstration
import Effects
import Foundation
import Runs
import SystemPackage
import Testing

/// `almanac models plan`, `run` and `test` as people call them, and what questions read where a test does not hold.
@Suite(.enabled(if: TestPlaces.program != nil, "needs ALMANAC_PROGRAM, which scripts/test sets"))
struct ModelVerbTests {
    private static let path = "Reports/hustlex/models/circle_statuses.sql"

    /// - Parameter counted: what is counted in each status.
    private static func model(
        _ name: String = "circle_statuses", counted: String = "count(*)", from table: String = "savings_circles",
        tests: String = "- unique: [status]"
    ) -> String {
        """
        /*---
        version: 1
        description: Circles by their status.
        grain: [status]
        columns:
          status: { type: text, description: The circle's status. }
          circles: { type: integer, unit: count, description: How many. }
        tests:
          \(tests)
        ---*/
        SELECT status, CAST(\(counted) AS bigint) AS circles
        FROM \(table)
        GROUP BY 1
        ORDER BY 1
        """
    }

    /// The lake of one made-up tenant, after a whole run.
    private func ranWorld() throws -> PlatformWorld {
        let world = try PlatformWorld(.hustlex, tenants: [1], scale: 0.05)
        #expect(try world.run(["wallet-statement"]).flatMap(\.failures).isEmpty)
        return world
    }

    private func almanac(_ world: PlatformWorld, _ words: String...) throws -> ProcessResult {
        try almanac(world, words)
    }

    private func almanac(_ world: PlatformWorld, _ words: [String]) throws -> ProcessResult {
        let variables = world.variables.merging(["NO_COLOR": "1", "ALMANAC_NOW": PlatformWorld.now]) { $1 }
        return try SystemProcessRunner().run(
            ProcessCommand(
                try #require(TestPlaces.program), words + ["--project", world.folder.string], environment: variables))
    }

    private func lines(_ result: ProcessResult, _ key: String) throws -> [String: [String: Any]] {
        #expect(result.exitCode == 0, "\(result.errors)")
        let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        let lines = try #require((value as? [String: Any])?[key] as? [[String: Any]])
        return Dictionary(uniqueKeysWithValues: lines.map { (($0["model"] ?? $0["table"]) as? String ?? "", $0) })
    }

    private func circles(_ world: PlatformWorld, _ counted: String = "count(*)") throws -> String {
        let rows = try world.rows(
            world.sources[0], "SELECT status, \(counted) FROM savings_circles GROUP BY 1 ORDER BY 1")
        return (["status,circles"] + rows.map { $0.replacing("|", with: ",") }).joined(separator: "\n") + "\n"
    }

    @Test("A plan says what is computed, why, how much is read and how long it took; a run leaves just that")
    func planAndRun() throws {
        let world = try ranWorld()
        let tenant = world.sources[0].tenant
        let idle = try lines(try almanac(world, "models", "plan", "--json"), "plan")
        #expect(Set(idle.values.map { $0["computes"] as? String }) == ["nothing", "view"])
        #expect(idle.values.allSatisfy { $0["bytes"] as? Int == 0 })

        try world.write(Self.model(), to: Self.path)
        try world.write(
            Self.model("circle_sums", counted: "sum(circles)", from: "circle_statuses"),
            to: "Reports/hustlex/models/circle_sums.sql")
        let first = try lines(try almanac(world, "models", "plan", "--json"), "plan")
        let tables = try lines(try almanac(world, "lake", "tables", "--json"), "tables")
        let new = try #require(first["circle_statuses"])
        #expect(new["computes"] as? String == "all" && new["reason"] as? String == "it was not computed yet")
        #expect(new["bytes"] as? Int == tables["raw/savings_circles"]?["bytes"] as? Int && new["seconds"] == nil)
        #expect(first["circle_sums"]?["awaits"] as? [String] == ["circle_statuses"])

        let before = tables.mapValues { $0["version"] as? Int }
        let run = try almanac(world, "models", "run", "--tenant", tenant)
        #expect(run.exitCode == 0 && run.output.contains("1 tenants done, 0 failed"), "\(run.errors)")
        let after = try lines(try almanac(world, "lake", "tables", "--json"), "tables").mapValues {
            $0["version"] as? Int
        }
        #expect(
            Set(after.filter { before[$0.key] != $0.value }.keys) == [
                "aggregates/circle_statuses", "aggregates/circle_sums",
            ])
        let question = "SELECT status, circles FROM circle_statuses ORDER BY 1"
        #expect(
            try almanac(world, "query", "--tenant", tenant, "--format", "csv", question).output == circles(world))

        try world.write(Self.model(counted: "count(*) + 1"), to: Self.path)
        let again = try lines(try almanac(world, "models", "plan", "circle_statuses", "circle_sums", "--json"), "plan")
        #expect(again.count == 2 && again["circle_statuses"]?["reason"] as? String == "its definition changed")
        #expect(again["circle_statuses"]?["seconds"] as? Double ?? 0 > 0)
        #expect(again["circle_sums"]?["computes"] as? String == "perhaps")
        #expect(try almanac(world, "models", "run").exitCode == 0)
        #expect(
            try almanac(world, "query", "--tenant", tenant, "--format", "csv", question).output
                == circles(world, "count(*) + 1"))
    }

    @Test("A platform that is none is no empty answer: it is told, with the one that was perhaps meant")
    func wrongPlatforms() throws {
        let world = try ranWorld()
        let verbs = [
            ["models", "list"], ["models", "graph"], ["models", "check", "--portable"], ["models", "docs"],
            ["datasets", "list"], ["reports", "new", "weekly", "--model", "circles"],
        ]
        for verb in verbs {
            let near = try almanac(world, verb + ["--platform", "hustlx"])
            #expect(near.exitCode == 64 && near.output.isEmpty, "\(verb): \(near.exitCode)")
            #expect(near.errors.contains("no platform 'hustlx'") && near.errors.contains("did you mean 'hustlex'?"))
            let far = try almanac(world, verb + ["--platform", "somewhere-else"])
            #expect(
                far.exitCode == 64 && far.errors.contains("one of ") && far.errors.contains("hustlex"),
                "\(verb): \(far.errors)")
        }
        let slug = try almanac(world, ["reports", "new", "My Report", "--platform", "hustlex", "--model", "circles"])
        #expect(slug.exitCode == 64 && slug.errors.contains("can't be the name of a report"), "\(slug.errors)")
        let model = try almanac(world, ["reports", "new", "mine", "--platform", "hustlex", "--model", "circle"])
        #expect(model.exitCode == 64 && model.errors.contains("did you mean 'circles'?"), "\(model.errors)")
        let shown = try almanac(world, "reports", "show", "wallet-statement")
        #expect(shown.output.contains("wallet_days, fresh within 1d\n"), "\(shown.output)")
        let unknown = try almanac(world, "reports", "show", "wallet-statment")
        #expect(unknown.exitCode == 64 && unknown.errors.contains("did you mean 'wallet-statement'?"))
        let file = world.folder.appending("almanac.yaml").string
        let receipt = try almanac(world, ["diff", file, file])
        #expect(receipt.exitCode == 65 && receipt.errors.contains("almanac.yaml is no receipt"), "\(receipt.errors)")
    }

    @Test("What is wrong in a model is told with its place and what was perhaps meant")
    func wrongModels() throws {
        let world = try ranWorld()
        let unknown = try almanac(world, "models", "plan", "circle_due")
        #expect(unknown.exitCode == 64 && unknown.errors.contains("did you mean 'circle_dues'?"), "\(unknown.errors)")
        let foreign = try almanac(world, "models", "test", "order_credits", "--tenant", world.sources[0].tenant)
        #expect(foreign.exitCode == 64 && foreign.errors.contains("on the platform hustlex"), "\(foreign.errors)")

        try world.write(Self.model(from: "savings_circle"), to: Self.path)
        for verb in ["plan", "run", "test"] {
            let result = try almanac(world, "models", verb)
            #expect(result.exitCode == 78, "\(verb): \(result.exitCode)")
            #expect(result.errors.contains("circle_statuses.sql:12:6"), "\(verb): \(result.errors)")
            #expect(result.errors.contains("did you mean 'savings_circles'?"), "\(verb): \(result.errors)")
        }
        // A table of another platform is none here.
        try world.write(Self.model(from: "order_credits"), to: Self.path)
        let other = try almanac(world, "models", "plan")
        #expect(other.exitCode == 78 && other.errors.contains("circle_statuses.sql:12:6"), "\(other.errors)")

        try world.write(Self.model(from: "circle_sums"), to: Self.path)
        try world.write(
            Self.model("circle_sums", from: "circle_statuses"), to: "Reports/hustlex/models/circle_sums.sql")
        let circle = try almanac(world, "models", "run")
        #expect(circle.exitCode == 78 && circle.errors.contains("circle_s"), "\(circle.errors)")
        #expect(circle.errors.contains(".sql:12:6"), "\(circle.errors)")
    }

    @Test("Where a test does not hold, questions read what held before, and say so")
    func standingVersions() throws {
        let world = try ranWorld()
        let tenant = world.sources[0].tenant
        try world.write(Self.model(), to: Self.path)
        #expect(try almanac(world, "models", "run").exitCode == 0)
        try world.write(
            Self.model(counted: "1000 + count(*)", tests: "- accepted_values: { column: status, values: [none] }"),
            to: Self.path)
        let broken = try almanac(world, "models", "run")
        #expect(broken.exitCode == 65 && broken.errors.contains("almanac query --newest"), "\(broken.errors)")

        let question = "SELECT status, circles FROM circle_statuses ORDER BY 1"
        let asked = try almanac(world, "query", "--tenant", tenant, "--format", "csv", question)
        #expect(try asked.output == circles(world))
        #expect(asked.errors.contains("aggregates/circle_statuses is read at version 0"), "\(asked.errors)")
        let newest = try almanac(world, "query", "--newest", "--tenant", tenant, "--format", "csv", question)
        #expect(try newest.output == circles(world, "1000 + count(*)") && newest.errors.isEmpty)
        let other = try almanac(world, "query", "--tenant", tenant, "SELECT count(*) FROM circles")
        #expect(other.exitCode == 0 && other.errors.isEmpty, "\(other.errors)")

        let listed = try almanac(world, "lake", "tables", "--json")
        #expect(listed.errors.contains("aggregates/circle_statuses (version 0)"), "\(listed.errors)")
        let line = try #require(try lines(listed, "tables")["aggregates/circle_statuses"])
        #expect(line["version"] as? Int == 1 && line["read_version"] as? Int == 0)

        try world.write(Self.model(counted: "1000 + count(*)"), to: Self.path)
        #expect(try almanac(world, "models", "run").exitCode == 0)
        let healed = try almanac(world, "query", "--tenant", tenant, "--format", "csv", question)
        #expect(try healed.output == circles(world, "1000 + count(*)") && healed.errors.isEmpty, "\(healed.errors)")
    }
}
