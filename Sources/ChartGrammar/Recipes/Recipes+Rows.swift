internal import CivilTime
internal import Formatting

/// Rows and columns of categories.
extension Recipes {
    static let rowsMax = 24

    /// The rows that are shown, and a plot with names at the left and values along.
    private func rowPlot(_ unit: Unit? = nil, includesZero: Bool = true, pitch: Double = 20) -> (plot: Plot, count: Int)
    {
        let names =
            chart.categories.isEmpty ? (chart.dates ?? []).map { labeller.date($0, form: .dayMonth) } : chart.categories
        let count = min(names.count, Self.rowsMax)
        var plot = Plot(
            x: valueAxis(unit, includesZero: includesZero),
            y: Plot.Axis(kind: .band(Array(names.prefix(count))), isReversed: true, hasGrid: false))
        if names.count > count { plot.notes.append(ChartTexts.fill(texts.othersLeftOut, String(names.count - count))) }
        plot.height = (Double(count) * pitch + 18, Double(count) * max(13, pitch * 0.75) + 18)
        return (plot, count)
    }

    /// Several values for each category: in one row or below each other.
    func barsPlot() -> Plot {
        let series = chart.currentSeries
        guard chart.stack == .none else { return stackedBars(stackedSeries()) }
        let shown = Array(series.prefix(4))
        var (plot, count) = rowPlot(pitch: Double(shown.count) * 11 + 8)
        plot.x.hasGrid = false
        plot.x.hasLabels = false
        let width = 0.76 / Double(shown.count)
        for (index, one) in shown.enumerated() {
            let fill = color(index, of: shown.count, one.role)
            plot.legend.append(Plot.LegendItem(label: one.label, color: fill))
            let offset = (Double(index) - Double(shown.count - 1) / 2) * width
            for row in 0..<count {
                guard let value = Transform.value(one.values, row) else { continue }
                plot.layers.append(
                    .bar(
                        x: Plot.Interval(0, value), y: Plot.Interval(band: row, width: width * 0.86, offset: offset),
                        fill: fill))
                plot.labels.append(
                    Plot.Label(
                        text: compact(value), at: Point(x: value, y: Double(row) + offset),
                        placements: [value < 0 ? .leading : .trailing], font: .cell,
                        color: value < 0 ? .negativeText : .body, distance: 3.5))
            }
        }
        if series.count > shown.count {
            plot.notes.append(ChartTexts.fill(texts.othersLeftOut, String(series.count - shown.count)))
        }
        return plot
    }

    private func stackedBars(_ series: [Chart.Series]) -> Plot {
        let isShare = chart.stack == .normalize
        var (plot, count) = rowPlot(isShare ? .percent : nil, pitch: 22)
        plot.x.hasGrid = false
        plot.x.hasLabels = false
        let stacked = Transform.stacked(series.map(\.values), count: count, isShare: isShare)
        if isShare { plot.x.bounds = shareBounds(stacked) }
        for (index, one) in series.enumerated() {
            let fill = color(index, of: series.count, one.role)
            plot.legend.append(Plot.LegendItem(label: one.label, color: fill))
            for row in 0..<count {
                guard let interval = stacked[index][row], let value = Transform.value(one.values, row) else { continue }
                plot.layers.append(.bar(x: interval, y: Plot.Interval(band: row, width: 0.62), fill: fill))
                // A hair of paper between neighbours.
                plot.layers.append(
                    .rule(
                        Point(x: interval.to, y: Double(row) - 0.31), Point(x: interval.to, y: Double(row) + 0.31),
                        Stroke(.paper, width: 0.8)))
                let text = isShare ? labeller.compact(interval.to - interval.from, unit: .percent) : compact(value)
                plot.labels.append(
                    Plot.Label(
                        text: text, at: Point(x: (interval.from + interval.to) / 2, y: Double(row)),
                        placements: [.center], font: .cell, color: fill.onTop, isNeeded: false, room: interval))
            }
        }
        if !isShare, series.allSatisfy({ Transform.finite($0.values).allSatisfy { $0 >= 0 } }) {
            for row in 0..<count {
                guard let end = stacked.compactMap({ $0[row]?.to }).max() else { continue }
                plot.labels.append(
                    Plot.Label(
                        text: compact(end), at: Point(x: end, y: Double(row)), placements: [.trailing],
                        font: .labelStrong))
            }
        }
        return plot
    }

