import ChartGrammar
import CivilTime
import Columnar
import Formatting
import Report

/// Documents that a report must look well with: rich, empty, short, long, foreign, hostile. All figures are from a
/// small generator with a fixed seed.
enum SampleDocuments {
    static let naira = Unit.money(currency: "NGN", exponent: 2)

    static let all: [(name: String, document: ReportDocument)] = [
        ("rich", rich), ("empty", empty), ("one-row", oneRow), ("long-labels", longLabels), ("negative", negative),
        ("states", states), ("long-table", longTable), ("arabic", named("متجر النور للأزياء", locale: "en-NG")),
        ("japanese", named("株式会社さくら商店", locale: "ja-JP")), ("yoruba", named("Ọjà Balógun Àgbáyé", locale: "yo-NG")),
        ("wide-table", wideTable), ("flights", flights),
    ]

    // MARK: Whole documents

    static let rich = document(
        headline:
            "Sales rose 8.4% to ₦197.4m. Flood closures cost about three trading days; Lekki was the one market to fall by more than a tenth.",
        tiles: tiles,
        sections: [
            ReportSection(title: nil, blocks: [.chart(daily(annotated: true)), .charts([markets, share])]),
            ReportSection(title: "Markets", blocks: [.table(marketTable(trend: true)), .charts([cohort, monthly])]),
        ])

    static let empty = document(
        headline: "No orders were placed in October.",
        tiles: [
            tile("sales", "Sales", naira, .int(0), .int(0), []), tile("orders", "Orders", .count, .int(0), .int(0), []),
            tile("basket", "Average basket", naira, .null, .null, []),
        ],
        sections: [
            ReportSection(
                title: nil,
                blocks: [
                    .chart(chart(.line, "Daily sales, October 2026", .dates(october), [])),
                    .charts([
                        chart(.bars, "Sales by market", .categories([]), []),
                        chart(
                            .line, "Orders per day", .dates(october),
                            [Chart.Series(label: "October", role: .current, values: october.map { _ in 0 })]),
                    ]), .table(table("markets", "All markets", rows: [])),
                ])
        ])

    static let oneRow = document(
        headline: "The first order came in on 31 October.",
        tiles: [
            tile("sales", "Sales", naira, .int(1_250_000), .int(0), [nil, 1_250_000]),
            tile("orders", "Orders", .count, .int(1), .int(0), [0, 1]),
        ],
        sections: [
            ReportSection(
                title: nil,
                blocks: [
                    .chart(
                        chart(
                            .line, "Daily sales, October 2026", .dates([october[30]]),
                            [Chart.Series(label: "October", role: .current, values: [1_250_000])])),
                    .table(
                        table(
                            "markets", "All markets", rows: [[.text("Badagry"), .int(1_250_000), .null, .int(1)]])),
                ])
        ])

    static let longLabels: ReportDocument = {
        let names = [
            "Balogun International Wholesale Market and Trade Fair Complex, Hall 3",
            "Mile12",
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
            "Oshodi – Isale Oshodi – Apapa Expressway Roadside Vendors’ Cooperative Union",
            String(repeating: "Very long name without end ", count: 40),
        ]
        let values: [Double?] = [48_200_000_00, 41_900_000_00, 33_000_000_00, 2_940_000_00, 18_100]
        let bars = Chart(
            title:
                "Five markets with the longest names that anybody ever registered make all of the sales in the month of October, and then some",
            subtitle: "₦; tick marks September", mark: .bars, unit: naira, domain: .categories(names),
            series: [
                Chart.Series(label: "October", role: .current, values: values),
                Chart.Series(label: "September", role: .previous, values: values.map { $0.map { $0 * 0.93 } }),
            ], alternativeText: "Five bars.")
        var document = Self.document(
            headline: String(repeating: "A headline that goes on and on about ₦197.4m. ", count: 5),
            tiles: [
                tile("sales", "Sales of everything in all markets", naira, .int(1_974_000_000_000_000), .int(1), []),
                tile("x", "Average basket before refunds", naira, .int(477_200), .int(463_000), [1, 2, 3, 2, 4]),
                tile(
                    "time", "Time to deliver", .milliseconds, .int(86_400_000 * 3 + 12_345_678), .int(86_400_000),
                    [3, 2]),
                tile("orders", "Orders", .count, .int(9_007_199_254_740_993), .int(9_000_000_000_000_000), [3, 2, 4]),
            ],
            sections: [
                ReportSection(
                    title:
                        "A section title that is far too long for one line and so has to go over two of them, like it or not",
                    blocks: [
                        .charts([bars, daily(annotated: false)]),
                        .table(
                            table(
                                "names", "Names",
                                rows: names.map { [.text($0), .int(4_820_000_000), .double(-0.12), .int(7)] })
                        ),
                    ])
            ])
        document.identity.tenantName =
            "The Worshipful Company of Very Long Names of Lagos, Ibadan, Abeokuta and the Surrounding Markets Ltd"
        document.identity.title = "Monthly sales, refunds, deliveries and everything else that one could possibly want"
        return document
    }()

