internal import Columnar
internal import Formatting
internal import Report
internal import XLSXWorkbook

extension WorkbookWriter {
    /// A table's sheet, and further ones where it has more rows than a sheet.
    mutating func write(_ table: ReportTable) throws(SpreadsheetError) {
        let formats = table.columns.indices.map { Self.numberFormat(table, $0) }
        var start = 0
        var number = 1
        repeat {
            let end = min(start + rowsPerSheet, table.rows.count)
            let name = names.sheet(table.title, number: number == 1 ? nil : number)
            let sheet = try file.addSheet(name)
            try setUp(sheet, table, formats)
            let isLast = end == table.rows.count
            if table.rows.isEmpty {
                try writeHead(sheet, table)
                try sheet.write(text(.noRows), row: 1, column: 0, format: WorkbookLook.note)
            } else if file.isConstantMemory {
                try writePlain(sheet, table, start..<end, formats, hasTotals: isLast)
            } else {
                try writeTable(sheet, table, start..<end, formats, hasTotals: isLast)
            }
            for (column, definition) in table.columns.enumerated() where definition.hasBar && end > start {
                try sheet.addBars(firstRow: 1, lastRow: end - start, column: column, color: WorkbookLook.bar)
            }
            start = end
            number += 1
        } while start < table.rows.count
    }

    /// The number format of a column: by its unit, or that of dates where its values are dates.
    static func numberFormat(_ table: ReportTable, _ column: Int) -> String? {
        let definition = table.columns[column]
        if definition.isChange { return NumberFormats.change }
        if definition.unit == .none,
            let value = table.rows.lazy.map({ $0[column] }).first(where: { $0 != .null }), case .date = value
        {
            return NumberFormats.date
        }
        return NumberFormats.cell(definition.unit)
    }

    /// The heads: money says its currency there.
    private func heads(_ table: ReportTable) -> [String] {
        SheetNames.heads(
            table.columns.map { column in
                guard case .money(let currency, _) = column.unit else { return column.label }
                return "\(column.label), \(formatter.currencySign(currency))"
            })
    }

    private func setUp(
        _ sheet: SpreadsheetSheet, _ table: ReportTable, _ formats: [String?]
    ) throws(SpreadsheetError) {
        for (column, head) in heads(table).enumerated() {
            // Empty cells have the column's look too, so that a reader's new rows match.
            try sheet.setWidth(
                width(table, column, head), column: column, format: look(table, column, formats))
        }
        if heads(table).enumerated().contains(where: { Double($1.count) > width(table, $0, $1) - 2 }) {
            try sheet.setHeight(32, row: 0)
        }
        try sheet.freeze(rows: 1, columns: 1)
        try sheet.setPage(isLandscape: true, repeatedRows: 1, footer: footer)
    }

    /// Wide enough for what the first rows and the total show, 8 to 40 characters.
    private func width(_ table: ReportTable, _ column: Int, _ head: String) -> Double {
        let unit = table.columns[column].unit
        var longest = head.split(separator: " ").map(\.count).max() ?? 0
        for row in table.rows.prefix(500) { longest = max(longest, shownLength(row[column], unit)) }
        if let total = table.totals?[column] { longest = max(longest, shownLength(total, unit)) }
        return Double(min(40, max(8, longest + 3)))
    }

    private func shownLength(_ value: Scalar, _ unit: Unit) -> Int {
        switch value {
        case .date: 10
        case .timestamp: 20
        default: formatter.full(value, unit: unit).count
        }
    }

    private func writeHead(_ sheet: SpreadsheetSheet, _ table: ReportTable) throws(SpreadsheetError) {
        for (column, head) in heads(table).enumerated() {
            try sheet.write(head, row: 0, column: column, format: headLook(table, column))
        }
    }

    /// The look of a column's cells.
    private func look(_ table: ReportTable, _ column: Int, _ formats: [String?]) -> CellFormat {
        table.columns[column].unit == .none
            ? WorkbookLook.words(formats[column]) : WorkbookLook.cell(formats[column])
    }

    private func headLook(_ table: ReportTable, _ column: Int) -> CellFormat {
        WorkbookLook.head(isNumber: table.columns[column].unit != .none)
    }

    /// An Excel table with filters and a total row that sums what is visible.
    private mutating func writeTable(
        _ sheet: SpreadsheetSheet, _ table: ReportTable, _ rows: Range<Int>, _ formats: [String?], hasTotals: Bool
    ) throws(SpreadsheetError) {
        let asTextBefore = cells.exactAsTextCount
        try writeRows(sheet, table, rows, formats)
        let canSum = cells.exactAsTextCount == asTextBefore && rows.count == table.rows.count
        let totals = hasTotals ? table.totals : nil
        var columns: [SpreadsheetSheet.TableColumn] = []
        for (index, head) in heads(table).enumerated() {
            columns.append(
                SpreadsheetSheet.TableColumn(
                    header: head, total: totals.flatMap { total(table, index, $0, canSum: canSum) },
                    format: look(table, index, formats), headerFormat: headLook(table, index)))
        }
        let lastRow = rows.count + (totals == nil ? 0 : 1)
        try sheet.addTable(name: names.table(table.name), firstRow: 0, lastRow: lastRow, columns: columns)
        if totals != nil { try writeTotals(sheet, table, columns, lastRow, formats) }
    }

