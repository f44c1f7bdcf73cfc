internal import CivilTime
internal import Formatting

/// The places of a line chart, once the room for labels is known.
private struct LinePlot {
    let dates: [LocalDate]
    /// Gridlines reach from here to `right`.
    let left: Double
    let right: Double
    /// The annotation lane lies between `laneTop` and `top`.
    let laneTop: Double
    let top: Double
    let bottom: Double
    let x: LinearScale
    let y: LinearScale

    func x(_ index: Int) -> Double { x(Double(dates[index].daysSinceEpoch)) }

    /// Half of the distance between two buckets.
    var halfStep: Double {
        dates.count > 1 ? (x(dates.count - 1) - x(0)) / Double(dates.count - 1) / 2 : 4
    }
}

/// A series with its colours.
private struct PaintedSeries {
    let series: Chart.Series
    let color: ColorRole
    let textColor: ColorRole
    let width: Double

    /// Without a label: one of too many.
    var isBackground = false

    var isCurrent: Bool { series.role == .current }
}

extension SceneComposer {
    /// More lines than these are a tangle: the others are thin and grey, and the subtitle says how many.
    static var labelledSeriesMax: Int { 6 }

    /// Lines over time: the compared period in grey beneath the story, labels at the lines' ends.
    func lineChart(_ chart: Chart, in box: Box) throws -> [SceneMark] {
        guard let dates = chart.dates else { return [] }
        let axis = ValueAxis(of: chart)
        let axisLabels = labels(of: axis, unit: chart.unit)
        let ticks = DateTicks(for: dates).ticks
        let painted = paint(chart.series)
        let endLabels = try painted.filter { !$0.isBackground }.map { try endLabel($0, chart) }
        let atEdge = endLabels.filter { standsAtEdge($0, dates, width: box.width * 0.7) }
        let rightRoom = (atEdge.map(\.width).max() ?? 0) + 12
        let hasLane = chart.annotations.contains { !$0.text.isEmpty } || !gaps(painted).isEmpty
        let top = box.y + (hasLane ? 34 : 14)
        let bottom = box.bottom - dateLane(ticks)
        let indent = try widest(axisLabels, font: .axis) + 8
        // The values' labels stand where reading begins, time and the lines' labels run on to the right.
        let start = isRightToLeft ? box.x + 4 : box.x + indent
        let right = max(start + 40, box.right - rightRoom - (isRightToLeft ? indent : 0))
        let plot = LinePlot(
            dates: dates, left: box.x, right: isRightToLeft ? box.right : right + 4, laneTop: hasLane ? top - 26 : top,
            top: top, bottom: bottom,
            x: LinearScale(
                lower: Double(dates[0].daysSinceEpoch), upper: Double(dates[dates.count - 1].daysSinceEpoch),
                start: start, end: right),
            y: LinearScale(lower: axis.ticks.lower, upper: axis.ticks.upper, start: bottom, end: top))

        var marks = highlights(chart.annotations, plot)
        marks += grid(axis, unit: chart.unit, from: plot.left, to: plot.right, scale: plot.y, labels: axisLabels)
        if axis.isBroken {
            marks += breakMark(x: isRightToLeft ? box.right - indent + 2 : plot.left + indent - 7, y: bottom)
        }
        marks += try gapMarks(painted, plot)
        // The story last, so that it lies on top.
        for line in painted.filter(\.isBackground) + painted.filter({ !$0.isBackground && !$0.isCurrent })
            + painted.filter({ !$0.isBackground && $0.isCurrent })
        {
            marks += self.marks(of: line, partialFrom: chart.partialFrom, plot, isStepped: chart.mark == .step)
        }
        marks += rings(chart.annotations, painted, plot)
        marks += try annotationTexts(chart.annotations, plot)
        marks += edgeLabelMarks(atEdge, plot, x: right + 10)
        for label in endLabels where !standsAtEdge(label, dates, width: box.width * 0.7) {
            marks += innerLabelMarks(label, beside: painted, plot)
        }
        return try marks
            + dateAxis(ticks, y: bottom, left: plot.left, right: plot.right, hasTickMarks: true) {
                plot.x(Double($0.date.daysSinceEpoch))
            }
    }

