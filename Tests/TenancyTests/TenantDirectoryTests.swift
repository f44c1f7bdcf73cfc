import CivilTime
import Configuration
import Effects
import SystemPackage
import Tenancy
import Testing

@Suite("Tenant directory")
struct TenantDirectoryTests {
    @Test("A tenant's file is read whole")
    func whole() throws {
        let folder = try TestFolder()
        try folder.write(tenantFile("lagos-circle"), to: "tenants/lagos-circle.yaml")
        let directory = TenantDirectory(layout: ProjectLayout(root: folder.path), store: folder.store, zones: zones)
        let tenant = try directory.scope(named: "lagos-circle").tenant
        #expect(tenant.platform.text == "hustlex")
        #expect(tenant.source.url.description == "env:HUSTLEX_URL")
        #expect(tenant.source.isolation == .rowLevelSecurity(setting: "app.tenant_id", key: "4711"))
        #expect(tenant.calendar.zone.name == "Africa/Lagos")
        #expect(tenant.calendar.isHoliday(try LocalDate(parsing: "2026-12-25")))
        #expect(tenant.locale == "en-NG" && tenant.currency == "NGN")
        #expect(tenant.brand.color == "#173F66")
        #expect(tenant.reports.contains("monthly-sales"))
        #expect(tenant.limits == Tenant.Limits() && tenant.retention == Tenant.Retention())
    }

    @Test("One bad file is an error for that tenant alone")
    func oneBad() throws {
        let folder = try TestFolder()
        for id in ["alpha", "beta", "gamma"] { try folder.write(tenantFile(id), to: "tenants/\(id).yaml") }
        try folder.write(
            tenantFile("beta", [("timezone: Africa/Lagos", "timezone: Africa/Lago")]), to: "tenants/beta.yaml")
        try folder.write(tenantFile("other"), to: "tenants/copied.yaml")
        try folder.write("version: 1", to: "tenants/Bad Name.yaml")
        try folder.write("version: 1", to: "tenants/old.yml")
        try folder.write("not a tenant", to: "tenants/README.md")
        let directory = TenantDirectory(layout: ProjectLayout(root: folder.path), store: folder.store, zones: zones)
        let listing = try directory.all()
        #expect(listing.scopes.map(\.id.text) == ["alpha", "gamma"])
        #expect(listing.failures.map(\.name) == ["Bad Name", "beta", "copied", "old"])
        #expect(listing.failures.map(\.error.code) == [.invalidName, .configuration, .configuration, .configuration])
        let beta = listing.failures[1].error.description
        #expect(beta.contains("there is no time zone 'Africa/Lago'"))
        #expect(beta.contains("--> tenants/beta.yaml:6:23"))
    }

