internal import CivilTime
internal import Columnar
internal import Formatting
internal import Models

extension Assembly {
    /// How many periods a sparkline shows, this one included.
    static let sparklineCount = 13

    func tiles() throws(ReportError) -> [Tile] {
        var tiles: [Tile] = []
        for name in report.tiles {
            guard let metric = metric(name) else { continue }
            tiles.append(try tile(metric))
        }
        return tiles
    }

    private func tile(_ metric: MetricDefinition) throws(ReportError) -> Tile {
        let rows = try rows(of: metric.model)
        let unit = try metric.unit.unit(currency: request.presentation.currency)
        let compared = try comparedDates(of: rows).map { dates throws(ReportError) in
            try rows.value(metric, over: rows.rows(in: dates))
        }
        return Tile(
            measure: Measure(name: metric.name, label: metric.label, unit: unit, good: metric.good),
            value: try rows.value(metric, over: rows.rows(in: dates(of: rows.model))), previous: compared ?? .null,
            sparkline: try sparkline(metric, rows))
    }

    /// The last periods of the report's grain up to this one, nil where the data had not begun; none where there are fewer
    /// than three values: two are the change, which stands below them.
    private func sparkline(_ metric: MetricDefinition, _ rows: ModelRows) throws(ReportError) -> [Double?] {
        // Without time there is no history.
        guard rows.model.bucket != nil else { return [] }
        var values: [Double?] = []
        var current = period
        for step in 0..<Self.sparklineCount {
            let dates = step == 0 ? dates(of: rows.model) : current.dates
            let bucketRows = rows.rows(in: dates)
            values.append(bucketRows.isEmpty ? nil : try rows.value(metric, over: bucketRows).approximateNumber)
            current = calendar.previous(of: current)
        }
        guard values.count(where: { $0 != nil }) > 2 else { return [] }
        return values.reversed()
    }

    /// What sentences can say of each tile's metric, and of the document.
    func metricValues(_ tiles: [Tile]) throws(ReportError) -> [String: SentenceValue] {
        var values: [String: SentenceValue] = [
            "tenant": .text(request.identity.tenantName), "title": .text(request.identity.title),
            "period": .text(label(of: period)), "comparison": .text(comparison.map(label(of:)) ?? ""),
        ]
        for parameter in report.parameters {
            values[parameter.name] = sentenceValue(value(of: parameter))
        }
        for tile in tiles { if let facts = facts(of: tile) { values[tile.measure.name] = .group(facts) } }
        return values
    }

    /// A parameter as a sentence says it; an empty list or text is false in a section.
    private func sentenceValue(_ value: ParameterValue) -> SentenceValue {
        switch value {
        case .integer(let number): .text(formatter.full(.int(number), unit: .count))
        case .number(let number): .text(formatter.full(.decimal(number), unit: .number(decimals: number.scale)))
        case .text(let text): text.isEmpty ? .truth(false) : .text(text)
        case .boolean(let truth): .truth(truth)
        case .date(let date): .text(formatter.date(date))
        case .list(let parts):
            parts.isEmpty ? .truth(false) : .text(parts.joined(separator: text(.listSeparator)))
        }
    }

    /// The names of `SentenceScope.metricNames`; nil where there is no value.
    private func facts(of tile: Tile) -> [String: SentenceValue]? {
        guard tile.value.exactNumber != nil else { return nil }
        let unit = tile.measure.unit
        let value = formatter.compact(tile.value, unit: unit, besides: tile.previous)
        let change = formatter.change(
            from: tile.previous, to: tile.value, unit: unit, good: tile.measure.good, base: base)
        // "rose 8.4%": the arrow says in a tile what the verb says in a sentence.
        let delta = change.map { String($0.change.drop { "▲▼ ".contains($0) }) } ?? ""
        let movement = change?.movement ?? .none
        let direction = text(movement == .up ? .rose : movement == .down ? .fell : .unchanged)
        let isNew = change?.base.isEmpty == true
        let sentence: EngineText.Key =
            change == nil || isNew ? .valueSentence : movement == .none ? .unchangedSentence : .changeSentence
        return [
            "label": .text(tile.measure.label), "value": .text(value),
            "previous": .text(formatter.compact(tile.previous, unit: unit)), "direction": .text(direction),
            "delta": .text(movement == .none ? "" : delta), "base": .text(base ?? ""),
            "change": .text(text(sentence, ["direction": direction, "delta": delta, "value": value])),
            "rose": .truth(movement == .up), "fell": .truth(movement == .down),
            "unchanged": .truth(change != nil && movement == .none), "new": .truth(isNew),
            "compared": .truth(change != nil && !isNew),
        ]
    }

    /// The sentences that have something to say; the sentence for nothing where there are no rows.
    func headline(_ tiles: [Tile], _ values: [String: SentenceValue]) throws(ReportError) -> String {
        let hasRows = tiles.contains { tile in
            tile.value.exactNumber.map { $0.unscaled != 0 } ?? false
        }
        if !hasRows, let empty = report.empty { return try empty.rendered(values) }
        var sentences: [String] = []
        if let rules = report.headline {
            for rule in rules where rule.conditions.allSatisfy({ holds($0, tiles) }) {
                let sentence = try rule.sentence.rendered(values)
                if !sentence.isEmpty { sentences.append(sentence) }
            }
        } else {
            sentences = try findings(tiles, values)
        }
        return sentences.isEmpty ? "\(request.identity.title), \(label(of: period))" : sentences.joined(separator: " ")
    }
}
