import ChartGrammar
import CivilTime
import Columnar
import Configuration
import Report
import Testing

/// Parameters: what a definition may say of them, what may be given, and what comes of it.
struct ParameterTests {
    static let report = """
        version: 1
        slug: monthly
        title: Monthly
        period: { grain: month }
        parameters:
          top: { type: integer, default: 3, max: 10 }
          share: { type: number, default: 0.50, min: 0, max: 1 }
          group_by: { type: text, default: month, values: [language, tag, month] }
          paid: { type: boolean, default: false }
          since: { type: date, default: 2026-01-01 }
          tags: { type: list, default: [], values: [swift, sql, yaml] }
        formats: [csv]
        headline: ["By {{group_by}}{{#tags}}, of {{tags}}{{/tags}}, since {{since}}, {{share}}{{#paid}}, paid{{/paid}}."]
        sections:
          - kpis: [sales]
          - chart: { name: ranked, mark: bars, data: daily, x: kind, y: sales, top: top, title: "{{top}} first" }
          - chart: { name: split, mark: bars, data: daily, x: kind, y: sales, color: kind, top: top }
          - table: { data: daily, title: Days, columns: [day, revenue_minor], page_rows: top }
        """

    static func files(_ report: String = report) -> [String: String] {
        var files = SmallShop.files
        files["reports/monthly.yaml"] = report
        return files
    }

    private func definition() throws -> ReportDefinition { try platform(Self.files()).report("monthly") }

    private func document(_ given: [(name: String, text: String)]) throws -> ReportDocument {
        let platform = try platform(Self.files())
        let report = try platform.report("monthly")
        var request = try request()
        request.parameters = try ParameterValues(given, of: report.parameters)
        return try ReportAssembler(definitions: platform).assemble(
            report, request, tables: ["daily": try SmallShop.table()])
    }

    @Test("Without a word each parameter is what the definition says")
    func standard() throws {
        let values = ParameterValues(standard: try definition().parameters)
        #expect(values["top"] == .integer(3) && values["group_by"] == .text("month") && values["tags"] == .list([]))
        #expect(values["share"] == .number(ExactDecimal(unscaled: 5, scale: 1)))
        #expect(values["since"] == .date(try date("2026-01-01")))
        #expect(values["nobody"] == nil)
        #expect(values.given.isEmpty && values.identity.isEmpty)
    }

