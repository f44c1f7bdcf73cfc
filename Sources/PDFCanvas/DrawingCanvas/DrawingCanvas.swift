internal import CCairo

/// What shapes, texts and pictures are drawn on: the pages of a PDF file or one picture. Lengths are in points, the
/// origin is the top left, y grows downwards. Belongs to one thread.
///
/// Once a call has failed Cairo ignores all others; the subclass reports the first failure at its end.
@safe
package class DrawingCanvas {
    let surface: OpaquePointer
    let cairo: OpaquePointer

    /// Takes over both references.
    init(surface: OpaquePointer, cairo: OpaquePointer) {
        unsafe self.surface = surface
        unsafe self.cairo = cairo
    }

    deinit {
        DrawingLock.take()
        defer { DrawingLock.release() }
        unsafe cairo_destroy(cairo)
        unsafe cairo_surface_destroy(surface)
    }

    /// Throws if Cairo has failed in this call or in one before it.
    func check(_ doing: String) throws(PDFCanvasError) {
        var status = unsafe cairo_status(cairo)
        if status == CAIRO_STATUS_SUCCESS { status = unsafe cairo_surface_status(surface) }
        guard status != CAIRO_STATUS_SUCCESS else { return }
        throw .cairo(status: Self.text(status), doing: doing)
    }

    static func text(_ status: cairo_status_t) -> String {
        unsafe cairo_status_to_string(status).map { unsafe String(cString: $0) } ?? "status \(status.rawValue)"
    }
}
