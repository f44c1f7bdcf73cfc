internal import ChartGrammar
internal import CivilTime
package import Formatting
package import PDFCanvas
package import Report

/// Renders a report as a PDF file: lays it out into pages of data, then draws them.
///
/// The same document, theme and fonts give the same bytes. Belongs to one thread, as its fonts do; it may render any
/// number of documents there.
package final class PDFRenderer {
    private let fonts: FontLibrary
    private let theme: PDFTheme
    private let texts: EngineText

    /// Tables with more rows than these are left out of the tag tree: Cairo 1.16 keeps every tag in memory.
    static let taggedRowsMax = 10_000

    package init(
        fonts: FontLibrary, theme: PDFTheme = .standard, texts: EngineText = .english
    ) {
        self.fonts = fonts
        self.theme = theme
        self.texts = texts
    }

    /// A renderer with its own fonts.
    ///
    /// - Parameter fontConfiguration: the text of a fontconfig document, such as `Templates/fonts/fonts.conf`; nil for
    ///   the fonts of Debian's packages.
    /// - Throws: `PDFCanvasError.fontConfiguration` where it can't be read.
    package convenience init(
        fontConfiguration: String?, theme: PDFTheme = .standard, texts: EngineText = .english
    ) throws {
        let document = fontConfiguration ?? FontLibrary.document(folders: FontLibrary.debianFolders)
        self.init(fonts: try FontLibrary(document: document), theme: theme, texts: texts)
    }

    /// One line for each font that may be used: family, style, version and file. What a receipt hashes.
    package var fontListing: String { fonts.listing() }

    /// What the theme needs and this machine lacks, for `doctor`: each family and weight, and the signs that figures
    /// are written with.
    package func fontProblems() throws -> [PDFCanvasError] {
        let shaper = try TextShaper(library: fonts, language: "en")
        let measurer = PangoMeasurer(shaper: shaper, theme: theme)
        var problems: [PDFCanvasError] = []
        for role in FontRole.allCases {
            do {
                _ = try measurer.extent(of: "Aa09 ₦$€▲▼−–…×·", font: role, width: nil, linesMax: nil)
            } catch let problem as PDFCanvasError where !problems.contains(problem) {
                problems.append(problem)
            } catch is PDFCanvasError {
                continue
            }
        }
        return problems
    }

    /// Renders a document and returns the file's bytes.
    ///
    /// - Throws: `PDFCanvasError` where a font or glyph is missing or the logo is no picture,
    ///   `PDFRenderingError` where the tenant's colour is no colour.
    package func render(_ document: ReportDocument, formatter: ValueFormatter) throws -> [UInt8] {
        try file(document, formatter: formatter).bytes
    }

    /// Renders a document into memory, with what `check` compares it by.
    ///
    /// - Throws: as `render`.
    package func file(_ document: ReportDocument, formatter: ValueFormatter) throws -> PDFFile {
        var bytes: [UInt8] = []
        let pages = try draw(document, formatter) { piece in
            unsafe piece.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        }
        return PDFFile(bytes: bytes, pageCount: pages.count, tables: pages.flatMap(\.shownTables))
    }

    /// Renders a document and hands its bytes on as they come. Returns the number of pages.
    @discardableResult
    package func render(
        _ document: ReportDocument, formatter: ValueFormatter, to sink: @escaping (borrowing Span<UInt8>) throws -> Void
    ) throws -> Int {
        try draw(document, formatter, to: sink).count
    }

    private func draw(
        _ document: ReportDocument, _ formatter: ValueFormatter,
        to sink: @escaping (borrowing Span<UInt8>) throws -> Void
    ) throws -> [Page] {
        let measurer = try measurer(for: document, formatter)
        let pages = try pages(of: document, formatter, measurer)
        let canvas = try PageCanvas(
            width: theme.geometry.width, height: theme.geometry.height, language: document.presentation.locale,
            sink: sink)
        canvas.describe(Self.information(document))
        try PageDrawer(canvas: canvas, measurer: measurer, palette: try Self.palette(document)).draw(pages)
        try canvas.finish()
        return pages
    }

    private func measurer(for document: ReportDocument, _ formatter: ValueFormatter) throws -> PangoMeasurer {
        let shaper = try TextShaper(
            library: fonts, language: document.presentation.locale,
            isRightToLeft: formatter.direction == .rightToLeft)
        return PangoMeasurer(
            shaper: shaper, theme: theme, hyphenator: Hyphenator(language: document.presentation.locale))
    }

    private func pages(
        of document: ReportDocument, _ formatter: ValueFormatter, _ measurer: PangoMeasurer
    ) throws -> [Page] {
        try PageComposer(
            document: document.onPages, geometry: theme.geometry, formatter: formatter, texts: texts,
            charts: SceneComposer(
                measuring: measurer, labeller: formatter,
                texts: ChartTexts(texts),
                isRightToLeft: formatter.direction == .rightToLeft),
            measuring: measurer
        ).pages()
    }

    /// The pages as text, one mark a line: what tests compare.
    package func snapshot(of document: ReportDocument, formatter: ValueFormatter) throws -> String {
        try pages(of: document, formatter, measurer(for: document, formatter)).map(\.snapshot).joined(separator: "\n")
    }

    static func palette(_ document: ReportDocument) throws -> Palette {
        try palette(document.presentation.brandColor)
    }

    /// The colours of a tenant whose own is written `#RRGGBB`; those of the house where it is empty.
    static func palette(_ text: String) throws -> Palette {
        guard !text.isEmpty else { return Palette() }
        guard let brand = RGBColor(text) else { throw PDFRenderingError.brandColor(text) }
        return Palette(brand: brand)
    }

    static func information(_ document: ReportDocument) -> DocumentInformation {
        let identity = document.identity
        return DocumentInformation(
            title: "\(identity.title), \(document.period.label) – \(identity.reader)", author: identity.tenantName,
            subject: "\(document.period.label) (\(document.period.name)), \(document.presentation.zone)",
            creator: "Almanac \(identity.engine)",
            keywords: "run \(identity.run), definition \(identity.definitionHash), tenant \(identity.tenant)",
            created: document.freshness.asOf.wholeSeconds)
    }
}

/// Why a document could not be rendered.
package enum PDFRenderingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The tenant's colour is not `#RRGGBB`.
    case brandColor(String)

    package var description: String {
        switch self {
        case .brandColor(let text):
            """
            cannot use \(text) as the tenant's colour
              A colour has six hexadecimal digits.
              try: brand: { color: "#173F66" }
            """
        }
    }
}

extension Instant {
    /// ISO 8601 to the second: what PDF's dates hold.
    fileprivate var wholeSeconds: String { Instant(secondsSinceEpoch: secondsSinceEpoch).description }
}
