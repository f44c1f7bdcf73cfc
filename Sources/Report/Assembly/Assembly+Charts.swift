internal import ChartGrammar
internal import CivilTime
internal import Columnar
internal import Formatting
internal import Models

extension Assembly {
    /// A chart; nil where it has no values at all.
    func chart(
        _ definition: ChartDefinition, _ values: [String: SentenceValue]
    ) throws(ReportError) -> Chart? {
        guard let metric = metric(definition.metric) else { return nil }
        let rows = try rows(of: definition)
        let unit = try metric.unit.unit(currency: request.presentation.currency)
        if let specification = definition.specification {
            return try composedChart(definition, specification, metric, rows, unit, values)
        }
        let content: ChartContent?
        switch definition.mark {
        case .line, .columns: content = try timeContent(definition, metric, rows)
        case .bars: content = try barContent(definition, metric, rows)
        case .heatMap: content = try heatMapContent(definition, metric, rows)
        // All others have a specification.
        default: content = nil
        }
        guard let content, content.series.contains(where: { $0.values.contains { $0 != nil } }) else { return nil }
        let title = try definition.title.map { template throws(ReportError) in try template.rendered(values) } ?? ""
        let subtitle = try definition.subtitle.map { template throws(ReportError) in try template.rendered(values) }
        let shownTitle = title.isEmpty ? standardTitle(definition, metric, rows.model) : title
        let shownSubtitle = subtitle ?? standardSubtitle(definition, unit, rows.model, content)
        return Chart(
            title: shownTitle, subtitle: shownSubtitle, mark: definition.mark, unit: unit, domain: content.domain,
            series: content.series, partialFrom: content.partialFrom, good: metric.good,
            alternativeText: alternative(shownTitle, shownSubtitle, unit, content))
    }

    /// What a chart shows, without its words.
    struct ChartContent {
        var domain: Chart.Domain
        var series: [Chart.Series]
        var partialFrom: LocalDate?

        /// The names of the domain's elements, given a way to write dates.
        func names(_ date: (LocalDate) -> String) -> [String] {
            switch domain {
            case .dates(let dates): dates.map(date)
            case .categories(let names): names
            case .numbers, .observations, .spans, .links: []
            }
        }
    }

    // MARK: Lines

    /// The dates of a line: the buckets of the period, or the last thirteen where the period is one bucket.
    private func timeContent(
        _ definition: ChartDefinition, _ metric: MetricDefinition, _ rows: ModelRows
    ) throws(ReportError) -> ChartContent? {
        let dates = bucketDates(rows.model, period)
        guard dates.count > 1 else { return try trendContent(metric, rows) }
        var current: [Double?] = []
        for date in dates { current.append(try bucketValue(metric, rows, date)) }
        var series = [Chart.Series(label: seriesLabel(period), role: .current, values: current)]
        if definition.isCompared, let comparison, let first = rows.firstBucket, first < comparison.to {
            // Day by day from the start of both periods; what one has more than the other stays empty.
            let others = bucketDates(rows.model, comparison)
            var previous: [Double?] = []
            for index in dates.indices {
                previous.append(index < others.count ? try bucketValue(metric, rows, others[index]) : nil)
            }
            series.append(Chart.Series(label: seriesLabel(comparison), role: .previous, values: previous))
        }
        return ChartContent(
            domain: .dates(dates), series: series,
            partialFrom: isComplete || coveredDates.isEmpty ? nil : coveredDates.upperBound)
    }

    private func trendContent(_ metric: MetricDefinition, _ rows: ModelRows) throws(ReportError) -> ChartContent? {
        var periods = [period]
        while periods.count < Self.sparklineCount { periods.insert(calendar.previous(of: periods[0]), at: 0) }
        let known = periods.drop { rows.rows(in: $0.dates).isEmpty }
        guard !known.isEmpty else { return nil }
        var values: [Double?] = []
        for period in known {
            values.append(try rows.value(metric, over: rows.rows(in: period.dates)).approximateNumber)
        }
        return ChartContent(
            domain: .dates(known.map(\.from)),
            series: [Chart.Series(label: metric.label, role: .current, values: values)],
            partialFrom: isComplete ? nil : period.from)
    }

    func bucketDates(_ model: ModelDefinition, _ period: Period) -> [LocalDate] {
        switch model.bucketGrain {
        case .day: Array(period.dates)
        case .some(let grain): calendar.periods(grain, in: period).map(\.from)
        case nil: []
        }
    }

