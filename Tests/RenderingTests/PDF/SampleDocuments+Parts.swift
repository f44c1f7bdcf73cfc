import ChartGrammar
import CivilTime
import Columnar
import Formatting
import Report

/// What the sample documents are made of.
extension SampleDocuments {
    static let october: [LocalDate] = (0..<31).map { LocalDate(daysSinceEpoch: 20_727).adding(days: $0) }

    static func months(_ count: Int) -> [LocalDate] {
        (0..<count).map { LocalDate(daysSinceEpoch: 20_727).adding(months: $0 - count + 1) }
    }

    static func document(headline: String, tiles: [Tile], sections: [ReportSection]) -> ReportDocument {
        ReportDocument(
            identity: ReportIdentity(
                tenant: "lagos-fresh", tenantName: "Lagos Fresh Markets", slug: "monthly-sales",
                title: "Monthly sales report", run: "8f2c1e07a9b34c55d0e1f2a3b4c5d6e7",
                definitionHash: "0f0e0d0c", engine: "0.1.0"),
            presentation: Presentation(locale: "en-NG", zone: "Africa/Lagos", currency: "NGN", brandColor: "#173F66"),
            period: ReportPeriod(
                name: "2026-10", label: "October 2026", shortLabel: "Oct", from: october[0],
                to: october[30].adding(days: 1), comparisonShortLabel: "Sep", comparisonLabel: "September 2026"),
            freshness: Freshness(
                asOf: Instant(secondsSinceEpoch: 1_793_502_720), isComplete: true,
                line: "Data complete to 31 Oct, 23:59",
                notes: [
                    "Every order up to 31 October 2026, 23:59 Lagos time is in. Refunds booked after 1 November, 04:00 will show in November."
                ]),
            headline: headline, tiles: tiles, sections: sections,
            definitions: [
                Definition(term: "Sales", text: "Paid orders less refunds, before fees."),
                Definition(term: "Average basket", text: "Sales divided by orders."),
                Definition(term: "Refund rate", text: "Refunded value over paid value."),
            ], sources: [SourceNote(name: "raw/orders", version: 12, rowCount: 41_365)])
    }

    static let tiles: [Tile] = {
        var generator = Generator(seed: 3)
        let trend = { (_: Int) in (0..<12).map { Double($0) * 8 + Double(generator.next(below: 40)) as Double? } }
        return [
            tile("sales", "Sales", naira, .int(19_740_000_000), .int(18_210_000_000), trend(0)),
            tile("orders", "Orders", .count, .int(41_365), .int(39_320), trend(1)),
            tile("basket", "Average basket", naira, .int(477_200), .int(462_850), trend(2)),
            tile("refunds", "Refund rate", .percent, .double(0.014), .double(0.014), trend(3), good: .down),
        ]
    }()

    static func tile(
        _ name: String, _ label: String, _ unit: Unit, _ value: Scalar, _ previous: Scalar, _ sparkline: [Double?],
        good: Direction = .up
    ) -> Tile {
        Tile(
            measure: Measure(name: name, label: label, unit: unit, good: good), value: value, previous: previous,
            sparkline: sparkline)
    }

    static func chart(
        _ mark: Chart.Mark, _ title: String, _ domain: Chart.Domain, _ series: [Chart.Series]
    ) -> Chart {
        Chart(
            title: title, subtitle: "₦ per day, October 2026", mark: mark, unit: naira, domain: domain, series: series,
            alternativeText: title)
    }

    static func daily(annotated: Bool) -> Chart {
        var generator = Generator(seed: 42)
        let wave = { (day: Int, base: Double, weekly: [Double]) in
            (base + weekly[day % 7] + Double(day) * 0.045 + Double(generator.next(below: 50)) / 100) * 1e8
        }
        let weekly = [-0.9, -0.4, 0.2, 1.1, 0.8, 0.1, -0.6]
        let current = october.indices.map { day -> Double? in
            let value = wave(day, 5.6, weekly)
            return annotated && (11...13).contains(day) ? value * 0.35 : value
        }
        let previous = october.indices.map { day -> Double? in day < 30 ? wave(day, 5.1, weekly) : nil }
        return Chart(
            title: "Daily sales recovered within a week of the flood closures",
            subtitle: "₦ per day, October 2026 against September", mark: .line, unit: naira, domain: .dates(october),
            series: [
                Chart.Series(label: "October", role: .current, values: current),
                Chart.Series(label: "September", role: .previous, values: previous),
            ],
            annotations: annotated
                ? [
                    Chart.Annotation(
                        from: october[11], to: october[14], text: "Flood closures, 12–14 Oct\nMile 12 and Oshodi shut")
                ] : [], alternativeText: "Daily sales of October beside September.")
    }

