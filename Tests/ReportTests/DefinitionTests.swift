import AlmanacTesting
import Configuration
import Effects
import Models
import Report
import SystemPackage
import Testing

/// Everything that can be wrong in a definition is told with its place.
struct DefinitionTests {
    private static let model = """
        version: 1
        description: Sales of each day.
        grain: [day]
        bucket: { column: day, grain: day }
        columns:
          day: { type: date, description: The day. }
          revenue_minor: { type: integer, unit: money, description: Sales. }
          customers: { type: integer, unit: count, additive: false, description: Customers. }
        """
    private static let metrics = """
        version: 1
        metrics:
          sales: { label: Sales, model: daily, expr: sum(revenue_minor), unit: money, definition: Sales. }
        """
    private static let report = """
        version: 1
        slug: monthly
        title: Monthly
        period: { grain: month }
        formats: [csv]
        headline: ["{{#sales}}Sales {{direction}} {{delta}} to {{value}}.{{/sales}}"]
        sections:
          - kpis: [sales]
          - chart: { mark: line, data: daily, x: day, y: sales, compare: previous }
          - table: { data: daily, title: Days, columns: [day, { column: revenue_minor, bar: true }], total: [revenue_minor] }
        """

    private static func files(_ changes: [(String, String, String)] = []) -> [String: String] {
        let sql = "/*---\n\(model)\n---*/\nSELECT day, revenue_minor, customers FROM orders\n"
        var files = ["models/daily.sql": sql, "metrics.yaml": metrics, "reports/monthly.yaml": report]
        for (path, old, new) in changes { files[path] = files[path]?.replacing(old, with: new) }
        return files
    }

    @Test("A platform may have datasets alone; one without a folder is none")
    func withoutReports() throws {
        let store = SimulatedFileStore()
        try store.makeFolder("/Reports/bare")
        let bare = try PlatformDefinitions(folder: "/Reports/bare", store: store)
        #expect(bare.models.isEmpty && bare.metrics.isEmpty && bare.reports.isEmpty && bare.sources.isEmpty)
        #expect(throws: FileError.self) { try PlatformDefinitions(folder: "/Reports/nobody", store: store) }
    }

    @Test("Dates of a table can be written as months")
    func months() throws {
        let change = ("reports/monthly.yaml", "columns: [day,", "columns: [{ column: day, as: month },")
        let platform = try platform(Self.files([change]))
        let tables = try platform.report("monthly").blocks.compactMap { block -> TableDefinition? in
            if case .table(let table) = block { table } else { nil }
        }
        #expect(tables.first?.columns.map(\.namesMonths) == [true, false])
    }

