internal import CCairo

/// The parts of a tagged PDF that Cairo 1.16 writes. ISO 32000-1, 14.8.4.
package enum StructureTag: String, Sendable {
    case document = "Document"
    case section = "Sect"
    case heading1 = "H1"
    case heading2 = "H2"
    case paragraph = "P"
    case figure = "Figure"
    case table = "Table"
    case tableRow = "TR"
    case tableHead = "TH"
    case tableCell = "TD"
}

/// What the file says about itself.
package struct DocumentInformation: Sendable, Equatable {
    package var title: String
    package var author: String
    package var subject: String
    package var creator: String
    package var keywords: String
    /// ISO 8601 with zone, `2026-11-01T03:12:00Z`: the run's logical time, never the clock's.
    package var created: String

    package init(
        title: String, author: String, subject: String, creator: String, keywords: String, created: String
    ) {
        self.title = title
        self.author = author
        self.subject = subject
        self.creator = creator
        self.keywords = keywords
        self.created = created
    }
}

extension PageCanvas {
    /// Writes the file's metadata.
    package func describe(_ information: DocumentInformation) {
        self.information = information
        let entries: [(cairo_pdf_metadata_t, String)] = [
            (CAIRO_PDF_METADATA_TITLE, information.title), (CAIRO_PDF_METADATA_AUTHOR, information.author),
            (CAIRO_PDF_METADATA_SUBJECT, information.subject), (CAIRO_PDF_METADATA_CREATOR, information.creator),
            (CAIRO_PDF_METADATA_KEYWORDS, information.keywords),
            (CAIRO_PDF_METADATA_CREATE_DATE, information.created),
            (CAIRO_PDF_METADATA_MOD_DATE, information.created),
        ]
        for (key, value) in entries {
            unsafe cairo_pdf_surface_set_metadata(surface, key, value.printable)
        }
    }

    /// Names this page, as readers show it beside its number.
    package func labelPage(_ label: String) { unsafe cairo_pdf_surface_set_page_label(surface, label) }

    /// Adds an entry to the outline that leads to a page (from 1) at a height in points.
    package func addOutlineEntry(_ title: String, page: Int, y: Double) {
        unsafe cairo_pdf_surface_add_outline(
            surface, CAIRO_PDF_OUTLINE_ROOT, title.printable, "page=\(page) pos=[0 \(y)]", CAIRO_PDF_OUTLINE_FLAG_OPEN)
    }

    /// Begins a structure element other than a figure; what is drawn until `end` belongs to it.
    package func begin(_ tag: StructureTag) {
        openTags.append(tag)
        unsafe cairo_tag_begin(cairo, tag.rawValue, "")
    }

    /// Begins a figure with the words that stand for it where it cannot be seen.
    package func beginFigure(alternativeText: String) {
        alternativeTexts.append(alternativeText)
        begin(.figure)
    }

    /// Ends a structure element; elements end in reverse order.
    package func end(_ tag: StructureTag) {
        guard openTags.popLast() == tag else {
            areTagsNested = false
            return
        }
        unsafe cairo_tag_end(cairo, tag.rawValue)
    }

    /// What is drawn by `body` leads to a page (from 1) at a height in points.
    package func link(toPage page: Int, y: Double, body: () throws -> Void) rethrows {
        unsafe cairo_tag_begin(cairo, "Link", "page=\(page) pos=[0 \(y)]")
        try body()
        unsafe cairo_tag_end(cairo, "Link")
    }

    /// What is drawn by `body` leads to an address.
    package func link(to address: String, body: () throws -> Void) throws {
        let allowed = address.utf8.allSatisfy {
            (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "'") && $0 != UInt8(ascii: "\\")
        }
        guard allowed, !address.isEmpty else { throw PDFCanvasError.linkAddress }
        unsafe cairo_tag_begin(cairo, "Link", "uri='\(address)'")
        try body()
        unsafe cairo_tag_end(cairo, "Link")
    }
}
