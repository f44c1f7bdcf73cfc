internal import CCairo
internal import CShims

/// A picture of lines and areas that was read from SVG bytes; drawn as lines and areas, sharp at every size.
@safe
package final class CanvasVector {
    private let svg: OpaquePointer
    /// No logo is larger; a document that unfolds itself without end is refused by the library.
    private static let bytesMax = 1 << 20

    /// - Throws: `image` where the bytes are no SVG document, hold more than a mebibyte or letters that are no
    ///   outlines, or where librsvg is not installed.
    package init(svg bytes: [UInt8]) throws(PDFCanvasError) {
        guard bytes.count <= Self.bytesMax else { throw .image(reason: "it has more than 1 MiB") }
        let source = String(decoding: bytes, as: UTF8.self)
        // Its fonts would be those of the machine, not the report's.
        guard !source.contains("<text"), !source.contains(":text") else {
            throw .image(reason: "its letters must be outlines\n  try: convert the logo's text to paths")
        }
        DrawingLock.take()
        defer { DrawingLock.release() }
        var svg: OpaquePointer?
        switch unsafe almanac_svg_open(bytes, bytes.count, &svg) {
        case ALMANAC_SVG_OK: break
        case ALMANAC_SVG_NO_LIBRARY:
            throw .image(reason: "there is no librsvg\n  try: apt-get install librsvg2-2, or a logo as PNG")
        default: throw .image(reason: "the SVG file is damaged")
        }
        guard let svg = unsafe svg else { throw .image(reason: "out of memory") }
        unsafe self.svg = svg
    }

    deinit {
        DrawingLock.take()
        defer { DrawingLock.release() }
        unsafe almanac_svg_close(svg)
    }

    fileprivate func draw(on cairo: OpaquePointer, _ x: Double, _ y: Double, _ width: Double, _ height: Double) -> Bool
    {
        unsafe almanac_svg_draw(svg, cairo, x, y, width, height) != 0
    }
}

extension DrawingCanvas {
    /// Draws a picture as large as the box allows, its proportions kept.
    ///
    /// - Throws: `image` where the library refuses.
    package func draw(
        _ vector: CanvasVector, x: Double, y: Double, width: Double, height: Double
    ) throws(PDFCanvasError) {
        DrawingLock.take()
        defer { DrawingLock.release() }
        unsafe cairo_save(cairo)
        defer { unsafe cairo_restore(cairo) }
        guard unsafe vector.draw(on: cairo, x, y, width, height) else {
            throw .image(reason: "the SVG file can't be drawn")
        }
    }
}
