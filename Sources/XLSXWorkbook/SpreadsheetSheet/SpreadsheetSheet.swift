internal import CShims
internal import CXlsxWriter

/// A sheet of a workbook. Rows and columns count from 0.
@safe
package final class SpreadsheetSheet {
    /// Its name.
    package let name: String
    private let handle: UnsafeMutablePointer<lxw_worksheet>
    /// Keeps the workbook, which owns the sheet.
    let file: SpreadsheetFile

    init(_ handle: UnsafeMutablePointer<lxw_worksheet>, name: String, file: SpreadsheetFile) {
        unsafe self.handle = handle
        self.name = name
        self.file = file
    }

    private func open(_ operation: String) throws(SpreadsheetError) -> UnsafeMutablePointer<lxw_worksheet> {
        _ = try unsafe file.open(operation)
        return unsafe handle
    }

    /// The sheet for a cell, where the look belongs to its file and the place is one of a sheet.
    func cells(
        _ prepared: PreparedFormat, _ row: Int, _ column: Int
    ) throws(SpreadsheetError) -> UnsafeMutablePointer<lxw_worksheet> {
        guard prepared.file == ObjectIdentifier(file) else {
            throw SpreadsheetError("write a cell", reason: "its look belongs to another workbook")
        }
        guard (0..<SpreadsheetFile.rowsMax).contains(row), (0..<SpreadsheetFile.columnsMax).contains(column) else {
            throw SpreadsheetError("write a cell", reason: "a sheet has no such row or column")
        }
        return try unsafe open("write a cell")
    }

    /// Hands the sheet and its file to the calls of another file of this type.
    func withHandle(
        _ operation: String,
        _ body: (UnsafeMutablePointer<lxw_worksheet>, SpreadsheetFile) throws(SpreadsheetError) -> Void
    ) throws(SpreadsheetError) {
        try unsafe body(open(operation), file)
    }

    /// Writes a text as text, whatever it looks like: `=1+1` is no formula.
    ///
    /// - Throws: also for more than 32,767 UTF-16 characters and for a NUL.
    package func write(_ text: String, row: Int, column: Int, format: CellFormat?) throws(SpreadsheetError) {
        try checkText(text, "write a text")
        guard text.utf16.count <= SpreadsheetFile.charactersMax else {
            throw SpreadsheetError("write a text", reason: "it is longer than a cell can be")
        }
        guard !text.isEmpty else { return try writeBlank(row: row, column: column, format: format) }
        let (sheet, look) = (try unsafe open("write a text"), try unsafe file.format(format))
        try unsafe check(
            worksheet_write_string(sheet, UInt32(row), UInt16(column), text, look), "write a text")
    }

    /// Writes a number; NaN and infinities are refused, a cell has none.
    package func write(_ number: Double, row: Int, column: Int, format: CellFormat?) throws(SpreadsheetError) {
        guard number.isFinite else { throw SpreadsheetError("write a number", reason: "it is not finite") }
        let (sheet, look) = (try unsafe open("write a number"), try unsafe file.format(format))
        try unsafe check(
            worksheet_write_number(sheet, UInt32(row), UInt16(column), number, look), "write a number")
    }

    /// Writes a truth value.
    package func write(_ truth: Bool, row: Int, column: Int, format: CellFormat?) throws(SpreadsheetError) {
        let (sheet, look) = (try unsafe open("write a truth value"), try unsafe file.format(format))
        try unsafe check(
            worksheet_write_boolean(sheet, UInt32(row), UInt16(column), truth ? 1 : 0, look), "write a truth value")
    }

    /// Writes a formula with its result, for viewers that do not recalculate.
    package func write(
        formula: String, result: Double, row: Int, column: Int, format: CellFormat?
    ) throws(SpreadsheetError) {
        try checkText(formula, "write a formula")
        let (sheet, look) = (try unsafe open("write a formula"), try unsafe file.format(format))
        try unsafe check(
            worksheet_write_formula_num(sheet, UInt32(row), UInt16(column), formula, look, result), "write a formula")
    }

    /// Gives an empty cell a look.
    package func writeBlank(row: Int, column: Int, format: CellFormat?) throws(SpreadsheetError) {
        guard format != nil else { return }
        let (sheet, look) = (try unsafe open("format a cell"), try unsafe file.format(format))
        try unsafe check(worksheet_write_blank(sheet, UInt32(row), UInt16(column), look), "format a cell")
    }

    /// A column of a table object.
    package struct TableColumn: Sendable {
        /// The head.
        package var header: String
        /// What stands in the total row; nil for nothing.
        package var total: Total?
        /// How the cells look.
        package var format: CellFormat?
        /// How the head looks.
        package var headerFormat: CellFormat?

        package init(header: String, total: Total? = nil, format: CellFormat? = nil, headerFormat: CellFormat? = nil) {
            self.header = header
            self.total = total
            self.format = format
            self.headerFormat = headerFormat
        }

        /// What stands in the total row of a column.
        package enum Total: Sendable {
            case text(String)
            /// A sum of the visible rows, with its result now.
            case sum(Double)
        }
    }

    /// Makes a range a table with a head, filters and, where there are totals, a total row.
    ///
    /// The cells of the rows are written by the caller, before or after. Not in constant-memory mode.
    package func addTable(
        name: String, firstRow: Int, lastRow: Int, columns: [TableColumn]
    ) throws(SpreadsheetError) {
        guard !columns.isEmpty, columns.count <= SpreadsheetFile.columnsMax else {
            throw SpreadsheetError("add a table", reason: "it has \(columns.count) columns")
        }
        let sheet = try unsafe open("add a table")
        for column in columns { try checkText(column.header, "add a table") }
        let texts = CopiedTexts()
        var parts: [almanac_xlsx_column] = unsafe []
        var hasTotals = false
        for column in columns {
            var part = unsafe almanac_xlsx_column()
            unsafe part.header = texts.copy(column.header)
            unsafe part.format = try unsafe file.format(column.format)
            unsafe part.header_format = try unsafe file.format(column.headerFormat)
            switch column.total {
            case .none: break
            case .text(let text):
                hasTotals = true
                unsafe part.total_text = texts.copy(text)
            case .sum(let value):
                hasTotals = true
                unsafe part.total_function = LXW_TABLE_FUNCTION_SUM.small
                unsafe part.total_value = value
            }
            unsafe parts.append(part)
        }
        let code = unsafe almanac_xlsx_table(
            sheet, UInt32(firstRow), 0, UInt32(lastRow), UInt16(columns.count - 1), name, hasTotals ? 1 : 0,
            LXW_TABLE_STYLE_TYPE_LIGHT.small, 1, parts, UInt16(columns.count))
        try withExtendedLifetime(texts) { () throws(SpreadsheetError) in
            try check(code, "add the table '\(name)'")
        }
    }

    /// Gives a range filters, without a table.
    package func addFilter(firstRow: Int, lastRow: Int, lastColumn: Int) throws(SpreadsheetError) {
        let sheet = try unsafe open("add a filter")
        try unsafe check(
            worksheet_autofilter(sheet, UInt32(firstRow), 0, UInt32(lastRow), UInt16(lastColumn)), "add a filter")
    }

    /// Draws bars behind the numbers of a column.
    package func addBars(firstRow: Int, lastRow: Int, column: Int, color: UInt32) throws(SpreadsheetError) {
        var bar = unsafe lxw_conditional_format()
        unsafe bar.type = LXW_CONDITIONAL_DATA_BAR.small
        unsafe bar.bar_color = color
        unsafe bar.bar_solid = 1
        unsafe bar.data_bar_2010 = 1
        // A bar starts at zero, as on the page.
        unsafe bar.min_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER.small
        unsafe bar.min_value = 0
        unsafe bar.max_rule_type = LXW_CONDITIONAL_RULE_TYPE_AUTO_MAX.small
        let sheet = try unsafe open("add bars")
        try unsafe check(
            worksheet_conditional_format_range(
                sheet, UInt32(firstRow), UInt16(column), UInt32(lastRow), UInt16(column), &bar), "add bars")
    }

    /// Inserts a chart with its top left corner at a cell; `scale` is of 480 × 288 pixels.
    package func insert(
        _ chart: SpreadsheetChart, row: Int, column: Int, description: String, scale: (x: Double, y: Double)
    ) throws(SpreadsheetError) {
        try checkText(description, "insert a chart")
        let sheet = try unsafe open("insert a chart")
        try unsafe check(
            almanac_xlsx_insert_chart(
                sheet, UInt32(row), UInt16(column), chart.handle, description, scale.x, scale.y), "insert a chart")
    }
}

/// C copies of texts that live as long as this does.
@safe
private final class CopiedTexts {
    private var copies: [UnsafeMutablePointer<CChar>] = unsafe []

    func copy(_ text: String) -> UnsafePointer<CChar> {
        let units = text.utf8CString
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: units.count)
        for (index, unit) in units.enumerated() { unsafe (copy + index).initialize(to: unit) }
        unsafe copies.append(copy)
        return unsafe UnsafePointer(copy)
    }

    deinit { while let pointer = unsafe copies.popLast() { unsafe pointer.deallocate() } }
}
