internal import CXlsxWriter

extension SpreadsheetSheet {
    /// The width of a column in characters, with the look of its empty cells.
    package func setWidth(_ width: Double, column: Int, format: CellFormat? = nil) throws(SpreadsheetError) {
        try unsafe withHandle("set a width") { sheet, file throws(SpreadsheetError) in
            let look = try unsafe file.format(format)
            try unsafe check(
                worksheet_set_column(sheet, UInt16(column), UInt16(column), width, look), "set a width")
        }
    }

    /// The height of a row in points.
    package func setHeight(_ height: Double, row: Int) throws(SpreadsheetError) {
        try unsafe withHandle("set a height") { sheet, _ throws(SpreadsheetError) in
            try unsafe check(worksheet_set_row(sheet, UInt32(row), height, nil), "set a height")
        }
    }

    /// Keeps the first rows and columns in sight.
    package func freeze(rows: Int, columns: Int) throws(SpreadsheetError) {
        try unsafe withHandle("freeze rows") { sheet, _ throws(SpreadsheetError) in
            unsafe worksheet_freeze_panes(sheet, UInt32(rows), UInt16(columns))
        }
    }

    /// Hides the lines between cells.
    package func hideGridlines() throws(SpreadsheetError) {
        try unsafe withHandle("hide the gridlines") { sheet, _ throws(SpreadsheetError) in
            unsafe worksheet_gridlines(sheet, LXW_HIDE_ALL_GRIDLINES.small)
        }
    }

    /// Makes it the sheet that is seen first.
    package func activate() throws(SpreadsheetError) {
        try unsafe withHandle("activate a sheet") { sheet, _ throws(SpreadsheetError) in
            unsafe worksheet_activate(sheet)
        }
    }

    /// How it is printed: A4, one page wide, the first rows on each page, a footer.
    ///
    /// - Parameters:
    ///   - repeatedRows: how many rows stand at the top of each page.
    ///   - footer: Excel's codes: `&L` left, `&R` right, `&P` page, `&N` pages; `&&` is an ampersand.
    package func setPage(
        isLandscape: Bool, repeatedRows: Int, footer: String
    ) throws(SpreadsheetError) {
        try checkText(footer, "set up the page")
        try unsafe withHandle("set up the page") { sheet, _ throws(SpreadsheetError) in
            // 9 is A4 in Excel's list of papers.
            unsafe worksheet_set_paper(sheet, 9)
            if isLandscape { unsafe worksheet_set_landscape(sheet) }
            unsafe worksheet_fit_to_pages(sheet, 1, 0)
            if repeatedRows > 0 {
                try unsafe check(worksheet_repeat_rows(sheet, 0, UInt32(repeatedRows - 1)), "set up the page")
            }
            try unsafe check(worksheet_set_footer(sheet, footer), "set up the page")
        }
    }
}
