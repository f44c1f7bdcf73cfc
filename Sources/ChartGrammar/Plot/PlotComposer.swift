internal import CivilTime
internal import Formatting

/// Turns a plot into marks of a scene: trains the scales on the marks, gives room to guides and labels, places all.
///
/// Everything is placed from left to right. For readers from right to left the result is mirrored; time, and numbers
/// along a horizontal axis under points, still run from left to right, as they do in every language.
struct PlotComposer {
    let composer: SceneComposer
    let plot: Plot
    let box: Box

    /// The room that guides take.
    struct Lanes {
        var left = 0.0
        var right = 0.0
        var top = 0.0
        var bottom = 0.0
    }

    /// The plot's two scales and what is written along them.
    struct Frame {
        var x: PositionScale
        var y: PositionScale
        /// The part of the box in which marks lie.
        var area: Box
        var xTicks: [Double]
        var yTicks: [Double]
        var xLabels: [String]
        var yLabels: [String]
        var dates: [DateTicks.Tick]
    }

    /// Whether all is to be mirrored, and time runs against it.
    private var isMirrored: Bool { composer.isRightToLeft }
    private var isTimeReversed: Bool {
        guard isMirrored else { return false }
        switch (plot.x.kind, plot.y.kind) {
        case (.time, _), (.value, .value): return true
        default: return false
        }
    }

    func marks() throws -> [SceneMark] {
        let (legend, legendHeight) = try self.legend()
        let frame = try self.frame(below: legendHeight)
        var marks = legend
        marks += try guides(frame)
        for layer in plot.layers { marks += self.marks(of: layer, frame) }
        marks += zeroLines(frame)
        marks += try edgeLabels(frame)
        marks += try labels(frame)
        return isMirrored ? marks.map { $0.mirrored(in: box) } : marks
    }

    // MARK: Scales

    /// The data's ends along an axis.
    private func domain(_ axis: Plot.Axis, _ values: [Double]) -> (lower: Double, upper: Double, ticks: [Double]) {
        switch axis.kind {
        case .band(let names):
            let ends = axis.bounds ?? (-0.5, max(0.5, Double(names.count) - 0.5))
            return (ends.lower, ends.upper, names.indices.map(Double.init))
        case .time(let dates):
            let days = dates.map { Double($0.daysSinceEpoch) }
            return ((days + values).min() ?? 0, (days + values).max() ?? 1, [])
        case .value(let unit):
            let finite = values.filter(\.isFinite)
            if axis.isLogarithmic {
                let positive = finite.filter { $0 > 0 }
                let ticks = Logarithm.ticks(positive.min() ?? 1, positive.max() ?? 10)
                if let first = ticks.first, let last = ticks.last, first < last { return (first, last, ticks) }
                return (1, 10, [1, 10])
            }
            if let bounds = axis.bounds {
                let ticks = NiceTicks(enclosing: bounds.lower, bounds.upper, unit: unit).values
                    .filter { $0 >= bounds.lower && $0 <= bounds.upper }
                // A low panel has room for every other one.
                let isLow = (axis.isSparse ?? (box.height < 80)) && ticks.count > 3
                return (bounds.lower, bounds.upper, isLow ? Self.everyOther(ticks) : ticks)
            }
            let low = min(finite.min() ?? 0, axis.includesZero ? 0 : .infinity)
            let high = max(finite.max() ?? 1, axis.includesZero ? 0 : -.infinity)
            let ticks = NiceTicks(enclosing: low, high, unit: unit)
            // Without labels nobody needs the axis to end at a round value.
            return axis.hasLabels ? (ticks.lower, ticks.upper, ticks.values) : (low, high > low ? high : low + 1, [])
        }
    }

    private static func everyOther(_ ticks: [Double]) -> [Double] {
        let zero = ticks.firstIndex(of: 0) ?? 0
        return ticks.indices.filter { ($0 - zero) % 2 == 0 }.map { ticks[$0] }
    }

    private func scale(
        _ axis: Plot.Axis, _ domain: (lower: Double, upper: Double, ticks: [Double]), from start: Double, to end: Double
    ) -> PositionScale {
        PositionScale(
            kind: axis.kind, lower: domain.lower, upper: domain.upper, isLogarithmic: axis.isLogarithmic,
            start: axis.isReversed ? end : start, end: axis.isReversed ? start : end)
    }

    private func tickLabels(_ axis: Plot.Axis, _ ticks: [Double]) -> [String] {
        switch axis.kind {
        case .value(let unit):
            if axis.isLogarithmic { return ticks.map { logarithmicLabel($0, unit) } }
            return ticks.isEmpty ? [] : composer.labeller.axisLabels(of: ticks, unit: unit)
        case .band(let names): return names
        case .time: return []
        }
    }

    /// Powers of ten with all of their own digits: 0.001 is not 0.00.
    private func logarithmicLabel(_ tick: Double, _ unit: Unit) -> String {
        if case .number = unit { return composer.labeller.compact(tick, unit: tick < 1 ? .none : .count) }
        return composer.labeller.compact(tick, unit: unit)
    }

