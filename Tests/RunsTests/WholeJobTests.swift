import CivilTime
import Columnar
import Demonstration
import Effects
import Foundation
import Lake
import Runs
import SystemPackage
import Tenancy
import Testing

/// The whole job over small made-up tenants: what every clone can run.
@Suite struct WholeJobTests {
    private let store = DiskFileStore()

    @Test func everythingIsMadeOnceAndMadeAgainAlike() throws {
        try DemoWorld.with(datasets: nil) { world in
            let first = try world.run("retail") + world.run("flights")
            #expect(first.flatMap(\.failures).isEmpty)
            #expect(first.count == world.inventory.tenants.count)
            for outcome in first {
                let edition = try #require(outcome.editions.first)
                #expect(edition.run.state == .done && edition.run.edition == 1)
                let names = edition.artefacts.map(\.name)
                #expect(names.contains("report.pdf") && names.contains("report.xlsx") && names.contains("receipt.json"))
            }
            try checkSecondRun(world, first)
            try checkReproduction(world, first)
            try checkPublished(world)
            try checkExport(world)
            try checkPages(world)
            try checkNothingIsLeft(world)
        }
    }

    @Test(.enabled(if: TestPlaces.python != nil, "needs ALMANAC_ORACLE_PYTHON, which scripts/test sets"))
    func otherReadersSeeTheSameRows() throws {
        try DemoWorld.with(datasets: nil) { world in
            #expect((try world.run("retail") + world.run("flights")).flatMap(\.failures).isEmpty)
            try checkOtherReaders(world)
        }
    }

    /// A second run changes no version, no edition and no byte.
    private func checkSecondRun(_ world: DemoWorld, _ first: [TenantOutcome]) throws {
        let again = try world.run("retail") + world.run("flights")
        #expect(again.flatMap(\.editions).allSatisfy { $0.isUnchanged })
        let ids = { (outcomes: [TenantOutcome]) in outcomes.flatMap(\.editions).map(\.run.id) }
        #expect(ids(again) == ids(first))
        let project = try world.project(at: world.noonAfter("retail"))
        for tenant in world.inventory.tenants {
            let scope = try project.tenants.scope(named: tenant.id)
            for address in try TableAddress.all(of: scope, in: project.layout, store: store) {
                let version = try project.table(address).snapshot().version
                #expect(version == 0, "\(address)")
            }
        }
    }

    private func checkReproduction(_ world: DemoWorld, _ outcomes: [TenantOutcome]) throws {
        for outcome in outcomes.prefix(2) {
            let receipt = try #require(outcome.editions.first?.artefacts.first { $0.name == "receipt.json" })
            let path = world.folder.pushing(FilePath(receipt.path))
            // Years later, and with nothing of the clock in it.
            let project = try world.project(at: try Instant(parsing: "2031-05-05T05:05:05Z"))
            let comparisons = try Reproduction(in: project).run(path)
            #expect(comparisons.count >= 4 && comparisons.allSatisfy { $0.isSame })
        }
        // A definition that has changed since is taken as it was kept; one that was not kept is told by name.
        let receipt = try #require(outcomes.first?.editions.first?.artefacts.first { $0.name == "receipt.json" })
        let metrics = world.folder.appending("Reports").appending("retail").appending("metrics.yaml")
        let text = try store.text(of: metrics)
        for platform in ["retail", "flights"] {
            let path = "Reports/\(platform)/metrics.yaml"
            try world.write(try store.text(of: world.folder.pushing(FilePath(path))) + "\n# changed\n", to: path)
        }
        let project = try world.project(at: world.noonAfter("retail"))
        let path = world.folder.pushing(FilePath(receipt.path))
        #expect(try Reproduction(in: project).run(path).allSatisfy { $0.isSame })
        let kept = world.folder.appending("state").appending("definitions")
        for name in try store.names(in: kept) { try store.remove(kept.appending(name)) }
        #expect(throws: Failure.self) { try Reproduction(in: project).run(path) }
        let flights = world.folder.pushing(FilePath("Reports/flights/metrics.yaml"))
        try world.write(
            try store.text(of: flights).replacing("\n# changed\n", with: ""), to: "Reports/flights/metrics.yaml")
        try world.write(text, to: "Reports/retail/metrics.yaml")
    }

    private func checkPublished(_ world: DemoWorld) throws {
        for tenant in world.inventory.tenants {
            let folder = world.folder.appending("published").appending(tenant.id)
            let manifest = try JSONSerialization.jsonObject(
                with: Data(try store.contents(of: folder.appending("manifest.json"))))
            let models = try #require((manifest as? [String: Any])?["models"] as? [[String: Any]])
            // The sales of shops are sealed, and so have adjustments beside them.
            #expect(models.count == (tenant.platform == "retail" ? 4 : 3))
            for model in models where (model["rows"] as? NSNumber)?.intValue != 0 {
                let period = try #require(model["period"] as? [String: String])
                #expect(try #require(period["from"]) < #require(period["to"]))
            }
            for file in models.flatMap({ $0["files"] as? [[String: Any]] ?? [] }) {
                let name = try #require(file["name"] as? String)
                let size = try store.status(of: folder.appending(name))?.size
                #expect(size == (file["bytes"] as? NSNumber)?.int64Value)
            }
        }
    }

