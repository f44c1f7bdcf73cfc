internal import ChartGrammar
internal import CivilTime
internal import Columnar
internal import Formatting
internal import Models

extension Assembly {
    /// "Sales by day".
    func standardTitle(_ definition: ChartDefinition, _ metric: MetricDefinition, _ model: ModelDefinition) -> String {
        let values = ["measure": metric.label, "count": formatter.ordinal(number(definition.limit))]
        switch definition.mark {
        case .line, .columns: return text(model.bucketGrain == .day ? .chartByDay : .chartByMonth, values)
        case .bars: return text(.chartByCategory, values)
        default: return metric.label
        }
    }

    /// "$ a day, October 2026 against September 2026".
    func standardSubtitle(
        _ definition: ChartDefinition, _ unit: Unit, _ model: ModelDefinition, _ content: ChartContent
    ) -> String {
        var unitText = unitText(unit, metric(definition.metric)?.label ?? "")
        if definition.mark == .line || definition.mark == .columns, unit.isFlow {
            unitText = text(model.bucketGrain == .day ? .perDay : .perMonth, ["unit": unitText])
        }
        guard content.series.contains(where: { $0.role == .previous }), let comparison else {
            return [unitText, label(of: period)].joined(separator: text(.listSeparator))
        }
        return text(
            .chartCompared, ["unit": unitText, "period": label(of: period), "comparison": label(of: comparison)])
    }

    private func unitText(_ unit: Unit, _ label: String) -> String {
        switch unit {
        case .money(let currency, _): text(.unitMoney, ["sign": formatter.currencySign(currency)])
        case .percent: text(.unitPercent)
        default: label
        }
    }

    /// What the chart says, for a reader who cannot see it.
    func alternative(_ title: String, _ subtitle: String, _ unit: Unit, _ content: ChartContent) -> String {
        let names = content.names(formatter.date)
        let values = content.series.filter { $0.role == .current }.flatMap { series in
            zip(names, series.values).compactMap { name, value in
                value.map { (name: content.series.count > 2 ? "\(name), \(series.label)" : name, value: $0) }
            }
        }
        guard let highest = values.max(by: { $0.value < $1.value }),
            let lowest = values.min(by: { $0.value < $1.value })
        else { return title }
        return text(
            .chartAlternative,
            [
                "title": title, "subtitle": subtitle, "highest": formatter.compact(.double(highest.value), unit: unit),
                "highestName": highest.name, "lowest": formatter.compact(.double(lowest.value), unit: unit),
                "lowestName": lowest.name,
            ])
    }

    /// What sentences can say of a chart: the highest and lowest bucket of a line, the first bars of a ranking.
    func fact(of definition: ChartDefinition) throws(ReportError) -> SentenceValue? {
        guard let metric = metric(definition.metric) else { return nil }
        let unit = try metric.unit.unit(currency: request.presentation.currency)
        switch definition.mark {
        case .line, .columns: return try seriesFact(definition, metric, unit)
        case .bars: return try rankingFact(definition, metric, unit)
        default: return nil
        }
    }

    private func seriesFact(
        _ definition: ChartDefinition, _ metric: MetricDefinition, _ unit: Unit
    ) throws(ReportError) -> SentenceValue? {
        let rows = try rows(of: definition)
        var found: [(date: LocalDate, value: Scalar, number: Double)] = []
        for date in rows.buckets where dates(of: rows.model).contains(date) {
            let value = try rows.value(metric, over: rows.rows(of: date))
            if let number = value.approximateNumber { found.append((date, value, number)) }
        }
        // The first of equal days; a line without movement has no strongest day.
        guard let highest = found.max(by: { ($0.number, $1.date) < ($1.number, $0.date) }),
            let lowest = found.min(by: { ($0.number, $0.date) < ($1.number, $1.date) }),
            lowest.number < highest.number
        else { return nil }
        return .group([
            "highest": .text(formatter.dayAndMonth(highest.date)),
            "highest_value": .text(formatter.compact(highest.value, unit: unit)),
            "lowest": .text(formatter.dayAndMonth(lowest.date)),
            "lowest_value": .text(formatter.compact(lowest.value, unit: unit)),
        ])
    }

    private func rankingFact(
        _ definition: ChartDefinition, _ metric: MetricDefinition, _ unit: Unit
    ) throws(ReportError) -> SentenceValue? {
        let ranked = try ranking(definition)
        guard let first = ranked.first, first.number > 0 else { return nil }
        var values: [String: SentenceValue] = [
            "first": .text(first.name), "value": .text(formatter.compact(first.value, unit: unit)),
            "count": .text(formatter.full(.int(Int64(ranked.count)), unit: .count)),
            "several": .truth(ranked.count > 1), "share": .text(try share(of: first, metric, definition)),
            "second": .text(""), "second_value": .text(""),
        ]
        if ranked.count > 1 {
            values["second"] = .text(ranked[1].name)
            values["second_value"] = .text(formatter.compact(ranked[1].value, unit: unit))
        }
        return .group(values)
    }

    /// The part of a category in the whole that the metric's own model knows: a table of the largest is not the whole.
    private func share(
        of category: RankedCategory, _ metric: MetricDefinition, _ definition: ChartDefinition
    ) throws(ReportError) -> String {
        guard var rows = self.rows[metric.model] else { return "" }
        if metric.model == definition.model { rows = rows.narrowed(to: definition.conditions) }
        // Part and whole cover the same dates: a month's bucket has the running day too.
        let dates = dates(of: try self.rows(of: definition.model).model)
        let whole = try rows.value(metric, over: rows.rows(in: dates))
        guard let part = category.value.exactNumber, let whole = whole.exactNumber,
            let share = ExactDecimal.ratio(part, whole, scale: 6)
        else { return "" }
        return formatter.full(.decimal(share), unit: .percent)
    }
}

extension Unit {
    /// Whether values are amounts of a time span, so that "a day" says something.
    fileprivate var isFlow: Bool {
        switch self {
        case .money, .count: true
        default: false
        }
    }
}
