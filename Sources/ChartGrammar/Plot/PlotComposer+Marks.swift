internal import CivilTime
internal import Formatting

/// Marks and labels at their places.
extension PlotComposer {
    func marks(of mark: Plot.Mark, _ frame: Frame) -> [SceneMark] {
        switch mark {
        case .bar(let x, let y, let fill, let isHatched): return [bar(x, y, fill, isHatched, frame)].flatMap(\.self)
        case .line(let points, let stroke, let course):
            let path = place(points, course, frame)
            return path.count > 1 ? [.line(path, stroke)] : []
        case .area(let upper, let lower, let fill, let course):
            let outline = place(upper, course, frame) + place(lower, course, frame).reversed()
            return outline.count > 2 ? [.area(outline, fill: fill)] : []
        case .dot(let point, let radius, let fill, let hasRing):
            let place = Point(x: frame.x(point.x), y: frame.y(point.y))
            let dot = SceneMark.circle(place, radius: radius, fill: fill)
            return hasRing ? [.circle(place, radius: radius + DotCloud.ringWidth, fill: .paper), dot] : [dot]
        case .cloud(let dots, let radius):
            let placed = dots.map { dot in
                DotCloud.Dot(place: Point(x: frame.x(dot.at.x), y: frame.y(dot.at.y)), fill: dot.fill)
            }
            return DotCloud(dots: placed, radius: radius).marks
        case .ring(let point, let radius, let color):
            let place = Point(x: frame.x(point.x), y: frame.y(point.y))
            return [
                .circle(place, radius: radius, fill: color), .circle(place, radius: radius - 1.3, fill: .paper),
            ]
        case .rule(let from, let to, let stroke, let startShift, let endShift):
            return [
                .line(
                    [
                        Point(x: frame.x(from.x) + startShift.x, y: frame.y(from.y) + startShift.y),
                        Point(x: frame.x(to.x) + endShift.x, y: frame.y(to.y) + endShift.y),
                    ], stroke)
            ]
        }
    }

    private func bar(
        _ x: Plot.Interval, _ y: Plot.Interval, _ fill: ColorRole, _ isHatched: Bool, _ frame: Frame
    ) -> [SceneMark] {
        let (x0, x1) = (frame.x(x.from), frame.x(x.to))
        let (y0, y1) = (frame.y(y.from), frame.y(y.to))
        var box = Box(x: min(x0, x1), y: min(y0, y1), width: (x1 - x0).magnitude, height: (y1 - y0).magnitude)
        // A value that is not zero is seen, however small.
        if case .value = plot.x.kind, x.from != x.to { box.width = max(box.width, 0.75) }
        if case .value = plot.y.kind, y.from != y.to { box.height = max(box.height, 0.75) }
        return isHatched ? [.hatch(box, color: fill)] : [.rectangle(box, fill: fill, radius: 0)]
    }

    private func place(_ points: [Point], _ course: Plot.Course, _ frame: Frame) -> [Point] {
        let placed = points.map { Point(x: frame.x($0.x), y: frame.y($0.y)) }
        guard course == .step else { return placed }
        return placed.indices.flatMap { index in
            index == 0
                ? [placed[0]] : [Point(x: placed[index].x, y: placed[index - 1].y), placed[index]]
        }
    }

    // MARK: Labels

    func labels(_ frame: Frame) throws -> [SceneMark] {
        var placer = LabelPlacer(
            bounds: Box(x: box.x, y: box.y, width: box.width, height: frame.area.bottom + 24 - box.y))
        for (point, radius) in plot.labels.count > 1 ? plot.layers.flatMap(\.ringed) : [] {
            placer.block(
                Box(x: frame.x(point.x) - radius, y: frame.y(point.y) - radius, width: 2 * radius, height: 2 * radius))
        }
        var marks: [SceneMark] = []
        for label in plot.labels {
            let width = try composer.measuring.width(of: label.text, font: label.font)
            if let room = label.room {
                let (from, to) = (frame.x(room.from), frame.x(room.to))
                guard width + 4 <= (to - from).magnitude else { continue }
            }
            let place = Point(x: frame.x(label.at.x), y: frame.y(label.at.y))
            let boxes = label.placements.map { self.box(of: label, $0, width, place) }
            guard let index = placer.place(boxes) ?? (label.isNeeded && !boxes.isEmpty ? 0 : nil) else { continue }
            // What is needed and finds no room stands at the edge rather than beyond it.
            guard width <= self.box.width else { continue }
            var box = boxes[index]
            box.x = min(max(box.x, self.box.x), self.box.right - width)
            box.y = min(max(box.y, self.box.y), frame.area.bottom + 24 - box.height)
            marks.append(
                .text(
                    SceneText(
                        label.text, font: label.font, color: label.color, at: Point(x: box.x, y: box.bottom - 1.8))))
        }
        return marks
    }

    private func box(
        of label: Plot.Label, _ placement: Plot.Label.Placement, _ width: Double, _ place: Point
    ) -> Box {
        let height = label.font.specification.size * 1.15
        switch placement {
        case .trailing:
            return Box(x: place.x + label.distance, y: place.y - height / 2, width: width, height: height)
        case .leading:
            return Box(x: place.x - label.distance - width, y: place.y - height / 2, width: width, height: height)
        case .above:
            return Box(x: place.x - width / 2, y: place.y - label.distance - height, width: width, height: height)
        case .below: return Box(x: place.x - width / 2, y: place.y + label.distance, width: width, height: height)
        case .center: return Box(x: place.x - width / 2, y: place.y - height / 2, width: width, height: height)
        }
    }

    /// Names at the start and at the end of lines, pushed apart, with a leader where they moved far.
    func edgeLabels(_ frame: Frame) throws -> [SceneMark] {
        let isReversed = frame.x.start > frame.x.end
        let (left, right) = (frame.area.x - 6, frame.area.right + 8)
        return edge(plot.endLabels, frame, x: isReversed ? left : right, isLeading: !isReversed)
            + edge(plot.startLabels, frame, x: isReversed ? right : left, isLeading: isReversed)
    }

    private func edge(_ labels: [Plot.EdgeLabel], _ frame: Frame, x: Double, isLeading: Bool) -> [SceneMark] {
        let heights = labels.map { Double($0.lines.count) * 9.5 }
        let tops = LabelSpreading.tops(
            middles: labels.map { frame.y($0.y) }, heights: heights, gap: 0.5, lower: frame.area.y - 8,
            upper: frame.area.bottom + 6)
        var marks: [SceneMark] = []
        for (index, label) in labels.enumerated() {
            let place = frame.y(label.y)
            let middle = tops[index] + heights[index] / 2
            if (middle - place).magnitude > 12 {
                let edge = isLeading ? frame.area.right : frame.area.x
                marks.append(
                    .line(
                        [
                            Point(x: edge + (isLeading ? 3 : -3), y: place),
                            Point(x: x + (isLeading ? -1 : 1), y: middle),
                        ],
                        Stroke(.zero, width: 0.5)))
            }
            for (row, line) in label.lines.enumerated() {
                marks.append(
                    .text(
                        SceneText(
                            line, font: row > 0 ? .label : label.isStrong ? .labelStrong : .labelMedium,
                            color: label.color, at: Point(x: x, y: tops[index] + Double(row) * 9.5 + 7.6),
                            anchor: isLeading ? .leading : .trailing, width: box.width * 0.3, linesMax: 1)))
            }
        }
        return marks
    }
}
