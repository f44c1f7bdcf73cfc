import Columnar
import Configuration
import Report
import Testing

/// What expressions give over rows whose answers are known by hand.
struct MetricEvaluationTests {
    private static func report(_ tiles: String) -> [String: String] {
        var files = SmallShop.files
        files["reports/small.yaml"] = """
            version: 1
            slug: small
            title: Small
            period: { grain: month, compare: none }
            formats: [csv]
            sections:
              - kpis: [\(tiles)]
            """
        return files
    }

    @Test(
        "Conditions, differences, openings and closings",
        arguments: [
            ("sales", Scalar.int(20_130)), ("sales_of_b", .int(15_000)), ("others", .int(5_130)),
            ("ended", .int(6_710)), ("begun", .int(6_710)), ("kinds", .int(15)),
            ("part_of_b", .double(0.745156482861)),
        ])
    func values(metric: String, expected: Scalar) throws {
        let platform = try platform(Self.report(metric))
        let document = try ReportAssembler(definitions: platform).assemble(
            try platform.report("small"), try request(), tables: ["daily": try SmallShop.table()])
        #expect(document.tiles.first?.value == expected)
    }

    @Test(
        "Conditions that no row can meet are refused",
        arguments: [
            (
                "kind = 'b'), unit: money, definition: Sales of b", "knd = 'b'), unit: money, definition: Sales of b",
                "did you mean 'kind'?"
            ),
            (
                "kind = 'b'), unit: money, definition: Sales of b", "kind = 1), unit: money, definition: Sales of b",
                "never that value"
            ),
            ("count(kind)", "count(kin)", "did you mean 'kind'?"),
        ])
    func refusals(old: String, new: String, words: String) throws {
        var files = Self.report("sales")
        files["metrics.yaml"] = files["metrics.yaml"]?.replacing(old, with: new)
        let error = #expect(throws: ConfigurationErrors.self) { try platform(files) }
        #expect(try #require(error).description.contains(words))
    }

    @Test("A model without buckets: all rows are of the period, and nothing is compared")
    func withoutBuckets() throws {
        var files = Self.report("sales").merging(
            modelFile(
                "daily",
                """
                version: 1
                description: Sales.
                grain: [kind]
                columns:
                  kind: { type: text, description: The kind. }
                  revenue_minor: { type: integer, unit: money, description: Sales. }
                """)
        ) { $1 }
        files["metrics.yaml"] = """
            version: 1
            metrics:
              sales: { label: Sales, model: daily, expr: sum(revenue_minor), unit: money, definition: Sales. }
            """
        files["reports/small.yaml"]? += "\n  - table: { data: daily, title: Kinds, columns: [kind, revenue_minor] }"
        files["reports/small.yaml"] = files["reports/small.yaml"]?.replacing("compare: none", with: "compare: previous")
        let platform = try platform(files)
        for period in ["2026-10", "2020-01", "2026-09-03..2026-09-17"] {
            let document = try ReportAssembler(definitions: platform).assemble(
                try platform.report("small"), try request(period), tables: ["daily": try SmallShop.table()])
            #expect(document.tiles[0].value == .int(20_130) && document.tiles[0].previous == .null)
            #expect(document.tiles[0].sparkline.isEmpty)
            #expect(document.tables[0].rows.count == 15)
        }
        files["metrics.yaml"] = files["metrics.yaml"]?.replacing("sum(", with: "average(")
        let error = #expect(throws: ConfigurationErrors.self) { try platformOf(files) }
        #expect(try #require(error).description.contains("no buckets"))
    }
}

/// The function of this name is hidden by constants of the same name.
private func platformOf(_ files: [String: String]) throws -> PlatformDefinitions { try platform(files) }
