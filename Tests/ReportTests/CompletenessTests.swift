import ChartGrammar
import CivilTime
import Columnar
import Configuration
import Formatting
import Report
import Testing

/// What a report says of data that is not there, and what its headline says by rules.
struct CompletenessTests {
    private static func files(_ lines: String, metrics: String = SmallShop.metrics) -> [String: String] {
        var files = SmallShop.files
        files["metrics.yaml"] = metrics
        files["reports/small.yaml"] = """
            version: 1
            slug: small
            title: Small
            period: { grain: month }
            formats: [csv, xlsx]
            \(lines)
            """
        return files
    }

    private static let sections = """
        sections:
          - kpis: [sales, part_of_b]
          - chart: { name: ranked, mark: bars, data: daily, x: kind, y: sales }
          - table: { data: daily, title: Days, columns: [day, kind, revenue_minor], total: [revenue_minor] }
        """

    private func gaps(_ lines: String, asOf: String) throws -> [DataGap] {
        let platform = try platform(Self.files(lines + "\n" + Self.sections))
        let calendar = TenantCalendar.utc
        return try platform.report("small").gaps(
            platform, try calendar.period(parsing: "2026-10"), calendar, asOf: try Instant(parsing: asOf))
    }

    @Test(
        "Every model is needed to the end of the period, or those that are named, each as fresh as is said",
        arguments: [
            ("", "2026-11-01T00:00:00Z", 0), ("", "2026-10-31T23:59:59Z", 1),
            ("needs: { daily: { fresh_within: 1d } }", "2026-10-31T00:00:00Z", 0),
            ("needs: { daily: { fresh_within: 1d } }", "2026-10-30T23:59:59Z", 1),
        ])
    func needs(lines: String, asOf: String, count: Int) throws {
        let found = try gaps(lines, asOf: asOf)
        #expect(found.count == count)
        #expect(found.allSatisfy { $0.model == "daily" && $0.description == "Sales of each day." })
    }

    private func document(
        _ lines: String, asOf: String = "2026-11-02T04:00:00Z", tables: [String: ModelTable]? = nil
    ) throws -> ReportDocument {
        let platform = try platform(Self.files(lines + "\n" + Self.sections))
        let given = try tables ?? ["daily": SmallShop.table()]
        return try ReportAssembler(definitions: platform).assemble(
            try platform.report("small"), try request(asOf: asOf), tables: given)
    }

