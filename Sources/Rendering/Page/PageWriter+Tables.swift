internal import ChartGrammar
internal import Columnar
internal import Formatting
internal import Report

extension PageWriter {
    /// A cell longer than this ends in "…": the files have it whole.
    private static let cellLengthMax = 240

    /// A table with its first rows, its heads, bars in cells and the total of all rows.
    func table(_ table: ReportTable) -> HTML {
        let shown = table.rows.prefix(min(table.pageRowsMax ?? PageRenderer.rowsMax, PageRenderer.rowsMax))
        if table.pageRowsMax == 0 { return "" }
        let head: HTML = "<h3>\(table.title.shortened(to: 300))</h3>"
        guard !table.rows.isEmpty else {
            return """
                <section class="table">\(head)<p class="sub">\(table.subtitle)</p>\
                <div class="state"><strong>\(texts(.noRows))</strong>\(texts(.noRowsNote))</div></section>
                """
        }
        let columns = table.columns.indices.map { PageColumn(table, $0, formatter) }
        let heads = columns.map(\.head).joined()
        let rows = shown.map { row in
            let cells = columns.map { cell(row, $0, isTotal: false).description }.joined()
            return HTML("<tr>\(HTML(markup: cells))</tr>")
        }
        return """
            <section class="table">\(head)<p class="sub">\(subtitle(table, shown.count))</p>
            <div class="scroll" tabindex="0" role="region" aria-label="\(table.title.shortened(to: 300))"><table>
            <thead><tr>\(heads)</tr></thead>
            <tbody>
            \(rows.joined())
            </tbody>\(total(table, columns))</table></div></section>
            """
    }

    private func subtitle(_ table: ReportTable, _ shown: Int) -> String {
        guard shown < table.rows.count else { return table.subtitle }
        let count = formatter.full(.int(Int64(table.rows.count)), unit: .count)
        let part = texts(
            .tableOnPage, count: Int64(shown),
            ["shown": formatter.full(.int(Int64(shown)), unit: .count), "count": count])
        return [table.subtitle, part].filter { !$0.isEmpty }.joined(separator: " · ")
    }

    private func total(_ table: ReportTable, _ columns: [PageColumn]) -> HTML {
        guard let totals = table.totals else { return "" }
        let cells = columns.map { cell(totals, $0, isTotal: true).description }.joined()
        return "<tfoot><tr>\(HTML(markup: cells))</tr></tfoot>"
    }

    private func cell(_ row: [Scalar], _ column: PageColumn, isTotal: Bool) -> HTML {
        let value = row.indices.contains(column.index) ? row[column.index] : .null
        let bar: HTML = column.barValue > 0 ? "<td class=\"bar\">\(isTotal ? "" : column.bar(value))</td>" : ""
        if isTotal, value == .null {
            return column.index == 0 ? "<th scope=\"row\">\(texts(.total))</th>" : bar + "<td></td>"
        }
        let text = column.text(value, formatter).shortened(to: Self.cellLengthMax)
        let words: HTML = column.isText ? "<bdi>\(text)</bdi>" : "\(text)"
        if column.index == 0 {
            return "<th scope=\"row\"\(column.isText ? "" : HTML(" class=\"n\""))>\(words)</th>" + bar
        }
        let classes = [column.isText ? nil : "n", column.tone(value)].compactMap(\.self).joined(separator: " ")
        let attribute: HTML = classes.isEmpty ? "" : " class=\"\(classes)\""
        return bar + "<td\(attribute)>\(words)</td>"
    }
}

/// A column of a page's table.
struct PageColumn {
    let index: Int
    let column: TableColumn
    let isText: Bool
    /// The value of the longest bar; 0 for none.
    let barValue: Double
    private let unit: String

    init(_ table: ReportTable, _ index: Int, _ formatter: ValueFormatter) {
        self.index = index
        column = table.columns[index]
        let values = table.rows.lazy.map { $0.indices.contains(index) ? $0[index] : .null }
        isText = column.unit == .none && values.first { $0 != .null }.map { $0.exactNumber == nil } ?? true
        let largest = column.hasBar && !isText ? values.compactMap(\.approximateNumber).map(\.magnitude).max() ?? 0 : 0
        barValue = largest.isFinite ? largest : 0
        if case .money(let code, _) = column.unit, !column.isChange {
            unit = formatter.currencySign(code)
        } else {
            unit = ""
        }
    }

    /// The head; that of a column with bars stands above them, with its unit above the figures.
    var head: HTML {
        if barValue > 0 { return "<th scope=\"col\">\(column.label)</th><th scope=\"col\" class=\"n\">\(unit)</th>" }
        let label = unit.isEmpty ? column.label : "\(column.label) \(unit)"
        return "<th scope=\"col\"\(isText ? "" : HTML(" class=\"n\""))>\(label)</th>"
    }

    func text(_ value: Scalar, _ formatter: ValueFormatter) -> String {
        TableColumnWriter.text(value, column, isWhole: false, formatter)
    }

    func bar(_ value: Scalar) -> HTML {
        guard let number = value.approximateNumber, number.isFinite, barValue > 0 else { return "" }
        let percent = Int((number.magnitude / barValue * 1000).rounded())
        let width = "\(percent / 10).\(percent % 10)%"
        return "<i\(number < 0 ? HTML(" class=\"below\"") : "") style=\"width:\(width)\"></i>"
    }

    /// The class of a cell's colour.
    func tone(_ value: Scalar) -> String? {
        if value == .null { return "none" }
        guard column.isChange, let number = value.approximateNumber else { return nil }
        guard number.magnitude >= 0.0005, column.good != .neutral else { return "flat" }
        return (number > 0) == (column.good == .up) ? "good" : "bad"
    }
}
