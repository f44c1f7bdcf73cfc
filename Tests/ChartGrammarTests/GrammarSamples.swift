import ChartGrammar
import CivilTime
import Formatting

/// One small chart for each word of the grammar.
enum GrammarSamples {
    static let months = (0..<8).map { LocalDate(daysSinceEpoch: 20_454).startOfMonth.adding(months: $0) }
    static let names = ["Lagos", "Abuja", "Kano", "Ibadan", "Enugu"]

    static let all: [(name: String, chart: Chart)] = [
        ("area", chart(.area, .dates(months), [("Readers", .current, ramp(8, 20))])),
        (
            "area-stacked",
            chart(.area, .dates(months), [("A", .current, ramp(8, 20)), ("B", .current, ramp(8, 9))], stack: .zero)
        ),
        (
            "area-share",
            chart(
                .area, .dates(months), [("A", .current, ramp(8, 20)), ("B", .current, ramp(8, 9))], stack: .normalize)
        ),
        ("step", chart(.step, .dates(months), [("Rate", .current, ramp(8, 4))])),
        (
            "columns-stacked",
            chart(.columns, .dates(months), [("A", .current, ramp(8, 20)), ("B", .current, ramp(8, 9))], stack: .zero)
        ),
        (
            "columns-grouped",
            chart(.columns, .categories(names), [("A", .current, ramp(5, 20)), ("B", .current, ramp(5, 9))])
        ),
        (
            "bars-stacked",
            chart(.bars, .categories(names), [("A", .current, ramp(5, 20)), ("B", .current, ramp(5, 9))], stack: .zero)
        ),
        (
            "bars-grouped",
            chart(.bars, .categories(names), [("A", .current, ramp(5, 20)), ("B", .current, ramp(5, 9))])
        ),
        ("dot", chart(.dot, .categories(names), [("Oct", .current, ramp(5, 20)), ("Sep", .previous, ramp(5, 18))])),
        (
            "dumbbell",
            chart(.dumbbell, .categories(names), [("Oct", .current, ramp(5, 20)), ("Sep", .previous, ramp(5, 12))])
        ),
        (
            "slope",
            chart(.slope, .categories(names), [("2026", .current, ramp(5, 20)), ("2025", .previous, ramp(5, 12))])
        ),
        (
            "bump",
            chart(
                .bump, .dates(Array(months.prefix(3))),
                [("A", .current, [3, 2, 1]), ("B", .current, [2, 3, 3]), ("C", .current, [1, 1, 2])])
        ),
        (
            "waterfall",
            {
                var chart = GrammarSamples.chart(
                    .waterfall, .categories(["Gross", "Refunds", "Gifts", "Net"]),
                    [("", .current, [500, -120, 30, nil])])
                chart.totals = [0, 3]
                return chart
            }()
        ),
        ("funnel", chart(.funnel, .categories(["View", "Cart", "Pay"]), [("", .current, [900, 300, 120])])),
        (
            "bullet",
            chart(
                .bullet, .categories(["Calls", "Visits"]), [("Oct", .current, [90, 40]), ("Goal", .target, [80, 60])])
        ),
        (
            "matrix",
            chart(
                .matrix, .categories(["A", "B"]), [("A", .current, [1, -0.4]), ("B", .current, [-0.4, 1])],
                unit: .number(decimals: 1))
        ),
        (
            "calendar",
            chart(.calendar, .dates((0..<60).map { months[0].adding(days: $0) }), [("", .current, ramp(60, 3))])
        ),
        ("histogram", chart(.histogram, .observations(count: 9), [("", .current, [1, 2, 2, 3, 3, 3, 4, 7, 9])])),
        (
            "strip",
            chart(
                .strip, .observations(count: 4), [("North", .current, [1, 4, 6, 9]), ("South", .current, [2, 5, 5])])
        ),
        ("ecdf", chart(.ecdf, .observations(count: 5), [("", .current, [1, 2, 2, 5, 9])])),
        (
            "curve",
            {
                var chart = GrammarSamples.chart(
                    .curve, .numbers([0, 7, 30, 90, 0, 10, 45]),
                    [
                        ("New", .current, [1, 0.8, 0.55, 0.5, nil, nil, nil]),
                        ("Old", .current, [nil, nil, nil, nil, 1, 0.6, 0.3]),
                    ], unit: .percent)
                chart.horizontal = Chart.Horizontal(label: "Days", unit: .count)
                return chart
            }()
        ),
        ("lorenz", chart(.lorenz, .observations(count: 4), [("", .current, [1, 1, 2, 12])])),
        (
            "band",
            chart(
                .band, .dates(months),
                [("Median", .current, ramp(8, 20)), ("p10", .lower, ramp(8, 8)), ("p90", .upper, ramp(8, 40))])
        ),
        (
            "fan",
            chart(
                .fan, .dates(months),
                [
                    ("Sales", .current, ramp(5, 20) + [nil, nil, nil]),
                    ("Expected", .forecast, [nil, nil, nil, nil, nil, 130, 140, 150]),
                    ("5%", .lower, [nil, nil, nil, nil, nil, 120, 118, 116]),
                    ("95%", .upper, [nil, nil, nil, nil, nil, 140, 160, 180]),
                ])
        ),
        (
            "scatter",
            {
                var chart = GrammarSamples.chart(.scatter, .numbers([1, 4, 9]), [("", .current, [3, 8, 2])])
                chart.pointNames = ["Ada", "Bola", "Chidi"]
                chart.horizontal = Chart.Horizontal(label: "Stalls", unit: .count)
                return chart
            }()
        ),
        (
            "small-multiples",
            chart(.smallMultiples, .dates(months), names.map { ($0, .current, ramp(8, Double($0.count))) })
        ),
        ("sparkline", chart(.sparkline, .dates(months), names.map { ($0, .current, ramp(8, Double($0.count))) })),
        (
            "timeline",
            chart(
                .timeline,
                .spans([
                    Chart.Span(row: "Plan", label: "", from: months[0], to: months[2]),
                    Chart.Span(row: "Build", label: "", from: months[2], to: months[6]),
                ]), [])
        ),
        (
            "sankey",
            chart(
                .sankey,
                .links([
                    Chart.Link(source: "Search", target: "Page"), Chart.Link(source: "Advert", target: "Page"),
                    Chart.Link(source: "Page", target: "Paid"), Chart.Link(source: "Page", target: "Left"),
                ]), [("", .current, [60, 40, 30, 70])])
        ),
    ]

    static func ramp(_ count: Int, _ slope: Double) -> [Double?] {
        (0..<count).map { Double($0 + 1) * slope + Double($0 % 3) * 2 }
    }

    static func chart(
        _ mark: Chart.Mark, _ domain: Chart.Domain, _ series: [(String, Chart.Role, [Double?])],
        stack: Chart.Stack = .none, unit: Formatting.Unit = .count
    ) -> Chart {
        Chart(
            title: "The finding", subtitle: "Units", mark: mark, unit: unit, domain: domain,
            series: series.map { Chart.Series(label: $0.0, role: $0.1, values: $0.2) }, stack: stack)
    }
}
