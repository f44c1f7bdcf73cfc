internal import Formatting

/// The rows of a bar chart: the categories, those beyond the tenth summed where the unit can be summed.
struct BarRows {
    struct Row {
        let name: String
        let value: Double?
        let previous: Double?
        let isOther: Bool
    }

    static let rowHeight = 20.0
    /// More categories than these are too many to compare.
    static let categoriesMax = 15
    /// As many are shown of too many.
    static let categoriesShown = 10
    /// A bar this many times longer than the next is cut.
    static let hugeFactor = 20.0

    let rows: [Row]
    /// What the subtitle must say.
    let notes: [String]
    /// The index of a bar that is cut, because it would leave nothing of the others.
    let cut: Int?

    var height: Double { Double(rows.count) * Self.rowHeight + 4 }

    init(_ chart: Chart, texts: ChartTexts) {
        let current = chart.series.first { $0.role != .previous }
        let previous = chart.series.first { $0.role == .previous }
        let names = chart.categories
        let all = names.indices.map { index in
            Row(
                name: names[index], value: current?.value(at: index), previous: previous?.value(at: index),
                isOther: false)
        }
        var notes: [String] = []
        var rows = all
        if all.count > Self.categoriesMax {
            rows = Array(all.prefix(Self.categoriesShown))
            let rest = all.dropFirst(Self.categoriesShown)
            if chart.unit.isAdditive {
                let name = ChartTexts.fill(texts.others, String(rest.count))
                rows.append(
                    Row(
                        name: name, value: Self.sum(rest.map(\.value)), previous: Self.sum(rest.map(\.previous)),
                        isOther: true))
            } else {
                notes.append(ChartTexts.fill(texts.othersLeftOut, String(rest.count)))
            }
        }
        let cut = Self.huge(rows)
        if let cut { notes.append(ChartTexts.fill(texts.barIsCut, rows[cut].name)) }
        self.rows = rows
        self.notes = notes
        self.cut = cut
    }

    private static func sum(_ values: [Double?]) -> Double? {
        let present = values.compactMap(\.self)
        let sum = present.reduce(0, +)
        return present.isEmpty || !sum.isFinite ? nil : sum
    }

    /// A bar so long that all others would be slivers.
    private static func huge(_ rows: [Row]) -> Int? {
        guard rows.count >= 3, rows.allSatisfy({ ($0.value ?? 0) >= 0 }) else { return nil }
        let order = rows.indices.sorted { (rows[$0].value ?? 0) > (rows[$1].value ?? 0) }
        let (first, second) = (rows[order[0]].value ?? 0, rows[order[1]].value ?? 0)
        return second > 0 && first > second * hugeFactor ? order[0] : nil
    }
}

extension Unit {
    /// Whether parts add up to a whole: amounts and counts do, rates and means do not.
    var isAdditive: Bool {
        switch self {
        case .count, .money: true
        case .percent, .number, .milliseconds, .none: false
        }
    }
}

extension Unit {
    /// How many of the numbers' units make one that people read: 100 cents a dollar.
    var minorUnits: Double {
        guard case .money(_, let exponent) = self else { return 1 }
        return (0..<max(0, min(exponent, 6))).reduce(1) { value, _ in value * 10 }
    }
}

/// The columns of a bar chart: names, bars, values, changes.
private struct BarColumns {
    let nameWidth: Double
    let barLeft: Double
    let barRight: Double
    let changeRight: Double
    let hasChanges: Bool
}

extension SceneComposer {
    /// Horizontal bars in the order given; the compared period is a tick across each, the change stands at the right.
    func barChart(_ chart: Chart, in box: Box) throws -> [SceneMark] {
        let layout = BarRows(chart, texts: texts)
        let rows = layout.rows
        let values = barLabels(rows, chart.unit)
        let changes = rows.map { row in change(row, chart.unit) }
        let columns = try columns(rows, values, changes, box)
        let cutLength = rows.indices.filter { $0 != layout.cut }.compactMap { rows[$0].value }.max() ?? 0
        let reaching = rows.indices.flatMap { index in
            index == layout.cut ? [cutLength * 1.5] : [rows[index].value, rows[index].previous].compactMap(\.self)
        }
        let scale = LinearScale(
            lower: min(0, reaching.min() ?? 0), upper: max(0, reaching.max() ?? 0), start: columns.barLeft,
            end: columns.barRight)
        let pitch = min(BarRows.rowHeight * 1.3, max(13, (box.height - 4) / Double(rows.count)))
        var marks: [SceneMark] = []
        for (index, row) in rows.enumerated() {
            let top = box.y + 4 + Double(index) * pitch
            let isCut = index == layout.cut
            marks += try name(row, top: top, pitch: pitch, width: columns.nameWidth, box)
            marks += bar(row, isCut: isCut, top: top, pitch: pitch, scale)
            marks.append(
                valueText(values[index], row, isCut: isCut, y: top + pitch / 2 + 2.8, scale, columns))
            if let change = changes[index] {
                marks.append(
                    .text(
                        SceneText(
                            change.text, font: .label, color: changeColor(change.direction, chart),
                            at: Point(x: columns.changeRight, y: top + pitch / 2 + 2.8), anchor: .trailing)))
            }
        }
        if scale.lower < 0 {
            let ends = [
                Point(x: scale(0), y: box.y + 2), Point(x: scale(0), y: box.y + 4 + Double(rows.count) * pitch),
            ]
            marks.append(.line(ends, Stroke(.zero, width: 0.8)))
        }
        return marks
    }

