import ChartGrammar
import CivilTime
import Formatting

/// One small chart for each mark and state.
enum SceneSamples {
    static let all: [(name: String, chart: Chart)] = [
        ("line", line), ("line-gap", gap), ("line-partial", partial), ("line-flat", flat), ("line-zero", zero),
        ("line-annotated", annotated), ("line-early", early), ("one-point", onePoint), ("two-points", twoPoints),
        ("empty", empty),
        ("missing", missing), ("columns", columns), ("columns-negative", negative), ("bars", bars),
        ("bars-many", many), ("bars-huge", huge), ("cohort", cohort),
    ]

    static let naira = Unit.money(currency: "NGN", exponent: 2)
    /// October 2026.
    static let october = LocalDate(daysSinceEpoch: 20_727)
    static let days = (0..<10).map { october.adding(days: $0) }

    static func chart(
        _ mark: Chart.Mark, _ domain: Chart.Domain, _ values: [Double?], previous: [Double?]? = nil
    ) -> Chart {
        var series = [Chart.Series(label: "October", role: .current, values: values)]
        if let previous { series.append(Chart.Series(label: "September", role: .previous, values: previous)) }
        return Chart(
            title: "Sales rose", subtitle: "₦ per day", mark: mark, unit: naira, domain: domain, series: series,
            alternativeText: "Sales rose from day to day.")
    }

    static let rising: [Double?] = (0..<10).map { Double(4_000_000 + $0 * 310_000) }
    static let line = chart(.line, .dates(days), rising, previous: rising.map { $0.map { $0 * 0.9 } })
    static let gap: Chart = {
        var chart = Self.chart(.line, .dates(days), rising)
        for index in 4...5 { chart.series[0].values[index] = nil }
        return chart
    }()
    static let partial: Chart = {
        var chart = line
        chart.partialFrom = days[7]
        return chart
    }()
    /// A running period: the story ends after three of ten days.
    static let early: Chart = {
        var chart = line
        for index in 3..<10 { chart.series[0].values[index] = nil }
        chart.partialFrom = days[3]
        return chart
    }()
    static let flat = chart(.line, .dates(days), (0..<10).map { 9_000_000 + Double($0 * 20_000) })
    static let zero = chart(.line, .dates(days), days.map { _ in 0 })
    static let annotated: Chart = {
        var chart = line
        chart.annotations = [Chart.Annotation(from: days[3], to: days[5], text: "Flood\nTwo markets shut")]
        return chart
    }()
    static let onePoint = chart(.line, .dates([october]), [1_200_000])
    static let twoPoints = chart(.line, .dates([october, october.adding(months: 1)]), [1_200_000, 1_900_000])
    static let empty = Chart(
        title: "Refunds", subtitle: "", mark: .line, unit: naira, domain: .dates([]), series: [], alternativeText: "")
    static let missing = chart(.line, .dates(days), days.map { _ in nil })
    static let columns = chart(
        .columns, .dates((0..<12).map { october.adding(months: $0 - 11) }), (0..<12).map { Double($0 + 3) * 1e7 })
    static let negative = chart(
        .columns, .dates((0..<6).map { october.adding(months: $0) }), [-3e7, -1e7, 0, 1e7, 2e7, 4e7])
    static let bars = chart(
        .bars, .categories(["Balogun", "Mile 12", "Oshodi"]), [4.82e9, 4.19e9, 3.3e9], previous: [4.3e9, 4.4e9, 3.3e9])
    static let many = chart(.bars, .categories((1...48).map { "Product \($0)" }), (1...48).map { 9e8 / Double($0) })
    static let huge = chart(.bars, .categories(["Alpha", "Bola", "Chidi"]), [9.1e12, 4e10, 3.1e10])
    static let cohort: Chart = {
        var chart = Self.chart(.heatMap, .categories((1...6).map { "Month \($0)" }), [])
        chart.unit = .percent
        chart.series = (0..<6).map { age in
            let values = (0..<6).map { row in row + age < 6 ? (age == 0 ? 1 : 0.4 / Double(age)) : nil as Double? }
            return Chart.Series(label: "\(age)", role: .current, values: values)
        }
        return chart
    }()
}
