package import ChartGrammar
package import PDFCanvas

/// Renders scenes on their own: a PDF page as large as the scene, a PNG picture, an SVG text.
///
/// The same scene, theme and fonts give the same bytes. Belongs to one thread, as its fonts do.
package final class SceneRenderer {
    private let measurer: PangoMeasurer
    private let language: String
    /// White space around a scene in points.
    package static let margin = 16.0

    /// - Parameters:
    ///   - fonts: the fonts that may be used.
    ///   - language: a BCP 47 tag of the scene's texts.
    /// - Throws: `PDFCanvasError.fontConfiguration`.
    package init(fonts: FontLibrary, theme: PDFTheme = .standard, language: String) throws {
        measurer = PangoMeasurer(shaper: try TextShaper(library: fonts, language: language), theme: theme)
        self.language = language
    }

    /// Measures texts as this renderer draws them: what a `SceneComposer` needs.
    package var measuring: any TextMeasuring { measurer }

    /// A picture on paper of the palette's colour.
    ///
    /// - Parameter scale: pixels for each point: 2 for screens of today.
    /// - Throws: `PDFCanvasError` where a font or glyph is missing or the picture is too large.
    package func png(_ scene: Scene, palette: Palette, scale: Double = 2) throws -> [UInt8] {
        let (width, height) = size(of: scene)
        let canvas = try ImageCanvas(width: width, height: height, scale: scale)
        try draw(scene, on: canvas, palette)
        return try canvas.png()
    }

    /// A PDF file of one page.
    ///
    /// - Parameter created: ISO 8601 with zone; never the clock's time, so that the same inputs give the same bytes.
    package func pdf(_ scene: Scene, palette: Palette, title: String, created: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let (width, height) = size(of: scene)
        let canvas = try PageCanvas(width: width, height: height, language: language) { piece in
            for index in piece.indices { bytes.append(piece[index]) }
        }
        canvas.describe(
            DocumentInformation(
                title: title, author: "", subject: "", creator: "Almanac", keywords: "", created: created))
        canvas.begin(.document)
        canvas.beginFigure(alternativeText: scene.alternativeText)
        try draw(scene, on: canvas, palette)
        canvas.end(.figure)
        canvas.end(.document)
        try canvas.endPage()
        try canvas.finish()
        return bytes
    }

    /// An SVG document of its own, light and dark by the reader's preference.
    package func svg(_ scene: Scene, palette: Palette, title: String) throws -> String {
        try SVGWriter(measurer: measurer, idPrefix: "chart").document(scene, palette: palette, title: title)
    }

    /// An SVG element to stand in a page that has `SVGWriter.styles` and the colours' variables.
    ///
    /// - Parameter id: unique in the page: names the title and the description.
    package func inlineSVG(_ scene: Scene, title: String, id: String) throws -> String {
        try SVGWriter(measurer: measurer, idPrefix: id).element(scene, title: title)
    }

    private func size(of scene: Scene) -> (width: Double, height: Double) {
        (scene.width + 2 * Self.margin, scene.height + 2 * Self.margin)
    }

    private func draw(_ scene: Scene, on canvas: DrawingCanvas, _ palette: Palette) throws {
        let drawer = SceneDrawer(canvas: canvas, measurer: measurer, palette: palette)
        let (width, height) = size(of: scene)
        canvas.fillRectangle(x: 0, y: 0, width: width, height: height, color: drawer.color(.paper))
        try drawer.draw(scene, at: Point(x: Self.margin, y: Self.margin))
    }
}
