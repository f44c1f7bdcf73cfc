internal import CivilTime
internal import Formatting

/// Makes scenes of charts: chooses scales, places marks, axes and labels. Pure: the same chart and the same measured
/// texts give the same scene.
package struct SceneComposer {
    let measuring: any TextMeasuring
    let labeller: any AxisLabeller
    let texts: ChartTexts
    /// Whether the readers' script runs from right to left: heads, names and axis labels stand at the right and bars
    /// grow leftwards; time still runs from left to right.
    let isRightToLeft: Bool

    package init(
        measuring: any TextMeasuring, labeller: any AxisLabeller, texts: ChartTexts = ChartTexts(),
        isRightToLeft: Bool = false
    ) {
        self.measuring = measuring
        self.labeller = labeller
        self.texts = texts
        self.isRightToLeft = isRightToLeft
    }

    /// The room that a chart gets.
    package struct Frame: Hashable, Sendable {
        /// In points.
        package var width: Double
        /// Of all under title and subtitle, in points.
        package var plotHeight: Double
        /// Full width with the larger title, or half.
        package var isWide: Bool
        /// The height of title and subtitle where a neighbour's is higher; nil for the chart's own.
        package var headHeight: Double?

        package init(width: Double, plotHeight: Double, isWide: Bool, headHeight: Double? = nil) {
            self.width = width
            self.plotHeight = plotHeight
            self.isWide = isWide
            self.headHeight = headHeight
        }
    }

    /// The height of title and subtitle.
    package func headHeight(of chart: Chart, width: Double, isWide: Bool) throws -> Double {
        try head(of: chart, form: form(of: chart), width: width, isWide: isWide).height
    }

    /// The height that a chart wants under its head: that of its rows for bars and heat maps.
    package func plotHeight(of chart: Chart, isWide: Bool) -> Double {
        switch form(of: chart) {
        case .empty: isWide ? 120 : 134
        case .single: isWide ? 110 : 134
        case .line: isWide ? 226 : 168
        case .columns: isWide ? 190 : 168
        case .bars: BarRows(chart, texts: texts).height
        case .heatMap: HeatMapRows(chart).height
        case .calendar: CalendarLayout(chart.dates ?? [], width: isWide ? 511 : 243).height
        case .smallMultiples: PanelGrid(chart, isWide: isWide).height(isWide: isWide)
        case .sparkline: Double(min(SparklineRows.rowsMax, chart.currentSeries.count)) * SparklineRows.rowHeight
        case .sankey: isWide ? 260 : 200
        case .plot: (plot(of: chart, isWide: isWide)?.height.ideal ?? 168) + legendRoom(chart, isWide: isWide)
        }
    }

    /// The least height under its head: lines and columns can give way, rows can't.
    package func plotHeightLeast(of chart: Chart, isWide: Bool) -> Double {
        let ideal = plotHeight(of: chart, isWide: isWide)
        switch form(of: chart) {
        case .line, .columns, .sankey: return ideal * 0.72
        case .empty, .single: return min(ideal, 96)
        case .bars, .heatMap, .calendar, .smallMultiples, .sparkline: return ideal
        case .plot:
            return (plot(of: chart, isWide: isWide)?.height.least ?? 120) + legendRoom(chart, isWide: isWide)
        }
    }

    private func legendRoom(_ chart: Chart, isWide: Bool) -> Double {
        guard let items = plot(of: chart, isWide: isWide)?.legend, !items.isEmpty else { return 0 }
        return Double((items.count + (isWide ? 5 : 2)) / (isWide ? 6 : 3)) * 12 + 4
    }

    func plot(of chart: Chart, isWide: Bool) -> Plot? {
        Recipes(chart: chart, composer: self, isWide: isWide).plot()
    }

    /// Draws a chart.
    ///
    /// - Throws: what measuring throws: a font or a glyph that is missing.
    package func scene(of chart: Chart, in frame: Frame) throws -> Scene {
        let form = form(of: chart)
        let head = try head(of: chart, form: form, width: frame.width, isWide: frame.isWide)
        let top = max(head.height, frame.headHeight ?? 0)
        let box = Box(x: 0, y: top, width: frame.width, height: frame.plotHeight)
        let marks = try self.marks(of: chart, form, in: box, isWide: frame.isWide)
        return Scene(
            width: frame.width, height: top + frame.plotHeight, marks: head.marks + marks,
            alternativeText: chart.alternativeText.isEmpty ? summary(of: chart) : chart.alternativeText)
    }

    private func marks(of chart: Chart, _ form: Form, in box: Box, isWide: Bool) throws -> [SceneMark] {
        switch form {
        case .empty(let title, let note): emptyPanel(title, note, in: box)
        case .single(let value): singleValue(value, chart, in: box)
        case .line: try lineChart(chart, in: box)
        case .columns: try columnChart(chart, in: box)
        case .bars: mirrored(try barChart(chart, in: box), box)
        case .heatMap: mirrored(try heatMap(chart, in: box), box)
        case .calendar: try calendar(chart, in: box)
        case .smallMultiples: try smallMultiples(chart, in: box, isWide: isWide)
        case .sparkline: mirrored(try sparklineTable(chart, in: box), box)
        case .sankey: mirrored(try sankey(chart, in: box), box)
        case .plot:
            try plot(of: chart, isWide: isWide).map { plot in
                try PlotComposer(composer: self, plot: plot, box: box).marks()
            } ?? []
        }
    }

    /// Marks as readers from right to left expect them.
    func mirrored(_ marks: [SceneMark], _ box: Box) -> [SceneMark] {
        isRightToLeft ? marks.map { $0.mirrored(in: box) } : marks
    }
}

