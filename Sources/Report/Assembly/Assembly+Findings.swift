internal import ChartGrammar
internal import Columnar
internal import Formatting

/// The headline by rules.
extension Assembly {
    /// Whether a condition holds; one on a figure that is not there does not.
    func holds(_ condition: HeadlineCondition, _ tiles: [Tile]) -> Bool {
        guard let tile = tiles.first(where: { $0.measure.name == condition.metric }) else { return false }
        let value: ExactDecimal? =
            switch condition.figure {
            case .value: tile.inUnits(tile.value)
            case .previous: tile.inUnits(tile.previous)
            case .change: tile.change
            }
        return value.map(condition.holds) ?? false
    }

    /// What the engine finds where the definition leaves it to the engine: how the first tile's figure moved; which of
    /// the others moved most, where one moved by a tenth or more; what had the largest part, where a chart ranks things.
    func findings(_ tiles: [Tile], _ values: [String: SentenceValue]) throws(ReportError) -> [String] {
        var found: [String] = []
        if let first = tiles.first, let sentence = try movement(of: first, values) { found.append(sentence) }
        let others = tiles.dropFirst().filter { tile in
            guard let change = tile.change, case .percent = tile.measure.unit else {
                return tile.change.map { abs($0.approximation) >= 0.1 } ?? false
            }
            return abs(change.approximation) >= 0.05
        }
        // The first of those that moved as much.
        let most = others.max { left, right in
            abs(left.change?.approximation ?? 0) < abs(right.change?.approximation ?? 0)
        }
        if let most, let sentence = try movement(of: most, values) { found.append(sentence) }
        if let sentence = largest(values) { found.append(sentence) }
        return found
    }

    private func movement(of tile: Tile, _ values: [String: SentenceValue]) throws(ReportError) -> String? {
        guard case .group(let facts)? = values[tile.measure.name], case .text(let change)? = facts["change"] else {
            return nil
        }
        return text(.findingMovement, ["measure": tile.measure.label, "change": change])
    }

    /// The largest of the first chart that ranks several things and knows their share in the whole.
    private func largest(_ values: [String: SentenceValue]) -> String? {
        for chart in report.blocks.flatMap(\.allCharts) where chart.mark == .bars {
            guard case .group(let facts)? = values[chart.name], case .truth(true)? = facts["several"],
                case .text(let first)? = facts["first"], case .text(let share)? = facts["share"], !share.isEmpty
            else { continue }
            let measure = metric(chart.metric)?.label ?? chart.metric
            return text(
                .findingLargest,
                ["first": first, "share": share, "measure": text.language == "en" ? measure.lowercased() : measure])
        }
        return nil
    }
}

extension Tile {
    /// A value of the tile in the units that people say: money in major ones.
    fileprivate func inUnits(_ value: Scalar) -> ExactDecimal? {
        guard let number = value.exactNumber else { return nil }
        guard case .money(_, let exponent) = measure.unit, number.scale + exponent <= 38 else { return number }
        return ExactDecimal(unscaled: number.unscaled, scale: number.scale + exponent)
    }

    /// The growth since the compared period as a fraction, of percentages the difference; nil where there is none.
    fileprivate var change: ExactDecimal? {
        guard let now = value.exactNumber, let before = previous.exactNumber else { return nil }
        if case .percent = measure.unit {
            return ExactDecimal(shortest: now.approximation - before.approximation)?.rounded(toScale: 12)
        }
        guard before.unscaled != 0, let ratio = ExactDecimal.ratio(now, before, scale: 12) else { return nil }
        let (growth, overflow) = ratio.unscaled.subtractingReportingOverflow(1_000_000_000_000)
        return overflow ? nil : ExactDecimal(unscaled: growth, scale: 12)
    }
}