    private func paint(_ series: [Chart.Series]) -> [PaintedSeries] {
        let currentCount = series.count { $0.role == .current }
        // Hundreds of points close up to a blot under a thick pen.
        let thinning = series.map(\.values.count).max().map { $0 > 180 ? 0.5 : $0 > 90 ? 0.7 : 1 } ?? 1
        var next = 0
        return series.map { series in
            guard series.role == .current else {
                return PaintedSeries(series: series, color: .context, textColor: .mute, width: 1.3 * thinning)
            }
            defer { next += 1 }
            guard next < Self.labelledSeriesMax else {
                return PaintedSeries(
                    series: series, color: .contextFill, textColor: .mute, width: 0.7, isBackground: true)
            }
            let isOnly = currentCount == 1
            return PaintedSeries(
                series: series, color: isOnly ? .accent : .series(next),
                textColor: isOnly ? .accent : .seriesText(next), width: (isOnly ? 2 : 1.8) * thinning)
        }
    }

    // MARK: Lines

    private func marks(
        of line: PaintedSeries, partialFrom: LocalDate?, _ plot: LinePlot, isStepped: Bool
    ) -> [SceneMark] {
        var marks: [SceneMark] = []
        var whole: [Point] = []
        var partial: [Point] = []
        let stroke = Stroke(line.color, width: line.width, isRound: true)
        // Butt ends: round ones would close the gaps between dashes.
        let dashed = Stroke(line.color, width: line.width, dashes: [3, 2.5])
        func flush() {
            if whole.count == 1, partial.isEmpty {
                marks.append(.circle(whole[0], radius: line.width * 0.8, fill: line.color))
            }
            if whole.count > 1 { marks.append(.line(isStepped ? Self.steps(whole) : whole, stroke)) }
            if partial.count > 1 { marks.append(.line(isStepped ? Self.steps(partial) : partial, dashed)) }
            whole = []
            partial = []
        }
        for index in plot.dates.indices {
            guard let value = line.series.value(at: index) else {
                flush()
                continue
            }
            let point = Point(x: plot.x(index), y: plot.y(value))
            if line.isCurrent, let partialFrom, plot.dates[index] >= partialFrom {
                if partial.isEmpty, let last = whole.last { partial.append(last) }
                partial.append(point)
            } else {
                whole.append(point)
            }
        }
        flush()
        guard !line.isBackground, let last = lastPoint(line.series, plot) else { return marks }
        let radius = line.isCurrent ? 2.4 : 1.8
        marks.append(.circle(last, radius: radius + 1, fill: .paper))
        marks.append(.circle(last, radius: radius, fill: line.color))
        return marks
    }

    /// A value holds up to the next point.
    private static func steps(_ points: [Point]) -> [Point] {
        zip(points, points.dropFirst()).flatMap { [$0, Point(x: $1.x, y: $0.y)] } + points.suffix(1)
    }

    private func lastPoint(_ series: Chart.Series, _ plot: LinePlot) -> Point? {
        for index in plot.dates.indices.reversed() {
            if let value = series.value(at: index) { return Point(x: plot.x(index), y: plot.y(value)) }
        }
        return nil
    }

    // MARK: Labels at the ends

    private struct EndLabel {
        let line: PaintedSeries
        /// The series' name, then its last value if there is room for the story's.
        let texts: [String]
        let width: Double
        var height: Double { Double(texts.count) * 10 }
    }

    private func endLabel(_ line: PaintedSeries, _ chart: Chart) throws -> EndLabel {
        var lines = [line.series.label]
        let values = line.series.values.compactMap { $0?.isFinite == true ? $0 : nil }
        if line.isCurrent, chart.series.count <= 2, let last = values.last {
            let isPartial = chart.partialFrom.map { from in chart.dates?.last.map { $0 >= from } ?? false } ?? false
            if values.allSatisfy({ $0 == 0 }) {
                lines.append(texts.zeroThroughout)
            } else {
                lines.append(labeller.compact(last, unit: chart.unit))
                if isPartial { lines.append(texts.soFar) }
            }
        }
        let width = try max(
            measuring.width(of: lines[0], font: line.isCurrent ? .labelStrong : .labelMedium),
            widest(Array(lines.dropFirst()), font: .label))
        // A long name does not take the plot's room: it is cut.
        return EndLabel(line: line, texts: lines, width: min(width, 92))
    }

