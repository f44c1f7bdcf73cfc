import AlmanacTesting
import CivilTime
import Configuration
import Effects
import SystemPackage
import Tenancy
import Testing

@Suite("Project layout")
struct ProjectLayoutTests {
    @Test("Paths are where people agreed that they are")
    func paths() throws {
        let folder = try TestFolder()
        try folder.write(tenantFile("acme"), to: "tenants/acme.yaml")
        let scope = try TenantDirectory(layout: ProjectLayout(root: folder.path), store: folder.store, zones: zones)
            .scope(named: "acme")
        let layout = ProjectLayout(root: "/p")
        let orders = try ResourceName("orders", kind: "dataset")
        let report = try ResourceName("monthly-sales", kind: "report")
        let period = try scope.tenant.calendar.period(parsing: "2026-10")
        #expect(layout.rawTable(orders, of: scope) == "/p/lake/acme/raw/orders")
        #expect(
            layout.aggregateTable(try ResourceName("sales_daily"), of: scope) == "/p/lake/acme/aggregates/sales_daily")
        #expect(
            layout.published(try ArtefactName("sales_daily.parquet"), of: scope)
                == "/p/published/acme/sales_daily.parquet")
        #expect(
            layout.out(try ArtefactName("report.pdf"), report, period, of: scope)
                == "/p/out/acme/monthly-sales/2026-10/report.pdf")
        #expect(layout.work(run: try ResourceName("8f2c-1e07"), of: scope) == "/p/state/work/acme/8f2c-1e07")
        #expect(layout.ledger == "/p/state/ledger.sqlite")
        var moved = ProjectConfiguration()
        moved.lake = "/data/lake"
        moved.out = "build/out"
        let elsewhere = ProjectLayout(root: "/p", configuration: moved)
        #expect(elsewhere.rawTable(orders, of: scope) == "/data/lake/acme/raw/orders")
        #expect(elsewhere.out(of: scope) == "/p/build/out/acme")
    }

    @Test("10,000 hostile names: whatever is let through stays below its root, a component of its own")
    func hostileNames() throws {
        let folder = try TestFolder()
        try folder.write(tenantFile("acme"), to: "tenants/acme.yaml")
        let directory = TenantDirectory(layout: ProjectLayout(root: folder.path), store: folder.store, zones: zones)
        let scope = try directory.scope(named: "acme")
        let layout = ProjectLayout(root: "/p")
        var generator = SeededGenerator(seed: 20_261_121)
        var accepted = 0
        for _ in 0..<10_000 {
            let name = hostileName(&generator)
            // No tenant of such a name is there but one, so every other name can only fail.
            if name != "acme" { #expect(throws: TenancyError.self) { try directory.scope(named: name) } }
            if let id = try? TenantID(name) {
                expectInside(layout.tenantFile(id), "/p/tenants")
                accepted += 1
            }
            if let resource = try? ResourceName(name) {
                expectInside(layout.rawTable(resource, of: scope), "/p/lake/acme/raw")
                expectInside(layout.aggregateTable(resource, of: scope), "/p/lake/acme/aggregates")
                expectInside(layout.work(run: resource, of: scope), "/p/state/work/acme")
                expectInside(layout.reports(of: resource), "/p/Reports")
            }
            if let artefact = try? ArtefactName(name) {
                expectInside(layout.published(artefact, of: scope), "/p/published/acme")
            }
            if let period = try? scope.tenant.calendar.period(parsing: name) {
                expectInside(layout.out(try ResourceName("r"), period, of: scope), "/p/out/acme/r")
            }
        }
        // The generator makes good names too, or the test would prove nothing.
        #expect(accepted > 100)
    }

    private func expectInside(_ path: FilePath, _ root: FilePath) {
        #expect(path.removingLastComponent() == root)
        #expect(path.lexicallyNormalized() == path)
        #expect(path.lastComponent?.kind == .regular)
        #expect(!path.string.utf8.contains(0))
    }

    private func hostileName(_ generator: inout SeededGenerator) -> String {
        let parts = [
            "..", ".", "/", "\\", "\u{0}", "%2e%2e", "%2f", "~", "$HOME", "`id`", ";", "|", "\n", " ", "a", "acme", "7",
            "-",
            "_", "é", "e\u{301}", "．．", "∕", "A", "con", "nul", "2026-10", "report.pdf", ".tmp-1", "x.yaml", "*", "?",
            "\u{202E}", "\u{200B}", "b", "c", "0",
        ]
        let count = Int.random(in: 0...6, using: &generator)
        let name = (0..<count).map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
        return Int.random(in: 0..<50, using: &generator) == 0 ? name + String(repeating: "a", count: 300) : name
    }
}
