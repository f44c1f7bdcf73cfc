internal import ChartGrammar
internal import Configuration
internal import Models

/// Charts that the grammar composes: the same words as in files for `almanac chart`, with metrics for values.
extension ReportReader {
    /// Whether a chart needs the grammar: any mark but the four plain ones, and those with its channels or transforms or
    /// several values.
    func isComposed(_ mark: Chart.Mark, _ map: YAMLMapping) -> Bool {
        guard [.line, .columns, .bars, .heatMap].contains(mark) else { return true }
        if map.optional("y")?.isList == true { return true }
        let words = ["color", "facet", "stack", "transform", "scale", "previous", "annotations"]
        return words.contains { map.optional($0) != nil } || map.optional("y")?.isList == true
    }

    /// The columns of the model, and as numbers the metrics that can be computed of it.
    func composedChart(_ mark: Chart.Mark, _ map: YAMLMapping) -> ChartDefinition? {
        let model = map.required("data").flatMap { value in value.text().flatMap { self.model($0, value) } }
        let name = map.optional("name").map { self.chartName($0) } ?? self.nextChartName()
        let title = map.optional("title").map { self.sentence($0) }
        let subtitle = map.optional("subtitle").map { self.sentence($0) }
        guard let model else {
            map.ignoreAll()
            return nil
        }
        let fitting = metrics.filter { $0.problem(on: model) == nil }
        let columns =
            fitting.map { ChartColumn(name: $0.name, kind: .number, label: $0.label) }
            + model.columns.map { ChartColumn(name: $0.name, kind: $0.kind.onCharts) }
        var limit: ShownCount?
        let specification = ChartSpecification.read(map, columns: columns) { value in
            limit = self.count(value)
            // What a parameter says is put in when the chart is drawn.
            if case .number(let number) = limit { return number }
            return limit == nil ? nil : 1
        }
        guard let specification, let name,
            title != .some(nil), subtitle != .some(nil)
        else { return nil }
        for measure in specification.measures where !fitting.contains(where: { $0.name == measure.column }) {
            map.refuse("'\(measure.column)' is no metric: values of charts in reports are metrics")
            return nil
        }
        if let clash = clash(in: specification, of: model) {
            map.refuse(
                "'\(clash)' is a value of the chart, a metric, and a column that tells its values apart",
                hint: "give the metric another name in metrics.yaml")
            return nil
        }
        guard let metric = specification.measures.first?.column ?? fitting.first?.name else {
            map.refuse("the model '\(model.name)' has no metric")
            return nil
        }
        return ChartDefinition(
            name: name, mark: specification.mark, model: model.name, metric: metric, categories: specification.x,
            separator: specification.separator, steps: nil, limit: limit ?? .number(12),
            isCompared: specification.isCompared, title: title ?? nil, subtitle: subtitle ?? nil,
            specification: specification)
    }

    /// A name that would stand for two things in one chart. Values along both axes of points are metrics.
    private func clash(in specification: ChartSpecification, of model: ModelDefinition) -> String? {
        guard ![.scatter, .curve].contains(specification.mark) else { return nil }
        let keys = specification.keyColumns.filter { model.column($0) != nil }
        return specification.measures.map(\.column).first(where: keys.contains)
    }
}

extension ModelColumn.Kind {
    /// What the values are on a chart.
    fileprivate var onCharts: ChartColumn.Kind { isNumeric ? .number : self == .date ? .date : .text }
}
