internal import CCairo

/// Draws the pages of one PDF file. Lengths are in points, the origin is the page's top left, y grows downwards.
///
/// Bytes go to a sink as they come, so that a long file needs no more memory than its page and fonts. The same calls
/// give the same bytes: nothing here reads a clock. Belongs to one thread, which must be its shaper's.
///
/// Once a call has failed Cairo ignores all others; `finish()` reports the first failure.
@safe
package final class PageCanvas: DrawingCanvas {
    private let outlet: ByteOutlet
    private var isFinished = false
    /// Structure elements that are open, the innermost last. Cairo 1.16 does not notice one that is left open.
    var openTags: [StructureTag] = []
    var areTagsNested = true
    /// The words for the figures, in the order in which they were begun.
    var alternativeTexts: [String] = []
    private let language: String
    /// What the file says about itself; written once more at its end, as XMP.
    var information: DocumentInformation?

    /// - Parameters:
    ///   - width: of the first page, in points: 595.28 for A4.
    ///   - height: of the first page: 841.89 for A4.
    ///   - language: of the document's text, a BCP 47 tag.
    ///   - sink: takes the file's next bytes. What it throws is thrown again by `finish()`.
    package init(
        width: Double, height: Double, language: String, sink: @escaping (borrowing Span<UInt8>) throws -> Void
    ) throws(PDFCanvasError) {
        DrawingLock.take()
        defer { DrawingLock.release() }
        self.language = language
        let outlet = ByteOutlet(sink)
        self.outlet = outlet
        let surface = unsafe cairo_pdf_surface_create_for_stream(
            { closure, data, length in
                guard let closure = unsafe closure, let data = unsafe data else { return CAIRO_STATUS_WRITE_ERROR }
                let outlet = unsafe Unmanaged<ByteOutlet>.fromOpaque(closure).takeUnretainedValue()
                let bytes = unsafe UnsafeBufferPointer(start: data, count: Int(length))
                return unsafe outlet.take(bytes) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR
            }, Unmanaged.passUnretained(outlet).toOpaque(), width, height)
        guard let surface = unsafe surface, let cairo = unsafe cairo_create(surface) else {
            throw .cairo(status: "out of memory", doing: "start a PDF file")
        }
        unsafe super.init(surface: surface, cairo: cairo)
        // 1.5 is the newest that Cairo 1.16 knows; naming it keeps the bytes when Cairo learns more.
        unsafe cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5)
        try check("start a PDF file")
    }

    deinit {
        // Destroying a surface that is not finished writes its end: the sink has no use for half a file.
        outlet.isClosed = true
    }

    /// Ends the page.
    package func endPage() throws {
        DrawingLock.take()
        defer { DrawingLock.release() }
        unsafe cairo_show_page(cairo)
        try checkWithSink("draw a page")
    }

    /// Writes the file's end and gives the last bytes to the sink. Nothing may be drawn afterwards.
    ///
    /// - Throws: the sink's own error, or what Cairo could not do: a tag left open, no memory.
    package func finish() throws {
        DrawingLock.take()
        defer { DrawingLock.release() }
        guard !isFinished else { return }
        isFinished = true
        guard areTagsNested, openTags.isEmpty else { throw PDFCanvasError.unbalancedTags }
        unsafe cairo_surface_finish(surface)
        try checkWithSink("finish the PDF file")
        try outlet.flush()
        // A file without structure is left as it is.
        guard outlet.watch.catalog?.entries.contains(where: { $0.hasPrefix("/MarkInfo") }) == true else { return }
        let update = IncrementalUpdate(
            language: language, alternativeTexts: alternativeTexts,
            metadata: information.map { XMPPacket(information: $0, language: language).text })
        try outlet.give(update.bytes(after: outlet.watch))
    }

    private func checkWithSink(_ doing: String) throws {
        if let failure = outlet.failure { throw failure }
        try check(doing)
    }
}

/// Collects Cairo's many small writes and hands them on in pieces of 64 KiB.
private final class ByteOutlet {
    private let sink: (borrowing Span<UInt8>) throws -> Void
    private var buffer: [UInt8] = []
    private(set) var failure: (any Error)?
    private(set) var watch = ObjectWatch()
    var isClosed = false

    init(_ sink: @escaping (borrowing Span<UInt8>) throws -> Void) {
        self.sink = sink
        buffer.reserveCapacity(1 << 16)
    }

    /// False once the sink has failed.
    @unsafe
    func take(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if isClosed { return true }
        guard failure == nil else { return false }
        unsafe buffer.append(contentsOf: bytes)
        guard buffer.count >= 1 << 16 else { return true }
        do {
            try flush()
            return true
        } catch {
            failure = error
            return false
        }
    }

    func flush() throws {
        let piece = buffer
        buffer = []
        buffer.reserveCapacity(1 << 16)
        try give(piece)
    }

    /// Hands bytes on at once; what was collected must have been flushed.
    func give(_ bytes: [UInt8]) throws {
        watch.read(bytes.span)
        try sink(bytes.span)
    }
}
