internal import CCairo

/// How a line is drawn.
package struct CanvasStroke: Hashable, Sendable {
    package var color: CanvasColor
    /// In points.
    package var width: Double
    /// Lengths of dashes and gaps in points; empty for a whole line.
    package var dashes: [Double]
    /// Round ends and corners instead of flat ends and sharp corners.
    package var isRound: Bool

    package init(color: CanvasColor, width: Double, dashes: [Double] = [], isRound: Bool = false) {
        self.color = color
        self.width = width
        self.dashes = dashes
        self.isRound = isRound
    }
}

extension DrawingCanvas {
    /// Fills a rectangle, its corners rounded by `radius`.
    package func fillRectangle(
        x: Double, y: Double, width: Double, height: Double, radius: Double = 0, color: CanvasColor
    ) {
        rectangle(x: x, y: y, width: width, height: height, radius: radius)
        fill(color)
    }

    /// Draws a rectangle's edge.
    package func strokeRectangle(
        x: Double, y: Double, width: Double, height: Double, radius: Double = 0, stroke: CanvasStroke
    ) {
        rectangle(x: x, y: y, width: width, height: height, radius: radius)
        self.stroke(stroke)
    }

    /// Fills circles of one size; one place for each centre.
    ///
    /// A line of no length with round ends is a filled circle (PDF 32000-1, 8.5.3.2): four numbers of a page in place of
    /// the twenty-six of its curves.
    package func fillCircles(_ centers: [(x: Double, y: Double)], radius: Double, color: CanvasColor) {
        for center in centers {
            unsafe cairo_move_to(cairo, center.x, center.y)
            unsafe cairo_line_to(cairo, center.x, center.y)
        }
        stroke(CanvasStroke(color: color, width: 2 * radius, isRound: true))
    }

    /// Draws a circle's edge.
    package func strokeCircle(x: Double, y: Double, radius: Double, stroke: CanvasStroke) {
        unsafe cairo_new_sub_path(cairo)
        unsafe cairo_arc(cairo, x, y, radius, 0, 2 * .pi)
        self.stroke(stroke)
    }

    /// Draws lines from point to point.
    package func strokePath(_ points: some Sequence<(x: Double, y: Double)>, stroke: CanvasStroke) {
        trace(points)
        self.stroke(stroke)
    }

    /// Fills the area within the points.
    package func fillPath(_ points: some Sequence<(x: Double, y: Double)>, color: CanvasColor) {
        trace(points)
        unsafe cairo_close_path(cairo)
        fill(color)
    }

    /// Draws only within a rectangle while `body` runs.
    package func clipped(
        x: Double, y: Double, width: Double, height: Double, radius: Double = 0, body: () throws -> Void
    ) rethrows {
        unsafe cairo_save(cairo)
        defer { unsafe cairo_restore(cairo) }
        rectangle(x: x, y: y, width: width, height: height, radius: radius)
        unsafe cairo_clip(cairo)
        try body()
    }

    private func trace(_ points: some Sequence<(x: Double, y: Double)>) {
        var isFirst = true
        for point in points {
            if isFirst {
                unsafe cairo_move_to(cairo, point.x, point.y)
            } else {
                unsafe cairo_line_to(cairo, point.x, point.y)
            }
            isFirst = false
        }
    }

    private func rectangle(x: Double, y: Double, width: Double, height: Double, radius: Double) {
        guard radius > 0 else {
            unsafe cairo_rectangle(cairo, x, y, width, height)
            return
        }
        let radius = min(radius, width / 2, height / 2)
        let (right, bottom) = (x + width - radius, y + height - radius)
        unsafe cairo_new_sub_path(cairo)
        unsafe cairo_arc(cairo, right, y + radius, radius, -.pi / 2, 0)
        unsafe cairo_arc(cairo, right, bottom, radius, 0, .pi / 2)
        unsafe cairo_arc(cairo, x + radius, bottom, radius, .pi / 2, .pi)
        unsafe cairo_arc(cairo, x + radius, y + radius, radius, .pi, 1.5 * .pi)
        unsafe cairo_close_path(cairo)
    }

    private func fill(_ color: CanvasColor) {
        DrawingLock.take()
        defer { DrawingLock.release() }
        use(color)
        unsafe cairo_fill(cairo)
    }

    private func stroke(_ stroke: CanvasStroke) {
        DrawingLock.take()
        defer { DrawingLock.release() }
        use(stroke.color)
        unsafe cairo_set_line_width(cairo, stroke.width)
        unsafe cairo_set_line_join(cairo, stroke.isRound ? CAIRO_LINE_JOIN_ROUND : CAIRO_LINE_JOIN_MITER)
        unsafe cairo_set_line_cap(cairo, stroke.isRound ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT)
        unsafe cairo_set_dash(cairo, stroke.dashes, Int32(clamping: stroke.dashes.count), 0)
        unsafe cairo_stroke(cairo)
    }

    func use(_ color: CanvasColor) {
        unsafe cairo_set_source_rgba(cairo, color.red, color.green, color.blue, color.opacity)
    }
}
