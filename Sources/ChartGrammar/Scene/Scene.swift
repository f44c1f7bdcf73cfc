/// A drawn chart without a renderer: marks with places in points, colours and fonts by their roles.
///
/// A page, an SVG and a picture draw the same scene; the theme says what the roles look like.
package struct Scene: Sendable, Equatable {
    /// In points.
    package var width: Double
    /// In points.
    package var height: Double
    /// Drawn in order: later ones cover earlier ones.
    package var marks: [SceneMark]
    /// What the chart says, for a reader who cannot see it.
    package var alternativeText: String

    package init(width: Double, height: Double, marks: [SceneMark] = [], alternativeText: String = "") {
        self.width = width
        self.height = height
        self.marks = marks
        self.alternativeText = alternativeText
    }
}

/// Something that is drawn.
package enum SceneMark: Sendable, Equatable {
    /// A filled rectangle.
    case rectangle(Box, fill: ColorRole, radius: Double)
    /// Straight lines from point to point.
    case line([Point], Stroke)
    /// A filled area within the points.
    case area([Point], fill: ColorRole)
    /// A filled circle.
    case circle(Point, radius: Double, fill: ColorRole)
    /// Slanted lines within a rectangle: data that was not received or is not complete.
    case hatch(Box, color: ColorRole)
    /// A text.
    case text(SceneText)
}

/// How a line is drawn.
package struct Stroke: Hashable, Sendable {
    package var color: ColorRole
    /// In points.
    package var width: Double
    /// Lengths of dashes and gaps in points; empty for a whole line.
    package var dashes: [Double]
    /// Round ends and corners: lines of data. Flat and sharp: gridlines.
    package var isRound: Bool

    package init(_ color: ColorRole, width: Double, dashes: [Double] = [], isRound: Bool = false) {
        self.color = color
        self.width = width
        self.dashes = dashes
        self.isRound = isRound
    }
}

/// A text with its place.
package struct SceneText: Hashable, Sendable {
    /// Which part of the text stands at the point.
    package enum Anchor: String, Hashable, Sendable { case leading, center, trailing }
    /// Where "…" goes when the text is too long for its frame.
    package enum Ellipsis: String, Hashable, Sendable { case middle, end }

    package var text: String
    package var font: FontRole
    package var color: ColorRole
    /// On the first baseline; the anchor says whether it is the start, the middle or the end of the line.
    package var at: Point
    package var anchor: Anchor
    /// The frame's width in points; nil for one line as long as it is.
    package var width: Double?
    /// No more lines than these; nil for as many as it takes.
    package var linesMax: Int?
    package var ellipsis: Ellipsis

    package init(
        _ text: String, font: FontRole, color: ColorRole, at: Point, anchor: Anchor = .leading, width: Double? = nil,
        linesMax: Int? = nil, ellipsis: Ellipsis = .end
    ) {
        self.text = text
        self.font = font
        self.color = color
        self.at = at
        self.anchor = anchor
        self.width = width
        self.linesMax = linesMax
        self.ellipsis = ellipsis
    }
}
