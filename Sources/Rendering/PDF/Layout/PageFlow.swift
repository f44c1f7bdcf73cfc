internal import ChartGrammar
internal import PDFCanvas

/// Something that goes onto a page as a whole, with some freedom in its height.
struct FlowBlock {
    /// Distance to what is above, not kept at a page's top.
    var gap: Double
    /// The least height.
    var minimum: Double
    /// The height it likes best.
    var ideal: Double
    /// The parts, once place and height are known.
    var place: (_ top: Double, _ height: Double) throws -> [PageElement]
    /// Its entry in the outline.
    var outline: String?
}

/// Fills pages from top to bottom. Whether a block still fits is decided by least heights; when a page is full, the
/// room that is left goes to its blocks, up to the height that each likes best.
struct PageFlow {
    let geometry: PageGeometry
    /// What each page has by itself: a running head.
    let furniture: () -> [PageElement]
    private(set) var pages: [Page] = []
    private var page: Page
    private var top: Double
    private var waiting: [FlowBlock] = []
    /// A title that goes with whatever comes next.
    private var heading: FlowBlock?

    /// - Parameters:
    ///   - first: what the first page begins with.
    ///   - top: where the first page's blocks begin.
    init(geometry: PageGeometry, first: Page, top: Double, furniture: @escaping () -> [PageElement]) {
        self.geometry = geometry
        self.furniture = furniture
        page = first
        self.top = top
    }

    /// The room between the page's last settled block and its foot.
    private var room: Double { geometry.bottom - top }

    private func need(_ blocks: [FlowBlock], _ height: (FlowBlock) -> Double) -> Double {
        var sum = 0.0
        for (index, block) in blocks.enumerated() {
            sum += height(block) + (index == 0 && isAtTop ? 0 : block.gap)
        }
        return sum
    }

    /// Whether nothing but furniture is on the page yet.
    private var isAtTop: Bool { !pages.isEmpty && top == geometry.top }

    /// Adds a block; it goes to the next page where it does not fit.
    mutating func add(_ block: FlowBlock) throws {
        let block = takeHeading(with: block)
        if need(waiting + [block], \.minimum) > room + 0.01 { try endPage() }
        waiting.append(block)
    }

    /// Keeps a title until its first block comes, so that no title ends a page.
    mutating func addHeading(_ block: FlowBlock) { heading = block }

    /// Hands out the waiting title to a caller that places it itself.
    mutating func takeHeading() -> FlowBlock? {
        defer { heading = nil }
        return heading
    }

    private mutating func takeHeading(with block: FlowBlock) -> FlowBlock {
        guard let heading else { return block }
        self.heading = nil
        // Closer to its own than to what is above.
        let inner = min(block.gap, 14)
        return FlowBlock(
            gap: heading.gap, minimum: heading.minimum + inner + block.minimum,
            ideal: heading.ideal + inner + block.ideal,
            place: { top, height in
                try heading.place(top, heading.ideal)
                    + block.place(top + heading.ideal + inner, height - heading.ideal - inner)
            }, outline: heading.outline)
    }

    /// Settles what is waiting at its best height, if then at least `least` points are left; else begins a new page.
    /// Returns where content goes on.
    mutating func settle(leaving least: Double, gap: Double) throws -> Double {
        let used = need(waiting, \.ideal)
        if used + gap + least <= room {
            try placeWaiting(room: used)
        } else {
            try endPage()
        }
        return isAtTop ? top : top + gap
    }

    /// Puts a part of the right height onto the page and goes on below it.
    mutating func put(_ elements: [PageElement], upTo bottom: Double, outline: OutlineEntry? = nil) {
        page.elements += elements
        if let outline { page.outline.append(outline) }
        top = bottom
    }

    /// Ends the page: what is waiting shares the room that is left.
    mutating func endPage() throws {
        try placeWaiting(room: room)
        pages.append(page)
        page = Page(elements: furniture())
        top = geometry.top
    }

    /// Ends the last page and returns all of them.
    mutating func finish() throws -> [Page] {
        if let heading {
            self.heading = nil
            waiting.append(heading)
        }
        try placeWaiting(room: room)
        if !isAtTop || pages.isEmpty { pages.append(page) }
        return pages
    }

    private mutating func placeWaiting(room: Double) throws {
        let spare = max(0, room - need(waiting, \.minimum))
        let wanted = waiting.reduce(0) { $0 + ($1.ideal - $1.minimum) }
        let share = wanted > 0 ? min(1, spare / wanted) : 0
        for (index, block) in waiting.enumerated() {
            if !(index == 0 && isAtTop) { top += block.gap }
            let height = block.minimum + (block.ideal - block.minimum) * share
            if let outline = block.outline { page.outline.append(OutlineEntry(title: outline, y: top)) }
            page.elements += try block.place(top, height)
            top += height
        }
        waiting = []
    }
}
