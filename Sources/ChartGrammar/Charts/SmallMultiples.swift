internal import CivilTime
internal import Formatting

/// The panels of small multiples: one plot for each series, all on one scale.
struct PanelGrid {
    static let panelsMax = 24
    static let gutter = 16.0
    static let headHeight = 22.0

    let count: Int
    let columns: Int
    let rows: Int

    init(_ chart: Chart, isWide: Bool) {
        count = min(Self.panelsMax, chart.currentSeries.count)
        let most = isWide ? 4 : 2
        // Three in a row rather than four and two.
        columns = max(1, min(most, count == 5 || count == 6 || count == 9 ? min(3, most) : count))
        rows = max(1, (count + columns - 1) / columns)
    }

    func height(isWide: Bool) -> Double { Double(rows) * (isWide ? 106 : 98) + 12 }
}

extension SceneComposer {
    /// Each series in a panel of its own, the others behind it in grey; the name and the last value above.
    func smallMultiples(_ chart: Chart, in box: Box, isWide: Bool) throws -> [SceneMark] {
        let grid = PanelGrid(chart, isWide: isWide)
        let series = Array(chart.currentSeries.prefix(grid.count))
        guard !series.isEmpty else { return [] }
        let width = (box.width - Double(grid.columns - 1) * PanelGrid.gutter) / Double(grid.columns)
        let height = box.height / Double(grid.rows)
        let values = series.flatMap { Transform.finite($0.values) }
        let (low, high) = (values.min() ?? 0, values.max() ?? 0)
        let isFlat = low > 0 && high - low < 0.2 * high
        let ticks = NiceTicks(enclosing: isFlat ? low : min(0, low), max(high, isFlat ? low : 0), unit: chart.unit)
        var marks: [SceneMark] = []
        for (index, one) in series.enumerated() {
            let column = isRightToLeft ? grid.columns - 1 - index % grid.columns : index % grid.columns
            let panel = Box(
                x: box.x + Double(column) * (width + PanelGrid.gutter),
                y: box.y + Double(index / grid.columns) * height, width: width, height: height - 6)
            marks += panelHead(one, chart.unit, panel)
            var plot = Recipes(chart: chart, composer: self, isWide: false).panel(one, beside: series)
            plot.y.bounds = (ticks.lower, ticks.upper)
            plot.y.hasLabels = index % grid.columns == 0
            // One scale has one set of lines, whether dates stand below a panel or not.
            plot.y.isSparse = height < 130
            plot.x.hasLabels = index + grid.columns >= series.count
            let area = Box(
                x: panel.x, y: panel.y + PanelGrid.headHeight, width: panel.width,
                height: max(24, panel.height - PanelGrid.headHeight - (plot.x.hasLabels ? 0 : 13)))
            marks += try PlotComposer(composer: self, plot: plot, box: area).marks()
        }
        return marks
    }

    private func panelHead(_ series: Chart.Series, _ unit: Unit, _ panel: Box) -> [SceneMark] {
        let last = series.values.last { $0?.isFinite == true } ?? nil
        let head: [SceneMark] = [
            .text(
                SceneText(
                    series.label, font: .labelStrong, color: .ink, at: Point(x: panel.x, y: panel.y + 9),
                    width: panel.width * 0.64, linesMax: 1)),
            .text(
                SceneText(
                    last.map { labeller.compact($0, unit: unit) } ?? "–", font: .label, color: .accent,
                    at: Point(x: panel.right, y: panel.y + 9), anchor: .trailing)),
        ]
        return isRightToLeft ? head.map { $0.mirrored(in: panel) } : head
    }

    /// A row for each series: name, word-sized line, last value, change since the first.
    func sparklineTable(_ chart: Chart, in box: Box) throws -> [SceneMark] {
        let series = Array(chart.currentSeries.prefix(SparklineRows.rowsMax))
        let pitch = box.height / Double(max(1, series.count))
        let lasts = series.map { one in
            (one.values.last { $0?.isFinite == true } ?? nil).map { labeller.compact($0, unit: chart.unit) } ?? "–"
        }
        let changes = series.map { one -> (text: String, direction: Int)? in
            let values = Transform.finite(one.values)
            guard let first = values.first, let last = values.last, values.count > 1 else { return nil }
            return labeller.change(from: first, to: last, unit: chart.unit)
        }
        let nameWidth = try min(widest(series.map(\.label), font: .labelMedium), box.width * 0.34)
        let lastWidth = try widest(lasts, font: .labelStrong)
        let changeWidth = try widest(changes.compactMap { $0?.text }, font: .label)
        let (left, right) = (box.x + nameWidth + 12, box.right - changeWidth - lastWidth - 26)
        var marks: [SceneMark] = []
        for (index, one) in series.enumerated() {
            let (top, baseline) = (box.y + Double(index) * pitch, box.y + (Double(index) + 0.5) * pitch + 2.8)
            marks.append(
                .text(
                    SceneText(
                        one.label, font: .labelMedium, color: .body, at: Point(x: box.x, y: baseline),
                        width: nameWidth + 1, linesMax: 1, ellipsis: .middle)))
            let line = Sparkline.marks(
                one.values, in: Box(x: left, y: top + 5, width: max(20, right - left), height: max(6, pitch - 10)))
            // Time runs to the right in every language: mirrored here, mirrored back with the row.
            let row = Box(x: left, y: top, width: max(20, right - left), height: pitch)
            marks += isRightToLeft ? line.map { $0.mirrored(in: row) } : line
            marks.append(
                .text(
                    SceneText(
                        lasts[index], font: .labelStrong, color: .ink,
                        at: Point(x: box.right - changeWidth - 14, y: baseline), anchor: .trailing)))
            if let change = changes[index] {
                marks.append(
                    .text(
                        SceneText(
                            change.text, font: .label, color: changeColor(change.direction, chart),
                            at: Point(x: box.right, y: baseline), anchor: .trailing)))
            }
            let rule = top + pitch
            if index + 1 < series.count {
                marks.append(
                    .line([Point(x: box.x, y: rule), Point(x: box.right, y: rule)], Stroke(.rule, width: 0.5)))
            }
        }
        return marks
    }
}

/// How many rows a table of sparklines has.
enum SparklineRows {
    static let rowsMax = 24
    static let rowHeight = 24.0
}

extension Recipes {
    /// One panel: the others thin and grey, its own strong.
    func panel(_ own: Chart.Series, beside others: [Chart.Series]) -> Plot {
        let (x, places) = domainAxis()
        var plot = Plot(x: x, y: valueAxis())
        // More than a dozen grey lines would be a fog.
        for other in others.prefix(12) where other != own {
            for run in runs(other.values, places) where run.count > 1 {
                plot.layers.append(.line(Transform.thinned(run, countMax: 120), Stroke(.rule, width: 0.8)))
            }
        }
        for run in runs(own.values, places) {
            if run.count > 1 {
                plot.layers.append(
                    .line(Transform.thinned(run, countMax: 240), Stroke(.accent, width: 1.6, isRound: true)))
            } else {
                plot.layers.append(.dot(run[0], radius: 1.4, fill: .accent, hasRing: false))
            }
        }
        if let index = places.indices.last(where: { Transform.value(own.values, $0) != nil }),
            let value = Transform.value(own.values, index)
        {
            plot.layers.append(.dot(Point(x: places[index], y: value), radius: 2, fill: .accent))
        }
        return plot
    }
}
