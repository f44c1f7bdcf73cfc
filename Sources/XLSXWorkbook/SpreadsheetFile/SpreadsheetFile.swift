internal import CShims
internal import CXlsxWriter

/// An XLSX file that is being written: `finish` writes it, going out of scope throws it away.
///
/// A class because sheets, formats and charts belong to it and die with it. One thread uses it.
/// The same calls give the same bytes, as long as `created` is the same (libxlsxwriter dates the parts of the package
/// 1980-01-01).
@safe
package final class SpreadsheetFile {
    /// Rows that a sheet can have.
    package static let rowsMax = 1_048_576
    /// Columns that a sheet can have.
    package static let columnsMax = 16_384
    /// Characters that a cell can have, in UTF-16.
    package static let charactersMax = 32_767

    private var handle: UnsafeMutablePointer<lxw_workbook>?
    /// Room for one text of a cell as C takes it.
    let textRoom: UnsafeMutablePointer<CChar>
    private var formats: [CellFormat: UnsafeMutablePointer<lxw_format>] = unsafe [:]
    /// Whether rows go to the disk as soon as the next one begins: cells must come row by row, and tables are refused.
    package let isConstantMemory: Bool

    /// Begins a workbook.
    ///
    /// - Parameters:
    ///   - path: the file that `finish` writes; it lies in a private folder and replaces what is there.
    ///   - temporaryFolder: where the library keeps its parts meanwhile.
    package init(path: String, temporaryFolder: String, isConstantMemory: Bool) throws(SpreadsheetError) {
        try checkText(path, "begin")
        self.isConstantMemory = isConstantMemory
        unsafe textRoom = .allocate(capacity: Self.charactersMax + 1)
        unsafe handle = almanac_xlsx_new(path, temporaryFolder, isConstantMemory ? 1 : 0)
        guard unsafe handle != nil else { throw SpreadsheetError("begin", reason: "out of memory") }
    }

    deinit {
        unsafe lxw_workbook_free(handle)
        unsafe textRoom.deallocate()
    }

    /// The open workbook.
    func open(_ operation: String) throws(SpreadsheetError) -> UnsafeMutablePointer<lxw_workbook> {
        guard let handle = unsafe handle else { throw SpreadsheetError(operation, reason: "it is written already") }
        return unsafe handle
    }

    /// Title, author and so on, as file managers show them.
    ///
    /// - Parameter created: seconds since 1970 UTC; the logical time of the run, never the clock's, and not 0, which the
    ///   library takes for "now".
    package func setProperties(
        title: String, subject: String, author: String, company: String, comments: String, created: Int64
    ) throws(SpreadsheetError) {
        for text in [title, subject, author, company, comments] { try checkText(text, "set the properties") }
        guard created != 0 else { throw SpreadsheetError("set the properties", reason: "the creation time is 0") }
        let book = try unsafe open("set the properties")
        try unsafe check(
            almanac_xlsx_properties(book, title, subject, author, company, comments, time_t(created)),
            "set the properties")
    }

    /// A property of our own, of at most 255 characters.
    package func setProperty(_ name: String, _ value: String) throws(SpreadsheetError) {
        try checkText(name + value, "set a property")
        let book = try unsafe open("set a property")
        try unsafe check(workbook_set_custom_property_string(book, name, value), "set a property")
    }

    /// Asks readers to open the file without changing it.
    package func recommendReading() throws(SpreadsheetError) {
        try unsafe workbook_read_only_recommended(open("recommend reading"))
    }

    /// Gives a cell or range a name: `total_sales`, `='Summary'!$B$6`.
    package func defineName(_ name: String, _ formula: String) throws(SpreadsheetError) {
        let book = try unsafe open("define a name")
        try unsafe check(workbook_define_name(book, name, formula), "define the name '\(name)'")
    }

    /// Adds a sheet; its name must follow Excel's rules and be new.
    package func addSheet(_ name: String) throws(SpreadsheetError) -> SpreadsheetSheet {
        try checkText(name, "add a sheet")
        let book = try unsafe open("add a sheet")
        // Asked first: the library would write its warning to the console.
        try unsafe check(workbook_validate_sheet_name(book, name), "add a sheet")
        guard let sheet = unsafe workbook_add_worksheet(book, name) else {
            throw SpreadsheetError("add a sheet", reason: "out of memory")
        }
        return unsafe SpreadsheetSheet(sheet, name: name, file: self)
    }

    /// Adds a chart; it appears where it is inserted.
    package func addChart(_ kind: SpreadsheetChart.Kind) throws(SpreadsheetError) -> SpreadsheetChart {
        let book = try unsafe open("add a chart")
        let type =
            switch kind {
            case .line: LXW_CHART_LINE
            case .columns: LXW_CHART_COLUMN
            case .bars: LXW_CHART_BAR
            }
        guard let chart = unsafe workbook_add_chart(book, type.small) else {
            throw SpreadsheetError("add a chart", reason: "out of memory")
        }
        return unsafe SpreadsheetChart(chart, kind: kind, file: self)
    }

    /// Writes the file and ends the workbook.
    package func finish() throws(SpreadsheetError) {
        let book = try unsafe open("write the file")
        // The library frees the workbook whether it could write it or not.
        unsafe handle = nil
        try unsafe check(workbook_close(book), "write the file")
    }

    /// A look, found once for many cells; nil for the standard one.
    package func prepare(_ look: CellFormat?) throws(SpreadsheetError) -> PreparedFormat {
        try unsafe PreparedFormat(handle: format(look), file: ObjectIdentifier(self))
    }

    /// The file's format for a look; nil for the standard one.
    func format(_ look: CellFormat?) throws(SpreadsheetError) -> UnsafeMutablePointer<lxw_format>? {
        guard let look else { return nil }
        if let known = unsafe formats[look] { return unsafe known }
        guard let made = try unsafe workbook_add_format(open("add a format")) else {
            throw SpreadsheetError("add a format", reason: "out of memory")
        }
        unsafe Self.apply(look, made)
        unsafe formats[look] = made
        return unsafe made
    }

    private static func apply(_ look: CellFormat, _ format: UnsafeMutablePointer<lxw_format>) {
        unsafe format_set_font_name(format, "Calibri")
        unsafe format_set_font_size(format, look.size)
        unsafe format_set_font_color(format, look.color)
        if let numberFormat = look.numberFormat { unsafe format_set_num_format(format, numberFormat) }
        if let fill = look.fill { unsafe format_set_bg_color(format, fill) }
        if look.isBold { unsafe format_set_bold(format) }
        if look.wraps {
            unsafe format_set_text_wrap(format)
            unsafe format_set_align(format, LXW_ALIGN_VERTICAL_TOP.small)
        }
        switch look.alignment {
        case .automatic: break
        case .left: unsafe format_set_align(format, LXW_ALIGN_LEFT.small)
        case .right: unsafe format_set_align(format, LXW_ALIGN_RIGHT.small)
        case .center: unsafe format_set_align(format, LXW_ALIGN_CENTER.small)
        }
        if look.indent > 0 { unsafe format_set_indent(format, look.indent) }
        if let color = look.lineBelow {
            unsafe format_set_bottom(format, LXW_BORDER_THIN.small)
            unsafe format_set_bottom_color(format, color)
        }
        if let color = look.lineAbove {
            unsafe format_set_top(format, LXW_BORDER_THIN.small)
            unsafe format_set_top_color(format, color)
        }
    }
}