    /// The cells of a table's total row, over those that the library wrote: with a look of their own, and with plain
    /// ranges, because not every reader takes a head with spaces in a formula.
    private func writeTotals(
        _ sheet: SpreadsheetSheet, _ table: ReportTable, _ columns: [SpreadsheetSheet.TableColumn], _ row: Int,
        _ formats: [String?]
    ) throws(SpreadsheetError) {
        for (column, definition) in columns.enumerated() {
            let isNumber = table.columns[column].unit != .none
            switch definition.total {
            case .none:
                try sheet.writeBlank(row: row, column: column, format: WorkbookLook.total(nil))
            case .text(let words):
                let alignment: CellFormat.Alignment = isNumber && words != text(.total) ? .right : .left
                try sheet.write(words, row: row, column: column, format: WorkbookLook.total(nil, alignment: alignment))
            case .sum(let value):
                let letter = Self.letter(column)
                try sheet.write(
                    formula: "=SUBTOTAL(109,\(letter)2:\(letter)\(row))", result: value, row: row, column: column,
                    format: WorkbookLook.total(formats[column]))
            }
        }
    }

    /// What stands in the total row of a column: a sum where the total is one, else the total as text.
    private mutating func total(
        _ table: ReportTable, _ column: Int, _ totals: [Scalar], canSum: Bool
    ) -> SpreadsheetSheet.TableColumn.Total? {
        let (value, unit) = (totals[column], table.columns[column].unit)
        guard value != .null else { return column == 0 ? .text(text(.total)) : nil }
        if canSum, isSum(table, column, value), case .number(let number) = cells.content(value, unit: unit) {
            return .sum(number)
        }
        return .text(formatter.full(value, unit: unit).singleLine)
    }

    /// Whether a total is the sum of its column.
    private func isSum(_ table: ReportTable, _ column: Int, _ total: Scalar) -> Bool {
        if let sum = table.exactSum(column), let exact = total.exactSumValue { return sum == exact }
        guard case .double(let number) = total else { return false }
        var sum = 0.0
        for row in table.rows {
            guard let value = row[column].approximateNumber else { continue }
            sum += value
        }
        return sum == number
    }

    private mutating func writeRows(
        _ sheet: SpreadsheetSheet, _ table: ReportTable, _ rows: Range<Int>, _ formats: [String?]
    ) throws(SpreadsheetError) {
        var looks: [PreparedFormat] = []
        for column in formats.indices { looks.append(try file.prepare(look(table, column, formats))) }
        let exactText = try file.prepare(WorkbookLook.exactText)
        let units = table.columns.map(\.unit)
        for (line, index) in rows.enumerated() {
            let row = table.rows[index]
            guard row.count == units.count else {
                throw SpreadsheetError(
                    "write a table", reason: "a row has \(row.count) values for \(units.count) columns")
            }
            for (column, value) in row.enumerated() {
                let place = (row: line + 1, look: looks[column])
                switch cells.content(value, unit: units[column]) {
                case .empty: try sheet.writeBlank(row: place.row, column: column, prepared: place.look)
                case .number(let number):
                    try sheet.write(number, row: place.row, column: column, prepared: place.look)
                case .truth(let truth): try sheet.write(truth, row: place.row, column: column, prepared: place.look)
                case .text(let text):
                    let look = units[column] == .none ? place.look : exactText
                    try sheet.write(text, row: place.row, column: column, prepared: look)
                }
            }
        }
    }

    /// Row by row, for constant memory: a head, a filter, the totals as values.
    private mutating func writePlain(
        _ sheet: SpreadsheetSheet, _ table: ReportTable, _ rows: Range<Int>, _ formats: [String?], hasTotals: Bool
    ) throws(SpreadsheetError) {
        try writeHead(sheet, table)
        try writeRows(sheet, table, rows, formats)
        try sheet.addFilter(firstRow: 0, lastRow: rows.count, lastColumn: table.columns.count - 1)
        guard hasTotals, let totals = table.totals else { return }
        for (column, value) in totals.enumerated() {
            let look = WorkbookLook.total(formats[column])
            if column == 0 && value == .null {
                try sheet.write(text(.total), row: rows.count + 1, column: 0, format: look)
            } else {
                try write(
                    value, unit: table.columns[column].unit, to: sheet, row: rows.count + 1, column: column,
                    format: look)
            }
        }
    }
}
