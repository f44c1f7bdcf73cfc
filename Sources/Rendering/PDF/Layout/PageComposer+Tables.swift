internal import ChartGrammar
internal import Columnar
internal import Formatting
internal import PDFCanvas
internal import Report

extension PageComposer {
    /// Puts a table onto the page and as many further pages as it needs. Heads are repeated; the total row keeps at
    /// least two rows above it.
    func add(_ table: ReportTable, to flow: inout PageFlow) throws {
        guard !table.rows.isEmpty else { return try flow.add(emptyTable(table)) }
        let layout = try TableSizing(composer: self, table: table).layout()
        let title = try tableTitle(table.title, subtitle: subtitle(table, layout))
        // The heading of the section, the table's own and some rows stay together.
        let heading = flow.takeHeading()
        let headingHeight = heading.map { $0.ideal + 12 } ?? 0
        let firstRows = min(table.rows.count, 4)
        let totalsHeight = table.totals == nil ? 0 : layout.rowHeight + 2
        let least =
            headingHeight + title.height + TableSlice.headHeight + Double(firstRows) * layout.rowHeight + totalsHeight
        var top = try flow.settle(leaving: least, gap: heading?.gap ?? 24)
        if let heading {
            let entry = heading.outline.map { OutlineEntry(title: $0, y: top) }
            flow.put(try heading.place(top, heading.ideal), upTo: top + heading.ideal, outline: entry)
            top += heading.ideal + 12
        }
        flow.put(title.elements(top), upTo: top + title.height)
        top += title.height
        try addRows(of: layout, from: top, to: &flow)
    }

    private func addRows(of layout: TableLayout, from start: Double, to flow: inout PageFlow) throws {
        let table = layout.table
        let totalsHeight = table.totals == nil ? 0 : layout.rowHeight + 2
        var running: RunningTotals?
        var top = start
        var next = 0
        while true {
            let brought = next == 0 ? nil : running?.before(next)
            let room = geometry.bottom - top - TableSlice.headHeight - (brought == nil ? 0 : layout.rowHeight)
            let left = table.rows.count - next
            let isLast = Double(left) * layout.rowHeight + totalsHeight <= room
            if !isLast, next == 0 { running = RunningTotals(table) }
            let carries = !isLast && running != nil
            let fitting = max(1, Int(((room - (carries ? layout.rowHeight : 0)) / layout.rowHeight).rounded(.down)))
            // Two rows go over with the total.
            let count = isLast ? left : max(1, min(fitting, table.totals == nil ? left : left - 2))
            var slice = TableSlice(
                layout: layout, rows: next..<next + count, hasTotals: isLast && table.totals != nil, top: top,
                left: geometry.left, right: geometry.right)
            slice.broughtForward = brought
            next += count
            if carries { slice.carriedForward = running?.before(next) }
            flow.put([.table(slice)], upTo: top + slice.height)
            if isLast { return }
            try flow.endPage()
            let title = try tableTitle(texts(.tableContinued, ["title": table.title]), subtitle: "")
            flow.put(title.elements(geometry.top), upTo: geometry.top + title.height)
            top = geometry.top + title.height
        }
    }

    private func subtitle(_ table: ReportTable, _ layout: TableLayout) -> String {
        ([table.subtitle] + layout.notes).filter { !$0.isEmpty }.joined(separator: "; ")
    }

    // MARK: Titles

    private struct TableTitle {
        let height: Double
        let elements: (_ top: Double) -> [PageElement]
    }

    private func tableTitle(_ title: String, subtitle: String) throws -> TableTitle {
        let width = geometry.contentWidth
        let titleExtent = try measuring.extent(of: title, font: .chartTitleWide, width: width, linesMax: 2)
        let subtitleExtent = try measuring.extent(of: subtitle, font: .subtitle, width: width, linesMax: 2)
        let subtitleHeight = subtitle.isEmpty ? 0 : subtitleExtent.height + 3
        return TableTitle(height: titleExtent.height + subtitleHeight + 8) { top in
            let titleText = SceneText(
                title, font: .chartTitleWide, color: .ink, at: Point(x: geometry.left, y: top + titleExtent.baseline),
                width: width, linesMax: 2)
            guard !subtitle.isEmpty else { return [.heading(titleText, tag: .heading2)] }
            let subtitleText = SceneText(
                subtitle, font: .subtitle, color: .mute,
                at: Point(x: geometry.left, y: top + titleExtent.height + 3 + subtitleExtent.baseline), width: width,
                linesMax: 2)
            return [.heading(titleText, tag: .heading2), .marks([.text(subtitleText)], tag: .paragraph)]
        }
    }

    /// A table without rows says so: a true zero is a finding.
    private func emptyTable(_ table: ReportTable) throws -> FlowBlock {
        let title = try tableTitle(table.title, subtitle: table.subtitle)
        return FlowBlock(
            gap: 24, minimum: title.height + 64, ideal: title.height + 64,
            place: { top, _ in
                let box = Box(
                    x: geometry.left, y: top + title.height, width: geometry.contentWidth, height: 64)
                let center = box.x + box.width / 2
                return title.elements(top) + [
                    .marks([.rectangle(box, fill: .panel, radius: 4)], tag: nil),
                    .marks(
                        [
                            .text(
                                SceneText(
                                    texts(.noRows), font: .stateTitle, color: .ink,
                                    at: Point(x: center, y: box.y + 30), anchor: .center)),
                            .text(
                                SceneText(
                                    texts(.noRowsNote), font: .subtitle, color: .mute,
                                    at: Point(x: center, y: box.y + 43), anchor: .center)),
                        ], tag: .paragraph),
                ]
            })
    }
}