    /// An export reads the lake alone: it works with the clock elsewhere, for another period, in one format.
    private func checkExport(_ world: DemoWorld) throws {
        let tenant = try #require(world.inventory.tenants.first { $0.platform == "retail" })
        let project = try world.project(
            at: try Instant(parsing: "2031-05-05T05:05:05Z"), variables: [tenant.urlVariable: ""])
        let scope = try project.tenants.scope(named: tenant.id)
        var request = BatchRequest(holder: "a test")
        request.reports = ["monthly-sales"]
        request.ingests = false
        request.formats = ["csv"]
        request.period = String(tenant.lastDay.adding(months: -2).description.prefix(7))
        let outcome = BatchRun(request, in: project, ledger: try project.openLedger(), progress: { _ in }).run([scope])[
            0]
        #expect(outcome.failures.isEmpty)
        let names = try #require(outcome.editions.first?.artefacts.map(\.name))
        #expect(!names.contains("report.pdf") && names.contains { $0.hasSuffix(".csv") })
    }

    /// Static pages of two periods, the newer first: `latest.html` stays the newer one's, the list has both.
    private func checkPages(_ world: DemoWorld) throws {
        let tenant = try #require(world.inventory.tenants.first { $0.platform == "retail" })
        let project = try world.project(at: world.noonAfter("retail"), variables: [tenant.urlVariable: ""])
        let scope = try project.tenants.scope(named: tenant.id)
        let periods = [1, 2].map { String(tenant.lastDay.adding(months: -$0).description.prefix(7)) }
        for period in periods {
            var request = BatchRequest(holder: "a test")
            request.reports = ["monthly-sales"]
            request.ingests = false
            request.formats = ["html", "pdf"]
            request.period = period
            let run = BatchRun(request, in: project, ledger: try project.openLedger(), progress: { _ in })
            let outcome = run.run([scope])[0]
            #expect(outcome.failures.isEmpty)
            let artefacts = try #require(outcome.editions.first?.artefacts)
            #expect(Set(artefacts.map(\.name)) == ["report.html", "report.pdf", "receipt.json"])
        }
        let folder = world.folder.appending("out").appending(tenant.id)
        let text = { (parts: [String]) in
            String(decoding: try store.contents(of: parts.reduce(folder) { $0.appending($1) }), as: UTF8.self)
        }
        let newest = try text(["monthly-sales", periods[0], "report.html"])
        #expect(
            newest.contains("name=\"almanac:tenant\" content=\"\(tenant.id)\"")
                && newest.contains("href=\"report.pdf\""))
        let latest = try text(["monthly-sales", "latest.html"])
        #expect(latest.contains("name=\"almanac:period\" content=\"\(periods[0])\""))
        #expect(latest.contains("href=\"\(periods[0])/report.pdf\"") && latest.contains("href=\"../index.html\""))
        let list = try text(["index.html"])
        for period in periods { #expect(list.contains("href=\"monthly-sales/\(period)/report.html\"")) }
    }

    /// Neither temporary files nor private folders stay behind.
    private func checkNothingIsLeft(_ world: DemoWorld) throws {
        func walk(_ folder: FilePath) throws {
            for name in try store.names(in: folder) {
                #expect(!name.hasPrefix(CommittedFile.temporaryPrefix))
                if try store.status(of: folder.appending(name))?.kind == .folder { try walk(folder.appending(name)) }
            }
        }
        for part in ["lake", "out", "published"] { try walk(world.folder.appending(part)) }
        for tenant in world.inventory.tenants {
            let work = world.folder.appending("state").appending("work").appending(tenant.id)
            #expect(try store.names(in: work) == ["lock"])
        }
    }

    /// delta-rs, DuckDB and pyarrow see the same rows in every table.
    private func checkOtherReaders(_ world: DemoWorld) throws {
        let python = try #require(TestPlaces.python)
        let script = TestPlaces.sources.appending("Tests").appending("Oracles").appending("read_delta.py")
        let result = try SystemProcessRunner().run(
            ProcessCommand(python, [script.string, world.folder.appending("lake").string]))
        #expect(result.exitCode == 0, "\(result.errors.suffix(2_000))")
        let answer = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        #expect(answer?["agree"] as? Bool == true)
        // A dataset and three models each; the sales of shops have adjustments.
        let shops = world.inventory.tenants.count { $0.platform == "retail" }
        #expect((answer?["tables"] as? [Any])?.count == world.inventory.tenants.count * 4 + shops)
    }
}