    private func bucketValue(
        _ metric: MetricDefinition, _ rows: ModelRows, _ bucket: LocalDate
    ) throws(ReportError) -> Double? {
        let found = rows.rows(of: bucket)
        return found.isEmpty ? nil : try rows.value(metric, over: found).approximateNumber
    }

    /// `October` for a month; as on axes for others.
    func seriesLabel(_ period: Period) -> String {
        // Two Octobers need their years.
        if report.comparison == .lastYear { return label(of: period) }
        guard period.grain == .month else { return shortLabel(of: period) }
        return formatter.monthInFull(period.from)
    }

    // MARK: Bars

    /// A category with its value of this period and of the comparison.
    struct RankedCategory {
        let name: String
        let value: Scalar
        let number: Double
        let previous: Double?
    }

    /// The categories of a bar chart, the largest first, ties by name.
    func ranking(_ definition: ChartDefinition) throws(ReportError) -> [RankedCategory] {
        guard let metric = metric(definition.metric) else { return [] }
        let rows = try rows(of: definition)
        let current = grouped(rows, definition, dates(of: rows.model))
        let previous = comparedDates(of: rows).map { grouped(rows, definition, $0) } ?? [:]
        var ranked: [RankedCategory] = []
        for (name, indices) in current {
            let value = try rows.value(metric, over: indices)
            guard let number = value.approximateNumber else { continue }
            let before = try previous[name].flatMap { indices throws(ReportError) in
                try rows.value(metric, over: indices).approximateNumber
            }
            ranked.append(RankedCategory(name: name, value: value, number: number, previous: before))
        }
        return ranked.sorted { ($1.number, $0.name) < ($0.number, $1.name) }
    }

    private func grouped(
        _ rows: ModelRows, _ definition: ChartDefinition, _ dates: Range<LocalDate>
    ) -> [String: [Int]] {
        var groups: [String: [Int]] = [:]
        for row in rows.rows(in: dates) {
            let parts = definition.categories.map { formatter.full(rows.value($0, row), unit: .none) }
            groups[parts.joined(separator: definition.separator), default: []].append(row)
        }
        return groups
    }

    private func barContent(
        _ definition: ChartDefinition, _ metric: MetricDefinition, _ rows: ModelRows
    ) throws(ReportError) -> ChartContent? {
        let shown = try ranking(definition).prefix(number(definition.limit))
        guard !shown.isEmpty else { return nil }
        var series = [Chart.Series(label: seriesLabel(period), role: .current, values: shown.map(\.number))]
        if definition.isCompared, let comparison, shown.contains(where: { $0.previous != nil }) {
            series.append(
                Chart.Series(label: seriesLabel(comparison), role: .previous, values: shown.map(\.previous)))
        }
        return ChartContent(domain: .categories(shown.map(\.name)), series: series, partialFrom: nil)
    }

    // MARK: Heat maps

    /// The last rows of buckets up to the period against whole numbers: the cohort triangle.
    private func heatMapContent(
        _ definition: ChartDefinition, _ metric: MetricDefinition, _ rows: ModelRows
    ) throws(ReportError) -> ChartContent? {
        guard let rowColumn = definition.categories.first, let stepColumn = definition.steps else { return nil }
        var cells: [LocalDate: [Int64: [Int]]] = [:]
        // Nothing that lies behind the period belongs to it.
        for row in rows.rows(in: LocalDate.earliest..<period.to) {
            guard case .date(let days) = rows.value(rowColumn, row), case .int(let step) = rows.value(stepColumn, row)
            else { continue }
            cells[LocalDate(daysSinceEpoch: days), default: [:]][step, default: []].append(row)
        }
        let shown = cells.keys.sorted().suffix(number(definition.limit))
        let steps = Set(shown.flatMap { cells[$0].map { Array($0.keys) } ?? [] }).sorted()
        guard !shown.isEmpty, !steps.isEmpty else { return nil }
        var series: [Chart.Series] = []
        for step in steps.suffix(Self.stepsMax) {
            var values: [Double?] = []
            for row in shown {
                let indices = cells[row]?[step] ?? []
                values.append(indices.isEmpty ? nil : try rows.value(metric, over: indices).approximateNumber)
            }
            let label = formatter.full(.int(step), unit: .count)
            series.append(Chart.Series(label: label, role: .current, values: values))
        }
        return ChartContent(
            domain: .categories(shown.map { rowLabel($0, rows.model) }), series: series, partialFrom: nil)
    }

    /// As many columns as a page has room for.
    private static let stepsMax = 25

    private func rowLabel(_ date: LocalDate, _ model: ModelDefinition) -> String {
        model.bucketGrain == .month
            ? formatter.shortMonthAndYear(date) : formatter.date(date)
    }
}