    /// Several values for each column, or one for each name.
    func columnsPlot() -> Plot {
        let series = chart.stack == .none ? chart.currentSeries : stackedSeries()
        let names = chart.dates.map { columnNames($0) } ?? chart.categories
        let isShare = chart.stack == .normalize
        var plot = Plot(
            x: Plot.Axis(kind: .band(names), hasGrid: false), y: valueAxis(isShare ? .percent : nil))
        plot.height = isWide ? (200, 140) : (168, 120)
        let isPartial = { (index: Int) in
            chart.partialFrom.map { from in (chart.dates?[index]).map { $0 >= from } ?? false } ?? false
        }
        guard chart.stack != .none else {
            let shown = Array(series.prefix(4))
            let width = 0.78 / Double(max(1, shown.count))
            for (index, one) in shown.enumerated() {
                let fill = color(index, of: shown.count, one.role)
                if shown.count > 1 { plot.legend.append(Plot.LegendItem(label: one.label, color: fill)) }
                let offset = (Double(index) - Double(shown.count - 1) / 2) * width
                for place in names.indices {
                    guard let value = Transform.value(one.values, place) else { continue }
                    plot.layers.append(
                        .bar(
                            x: Plot.Interval(
                                band: place, width: width * (shown.count == 1 ? 0.9 : 0.92), offset: offset),
                            y: Plot.Interval(0, value), fill: value < 0 && shown.count == 1 ? .negative : fill,
                            isHatched: isPartial(place)))
                }
            }
            if series.count > shown.count {
                plot.notes.append(ChartTexts.fill(texts.othersLeftOut, String(series.count - shown.count)))
            }
            return plot
        }
        let stacked = Transform.stacked(series.map(\.values), count: names.count, isShare: isShare)
        if isShare { plot.y.bounds = shareBounds(stacked) }
        for (index, one) in series.enumerated() {
            let fill = color(index, of: series.count, one.role)
            for place in names.indices {
                guard let interval = stacked[index][place] else { continue }
                plot.layers.append(
                    .bar(
                        x: Plot.Interval(band: place, width: 0.74), y: interval, fill: fill, isHatched: isPartial(place)
                    ))
                plot.layers.append(
                    .rule(
                        Point(x: Double(place) - 0.37, y: interval.to), Point(x: Double(place) + 0.37, y: interval.to),
                        Stroke(.paper, width: 0.8)))
            }
            if let end = stacked[index].last(where: { $0 != nil }) ?? nil {
                plot.endLabels.append(
                    Plot.EdgeLabel(
                        lines: [one.label], y: (end.from + end.to) / 2,
                        color: textColor(index, of: series.count, one.role)))
            }
        }
        return plot
    }

    /// Positions of categories; the compared period as a hollow one.
    func dotPlot() -> Plot {
        let current = chart.first(.current)?.values ?? []
        let previous = chart.first(.previous)?.values ?? []
        let values = Transform.finite(current + previous)
        let isFlat = (values.min() ?? 0) > 0 && (values.max() ?? 0) < 3 * (values.min() ?? 0)
        var (plot, count) = rowPlot(includesZero: !isFlat, pitch: 18)
        for row in 0..<count {
            let y = Double(row)
            if let low = values.min(), let high = values.max() {
                plot.layers.append(
                    .rule(
                        Point(x: isFlat ? low : min(0, low), y: y), Point(x: max(high, isFlat ? low : 0), y: y),
                        Stroke(.rule, width: 0.6, dashes: [0.8, 2.4])))
            }
            if let before = Transform.value(previous, row) {
                plot.layers.append(.ring(Point(x: before, y: y), radius: 3.2, color: .context))
            }
            guard let value = Transform.value(current, row) else { continue }
            plot.layers.append(.dot(Point(x: value, y: y), radius: 3.6, fill: value < 0 ? .negative : .accent))
            plot.labels.append(
                Plot.Label(
                    text: compact(value), at: Point(x: value, y: y),
                    placements: [(Transform.value(previous, row) ?? value) > value ? .leading : .trailing], font: .cell,
                    distance: 6.5))
        }
        if isFlat, let first = NiceTicks(enclosing: values.min() ?? 0, values.max() ?? 0, unit: chart.unit).values.first
        {
            plot.notes.append(ChartTexts.fill(texts.axisStartsAt, compact(first)))
        }
        addPeriodLegend(&plot)
        return plot
    }