// MARK: What is drawn for which data

extension SceneComposer {
    /// What a chart becomes, given its data: a line of two points is columns, of one point a large value.
    enum Form: Equatable {
        case empty(title: String, note: String)
        case single(Double)
        case line, columns, bars, heatMap, calendar, smallMultiples, sparkline, sankey
        /// Marks on two scales, as a recipe says.
        case plot
    }

    func form(of chart: Chart) -> Form {
        let needsSeries = if case .spans = chart.domain { false } else { true }
        guard chart.domainCount > 0, !needsSeries || !chart.series.isEmpty else {
            return .empty(title: texts.emptyTitle, note: texts.emptyNote)
        }
        guard !needsSeries || chart.series.contains(where: { $0.values.contains { $0?.isFinite == true } }) else {
            return .empty(title: texts.missingTitle, note: texts.missingNote)
        }
        switch chart.mark {
        case .heatMap, .matrix: return .heatMap
        case .calendar: return chart.dates == nil ? .bars : .calendar
        case .smallMultiples: return .smallMultiples
        case .sparkline: return .sparkline
        case .sankey: return SankeyLayout(chart).ribbons.isEmpty ? unusable : .sankey
        case .bars: return chart.currentSeries.count > 1 ? .plot : .bars
        case .columns: return chart.dates == nil || chart.currentSeries.count > 1 ? .plot : .columns
        case .line, .step: return lineForm(chart)
        case .area, .band, .fan, .bump, .waterfall, .slope, .dot, .dumbbell, .funnel, .bullet: return .plot
        case .histogram, .strip, .ecdf: return chart.observations.contains { !$0.isEmpty } ? .plot : unusable
        case .lorenz: return Transform.lorenz(chart.observations.first ?? []) == nil ? unusable : .plot
        case .scatter, .curve: if case .numbers = chart.domain { return .plot } else { return unusable }
        case .timeline: if case .spans = chart.domain { return .plot } else { return unusable }
        }
    }

    private var unusable: Form { .empty(title: texts.missingTitle, note: texts.missingNote) }

    private func lineForm(_ chart: Chart) -> Form {
        guard chart.dates != nil else { return chart.currentSeries.count > 1 ? .plot : .bars }
        let present = chart.series.filter { $0.role == .current }.map { $0.values.compactMap(\.self) }
        guard let longest = present.max(by: { $0.count < $1.count }) else { return .line }
        if chart.series.count == 1, longest.count == 1, let only = longest.first { return .single(only) }
        return chart.series.count == 1 && longest.count == 2 ? .columns : .line
    }
}

extension Chart {
    /// How many dates or categories there are.
    var domainCount: Int {
        switch domain {
        case .dates(let dates): dates.count
        case .categories(let names): names.count
        case .numbers(let numbers): numbers.count
        case .observations(let count): count
        case .spans(let spans): spans.count
        case .links(let links): links.count
        }
    }

    /// The dates, on a time axis.
    var dates: [LocalDate]? {
        if case .dates(let dates) = domain { dates } else { nil }
    }

    /// The names, on an axis of categories; dates are none.
    var categories: [String] {
        if case .categories(let names) = domain { names } else { [] }
    }
}

extension Chart.Series {
    /// The value at a place of the domain; nil for a gap, a place that the series lacks, and what is not a number.
    func value(at index: Int) -> Double? {
        guard values.indices.contains(index), let value = values[index], value.isFinite else { return nil }
        return value
    }
}
