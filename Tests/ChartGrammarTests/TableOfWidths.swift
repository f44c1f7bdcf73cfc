import ChartGrammar

/// Measures text by one width a character: layout without fonts.
struct TableOfWidths: TextMeasuring {
    func extent(of text: String, font: FontRole, width: Double?, linesMax: Int?) -> TextExtent {
        let size = font.specification.size
        let natural = Double(text.count) * size * 0.55
        let lineHeight = size * 1.2
        guard let width, width > 0 else {
            return TextExtent(width: natural, height: lineHeight, baseline: size * 0.95, lineCount: 1)
        }
        let lines = min(linesMax ?? .max, max(1, Int((natural / width).rounded(.up))))
        return TextExtent(
            width: min(natural, width), height: Double(lines) * lineHeight, baseline: size * 0.95, lineCount: lines)
    }
}
