internal import Columnar
internal import Formatting
package import Report

extension WorkbookRenderer {
    /// Reads a workbook back and compares it with its document: the tenant, the sheets, every cell of every table, and
    /// the totals. Of workbooks with more rows than `plainAbove` the cells of rows are not compared, but counted.
    ///
    /// - Throws: `ArtefactError`; its message contains no value.
    package func check(_ artefact: Artefact, of document: ReportDocument) throws(ArtefactError) {
        do throws(ZipReader.Failure) {
            let reader = try WorkbookReader(artefact.bytes)
            guard try reader.property("Almanac tenant") == document.identity.tenant else {
                throw ZipReader.Failure(message: "it names another tenant")
            }
            let counts = document.tables.map { max(1, ($0.rows.count + rowsPerSheet - 1) / rowsPerSheet) }
            guard reader.sheetNames.count == counts.reduce(3, +) else {
                throw ZipReader.Failure(message: "it has \(reader.sheetNames.count) sheets")
            }
            let isPlain = document.tables.reduce(0, { $0 + $1.rows.count }) > plainAbove
            var sheet = 1
            for (table, count) in zip(document.tables, counts) {
                let sheets = sheet..<sheet + count
                if isPlain {
                    try checkCounts(table, reader, sheets: sheets, document)
                } else {
                    try check(table, reader, sheets: sheets, document)
                }
                sheet += count
            }
        } catch {
            throw ArtefactError(artefact.name, error.message)
        }
    }

    private func check(
        _ table: ReportTable, _ reader: WorkbookReader, sheets: Range<Int>, _ document: ReportDocument
    ) throws(ZipReader.Failure) {
        guard !table.rows.isEmpty else { return }
        var read: [[WorkbookReader.Cell]] = []
        for sheet in sheets { read += try reader.rows(sheet: sheet, columns: table.columns.count).dropFirst() }
        let expectedCount = table.rows.count + (table.totals == nil ? 0 : 1)
        // Rows without any value at the end leave no trace.
        guard read.count <= expectedCount else { throw ZipReader.Failure(message: "'\(table.name)' has more rows") }
        while read.count < expectedCount { read.append(Array(repeating: .empty, count: table.columns.count)) }
        var cells = WorkbookCells()
        for (found, row) in zip(read, table.rows) {
            for ((cell, value), column) in zip(zip(found, row), table.columns)
            where !Self.matches(cell, cells.content(value, unit: column.unit)) {
                throw ZipReader.Failure(message: "a value of the column '\(column.name)' of '\(table.name)' differs")
            }
        }
        if let last = read.last { try checkTotals(last, table, document) }
    }

    /// The rows of each sheet, and the totals in the last row of the last one.
    private func checkCounts(
        _ table: ReportTable, _ reader: WorkbookReader, sheets: Range<Int>, _ document: ReportDocument
    ) throws(ZipReader.Failure) {
        guard !table.rows.isEmpty else { return }
        var left = table.rows.count
        for sheet in sheets {
            let isLast = sheet == sheets.upperBound - 1
            let rows = try reader.rowCount(sheet: sheet)
            let expected = min(left, rowsPerSheet) + (isLast && table.totals != nil ? 2 : 1)
            guard rows.count == expected else {
                throw ZipReader.Failure(message: "a sheet of '\(table.name)' has \(rows.count) rows")
            }
            if isLast { try checkTotals(try rows.last(table.columns.count), table, document) }
            left -= min(left, rowsPerSheet)
        }
    }

    private func checkTotals(
        _ last: [WorkbookReader.Cell], _ table: ReportTable, _ document: ReportDocument
    ) throws(ZipReader.Failure) {
        guard let totals = table.totals else { return }
        var cells = WorkbookCells()
        let formatter = ValueFormatter(
            locale: document.presentation.locale, currency: document.presentation.currency, words: text.words)
        for ((cell, value), column) in zip(zip(last, totals), table.columns) where value != .null {
            let isSame =
                Self.matches(cell, cells.content(value, unit: column.unit))
                || cell == .text(formatter.full(value, unit: column.unit))
            guard isSame else {
                throw ZipReader.Failure(message: "the total of the column '\(column.name)' of '\(table.name)' differs")
            }
        }
    }

    private static func matches(_ cell: WorkbookReader.Cell, _ content: CellContent) -> Bool {
        switch (cell, content) {
        case (.empty, .empty): true
        case (.empty, .text(let text)): text.isEmpty
        case (.number(let read), .number(let written)):
            // The library writes 16 significant digits.
            read == written || abs(read - written) <= abs(written) * 1e-15
        case (.truth(let read), .truth(let written)): read == written
        case (.text(let read), .text(let written)):
            read.utf8.elementsEqual(XMLScanner.withoutCellEscapes(written).utf8)
        default: false
        }
    }
}
