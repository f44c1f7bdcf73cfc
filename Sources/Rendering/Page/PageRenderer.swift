internal import ChartGrammar
internal import CivilTime
package import Formatting
package import PDFCanvas
package import Report

/// Renders a report as one HTML file that needs nothing else: style, charts and script are in it, nothing comes from a
/// network, and it says all that it has to say without its script.
///
/// The same document, theme, texts and fonts give the same bytes. Belongs to one thread, as its fonts do.
package final class PageRenderer {
    private let fonts: FontLibrary
    private let theme: PDFTheme
    private let texts: EngineText

    /// Tables show no more rows than these; files have all, and the page says so.
    package static let rowsMax = 500

    /// - Parameter fonts: measure the charts' texts.
    package init(fonts: FontLibrary, theme: PDFTheme = .standard, texts: EngineText = .english) {
        self.fonts = fonts
        self.theme = theme
        self.texts = texts
    }

    /// A renderer with its own fonts; `fontConfiguration` as for `PDFRenderer`.
    package convenience init(
        fontConfiguration: String?, theme: PDFTheme = .standard, texts: EngineText = .english
    ) throws {
        let document = fontConfiguration ?? FontLibrary.document(folders: FontLibrary.debianFolders)
        self.init(fonts: try FontLibrary(document: document), theme: theme, texts: texts)
    }

    /// Renders a document.
    ///
    /// - Parameters:
    ///   - files: what lies beside the page and can be taken from there.
    ///   - index: the address of the list of all reports; nil for none.
    /// - Throws: `PDFCanvasError` where a font or glyph is missing, `PDFRenderingError` where the tenant's colour is no
    ///   colour.
    package func render(
        _ document: ReportDocument, formatter: ValueFormatter, files: [PageLink] = [], index: String? = nil
    ) throws -> [UInt8] {
        let palette = try PDFRenderer.palette(document)
        let writer = PageWriter(
            document: document, formatter: formatter, texts: texts,
            scenes: try SceneRenderer(fonts: fonts, theme: theme, language: document.presentation.locale),
            files: files, index: index)
        let identity = document.identity
        let frame = PageFrame(
            locale: document.presentation.locale, direction: formatter.direction, palette: palette,
            title: "\(identity.title), \(document.period.label) – \(identity.reader)",
            description: document.headline,
            facts: [
                ("tenant", identity.tenant), ("report", identity.slug), ("period", document.period.name),
                ("period-label", document.period.label), ("title", identity.title), ("run", identity.run),
                ("definition", identity.definitionHash), ("engine", identity.engine),
                ("as-of", document.freshness.asOf.description),
                ("complete", document.freshness.isComplete ? "true" : "false"),
            ], hasScript: true)
        return frame.page(try writer.body())
    }
}
