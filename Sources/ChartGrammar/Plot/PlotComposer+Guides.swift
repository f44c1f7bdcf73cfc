internal import CivilTime
internal import Formatting

/// Grid, axes, legend: the guides are marks like all others.
extension PlotComposer {
    func guides(_ frame: Frame) throws -> [SceneMark] {
        let below = try bottomGuide(frame)
        return verticalGrid(frame) + horizontalGrid(frame) + (try bandNames(frame)) + below
    }

    /// Horizontal lines with the label at the left, on the line, from edge to edge.
    private func horizontalGrid(_ frame: Frame) -> [SceneMark] {
        guard case .value = plot.y.kind, plot.y.hasGrid else { return [] }
        let left = plot.startLabels.isEmpty ? box.x : frame.area.x
        let right = min(frame.area.right + 4, box.right)
        return zip(frame.yTicks, frame.yLabels).flatMap { tick, label -> [SceneMark] in
            let y = frame.y(tick)
            let line = SceneMark.line(
                [Point(x: left, y: y), Point(x: right, y: y)],
                tick == 0 ? Stroke(.zero, width: 0.8) : Stroke(.rule, width: 0.5))
            guard plot.y.hasLabels else { return [line] }
            return [line, .text(SceneText(label, font: .axis, color: .axis, at: Point(x: left, y: y - 2.5)))]
        }
    }

    /// Thin vertical lines where values lie side by side: rows of dots and bars are measured against them.
    private func verticalGrid(_ frame: Frame) -> [SceneMark] {
        guard case .value = plot.x.kind, plot.x.hasGrid else { return [] }
        return frame.xTicks.map { tick in
            let x = frame.x(tick)
            return .line(
                [Point(x: x, y: frame.area.y), Point(x: x, y: frame.area.bottom)],
                tick == 0 ? Stroke(.zero, width: 0.8) : Stroke(.rule, width: 0.5))
        }
    }

    private func bottomGuide(_ frame: Frame) throws -> [SceneMark] {
        guard plot.x.hasLabels else { return [] }
        let y = frame.area.bottom
        switch plot.x.kind {
        case .time:
            let baseline =
                if case .band = plot.y.kind {
                    [
                        SceneMark.line(
                            [Point(x: frame.area.x, y: y), Point(x: frame.area.right, y: y)], Stroke(.zero, width: 0.8))
                    ]
                } else { [SceneMark]() }
            let ticks = frame.x.start > frame.x.end ? Array(frame.dates.reversed()) : frame.dates
            return try baseline
                + composer.dateAxis(ticks, y: y, left: box.x, right: box.right, hasTickMarks: true) {
                    frame.x(Double($0.date.daysSinceEpoch))
                } + title(frame, y: y + composer.dateLane(frame.dates) + 8)
        case .value: return try valueAxis(frame, y: y) + title(frame, y: y + 22)
        case .band(let names): return try columnNames(names, frame, y: y)
        }
    }

    private func title(_ frame: Frame, y: Double) -> [SceneMark] {
        guard !plot.x.title.isEmpty else { return [] }
        return [
            .text(
                SceneText(
                    plot.x.title, font: .axis, color: .mute, at: Point(x: frame.area.right, y: y), anchor: .trailing,
                    width: frame.area.width, linesMax: 1))
        ]
    }

    private func valueAxis(_ frame: Frame, y: Double) throws -> [SceneMark] {
        var marks: [SceneMark] = []
        var free = -Double.infinity
        let pairs = zip(frame.xTicks, frame.xLabels).map { (frame.x($0), $1) }.sorted { $0.0 < $1.0 }
        for (place, label) in pairs {
            let half = try composer.measuring.width(of: label, font: .axis) / 2
            let middle = min(max(place, box.x + half), box.right - half)
            guard middle - half >= free else { continue }
            free = middle + half + 4
            marks.append(
                .text(
                    SceneText(label, font: .axis, color: .axis, at: Point(x: middle, y: y + 10.5), anchor: .center)))
        }
        return marks
    }

