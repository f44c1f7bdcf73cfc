internal import Formatting

/// Title and subtitle over a chart: the finding, then measure, unit, period and comparison.
struct ChartHead {
    let marks: [SceneMark]
    /// Up to where the plot begins, in points.
    let height: Double
}

extension SceneComposer {
    func head(of chart: Chart, form: Form, width: Double, isWide: Bool) throws -> ChartHead {
        let font: FontRole = isWide ? .chartTitleWide : .chartTitleHalf
        let title = try measuring.extent(of: chart.title, font: font, width: width, linesMax: 2)
        var marks: [SceneMark] = [
            .text(
                SceneText(
                    chart.title, font: font, color: .ink, at: Point(x: 0, y: title.baseline), width: width, linesMax: 2)
            )
        ]
        let isWritten = try form == .heatMap && hasCellLabels(chart, width: width)
        let legendWidth = form == .heatMap && !isWritten ? HeatMapLegend.width : 0
        let unitNote = isWritten && chart.unit == .percent && !chart.subtitle.contains("%") ? ["%"] : []
        let subtitle = ([chart.subtitle] + unitNote + subtitleNotes(chart, form, isWide: isWide)).filter { !$0.isEmpty }
            .joined(
                separator: "; ")
        let frame = Box(x: 0, y: 0, width: width, height: 0)
        guard !subtitle.isEmpty else { return ChartHead(marks: mirrored(marks, frame), height: title.height + 6) }
        let room = max(60, width - legendWidth)
        let extent = try measuring.extent(of: subtitle, font: .subtitle, width: room, linesMax: 2)
        marks.append(
            .text(
                SceneText(
                    subtitle, font: .subtitle, color: .mute,
                    at: Point(x: 0, y: title.height + 3 + extent.baseline), width: room, linesMax: 2)))
        return ChartHead(marks: mirrored(marks, frame), height: title.height + 3 + extent.height + 5)
    }

    /// What the reader must know about how this chart is drawn.
    private func subtitleNotes(_ chart: Chart, _ form: Form, isWide: Bool) -> [String] {
        switch form {
        case .line:
            let axis = ValueAxis(of: chart)
            let extra = chart.series.count { $0.role == .current } - SceneComposer.labelledSeriesMax
            let tangle = extra > 0 ? [ChartTexts.fill(texts.moreInGrey, String(extra))] : []
            guard axis.isBroken else { return tangle }
            return tangle + [
                ChartTexts.fill(texts.axisStartsAt, labeller.compact(axis.ticks.lower, unit: chart.unit))
            ]
        case .bars:
            return BarRows(chart, texts: texts).notes
        case .heatMap:
            let rows = HeatMapRows(chart)
            return rows.isCut ? [ChartTexts.fill(texts.lastRows, String(rows.rows.count))] : []
        case .plot: return plot(of: chart, isWide: isWide)?.notes ?? []
        case .smallMultiples: return leftOut(chart.currentSeries.count - PanelGrid(chart, isWide: isWide).count)
        case .sparkline: return leftOut(chart.currentSeries.count - SparklineRows.rowsMax)
        case .sankey: return leftOut(SankeyLayout(chart).leftOut)
        case .calendar: return leftOut(CalendarLayout(chart.dates ?? [], width: isWide ? 511 : 243).leftOut)
        case .empty, .single, .columns: return []
        }
    }
}

extension SceneComposer {
    private func leftOut(_ count: Int) -> [String] {
        count > 0 ? [ChartTexts.fill(texts.othersLeftOut, String(count))] : []
    }

    /// A quiet panel that says what is not there.
    func emptyPanel(_ title: String, _ note: String, in plot: Box) -> [SceneMark] {
        let middle = plot.y + plot.height / 2
        let noteText = SceneText(
            note, font: .subtitle, color: .mute, at: Point(x: plot.width / 2, y: middle + 11), anchor: .center,
            width: plot.width - 40, linesMax: 2)
        return [
            .rectangle(
                Box(x: plot.x, y: plot.y + 4, width: plot.width, height: plot.height - 4), fill: .panel, radius: 4),
            .text(
                SceneText(
                    title, font: .stateTitle, color: .ink, at: Point(x: plot.width / 2, y: middle - 2), anchor: .center,
                    width: plot.width - 40, linesMax: 1)),
            .text(noteText),
        ]
    }

    /// One value is no line: it is written large, its date below.
    func singleValue(_ value: Double, _ chart: Chart, in plot: Box) -> [SceneMark] {
        guard let dates = chart.dates,
            let index = chart.series[0].values.firstIndex(where: { $0?.isFinite == true }), index < dates.count
        else { return [] }
        let axisY = plot.bottom - 18
        let x = plot.right - 8
        let label = labeller.date(dates[index], form: .dayMonth)
        return mirrored(
            [
                .text(
                    SceneText(
                        labeller.compact(value, unit: chart.unit), font: .bigValue, color: .ink,
                        at: Point(x: plot.x, y: plot.y + 44))),
                .text(
                    SceneText(
                        texts.onePoint, font: .subtitle, color: .mute, at: Point(x: plot.x, y: plot.y + 60),
                        width: plot.width, linesMax: 2)),
                .line([Point(x: plot.x, y: axisY), Point(x: plot.right, y: axisY)], Stroke(.zero, width: 0.8)),
                .circle(Point(x: x, y: axisY), radius: 3.6, fill: .paper),
                .circle(Point(x: x, y: axisY), radius: 2.6, fill: .accent),
                .text(
                    SceneText(
                        label, font: .axis, color: .axis, at: Point(x: plot.right, y: axisY + 11), anchor: .trailing)),
            ], plot)
    }
}