    /// Two periods of each category, joined.
    func dumbbellPlot() -> Plot {
        let (current, previous) = (chart.first(.current)?.values ?? [], chart.first(.previous)?.values ?? [])
        let values = Transform.finite(current + previous)
        let isFlat = (values.min() ?? 0) > 0 && (values.max() ?? 0) < 3 * (values.min() ?? 0)
        var (plot, count) = rowPlot(includesZero: !isFlat, pitch: 20)
        for row in 0..<count {
            let (y, before, after) = (
                Double(row), Transform.value(previous, row), Transform.value(current, row)
            )
            if let before, let after {
                plot.layers.append(
                    .rule(Point(x: before, y: y), Point(x: after, y: y), Stroke(.cellBar, width: 3)))
            }
            if let before { plot.layers.append(.dot(Point(x: before, y: y), radius: 3.2, fill: .context)) }
            if let after { plot.layers.append(.dot(Point(x: after, y: y), radius: 3.8, fill: .accent)) }
            let isGrowing = (after ?? 0) >= (before ?? 0)
            if let after {
                plot.labels.append(
                    Plot.Label(
                        text: compact(after), at: Point(x: after, y: y), placements: [isGrowing ? .trailing : .leading],
                        font: .cell, color: .accent, distance: 6.5))
            }
            if let before, after != before {
                plot.labels.append(
                    Plot.Label(
                        text: compact(before), at: Point(x: before, y: y),
                        placements: [isGrowing ? .leading : .trailing], font: .cell, color: .mute, distance: 6.5))
            }
        }
        plot.x.hasLabels = false
        addPeriodLegend(&plot)
        return plot
    }

    private func addPeriodLegend(_ plot: inout Plot) {
        guard let current = chart.first(.current), let previous = chart.first(.previous) else { return }
        plot.legend = [
            Plot.LegendItem(label: current.label, color: .accent),
            Plot.LegendItem(label: previous.label, color: .context),
        ]
    }

    /// From a start through rises and falls to an end. Totals are grey, rises the tenant's colour, falls amber.
    func waterfallPlot() -> Plot {
        let names = chart.categories
        let values = chart.first(.current)?.values ?? []
        let steps = Transform.waterfall(values, count: names.count, totals: chart.totals)
        var plot = Plot(x: Plot.Axis(kind: .band(names), hasGrid: false), y: valueAxis())
        plot.y.hasLabels = false
        plot.y.hasGrid = false
        plot.height = isWide ? (200, 140) : (176, 130)
        for (index, step) in steps.enumerated() {
            guard let step else { continue }
            let isTotal = chart.totals.contains(index)
            let change = step.to - step.from
            plot.layers.append(
                .bar(
                    x: Plot.Interval(band: index, width: 0.66), y: step,
                    fill: isTotal ? .context : change < 0 ? .negative : .accent))
            if index + 1 < steps.count, steps[index + 1] != nil {
                plot.layers.append(
                    .rule(
                        Point(x: Double(index) + 0.33, y: step.to), Point(x: Double(index) + 0.67, y: step.to),
                        Stroke(.zero, width: 0.6)))
            }
            let sign = isTotal || change < 0 ? "" : "+"
            plot.labels.append(
                Plot.Label(
                    text: sign + compact(isTotal ? step.to : change),
                    at: Point(
                        x: Double(index), y: change < 0 && !isTotal ? min(step.from, step.to) : max(step.from, step.to)),
                    placements: [change < 0 && !isTotal ? .below : .above], font: isTotal ? .labelStrong : .cell,
                    color: isTotal ? .ink : change < 0 ? .negativeText : .accent, distance: 3))
        }
        return plot
    }