    @Test("A good platform is read whole")
    func good() throws {
        let platform = try platform(Self.files())
        #expect(platform.platform == "shop")
        #expect(platform.models.map(\.name) == ["daily"])
        let report = try platform.report("monthly")
        #expect(report.tiles == ["sales"])
        #expect(report.models(platform.metrics) == ["daily"])
        #expect(
            platform.sources(of: report).map(\.path) == ["metrics.yaml", "models/daily.sql", "reports/monthly.yaml"])
        #expect(throws: ReportError.unknownReport(name: "montly", suggestion: "monthly")) {
            try platform.report("montly")
        }
    }

    @Test(
        "Mistakes name file, line, column and a way out",
        arguments: [
            (
                "metrics.yaml", "sum(revenue_minor)", "sum(revenue_mino)", "metrics.yaml:3:46",
                "did you mean 'revenue_minor'?"
            ),
            ("metrics.yaml", "sum(revenue_minor)", "sum(customers)", "metrics.yaml:3:46", "not additive"),
            ("metrics.yaml", "sum(revenue_minor)", "sum(day)", "metrics.yaml:3:46", "is date, not a number"),
            (
                "metrics.yaml", "sum(revenue_minor)", "totl(revenue_minor)", "metrics.yaml:3:46",
                "unknown function 'totl'"
            ),
            ("metrics.yaml", "sales: {", "Sales: {", "metrics.yaml:3:10", "a metric can't be named 'Sales'"),
            ("metrics.yaml", "sales: {", "period: {", "metrics.yaml:3:11", "a metric can't be named 'period'"),
            ("metrics.yaml", "model: daily", "model: dayly", "metrics.yaml:3:33", "did you mean 'daily'?"),
            ("metrics.yaml", "unit: money", "unit: monye", "metrics.yaml:3:72", "did you mean 'money'?"),
            ("models/daily.sql", "column: day", "column: dya", "models/daily.sql:5:19", "did you mean 'day'?"),
            ("models/daily.sql", "column: day", "column: customers", "models/daily.sql:5:9", "must be a date"),
            (
                "reports/monthly.yaml", "kpis: [sales]", "kpis: [sale]", "reports/monthly.yaml:8:12",
                "did you mean 'sales'?"
            ),
            (
                "reports/monthly.yaml", "{{direction}}", "{{directon}}", "reports/monthly.yaml:6:12",
                "did you mean 'direction'?"
            ),
            ("reports/monthly.yaml", "{{/sales}}", "", "reports/monthly.yaml:6:12", "is not closed"),
            ("reports/monthly.yaml", "x: day", "x: customers", "reports/monthly.yaml:9:42", "write 'day'"),
            (
                "reports/monthly.yaml", "total: [revenue_minor]", "total: [day]", "reports/monthly.yaml:10",
                "can have no total"
            ),
            (
                "reports/monthly.yaml", "data: daily, title", "data: dialy, title", "reports/monthly.yaml:10:20",
                "did you mean 'daily'?"
            ),
            ("reports/monthly.yaml", "slug: monthly", "slug: weekly", "reports/monthly.yaml:2:7", "the file is named"),
            (
                "reports/monthly.yaml", "compare: previous", "copmare: previous", "reports/monthly.yaml:9:57",
                "did you mean 'compare'?"
            ),
            ("reports/monthly.yaml", "bar: true", "bar: yes", "reports/monthly.yaml:10", "true or false"),
            ("reports/monthly.yaml", "bar: true", "as: month", "reports/monthly.yaml:10", "only dates are written"),
            ("reports/monthly.yaml", "bar: true", "as: moon", "reports/monthly.yaml:10", "'as' can't be 'moon'"),
        ])
    func mistakes(path: String, old: String, new: String, place: String, words: String) throws {
        let error = #expect(throws: ConfigurationErrors.self) { try platform(Self.files([(path, old, new)])) }
        let text = try #require(error).description
        #expect(text.contains("/Reports/shop/" + place), "\(text)")
        #expect(text.contains(words), "\(text)")
    }

    @Test(
        "One mistake is one error: what only follows from it is not told",
        arguments: [
            ("kpis: [sales]", "kpis: [sale]"), ("mark: line", "mark: lines"), ("data: daily, x", "data: dialy, x"),
            ("mark: line, data: daily", "mark: area, data: dialy"), ("y: sales", "y: sale"),
        ])
    func consequences(old: String, new: String) throws {
        let error = #expect(throws: ConfigurationErrors.self) {
            try platform(Self.files([("reports/monthly.yaml", old, new)]))
        }
        let found = try #require(error)
        #expect(found.errors.count == 1, "\(found)")
    }

    @Test("The project's own definitions are good", arguments: ["retail", "flights"])
    func ours(name: String) throws {
        let platform = try platform(name)
        #expect(platform.models.count { $0.adjustedModel == nil } == 3)
        #expect(!platform.reports.isEmpty)
    }

    @Test("The English texts are those that are built in")
    func englishTexts() throws {
        let file = projectFolder.appending("Templates").appending("text").appending("en.yaml")
        let text = try EngineText(bytes: try DiskFileStore().contents(of: file), file: file.string)
        #expect(text == .english)
    }
}

struct EngineTextTests {
    @Test("Places are filled once: a value that looks like a place stays as it is")
    func places() {
        let text = EngineText.english
        let values = ["unit": "{period}", "period": "{comparison}", "comparison": "{unit}"]
        #expect(text(.chartCompared, values) == "{period}, {comparison} against {unit}")
        #expect(text(.chartCompared) == "{unit}, {period} against {comparison}")
        #expect(text.description == EngineText.english.description)
    }

    @Test("A file with a missing or an unknown text is refused")
    func refusals() throws {
        let file = projectFolder.appending("Templates").appending("text").appending("en.yaml")
        let good = try DiskFileStore().text(of: file)
        for (old, new) in [
            ("  total: \"Total\"\n", ""), ("  total: ", "  totel: "), ("k, m, bn", "k, m, 1, bn"), ("Jan, ", ""),
        ] {
            let changed = good.replacing(old, with: new)
            #expect(changed != good)
            #expect(throws: ConfigurationErrors.self) { try EngineText(bytes: Array(changed.utf8), file: "en.yaml") }
        }
    }
}