    /// Names under columns: one line, or two small ones.
    private func columnNames(_ names: [String], _ frame: Frame, y: Double) throws -> [SceneMark] {
        guard frame.x.band >= 16 else { return try narrowColumnNames(names, frame, y: y) }
        let room = frame.x.band - 3
        return try names.enumerated().map { index, name in
            let extent = try composer.measuring.extent(of: name, font: .axis, width: room, linesMax: 2)
            return .text(
                SceneText(
                    name, font: .axis, color: .axis, at: Point(x: frame.x(Double(index)), y: y + 10), anchor: .center,
                    width: room, linesMax: extent.lineCount))
        }
    }

    /// Names under narrow columns, in one line: all, or every second, third … so that none touches the next.
    private func narrowColumnNames(_ names: [String], _ frame: Frame, y: Double) throws -> [SceneMark] {
        let widest = try composer.widest(names, font: .axis)
        guard widest < 80, frame.x.band > 0 else { return [] }
        let step = Int(min(((widest + 3) / frame.x.band).rounded(.up), Double(names.count)))
        return stride(from: 0, to: names.count, by: step).map { index in
            .text(
                SceneText(
                    names[index], font: .axis, color: .axis, at: Point(x: frame.x(Double(index)), y: y + 10),
                    anchor: .center))
        }
    }

    /// Names before rows: one line, two small ones where it is long, and then cut.
    private func bandNames(_ frame: Frame) throws -> [SceneMark] {
        guard case .band(let names) = plot.y.kind, plot.y.hasLabels else { return [] }
        let room = try min(composer.widest(names, font: .label), box.width * 0.36) + 1
        return try names.enumerated().map { index, name in
            let y = frame.y(Double(index))
            let extent = try composer.measuring.extent(of: name, font: .label, width: room, linesMax: nil)
            guard extent.lineCount > 1, frame.y.band >= 19 else {
                return .text(
                    SceneText(
                        name, font: .label, color: .body, at: Point(x: box.x, y: y + 2.8), width: room, linesMax: 1,
                        ellipsis: .middle))
            }
            return .text(
                SceneText(
                    name, font: .axis, color: .body, at: Point(x: box.x, y: y - 1.4), width: room, linesMax: 2))
        }
    }

    /// The zero lines once more, above bars that stand on them.
    func zeroLines(_ frame: Frame) -> [SceneMark] {
        let hasBars = plot.layers.contains { if case .bar = $0 { true } else { false } }
        guard hasBars else { return [] }
        var marks: [SceneMark] = []
        if case .value = plot.y.kind, !plot.y.isLogarithmic, frame.y.lower <= 0, frame.y.upper >= 0 {
            let y = frame.y(0)
            let left = plot.y.hasLabels ? box.x : frame.area.x
            marks.append(
                .line([Point(x: left, y: y), Point(x: frame.area.right, y: y)], Stroke(.zero, width: 0.8)))
        }
        if case .value = plot.x.kind, case .band = plot.y.kind, !plot.x.isLogarithmic, frame.x.lower < 0,
            frame.x.upper >= 0
        {
            let x = frame.x(0)
            marks.append(
                .line(
                    [Point(x: x, y: frame.area.y), Point(x: x, y: frame.area.bottom)], Stroke(.zero, width: 0.8)))
        }
        return marks
    }

    // MARK: Legend

    /// Patches and names in rows above the plot, and their height.
    func legend() throws -> (marks: [SceneMark], height: Double) {
        guard !plot.legend.isEmpty else { return ([], 0) }
        var marks: [SceneMark] = []
        var (x, y) = (box.x, box.y + 2)
        for item in plot.legend {
            let width = try min(composer.measuring.width(of: item.label, font: .subtitle), min(140, box.width - 14))
            if x + 11 + width > box.right, x > box.x {
                x = box.x
                y += 12
            }
            if item.isLine {
                marks.append(
                    .line([Point(x: x, y: y + 5.5), Point(x: x + 8, y: y + 5.5)], Stroke(item.color, width: 1.6)))
            } else {
                marks.append(.rectangle(Box(x: x, y: y + 2, width: 7, height: 7), fill: item.color, radius: 1))
            }
            marks.append(
                .text(
                    SceneText(
                        item.label, font: .subtitle, color: .body, at: Point(x: x + 11, y: y + 8.2), width: width + 1,
                        linesMax: 1)))
            x += 11 + width + 12
        }
        return (marks, y - box.y + 14)
    }
}