    static let marketNames = ["Balogun", "Mile 12", "Oshodi", "Ikeja", "Yaba", "Lekki", "Agege", "Epe"]
    static let marketSales: [Double] = [48.2, 41.9, 33.0, 29.4, 18.1, 12.7, 9.9, 4.2].map { $0 * 1e8 }
    static let marketChanges = [0.124, -0.031, 0.058, 0, 0.221, -0.117, 0.014, 0.302]

    static let markets = Chart(
        title: "Three of eight markets make 62%", subtitle: "₦, October 2026; tick marks September", mark: .bars,
        unit: naira, domain: .categories(marketNames),
        series: [
            Chart.Series(label: "October", role: .current, values: marketSales),
            Chart.Series(
                label: "September", role: .previous, values: zip(marketSales, marketChanges).map { $0 / (1 + $1) }),
        ], alternativeText: "Balogun, Mile 12 and Oshodi lead.")

    static let share: Chart = {
        let months = Self.months(12)
        let cash = months.indices.map { 0.46 - Double($0) * 0.011 as Double? }
        let transfer = months.indices.map { 0.30 + Double($0) * 0.0135 as Double? }
        let card = months.indices.map { 0.24 - Double($0) * 0.0025 as Double? }
        return Chart(
            title: "Transfers overtook cash in May", subtitle: "Share of sales by payment method", mark: .line,
            unit: .percent, domain: .dates(months),
            series: [
                Chart.Series(label: "Transfer", role: .current, values: transfer),
                Chart.Series(label: "Cash", role: .current, values: cash),
                Chart.Series(label: "Card, wallet", role: .current, values: card),
            ], alternativeText: "Transfers cross cash in May.")
    }()

    static let cohort: Chart = {
        let months = Self.months(10)
        let short = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let names = months.map { "\(short[$0.month - 1]) \($0.year)" }
        let series = (0..<10).map { (age: Int) -> Chart.Series in
            let values = (0..<10).map { (row: Int) -> Double? in
                guard row + age < 10 else { return nil }
                return age == 0 ? 1 : 0.42 / Double(age + 1) + Double(row) * 0.006
            }
            return Chart.Series(label: "\(age)", role: .current, values: values)
        }
        return Chart(
            title: "Newer customers come back more often",
            subtitle: "Customers who bought again, by months since the first order",
            mark: .heatMap, unit: .percent, domain: .categories(names), series: series,
            alternativeText: "Retention by cohort.")
    }()

    static let monthly = Chart(
        title: "Orders by month", subtitle: "Orders", mark: .columns, unit: .count, domain: .dates(months(12)),
        series: [
            Chart.Series(
                label: "Orders", role: .current,
                values: (0..<12).map { (month: Int) -> Double? in Double(31_000 + month * 940 + month * 7 % 5 * 800) })
        ], alternativeText: "Orders grow month by month.")

    static func marketTable(trend: Bool) -> ReportTable {
        let rows: [[Scalar]] = marketNames.indices.map { index in
            [
                .text(marketNames[index]), .int(Int64(marketSales[index])), .double(marketChanges[index]),
                .int(Int64(9_412 - index * 1_100)),
            ]
        }
        return table(
            "markets", "All markets", rows: rows,
            totals: [.null, .int(Int64(marketSales.reduce(0, +))), .double(0.084), .int(41_365)])
    }

    static func table(_ name: String, _ title: String, rows: [[Scalar]], totals: [Scalar]? = nil) -> ReportTable {
        ReportTable(
            name: name, title: title, subtitle: "October 2026, sorted by sales",
            columns: [
                TableColumn(name: "market", label: "Market", unit: .none),
                TableColumn(name: "sales_minor", label: "Sales", unit: naira, hasBar: true),
                TableColumn(name: "change", label: "vs Sep", unit: .percent, isChange: true, good: .up),
                TableColumn(name: "orders", label: "Orders", unit: .count),
            ], rows: rows, totals: totals)
    }
}