    /// Steps that ever fewer take: bars from one edge, the share of the first and of the step before.
    func funnelPlot() -> Plot {
        let values = chart.first(.current)?.values ?? []
        var (plot, count) = rowPlot(pitch: 26)
        plot.x.hasGrid = false
        plot.x.hasLabels = false
        let first = Transform.value(values, 0) ?? 0
        for row in 0..<count {
            guard let value = Transform.value(values, row) else { continue }
            let before = row > 0 ? Transform.value(values, row - 1) ?? 0 : 0
            plot.layers.append(
                .bar(
                    x: Plot.Interval(0, value), y: Plot.Interval(band: row, width: 0.62),
                    fill: row == 0 ? .context : .accent))
            if row > 0, before > 0 {
                // What the step lost, in a pale colour.
                plot.layers.append(
                    .bar(
                        x: Plot.Interval(value, max(value, before)), y: Plot.Interval(band: row, width: 0.62),
                        fill: .tint(1)))
            }
            var text = compact(value)
            if row > 0, first > 0, (value / first).isFinite {
                text += "  ·  " + labeller.compact(value / first, unit: .percent)
            }
            plot.labels.append(
                Plot.Label(
                    text: text, at: Point(x: max(value, before), y: Double(row)), placements: [.trailing],
                    font: .labelMedium))
        }
        return plot
    }

    /// Values against targets, on the background of the compared period.
    func bulletPlot() -> Plot {
        let (current, target, previous) = (
            chart.first(.current)?.values ?? [], chart.first(.target)?.values ?? [],
            chart.first(.previous)?.values ?? []
        )
        var (plot, count) = rowPlot(pitch: 22)
        plot.x.hasGrid = false
        plot.x.hasLabels = false
        for row in 0..<count {
            if let goal = Transform.value(target, row) {
                plot.layers.append(
                    .bar(x: Plot.Interval(0, goal), y: Plot.Interval(band: row, width: 0.62), fill: .tint(1)))
            }
            if let value = Transform.value(current, row) {
                plot.layers.append(
                    .bar(
                        x: Plot.Interval(0, value), y: Plot.Interval(band: row, width: 0.3),
                        fill: value < 0 ? .negative : .accent))
            }
            if let before = Transform.value(previous, row) {
                plot.layers.append(
                    .rule(
                        Point(x: before, y: Double(row) - 0.2), Point(x: before, y: Double(row) + 0.2),
                        Stroke(.context, width: 1.2)))
            }
            if let goal = Transform.value(target, row) {
                plot.layers.append(
                    .rule(
                        Point(x: goal, y: Double(row) - 0.36), Point(x: goal, y: Double(row) + 0.36),
                        Stroke(.ink, width: 1.8)))
            }
            guard let value = Transform.value(current, row) else { continue }
            let goal = Transform.value(target, row)
            let share = goal.flatMap {
                $0 > 0 && (value / $0).isFinite ? labeller.compact(value / $0, unit: .percent) : nil
            }
            plot.labels.append(
                Plot.Label(
                    text: [compact(value), share].compactMap(\.self).joined(separator: "  ·  "),
                    at: Point(x: max(value, goal ?? 0, Transform.value(previous, row) ?? 0), y: Double(row)),
                    placements: [.trailing], color: goal.map { value >= $0 } ?? true ? .ink : .negativeText))
        }
        if let target = chart.first(.target), let current = chart.first(.current) {
            plot.legend = [
                Plot.LegendItem(label: current.label, color: .accent),
                Plot.LegendItem(label: target.label, color: .ink, isLine: true),
            ]
        }
        return plot
    }
}
