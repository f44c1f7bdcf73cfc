internal import CCairo

/// Draws one picture and gives it as a PNG file. The same calls give the same bytes: nothing here reads a clock.
@safe
package final class ImageCanvas: DrawingCanvas {
    /// No side of a picture has more pixels than this.
    package static let pixelsMax = 16_384

    /// - Parameters:
    ///   - width: in points.
    ///   - height: in points.
    ///   - scale: pixels for each point: 2 for screens of today.
    /// - Throws: `image` where a side has no pixel or more than `pixelsMax`, `cairo` where there is no memory.
    package init(width: Double, height: Double, scale: Double) throws(PDFCanvasError) {
        DrawingLock.take()
        defer { DrawingLock.release() }
        guard let wide = Self.pixels(width, scale), let high = Self.pixels(height, scale) else {
            throw .image(reason: "it must be 1 to \(Self.pixelsMax) pixels wide and high")
        }
        guard let surface = unsafe cairo_image_surface_create(CAIRO_FORMAT_ARGB32, wide, high),
            let cairo = unsafe cairo_create(surface)
        else { throw .cairo(status: "out of memory", doing: "start a picture") }
        unsafe super.init(surface: surface, cairo: cairo)
        unsafe cairo_scale(cairo, scale, scale)
        try check("start a picture")
    }

    private static func pixels(_ length: Double, _ scale: Double) -> Int32? {
        let pixels = (length * scale).rounded(.up)
        return pixels >= 1 && pixels <= Double(pixelsMax) ? Int32(pixels) : nil
    }

    /// The picture as a PNG file's bytes.
    ///
    /// - Throws: what Cairo could not do.
    package func png() throws(PDFCanvasError) -> [UInt8] {
        DrawingLock.take()
        defer { DrawingLock.release() }
        unsafe cairo_surface_flush(surface)
        try check("draw a picture")
        let bytes = ByteCollector()
        let status = unsafe cairo_surface_write_to_png_stream(
            surface,
            { closure, data, length in
                guard let closure = unsafe closure, let data = unsafe data else { return CAIRO_STATUS_WRITE_ERROR }
                let bytes = unsafe Unmanaged<ByteCollector>.fromOpaque(closure).takeUnretainedValue()
                unsafe bytes.take(UnsafeBufferPointer(start: data, count: Int(length)))
                return CAIRO_STATUS_SUCCESS
            }, Unmanaged.passUnretained(bytes).toOpaque())
        guard status == CAIRO_STATUS_SUCCESS else {
            throw .cairo(status: Self.text(status), doing: "write a PNG file")
        }
        return bytes.bytes
    }
}

/// Collects the pieces that a C writer hands out.
private final class ByteCollector {
    private(set) var bytes: [UInt8] = []

    @unsafe
    func take(_ piece: UnsafeBufferPointer<UInt8>) { unsafe bytes.append(contentsOf: piece) }
}
