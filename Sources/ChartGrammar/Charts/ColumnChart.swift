internal import CivilTime
internal import Formatting

extension SceneComposer {
    /// Vertical columns over time. Few columns bear their values and need no grid; many have a grid.
    func columnChart(_ chart: Chart, in box: Box) throws -> [SceneMark] {
        guard let dates = chart.dates, let current = chart.series.first(where: { $0.role == .current }) else {
            return []
        }
        let axis = ValueAxis(of: chart)
        let labels = dates.indices.map { index in
            current.value(at: index).map { labeller.compact($0, unit: chart.unit) } ?? ""
        }
        let widestLabel = try widest(labels, font: .cell)
        let isLabelled = dates.count <= 14 && widestLabel + 3 <= box.width / Double(dates.count)
        let axisLabels = isLabelled ? [] : self.labels(of: axis, unit: chart.unit)
        let ticks = columnTicks(dates)
        let indent = isLabelled ? 0 : try widest(axisLabels, font: .axis) + 6
        let left = isRightToLeft ? box.x : box.x + indent
        let band = (box.width - indent) / Double(dates.count)
        // Two columns of full width would be walls.
        let width = min(band / 1.4, 46)
        let hasNegative = axis.ticks.lower < 0
        let top = box.y + (isLabelled ? 18 : 14)
        let bottom = box.bottom - dateLane(ticks) - (isLabelled && hasNegative ? 10 : 0)
        let data = current.values.compactMap { $0?.isFinite == true ? $0 : nil }
        let y = LinearScale(
            lower: isLabelled ? min(0, data.min() ?? 0) : axis.ticks.lower,
            upper: isLabelled ? max(0, data.max() ?? 0, previousMax(chart)) : axis.ticks.upper, start: bottom, end: top)

        var marks: [SceneMark] = []
        if !isLabelled {
            marks += grid(axis, unit: chart.unit, from: box.x, to: box.right, scale: y, labels: axisLabels)
        }
        let middle = { (index: Int) in left + (Double(index) + 0.5) * band }
        for index in dates.indices {
            let isPartial = chart.partialFrom.map { dates[index] >= $0 } ?? false
            let place = Box(x: middle(index) - width / 2, y: top, width: width, height: bottom - top)
            marks += column(current.value(at: index), isPartial: isPartial, in: place, y)
            if let value = current.value(at: index), chart.isOutOfLine(dates[index]) {
                marks += ring(around: Point(x: middle(index), y: y(value)))
            }
            if isLabelled, let value = current.value(at: index) {
                let isBelow = value < 0
                // A tick of the compared period just beyond the column would cross the label: it goes beyond both.
                let previous = chart.series.first { $0.role == .previous }?.value(at: index) ?? 0
                let reach = isBelow ? min(value, previous) : max(value, previous)
                let edge = (y(reach) - y(value)).magnitude < 14 ? y(reach) : y(value)
                marks.append(
                    .text(
                        SceneText(
                            labels[index], font: .cell, color: isBelow ? .negativeText : .ink,
                            at: Point(x: middle(index), y: edge + (isBelow ? 9 : -4)), anchor: .center)))
            }
        }
        marks.append(.line([Point(x: box.x, y: y(0)), Point(x: box.right, y: y(0))], Stroke(.zero, width: 0.8)))
        marks += previousTicks(chart, halfWidth: width / 2 + 2, y, middle)
        let axisY = bottom + (isLabelled && hasNegative ? 10 : 0)
        return try marks
            + dateAxis(ticks, y: axisY, left: box.x, right: box.right, hasTickMarks: false) { tick in
                middle(dates.firstIndex { $0 >= tick.date } ?? dates.count - 1)
            }
    }

    /// One column; hatched while its period is not over; hatched in full height where nothing was received.
    private func column(_ value: Double?, isPartial: Bool, in place: Box, _ y: LinearScale) -> [SceneMark] {
        guard let value else { return [.hatch(place, color: .hatch)] }
        let (high, low) = (min(y(value), y(0)), max(y(value), y(0)))
        let box = Box(x: place.x, y: high, width: place.width, height: low - high)
        let color: ColorRole = value < 0 ? .negative : .accent
        guard isPartial else { return [.rectangle(box, fill: color, radius: 0)] }
        return [
            .hatch(box, color: color),
            .line(
                [
                    Point(x: box.x, y: low), Point(x: box.x, y: high), Point(x: box.right, y: high),
                    Point(x: box.right, y: low),
                ], Stroke(color, width: 0.8)),
        ]
    }

    /// A ring at a column's end: its value is out of line.
    private func ring(around place: Point) -> [SceneMark] {
        [
            .circle(place, radius: 5, fill: .negativeText), .circle(place, radius: 3.8, fill: .paper),
            .circle(place, radius: 2.2, fill: .accent),
        ]
    }

    private func previousMax(_ chart: Chart) -> Double {
        let values = chart.series.filter { $0.role == .previous }.flatMap(\.values)
        return values.compactMap { $0?.isFinite == true ? $0 : nil }.max() ?? 0
    }

    /// The compared period as a thin line across each column.
    private func previousTicks(
        _ chart: Chart, halfWidth: Double, _ y: LinearScale, _ middle: (Int) -> Double
    ) -> [SceneMark] {
        guard let previous = chart.series.first(where: { $0.role == .previous }) else { return [] }
        return (0..<chart.domainCount).compactMap { index in
            previous.value(at: index).map { value in
                .line(
                    [
                        Point(x: middle(index) - halfWidth, y: y(value)),
                        Point(x: middle(index) + halfWidth, y: y(value)),
                    ], Stroke(.ink, width: 1))
            }
        }
    }

    /// A label for every column where there are few, natural starts where there are many.
    private func columnTicks(_ dates: [LocalDate]) -> [DateTicks.Tick] {
        guard dates.count <= 13 else { return DateTicks(for: dates).ticks }
        let isDaily = dates.contains { $0.day != 1 }
        let spansYears = dates.first?.year != dates.last?.year
        return dates.enumerated().map { index, date in
            let bearsYear = spansYears && (index == 0 || date.month == 1)
            return DateTicks.Tick(date: date, form: isDaily ? .dayMonth : bearsYear ? .monthYear : .month)
        }
    }
}

extension Chart {
    /// Whether a remark says that a date's value is out of line.
    fileprivate func isOutOfLine(_ date: LocalDate) -> Bool {
        annotations.contains { $0.kind == .anomaly && $0.from <= date && date < $0.to }
    }
}
