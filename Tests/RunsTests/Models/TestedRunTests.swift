import CivilTime
import Demonstration
import Effects
import Foundation
import Runs
import SystemPackage
import Tenancy
import Testing

/// Runs hold models to their tests, in a real project over a real Postgres.
@Suite struct TestedRunTests {
    private static func model(accepted: String) -> String {
        """
        /*---
        version: 1
        description: Circles by their status.
        grain: [status]
        columns:
          status: { type: text, description: The circle's status. }
          circles: { type: integer, unit: count, description: How many. }
        tests:
          - unique: [status]
          - accepted_values: { column: status, values: [\(accepted)] }
        ---*/
        SELECT status, count(*) AS circles FROM savings_circles GROUP BY 1
        """
    }

    private func manifest(_ world: PlatformWorld) throws -> String? {
        let path = world.folder.appending("published").appending(world.sources[0].tenant).appending("manifest.json")
        guard FileManager.default.fileExists(atPath: path.string) else { return nil }
        return try String(contentsOfFile: path.string, encoding: .utf8)
    }

    @Test("Dashboards get a view that asks for it, and no table that does not want to be there")
    func published() throws {
        let world = try PlatformWorld(.hustlex, tenants: [1], scale: 0.05)
        let text = Self.model(accepted: "active").replacing("tests:", with: "publish: true\nmaterialized: view\ntests:")
        let untested = try #require(text.firstRange(of: "  - accepted_values"))
        let end = try #require(text.firstRange(of: "---*/"))
        try world.write(
            text.replacingCharacters(in: untested.lowerBound..<end.lowerBound, with: ""),
            to: "Reports/hustlex/models/circle_statuses.sql")
        let circles = world.folder.pushing(FilePath("Reports/hustlex/models/circles.sql"))
        let own = try String(contentsOfFile: circles.string, encoding: .utf8)
        try world.write(
            own.replacing("materialized: table", with: "materialized: table\npublish: false"),
            to: "Reports/hustlex/models/circles.sql")
        #expect(try world.run(["wallet-statement"]).flatMap(\.failures).isEmpty)
        let manifest = try JSONSerialization.jsonObject(with: Data(try #require(try manifest(world)).utf8))
        let models = try #require((manifest as? [String: Any])?["models"] as? [[String: Any]])
        let view = try #require(models.first { $0["model"] as? String == "circle_statuses" })
        let statuses = try world.rows(world.sources[0], "SELECT DISTINCT status FROM savings_circles")
        #expect((view["rows"] as? NSNumber)?.intValue == statuses.count && view["table_version"] is NSNull)
        #expect(!models.contains { $0["model"] as? String == "circles" } && models.count > 5)
    }

    @Test("A model that can't be computed takes nothing from the others of its step")
    func brokenModel() throws {
        let world = try PlatformWorld(.hustlex, tenants: [1], scale: 0.05)
        let text = Self.model(accepted: "active").replacing("count(*)", with: "CAST('many' AS bigint)")
            .replacing("GROUP BY 1", with: "")
        try world.write(text, to: "Reports/hustlex/models/aa_broken.sql")
        let failure = try #require(try world.run(["wallet-statement"]).flatMap(\.failures).first)
        #expect("\(failure)".contains("aa_broken"))
        let ledger = try world.project().openLedger()
        let run = try #require(try ledger.runs(tenant: world.sources[0].tenant, limit: 1).first)
        let counts = try ledger.counts(of: run.id).map(\.table)
        #expect(run.state == .failed && counts.contains("aggregates/circles"), "\(counts)")
        #expect(!counts.contains("aggregates/aa_broken"))
    }

    @Test("A broken test fails the run again and again, publishes nothing, and names the way out")
    func brokenTest() throws {
        let world = try PlatformWorld(.hustlex, tenants: [1], scale: 0.05)
        let path = "Reports/hustlex/models/circle_statuses.sql"
        let statuses = try world.rows(world.sources[0], "SELECT DISTINCT status FROM savings_circles ORDER BY 1")
        #expect(statuses.count > 1)
        let all = statuses.joined(separator: ", ")
        func write(_ accepted: String) throws {
            try world.write(Self.model(accepted: accepted), to: path)
        }
        try write(all)
        #expect(try world.run(["wallet-statement"]).flatMap(\.failures).isEmpty)
        let published = try #require(try manifest(world))
        let project = try world.project()
        let ledger = try project.openLedger()
        let tenant = world.sources[0].tenant
        let good = try #require(try ledger.lastIngestion(tenant: tenant))

        try write(statuses[0])
        for attempt in 1...2 {
            let failures = try world.run(["wallet-statement"]).flatMap(\.failures)
            let failure = try #require(failures.first, "attempt \(attempt)")
            #expect(failure.cause == .dataRefused)
            #expect(
                failure.summary
                    == "model 'circle_statuses' of tenant '\(tenant)' fails its test accepted_values(status: \(statuses[0]))"
            )
            #expect(failure.remedy?.hasPrefix("almanac query --newest --tenant \(tenant) 'SELECT") == true)
            #expect(try manifest(world) == published)
            #expect(try ledger.lastIngestion(tenant: tenant)?.id == good.id, "attempt \(attempt)")
        }

        try write(all)
        #expect(try world.run(["wallet-statement"]).flatMap(\.failures).isEmpty)
        #expect(try ledger.lastIngestion(tenant: tenant)?.id != good.id)
    }
}
