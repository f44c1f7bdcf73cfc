package import Columnar
internal import Formatting
package import SystemPackage
internal import XLSXWorkbook

/// Writes batches into a workbook as they come, in constant memory: a sheet with a head and filters, further sheets where
/// the rows do not fit into one, and About.
///
/// The rules for cells are those of `WorkbookRenderer`: a number only where a spreadsheet keeps all of its digits, else
/// text that About counts. Instants of whole milliseconds are date cells in UTC, others ISO 8601 text.
package final class WorkbookStream {
    private let file: SpreadsheetFile
    private let schema: Schema
    private let title: String
    private let rowsPerSheet: Int
    private var names = SheetNames()
    private var cells = WorkbookCells()
    private var sheet: SpreadsheetSheet?
    private var sheetRows = 0
    private var sheetNumber = 0
    private let looks: [PreparedFormat]
    private let exactText: PreparedFormat
    private var scratch: [UInt8] = []
    /// The rows written so far.
    package private(set) var rowCount: Int64 = 0

    /// - Parameters:
    ///   - path: the file that `finish` writes; it lies in a private folder.
    ///   - temporaryFolder: where the library keeps its parts meanwhile.
    ///   - title: the sheet's name.
    ///   - created: seconds since 1970 that stand in the properties, above 0.
    package init(
        _ schema: Schema, path: FilePath, temporaryFolder: FilePath, title: String, created: Int64,
        rowsPerSheet: Int = SpreadsheetLimits.rowsPerSheet
    ) throws(WorkbookError) {
        guard schema.fields.count <= SpreadsheetFile.columnsMax else {
            throw WorkbookError(message: "a sheet has at most \(SpreadsheetFile.columnsMax) columns")
        }
        self.schema = schema
        self.title = title
        self.rowsPerSheet = max(1, min(rowsPerSheet, SpreadsheetLimits.rowsPerSheet))
        do throws(SpreadsheetError) {
            file = try SpreadsheetFile(
                path: path.string, temporaryFolder: temporaryFolder.string, isConstantMemory: true)
            try file.setProperties(
                title: title.singleLine, subject: "", author: "", company: "", comments: "", created: max(1, created))
            var looks: [PreparedFormat] = []
            for field in schema.fields { looks.append(try file.prepare(Self.look(field.type))) }
            self.looks = looks
            exactText = try file.prepare(WorkbookLook.exactText)
        } catch {
            throw WorkbookError(message: error.description)
        }
    }

    /// Adds the rows of a batch.
    package func write(_ batch: ColumnBatch) throws(WorkbookError) {
        do throws(SpreadsheetError) {
            var row = 0
            while row < batch.rowCount {
                if sheet == nil || sheetRows == rowsPerSheet { try nextSheet() }
                guard let sheet else { return }
                let count = min(batch.rowCount - row, rowsPerSheet - sheetRows)
                for index in row..<row + count {
                    sheetRows += 1
                    for (column, values) in batch.columns.enumerated() {
                        try write(values, index, to: sheet, row: sheetRows, column: column)
                    }
                }
                row += count
            }
        } catch {
            throw WorkbookError(message: error.description)
        }
        rowCount += Int64(batch.rowCount)
    }

    /// Writes About and the file.
    package func finish() throws(WorkbookError) {
        do throws(SpreadsheetError) {
            if sheet == nil { try nextSheet() }
            try endSheet()
            try writeAbout()
            try file.finish()
        } catch {
            throw WorkbookError(message: error.description)
        }
    }

    // MARK: Cells

    private func write(
        _ column: Column, _ index: Int, to sheet: SpreadsheetSheet, row: Int, column number: Int
    ) throws(SpreadsheetError) {
        guard column.isValid(index) else { return }
        let look = looks[number]
        switch column.values {
        case .int32(let values):
            guard column.type != .date else { break }
            let value = values[index]
            let isUnsigned = column.type == .uint8 || column.type == .uint16 || column.type == .uint32
            return try sheet.write(
                isUnsigned ? Double(UInt32(bitPattern: value)) : Double(value), row: row, column: number, prepared: look
            )
        case .int64(let values):
            let value = values[index]
            if column.type == .int64, value.magnitude < 1_000_000_000_000_000 {
                return try sheet.write(Double(value), row: row, column: number, prepared: look)
            }
            if column.type == .timestamp, let serial = Self.serial(value) {
                return try sheet.write(serial, row: row, column: number, prepared: look)
            }
        case .double(let values) where values[index].isFinite:
            return try sheet.write(values[index], row: row, column: number, prepared: look)
        case .bytes(let values) where column.type.isText:
            let bytes = values.bytes.slice(values.range(index))
            if try write(bytes, to: sheet, row, number, look) { return }
        case .dictionary(let codes, let dictionary) where column.type.isText:
            let bytes = dictionary.values.bytes.slice(dictionary.values.range(Int(codes[index])))
            if try write(bytes, to: sheet, row, number, look) { return }
        default: break
        }
        try write(column.scalar(index), column.type, to: sheet, row, number, look)
    }

    /// Writes a text as it lies in the batch; false where it must be changed for a cell.
    private func write(
        _ bytes: Buffer<UInt8>, to sheet: SpreadsheetSheet, _ row: Int, _ column: Int, _ look: PreparedFormat
    ) throws(SpreadsheetError) -> Bool {
        let span = bytes.span
        guard WorkbookCells.isPlain(span) else { return false }
        try sheet.write(span, row: row, column: column, prepared: look)
        return true
    }

    /// What has no way of its own.
    private func write(
        _ value: Scalar, _ type: LogicalType, to sheet: SpreadsheetSheet, _ row: Int, _ column: Int,
        _ look: PreparedFormat
    ) throws(SpreadsheetError) {
        let content: CellContent =
            switch type {
            case .interval, .list, .structure, .map: .text(cells.cell(ExactText.text(value, type: type)))
            default: cells.content(value, unit: .none)
            }
        switch content {
        case .empty: return
        case .number(let number): try sheet.write(number, row: row, column: column, prepared: look)
        case .truth(let truth): try sheet.write(truth, row: row, column: column, prepared: look)
        case .text(let text):
            try sheet.write(text, row: row, column: column, prepared: Self.isNumber(type) ? exactText : look)
        }
    }

    /// An instant as days since 1899-12-30; nil where a spreadsheet does not keep it: microseconds, and years that its
    /// rivals count otherwise.
    private static func serial(_ microseconds: Int64) -> Double? {
        guard microseconds % 1_000 == 0, (-2_203_891_200_000_000...253_402_300_799_999_000).contains(microseconds)
        else { return nil }
        return (Double(microseconds / 1_000) + 25_569 * 86_400_000) / 86_400_000
    }

    private static func isNumber(_ type: LogicalType) -> Bool {
        switch type {
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float, .double, .decimal: true
        default: false
        }
    }

    /// Nil for what looks like any cell: millions of cells without a look make a smaller file, sooner.
    private static func look(_ type: LogicalType) -> CellFormat? {
        switch type {
        case .date: WorkbookLook.words(NumberFormats.date)
        case .timestamp: WorkbookLook.words("yyyy-mm-dd hh:mm:ss.000")
        case .decimal(_, let scale) where scale > 0:
            WorkbookLook.cell("#,##0." + String(repeating: "0", count: min(scale, 15)))
        default: nil
        }
    }

    // MARK: Sheets

    private func nextSheet() throws(SpreadsheetError) {
        try endSheet()
        sheetNumber += 1
        sheetRows = 0
        let next = try file.addSheet(names.sheet(title, number: sheetNumber == 1 ? nil : sheetNumber))
        let heads = SheetNames.heads(schema.fields.map { $0.type == .timestamp ? $0.name + " (UTC)" : $0.name })
        for (column, head) in heads.enumerated() {
            let type = schema.fields[column].type
            let width = type == .timestamp ? 26 : Self.isNumber(type) || type == .date ? 14 : 22
            try next.setWidth(Double(min(40, max(width, head.count + 4))), column: column, format: Self.look(type))
        }
        try next.freeze(rows: 1, columns: 1)
        for (column, head) in heads.enumerated() {
            try next.write(
                head, row: 0, column: column,
                format: WorkbookLook.head(isNumber: Self.isNumber(schema.fields[column].type)))
        }
        sheet = next
    }

    private func endSheet() throws(SpreadsheetError) {
        guard let sheet, !schema.fields.isEmpty else { return }
        try sheet.addFilter(firstRow: 0, lastRow: max(1, sheetRows), lastColumn: schema.fields.count - 1)
    }

    private func writeAbout() throws(SpreadsheetError) {
        let about = try file.addSheet(names.sheet("About"))
        try about.setWidth(30, column: 0)
        try about.setWidth(40, column: 1)
        var row = 0
        let facts = [
            ("Rows", Double(rowCount)), ("Numbers kept as text, with all digits", Double(cells.exactAsTextCount)),
            ("Texts cut at \(SpreadsheetFile.charactersMax) characters", Double(cells.cutTextCount)),
        ]
        for (label, number) in facts {
            try about.write(label, row: row, column: 0, format: WorkbookLook.term)
            try about.write(number, row: row, column: 1, format: WorkbookLook.cell("#,##0"))
            row += 1
        }
        row += 1
        for (column, head) in ["Column", "Type"].enumerated() {
            try about.write(head, row: row, column: column, format: WorkbookLook.head(isNumber: false))
        }
        for field in schema.fields {
            row += 1
            try about.write(cells.cell(field.name), row: row, column: 0, format: WorkbookLook.plain)
            try about.write(cells.cell(field.type.description), row: row, column: 1, format: WorkbookLook.plain)
        }
    }
}