    @Test("All that is wrong in a file is told at once")
    func allErrors() throws {
        let folder = try TestFolder()
        try folder.write(
            tenantFile(
                "beta",
                [
                    ("currency: NGN", "currency: naira"), ("locale: en-NG", "locale: NO"), ("monday", "mon"),
                    ("isolation: rls", "isolation: rsl"), ("seconds: 900", "seconds: 0"), ("#173F66", "blue"),
                ]), to: "tenants/beta.yaml")
        let directory = TenantDirectory(layout: ProjectLayout(root: folder.path), store: folder.store, zones: zones)
        let error = #expect(throws: TenancyError.self) { try directory.scope(named: "beta") }
        let text = error?.description ?? ""
        for part in [
            "'currency' must be", "YAML reads NO", "'week_start' can't be 'mon'", "did you mean 'rls'?",
            "'seconds' lies outside", "'color' must",
        ] { #expect(text.contains(part), "\(part) in \(text)") }
    }

    @Test(
        "Isolation modes and what they need",
        arguments: [
            ("isolation: schema, schema: t_4711", "schema", true), ("isolation: database", "database", true),
            ("isolation: column, column: tenant_id, key: \"7\"", "column", true),
            ("isolation: fan-out, column: tenant_id, key: [\"1\", \"2\"]", "fan-out", true),
            ("isolation: fan-out, key: \"1\"", "", false), ("isolation: rls, key: \"7\"", "rls", true),
            ("isolation: rls", "", false), ("isolation: schema", "", false),
            ("isolation: column, key: \"7\"", "", false),
            ("isolation: database, schema: x", "", false), ("isolation: rls, key: \"7\", setting: tenant", "", false),
            ("isolation: rls, key: \"7\", setting: \"app.x'; drop\"", "", false),
            ("isolation: fan-out, column: tenant_id, key: []", "", false),
            ("isolation: none", "", false), ("isolation: rls, key: 7", "", false),
        ])
    func isolation(keys: String, mode: String, isGood: Bool) throws {
        let folder = try TestFolder()
        let change = ("isolation: rls, key: \"4711\", setting: app.tenant_id", keys)
        try folder.write(tenantFile("beta", [change]), to: "tenants/beta.yaml")
        let directory = TenantDirectory(layout: ProjectLayout(root: folder.path), store: folder.store, zones: zones)
        if isGood {
            #expect(try directory.scope(named: "beta").tenant.source.isolation.mode == mode)
        } else {
            #expect(throws: TenancyError.self) { try directory.scope(named: "beta") }
        }
    }

    @Test("An unknown tenant gets the nearest name; a hostile one is refused before any file is touched")
    func unknown() throws {
        let folder = try TestFolder()
        try folder.write(tenantFile("lagos-circle"), to: "tenants/lagos-circle.yaml")
        let directory = TenantDirectory(layout: ProjectLayout(root: folder.path), store: folder.store, zones: zones)
        #expect(throws: TenancyError(.unknownTenant, "there is no tenant 'lagos-cirlce'; did you mean 'lagos-circle'?"))
        {
            try directory.scope(named: "lagos-cirlce")
        }
        for name in ["../x", "", ".", "..", "a/b", "A", "-a", "a\u{0}", "a.b", String(repeating: "a", count: 64), "é"] {
            let error = #expect(throws: TenancyError.self) { try directory.scope(named: name) }
            #expect(error?.code == .invalidName)
        }
    }

    @Test("Defaults of almanac.yaml stand in for what a tenant leaves out")
    func defaults() throws {
        let folder = try TestFolder()
        let project = try ProjectConfiguration(
            text: """
                version: 1
                lake: /data/lake
                defaults:
                  locale: en-US
                  currency: USD
                  calendar: { timezone: America/New_York, week_start: sunday }
                  limits: { rows: 1000 }
                """, file: "almanac.yaml")
        #expect(project.lake == "/data/lake" && project.out == "out")
        try folder.write(
            "version: 1\nid: aa\nplatform: usta\nsource: { url: env:U, isolation: rls, key: AA }\n",
            to: "tenants/aa.yaml")
        let directory = TenantDirectory(
            layout: ProjectLayout(root: folder.path), defaults: project.defaults, store: folder.store, zones: zones)
        let tenant = try directory.scope(named: "aa").tenant
        #expect(tenant.name == "aa")
        #expect(tenant.currency == "USD" && tenant.locale == "en-US")
        #expect(tenant.calendar.zone.name == "America/New_York" && tenant.calendar.weekStart == .sunday)
        #expect(tenant.limits.rows == 1000 && tenant.limits.seconds == 900)
        let bare = TenantDirectory(layout: ProjectLayout(root: folder.path), store: folder.store, zones: zones)
        #expect(throws: TenancyError.self) { try bare.scope(named: "aa") }
    }

    @Test("The project is found upwards, and not beyond a repository")
    func find() throws {
        let folder = try TestFolder()
        try folder.write("version: 1\n", to: "almanac.yaml")
        try folder.store.makeFolder(folder.path.appending("a").appending("b"))
        try folder.store.makeFolder(folder.path.appending("repository").appending(".git"))
        try folder.store.makeFolder(folder.path.appending("repository").appending("c"))
        let find = { (name: String) in
            try ProjectLayout.find(from: folder.path.pushing(FilePath(name)), store: folder.store)
        }
        #expect(try find("a/b") == folder.path)
        #expect(try find("repository/c") == nil)
    }
}
