/// How a piece of text is set.
package struct TextStyle: Hashable, Sendable {
    /// The first choice, such as `Inter Display`. Characters that it lacks come from Noto Sans of their script.
    package var family: String
    /// 400 regular, 500 medium, 600 semi-bold, 700 bold.
    package var weight: Int
    /// In points.
    package var size: Double
    /// All digits equally wide, for columns and axes.
    package var tabularFigures: Bool
    /// Distance of baselines as a multiple of the font's own; 0 keeps the font's.
    package var lineSpacing: Double

    package init(
        family: String, weight: Int = 400, size: Double, tabularFigures: Bool = false, lineSpacing: Double = 0
    ) {
        self.family = family
        self.weight = weight
        self.size = size
        self.tabularFigures = tabularFigures
        self.lineSpacing = lineSpacing
    }
}

/// What a text may fill.
package struct TextFrame: Hashable, Sendable {
    /// Where lines stand in their width.
    package enum Alignment: Hashable, Sendable { case leading, center, trailing }
    /// Where "…" goes when the text is too long.
    package enum Ellipsis: Hashable, Sendable { case none, middle, end }

    /// In points; nil sets one line as long as it is.
    package var width: Double?
    /// No more lines than these; nil for as many as it takes.
    package var linesMax: Int?
    package var alignment: Alignment
    package var ellipsis: Ellipsis

    package init(
        width: Double? = nil, linesMax: Int? = nil, alignment: Alignment = .leading, ellipsis: Ellipsis = .end
    ) {
        self.width = width
        self.linesMax = linesMax
        self.alignment = alignment
        self.ellipsis = ellipsis
    }

    /// One line as long as it is.
    package static let line = TextFrame()
}
