internal import CivilTime
internal import Columnar
internal import Formatting
internal import Report
internal import XLSXWorkbook

extension WorkbookWriter {
    /// What the words mean.
    mutating func writeDefinitions() throws(SpreadsheetError) {
        let sheet = try file.addSheet(names.sheet(text(.sheetDefinitions)))
        try setUp(sheet, widths: [30, 90], repeatedRows: 1)
        try sheet.write(text(.term), row: 0, column: 0, format: WorkbookLook.head)
        try sheet.write(text(.meaning), row: 0, column: 1, format: WorkbookLook.head)
        try sheet.freeze(rows: 1, columns: 0)
        for (index, definition) in document.definitions.enumerated() {
            try sheet.write(cells.cell(definition.term), row: index + 1, column: 0, format: WorkbookLook.term)
            try sheet.write(cells.cell(definition.text), row: index + 1, column: 1, format: WorkbookLook.wrapped)
            // Not every reader makes room for wrapped lines by itself; 85 characters fit into the column.
            let lines = max(1, (definition.text.count + 84) / 85)
            try sheet.setHeight(Double(15 * min(lines, 27)), row: index + 1)
        }
    }

    /// Where the figures come from, and what the workbook could not hold as it is.
    mutating func writeAbout() throws(SpreadsheetError) {
        let sheet = try file.addSheet(names.sheet(text(.sheetAbout)))
        try setUp(sheet, widths: [30, 72, 14], repeatedRows: 0)
        var row = 0
        for (label, value) in facts {
            try sheet.write(label, row: row, column: 0, format: WorkbookLook.term)
            try sheet.write(cells.cell(value), row: row, column: 1, format: WorkbookLook.wrapped)
            row += 1
        }
        row += 1
        let heads: [(EngineText.Key, Bool)] = [(.source, false), (.sourceVersion, true), (.sourceRows, true)]
        for (column, head) in heads.enumerated() {
            try sheet.write(text(head.0), row: row, column: column, format: WorkbookLook.head(isNumber: head.1))
        }
        for source in document.sources {
            row += 1
            try sheet.write(cells.cell(source.name), row: row, column: 0, format: WorkbookLook.plain)
            if let version = source.version {
                try write(
                    .int(version), unit: .none, to: sheet, row: row, column: 1,
                    format: CellFormat(numberFormat: "0", alignment: .right))
            }
            try write(
                .int(source.rowCount), unit: .count, to: sheet, row: row, column: 2,
                format: WorkbookLook.cell(NumberFormats.cell(.count)))
        }
        row += 2
        for note in notes {
            try sheet.write(cells.cell(note), row: row, column: 0, format: WorkbookLook.plain)
            row += 1
        }
    }

    private func setUp(_ sheet: SpreadsheetSheet, widths: [Double], repeatedRows: Int) throws(SpreadsheetError) {
        for (column, width) in widths.enumerated() { try sheet.setWidth(width, column: column) }
        try sheet.hideGridlines()
        try sheet.setPage(isLandscape: true, repeatedRows: repeatedRows, footer: footer)
    }

    private var facts: [(String, String)] {
        let (identity, period) = (document.identity, document.period)
        let complete = document.freshness.isComplete ? text.words.yes : text.words.no
        let subject = identity.subjectName.map { [(text(.aboutSubject), $0)] } ?? []
        return [(text(.aboutReport), identity.title)] + subject + [
            (text(.aboutTenant), "\(identity.tenantName) (\(identity.tenant))"), (text(.aboutPeriod), period.label),
            (text(.aboutDates), "\(period.from.description) – \(period.to.adding(days: -1).description)"),
            (text(.aboutZone), document.presentation.zone), (text(.aboutCurrency), document.presentation.currency),
            (text(.aboutAsOf), document.freshness.asOf.description), (text(.aboutComplete), complete),
            (text(.aboutRun), identity.run), (text(.aboutDefinition), identity.definitionHash),
            (text(.aboutEngine), identity.engine),
        ]
    }

    /// Freshness, and what had to be written differently; the last sheet is written last, so all is counted.
    private var notes: [String] {
        var notes = document.notices.flatMap { notice in notice.lines.map { "\(notice.title): \($0)" } }
        notes += document.freshness.notes
        let count = { (number: Int) in formatter.full(.int(Int64(number)), unit: .count) }
        if cells.exactAsTextCount > 0 {
            let exact = cells.exactAsTextCount
            notes.append(text(.exactAsText, count: Int64(exact), ["count": count(exact)]))
        }
        if cells.cutTextCount > 0 {
            notes.append(
                text(.cellTooLong, count: Int64(cells.cutTextCount), ["count": count(cells.cutTextCount)]))
        }
        if file.isConstantMemory { notes.append(text(.plainWorkbook, ["count": count(plainAbove)])) }
        return notes
    }
}
