internal import Formatting

/// How values spread, and how two measures go together.
extension Recipes {
    private var unit: Unit { chart.horizontal.unit == .none ? chart.unit : chart.horizontal.unit }

    /// How often values fall in each of some equal intervals; the median as a line.
    func histogramPlot() -> Plot {
        let values = chart.observations.first ?? []
        let bins = Transform.bins(values, countMax: isWide ? 30 : 18)
        var plot = Plot(
            x: Plot.Axis(kind: .value(unit), includesZero: false, hasGrid: false, title: chart.horizontal.label),
            y: Plot.Axis(kind: .value(.count)))
        plot.height = isWide ? (200, 140) : (168, 120)
        guard let first = bins.first, let last = bins.last else { return plot }
        plot.x.bounds = (first.range.from, max(last.range.to, first.range.from))
        for bin in bins {
            let range =
                bin.range.from < bin.range.to ? bin.range : Plot.Interval(bin.range.from - 0.5, bin.range.from + 0.5)
            plot.layers.append(.bar(x: range, y: Plot.Interval(0, Double(bin.count)), fill: .accent))
            plot.layers.append(
                .rule(
                    Point(x: range.to, y: 0), Point(x: range.to, y: Double(bin.count)), Stroke(.paper, width: 0.7)))
        }
        if bins.count == 1 { plot.x.bounds = (first.range.from - 1, first.range.from + 1) }
        let highest = Double(bins.map(\.count).max() ?? 0)
        if let median = Transform.percentile(0.5, of: values.sorted()) {
            plot.layers.append(
                .rule(Point(x: median, y: 0), Point(x: median, y: highest * 1.04), Stroke(.ink, width: 1)))
            plot.labels.append(
                Plot.Label(
                    text: "\(texts.median) \(labeller.compact(median, unit: unit))",
                    at: Point(x: median, y: highest * 1.04),
                    placements: [.above], font: .labelMedium, color: .ink, distance: 1.5))
        }
        return plot
    }

    /// Every value as a dot, the median as a line; dots shift a little so that equal ones can be told apart.
    func stripPlot() -> Plot {
        let series = Array(chart.currentSeries.prefix(Self.rowsMax))
        var plot = Plot(
            x: valueAxis(unit, includesZero: false),
            y: Plot.Axis(kind: .band(series.map(\.label)), isReversed: true, hasGrid: false))
        plot.x.title = chart.horizontal.label
        plot.height = (Double(series.count) * 30 + 24, Double(series.count) * 20 + 24)
        for (row, one) in series.enumerated() {
            let values = Transform.finite(one.values)
            for (index, value) in values.prefix(2_000).enumerated() {
                // Multiples of the golden ratio spread evenly.
                let turn = Double(index) * 0.618033988749895
                let shift = (turn - turn.rounded(.down) - 0.5) * 0.5
                plot.layers.append(
                    .dot(Point(x: value, y: Double(row) + shift), radius: 1.9, fill: .accent, hasRing: false))
            }
            guard let median = Transform.percentile(0.5, of: values.sorted()) else { continue }
            plot.layers.append(
                .rule(
                    Point(x: median, y: Double(row) - 0.4), Point(x: median, y: Double(row) + 0.4),
                    Stroke(.ink, width: 1.4)))
        }
        if series.contains(where: { !$0.values.isEmpty }) {
            plot.legend = [Plot.LegendItem(label: texts.median, color: .ink, isLine: true)]
        }
        return plot
    }

