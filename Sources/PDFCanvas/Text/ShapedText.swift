internal import CPangoCairo
internal import CShims
internal import Glibc

/// A text that is shaped, broken into lines and measured, ready to be drawn.
@safe
package final class ShapedText {
    let layout: OpaquePointer
    /// The left edge of the ink's line box, relative to the frame's left: not 0 where lines are centred.
    let left: Double
    /// In points, of the widest line.
    package let width: Double
    /// In points, of all lines.
    package let height: Double
    /// From the top to the first baseline, in points.
    package let baseline: Double
    /// How many lines it takes.
    package let lineCount: Int
    /// Whether something was left out for "…".
    package let isShortened: Bool

    /// Takes over the layout: the caller's reference is given up.
    init(layout: OpaquePointer) {
        var logical = PangoRectangle()
        unsafe pango_layout_get_extents(layout, nil, &logical)
        unsafe self.layout = layout
        left = pango_units_to_double(logical.x)
        width = pango_units_to_double(logical.width)
        height = pango_units_to_double(logical.height)
        baseline = unsafe pango_units_to_double(pango_layout_get_baseline(layout))
        lineCount = unsafe Int(pango_layout_get_line_count(layout))
        isShortened = unsafe pango_layout_is_ellipsized(layout) != 0
    }

    /// The text of each line, without white space at its ends. Lines that end in "…" are as if they had room.
    package var lines: [String] {
        DrawingLock.take()
        defer { DrawingLock.release() }
        guard let text = unsafe pango_layout_get_text(layout) else { return [] }
        let bytes = unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
        return (0..<max(0, lineCount)).map { index in
            guard let line = unsafe pango_layout_get_line_readonly(layout, Int32(index)) else { return "" }
            let start = unsafe Int(line.pointee.start_index)
            let end = unsafe min(bytes.count, start + Int(line.pointee.length))
            guard start >= 0, start <= end else { return "" }
            let piece = String(decoding: bytes[start..<end], as: UTF8.self)
            let visible = piece.drop { $0.isWhitespace }
            return String(visible.reversed().drop { $0.isWhitespace }.reversed())
        }
    }

    deinit {
        DrawingLock.take()
        defer { DrawingLock.release() }
        unsafe g_object_unref(UnsafeMutableRawPointer(layout))
    }
}
