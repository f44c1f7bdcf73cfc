internal import CivilTime
internal import Formatting

/// The compositions behind the words of definitions: each takes a chart's values through transforms and puts marks on
/// two scales. None of them draws; `PlotComposer` does.
struct Recipes {
    let chart: Chart
    let composer: SceneComposer
    let isWide: Bool

    var labeller: any AxisLabeller { composer.labeller }
    var texts: ChartTexts { composer.texts }

    /// The plot of a chart; nil for the forms that are drawn by other means.
    func plot() -> Plot? {
        switch chart.mark {
        case .area: areaPlot()
        case .columns: chart.currentSeries.count > 1 ? columnsPlot() : chart.dates == nil ? columnsPlot() : nil
        case .bars: chart.currentSeries.count > 1 ? barsPlot() : nil
        case .dot: dotPlot()
        case .dumbbell: dumbbellPlot()
        case .slope: slopePlot()
        case .bump: bumpPlot()
        case .waterfall: waterfallPlot()
        case .funnel: funnelPlot()
        case .histogram: histogramPlot()
        case .strip: stripPlot()
        case .ecdf: distributionPlot()
        case .lorenz: lorenzPlot()
        case .band: bandPlot()
        case .fan: fanPlot()
        case .scatter: scatterPlot()
        case .curve: curvePlot()
        case .bullet: bulletPlot()
        case .timeline: timelinePlot()
        // Lines along names, not along time, are columns.
        case .line, .step: columnsPlot()
        case .heatMap, .calendar, .matrix, .smallMultiples, .sparkline, .sankey: nil
        }
    }

    /// The colour of the n-th of several series; of the only one the tenant's.
    func color(_ index: Int, of count: Int, _ role: Chart.Role = .current) -> ColorRole {
        switch role {
        case .other: .context
        case .previous: .context
        default: count == 1 ? .accent : index < 6 ? .series(index) : .contextFill
        }
    }

    /// The colour of a text beside such a mark.
    func textColor(_ index: Int, of count: Int, _ role: Chart.Role = .current) -> ColorRole {
        switch role {
        case .other, .previous: .mute
        default: count == 1 ? .accent : index < 6 ? .seriesText(index) : .mute
        }
    }

    /// The series of a stack: more than six are five and the sum of the others.
    func stackedSeries() -> [Chart.Series] {
        let series = chart.currentSeries
        guard series.count > 6 else { return series }
        let rest = series.dropFirst(5)
        let sums = (0..<chart.domainCount).map { place -> Double? in
            let values = rest.compactMap { Transform.value($0.values, place) }
            let sum = values.reduce(0, +)
            return values.isEmpty || !sum.isFinite ? nil : sum
        }
        let label = ChartTexts.fill(texts.others, String(rest.count))
        return Array(series.prefix(5)) + [Chart.Series(label: label, role: .other, values: sums)]
    }

    /// The ends of an axis of shares: below zero only where a value is.
    func shareBounds(_ stacked: [[Plot.Interval?]]) -> (lower: Double, upper: Double) {
        let isNegative = stacked.contains { $0.contains { ($0?.to ?? 0) < 0 } }
        return (isNegative ? -1 : 0, 1)
    }

    /// The horizontal axis of a chart along time or names, with the places of its values.
    func domainAxis() -> (axis: Plot.Axis, places: [Double]) {
        switch chart.domain {
        case .dates(let dates):
            (Plot.Axis(kind: .time(dates), hasGrid: false), dates.map { Double($0.daysSinceEpoch) })
        default:
            (
                Plot.Axis(kind: .band(chart.categories), hasGrid: false),
                chart.categories.indices.map(Double.init)
            )
        }
    }

    func valueAxis(_ unit: Unit? = nil, includesZero: Bool = true) -> Plot.Axis {
        Plot.Axis(
            kind: .value(unit ?? chart.unit), includesZero: includesZero && !chart.isLogarithmic,
            isLogarithmic: chart.isLogarithmic)
    }

    /// Runs of values without a gap.
    func runs(_ values: [Double?], _ places: [Double]) -> [[Point]] {
        var (runs, run): ([[Point]], [Point]) = ([], [])
        for (index, place) in places.enumerated() {
            if let value = Transform.value(values, index) {
                run.append(Point(x: place, y: value))
            } else {
                if !run.isEmpty { runs.append(run) }
                run = []
            }
        }
        return run.isEmpty ? runs : runs + [run]
    }

    func compact(_ value: Double) -> String { labeller.compact(value, unit: chart.unit) }

    func last(_ values: [Double?]) -> Double? { values.last { $0?.isFinite == true } ?? nil }
}

extension Chart {
    /// The series that are neither compared with nor edges, targets or forecasts.
    var currentSeries: [Series] { series.filter { $0.role == .current || $0.role == .other } }

    /// The first series of a role.
    func first(_ role: Role) -> Series? { series.first { $0.role == role } }

    /// A series' values, only the finite ones: for charts whose values stand for themselves.
    var observations: [[Double]] { currentSeries.map { Transform.finite($0.values) } }
}

extension ColorRole {
    /// The colour of a text on such a filling.
    var onTop: ColorRole {
        switch self {
        case .series(let index): .onSeries(index)
        case .context, .negative: .onSeries(1)
        case .contextFill, .cellBar, .tint: .ink
        case .sequential(let step): .onSequential(step)
        case .diverging(let step): step == 1 || step == 7 ? .paper : .ink
        default: .paper
        }
    }
}
