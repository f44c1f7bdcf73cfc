import CivilTime
import Configuration
import Effects
import SystemPackage
import Tenancy
import Testing

@Suite("Tenants of a query")
struct TenantQueryTests {
    private static let head = """
        version: 1
        defaults: { locale: en-US, currency: USD, calendar: { timezone: UTC } }
        tenants:
          url: env:CONTROL_URL
          query: SELECT 1

        """
    private static let standards = """
          defaults: { platform: hustlex, source: { url: env:HUSTLEX_URL, isolation: rls, setting: app.tenant_id } }

        """

    /// A directory over an answer, with an `almanac.yaml` of its own.
    private func directory(
        _ columns: [String], _ rows: [[String?]], standards: String = Self.standards, folder: TestFolder
    ) throws -> TenantDirectory {
        let configuration = try ProjectConfiguration(text: Self.head + standards, file: "almanac.yaml")
        let query = try #require(configuration.tenantQuery)
        let answer = TenantRows(columns: columns, rows: rows)
        return TenantDirectory(
            layout: ProjectLayout(root: folder.path), defaults: configuration.defaults, store: folder.store,
            zones: zones, query: (query, { _ in answer }))
    }

    private func error(_ columns: [String], _ rows: [[String?]], standards: String = Self.standards) throws -> String {
        let folder = try TestFolder()
        let directory = try directory(columns, rows, standards: standards, folder: folder)
        let listing: TenantListing
        do throws(TenancyError) {
            listing = try directory.all()
        } catch {
            return error.description
        }
        #expect(listing.scopes.isEmpty)
        return listing.failures.map(\.error.description).joined(separator: "\n")
    }

    @Test("A row with every column is the tenant of a file with every key")
    func whole() throws {
        let folder = try TestFolder()
        try folder.write(tenantFile("lagos-circle"), to: "files/tenants/lagos-circle.yaml")
        let file = try TenantDirectory(
            layout: ProjectLayout(root: folder.path.appending("files")), store: folder.store, zones: zones
        ).scope(named: "lagos-circle").tenant
        let cells: [(String, String)] = [
            ("id", "lagos-circle"), ("platform", "hustlex"), ("name", "Lagos Circle"),
            ("source.url", "env:HUSTLEX_URL"), ("source.isolation", "rls"), ("source.key", "4711"),
            ("source.setting", "app.tenant_id"), ("calendar.timezone", "Africa/Lagos"),
            ("calendar.week_start", "monday"), ("calendar.fiscal_year_start", "01-01"),
            ("calendar.holidays", "{2026-12-25}"), ("locale", "en-NG"), ("currency", "NGN"),
            ("brand.color", "#173F66"), ("brand.logo", "brands/lagos-circle/logo.svg"), ("reports", "{*}"),
            ("limits.memory_mib", "512"), ("limits.seconds", "900"), ("limits.rows", "200000000"),
            ("retention.raw_days", "800"), ("retention.artefacts_days", "400"),
        ]
        let directory = try directory(cells.map(\.0), [cells.map(\.1)], standards: "", folder: folder)
        #expect(try directory.scope(named: "lagos-circle").tenant == file)
        #expect(try directory.all().scopes.map(\.tenant) == [file])
    }

