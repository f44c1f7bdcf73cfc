import CivilTime
import Demonstration
import Effects
import SystemPackage
import Tenancy
import Testing

struct DemoProjectTests {
    private let files = DiskFileStore()
    private let committed = CommittedFile(store: DiskFileStore(), random: SystemRandom())

    private func tenant(_ id: String, _ isolation: DemoTenant.Isolation) -> DemoTenant {
        DemoTenant(
            id: id, name: "Nine \"E\"", platform: "flights", timeZone: "America/New_York", currency: "USD",
            isolation: isolation, urlVariable: "ALMANAC_DEMO_EVENTS_URL", rowCount: 1,
            firstDay: LocalDate(daysSinceEpoch: 0), lastDay: LocalDate(daysSinceEpoch: 1))
    }

    /// Resources and a project folder in a scratch folder that is removed afterwards.
    private func withFolders(_ work: (_ resources: FilePath, _ project: FilePath) throws -> Void) throws {
        let root = Fixtures.scratch()
        defer { try? files.removeFolder(root) }
        for (path, text) in [
            ("resources/Reports/retail/datasets.yaml", "version: 1\n"), ("resources/Templates/themes/plain.yaml", "a"),
            ("resources/cron/schedules.yaml", "b"),
        ] {
            let file = root.pushing(FilePath(path))
            try files.makeFolder(file.removingLastComponent())
            try committed.commit(Array(text.utf8), to: file)
        }
        try work(root.appending("resources"), root.appending("demo"))
    }

    @Test func writesTenantsAndCopies() throws {
        try withFolders { resources, folder in
            let project = DemoProject(folder: folder)
            let outcome = try project.write(
                [
                    tenant("9e", .rowSecurity(setting: "app.tenant_id", key: "9e")), tenant("shop", .schema("shop")),
                ], resources: resources)
            #expect(
                outcome.written == [
                    "Reports/retail/datasets.yaml", "Templates/themes/plain.yaml", "almanac.yaml",
                    "cron/schedules.yaml",
                    "tenants/9e.yaml", "tenants/shop.yaml",
                ])
            let text = try files.text(of: folder.appending("tenants").appending("9e.yaml"))
            #expect(text.contains("id: \"9e\"\n") && text.contains("key: \"9e\""))
            #expect(text.contains("name: \"Nine \\\"E\\\"\""))
            #expect(text.contains("url: \"env:ALMANAC_DEMO_EVENTS_URL\""))
            // As the engine reads them: no key is unknown, and the id of 9E is no number.
            let directory = TenantDirectory(
                layout: ProjectLayout(root: folder), store: files, zones: ZoneDatabase(folder: nil, store: files))
            let listing = try directory.all()
            #expect(listing.failures.isEmpty)
            #expect(listing.scopes.map(\.id.text) == ["9e", "shop"])
            let again = try project.write(
                [
                    tenant("9e", .rowSecurity(setting: "app.tenant_id", key: "9e")), tenant("shop", .schema("shop")),
                ], resources: resources)
            #expect(again == DemoProject.Outcome())
        }
    }

    @Test func keepsWhatAPersonChangedAndDropsTenantsThatAreGone() throws {
        try withFolders { resources, folder in
            let project = DemoProject(folder: folder)
            _ = try project.write([tenant("a", .schema("a")), tenant("b", .schema("b"))], resources: resources)
            let changed = folder.pushing("Reports/retail/datasets.yaml")
            try committed.commit(Array("mine".utf8), to: changed, replacing: true)
            try committed.commit(
                Array("new".utf8), to: resources.pushing("Reports/retail/datasets.yaml"), replacing: true)
            try committed.commit(Array("c".utf8), to: resources.pushing("cron/schedules.yaml"), replacing: true)
            let outcome = try project.write([tenant("a", .schema("a"))], resources: resources)
            #expect(
                outcome == DemoProject.Outcome(written: ["cron/schedules.yaml"], kept: ["Reports/retail/datasets.yaml"])
            )
            #expect(try files.text(of: changed) == "mine")
            #expect(try files.names(in: folder.appending("tenants")) == ["a.yaml"])
        }
    }

    @Test func refusesAFolderOfSomebodyElse() throws {
        try withFolders { resources, folder in
            try files.makeFolder(folder)
            try committed.commit(Array("x".utf8), to: folder.appending("thesis.txt"))
            let project = DemoProject(folder: folder)
            #expect(throws: DemonstrationError.self) { try project.write([], resources: resources) }
            #expect(throws: DemonstrationError.self) { try project.remove() }
            #expect(try files.names(in: folder) == ["thesis.txt"])
        }
    }

    @Test func removesWhatItMade() throws {
        try withFolders { resources, folder in
            let project = DemoProject(folder: folder)
            _ = try project.write([tenant("a", .schema("a"))], resources: resources)
            try project.remove()
            #expect(try files.status(of: folder) == nil)
            try project.remove()
        }
    }
}
