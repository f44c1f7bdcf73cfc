internal import ChartGrammar
internal import Columnar
internal import Formatting
internal import PDFCanvas
internal import Report

/// Draws some rows of a table: heads, cells with bars, rules, the total row.
struct TableDrawer {
    let drawer: PageDrawer
    let slice: TableSlice

    private var layout: TableLayout { slice.layout }
    private var table: ReportTable { slice.layout.table }

    func draw() throws {
        try tagged(.table) {
            try tagged(.tableRow) { try heads() }
            var y = slice.top + TableSlice.headHeight
            for row in slice.rows {
                try tagged(.tableRow) { try cells(table.rows[row], y: y, isTotal: false) }
                y += layout.rowHeight
                let isLast = row == slice.rows.upperBound - 1
                try rule(y, isLast && slice.hasTotals ? Stroke(.ink, width: 0.8) : Stroke(.rule, width: 0.5))
            }
            if slice.hasTotals, let totals = table.totals {
                try tagged(.tableRow) { try cells(totals, y: y + 1, isTotal: true) }
            }
        }
    }

    private func heads() throws {
        let y = slice.top + 10
        for column in layout.columns {
            try tagged(.tableHead) {
                let isLeading = column.isText || column.barLength > 0
                try drawer.draw(
                    SceneText(
                        column.head, font: .tableHead, color: .mute,
                        at: Point(x: isLeading ? column.left : column.right, y: y),
                        anchor: isLeading ? .leading : .trailing, width: isLeading ? column.width : nil,
                        linesMax: isLeading ? 1 : nil))
                if !column.unitHead.isEmpty {
                    try drawer.draw(
                        SceneText(
                            column.unitHead, font: .tableHead, color: .mute, at: Point(x: column.right, y: y),
                            anchor: .trailing))
                }
            }
        }
        try rule(slice.top + TableSlice.headHeight - 1.5, Stroke(.ink, width: 0.8))
    }

    private func cells(_ row: [Scalar], y: Double, isTotal: Bool) throws {
        let baseline = y + layout.rowHeight / 2 + 2.9
        for column in layout.columns {
            let value = row.indices.contains(column.index) ? row[column.index] : .null
            try tagged(.tableCell) {
                if !isTotal { bar(value, column, y: y) }
                try text(value, column, baseline: baseline, isTotal: isTotal)
            }
        }
    }

    private func text(_ value: Scalar, _ column: TableLayout.Column, baseline: Double, isTotal: Bool) throws {
        // Under a column without a total stands nothing.
        if isTotal, value == .null {
            guard column.index == layout.columns.first?.index else { return }
            try drawer.draw(
                SceneText(
                    drawer.totalWord, font: .tableStrong, color: .ink, at: Point(x: column.left, y: baseline)))
            return
        }
        let isKey = column.index == layout.columns.first?.index
        let font: FontRole = isTotal ? .tableStrong : isKey && column.isText ? .labelMedium : .tableText
        let isLeading = column.isText
        try drawer.draw(
            SceneText(
                layout.text(value, column), font: font, color: color(value, column),
                at: Point(x: isLeading ? column.left : column.right, y: baseline),
                anchor: isLeading ? .leading : .trailing, width: isLeading ? column.width : nil,
                linesMax: isLeading ? 1 : nil))
    }

    /// Changes by good and bad, missing values and no change quiet, everything else in ink.
    private func color(_ value: Scalar, _ column: TableLayout.Column) -> ColorRole {
        if value == .null { return .mute }
        guard column.source.isChange, let number = value.approximateNumber else { return .ink }
        guard number.magnitude >= 0.0005, column.source.good != .neutral else { return .mute }
        return (number > 0) == (column.source.good == .up) ? .good : .bad
    }

    private func bar(_ value: Scalar, _ column: TableLayout.Column, y: Double) {
        guard column.barLength > 0, column.barValue > 0, let number = value.approximateNumber, number.isFinite else {
            return
        }
        let length = column.barLength * number.magnitude / column.barValue
        let height = layout.rowHeight * 0.5
        drawer.canvas.fillRectangle(
            x: column.left, y: y + (layout.rowHeight - height) / 2, width: length, height: height,
            color: drawer.color(number < 0 ? .negative : .cellBar))
    }

    private func rule(_ y: Double, _ stroke: Stroke) throws {
        try drawer.draw(.line([Point(x: slice.left, y: y), Point(x: slice.right, y: y)], stroke))
    }

    private func tagged(_ tag: StructureTag, _ body: () throws -> Void) throws {
        try drawer.tagged(layout.isTagged ? tag : nil, body)
    }
}