    static let negative: ReportDocument = {
        let months = Self.months(12)
        let values: [Double?] = [-0.9, -1.1, -0.4, -0.7, -0.2, -0.5, -0.1, -0.3, -0.15, 0.2, 0.5, 0.8].map { $0 * 1e8 }
        let columns = Chart(
            title: "Epe returned to profit in August", subtitle: "₦ per month, net of costs", mark: .columns,
            unit: naira,
            domain: .dates(months), series: [Chart.Series(label: "Epe", role: .current, values: values)],
            alternativeText: "Columns below zero until July, above from August.")
        let bars = Chart(
            title: "Two markets lost money", subtitle: "₦; tick marks September", mark: .bars, unit: naira,
            domain: .categories(["Balogun", "Mile 12", "Lekki", "Epe"]),
            series: [
                Chart.Series(label: "October", role: .current, values: [4.1e8, 2.2e8, -0.8e8, -1.9e8]),
                Chart.Series(label: "September", role: .previous, values: [3.8e8, 2.6e8, 0.2e8, -1.2e8]),
            ], alternativeText: "Two of four markets are below zero.")
        var line = daily(annotated: false)
        line.title = "Profit per day went below zero twice"
        line.series[0].values = line.series[0].values.map { $0.map { $0 - 5.5e8 } }
        line.series[1].values = line.series[1].values.map { $0.map { $0 - 5.2e8 } }
        return document(
            headline: "Net result fell ▼ 31.0% to −₦19.4m.",
            tiles: [
                tile("net", "Net result", naira, .int(-1_940_000_000), .int(-1_480_000_000), [1, 0, -1, -2]),
                tile(
                    "refunds", "Refund rate", .percent, .double(0.034), .double(0.021), [0.02, 0.021, 0.034],
                    good: .down),
            ],
            sections: [
                ReportSection(
                    title: nil,
                    blocks: [
                        .chart(line), .charts([columns, bars]),
                        .table(
                            table(
                                "net", "Net result by market",
                                rows: [
                                    [.text("Balogun"), .int(410_000_000_00), .double(0.08), .int(9)],
                                    [.text("Epe"), .int(-190_000_000_00), .double(-0.58), .int(4)],
                                ], totals: [.null, .int(220_000_000_00), .double(-0.31), .int(13)])),
                    ])
            ])
    }()