    @Test("What a row leaves out comes from the query's defaults, then from the project's")
    func standards() throws {
        let folder = try TestFolder()
        let directory = try directory(
            ["id", "source.key", "currency", "source.isolation", "reports"],
            [["b", "2", nil, nil, nil], ["a", "1", "NGN", nil, "{monthly-sales,\"weekly\"}"]], folder: folder)
        let tenants = try directory.all().scopes.map(\.tenant)
        #expect(tenants.map(\.id.text) == ["a", "b"])
        #expect(tenants.map(\.currency) == ["NGN", "USD"])
        #expect(tenants.map(\.locale) == ["en-US", "en-US"])
        #expect(tenants.map(\.name) == ["a", "b"])
        #expect(
            tenants.map(\.source.isolation) == [
                .rowLevelSecurity(setting: "app.tenant_id", key: "1"),
                .rowLevelSecurity(setting: "app.tenant_id", key: "2"),
            ])
        #expect(tenants[0].reports.contains("weekly") && !tenants[0].reports.contains("yearly"))
        #expect(tenants[1].reports == .all)
    }

    @Test("A fan-out tenant has several keys, a key that looks like an array elsewhere is a text")
    func keys() throws {
        let folder = try TestFolder()
        let directory = try directory(
            ["id", "source.isolation", "source.key", "source.column"],
            [
                ["a", "fan-out", #"{1,"2 \"x\"",3}"#, "tenant_id"], ["b", "column", "{1}", nil],
                ["c", "rls", "{1}", nil],
            ],
            standards: "  defaults: { platform: hustlex, source: { url: env:U } }\n", folder: folder)
        let listing = try directory.all()
        #expect(
            listing.scopes.map(\.tenant.source.isolation) == [
                .fanOut(column: "tenant_id", keys: ["1", "2 \"x\"", "3"]),
                .rowLevelSecurity(setting: "app.tenant_id", key: "{1}"),
            ])
        #expect(listing.failures.map(\.name) == ["b"])
        let text = listing.failures[0].error.description
        #expect(text.contains("the key 'column' is missing in 'source' of tenant 'b'"))
        #expect(text.contains("--> tenants query, row 2"))
    }

    @Test("One bad row is an error for its tenant alone, and names its cell")
    func oneBad() throws {
        let folder = try TestFolder()
        let columns = ["id", "source.key", "calendar.timezone", "limits.seconds"]
        let directory = try directory(
            columns,
            [
                ["gamma", "3", nil, "900"], ["beta", "", "Africa/Lago", "0"], ["alpha", "1", "Africa/Lagos", nil],
                ["../x", "4", nil, nil], [nil, "5", nil, nil], ["delta", "6", nil, "many"],
            ], folder: folder)
        let listing = try directory.all()
        #expect(listing.scopes.map(\.id.text) == ["alpha", "gamma"])
        #expect(listing.failures.map(\.name) == ["../x", "beta", "delta", "row 5"])
        let beta = try #require(listing.failures.first { $0.name == "beta" }).error.description
        for part in [
            "'key' is empty", "--> tenants query, row 2, column source.key", "there is no time zone 'Africa/Lago'",
            "--> tenants query, row 2, column calendar.timezone", "'seconds' lies outside",
            "--> tenants query, row 2, column limits.seconds",
        ] { #expect(beta.contains(part), "\(part) in \(beta)") }
        #expect(throws: TenancyError.self) { try directory.scope(named: "beta") }
        #expect(try directory.scope(named: "gamma").tenant.limits.seconds == 900)
        let unknown = #expect(throws: TenancyError.self) { try directory.scope(named: "gama") }
        #expect(unknown?.code == .unknownTenant && unknown?.description.contains("did you mean 'gamma'?") == true)
    }

    @Test("An error of a default names its line of almanac.yaml")
    func badDefault() throws {
        let text = try error(
            ["id", "source.key"], [["a", "1"]],
            standards: "  defaults: { platform: hustlex, source: { url: env:U, isolation: rsl } }\n")
        #expect(text.contains("did you mean 'rls'?") && text.contains("--> almanac.yaml:6:67"), "\(text)")
    }

    @Test("A database's URL is a reference, in a row as in a file; a secret is not shown")
    func secret() throws {
        let text = try error(["id", "source.key", "source.url"], [["a", "1", "postgres://u:hunter2@db/x"]])
        #expect(text.contains("is a secret and must not be written") && !text.contains("hunter2"), "\(text)")
        #expect(text.contains("column source.url"))
    }

    @Test("Twins are refused, both of them, and the others go on")
    func twins() throws {
        let folder = try TestFolder()
        let directory = try directory(
            ["id", "source.key"], [["a", "1"], ["b", "2"], ["a", "3"]], folder: folder)
        let listing = try directory.all()
        #expect(listing.scopes.map(\.id.text) == ["b"])
        #expect(listing.failures.map(\.name) == ["a"])
        #expect(listing.failures[0].error.description.contains("gives 'a' 2 times, in rows 1, 3"))
    }

    @Test("Columns that are no keys are refused with the nearest one, before any row is read")
    func columns() throws {
        let misspelt = try error(["id", "source.kee"], [["a", "1"]])
        #expect(misspelt.contains("unknown column 'source.kee'") && misspelt.contains("did you mean 'source.key'?"))
        #expect(try error(["id", "source"], [["a", "1"]]).contains("unknown column 'source'"))
        #expect(try error(["id", "id"], [["a", "b"]]).contains("the column 'id' is there twice"))
        #expect(try error(["source.key"], [["a"]]).contains("has no column 'id'"))
        let standard = try error(["id"], [["a"]], standards: "  defaults: { sauce: { url: env:U } }\n")
        #expect(standard.contains("unknown key 'sauce.url'") && standard.contains("--> almanac.yaml:6:"))
    }

    @Test("No rows are an error, and so are files beside the query")
    func nothing() throws {
        #expect(try error(["id"], []).contains("gives no rows"))
        let folder = try TestFolder()
        try folder.write(tenantFile("old"), to: "tenants/old.yaml")
        let directory = try directory(["id", "source.key"], [["a", "1"]], folder: folder)
        let both = #expect(throws: TenancyError.self) { try directory.all() }
        #expect(both?.description.contains("tenants/old.yaml") == true)
        #expect(throws: TenancyError.self) { try directory.scope(named: "a") }
    }

    @Test("The key 'tenants' of almanac.yaml wants a reference and a query")
    func configuration() {
        for text in ["tenants: { url: postgres://db, query: SELECT 1 }", "tenants: { url: env:A }", "tenants: x"] {
            #expect(throws: ConfigurationErrors.self) {
                try ProjectConfiguration(text: "version: 1\n\(text)\n", file: "almanac.yaml")
            }
        }
    }

    @Test("Ten thousand rows are read in seconds at most")
    func many() throws {
        let folder = try TestFolder()
        let names = ["Africa/Lagos", "Europe/Istanbul", "America/Sao_Paulo", "Asia/Osaka"]
        let rows: [[String?]] = (0..<10_000).map { ["t-\($0)", "\($0)", names[$0 % 3], "Tenant \($0)"] }
        let directory = try directory(
            ["id", "source.key", "calendar.timezone", "name"], rows, folder: folder)
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        let listing = try directory.all()
        let seconds = Double(clock.monotonicNanoseconds() - start) / 1e9
        print("10,000 rows as tenants: \(seconds) s")
        #expect(listing.scopes.count == 10_000 && listing.failures.isEmpty)
        #expect(seconds < 10)
    }
}