    /// Whether a line's label stands at the right edge: unless the line ends so early that the label has room behind
    /// its end.
    private func standsAtEdge(_ label: EndLabel, _ dates: [LocalDate], width: Double) -> Bool {
        let series = label.line.series
        guard let last = dates.indices.last(where: { series.value(at: $0) != nil }) else { return true }
        let share = Double(dates.count - 1 - last) / Double(max(1, dates.count - 1))
        return share * width < label.width + 20
    }

    /// The label of a line that ends early, at its end: at the edge it would belong to nothing. It stands behind the
    /// end, above or below, wherever it covers least of the other lines, on a patch of paper.
    private func innerLabelMarks(_ label: EndLabel, beside lines: [PaintedSeries], _ plot: LinePlot) -> [SceneMark] {
        guard let point = lastPoint(label.line.series, plot) else { return [] }
        let others = lines.filter { $0.series != label.line.series }.flatMap { line in
            plot.dates.indices.compactMap { index in
                line.series.value(at: index).map { Point(x: plot.x(index), y: plot.y($0)) }
            }
        }
        let patches = [0, -label.height - 3, label.height + 3].map { shift in
            let top = min(max(point.y - label.height / 2 + shift, plot.top), plot.bottom - label.height - 2)
            return Box(x: point.x + 6.5, y: top - 1, width: label.width + 5, height: label.height + 2)
        }
        let covered = patches.map { patch in
            others.count {
                $0.x > patch.x - 5 && $0.x < patch.right + 5 && $0.y > patch.y - 4 && $0.y < patch.bottom + 4
            }
        }
        guard let best = patches.indices.min(by: { (covered[$0], $0) < (covered[$1], $1) }) else { return [] }
        let patch = patches[best]
        return [.rectangle(patch, fill: .paper, radius: 2)] + textMarks(label, x: patch.x + 2.5, top: patch.y + 1)
    }

    private func edgeLabelMarks(_ labels: [EndLabel], _ plot: LinePlot, x: Double) -> [SceneMark] {
        let placed = labels.compactMap { label in lastPoint(label.line.series, plot).map { (label, $0) } }
        let tops = LabelSpreading.tops(
            middles: placed.map(\.1.y), heights: placed.map(\.0.height), gap: 1, lower: plot.laneTop - 4,
            upper: plot.bottom + 4)
        var marks: [SceneMark] = []
        for ((label, point), top) in zip(placed, tops) {
            let middle = top + label.height / 2
            if (middle - point.y).magnitude > 12 {
                marks.append(
                    .line(
                        [Point(x: point.x + 4, y: point.y), Point(x: x - 2, y: middle)],
                        Stroke(.zero, width: 0.5)))
            }
            marks += textMarks(label, x: x, top: top)
        }
        return marks
    }

    private func textMarks(_ label: EndLabel, x: Double, top: Double) -> [SceneMark] {
        label.texts.enumerated().map { row, text in
            let font: FontRole = row > 0 ? .label : label.line.isCurrent ? .labelStrong : .labelMedium
            return .text(
                SceneText(
                    text, font: font, color: label.line.textColor, at: Point(x: x, y: top + Double(row) * 10 + 7.8),
                    width: 94, linesMax: 1))
        }
    }

    // MARK: Gaps and remarks

    /// Runs of missing values within the story's first series.
    private func gaps(_ painted: [PaintedSeries]) -> [ClosedRange<Int>] {
        guard let series = painted.first(where: \.isCurrent)?.series else { return [] }
        let present = series.values.indices.filter { series.value(at: $0) != nil }
        return zip(present, present.dropFirst()).compactMap { before, after in
            after - before > 1 ? before + 1...after - 1 : nil
        }
    }