    @Test("Values are read by their type; lists between commas, in quotes, or one by one")
    func given() throws {
        let values = try ParameterValues(
            [
                ("top", "5"), ("share", "0.250"), ("paid", "true"), ("since", "2026-02-28"), ("tags", "swift,sql"),
                ("tags", "yaml"),
            ],
            of: try definition().parameters)
        #expect(values["tags"] == .list(["swift", "sql", "yaml"]))
        #expect(values["share"] == .number(ExactDecimal(unscaled: 25, scale: 2)))
        #expect(
            values.given == [
                "top": "5", "share": "0.25", "paid": "true", "since": "2026-02-28", "tags": "swift,sql,yaml",
            ])
        // What was given can be given again, and says the same.
        let again = try ParameterValues(
            values.given.map { (name: $0.key, text: $0.value) }, of: try definition().parameters)
        #expect(again == values && again.identity == values.identity)
        #expect(ParameterValue("\"a, b\",c,\"d\"\"e\"", as: .list) == .list(["a, b", "c", "d\"e"]))
        #expect(
            ParameterValue(ParameterValue.list(["a, b", "", "d\"e"]).canonicalText, as: .list)
                == .list(["a, b", "", "d\"e"]))
        for text in ["\"a", "\"a\"b", "a,\"b"] { #expect(ParameterValue(text, as: .list) == nil, "\(text)") }
    }

    @Test("The standard value, given, is no other edition; two values never have one identity")
    func identity() throws {
        let parameters = try definition().parameters
        #expect(try ParameterValues([("top", "3")], of: parameters).identity.isEmpty)
        let first = try ParameterValues([("group_by", "tag")], of: parameters).identity
        #expect(first != (try ParameterValues([("group_by", "language")], of: parameters).identity))
    }

    @Test(
        "Wrong values say what is good",
        arguments: [
            ("topp", "5", "there is no parameter 'topp'", "did you mean 'top'?"),
            ("top", "five", "'top' is a whole number, not 'five'", "--param top=3"),
            ("top", "11", "'top' is 11, above 10", ""), ("top", "0", "'top' is 0, below 1", ""),
            ("share", "1.01", "'share' is 1.01, above 1", ""), ("share", "-0.5", "'share' is -0.5, below 0", ""),
            ("share", "1e3", "'share' is a number, not '1e3'", "--param share=0.5"),
            ("group_by", "tags", "'group_by' can't be 'tags'", "did you mean 'tag'?"),
            ("group_by", "", "'group_by' can't be ''", "write one of: language, tag, month"),
            ("paid", "yes", "'paid' is true or false, not 'yes'", "--param paid=false"),
            ("since", "2026-02-30", "'since' is a date like 2026-10-31, not '2026-02-30'", "--param since=2026-01-01"),
            ("tags", "swift,css", "'tags' can't be 'css'", "write one of: swift, sql, yaml"),
        ])
    func mistakes(name: String, text: String, message: String, hint: String) throws {
        let parameters = try definition().parameters
        let error = #expect(throws: ParameterError.self) { try ParameterValues([(name, text)], of: parameters) }
        #expect(error?.message == message)
        #expect(error?.hint ?? "" == hint)
        #expect(throws: ParameterError.self) { try ParameterValues([("top", "1"), ("top", "2")], of: parameters) }
    }

    @Test("Charts, tables and sentences follow the parameters")
    func followed() throws {
        let standard = try document([])
        #expect(standard.headline == "By month, since 1 Jan 2026, 0.5.")
        #expect(charts(of: standard).first?.title == "3 first")
        #expect(standard.tables.first?.pageRowsMax == 3)
        let given = try document([
            ("top", "2"), ("paid", "true"), ("tags", "sql"), ("group_by", "tag"), ("share", "0.25"),
        ])
        #expect(given.headline == "By tag, of sql, since 1 Jan 2026, 0.25, paid.")
        #expect(charts(of: given).first?.title == "2 first")
        #expect(charts(of: given).first?.domain == .categories(["b", "d"]))
        #expect(given.tables.first?.pageRowsMax == 2)
        #expect(given.tables.first?.rows.count == standard.tables.first?.rows.count)
    }

    @Test(
        "Mistakes in definitions of parameters are told with their place",
        arguments: [
            ("default: month, values", "default: week, values", ":8:", "the default is not allowed"),
            ("top: { type: integer", "top: { type: intger", ":6:16", "did you mean 'integer'?"),
            ("default: 3, max: 10", "default: 12, max: 10", ":6:34", "above 10"),
            ("  paid: {", "  period: {", ":9:11", "can't be named 'period'"),
            ("  paid: {", "  as_of: {", ":9:10", "can't be named 'as_of'"),
            ("  paid: {", "  Paid: {", ":9:9", "can't be named 'Paid'"),
            ("default: 2026-01-01", "default: 2026-13-01", ":10:33", "a date like"),
            (
                "y: sales, top: top, title", "y: sales, top: paid, title", ":16",
                "'paid' is true or false, not a whole number"
            ),
            ("page_rows: top", "page_rows: topp", ":18", "'page_rows'"),
            ("{{#paid}}", "{{#piad}}", ":13", "did you mean 'paid'?"),
            ("default: false }", "default: false, min: 0 }", ":9:", "for numbers and dates"),
        ])
    func mistakesOfDefinitions(old: String, new: String, place: String, words: String) throws {
        let text = Self.report.replacing(old, with: new)
        #expect(text != Self.report)
        let error = #expect(throws: ConfigurationErrors.self) { try platform(Self.files(text)) }
        let message = try #require(error).description
        #expect(message.contains("monthly.yaml\(place)"), "\(message)")
        #expect(message.contains(words), "\(message)")
    }
}

/// All charts of a document, in order.
func charts(of document: ReportDocument) -> [Chart] {
    document.sections.flatMap(\.blocks).flatMap { block -> [Chart] in
        switch block {
        case .chart(let chart): [chart]
        case .charts(let charts): charts
        default: []
        }
    }
}
