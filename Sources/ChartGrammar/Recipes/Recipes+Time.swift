internal import CivilTime
internal import Formatting

/// Values along time.
extension Recipes {
    /// Filled lines from zero; several lie on each other, their names at the right.
    func areaPlot() -> Plot {
        let (x, places) = domainAxis()
        let isShare = chart.stack == .normalize
        var plot = Plot(x: x, y: valueAxis(isShare ? .percent : nil))
        plot.height = isWide ? (226, 150) : (168, 120)
        let series = stackedSeries()
        let stacked = Transform.stacked(series.map(\.values), count: places.count, isShare: isShare)
        if isShare { plot.y.bounds = shareBounds(stacked) }
        for (index, intervals) in stacked.enumerated() {
            let isOnly = series.count == 1
            let fill: ColorRole = isOnly ? .tint(2) : color(index, of: series.count, series[index].role)
            for run in runsOfIntervals(intervals, places) {
                let (upper, lower) = (
                    run.map { Point(x: $0.x, y: $0.interval.to) }, run.map { Point(x: $0.x, y: $0.interval.from) }
                )
                plot.layers.append(.area(upper: upper, lower: lower, fill: fill))
                // A hair of paper between neighbours, the strong line on top of a single one.
                plot.layers.append(
                    .line(upper, isOnly ? Stroke(.accent, width: 1.8, isRound: true) : Stroke(.paper, width: 0.8)))
            }
            guard let end = intervals.last(where: { $0 != nil }) ?? nil else { continue }
            let share = isShare ? labeller.compact(end.to - end.from, unit: .percent) : compact(end.to - end.from)
            plot.endLabels.append(
                Plot.EdgeLabel(
                    lines: [series[index].label, share].filter { !$0.isEmpty },
                    y: isOnly ? end.to : (end.from + end.to) / 2,
                    color: textColor(index, of: series.count, series[index].role), isStrong: true))
        }
        return plot
    }

    private func runsOfIntervals(
        _ intervals: [Plot.Interval?], _ places: [Double]
    ) -> [[(x: Double, interval: Plot.Interval)]] {
        var (runs, run): ([[(x: Double, interval: Plot.Interval)]], [(x: Double, interval: Plot.Interval)]) = ([], [])
        for (place, interval) in zip(places, intervals) {
            if let interval {
                run.append((place, interval))
            } else {
                if run.count > 1 { runs.append(run) }
                run = []
            }
        }
        return run.count > 1 ? runs + [run] : runs
    }

    /// A line within bands; bands are named at the right.
    func bandPlot() -> Plot {
        let (x, places) = domainAxis()
        var plot = Plot(x: x, y: valueAxis(includesZero: touchesZero))
        plot.height = isWide ? (226, 150) : (168, 120)
        addBands(&plot, places)
        for (index, series) in chart.currentSeries.enumerated() {
            addLine(&plot, series, places, color(index, of: chart.currentSeries.count, series.role))
            if let last = last(series.values) {
                plot.endLabels.append(
                    Plot.EdgeLabel(
                        lines: [series.label, compact(last)].filter { !$0.isEmpty }, y: last,
                        color: textColor(index, of: chart.currentSeries.count, series.role), isStrong: true))
            }
        }
        return plot
    }

    /// A history that goes on as an expectation within bands.
    func fanPlot() -> Plot {
        let (x, places) = domainAxis()
        var plot = Plot(x: x, y: valueAxis(includesZero: touchesZero))
        plot.height = isWide ? (226, 150) : (168, 120)
        guard let history = chart.first(.current) else { return plot }
        let lastIndex = history.values.indices.last { Transform.value(history.values, $0) != nil }
        addBands(&plot, places, from: lastIndex.map { ($0, history.values[$0]) })
        if let forecast = chart.first(.forecast) {
            var values = forecast.values
            // The expectation begins where the history ends.
            if let lastIndex, values.indices.contains(lastIndex), values[lastIndex] == nil {
                values[lastIndex] = history.values[lastIndex]
            }
            for run in runs(values, places) where run.count > 1 {
                plot.layers.append(.line(run, Stroke(.accent, width: 1.6, dashes: [3, 2.5])))
            }
            if let end = last(forecast.values) {
                plot.endLabels.append(
                    Plot.EdgeLabel(lines: [forecast.label, compact(end)], y: end, color: .accent, isStrong: true))
            }
        }
        addLine(&plot, history, places, .accent)
        if let lastIndex, places.indices.contains(lastIndex), let value = Transform.value(history.values, lastIndex) {
            plot.labels.append(
                Plot.Label(
                    text: compact(value), at: Point(x: places[lastIndex], y: value), placements: [.above, .below],
                    font: .labelStrong, color: .accent, distance: 6, isNeeded: false))
        }
        return plot
    }

