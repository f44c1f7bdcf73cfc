import ChartGrammar
import CivilTime
import Columnar
import Formatting
import Report
import Testing

/// The document of the retail report over tables whose answers are known by hand.
struct AssemblyTests {
    private func document(
        _ request: ReportAssembler.Request, _ tables: [String: ModelTable]
    ) throws -> ReportDocument {
        let platform = try platform("retail")
        return try ReportAssembler(definitions: platform).assemble(
            try platform.report("monthly-sales"), request, tables: tables)
    }

    @Test("Tiles have the sums of the period and of the one before")
    func tiles() throws {
        let document = try document(try request(), try Shop.tables())
        let tiles = Dictionary(uniqueKeysWithValues: document.tiles.map { ($0.measure.name, $0) })
        // October: 31 days and a second order on the 7th, 110.00 each; September: 30 + 1, 100.00 each.
        #expect(tiles["sales"]?.value == .int(352_000))
        #expect(tiles["sales"]?.previous == .int(310_000))
        #expect(tiles["orders"]?.value == .int(32))
        #expect(tiles["basket"]?.value == .int(11_000))
        #expect(tiles["basket"]?.measure.unit == .money(currency: "USD", exponent: 2))
        #expect(tiles["items_per_order"]?.value == .double(2))
        // Two months are a change, which the tile has, and no history.
        #expect(tiles["sales"]?.sparkline.isEmpty == true)
    }

