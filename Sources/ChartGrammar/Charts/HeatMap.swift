internal import CivilTime
internal import Formatting

/// The rows of a heat map, the last ones where there are too many for a page.
struct HeatMapRows {
    static let rowsMax = 36
    static let headHeight = 16.0

    let names: [String]
    /// Indices into the domain.
    let rows: Range<Int>
    let isCut: Bool
    let pitch: Double

    init(_ chart: Chart) {
        let count = chart.domainCount
        names = chart.categories.isEmpty ? (chart.dates ?? []).map(\.description) : chart.categories
        rows = max(0, count - Self.rowsMax)..<count
        isCut = count > Self.rowsMax
        pitch = rows.count > 20 ? 13 : chart.mark == .matrix ? 21 : 17
    }

    var height: Double { Self.headHeight + Double(rows.count) * pitch + 4 }
}

/// The ramp at the right of the subtitle.
enum HeatMapLegend {
    static let width = 150.0
    /// The steps that text can stand on.
    static let steps = [1, 2, 3, 4, 6, 7]
    static let stepWidth = 11.0
}

extension SceneComposer {
    /// Cells coloured by value, the value written in where it fits: the cohort triangle. What is not there yet is
    /// blank.
    ///
    /// The column of age 0, where it is 100 % in every row, is what the others are measured by: it stays pale and does
    /// not stretch the scale. Any other column that is full is full.
    func heatMap(_ chart: Chart, in box: Box) throws -> [SceneMark] {
        let layout = HeatMapRows(chart)
        guard !layout.rows.isEmpty, layout.names.count >= layout.rows.upperBound, !chart.series.isEmpty else {
            return []
        }
        let labels = layout.rows.map { row in
            chart.series.map { series in series.value(at: row).map { cellLabel($0, chart.unit) } ?? "" }
        }
        let nameWidth = try nameWidth(layout, width: box.width)
        let cellWidth = (box.width - nameWidth) / Double(chart.series.count)
        let isWritten = try hasCellLabels(chart, width: box.width)
        let bases = chart.series.map { isBase($0, chart, layout.rows) }
        let scaled = zip(chart.series, bases).filter { !$0.1 }.flatMap { series, _ in
            layout.rows.compactMap { series.value(at: $0) }
        }
        // Where the values are written, colour only has to tell them apart; else pale must mean little.
        let least = scaled.min() ?? 0
        var (low, high) = (isWritten ? least : min(0, least), scaled.max() ?? 0)
        // Values on both sides of zero: two colours from one middle.
        let isDiverging = chart.mark == .matrix && least < 0 && high > 0
        if isDiverging { (low, high) = (-max(-least, high), max(-least, high)) }

        var marks = try columnHeads(chart, box, nameWidth, cellWidth)
        for (offset, row) in layout.rows.enumerated() {
            let top = box.y + HeatMapRows.headHeight + Double(offset) * layout.pitch
            let baseline = top + layout.pitch / 2 + 1.8
            marks.append(
                .text(
                    SceneText(
                        layout.names[row], font: .label, color: .body, at: Point(x: box.x, y: baseline),
                        width: nameWidth - 6, linesMax: 1, ellipsis: .middle)))
            for (column, series) in chart.series.enumerated() {
                guard let value = series.value(at: row) else { continue }
                let cell = Box(
                    x: box.x + nameWidth + Double(column) * cellWidth, y: top, width: cellWidth - 1.5,
                    height: layout.pitch - 1.5)
                let fill: ColorRole =
                    bases[column]
                    ? .panel
                    : isDiverging
                        ? .diverging(divergingStep(value, low, high, isWritten: isWritten))
                        : .sequential(step(value, low, high, isWritten: isWritten))
                marks.append(.rectangle(cell, fill: fill, radius: 0))
                guard isWritten else { continue }
                marks.append(
                    .text(
                        SceneText(
                            labels[offset][column], font: .cell, color: fill == .panel ? .ink : fill.onTop,
                            at: Point(x: cell.x + cell.width / 2, y: top + layout.pitch / 2 + 1.7), anchor: .center)))
            }
        }
        // Values in the cells need no legend.
        return try isWritten ? marks : marks + legend(chart.unit, low, high, box, isDiverging: isDiverging)
    }