    /// The share of values up to each value, as steps; the median is read off.
    func distributionPlot() -> Plot {
        let series = chart.currentSeries
        var plot = Plot(
            x: Plot.Axis(
                kind: .value(unit), includesZero: false, isLogarithmic: chart.isLogarithmic, hasGrid: false,
                title: chart.horizontal.label),
            y: Plot.Axis(kind: .value(.percent), bounds: (0, 1)))
        plot.height = isWide ? (210, 140) : (176, 130)
        for (index, one) in series.prefix(6).enumerated() {
            let values = Transform.finite(one.values).filter { !chart.isLogarithmic || $0 > 0 }.sorted()
            guard let first = values.first else { continue }
            let count = Double(values.count)
            var points = [Point(x: first, y: 0)]
            for (rank, value) in values.enumerated() where rank + 1 == values.count || values[rank + 1] != value {
                points.append(Point(x: value, y: Double(rank + 1) / count))
            }
            let color = color(index, of: series.count, one.role)
            plot.layers.append(
                .line(Transform.thinned(points, countMax: 800), Stroke(color, width: 1.8), .step))
            guard let median = Transform.percentile(0.5, of: values) else { continue }
            plot.layers.append(.dot(Point(x: median, y: 0.5), radius: 2.6, fill: color))
            let name = series.count > 1 ? one.label : texts.median
            plot.labels.append(
                Plot.Label(
                    text: "\(name) \(labeller.compact(median, unit: unit))", at: Point(x: median, y: 0.5),
                    placements: index % 2 == 0 ? [.trailing, .leading, .below] : [.leading, .trailing, .above],
                    font: .labelStrong, color: textColor(index, of: series.count, one.role), distance: 7,
                    isNeeded: false))
        }
        return plot
    }

    /// Levels along a measure as steps, one line for each series, its name at its end.
    func curvePlot() -> Plot {
        guard case .numbers(let numbers) = chart.domain else { return Plot(x: valueAxis(), y: valueAxis()) }
        let values = chart.series.flatMap { Transform.finite($0.values) }
        var plot = Plot(
            x: Plot.Axis(
                kind: .value(chart.horizontal.unit), includesZero: true, hasGrid: false, title: chart.horizontal.label),
            y: valueAxis(includesZero: startsNearZero(values) || chart.unit == .percent))
        plot.height = isWide ? (210, 140) : (176, 130)
        let series = chart.currentSeries.prefix(6)
        let highest = series.compactMap { $0.values.last(where: { $0 != nil }) ?? nil }.max() ?? 0
        for (index, one) in series.enumerated() {
            let points = numbers.indices.compactMap { place -> Point? in
                guard numbers[place].isFinite, let y = Transform.value(one.values, place) else { return nil }
                return Point(x: numbers[place], y: y)
            }.sorted { ($0.x, $1.y) < ($1.x, $0.y) }
            guard let last = points.last else { continue }
            let color = color(index, of: series.count, one.role)
            plot.layers.append(.line(Transform.thinned(points, countMax: 800), Stroke(color, width: 1.8), .step))
            plot.layers.append(.dot(last, radius: 2.6, fill: color))
            let level = labeller.compact(last.y, unit: chart.unit)
            plot.labels.append(
                Plot.Label(
                    text: series.count > 1 ? "\(one.label) \(level)" : level, at: last,
                    placements: last.y < highest ? [.below, .leading, .above] : [.above, .leading, .below],
                    font: .labelStrong, color: textColor(index, of: series.count, one.role), distance: 7))
        }
        return plot
    }

    /// The share of the whole that the smallest x % have, against equal shares.
    func lorenzPlot() -> Plot {
        var plot = Plot(
            x: Plot.Axis(kind: .value(.percent), bounds: (0, 1), hasGrid: false, title: chart.horizontal.label),
            y: Plot.Axis(kind: .value(.percent), bounds: (0, 1)))
        plot.height = isWide ? (240, 170) : (200, 150)
        guard let (curve, gini) = Transform.lorenz(chart.observations.first ?? []) else { return plot }
        let points = Transform.thinned(curve, countMax: 600)
        plot.layers.append(
            .area(upper: [Point(x: 0, y: 0), Point(x: 1, y: 1)], lower: points, fill: .tint(1)))
        plot.layers.append(
            .rule(Point(x: 0, y: 0), Point(x: 1, y: 1), Stroke(.context, width: 1, dashes: [3, 2.5])))
        plot.layers.append(.line(points, Stroke(.accent, width: 2, isRound: true)))
        // Where the curve is furthest from equality says most.
        if let furthest = curve.max(by: { $0.x - $0.y < $1.x - $1.y }) {
            plot.layers.append(.dot(furthest, radius: 2.6, fill: .accent))
            let percent = { (share: Double) in labeller.compact(share, unit: .percent) }
            plot.labels.append(
                Plot.Label(
                    text: ChartTexts.fill(texts.lorenz, percent(furthest.x), percent(furthest.y)), at: furthest,
                    placements: [.leading, .above, .below, .trailing], font: .labelStrong, color: .accent, distance: 8,
                    isNeeded: false))
        }
        plot.notes.append(
            ChartTexts.fill(texts.gini, labeller.compact(gini, unit: .number(decimals: 2))))
        return plot
    }