    private func frame(below legendHeight: Double) throws -> Frame {
        let reach = plot.layers.flatMap(\.reach)
        let xDomain = domain(plot.x, reach.map(\.x))
        let yDomain = domain(plot.y, reach.map(\.y))
        let (xLabels, yLabels) = (tickLabels(plot.x, xDomain.ticks), tickLabels(plot.y, yDomain.ticks))
        let dates = dateTicks(plot.x)
        var lanes = Lanes()
        lanes.top = legendHeight + topLane(yLabels)
        lanes.bottom = try bottomLane(xLabels, dates)
        let names = try nameLane(yLabels)
        lanes.left = names
        let end = try edgeWidth(plot.endLabels)
        let start = try edgeWidth(plot.startLabels)
        if isTimeReversed {
            lanes.left += end
            lanes.right = start
        } else {
            lanes.left += start
            lanes.right = end
        }
        var area = Box(
            x: box.x + lanes.left, y: box.y + lanes.top, width: max(30, box.width - lanes.left - lanes.right),
            height: max(20, box.height - lanes.top - lanes.bottom))
        var x = scale(plot.x, xDomain, from: area.x, to: area.right)
        var y = scale(plot.y, yDomain, from: area.bottom, to: area.y)
        try makeRoom(for: plot.labels, &area, &x, &y, xDomain, yDomain)
        if isTimeReversed { x = scale(plot.x, xDomain, from: area.right, to: area.x) }
        return Frame(
            x: x, y: y, area: area, xTicks: xDomain.ticks, yTicks: yDomain.ticks, xLabels: xLabels, yLabels: yLabels,
            dates: dates)
    }

    /// Labels behind the ends of bars need room that depends on the scale, and the scale on the room: both are linear,
    /// so the shortest range that fits each label can be told at once.
    private func makeRoom(
        for labels: [Plot.Label], _ area: inout Box, _ x: inout PositionScale, _ y: inout PositionScale,
        _ xDomain: (lower: Double, upper: Double, ticks: [Double]),
        _ yDomain: (lower: Double, upper: Double, ticks: [Double])
    ) throws {
        var (left, right, top, bottom) = (area.x, area.right, area.y, area.bottom)
        let height = 9.5
        for label in labels where label.isNeeded {
            switch label.placements.first {
            case .trailing:
                let need = try composer.measuring.width(of: label.text, font: label.font) + label.distance
                let share = x.share(label.at.x)
                if share > 0.02 { right = min(right, left + (area.right - need - left) / share) }
            case .leading:
                let need = try composer.measuring.width(of: label.text, font: label.font) + label.distance
                let share = 1 - x.share(label.at.x)
                if share > 0.02 { left = max(left, right - (right - need - area.x) / share) }
            case .above:
                let share = y.share(label.at.y)
                if share > 0.02 { top = max(top, bottom - (bottom - (area.y - 2) - height - label.distance) / share) }
            case .below:
                let share = 1 - y.share(label.at.y)
                if share > 0.02 { bottom = min(bottom, top + (area.bottom - top - height - label.distance) / share) }
            case .center, nil: continue
            }
        }
        if case .band = plot.y.kind { (top, bottom) = (area.y, area.bottom) }
        if case .band = plot.x.kind { (left, right) = (area.x, area.right) }
        guard right - left >= 24, bottom - top >= 16 else { return }
        area = Box(x: left, y: top, width: right - left, height: bottom - top)
        x = scale(plot.x, xDomain, from: area.x, to: area.right)
        y = scale(plot.y, yDomain, from: area.bottom, to: area.y)
    }

    // MARK: Room for guides

    private func topLane(_ yLabels: [String]) -> Double {
        if case .value = plot.y.kind { return plot.y.hasLabels && !yLabels.isEmpty ? 12 : 4 }
        if case .value = plot.x.kind { return 2 }
        return 4
    }

    private func bottomLane(_ xLabels: [String], _ dates: [DateTicks.Tick]) throws -> Double {
        guard plot.x.hasLabels else { return 4 }
        let title = plot.x.title.isEmpty ? 0.0 : 11
        switch plot.x.kind {
        case .time: return composer.dateLane(dates) + title
        case .value: return 16 + title
        case .band(let names):
            // A first look at the width; two lines where one is too narrow.
            let band = box.width / Double(max(1, names.count))
            return try composer.widest(names, font: .axis) + 3 <= band ? 15 : 23
        }
    }

    private func nameLane(_ yLabels: [String]) throws -> Double {
        guard plot.y.hasLabels, !yLabels.isEmpty else { return 0 }
        if case .band = plot.y.kind {
            return try min(composer.widest(yLabels, font: .label), box.width * 0.36) + 8
        }
        return try composer.widest(yLabels, font: .axis) + 8
    }

    private func edgeWidth(_ labels: [Plot.EdgeLabel]) throws -> Double {
        guard !labels.isEmpty else { return 0 }
        let width = try labels.reduce(0.0) { widest, label in
            try max(widest, composer.widest(label.lines, font: label.isStrong ? .labelStrong : .labelMedium))
        }
        return min(width, box.width * 0.3) + 13
    }

    private func dateTicks(_ axis: Plot.Axis) -> [DateTicks.Tick] {
        if case .time(let dates) = axis.kind { DateTicks(for: dates).ticks } else { [] }
    }
}

extension SceneMark {
    /// The mark as in a mirror that stands in the middle of a box.
    func mirrored(in box: Box) -> SceneMark {
        let flip = { (x: Double) in box.x + box.right - x }
        let turn = { (point: Point) in Point(x: flip(point.x), y: point.y) }
        let over = { (box: Box) in Box(x: flip(box.right), y: box.y, width: box.width, height: box.height) }
        switch self {
        case .rectangle(let box, let fill, let radius): return .rectangle(over(box), fill: fill, radius: radius)
        case .line(let points, let stroke): return .line(points.map(turn), stroke)
        case .area(let points, let fill): return .area(points.map(turn), fill: fill)
        case .circle(let center, let radius, let fill): return .circle(turn(center), radius: radius, fill: fill)
        case .hatch(let box, let color): return .hatch(over(box), color: color)
        case .text(var text):
            text.at = turn(text.at)
            text.anchor =
                switch text.anchor {
                case .leading: .trailing
                case .center: .center
                case .trailing: .leading
                }
            return .text(text)
        }
    }
}
