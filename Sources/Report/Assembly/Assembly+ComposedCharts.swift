internal import ChartGrammar
internal import CivilTime
internal import Columnar
internal import Formatting
internal import Models

/// Charts that the grammar composes.
extension Assembly {
    /// Groups the model's rows by the chart's keys, computes its metrics over each group, and leaves the rest to the
    /// grammar. Nil where it has no values at all.
    func composedChart(
        _ definition: ChartDefinition, _ specification: ChartSpecification, _ metric: MetricDefinition,
        _ rows: ModelRows, _ unit: Unit, _ values: [String: SentenceValue]
    ) throws(ReportError) -> Chart? {
        var specification = specification
        var table = try chartTable(specification, rows, chartDates(specification, rows.model))
        if specification.top != nil { specification.top = number(definition.limit) }
        let isAlongTime = isAlongTime(specification, rows.model)
        if specification.isCompared, !isAlongTime, let comparison, let dates = comparedDates(of: rows),
            let measure = specification.y.first
        {
            try addPrevious(measure, specification, rows, dates, to: &table)
            specification.previous = ChartSpecification.Measure(
                column: Self.previousColumn, label: seriesLabel(comparison))
            // The ends of a slope are two periods.
            if specification.mark == .slope { specification.y[0].label = seriesLabel(period) }
        }
        let title = try definition.title.map { template throws(ReportError) in try template.rendered(values) } ?? ""
        let subtitle = try definition.subtitle.map { template throws(ReportError) in try template.rendered(values) }
        let builder = ChartBuilder(specification) { name(of: $0) }
        var chart = builder.chart(
            table,
            words: ChartBuilder.Words(
                title: title.isEmpty ? metric.label : title, subtitle: subtitle ?? "", unit: unit, good: metric.good,
                horizontalUnit: try horizontalUnit(specification),
                others: text.template(.chartOthers).replacing("{value}", with: "%")))
        if chart.partialFrom == nil, isAlongTime, !isComplete, !coveredDates.isEmpty {
            chart.partialFrom = coveredDates.upperBound
        }
        let content = ChartContent(domain: chart.domain, series: chart.series, partialFrom: chart.partialFrom)
        if subtitle == nil { chart.subtitle = standardSubtitle(definition, chart.unit, rows.model, content) }
        chart.alternativeText = alternative(chart.title, chart.subtitle, chart.unit, content)
        guard chart.series.contains(where: { $0.values.contains { $0 != nil } }) || definition.mark == .timeline else {
            return nil
        }
        return chart
    }

    /// The column of the compared period's values; no metric can bear this name.
    private static var previousColumn: String { " previous" }

    /// A value that names something: a number is not grouped.
    private func name(of value: Scalar) -> String {
        if case .int(let number) = value { return String(number) }
        return formatter.full(value, unit: .none)
    }

    /// Whether a chart's values belong to the buckets of its model.
    private func isAlongTime(_ specification: ChartSpecification, _ model: ModelDefinition) -> Bool {
        model.bucketColumn.map(specification.keyColumns.contains) ?? false
    }

    private func horizontalUnit(_ specification: ChartSpecification) throws(ReportError) -> Unit {
        guard [.scatter, .curve].contains(specification.mark), let x = specification.x.first, let metric = metric(x)
        else {
            return .number(decimals: 0)
        }
        return try metric.unit.unit(currency: request.presentation.currency)
    }

    /// The period's dates; where a chart along time would have one bucket only, those of the last thirteen periods.
    private func chartDates(_ specification: ChartSpecification, _ model: ModelDefinition) -> Range<LocalDate> {
        guard isAlongTime(specification, model), bucketDates(model, period).count <= 1 else {
            return dates(of: model)
        }
        var first = period
        for _ in 1..<Self.sparklineCount { first = calendar.previous(of: first) }
        return first.from..<period.to
    }

    /// Whether a name that is no value's is a metric's: where a column has it too, the column tells things apart, but for
    /// the horizontal values of points.
    private func isMetric(_ name: String, _ specification: ChartSpecification, _ model: ModelDefinition) -> Bool {
        guard let metric = metric(name), metric.problem(on: model) == nil else { return false }
        let isPoint = [.scatter, .curve].contains(specification.mark) && specification.x.contains(name)
        return isPoint || model.column(name) == nil
    }

    /// One row for each group, its keys and metrics; each row of the model for itself where values are observations.
    private func chartTable(
        _ specification: ChartSpecification, _ rows: ModelRows, _ dates: Range<LocalDate>
    ) throws(ReportError) -> ChartTable {
        let keys = specification.keyColumns.filter { !isMetric($0, specification, rows.model) }
        let metrics = (specification.measures.map(\.column) + specification.x).filter { !keys.contains($0) }
            .compactMap(metric)
        let groups = grouped(rows, dates, by: keys, eachRow: specification.mark.takesObservations)
        var columns: [ChartColumn] = []
        var values: [String: [Scalar]] = [:]
        for key in keys {
            columns.append(
                ChartColumn(name: key, kind: rows.model.column(key)?.kind == .date ? .date : .text))
            values[key] = groups.map { rows.value(key, $0[0]) }
        }
        for metric in metrics where values[metric.name] == nil {
            columns.append(ChartColumn(name: metric.name, kind: .number, label: metric.label))
            var computed: [Scalar] = []
            for group in groups { computed.append(try rows.value(metric, over: group)) }
            values[metric.name] = computed
        }
        return ChartTable(columns: columns, values: values)
    }

    private func grouped(
        _ rows: ModelRows, _ dates: Range<LocalDate>, by keys: [String], eachRow: Bool
    ) -> [[Int]] {
        let found = rows.rows(in: dates)
        if eachRow { return found.map { [$0] } }
        var (order, groups): ([[Scalar]], [[Scalar]: [Int]]) = ([], [:])
        for row in found {
            let key = keys.map { rows.value($0, row) }
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(row)
        }
        return order.map { groups[$0] ?? [] }
    }

    private func addPrevious(
        _ measure: ChartSpecification.Measure, _ specification: ChartSpecification, _ rows: ModelRows,
        _ dates: Range<LocalDate>, to table: inout ChartTable
    ) throws(ReportError) {
        guard let metric = metric(measure.column) else { return }
        let keys = specification.keyColumns
        var previous: [[Scalar]: [Int]] = [:]
        for row in rows.rows(in: dates) { previous[keys.map { rows.value($0, row) }, default: []].append(row) }
        var computed: [Scalar] = []
        for place in 0..<table.rowCount {
            let key = keys.map { table.values[$0]?[place] ?? .null }
            computed.append(
                try previous[key].map { group throws(ReportError) in try rows.value(metric, over: group) } ?? .null)
        }
        table.columns.append(ChartColumn(name: Self.previousColumn, kind: .number))
        table.values[Self.previousColumn] = computed
    }
}