    /// The values of one magnitude with the unit on the first row only, `₦48.2m 41.9 33.0` or `$1,000 522 362`: a
    /// sign before every figure is noise. Each for itself where that would blur small values or the first is small.
    private func barLabels(_ rows: [BarRows.Row], _ unit: Unit) -> [String] {
        let each = rows.map { row in row.value.map { labeller.compact($0, unit: unit) } ?? "–" }
        let values = rows.compactMap(\.value)
        guard values.count == rows.count, let first = values.first, unit.isAdditive else { return each }
        let major = unit.minorUnits
        let largest = values.map(\.magnitude).max() ?? 0
        guard largest < 1e15 * major else { return each }
        if largest >= 100_000 * major { return roundedLabels(values, largest, unit) ?? each }
        guard case .money = unit, first >= 1_000 * major else { return each }
        return [each[0]] + values.dropFirst().map { labeller.whole($0, unit: unit) }
    }

    /// Three figures of the largest; nil where that leaves less than two of the smallest.
    private func roundedLabels(_ values: [Double], _ largest: Double, _ unit: Unit) -> [String]? {
        var quantum = 1.0
        while quantum * 1000 <= largest { quantum *= 10 }
        let rounded = values.map { ($0 / quantum).rounded() * quantum }
        guard zip(values, rounded).allSatisfy({ $0 == $1 || $1.magnitude >= 10 * quantum }) else { return nil }
        // The labeller puts the unit on the last one.
        return Array(labeller.axisLabels(of: rounded.reversed(), unit: unit).reversed())
    }

    private func change(_ row: BarRows.Row, _ unit: Unit) -> (text: String, direction: Int)? {
        guard let value = row.value, let previous = row.previous else { return nil }
        return labeller.change(from: previous, to: value, unit: unit)
    }

    func changeColor(_ direction: Int, _ chart: Chart) -> ColorRole {
        switch (direction, chart.good) {
        case (0, _), (_, .neutral): .mute
        case (1, .up), (-1, .down): .good
        default: .bad
        }
    }

    private func columns(
        _ rows: [BarRows.Row], _ values: [String], _ changes: [(text: String, direction: Int)?], _ box: Box
    ) throws -> BarColumns {
        let nameWidth = try min(widest(rows.map(\.name), font: .label), box.width * 0.36)
        let valueWidth = try widest(values, font: .labelMedium)
        let changeWidth = try widest(changes.compactMap { $0?.text }, font: .label)
        let hasChanges = changeWidth > 0
        let hasNegative = rows.contains { ($0.value ?? 0) < 0 }
        let right = box.right - valueWidth - 6 - (hasChanges ? changeWidth + 10 : 0)
        return BarColumns(
            nameWidth: nameWidth, barLeft: box.x + nameWidth + 8 + (hasNegative ? valueWidth + 6 : 0),
            barRight: max(right, box.x + nameWidth + 30), changeRight: box.right, hasChanges: hasChanges)
    }

    /// The name before its bar: one line, two small ones where it is long, and then cut in the middle.
    private func name(_ row: BarRows.Row, top: Double, pitch: Double, width: Double, _ box: Box) throws -> [SceneMark] {
        let extent = try measuring.extent(of: row.name, font: .label, width: width + 1, linesMax: nil)
        let middle = top + pitch / 2
        let color: ColorRole = row.isOther ? .mute : .body
        guard extent.lineCount > 1, pitch >= 19 else {
            return [
                .text(
                    SceneText(
                        row.name, font: .label, color: color, at: Point(x: box.x, y: middle + 2.8), width: width + 1,
                        linesMax: 1, ellipsis: .middle))
            ]
        }
        return [
            .text(
                SceneText(
                    row.name, font: .axis, color: color, at: Point(x: box.x, y: middle - 1.4), width: width + 1,
                    linesMax: 2, ellipsis: .end))
        ]
    }

    private func bar(_ row: BarRows.Row, isCut: Bool, top: Double, pitch: Double, _ scale: LinearScale) -> [SceneMark] {
        let thickness = min(11, pitch * 0.55)
        let y = top + (pitch - thickness) / 2
        var marks: [SceneMark] = []
        if let value = row.value {
            let end = isCut ? scale(scale.upper) : scale(value)
            let (from, to) = (min(scale(0), end), max(scale(0), end))
            let color: ColorRole = row.isOther ? .contextFill : value < 0 ? .negative : .accent
            // A value that is not zero is seen, however small.
            let width = value == 0 ? 0 : max(to - from, 0.75)
            marks.append(.rectangle(Box(x: from, y: y, width: width, height: thickness), fill: color, radius: 0))
            if isCut {
                let x = to - 16
                marks.append(
                    .area(
                        [
                            Point(x: x, y: y + thickness + 1), Point(x: x + 5, y: y - 1), Point(x: x + 8, y: y - 1),
                            Point(x: x + 3, y: y + thickness + 1),
                        ], fill: .paper))
            }
        }
        if let previous = row.previous, !isCut || previous <= scale.upper {
            let x = scale(previous)
            marks.append(
                .line([Point(x: x, y: y - 2.5), Point(x: x, y: y + thickness + 2.5)], Stroke(.ink, width: 1)))
        }
        return marks
    }

    private func valueText(
        _ text: String, _ row: BarRows.Row, isCut: Bool, y: Double, _ scale: LinearScale, _ columns: BarColumns
    ) -> SceneMark {
        let value = row.value ?? 0
        let previous = min(row.previous ?? 0, scale.upper)
        if value < 0 {
            let x = min(scale(value), scale(min(0, previous))) - 5
            return .text(
                SceneText(
                    text, font: .labelMedium, color: .negativeText, at: Point(x: x, y: y), anchor: .trailing))
        }
        let x = isCut ? scale(scale.upper) : max(scale(value), scale(max(0, previous)))
        return .text(
            SceneText(
                text, font: isCut ? .labelStrong : .labelMedium, color: row.value == nil ? .mute : .ink,
                at: Point(x: x + 5, y: y)))
    }
}