    /// Whether the values' range is so wide that the axis should show zero.
    private var touchesZero: Bool {
        let values = chart.series.flatMap { Transform.finite($0.values) }
        let (low, high) = (values.min() ?? 0, values.max() ?? 0)
        return !(low > 0 && high - low < 0.2 * high)
    }

    private func addLine(_ plot: inout Plot, _ series: Chart.Series, _ places: [Double], _ color: ColorRole) {
        for run in runs(series.values, places) {
            plot.layers.append(.line(run, Stroke(color, width: 2, isRound: true)))
            if run.count == 1 { plot.layers.append(.dot(run[0], radius: 1.6, fill: color)) }
        }
        if let index = places.indices.last(where: { Transform.value(series.values, $0) != nil }),
            let value = Transform.value(series.values, index)
        {
            plot.layers.append(.dot(Point(x: places[index], y: value), radius: 2.4, fill: color))
        }
    }

    /// Bands from the outermost, each inner one a little darker; their names at the outer ends.
    ///
    /// - Parameter origin: where bands of what may come begin: the place and value that are known last.
    private func addBands(_ plot: inout Plot, _ places: [Double], from origin: (place: Int, value: Double?)? = nil) {
        let (lowers, uppers) = (chart.series.filter { $0.role == .lower }, chart.series.filter { $0.role == .upper })
        for (index, (lower, upper)) in zip(lowers, uppers).enumerated() {
            var (top, bottom): ([Point], [Point]) = ([], [])
            let flush = { (plot: inout Plot) in
                if top.count > 1 {
                    plot.layers.append(.area(upper: top, lower: bottom, fill: .tint(min(3, index + 1))))
                }
                (top, bottom) = ([], [])
            }
            for (place, x) in places.enumerated() {
                let known = origin.flatMap { $0.place == place ? $0.value : nil }
                if let low = Transform.value(lower.values, place) ?? known,
                    let high = Transform.value(upper.values, place) ?? known
                {
                    top.append(Point(x: x, y: high))
                    bottom.append(Point(x: x, y: low))
                } else {
                    flush(&plot)
                }
            }
            flush(&plot)
            for series in [upper, lower] where !series.label.isEmpty {
                guard let end = last(series.values) else { continue }
                plot.endLabels.append(Plot.EdgeLabel(lines: [series.label], y: end, color: .mute))
            }
        }
    }

    /// Two moments and a line for each category, names and values at both ends.
    func slopePlot() -> Plot {
        let names = chart.categories
        let (before, after) = (chart.first(.previous), chart.first(.current))
        var plot = Plot(
            x: Plot.Axis(
                kind: .band([before?.label ?? "", after?.label ?? ""]), bounds: (-0.03, 1.03), hasGrid: false),
            y: valueAxis(includesZero: false))
        plot.y.hasLabels = false
        plot.y.hasGrid = false
        let ends = Transform.finite((before?.values ?? []) + (after?.values ?? []))
        let (low, high) = (ends.min() ?? 0, ends.max() ?? 1)
        // The outermost names keep clear of the head above and the periods below.
        if low < high { plot.y.bounds = (low - 0.05 * (high - low), high + 0.05 * (high - low)) }
        plot.height = (max(160, Double(min(names.count, 15)) * 15 + 30), 120)
        for x in [0.0, 1] where !ends.isEmpty {
            plot.layers.append(.rule(Point(x: x, y: low), Point(x: x, y: high), Stroke(.rule, width: 0.8)))
        }
        let changes = names.indices.compactMap { index -> (index: Int, size: Double)? in
            guard let from = Transform.value(before?.values ?? [], index),
                let to = Transform.value(after?.values ?? [], index)
            else { return nil }
            return (index, (to - from).magnitude)
        }
        // The steepest line is the story, the others are context.
        let story = changes.max { ($0.size, $1.index) < ($1.size, $0.index) }?.index
        for index in names.indices.prefix(15) {
            let from = Transform.value(before?.values ?? [], index)
            let to = Transform.value(after?.values ?? [], index)
            let isStory = index == story
            let (mark, text): (ColorRole, ColorRole) = isStory ? (.accent, .accent) : (.context, .body)
            if let from, let to {
                plot.layers.append(
                    .line([Point(x: 0, y: from), Point(x: 1, y: to)], Stroke(mark, width: isStory ? 2 : 1.2)))
            }
            if let from {
                plot.layers.append(.dot(Point(x: 0, y: from), radius: 2.2, fill: mark))
                plot.startLabels.append(
                    Plot.EdgeLabel(
                        lines: ["\(names[index])  \(compact(from))"], y: from, color: text, isStrong: isStory))
            }
            if let to {
                plot.layers.append(.dot(Point(x: 1, y: to), radius: 2.2, fill: mark))
                plot.endLabels.append(
                    Plot.EdgeLabel(lines: ["\(compact(to))  \(names[index])"], y: to, color: text, isStrong: isStory))
            }
        }
        if names.count > 15 { plot.notes.append(ChartTexts.fill(texts.othersLeftOut, String(names.count - 15))) }
        return plot
    }