    @Test("What is missing is said where the definition says so, and only then")
    func marked() throws {
        let asOf = "2026-10-20T06:00:00Z"
        let marked = try document("on_incomplete: mark", asOf: asOf)
        #expect(marked.notices.map(\.kind) == [.incomplete])
        #expect(
            marked.notices.first?.lines == [
                "Sales of each day: the data reaches to 20 Oct 2026, 06:00 and should reach to 31 Oct 2026, 23:59."
            ])
        #expect(try document("on_incomplete: send", asOf: asOf).notices.isEmpty)
        #expect(try document("on_incomplete: mark").notices.isEmpty)
    }

    @Test(
        "Sentences are said where their conditions hold",
        arguments: [
            ("sales > 201", "Yes."), ("sales > 201.3", ""), ("sales = 201.30", "Yes."), ("sales != 201.3", ""),
            ("sales >= 201.3 and part_of_b >= 50%", "Yes."), ("part_of_b < 0.745", ""), ("sales.previous = 0", ""),
            ("sales.change > 0", ""),
        ])
    func conditions(when: String, said: String) throws {
        let found = try document("headline: [{ when: \"\(when)\", say: \"Yes.\" }]")
        #expect(found.headline == (said.isEmpty ? "Monthly sales, October 2026" : said))
    }

    @Test("A change is a fraction, of percentages the difference; money is in major units")
    func changes() throws {
        // September has half of a's and all of b's amounts.
        let table = try SmallShop.table(alsoSeptember: true)
        let rules = """
            headline:
              - { when: sales.change > 1% and sales.change < 1000%, say: "Up." }
              - { when: sales.previous < 200, say: "From less." }
              - { when: part_of_b.change < 0, say: "Part down." }
            """
        #expect(try document(rules, tables: ["daily": table]).headline == "Up. From less. Part down.")
    }

    @Test("Without a word of the definition the engine says what it finds")
    func findings() throws {
        #expect(
            try document("").headline
                == "Sales came to $201.30. b had the largest part of sales, 74.5%.")
        let compared = try document("", tables: ["daily": try SmallShop.table(alsoSeptember: true)])
        #expect(compared.headline.hasPrefix("Sales rose ") && compared.headline.contains("b had the largest part"))
    }

    @Test(
        "Mistakes in rules and formats of tables are told with their place",
        arguments: [
            ("headline: [{ when: sale > 3, say: Yes. }]", ":6:", "did you mean 'sales'?"),
            ("headline: [{ when: sales >> 3, say: Yes. }]", ":6:", "is no comparison"),
            ("headline: [{ when: sales.chnge > 3, say: Yes. }]", ":6:", "is no comparison"),
            ("headline: [{ when: sales > 3 and, say: Yes. }]", ":6:", "is no comparison"),
            ("headline: [{ when: sales > 3 }]", ":6:", "'say' is missing"),
            ("on_incomplete: hld", ":6:16", "did you mean 'hold'?"),
            ("needs: { dayly: { fresh_within: 1d } }", ":6:", "did you mean 'daily'?"),
            ("needs: { daily: { fresh_within: soon } }", ":6:", "fresh_within"),
        ])
    func mistakes(line: String, place: String, words: String) throws {
        let error = #expect(throws: ConfigurationErrors.self) {
            try platform(Self.files(line + "\n" + Self.sections))
        }
        let message = try #require(error).description
        #expect(message.contains("small.yaml\(place)") && message.contains(words), "\(message)")
    }

    @Test("The ends of a slope are named by their periods, and a history has three values at least")
    func periods() throws {
        let slope = Self.sections.replacing("mark: bars,", with: "mark: slope, compare: previous,")
        let platform = try platform(Self.files(slope))
        func document(_ tables: [ModelTable]) throws -> ReportDocument {
            let table = ModelTable(batches: tables.flatMap(\.batches), version: 2)
            return try ReportAssembler(definitions: platform).assemble(
                try platform.report("small"), try request(), tables: ["daily": table])
        }
        let two = try SmallShop.table(alsoSeptember: true)
        let both = try document([two])
        let labels = charts(of: both)[0].series.map(\.label)
        #expect(labels == ["October", "September"])
        #expect(both.tiles[0].sparkline.isEmpty)
        #expect(try document([try SmallShop.table()]).tiles[0].sparkline.isEmpty)
        let july = try ColumnBatch(
            schema: two.batches[0].schema, rows: [[try days("2026-07-03"), .text("a"), .int(1), .int(7)]])
        let history = try document([two, ModelTable(batches: [july], version: 2)]).tiles[0].sparkline
        #expect(history.count == 13 && history.suffix(5) == [nil, 7, nil, 15_150, 20_130])
    }

    @Test("A table may be in some of the formats alone")
    func formats() throws {
        let sections = Self.sections.replacing("title: Days,", with: "title: Days, formats: [csv],")
        let platform = try platform(Self.files(sections))
        let document = try ReportAssembler(definitions: platform).assemble(
            try platform.report("small"), try request(), tables: ["daily": try SmallShop.table()])
        #expect(document.limited(to: .csv).tables.count == 1)
        #expect(document.limited(to: .xlsx).tables.isEmpty && document.limited(to: .pdf).tables.isEmpty)
        #expect(charts(of: document.limited(to: .pdf)).count == 1)
        let wrong = Self.sections.replacing("title: Days,", with: "title: Days, formats: [pdf],")
        let error = #expect(throws: ConfigurationErrors.self) { try platformOf(Self.files(wrong)) }
        #expect(try #require(error).description.contains("the report is not made as 'pdf'"))
    }

    @Test("Buckets that are out of line get a ring")
    func anomalies() throws {
        let model = """
            version: 1
            description: Sales of each day.
            grain: [day]
            bucket: { column: day, grain: day }
            columns:
              day: { type: date, description: The day. }
              odd: { type: boolean, description: Out of line. }
              revenue_minor: { type: integer, unit: money, description: Sales. }
            """
        let metrics = """
            version: 1
            metrics:
              sales: { label: Sales, model: daily, expr: sum(revenue_minor), unit: money, definition: Sales. }
            """
        let sections = "sections: [{ chart: { mark: line, data: daily, x: day, y: sales, anomalies: odd } }]"
        let files = Self.files(sections, metrics: metrics).merging(modelFile("daily", model)) { $1 }
        let schema = Schema([Field("day", .date), Field("odd", .bool), Field("revenue_minor", .int64)])
        let rows = try (1...31).map { day -> [Scalar] in
            let date = "2026-10-\(day < 10 ? "0" : "")\(day)"
            return [try days(date), .bool(day % 10 == 3), .int(Int64(day))]
        }
        let platform = try platform(files)
        let document = try ReportAssembler(definitions: platform).assemble(
            try platform.report("small"), try request(),
            tables: ["daily": ModelTable(batches: [try ColumnBatch(schema: schema, rows: rows)], version: 1)])
        let rings = charts(of: document).first?.annotations ?? []
        #expect(rings.map(\.from) == [try date("2026-10-03"), try date("2026-10-13"), try date("2026-10-23")])
        #expect(rings.allSatisfy { $0.kind == .anomaly && $0.text.isEmpty })
        var wrong = files
        wrong["reports/small.yaml"] = wrong["reports/small.yaml"]?.replacing("anomalies: odd", with: "anomalies: day")
        let error = #expect(throws: ConfigurationErrors.self) { try platformOf(wrong) }
        #expect(try #require(error).description.contains("anomalies are a boolean column"))
    }

    @Test("Amounts in other currencies are in tables of their own, and in no other figure")
    func currencies() throws {
        let model = """
            version: 1
            description: Sales of each day.
            grain: [day, currency]
            bucket: { column: day, grain: day }
            currency: currency
            columns:
              day: { type: date, description: The day. }
              currency: { type: text, description: ISO code. }
              revenue_minor: { type: integer, unit: money, description: Sales. }
            """
        let metrics = """
            version: 1
            metrics:
              sales: { label: Sales, model: daily, expr: sum(revenue_minor), unit: money, definition: Sales. }
            """
        let sections = """
            sections:
              - kpis: [sales]
              - table: { name: sums, data: daily, title: Sums, columns: [day, revenue_minor], total: [revenue_minor] }
            """
        let files = Self.files(sections, metrics: metrics).merging(modelFile("daily", model)) { $1 }
        let schema = Schema([Field("day", .date), Field("currency", .text), Field("revenue_minor", .int64)])
        func table(_ rows: [(String, Int64)]) throws -> ModelTable {
            let rows = try rows.map { [try days("2026-10-05"), .text($0.0), .int($0.1)] as [Scalar] }
            return ModelTable(batches: [try ColumnBatch(schema: schema, rows: rows)], version: 1)
        }
        let platform = try platform(files)
        let assembler = ReportAssembler(definitions: platform)
        let document = try assembler.assemble(
            try platform.report("small"), try request(),
            tables: ["daily": try table([("USD", 100), ("KES", 7), ("JPY", 5), ("KES", 8)])])
        #expect(document.tiles.first?.value == .int(100))
        #expect(document.tables.map(\.name) == ["sums", "sums-jpy", "sums-kes"])
        #expect(document.tables.map { $0.totals?[1] } == [.int(100), .int(5), .int(15)])
        #expect(document.tables[1].columns[1].unit == .money(currency: "JPY", exponent: 0))
        #expect(document.freshness.notes.contains { $0.contains("JPY") && $0.contains("KES") })
        // Nothing at all in the tenant's currency: that is a mistake, not an empty report.
        #expect(throws: ReportError.self) {
            try assembler.assemble(
                try platform.report("small"), try request(), tables: ["daily": try table([("KES", 7)])])
        }
    }

    @Test("Every number has an address of its own")
    func figures() throws {
        let document = try document("")
        let figures = document.figures
        #expect(Set(figures.map(\.address)).count == figures.count)
        let values = Dictionary(uniqueKeysWithValues: figures.map { ($0.address, $0.value.figureText) })
        #expect(values["sales"] == "20130" && values["days.total.revenue_minor"] == nil)
        #expect(values["daily.total.revenue_minor"] == "20130")
        #expect(values["daily[2026-10-10/b].revenue_minor"] == "5000")
        #expect(values["ranked[b]"] == "15000.0")
        let headlines = figures.filter(\.isHeadline)
        #expect(document.headlineFigures == headlines)
        #expect(figures.filter(\.isHeadline).map(\.address) == ["sales", "part_of_b", "daily.total.revenue_minor"])
    }
}

/// The function of this name is hidden by constants of the same name.
private func platformOf(_ files: [String: String]) throws -> PlatformDefinitions { try platform(files) }
