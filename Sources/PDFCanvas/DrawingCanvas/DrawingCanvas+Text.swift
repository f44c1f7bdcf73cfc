internal import CCairo
internal import CPangoCairo

extension DrawingCanvas {
    /// Draws a text with its line box's left edge at `x` and its first baseline at `baseline`.
    package func draw(_ text: ShapedText, x: Double, baseline: Double, color: CanvasColor) {
        DrawingLock.take()
        defer { DrawingLock.release() }
        use(color)
        unsafe cairo_move_to(cairo, x - text.left, baseline - text.baseline)
        unsafe pango_cairo_show_layout(cairo, text.layout)
    }
}
