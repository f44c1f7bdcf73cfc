internal import ChartGrammar
internal import Columnar
internal import Formatting
internal import PDFCanvas
internal import Report

/// Draws some rows of a table: heads, cells with bars, rules, what is carried from page to page, the total row.
struct TableDrawer {
    let drawer: PageDrawer
    let slice: TableSlice

    private var layout: TableLayout { slice.layout }
    private var table: ReportTable { slice.layout.table }

    func draw() throws {
        try tagged(.table) {
            try tagged(.tableRow) { try heads() }
            var y = slice.top + TableSlice.headHeight
            if let sums = slice.broughtForward {
                try tagged(.tableRow) { try cells(sums, y: y, kind: .carried(layout.words.broughtForward)) }
                y += layout.rowHeight
                try rule(y, Stroke(.rule, width: 0.5))
            }
            for row in slice.rows {
                try tagged(.tableRow) { try cells(table.rows[row], y: y, kind: .row) }
                y += layout.rowHeight
                let isLast = row == slice.rows.upperBound - 1
                let isEnd = isLast && (slice.hasTotals || slice.carriedForward != nil)
                try rule(y, isEnd ? Stroke(.ink, width: 0.8) : Stroke(.rule, width: 0.5))
            }
            if let sums = slice.carriedForward {
                try tagged(.tableRow) { try cells(sums, y: y, kind: .carried(layout.words.carriedForward)) }
            }
            if slice.hasTotals, let totals = table.totals {
                try tagged(.tableRow) { try cells(totals, y: y + 1, kind: .total) }
            }
        }
    }

    private enum Kind {
        case row, total
        /// A line of sums, with its words.
        case carried(String)
    }

    private func heads() throws {
        let y = slice.top + 10
        for column in layout.columns {
            try tagged(.tableHead) {
                let isLeading = column.isText || column.barLength > 0
                try draw(
                    .text(
                        SceneText(
                            column.head, font: .tableHead, color: .mute,
                            at: Point(x: isLeading ? column.left : column.right, y: y),
                            anchor: isLeading ? .leading : .trailing, width: column.width, linesMax: 1)))
                if !column.unitHead.isEmpty {
                    try draw(
                        .text(
                            SceneText(
                                column.unitHead, font: .tableHead, color: .mute, at: Point(x: column.right, y: y),
                                anchor: .trailing)))
                }
            }
        }
        try rule(slice.top + TableSlice.headHeight - 1.5, Stroke(.ink, width: 0.8))
    }

    private func cells(_ row: [Scalar], y: Double, kind: Kind) throws {
        let baseline = y + layout.rowHeight / 2 + 2.9
        for column in layout.columns {
            let value = row.indices.contains(column.index) ? row[column.index] : .null
            try tagged(.tableCell) {
                if case .row = kind { try bar(value, column, y: y) }
                try text(value, column, baseline: baseline, kind: kind)
            }
        }
    }

    private func text(_ value: Scalar, _ column: TableLayout.Column, baseline: Double, kind: Kind) throws {
        let isKey = column.index == layout.columns.first?.index
        let font: FontRole
        switch kind {
        case .row: font = isKey && column.isText ? .labelMedium : .tableText
        case .total, .carried:
            font = if case .total = kind { .tableStrong } else { .tableText }
            // Under a column without a total stands nothing.
            guard value == .null else { break }
            guard isKey else { return }
            let word = if case .carried(let word) = kind { word } else { layout.words.total }
            return try draw(
                .text(SceneText(word, font: font, color: .ink, at: Point(x: column.left, y: baseline))))
        }
        let color: ColorRole = if case .carried = kind { .mute } else { self.color(value, column) }
        let isLeading = column.isText
        try draw(
            .text(
                SceneText(
                    layout.text(value, column), font: font, color: color,
                    at: Point(x: isLeading ? column.left : column.right, y: baseline),
                    anchor: isLeading ? .leading : .trailing, width: isLeading ? column.width : nil,
                    linesMax: isLeading ? 1 : nil)))
    }

    /// Changes by good and bad, missing values and no change quiet, everything else in ink.
    private func color(_ value: Scalar, _ column: TableLayout.Column) -> ColorRole {
        if value == .null { return .mute }
        guard column.source.isChange, let number = value.approximateNumber else { return .ink }
        guard number.magnitude >= 0.0005, column.source.good != .neutral else { return .mute }
        return (number > 0) == (column.source.good == .up) ? .good : .bad
    }

    private func bar(_ value: Scalar, _ column: TableLayout.Column, y: Double) throws {
        guard column.barLength > 0, column.barValue > 0, let number = value.approximateNumber, number.isFinite else {
            return
        }
        let length = column.barLength * number.magnitude / column.barValue
        let height = layout.rowHeight * 0.5
        let box = Box(x: column.left, y: y + (layout.rowHeight - height) / 2, width: length, height: height)
        try draw(.rectangle(box, fill: number < 0 ? .negative : .cellBar, radius: 0))
    }

    private func rule(_ y: Double, _ stroke: Stroke) throws {
        try draw(.line([Point(x: slice.left, y: y), Point(x: slice.right, y: y)], stroke))
    }

    private func draw(_ mark: SceneMark) throws {
        try drawer.draw(slice.mirrorWidth.map { mark.mirrored(width: $0) } ?? mark)
    }

    private func tagged(_ tag: StructureTag, _ body: () throws -> Void) throws {
        try drawer.tagged(layout.isTagged ? tag : nil, body)
    }
}