    @Test("The headline says what happened")
    func headline() throws {
        let document = try document(try request(), try Shop.tables())
        #expect(
            document.headline
                == "Sales rose 13.5% to $3,520. "
                + "The customer with the highest sales, number 1001, ordered for $490.00, 13.9% of all sales.")
        #expect(document.period.comparisonShortLabel == "Sep")
        #expect(document.freshness.line == "Data complete to 31 Oct 2026, 23:59")
        #expect(document.freshness.isComplete)
        #expect(document.sources.map(\.name) == ["cohort_retention", "sales_daily", "top_customers"])
        #expect(document.sources.map(\.rowCount) == [4, 61, 12])
        #expect(Set(document.definitions.map(\.term)).count == document.definitions.count)
    }

    @Test("The notes say when the data was compared with its source, and whether it differs", arguments: [0, 2])
    func comparisonWithTheSource(differing: Int64) throws {
        var request = try request()
        #expect(try document(request, try Shop.tables()).freshness.comparison == nil)
        request.comparison = SourceComparison(
            at: try Instant(parsing: "2026-11-02T03:05:00Z"), tableCount: 3, rowCount: 77, differingCount: differing)
        let freshness = try document(request, try Shop.tables()).freshness
        let line = try #require(freshness.comparison)
        #expect(line.contains("2 Nov 2026, 03:05") && line.contains("source"))
        #expect(line.contains("nothing differs") == (differing == 0))
        #expect(line.contains("differs from it") == (differing > 0))
        #expect(freshness.notes.last == line)
    }

    @Test("The line has the period's days and, aligned, those of the period before")
    func line() throws {
        let document = try document(try request(), try Shop.tables())
        guard case .chart(let chart)? = document.sections.first?.blocks.first else {
            Issue.record("the first block is no chart")
            return
        }
        #expect(chart.title == "7 Oct was the strongest day, with $220.00")
        #expect(chart.subtitle == "$ a day, October 2026 against September 2026")
        #expect(chart.series.map(\.label) == ["October", "September"])
        #expect(chart.series[0].values.count == 31)
        #expect(chart.series[0].values[6] == 22_000)
        #expect(chart.series[1].values[6] == 20_000)
        #expect(chart.series[1].values[30] == nil)
        #expect(chart.partialFrom == nil)
    }

    @Test("Bars are the largest categories")
    func bars() throws {
        let document = try document(try request(), try Shop.tables())
        let charts = document.sections.flatMap(\.blocks).flatMap { block -> [Chart] in
            if case .charts(let charts) = block { charts } else { [] }
        }
        let bars = try #require(charts.first { $0.mark == .bars })
        #expect(bars.domain == .categories((1...10).map { String(1_000 + $0) }))
        #expect(bars.series.map(\.role) == [.current])
        #expect(bars.series[0].values.first == 49_000)
        #expect(bars.title == "10 customers with the highest sales")
    }

    @Test("The cohort triangle ends with the period")
    func heatMap() throws {
        let document = try document(try request(), try Shop.tables())
        let charts = document.sections.flatMap(\.blocks).compactMap { block -> Chart? in
            if case .chart(let chart) = block, chart.mark == .heatMap { chart } else { nil }
        }
        let map = try #require(charts.first)
        #expect(map.domain == .categories(["Sep 2026", "Oct 2026"]))
        #expect(map.series.map(\.label) == ["0", "1"])
        #expect(map.series[0].values == [1, 1])
        #expect(map.series[1].values == [0.25, nil])
    }

    @Test("Tables have all rows, in order, and exact totals")
    func tables() throws {
        let document = try document(try request(), try Shop.tables())
        #expect(document.tables.map(\.name) == ["top-customers", "daily-sales"])
        let customers = document.tables[0]
        #expect(customers.rows.count == 12)
        #expect(customers.rows[0][1] == .text("1001"))
        #expect(customers.totals?[2] == .int(522_000))
        #expect(customers.totals?[0] == .null)
        let daily = document.tables[1]
        #expect(daily.rows.count == 31)
        #expect(daily.rows[0][0] == (try days("2026-10-01")))
        #expect(daily.totals?[1] == .int(352_000))
        #expect(daily.totals?[4] == .null)
        #expect(daily.totals?[5] == .int(11_000))
    }

    @Test("Pages show as many rows as the definition says, and tell it; totals stay those of all")
    func pages() throws {
        var document = try document(try request(), try Shop.tables())
        #expect(document.onPages.tables.map(\.name) == ["top-customers"])
        #expect(document.onPages.tables[0].rows.count == 12)
        #expect(document.onPages.sections.count == document.sections.count - 1)
        guard case .table(var table)? = document.sections[2].blocks.first else {
            Issue.record("the third section has no table")
            return
        }
        table.pageRowsMax = 5
        document.sections[2].blocks = [.table(table)]
        let shown = try #require(document.onPages.tables.first)
        #expect(shown.rows.count == 5)
        #expect(shown.totals == table.totals)
        #expect(shown.subtitle.hasPrefix("October 2026, by sales, at most 100 · the first "))
        #expect(document.tables[0].rows.count == 12)
    }

    @Test("A running month is compared with the same days before (rule X11)")
    func partial() throws {
        let document = try document(try request(asOf: "2026-10-13T09:30:00Z"), try Shop.tables())
        // 12 whole days and the second order on the 7th.
        #expect(document.tiles[0].value == .int(143_000))
        #expect(document.tiles[0].previous == .int(130_000))
        #expect(document.period.comparisonShortLabel == "same 12 days of Sep")
        #expect(document.freshness.line == "Data to 13 Oct 2026, 09:30")
        #expect(!document.freshness.isComplete)
        guard case .chart(let chart)? = document.sections.first?.blocks.first else {
            Issue.record("the first block is no chart")
            return
        }
        #expect(chart.partialFrom == (try date("2026-10-13")))
    }

    @Test(
        "A month that has just begun, or has not, is a report too",
        arguments: ["2026-10-01T05:00:00Z", "2026-09-20T00:00:00Z"])
    func justBegun(asOf: String) throws {
        let document = try document(try request(asOf: asOf), try Shop.tables())
        #expect(document.tiles[0].value == .int(0))
        #expect(document.tiles.allSatisfy { $0.previous == .null })
        #expect(document.headline == "No orders in October 2026.")
        #expect(document.freshness.notes.count == 1)
        #expect(document.period.comparisonShortLabel == "Sep")
    }

    @Test(
        "What is empty says how far the source was read: in full only once the period is over",
        arguments: [
            (
                "2026-11-02T04:00:00Z",
                "No sales in October 2026. The source was read in full; there is nothing to show."
            ),
            ("2026-10-13T09:30:00Z", "No sales in October 2026 so far. The source was read up to 13 Oct 2026, 09:30."),
            ("2026-10-01T00:00:00Z", "No sales in October 2026 so far. The source was read up to 1 Oct 2026, 00:00."),
        ])
    func emptyUpTo(asOf: String, sentence: String) throws {
        let document = try document(try request(asOf: asOf), try Shop.emptyTables())
        let texts = document.sections.flatMap(\.blocks).compactMap { block -> String? in
            if case .text(let text) = block { text } else { nil }
        }
        #expect(texts.contains(sentence))
        let isOver = sentence.contains("in full")
        for subtitle in document.tables.map(\.subtitle) {
            #expect(subtitle.contains("so far") == !isOver && subtitle.contains("read in full") == isOver)
        }
    }

    @Test("The first month has nothing to be compared with")
    func firstMonth() throws {
        let document = try document(try request("2026-09"), try Shop.tables())
        #expect(document.tiles[0].value == .int(310_000))
        #expect(document.tiles[0].previous == .null)
        #expect(document.headline.hasPrefix("Sales came to $3,100."))
    }

    @Test("A tenant without rows gets a report that says so")
    func empty() throws {
        let tables = try Shop.emptyTables()
        let document = try document(try request(), tables)
        #expect(document.headline == "No orders in October 2026.")
        #expect(document.tiles.map(\.value) == [.int(0), .int(0), .null, .null])
        #expect(document.tables.allSatisfy { $0.rows.isEmpty && $0.totals == nil })
        #expect(document.tables[0].subtitle.hasPrefix("No rows in October 2026."))
        // A model without any batch is the same.
        let none = tables.mapValues { _ in ModelTable(batches: [], version: 0) }
        #expect(try self.document(try request(), none).headline == "No orders in October 2026.")
    }

    @Test("Missing columns, missing tables, no currency: typed errors")
    func refusals() throws {
        var tables = try Shop.tables()
        tables["sales_daily"] = try Shop.table(Schema(Array(Shop.daily.fields.dropFirst(3))), [])
        #expect(throws: ReportError.wrongTable(model: "sales_daily", problem: "the column 'day' is missing")) {
            try document(try request(), tables)
        }
        tables["sales_daily"] = nil
        #expect(throws: ReportError.missingTable(model: "sales_daily")) { try document(try request(), tables) }
        #expect(throws: ReportError.unknownCurrency("XAU")) {
            try document(try request(currency: "XAU"), try Shop.emptyTables())
        }
    }

    @Test("Amounts of another currency are refused with the place, and with what to write there or for the tenant")
    func otherCurrency() throws {
        var tables = try Shop.tables()
        let euros = try Shop.day("2026-10-01", [1, 1, 1, 1], currency: "EUR")
        let place = "models/sales_daily.sql:5:8"
        tables["sales_daily"] = try Shop.table(Shop.daily, [euros])
        let foreign = try #require(throws: ReportError.self) { try document(try request(), tables) }
        #expect(
            foreign.description.hasPrefix(
                "the model 'sales_daily' has amounts in EUR, and the tenant's currency is USD\n"))
        #expect(foreign.description.contains(place))
        #expect(foreign.remedy == "currency: EUR in the tenant's file, where that is its currency")
        tables["sales_daily"] = try Shop.table(
            Shop.daily, [euros, try Shop.day("2026-10-02", [1, 1, 1, 1])])
        let mixed = try #require(throws: ReportError.self) { try document(try request(), tables) }
        #expect(mixed.description.contains("amounts in EUR") && mixed.description.contains(place))
        #expect(
            mixed.remedy == "grain: [day, currency] there and GROUP BY currency: tables are then made for each currency"
        )
    }

    @Test("Sums beyond 64 bits stay exact")
    func largeSums() throws {
        var tables = try Shop.tables()
        tables["sales_daily"] = try Shop.table(
            Shop.daily,
            [try Shop.day("2026-10-01", [.max, 1, 1, 1]), try Shop.day("2026-10-02", [.max, 1, 1, 1])])
        let document = try document(try request(), tables)
        #expect(document.tiles[0].value == .decimal(ExactDecimal(unscaled: Int128(Int64.max) * 2, scale: 0)))
    }
}
