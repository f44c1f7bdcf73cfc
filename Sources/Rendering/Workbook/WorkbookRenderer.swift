internal import CivilTime
internal import Columnar
package import Effects
internal import Formatting
package import Report
package import SystemPackage
internal import XLSXWorkbook

/// Writes a report as an XLSX workbook: Summary, a sheet for each table, Definitions, About.
///
/// (1) A number is a number only where a spreadsheet keeps all of its digits (15); otherwise it is text, and About says
///     how many. (2) Texts are texts, also `=1+1`. (3) No row and no cell is dropped silently: a table beyond a sheet goes
///     on in the next, a text beyond a cell ends in `…` and is counted on About. (4) Formulas carry their results.
/// (5) The same document gives the same bytes.
package struct WorkbookRenderer: Sendable {
    /// Above so many rows in all tables the whole workbook is written in constant-memory mode: plain heads and filters in
    /// place of Excel tables.
    package var plainAbove: Int
    /// How many rows of a table a sheet takes, head and total not counted.
    package var rowsPerSheet: Int
    let text: EngineText

    package init(
        text: EngineText = .english, plainAbove: Int = 100_000, rowsPerSheet: Int = SpreadsheetLimits.rowsPerSheet
    ) {
        self.text = text
        self.plainAbove = plainAbove
        self.rowsPerSheet = max(1, min(rowsPerSheet, SpreadsheetLimits.rowsPerSheet))
    }

    /// The workbook.
    ///
    /// - Parameters:
    ///   - folder: a private folder of the run; the library writes there, and what it wrote is removed again.
    /// - Throws: `WorkbookError` or `FileError`.
    package func render(
        _ document: ReportDocument, folder: FilePath, store: any FileStore
    ) throws -> Artefact {
        let path = folder.appending("workbook.xlsx")
        let count = document.tables.reduce(0) { $0 + $1.rows.count }
        do {
            let file = try SpreadsheetFile(
                path: path.string, temporaryFolder: folder.string, isConstantMemory: count > plainAbove)
            var writer = WorkbookWriter(
                file: file, document: document, text: text, rowsPerSheet: rowsPerSheet, plainAbove: plainAbove)
            try writer.write()
            try file.finish()
        } catch {
            try? store.remove(path)
            throw WorkbookError(message: error.description)
        }
        let bytes = try store.contents(of: path, limit: 4 << 30)
        try store.remove(path)
        return Artefact(name: "report.xlsx", bytes: bytes)
    }
}

/// The limits of spreadsheets that decide how a report is laid out.
package enum SpreadsheetLimits {
    /// Rows of a sheet without its head and its total.
    package static let rowsPerSheet = 1_048_574
}

/// A workbook that could not be written.
package struct WorkbookError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Which step, and why.
    package let message: String

    package var description: String { message }
}

/// One workbook on its way: sheets are written one after the other.
struct WorkbookWriter {
    let file: SpreadsheetFile
    let document: ReportDocument
    let text: EngineText
    let rowsPerSheet: Int
    let plainAbove: Int
    let formatter: ValueFormatter
    var names = SheetNames()
    var cells = WorkbookCells()

    init(file: SpreadsheetFile, document: ReportDocument, text: EngineText, rowsPerSheet: Int, plainAbove: Int) {
        self.file = file
        self.document = document
        self.text = text
        self.rowsPerSheet = rowsPerSheet
        self.plainAbove = plainAbove
        formatter = ValueFormatter(
            locale: document.presentation.locale, currency: document.presentation.currency, words: text.words)
    }

    mutating func write() throws(SpreadsheetError) {
        let (identity, period) = (document.identity, document.period)
        try file.setProperties(
            title: "\(identity.title) – \(identity.reader), \(period.label)".singleLine, subject: period.name,
            author: identity.tenantName.singleLine, company: identity.tenantName.singleLine,
            comments: document.freshness.line.singleLine, created: created)
        try file.setProperty("Almanac tenant", identity.tenant)
        try file.setProperty("Almanac run", identity.run)
        try file.setProperty("Almanac definition", identity.definitionHash)
        try file.recommendReading()
        try writeSummary()
        for table in document.tables { try write(table) }
        try writeDefinitions()
        try writeAbout()
    }

    /// The logical time of the run in whole seconds; the first second of 1970 stands in for itself and what lies before.
    private var created: Int64 { max(1, document.freshness.asOf.secondsSinceEpoch) }

    /// Tenant, report and period at the left, the page at the right; an ampersand begins a code and is doubled.
    var footer: String {
        let name = "\(document.identity.reader) · \(document.identity.title) · \(document.period.label)"
        // A footer has 255 characters, its codes and doubled ampersands among them.
        let left = cut(name.singleLine, 100).replacing("&", with: "&&")
        return "&L&8\(left)&R&8" + text(.pageOf, ["page": "&P", "pages": "&N"])
    }

    func cut(_ text: String, _ length: Int) -> String {
        text.utf16.count <= length ? text : String(text.prefix(length / 2)) + "…"
    }

    /// Writes a value with the looks that its kind asks for.
    mutating func write(
        _ value: Scalar, unit: Unit, to sheet: SpreadsheetSheet, row: Int, column: Int, format: CellFormat
    ) throws(SpreadsheetError) {
        switch cells.content(value, unit: unit) {
        case .empty: try sheet.writeBlank(row: row, column: column, format: format)
        case .number(let number): try sheet.write(number, row: row, column: column, format: format)
        case .truth(let truth): try sheet.write(truth, row: row, column: column, format: format)
        case .text(let text): try sheet.write(text, row: row, column: column, format: format)
        }
    }
}
