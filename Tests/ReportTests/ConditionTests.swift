import ChartGrammar
import CivilTime
import Columnar
import Configuration
import Report
import Testing

/// `where` of charts and tables, `empty` of charts, and names that a metric and a column have.
struct ConditionTests {
    private static let report = """
        version: 1
        slug: monthly
        title: Monthly
        period: { grain: month }
        formats: [csv]
        sections:
          - kpis: [sales]
          - charts:
              - { name: own, mark: bars, data: daily, x: kind, y: sales, where: "kind != 'b'", compare: previous }
              - { name: gone, mark: bars, data: daily, x: kind, y: sales, where: "kind = 'z'", empty: "" }
              - { name: said, mark: bars, data: daily, x: kind, y: sales, where: "kind = 'z'", empty: "None of z in {{period}}." }
          - chart: { name: split, mark: bars, data: daily, x: kind, y: sales, color: owner, where: "kind = 'd'" }
          - chart: { name: along, mark: line, data: daily, x: day, y: sales, where: "kind = 'b'" }
          - table: { data: daily, title: Days, columns: [day, kind, revenue_minor], where: "kind = 'b'", total: [revenue_minor] }
        """

    private static func files(_ report: String = report, metrics: String = "") -> [String: String] {
        var files = SmallShop.files
        files["reports/monthly.yaml"] = report
        files["metrics.yaml"] = SmallShop.metrics + "\n" + metrics
        return files
    }

    private func document(_ files: [String: String]) throws -> ReportDocument {
        let platform = try platform(files)
        return try ReportAssembler(definitions: platform).assemble(
            try platform.report("monthly"), try request(), tables: ["daily": try SmallShop.table(alsoSeptember: true)])
    }

    private func charts(_ document: ReportDocument) -> [String: Chart] {
        let charts = document.sections.flatMap(\.blocks).flatMap { block in
            switch block {
            case .chart(let chart): [chart]
            case .charts(let charts): charts
            case .table, .text: [Chart]()
            }
        }
        return Dictionary(uniqueKeysWithValues: charts.map { ($0.name, $0) })
    }

    @Test("Charts and tables take the rows that meet their conditions, and are compared with such")
    func taken() throws {
        let document = try document(Self.files())
        let charts = charts(document)
        #expect(Set(charts.keys) == ["own", "split", "along"])
        let own = try #require(charts["own"])
        #expect(own.domain == .categories(["d", "c", "a", "e"]))
        // Of a there were three times 50 in September; of the others nothing is known.
        #expect(own.series.map(\.values) == [[2_700, 2_100, 300, 30], [nil, nil, 150, nil]])
        #expect(charts["split"]?.domain == .categories(["d"]))
        #expect(charts["along"]?.series.first?.values.compactMap(\.self) == [5_000, 5_000, 5_000])
        let blocks = document.sections.flatMap(\.blocks)
        let texts = blocks.compactMap { block in if case .text(let text) = block { text } else { nil } }
        #expect(texts == ["None of z in October 2026."])
        guard case .table(let table)? = blocks.last else { throw NoTable() }
        #expect(table.rows.count == 3 && table.rows.allSatisfy { $0[1] == .text("b") })
        #expect(table.totals?[2] == .int(15_000))
        // The tile is of all rows.
        #expect(document.tiles.first?.value == .int(20_130))
    }

    private struct NoTable: Error {}

    @Test("A figure's trace has the condition and the rows that met it")
    func traced() throws {
        let platform = try platform(Self.files())
        let report = try platform.report("monthly")
        let tables = try ReportTables(report, platform, tables: ["daily": try SmallShop.table()])
        let assembler = ReportAssembler(definitions: platform)
        let document = try assembler.assemble(report, try request(), tables: tables)
        let trace = try assembler.trace(
            "daily.total.revenue_minor", in: document, report, try request(), tables: tables)
        #expect(trace.conditions.map { $0.text } == ["kind = 'b'"])
        #expect(trace.usedRowCount == 3 && trace.rowCount == 15)
    }

    @Test(
        "Conditions that are none are told with their place",
        arguments: [
            ("kind = 'd'", "knd = 'd'", "did you mean 'kind'?"),
            ("kind = 'd'", "kind = 4", "never that value"),
            ("kind = 'd'", "kind", "where"),
        ])
    func refused(old: String, new: String, words: String) throws {
        let wrong = Self.report.replacing("\"\(old)\"", with: "\"\(new)\"")
        let error = #expect(throws: ConfigurationErrors.self) { try platform(Self.files(wrong)) }
        let text = try #require(error).description
        #expect(text.contains(words) && text.contains("monthly.yaml:12:"), "\(text)")
    }

    private static func names(_ charts: String) -> [String: String] {
        let metrics = """
              kind: { label: Rows, model: daily, expr: count(), unit: count, definition: Rows. }
              day: { label: Days, model: daily, expr: count(day), unit: count, definition: Rows with a day. }
            """
        let report = """
            version: 1
            slug: monthly
            title: Monthly
            period: { grain: month }
            formats: [csv]
            sections:
              - kpis: [sales]
            \(charts)
            """
        return files(report, metrics: metrics)
    }

    @Test("Where a metric has the name of a column, values are the metric's and all else is the column's")
    func sameNames() throws {
        let charts = charts(
            try document(
                Self.names(
                    """
                      - chart: { name: lines, mark: line, data: daily, x: day, y: sales, color: kind }
                      - chart: { name: rows, mark: bars, data: daily, x: owner, y: [kind, sales_of_b] }
                    """)))
        let lines = try #require(charts["lines"])
        #expect(lines.series.map(\.label) == ["a", "b", "c", "d", "e"])
        #expect(lines.series.map { $0.values.compactMap(\.self).first } == [100, 5_000, 700, 900, 10])
        let rows = try #require(charts["rows"])
        #expect(rows.series.first?.values.compactMap(\.self).reduce(0, +) == 15)
    }

    @Test("One name for a value and for what tells values apart is refused, with its place")
    func clash() throws {
        let chart = "  - chart: { name: lines, mark: line, data: daily, x: day, y: kind, color: kind }"
        let error = #expect(throws: ConfigurationErrors.self) { try platform(Self.names(chart)) }
        let text = try #require(error).description
        #expect(text.contains("monthly.yaml:8:") && text.contains("give the metric another name"), "\(text)")
    }
}
