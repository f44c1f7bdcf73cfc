internal import CivilTime
internal import Formatting

extension SceneComposer {
    /// What a chart says, in a sentence computed from its values: for readers who cannot see it.
    package func summary(of chart: Chart) -> String {
        let head = [chart.title, chart.subtitle].filter { !$0.isEmpty }.joined(separator: ". ")
        let facts = facts(of: chart)
        let sentence = ([head] + facts).filter { !$0.isEmpty }.joined(separator: ". ")
        return sentence.isEmpty ? "" : sentence + "."
    }

    private func facts(of chart: Chart) -> [String] {
        switch chart.domain {
        case .spans(let spans):
            guard let first = spans.map(\.from).min(), let last = spans.map(\.to).max() else { return [] }
            return [
                ChartTexts.fill(
                    texts.summarySpans, String(spans.count), labeller.date(first, form: .dayMonth),
                    labeller.date(last, form: .dayMonth))
            ]
        case .links(let links):
            let values = chart.first(.current)?.values ?? []
            let flows = links.indices.compactMap { place in
                Transform.value(values, place).map { (link: links[place], amount: $0) }
            }
            guard let largest = flows.max(by: { $0.amount < $1.amount }) else { return [] }
            return [
                ChartTexts.fill(
                    texts.summaryFlow, largest.link.source, largest.link.target,
                    labeller.compact(largest.amount, unit: chart.unit))
            ]
        case .observations, .numbers: return chart.currentSeries.prefix(4).compactMap { spread(of: $0, chart) }
        case .dates, .categories:
            return chart.series.filter { $0.role == .current }.prefix(4).compactMap { extremes(of: $0, chart) }
        }
    }

    /// "Lagos: 40 values from 2 to 90, median 31".
    private func spread(of series: Chart.Series, _ chart: Chart) -> String? {
        let sorted = Transform.finite(series.values).sorted()
        guard let low = sorted.first, let high = sorted.last, let median = Transform.percentile(0.5, of: sorted) else {
            return nil
        }
        let unit = chart.unit
        let fact = ChartTexts.fill(
            texts.summarySpread, String(sorted.count), labeller.compact(low, unit: unit),
            labeller.compact(high, unit: unit), labeller.compact(median, unit: unit))
        return series.label.isEmpty ? fact : "\(series.label): \(fact)"
    }

    /// "October: last 8.2m; highest 9.1m (8 Oct); lowest 4.0m (1 Oct)".
    private func extremes(of series: Chart.Series, _ chart: Chart) -> String? {
        let names = chart.dates?.map { labeller.date($0, form: .dayMonth) } ?? chart.categories
        let values = names.indices.compactMap { place in
            series.value(at: place).map { (name: names[place], value: $0) }
        }
        guard let high = values.max(by: { $0.value < $1.value }), let low = values.min(by: { $0.value < $1.value }),
            let last = values.last
        else { return nil }
        let compact = { (value: Double) in labeller.compact(value, unit: chart.unit) }
        let fact =
            chart.dates != nil
            ? ChartTexts.fill(
                texts.summaryLine, compact(last.value), compact(high.value), high.name, compact(low.value), low.name)
            : ChartTexts.fill(texts.summaryRanking, compact(high.value), high.name, compact(low.value), low.name)
        return series.label.isEmpty ? fact : "\(series.label): \(fact)"
    }
}