    private func gapMarks(_ painted: [PaintedSeries], _ plot: LinePlot) throws -> [SceneMark] {
        var marks: [SceneMark] = []
        var free = -Double.infinity
        let half = try measuring.width(of: texts.noData, font: .annotation) / 2
        for gap in gaps(painted) where gap.upperBound + 1 < plot.dates.count {
            let inset = min(3, plot.halfStep / 2)
            let (from, to) = (plot.x(gap.lowerBound - 1) + inset, plot.x(gap.upperBound + 1) - inset)
            let box = Box(x: from, y: plot.top, width: to - from, height: plot.bottom - plot.top)
            marks += [.rectangle(box, fill: .paper, radius: 0), .hatch(box, color: .hatch)]
            let middle = (from + to) / 2
            guard middle - half > free else { continue }
            free = middle + half + 6
            marks.append(
                .text(
                    SceneText(
                        texts.noData, font: .annotation, color: .mute, at: Point(x: middle, y: plot.top - 4),
                        anchor: .center)))
        }
        if !marks.isEmpty {
            // The hatching covered the zero line.
            marks.append(
                .line(
                    [Point(x: plot.left, y: plot.bottom), Point(x: plot.right, y: plot.bottom)],
                    Stroke(.zero, width: 0.8)))
        }
        return marks
    }

    /// Those that touch the plot: at most two remarks with words, and all rings without.
    private func visible(_ annotations: [Chart.Annotation], _ plot: LinePlot) -> [(Chart.Annotation, Box)] {
        guard let first = plot.dates.first, let last = plot.dates.last else { return [] }
        let inside = annotations.filter { $0.from <= last && $0.to > first && $0.from < $0.to }
        let bare = inside.filter { $0.text.isEmpty && $0.kind == .anomaly }
        let shown = inside.filter { !$0.text.isEmpty || $0.kind != .anomaly }.prefix(2) + bare
        return shown.map { annotation in
            let from = plot.x(Double(max(annotation.from, first).daysSinceEpoch)) - plot.halfStep
            let to = plot.x(Double(min(annotation.to.adding(days: -1), last).daysSinceEpoch)) + plot.halfStep
            let (left, right) = (max(from, plot.left), min(to, plot.right))
            return (
                annotation,
                Box(x: left, y: plot.laneTop, width: max(2, right - left), height: plot.bottom - plot.laneTop)
            )
        }
    }

    private func highlights(_ annotations: [Chart.Annotation], _ plot: LinePlot) -> [SceneMark] {
        visible(annotations, plot).flatMap { annotation, box -> [SceneMark] in
            switch annotation.kind {
            case .range: return [.rectangle(box, fill: .highlight, radius: 0)]
            case .event:
                let x = plot.x(Double(annotation.from.daysSinceEpoch))
                return [
                    .line(
                        [Point(x: x, y: plot.laneTop), Point(x: x, y: plot.bottom)],
                        Stroke(.zero, width: 0.8, dashes: [2, 2]))
                ]
            case .anomaly: return []
            }
        }
    }

    /// Rings around the story's values that are out of line.
    private func rings(
        _ annotations: [Chart.Annotation], _ painted: [PaintedSeries], _ plot: LinePlot
    ) -> [SceneMark] {
        guard let story = painted.first(where: \.isCurrent) else { return [] }
        return visible(annotations, plot).flatMap { annotation, _ -> [SceneMark] in
            guard annotation.kind == .anomaly, let index = plot.dates.firstIndex(of: annotation.from),
                let value = story.series.value(at: index)
            else { return [] }
            let place = Point(x: plot.x(index), y: plot.y(value))
            return [
                .circle(place, radius: 5, fill: .negativeText), .circle(place, radius: 3.8, fill: .paper),
                .circle(place, radius: 2.2, fill: story.color),
            ]
        }
    }

    /// Words beside the band in the lane above the plot, so that they never lie on a line.
    private func annotationTexts(_ annotations: [Chart.Annotation], _ plot: LinePlot) throws -> [SceneMark] {
        var marks: [SceneMark] = []
        for (annotation, box) in visible(annotations, plot) where !annotation.text.isEmpty {
            let lines = annotation.text.split(separator: "\n", maxSplits: 1).map(String.init)
            let width = try widest(lines, font: .annotation)
            let fitsRight = box.right + 5 + width <= plot.right + 60
            for (row, line) in lines.enumerated() {
                marks.append(
                    .text(
                        SceneText(
                            line, font: row == 0 ? .annotation : .subtitle, color: row == 0 ? .body : .mute,
                            at: Point(
                                x: fitsRight ? box.right + 5 : box.x - 5, y: plot.laneTop + 7 + Double(row) * 9.5),
                            anchor: fitsRight ? .leading : .trailing)))
            }
        }
        return marks
    }
}
