internal import ChartGrammar
internal import Columnar
internal import Formatting
internal import PDFCanvas
internal import Report

/// Lays a document out into pages.
///
/// First page: cover band, headline, tiles, then the sections. Other pages: running head and sections. The end: notes
/// in three columns. Then each page gets its footer, for which the number of pages must be known.
struct PageComposer {
    let document: ReportDocument
    let geometry: PageGeometry
    let formatter: ValueFormatter
    let texts: EngineText
    let charts: SceneComposer
    let measuring: any TextMeasuring

    func pages() throws -> [Page] {
        let cover = try coverPage()
        let head = runningHead()
        var flow = PageFlow(geometry: geometry, first: cover.page, top: cover.bottom) { head }
        if let headline = try headlineBlock() { try flow.add(headline) }
        for notice in try noticeBlocks() { try flow.add(notice) }
        for row in tileRows() { try flow.add(row) }
        if let contents = try contentsBlock() { try flow.add(contents) }
        for section in document.sections {
            if let title = section.title, !title.isEmpty { flow.addHeading(try sectionHeading(title)) }
            for block in section.blocks { try add(block, to: &flow) }
        }
        for notes in try noteBlocks() { try flow.add(notes) }
        var pages = try flow.finish()
        fillContents(&pages)
        return pages.enumerated().map { index, page in
            var page = page
            page.elements.append(footer(page: index + 1, of: pages.count))
            return formatter.direction == .rightToLeft ? page.mirrored(width: geometry.width) : page
        }
    }

    private func add(_ block: Block, to flow: inout PageFlow) throws {
        switch block {
        case .chart(let chart): try flow.add(chartRow([chart], isWide: true))
        case .charts(let charts):
            for start in stride(from: 0, to: charts.count, by: 2) {
                // One that has no neighbour takes the whole width.
                let row = Array(charts[start..<min(start + 2, charts.count)])
                try flow.add(chartRow(row, isWide: row.count == 1))
            }
        case .table(let table): try add(table, to: &flow)
        case .text(let text):
            for part in text.split(separator: "\n") { try flow.add(paragraph(String(part))) }
        }
    }

    // MARK: Charts and text

    /// A headline is a sentence or two, a paragraph fits on a page: what is longer is cut, visibly.
    private static var headlineLinesMax: Int { 6 }
    private static var paragraphLinesMax: Int { 60 }

    /// One wide chart, or two halves whose plots begin and end at the same heights.
    private func chartRow(_ row: [Chart], isWide: Bool) throws -> FlowBlock {
        let width = isWide ? geometry.contentWidth : geometry.halfWidth
        let head = try row.map { try charts.headHeight(of: $0, width: width, isWide: isWide) }.max() ?? 0
        let ideal = row.map { charts.plotHeight(of: $0, isWide: isWide) }.max() ?? 0
        let least = row.map { charts.plotHeightLeast(of: $0, isWide: isWide) }.max() ?? 0
        return FlowBlock(
            gap: 24, minimum: head + least, ideal: head + ideal,
            place: { top, height in
                try row.enumerated().map { index, chart in
                    let frame = SceneComposer.Frame(
                        width: width, plotHeight: height - head, isWide: isWide, headHeight: head)
                    let x = geometry.left + Double(index) * (width + geometry.gutter)
                    return .scene(try charts.scene(of: chart, in: frame), at: Point(x: x, y: top))
                }
            })
    }

    private func paragraph(_ text: String) throws -> FlowBlock {
        let linesMax = Self.paragraphLinesMax
        let extent = try measuring.extent(of: text, font: .label, width: geometry.contentWidth, linesMax: linesMax)
        return FlowBlock(
            gap: 14, minimum: extent.height, ideal: extent.height,
            place: { top, _ in
                let mark = SceneText(
                    text, font: .label, color: .body, at: Point(x: geometry.left, y: top + extent.baseline),
                    width: geometry.contentWidth, linesMax: linesMax)
                return [.marks([.text(mark)], tag: .paragraph)]
            })
    }

    private func sectionHeading(_ title: String) throws -> FlowBlock {
        let extent = try measuring.extent(
            of: title, font: .sectionTitle, width: geometry.contentWidth, linesMax: 2)
        return FlowBlock(
            gap: 30, minimum: extent.height, ideal: extent.height,
            place: { top, _ in
                let text = SceneText(
                    title, font: .sectionTitle, color: .ink, at: Point(x: geometry.left, y: top + extent.baseline),
                    width: geometry.contentWidth, linesMax: 2)
                return [.heading(text, tag: .heading2)]
            }, outline: title)
    }

    private func headlineBlock() throws -> FlowBlock? {
        guard !document.headline.isEmpty else { return nil }
        let headline = document.inReadingDirection(document.headline)
        let width = try balancedWidth(headline, font: .headline)
        let linesMax = Self.headlineLinesMax
        let extent = try measuring.extent(of: headline, font: .headline, width: width, linesMax: linesMax)
        return FlowBlock(
            gap: 20, minimum: extent.height, ideal: extent.height,
            place: { top, _ in
                let text = SceneText(
                    headline, font: .headline, color: .ink,
                    at: Point(x: geometry.left, y: top + extent.baseline), width: width,
                    linesMax: linesMax)
                return [.marks([.text(text)], tag: .paragraph)]
            }, outline: texts(.summary))
    }

    /// The least width at which a text takes no more lines than at full width: its lines become about equally long,
    /// and no word is left alone on the last.
    private func balancedWidth(_ text: String, font: FontRole) throws -> Double {
        let lines = { (width: Double) in
            try measuring.extent(of: text, font: font, width: width, linesMax: nil).lineCount
        }
        let full = geometry.contentWidth
        let count = try lines(full)
        guard count > 1, count <= 4 else { return full }
        var (narrow, wide) = (full * 0.62, full)
        while wide - narrow > 4 {
            let middle = (narrow + wide) / 2
            if try lines(middle) > count { narrow = middle } else { wide = middle }
        }
        return wide
    }
}
