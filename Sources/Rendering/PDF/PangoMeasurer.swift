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

    private struct ShapedKey: Hashable {
        let text: String
        let font: FontRole
        let frame: TextFrame
    }

    private let shaper: TextShaper
    private let theme: PDFTheme
    /// Breaks long words of running text; nil where the language does not.
    private let hyphenator: Hyphenator?
    private var known: [Key: TextExtent] = [:]
    /// What was shaped last of short texts: they are measured first, then drawn, and axes repeat them.
    private var shaped: [ShapedKey: ShapedText] = [:]

    init(shaper: TextShaper, theme: PDFTheme, hyphenator: Hyphenator? = nil) {
        self.hyphenator = hyphenator
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
        // Without a width there is nothing to align in.
        let frame = frame.width == nil ? TextFrame() : frame
        guard text.utf8.count <= 48 else { return try shapeAnew(text, font, frame) }
        let key = ShapedKey(text: text, font: font, frame: frame)
        if let known = shaped[key] { return known }
        let new = try shapeAnew(text, font, frame)
        // A layout takes some kilobytes.
        if shaped.count >= 1_000 { shaped.removeAll(keepingCapacity: true) }
        shaped[key] = new
        return new
    }

    private func shapeAnew(_ text: String, _ font: FontRole, _ frame: TextFrame) throws -> ShapedText {
        let style = style(font)
        var text = Self.fitting(text, frame, size: style.size)
        // Titles and names stay whole.
        if let hyphenator, font == .note || font == .label, frame.width != nil, frame.linesMax != 1 {
            text = hyphenator.hyphenated(text)
        }
        return try shaper.shape(text, style: style, frame: frame)
    }

    /// Lines of a text that may take as many as it needs, and the width of one that may be as long as it is.
    private static let (linesMax, widthMax) = (12, 600.0)

    /// The beginning of a text, as much as can be seen, with "…" where that is not all: a name of a megabyte takes no
    /// longer to set than one that fills its lines. No letter is narrower than a fifth of its size, but for a few in a
    /// row.
    private static func fitting(_ text: String, _ frame: TextFrame, size: Double) -> String {
        let lines = max(1, frame.linesMax ?? (frame.width == nil ? 1 : linesMax))
        let perLine = Int(max(40, (frame.width ?? widthMax) / (size * 0.2)).rounded(.up))
        let limit = lines * perLine
        // Bytes are at least as many as characters, and quickly counted.
        guard text.utf8.count > limit, let end = text.index(text.startIndex, offsetBy: limit, limitedBy: text.endIndex),
            end < text.endIndex
        else { return text }
        return text[..<end] + "…"
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