    static let states: ReportDocument = {
        var gap = daily(annotated: false)
        gap.title = "Visits, with three days missing"
        for index in 17...19 { gap.series[0].values[index] = nil }
        var partial = daily(annotated: false)
        partial.title = "October so far"
        partial.partialFrom = october[22]
        for index in 26..<31 { partial.series[0].values[index] = nil }
        var flat = daily(annotated: false)
        flat.title = "Prices hardly moved"
        flat.series = [
            Chart.Series(
                label: "October", role: .current, values: (0..<31).map { 9_600_000 + Double($0 % 7) * 55_000 })
        ]
        let two = chart(
            .line, "Two months are no trend", .dates(months(2)),
            [Chart.Series(label: "Badagry", role: .current, values: [1.2e8, 1.9e8])])
        let zero = chart(
            .line, "Refunds", .dates(october),
            [Chart.Series(label: "Refunds", role: .current, values: october.map { _ in 0 })])
        let huge = chart(
            .bars, "One customer is larger than all others", .categories(["Alpha Foods", "Bola", "Chidi", "Dayo"]),
            [Chart.Series(label: "October", role: .current, values: [9.1e12, 4.0e10, 3.1e10, 2.2e10])])
        let many = chart(
            .bars, "Ten products of 48 make most sales", .categories((1...48).map { "Product \($0)" }),
            [Chart.Series(label: "October", role: .current, values: (1...48).map { 9e8 / Double($0) })])
        let missing = chart(
            .line, "Visits", .dates(october),
            [Chart.Series(label: "October", role: .current, values: october.map { _ in nil })])
        let one = chart(
            .line, "New market: Badagry", .dates([october[0]]),
            [Chart.Series(label: "Badagry", role: .current, values: [1.2e8])])
        var wideColumns = chart(
            .columns, "Orders per day", .dates(october),
            [Chart.Series(label: "October", role: .current, values: (0..<31).map { 900 + Double($0 * 37 % 210) })])
        wideColumns.unit = .count
        wideColumns.partialFrom = october[29]
        return document(
            headline: "States that every chart must handle.", tiles: [],
            sections: [
                ReportSection(
                    title: "States",
                    blocks: [.charts([gap, one, partial, two, flat, zero, huge, many, missing, wideColumns])])
            ])
    }()

    static let longTable: ReportDocument = {
        var generator = Generator(seed: 7)
        let rows: [[Scalar]] = (1...500).map { index in
            let sales = Int64(generator.next(below: 900_000_00)) + 10_000
            return [
                .int(Int64(index)), .text("Customer \(10_000 + index)"), .text(["Lagos", "Ibadan", "Kano"][index % 3]),
                .date(Int32(20_700 + index % 31)), .int(sales),
                .double(Double(Int(generator.next(below: 80)) - 40) / 100),
                index % 17 == 0 ? .null : .int(Int64(generator.next(below: 40))),
            ]
        }
        let columns = [
            TableColumn(name: "rank", label: "Rank", unit: .count),
            TableColumn(name: "customer", label: "Customer", unit: .none),
            TableColumn(name: "city", label: "City", unit: .none),
            TableColumn(name: "last_order", label: "Last order", unit: .none),
            TableColumn(name: "sales_minor", label: "Sales", unit: naira, hasBar: true),
            TableColumn(name: "change", label: "vs Sep", unit: .percent, isChange: true, good: .up),
            TableColumn(name: "orders", label: "Orders", unit: .count),
        ]
        let sum = rows.reduce(Int64(0)) { if case .int(let value) = $1[4] { $0 + value } else { $0 } }
        let table = ReportTable(
            name: "customers", title: "All customers", subtitle: "October 2026, sorted by number", columns: columns,
            rows: rows, totals: [.null, .null, .null, .null, .int(sum), .null, .int(9_871)])
        return document(
            headline: "500 customers bought in October.", tiles: tiles,
            sections: [ReportSection(title: "Customers", blocks: [.table(table)])])
    }()

    static let wideTable: ReportDocument = {
        let columns =
            [TableColumn(name: "carrier", label: "Carrier", unit: .none)]
            + (1...11).map { TableColumn(name: "m\($0)", label: "Month \($0)", unit: naira) }
        let rows: [[Scalar]] = (1...9).map { row in
            [.text("Carrier number \(row)")] + (1...11).map { .int(Int64($0 * row) * 7_654_321) }
        }
        return document(
            headline: "Eleven months.", tiles: [],
            sections: [
                ReportSection(
                    title: nil,
                    blocks: [
                        .table(
                            ReportTable(
                                name: "carriers", title: "Carriers", subtitle: "₦", columns: columns, rows: rows,
                                totals: nil)
                        )
                    ])
            ])
    }()

