internal import ChartGrammar
internal import PDFCanvas

/// Draws laid-out pages.
struct PageDrawer {
    let canvas: PageCanvas
    let measurer: PangoMeasurer
    let palette: Palette
    /// What the first cell of a total row says where it has no value of its own.
    let totalWord: String

    func draw(_ pages: [Page]) throws {
        canvas.begin(.document)
        for (index, page) in pages.enumerated() {
            canvas.labelPage(String(index + 1))
            for entry in page.outline { canvas.addOutlineEntry(entry.title, page: index + 1, y: entry.y) }
            for element in page.elements { try draw(element) }
            if index < pages.count - 1 { try canvas.endPage() }
        }
        // The document ends on its last page: an element that is closed behind it would need one more.
        canvas.end(.document)
        try canvas.endPage()
    }

    private func draw(_ element: PageElement) throws {
        switch element {
        case .marks(let marks, let tag):
            try tagged(tag) { for mark in marks { try draw(mark) } }
        case .heading(let text, let tag):
            try tagged(tag) { try draw(text) }
        case .scene(let scene, let at):
            canvas.beginFigure(alternativeText: scene.alternativeText)
            for mark in scene.marks { try draw(mark.moved(x: at.x, y: at.y)) }
            canvas.end(.figure)
        case .image(let png, let box):
            let image = try CanvasImage(png: png)
            canvas.draw(image, x: box.x, y: box.y, width: box.width, height: box.height)
        case .table(let slice):
            try TableDrawer(drawer: self, slice: slice).draw()
        }
    }

    func tagged(_ tag: StructureTag?, _ body: () throws -> Void) throws {
        if let tag { canvas.begin(tag) }
        try body()
        if let tag { canvas.end(tag) }
    }

    // MARK: Marks

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
            canvas.fillCircle(x: center.x, y: center.y, radius: radius, color: color(fill))
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
        let alignment: TextFrame.Alignment =
            switch text.anchor {
            case .leading: .leading
            case .center: .center
            case .trailing: .trailing
            }
        let frame = TextFrame(
            width: text.width, linesMax: text.linesMax, alignment: alignment,
            ellipsis: text.ellipsis == .middle ? .middle : .end)
        let shaped = try measurer.shape(text.text, font: text.font, frame: frame)
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
