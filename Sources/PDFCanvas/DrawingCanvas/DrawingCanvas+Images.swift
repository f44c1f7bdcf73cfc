internal import CCairo

/// A picture that was read from PNG bytes.
///
/// PNG, RFC 2083: 8 bytes of signature, then chunks of length (4 bytes, big endian), type (4), data, CRC (4). The
/// first is IHDR, whose data begins with width and height: bytes 16 to 19 and 20 to 23 of the file.
@safe
package final class CanvasImage {
    let surface: OpaquePointer
    /// In pixels.
    package let width: Int
    /// In pixels.
    package let height: Int

    /// - Throws: `image` where the bytes are no PNG, are damaged, or hold more than 4,096 pixels on a side: a small
    ///   file may claim a picture that fills the memory.
    package init(png: [UInt8]) throws(PDFCanvasError) {
        DrawingLock.take()
        defer { DrawingLock.release() }
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        guard png.count > 33, png.starts(with: signature) else { throw .image(reason: "it is not a PNG file") }
        let side = { (offset: Int) in png[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        guard (1...4096).contains(side(16)), (1...4096).contains(side(20)) else {
            throw .image(reason: "it must be 1 to 4,096 pixels wide and high")
        }
        let reader = ByteReader(png)
        let surface = unsafe cairo_image_surface_create_from_png_stream(
            { closure, data, length in
                guard let closure = unsafe closure, let data = unsafe data else { return CAIRO_STATUS_READ_ERROR }
                let reader = unsafe Unmanaged<ByteReader>.fromOpaque(closure).takeUnretainedValue()
                let target = unsafe UnsafeMutableBufferPointer(start: data, count: Int(length))
                return unsafe reader.fill(target) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_READ_ERROR
            }, Unmanaged.passUnretained(reader).toOpaque())
        guard let surface = unsafe surface else { throw .image(reason: "out of memory") }
        guard unsafe cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS else {
            unsafe cairo_surface_destroy(surface)
            throw .image(reason: "the PNG file is damaged")
        }
        unsafe self.surface = surface
        width = side(16)
        height = side(20)
    }

    deinit {
        DrawingLock.take()
        defer { DrawingLock.release() }
        unsafe cairo_surface_destroy(surface)
    }
}

extension DrawingCanvas {
    /// Draws a picture as large as the box allows, centred in it, its proportions kept.
    package func draw(_ image: CanvasImage, x: Double, y: Double, width: Double, height: Double) {
        DrawingLock.take()
        defer { DrawingLock.release() }
        let scale = min(width / Double(image.width), height / Double(image.height))
        unsafe cairo_save(cairo)
        defer { unsafe cairo_restore(cairo) }
        unsafe cairo_translate(
            cairo, x + (width - Double(image.width) * scale) / 2, y + (height - Double(image.height) * scale) / 2)
        unsafe cairo_scale(cairo, scale, scale)
        unsafe cairo_set_source_surface(cairo, image.surface, 0, 0)
        unsafe cairo_paint(cairo)
    }
}

/// Hands out bytes in the pieces that a C reader asks for.
private final class ByteReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// False where fewer bytes are left than asked for.
    @unsafe
    func fill(_ target: UnsafeMutableBufferPointer<UInt8>) -> Bool {
        guard bytes.count - position >= target.count else { return false }
        unsafe _ = target.update(fromContentsOf: bytes[position..<position + target.count])
        position += target.count
        return true
    }
}
