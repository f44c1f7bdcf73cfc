internal import ChartGrammar
internal import Columnar
internal import Formatting
internal import PDFCanvas
internal import Report

/// What must be known before the figures are read: a tinted box under the headline, with a bar at its side.
extension PageComposer {
    private static var noticePadding: Double { 10 }
    private static var noticeLinesMax: Int { 3 }
    /// More than these stand on the last sheet of the workbook and beside the tables; the box says how many they are.
    static var noticeLinesShown: Int { 8 }

    func noticeBlocks() throws -> [FlowBlock] { try document.notices.map(noticeBlock) }

    private func noticeBlock(_ notice: Notice) throws -> FlowBlock {
        let width = geometry.contentWidth - 2 * Self.noticePadding - 3
        let lines = shownLines(notice)
        let title = try measuring.extent(of: notice.title, font: .noteTitle, width: width, linesMax: 1)
        let extents = try lines.map {
            try measuring.extent(of: $0, font: .note, width: width, linesMax: Self.noticeLinesMax)
        }
        let total = extents.reduce(title.height) { $0 + $1.height + 3 } + 2 * Self.noticePadding
        return FlowBlock(
            gap: 14, minimum: total, ideal: total,
            place: { top, _ in
                let box = Box(x: geometry.left, y: top, width: geometry.contentWidth, height: total)
                let x = box.x + 3 + Self.noticePadding
                var y = top + Self.noticePadding
                var marks: [SceneMark] = [
                    .text(
                        SceneText(
                            notice.title, font: .noteTitle, color: .warn, at: Point(x: x, y: y + title.baseline),
                            width: width, linesMax: 1))
                ]
                y += title.height
                for (line, extent) in zip(lines, extents) {
                    y += 3
                    marks.append(
                        .text(
                            SceneText(
                                line, font: .note, color: .body, at: Point(x: x, y: y + extent.baseline), width: width,
                                linesMax: Self.noticeLinesMax)))
                    y += extent.height
                }
                let bar = Box(x: box.x, y: box.y, width: 3, height: total)
                return [
                    .marks(
                        [.rectangle(box, fill: .highlight, radius: 0), .rectangle(bar, fill: .warn, radius: 0)],
                        tag: nil),
                    .marks(marks, tag: .paragraph),
                ]
            })
    }

    private func shownLines(_ notice: Notice) -> [String] {
        guard notice.lines.count > Self.noticeLinesShown else { return notice.lines.map(document.inReadingDirection) }
        let rest = notice.lines.count - Self.noticeLinesShown
        let more = texts(.noticeEarlierEdition, ["count": formatter.full(.int(Int64(rest)), unit: .count)])
        return (notice.lines.prefix(Self.noticeLinesShown) + [more]).map(document.inReadingDirection)
    }
}