    /// No money, a year of days, sixteen carriers, a wide cohort triangle, rates that are better when low.
    static let flights: ReportDocument = {
        var generator = Generator(seed: 11)
        let days = (0..<365).map { LocalDate(daysSinceEpoch: 15_706).adding(days: $0) }
        let values = days.map { day -> Double? in
            let base = day.weekday == .saturday ? 720.0 : 900
            return base + Double(generator.next(below: 80))
        }
        let line = Chart(
            title: "Saturdays are the quiet day, all year round", subtitle: "Flights per day, 2013", mark: .line,
            unit: .count, domain: .dates(days),
            series: [Chart.Series(label: "Flights", role: .current, values: values)],
            annotations: [Chart.Annotation(from: days[37], to: days[40], text: "Blizzard, 8 February")],
            alternativeText: "About 900 flights a day, fewer on Saturdays.")
        let carriers = ["UA", "B6", "EV", "DL", "AA", "MQ", "US", "9E", "WN", "VX", "FL", "AS", "F9", "YV", "HA", "OO"]
        let counts = carriers.indices.map { 58_665.0 / Double($0 + 1) }
        let bars = Chart(
            title: "Five carriers fly most", subtitle: "Flights, 2013", mark: .bars, unit: .count,
            domain: .categories(carriers),
            series: [Chart.Series(label: "2013", role: .current, values: counts.map { $0 })],
            alternativeText: "United leads.")
        let delays = Chart(
            title: "Delays peak in July", subtitle: "Mean departure delay, minutes", mark: .columns,
            unit: .number(decimals: 1), domain: .dates((0..<12).map { days[0].adding(months: $0) }),
            series: [
                Chart.Series(
                    label: "2013", role: .current,
                    values: [10.0, 10.8, 13.2, 13.9, 13.0, 20.8, 21.7, 12.6, 6.7, 6.2, 5.4, 16.6]),
                Chart.Series(
                    label: "2012", role: .previous,
                    values: [9.1, 9.8, 14.2, 11.9, 12.1, 18.4, 19.7, 13.6, 7.7, 7.2, 6.4, 12.6]),
            ], alternativeText: "Delays are highest in July.")
        var triangle = cohort
        triangle.series = (0..<18).map { (age: Int) -> Chart.Series in
            let values = (0..<10).map { (row: Int) -> Double? in
                guard row + age < 18 else { return nil }
                return age == 0 ? 1 : 0.3 / Double(age + 1) + 0.004
            }
            return Chart.Series(label: "\(age)", role: .current, values: values)
        }
        var document = Self.document(
            headline: "336,776 flights left New York in 2013; one in four was late by more than a quarter of an hour.",
            tiles: [
                tile("flights", "Flights", .count, .int(336_776), .int(330_120), [3, 2, 4, 5]),
                tile(
                    "late", "Late by 15 minutes", .percent, .double(0.2246), .double(0.2011), [0.2, 0.21, 0.22],
                    good: .down),
                tile(
                    "air", "Mean time in the air", .milliseconds, .int(9_041_000), .int(9_040_000), [2, 2, 2],
                    good: .neutral),
            ],
            sections: [
                ReportSection(title: nil, blocks: [.chart(line), .charts([bars, delays])]),
                ReportSection(
                    title: "Return of aircraft",
                    blocks: [
                        .chart(triangle),
                        .text(
                            "An aircraft counts as seen in a month if it left one of the three airports at least once."),
                    ]),
            ])
        document.identity.tenantName = "United Air Lines"
        document.identity.title = "Flights in 2013"
        document.presentation = Presentation(
            locale: "en-US", zone: "America/New_York", currency: "USD", brandColor: "#F2B705")
        document.period = ReportPeriod(
            name: "2013", label: "2013", shortLabel: "2013", from: days[0], to: days[364].adding(days: 1),
            comparisonShortLabel: "2012", comparisonLabel: "2012")
        document.freshness.isComplete = false
        document.freshness.line = "Partial: 3 of 365 days are missing"
        return document
    }()

    static func named(_ name: String, locale: String) -> ReportDocument {
        var document = rich
        document.identity.tenantName = name
        document.presentation.locale = locale
        document.presentation.brandColor = "#0E7C5A"
        document.sections[1].blocks[0] = Block.table(
            Self.table(
                "markets", "All markets", rows: [[.text(name), .int(4_820_000_000), .double(0.124), .int(9_412)]]))
        return document
    }
}