    /// Ranks over time: the first of the last moment in colours, the others in grey.
    func bumpPlot() -> Plot {
        let (_, count) = (chart.domain, chart.domainCount)
        let names = chart.dates.map { dates in columnNames(dates) } ?? chart.categories
        let series = Array(chart.currentSeries.prefix(12))
        let ranks = Transform.ranks(series.map(\.values), count: count)
        let lowest = ranks.flatMap { $0.compactMap(\.self) }.max() ?? 1
        var plot = Plot(
            x: Plot.Axis(kind: .band(names), bounds: (-0.2, Double(max(1, names.count)) - 0.8), hasGrid: false),
            y: Plot.Axis(kind: .band((1...lowest).map(String.init)), isReversed: true, hasGrid: false, hasLabels: false)
        )
        plot.height = (Double(lowest) * 19 + 20, Double(lowest) * 14 + 20)
        let order = series.indices.sorted {
            ranks[$0].last.flatMap(\.self) ?? 99 < ranks[$1].last.flatMap(\.self) ?? 99
        }
        for index in order.reversed() {
            let place = order.firstIndex(of: index) ?? 0
            let isTop = place < 4
            let fill: ColorRole = isTop ? .series(place) : .contextFill
            let text: ColorRole = isTop ? .seriesText(place) : .mute
            let points = ranks[index].enumerated().compactMap { x, rank in
                rank.map { Point(x: Double(x), y: Double($0 - 1)) }
            }
            for run in runs(ranks[index].map { $0.map { Double($0 - 1) } }, (0..<count).map(Double.init)) {
                plot.layers.append(.line(run, Stroke(fill, width: isTop ? 2.2 : 1.4, isRound: true)))
            }
            for point in points { plot.layers.append(.dot(point, radius: isTop ? 3.4 : 2.6, fill: fill)) }
            if let first = points.first, first.x == 0 {
                plot.startLabels.append(
                    Plot.EdgeLabel(lines: [String(Int(first.y) + 1)], y: first.y, color: text, isStrong: isTop))
            }
            if let end = points.last, Int(end.x) == count - 1 {
                plot.endLabels.append(
                    Plot.EdgeLabel(
                        lines: ["\(Int(end.y) + 1)  \(series[index].label)"], y: end.y, color: text, isStrong: isTop))
            }
        }
        let extra = chart.currentSeries.count - series.count
        if extra > 0 { plot.notes.append(ChartTexts.fill(texts.othersLeftOut, String(extra))) }
        return plot
    }

    func columnNames(_ dates: [LocalDate]) -> [String] {
        let isDaily = dates.contains { $0.day != 1 }
        let isYearly = dates.count > 1 && dates.allSatisfy { $0.day == 1 && $0.month == 1 }
        return dates.map { labeller.date($0, form: isYearly ? .year : isDaily ? .dayMonth : .month) }
    }

    /// What lasts from when to when, a row for each name.
    func timelinePlot() -> Plot {
        guard case .spans(let spans) = chart.domain, let first = spans.map(\.from).min(),
            let end = spans.map(\.to).max()
        else { return Plot(x: Plot.Axis(kind: .time([])), y: Plot.Axis(kind: .band([]))) }
        var rows: [String] = []
        for span in spans where !rows.contains(span.row) { rows.append(span.row) }
        let shown = Array(rows.prefix(30))
        var plot = Plot(
            x: Plot.Axis(kind: .time([first, end]), hasGrid: false),
            y: Plot.Axis(kind: .band(shown), isReversed: true, hasGrid: false))
        plot.height = (Double(shown.count) * 20 + 24, Double(shown.count) * 15 + 24)
        if rows.count > shown.count {
            plot.notes.append(ChartTexts.fill(texts.othersLeftOut, String(rows.count - shown.count)))
        }
        for (index, _) in shown.enumerated() {
            plot.layers.append(
                .rule(
                    Point(x: Double(first.daysSinceEpoch), y: Double(index) + 0.5),
                    Point(x: Double(end.daysSinceEpoch), y: Double(index) + 0.5), Stroke(.rule, width: 0.5)))
        }
        for span in spans {
            guard let row = shown.firstIndex(of: span.row), span.from < span.to else { continue }
            let (from, to) = (Double(span.from.daysSinceEpoch), Double(span.to.daysSinceEpoch))
            let isPartial = chart.partialFrom.map { span.to > $0 } ?? false
            plot.layers.append(
                .bar(
                    x: Plot.Interval(from, to), y: Plot.Interval(band: row, width: 0.56), fill: .accent,
                    isHatched: isPartial))
            guard !span.label.isEmpty else { continue }
            plot.labels.append(
                Plot.Label(
                    text: span.label, at: Point(x: (from + to) / 2, y: Double(row)), placements: [.center], font: .cell,
                    color: isPartial ? .ink : .paper, isNeeded: false, room: Plot.Interval(from, to)))
        }
        return plot
    }
}
