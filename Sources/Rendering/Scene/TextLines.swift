internal import ChartGrammar
internal import PDFCanvas

/// Breaks texts into lines for formats that break none themselves, where the shaper breaks them.
struct TextLines {
    let measurer: PangoMeasurer

    func lines(of text: SceneText) throws -> [String] {
        guard let width = text.width else { return [text.text.singleSpaced] }
        let shaped = try measurer.shape(
            text.text, font: text.font, frame: TextFrame(width: width, linesMax: nil, ellipsis: .none))
        let lines = shaped.lines
        guard let linesMax = text.linesMax, lines.count > linesMax, linesMax > 0 else { return lines }
        let kept = Array(lines.prefix(linesMax - 1))
        let rest = lines.dropFirst(linesMax - 1).joined(separator: " ")
        return kept + [try shortened(rest, text, width)]
    }

    /// The longest form with "…" that fits.
    private func shortened(_ rest: String, _ text: SceneText, _ width: Double) throws -> String {
        let characters = Array(rest)
        let form = { (count: Int) -> String in
            guard text.ellipsis == .middle else { return String(characters.prefix(count)) + "…" }
            return String(characters.prefix((count + 1) / 2)) + "…" + String(characters.suffix(count / 2))
        }
        var (low, high) = (0, characters.count)
        while low < high {
            let middle = (low + high + 1) / 2
            if try measurer.width(of: form(middle), font: text.font) <= width {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return form(low)
    }
}

extension String {
    fileprivate var singleSpaced: String { split(whereSeparator: \.isNewline).joined(separator: " ") }
}
