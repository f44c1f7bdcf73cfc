internal import ChartGrammar
internal import PDFCanvas

/// Measures and shapes text by its role in a theme. Remembers what it has measured: axes and tables repeat words.
final class PangoMeasurer: TextMeasuring {
    private struct Key: Hashable {
        let text: String
        let font: FontRole
        let width: Double?
        let linesMax: Int?
    }

    private let shaper: TextShaper
    private let theme: PDFTheme
    private var known: [Key: TextExtent] = [:]

    init(shaper: TextShaper, theme: PDFTheme) {
        self.shaper = shaper
        self.theme = theme
    }

    func extent(of text: String, font: FontRole, width: Double?, linesMax: Int?) throws -> TextExtent {
        let key = Key(text: text, font: font, width: width, linesMax: linesMax)
        if let known = known[key] { return known }
        let shaped = try shape(text, font: font, frame: TextFrame(width: width, linesMax: linesMax))
        let extent = TextExtent(
            width: shaped.width, height: shaped.height, baseline: shaped.baseline, lineCount: shaped.lineCount)
        // A table of a million names must not stay in memory.
        if known.count < 10_000 { known[key] = extent }
        return extent
    }

    func shape(_ text: String, font: FontRole, frame: TextFrame) throws -> ShapedText {
        try shaper.shape(text, style: style(font), frame: frame)
    }

    private func style(_ font: FontRole) -> TextStyle {
        let specification = font.specification
        let family =
            switch specification.family {
            case .text: theme.textFamily
            case .display: theme.displayFamily
            case .monospace: theme.monospaceFamily
            }
        return TextStyle(
            family: family, weight: specification.weight, size: specification.size,
            tabularFigures: specification.tabularFigures, lineSpacing: specification.lineSpacing)
    }
}