    /// One measure against another; the outermost points are named.
    func scatterPlot() -> Plot {
        guard case .numbers(let numbers) = chart.domain else {
            return Plot(x: valueAxis(), y: valueAxis())
        }
        var plot = Plot(
            x: Plot.Axis(
                kind: .value(chart.horizontal.unit), includesZero: startsNearZero(numbers.filter(\.isFinite)),
                isLogarithmic: chart.horizontal.isLogarithmic,
                title: chart.horizontal.label),
            y: valueAxis(includesZero: startsNearZero(chart.series.flatMap { Transform.finite($0.values) })))
        plot.height = isWide ? (250, 180) : (200, 150)
        let series = chart.currentSeries
        let total = series.reduce(0) { $0 + $1.values.count }
        let radius = total > 2_000 ? 1.3 : total > 300 ? 1.9 : 2.8
        var cloud: [Plot.CloudDot] = []
        var named: [(point: Point, name: String, distance: Double)] = []
        let middle = (Self.mean(numbers), Self.mean(series.flatMap { Transform.finite($0.values) }))
        let spread = (Self.spread(numbers), Self.spread(series.flatMap { Transform.finite($0.values) }))
        for (index, one) in series.enumerated() {
            let color = color(index, of: series.count, one.role)
            if series.count > 1 { plot.legend.append(Plot.LegendItem(label: one.label, color: color)) }
            for (place, x) in numbers.enumerated() where x.isFinite {
                guard let y = Transform.value(one.values, place) else { continue }
                cloud.append(Plot.CloudDot(at: Point(x: x, y: y), fill: color))
                guard chart.pointNames.indices.contains(place), !chart.pointNames[place].isEmpty else { continue }
                let (dx, dy) = ((x - middle.0) / spread.0, (y - middle.1) / spread.1)
                named.append((Point(x: x, y: y), chart.pointNames[place], dx * dx + dy * dy))
            }
        }
        plot.layers.append(.cloud(cloud, radius: radius))
        let most = named.sorted { ($1.distance, $0.name) < ($0.distance, $1.name) }
        for entry in most.prefix(named.count <= 12 ? 12 : 7) {
            plot.labels.append(
                Plot.Label(
                    text: entry.name, at: entry.point, placements: [.trailing, .leading, .above, .below], font: .cell,
                    color: .body, distance: radius + 2.5, isNeeded: false))
        }
        return plot
    }

    private func startsNearZero(_ values: [Double]) -> Bool {
        guard let low = values.min(), let high = values.max(), low > 0 else { return true }
        return high - low > 0.6 * high
    }

    private static func mean(_ values: [Double]) -> Double {
        let finite = values.filter(\.isFinite)
        let mean = finite.reduce(0) { $0 + $1 / Double(max(1, finite.count)) }
        return mean.isFinite ? mean : 0
    }

    private static func spread(_ values: [Double]) -> Double {
        let finite = values.filter(\.isFinite)
        let range = (finite.max() ?? 1) - (finite.min() ?? 0)
        return range > 0 && range.isFinite ? range : 1
    }
}
