internal import ChartGrammar
internal import Formatting
internal import PDFCanvas
internal import Report

/// Where the table of contents stands and what it lists.
struct ContentsList {
    let titles: [String]
    let box: Box
}

extension PageComposer {
    /// Reports with fewer sections are seen at a glance.
    private static var contentsFrom: Int { 4 }
    private static var contentsRow: Double { 17 }

    /// The titles that the table of contents lists; empty for a short report.
    private var contentsTitles: [String] {
        let titles = document.sections.compactMap(\.title).filter { !$0.isEmpty }
        return titles.count >= Self.contentsFrom ? titles : []
    }

    /// Room for the table of contents, in two columns under a small title; nil for a short report.
    func contentsBlock() throws -> FlowBlock? {
        let titles = contentsTitles
        guard !titles.isEmpty else { return nil }
        let height = 18 + Double((titles.count + 1) / 2) * Self.contentsRow
        return FlowBlock(
            gap: 22, minimum: height, ideal: height,
            place: { top, height in
                let box = Box(x: geometry.left, y: top, width: geometry.contentWidth, height: height)
                let head = SceneText(
                    texts(.contents), font: .noteTitle, color: .mute, at: Point(x: box.x, y: top + 8))
                return [.marks([.text(head)], tag: .paragraph), .contents(ContentsList(titles: titles, box: box))]
            })
    }

    /// Writes the page of each section into the table of contents, each line a link.
    func fillContents(_ pages: inout [Page]) {
        let entries = pages.enumerated().flatMap { index, page in
            page.outline.map { (title: $0.title, page: index + 1, y: $0.y) }
        }
        for index in pages.indices {
            pages[index].elements = pages[index].elements.flatMap { element -> [PageElement] in
                guard case .contents(let list) = element else { return [element] }
                return lines(of: list, entries)
            }
        }
    }

    private func lines(
        of list: ContentsList, _ entries: [(title: String, page: Int, y: Double)]
    ) -> [PageElement] {
        let width = (list.box.width - geometry.gutter) / 2
        let perColumn = (list.titles.count + 1) / 2
        // Sections of the same name come in order.
        var rest = entries[...]
        return list.titles.enumerated().compactMap { index, title in
            guard let found = rest.firstIndex(where: { $0.title == title }) else { return nil }
            let entry = rest[found]
            rest = rest[(found + 1)...]
            let x = list.box.x + (index < perColumn ? 0 : width + geometry.gutter)
            let y = list.box.y + 18 + Double(index % perColumn) * Self.contentsRow
            let number = formatter.ordinal(entry.page)
            return .link(
                [
                    .line([Point(x: x, y: y), Point(x: x + width, y: y)], Stroke(.rule, width: 0.5)),
                    .text(
                        SceneText(
                            title, font: .labelMedium, color: .ink, at: Point(x: x, y: y + 11.5), width: width - 28,
                            linesMax: 1)),
                    .text(
                        SceneText(
                            number, font: .label, color: .mute, at: Point(x: x + width, y: y + 11.5),
                            anchor: .trailing)),
                ], page: entry.page, y: max(0, entry.y - 12))
        }
    }
}
