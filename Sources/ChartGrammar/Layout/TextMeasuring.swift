/// How large a text is when it is set.
package struct TextExtent: Hashable, Sendable {
    /// In points, of the widest line.
    package var width: Double
    /// In points, of all lines.
    package var height: Double
    /// From the top to the first baseline, in points.
    package var baseline: Double
    /// How many lines it takes.
    package var lineCount: Int

    package init(width: Double, height: Double, baseline: Double, lineCount: Int) {
        self.width = width
        self.height = height
        self.baseline = baseline
        self.lineCount = lineCount
    }
}

/// Measures text, so that layout needs no renderer: a renderer's shaper in earnest, a table of widths in tests.
package protocol TextMeasuring {
    /// The size of a text.
    ///
    /// - Parameters:
    ///   - width: the frame's width in points; nil for one line as long as it is.
    ///   - linesMax: no more lines than these; nil for as many as it takes.
    /// - Throws: where a font or a glyph is missing.
    func extent(of text: String, font: FontRole, width: Double?, linesMax: Int?) throws -> TextExtent
}

extension TextMeasuring {
    /// The width of a text in one line.
    package func width(of text: String, font: FontRole) throws -> Double {
        try extent(of: text, font: font, width: nil, linesMax: nil).width
    }
}
