internal import ChartGrammar
internal import PDFCanvas

/// Draws laid-out pages.
struct PageDrawer {
    let canvas: PageCanvas
    let measurer: PangoMeasurer
    let palette: Palette

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
            try scenes.draw(scene, at: at)
            canvas.end(.figure)
        case .image(let bytes, let box):
            if bytes.pictureType == "image/svg+xml" {
                let vector = try CanvasVector(svg: bytes)
                try canvas.draw(vector, x: box.x, y: box.y, width: box.width, height: box.height)
            } else {
                let image = try CanvasImage(png: bytes)
                canvas.draw(image, x: box.x, y: box.y, width: box.width, height: box.height)
            }
        case .table(let slice):
            try TableDrawer(drawer: self, slice: slice).draw()
        case .contents: break
        case .link(let marks, let page, let y):
            try tagged(.paragraph) {
                try canvas.link(toPage: page, y: y) { for mark in marks { try draw(mark) } }
            }
        }
    }

    func tagged(_ tag: StructureTag?, _ body: () throws -> Void) throws {
        if let tag { canvas.begin(tag) }
        try body()
        if let tag { canvas.end(tag) }
    }

    // MARK: Marks

    private var scenes: SceneDrawer { SceneDrawer(canvas: canvas, measurer: measurer, palette: palette) }

    func draw(_ mark: SceneMark) throws { try scenes.draw(mark) }
    func draw(_ text: SceneText) throws { try scenes.draw(text) }
    func color(_ role: ColorRole) -> CanvasColor { scenes.color(role) }
}