    /// The step of a value on both sides of zero; text is set on 1, 3, 4, 5 and 7 only, which it can be read on.
    private func divergingStep(_ value: Double, _ low: Double, _ high: Double, isWritten: Bool) -> Int {
        let steps = isWritten ? [1, 3, 4, 5, 7] : Array(1...7)
        let share = min(1, max(0, LinearScale(lower: low, upper: high, start: 0, end: 1)(value)))
        return steps[min(steps.count - 1, Int(share * Double(steps.count)))]
    }

    /// Whether every cell has room for its value.
    func hasCellLabels(_ chart: Chart, width: Double) throws -> Bool {
        let layout = HeatMapRows(chart)
        guard layout.names.count >= layout.rows.upperBound, !chart.series.isEmpty else { return false }
        let nameWidth = try self.nameWidth(layout, width: width)
        let labels = layout.rows.flatMap { row in
            chart.series.compactMap { series in series.value(at: row).map { cellLabel($0, chart.unit) } }
        }
        return try widest(labels, font: .cell) + 4 <= (width - nameWidth) / Double(chart.series.count)
    }

    private func nameWidth(_ layout: HeatMapRows, width: Double) throws -> Double {
        try min(widest(layout.rows.map { layout.names[$0] }, font: .label), width * 0.3) + 8
    }

    /// Percentages as whole numbers, the sign stands in the subtitle: cells are small.
    private func cellLabel(_ value: Double, _ unit: Unit) -> String {
        guard unit == .percent, value.magnitude < 1e6 else { return labeller.compact(value, unit: unit) }
        let percent = (value * 100).rounded()
        if percent == 0, value > 0 { return "<1" }
        return labeller.compact(percent, unit: .count)
    }

    private func isBase(_ series: Chart.Series, _ chart: Chart, _ rows: Range<Int>) -> Bool {
        let values = rows.compactMap { series.value(at: $0) }
        // 0 in any script's digits.
        let digits = series.label.unicodeScalars
        let isOrigin = !digits.isEmpty && digits.allSatisfy { $0.properties.numericValue == 0 }
        guard isOrigin else { return false }
        return chart.unit == .percent && chart.series.count > 1 && !values.isEmpty && values.allSatisfy { $0 == 1 }
    }

    /// The step of a value. Text is never set on step 5, on which neither white nor ink reads well: with values
    /// written in there are six steps, else seven.
    private func step(_ value: Double, _ low: Double, _ high: Double, isWritten: Bool) -> Int {
        guard high > low else { return 1 }
        let steps = isWritten ? HeatMapLegend.steps : Array(1...7)
        let scale = LinearScale(lower: low, upper: high, start: 0, end: 1)
        let share = min(1, max(0, scale(value)))
        return steps[min(steps.count - 1, Int(share * Double(steps.count)))]
    }

    private func columnHeads(_ chart: Chart, _ box: Box, _ nameWidth: Double, _ cellWidth: Double) throws -> [SceneMark]
    {
        var marks: [SceneMark] = []
        var free = -Double.infinity
        for (column, series) in chart.series.enumerated() {
            let half = try measuring.width(of: series.label, font: .axis) / 2
            let middle = box.x + nameWidth + (Double(column) + 0.5) * cellWidth - 0.75
            guard middle - half >= free else { continue }
            free = middle + half + 3
            marks.append(
                .text(
                    SceneText(
                        series.label, font: .axis, color: .axis,
                        at: Point(x: middle, y: box.y + HeatMapRows.headHeight - 5), anchor: .center)))
        }
        return marks
    }

    private func legend(
        _ unit: Unit, _ low: Double, _ high: Double, _ box: Box, isDiverging: Bool
    ) throws -> [SceneMark] {
        // On the subtitle's line, which keeps clear of it.
        try ramp(unit, low, high, right: box.right, y: box.y - 12.5) { isDiverging ? .diverging($0) : .sequential($0) }
    }
}
