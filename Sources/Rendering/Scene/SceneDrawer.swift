internal import ChartGrammar
internal import PDFCanvas

/// Draws marks of scenes through Cairo: on pages and into pictures.
struct SceneDrawer {
    let canvas: DrawingCanvas
    let measurer: PangoMeasurer
    let palette: Palette

    /// Draws a whole scene at a place.
    func draw(_ scene: Scene, at place: Point = Point(x: 0, y: 0)) throws {
        try draw(scene.marks.map { $0.moved(x: place.x, y: place.y) })
    }

    /// Draws marks in their order. Circles of one size and colour that follow each other are drawn at once: a page takes
    /// longer for each mark that it has.
    func draw(_ marks: [SceneMark]) throws {
        var index = 0
        while index < marks.count {
            guard case .circle(let center, let radius, let fill) = marks[index] else {
                try draw(marks[index])
                index += 1
                continue
            }
            var centers = [(center.x, center.y)]
            index += 1
            while index < marks.count, case .circle(let next, radius, fill) = marks[index] {
                centers.append((next.x, next.y))
                index += 1
            }
            canvas.fillCircles(centers, radius: radius, color: color(fill))
        }
    }

    func draw(_ mark: SceneMark) throws {
        switch mark {
        case .rectangle(let box, let fill, let radius):
            canvas.fillRectangle(
                x: box.x, y: box.y, width: box.width, height: box.height, radius: radius, color: color(fill))
        case .line(let points, let stroke):
            canvas.strokePath(points.lazy.map { ($0.x, $0.y) }, stroke: self.stroke(stroke))
        case .area(let points, let fill):
            canvas.fillPath(points.lazy.map { ($0.x, $0.y) }, color: color(fill))
        case .circle(let center, let radius, let fill):
            canvas.fillCircles([(center.x, center.y)], radius: radius, color: color(fill))
        case .hatch(let box, let role): hatch(box, role)
        case .text(let text): try draw(text)
        }
    }

    /// Slanted lines, 4 points apart.
    private func hatch(_ box: Box, _ role: ColorRole) {
        let stroke = CanvasStroke(color: color(role), width: 0.6)
        canvas.clipped(x: box.x, y: box.y, width: box.width, height: box.height) {
            // On a grid of the page, so that neighbouring areas are hatched alike.
            let first = ((box.x - box.height) / 4).rounded(.down) * 4
            for x in Swift.stride(from: first, to: box.right, by: 4) {
                canvas.strokePath([(x, box.bottom), (x + box.height, box.y)], stroke: stroke)
            }
        }
    }

    func draw(_ text: SceneText) throws {
        guard !text.text.isEmpty else { return }
        let shaped = try measurer.shape(text.text, font: text.font, frame: text.frame)
        let x =
            switch text.anchor {
            case .leading: text.at.x
            case .center: text.at.x - shaped.width / 2
            case .trailing: text.at.x - shaped.width
            }
        canvas.draw(shaped, x: x, baseline: text.at.y, color: color(text.color))
    }

    func color(_ role: ColorRole) -> CanvasColor {
        let color = palette.color(role)
        return CanvasColor(red: color.red, green: color.green, blue: color.blue)
    }

    private func stroke(_ stroke: Stroke) -> CanvasStroke {
        CanvasStroke(
            color: color(stroke.color), width: stroke.width, dashes: stroke.dashes, isRound: stroke.isRound)
    }
}

extension SceneText {
    /// What the text may fill, for the shaper.
    var frame: TextFrame {
        let alignment: TextFrame.Alignment =
            switch anchor {
            case .leading: .leading
            case .center: .center
            case .trailing: .trailing
            }
        return TextFrame(
            width: width, linesMax: linesMax, alignment: alignment, ellipsis: ellipsis == .middle ? .middle : .end)
    }
}
