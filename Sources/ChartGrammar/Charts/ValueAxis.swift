internal import Formatting

/// The vertical axis of a chart: its ticks, and whether it starts at zero.
struct ValueAxis {
    let ticks: NiceTicks
    /// The axis does not start at zero: only for lines whose values lie within 20 % of their level.
    let isBroken: Bool
    /// All values are zero: there is no scale, only the zero line.
    let isZero: Bool

    init(of chart: Chart) {
        let values = chart.series.flatMap { series in series.values.compactMap { $0?.isFinite == true ? $0 : nil } }
        let (low, high) = (values.min() ?? 0, values.max() ?? 0)
        let isFlat = low > 0 && high > low && high - low < 0.2 * high
        isBroken = (chart.mark == .line || chart.mark == .step) && isFlat
        isZero = low == 0 && high == 0
        if isBroken {
            let ticks = NiceTicks(enclosing: low, high, unit: chart.unit)
            self.ticks = ticks
        } else {
            ticks = NiceTicks(enclosing: min(low, 0), max(high, 0), unit: chart.unit)
        }
    }
}

extension ValueAxis {
    /// Where gridlines are drawn.
    var gridValues: [Double] { isZero ? [0] : ticks.values }
}

extension SceneComposer {
    /// The labels of an axis.
    func labels(of axis: ValueAxis, unit: Unit) -> [String] {
        axis.isZero ? ["0"] : labeller.axisLabels(of: axis.ticks.values, unit: unit)
    }

    /// Horizontal gridlines with the label at the left, on the line; the zero line is darker.
    func grid(
        _ axis: ValueAxis, unit: Unit, from left: Double, to right: Double, scale: LinearScale, labels: [String]
    ) -> [SceneMark] {
        zip(axis.gridValues, labels).flatMap { tick, label -> [SceneMark] in
            let y = scale(tick)
            let stroke = tick == 0 ? Stroke(.zero, width: 0.8) : Stroke(.rule, width: 0.5)
            return [
                .line([Point(x: left, y: y), Point(x: right, y: y)], stroke),
                .text(
                    SceneText(
                        label, font: .axis, color: .axis, at: Point(x: isRightToLeft ? right : left, y: y - 2.5),
                        anchor: isRightToLeft ? .trailing : .leading)),
            ]
        }
    }

    /// Two short slanted strokes where the axis is broken.
    func breakMark(x: Double, y: Double) -> [SceneMark] {
        [0.0, 3].flatMap { shift -> [SceneMark] in
            let (low, high) = (Point(x: x + shift, y: y + 3), Point(x: x + shift + 3, y: y - 3))
            return [.line([low, high], Stroke(.paper, width: 2.4)), .line([low, high], Stroke(.zero, width: 0.8))]
        }
    }

    /// The widest of some labels.
    func widest(_ labels: [String], font: FontRole) throws -> Double {
        try labels.reduce(0) { try max($0, measuring.width(of: $1, font: font)) }
    }

    /// The room under an axis for its dates: a second line where years are written.
    func dateLane(_ ticks: [DateTicks.Tick]) -> Double { ticks.contains { $0.form == .monthYear } ? 24 : 16 }

    /// Date labels under an axis, with ticks; a year stands under the first month and each January; a label that would touch the one before is left out.
    func dateAxis(
        _ ticks: [DateTicks.Tick], y: Double, left: Double, right: Double, hasTickMarks: Bool,
        x: (DateTicks.Tick) -> Double
    ) throws -> [SceneMark] {
        var marks: [SceneMark] = []
        var free = left - 2
        for tick in ticks {
            let label = labeller.date(tick.date, form: tick.form == .monthYear ? .month : tick.form)
            let half = try measuring.width(of: label, font: .axis) / 2
            let place = x(tick)
            // Labels at the ends move inwards rather than over the edge.
            let middle = min(max(place, left + half), max(right - half, left + half))
            guard middle - half >= free, (left - 1...right + 1).contains(place) else { continue }
            free = middle + half + 4
            if hasTickMarks {
                marks.append(.line([Point(x: place, y: y), Point(x: place, y: y + 3)], Stroke(.zero, width: 0.6)))
            }
            marks.append(
                .text(SceneText(label, font: .axis, color: .axis, at: Point(x: middle, y: y + 11), anchor: .center)))
            guard tick.form == .monthYear else { continue }
            let year = labeller.date(tick.date, form: .year)
            marks.append(
                .text(SceneText(year, font: .axis, color: .axis, at: Point(x: middle, y: y + 19.5), anchor: .center)))
        }
        return marks
    }
}
