internal import CivilTime
internal import Formatting

/// Makes scenes of charts: chooses scales, places marks, axes and labels. Pure: the same chart and the same measured
/// texts give the same scene.
package struct SceneComposer {
    let measuring: any TextMeasuring
    let labeller: any AxisLabeller
    let texts: ChartTexts

    package init(measuring: any TextMeasuring, labeller: any AxisLabeller, texts: ChartTexts = ChartTexts()) {
        self.measuring = measuring
        self.labeller = labeller
        self.texts = texts
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
        }
    }

    /// The least height under its head: lines and columns can give way, rows can't.
    package func plotHeightLeast(of chart: Chart, isWide: Bool) -> Double {
        let ideal = plotHeight(of: chart, isWide: isWide)
        switch form(of: chart) {
        case .line, .columns: return ideal * 0.72
        case .empty, .single: return min(ideal, 96)
        case .bars, .heatMap: return ideal
        }
    }

    /// Draws a chart.
    ///
    /// - Throws: what measuring throws: a font or a glyph that is missing.
    package func scene(of chart: Chart, in frame: Frame) throws -> Scene {
        let form = form(of: chart)
        let head = try head(of: chart, form: form, width: frame.width, isWide: frame.isWide)
        let top = max(head.height, frame.headHeight ?? 0)
        let plot = Box(x: 0, y: top, width: frame.width, height: frame.plotHeight)
        let marks =
            switch form {
            case .empty(let title, let note): emptyPanel(title, note, in: plot)
            case .single(let value): singleValue(value, chart, in: plot)
            case .line: try lineChart(chart, in: plot)
            case .columns: try columnChart(chart, in: plot)
            case .bars: try barChart(chart, in: plot)
            case .heatMap: try heatMap(chart, in: plot)
            }
        return Scene(
            width: frame.width, height: top + frame.plotHeight, marks: head.marks + marks,
            alternativeText: chart.alternativeText)
    }
}

// MARK: What is drawn for which data

extension SceneComposer {
    /// What a chart becomes, given its data: a line of two points is columns, of one point a large value.
    enum Form: Equatable {
        case empty(title: String, note: String)
        case single(Double)
        case line, columns, bars, heatMap
    }

    func form(of chart: Chart) -> Form {
        guard chart.domainCount > 0, !chart.series.isEmpty else {
            return .empty(title: texts.emptyTitle, note: texts.emptyNote)
        }
        guard chart.series.contains(where: { $0.values.contains { $0?.isFinite == true } }) else {
            return .empty(title: texts.missingTitle, note: texts.missingNote)
        }
        switch chart.mark {
        case .heatMap: return .heatMap
        case .bars: return .bars
        case .columns: return chart.dates == nil ? .bars : .columns
        case .line:
            guard chart.dates != nil else { return .bars }
            let present = chart.series.filter { $0.role == .current }.map { $0.values.compactMap(\.self) }
            guard let longest = present.max(by: { $0.count < $1.count }) else { return .line }
            if chart.series.count == 1, longest.count == 1, let only = longest.first { return .single(only) }
            return chart.series.count == 1 && longest.count == 2 ? .columns : .line
        }
    }
}

extension Chart {
    /// How many dates or categories there are.
    var domainCount: Int {
        switch domain {
        case .dates(let dates): dates.count
        case .categories(let names): names.count
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
