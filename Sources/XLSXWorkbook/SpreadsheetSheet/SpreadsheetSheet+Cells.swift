internal import CXlsxWriter

/// The calls for very many cells: the same as those with a `CellFormat`, with a look that was found before.
extension SpreadsheetSheet {
    /// Writes a text as text; an empty one is a blank cell.
    ///
    /// - Throws: also for more than 32,767 UTF-16 characters, a NUL, or a look of another file.
    package func write(
        _ text: String, row: Int, column: Int, prepared: PreparedFormat
    ) throws(SpreadsheetError) {
        let bytes = text.utf8
        // So many bytes are at most as many characters.
        guard bytes.count <= SpreadsheetFile.charactersMax || text.utf16.count <= SpreadsheetFile.charactersMax else {
            throw SpreadsheetError("write a text", reason: "it is longer than a cell can be")
        }
        for byte in bytes where byte == 0 {
            throw SpreadsheetError("write a text", reason: "the text contains a NUL character")
        }
        let sheet = try unsafe cells(prepared, row, column)
        if bytes.isEmpty {
            try unsafe check(
                worksheet_write_blank(sheet, UInt32(row), UInt16(column), prepared.handle), "format a cell")
        } else {
            try unsafe check(
                worksheet_write_string(sheet, UInt32(row), UInt16(column), text, prepared.handle), "write a text")
        }
    }

    /// Writes a text that lies in memory as UTF-8; an empty one is a blank cell.
    ///
    /// - Throws: also for more than 32,767 bytes, a NUL, or a look of another file.
    package func write(
        _ bytes: Span<UInt8>, row: Int, column: Int, prepared: PreparedFormat
    ) throws(SpreadsheetError) {
        guard bytes.count <= SpreadsheetFile.charactersMax else {
            throw SpreadsheetError("write a text", reason: "it is longer than a cell can be")
        }
        guard bytes.count > 0 else { return try writeBlank(row: row, column: column, prepared: prepared) }
        let sheet = try unsafe cells(prepared, row, column)
        let text = unsafe file.textRoom
        for index in bytes.indices {
            guard bytes[index] != 0 else {
                throw SpreadsheetError("write a text", reason: "the text contains a NUL character")
            }
            unsafe text[index] = CChar(bitPattern: bytes[index])
        }
        unsafe text[bytes.count] = 0
        try unsafe check(
            worksheet_write_string(sheet, UInt32(row), UInt16(column), text, prepared.handle), "write a text")
    }

    /// Writes a number; NaN and infinities are refused, a cell has none.
    package func write(
        _ number: Double, row: Int, column: Int, prepared: PreparedFormat
    ) throws(SpreadsheetError) {
        guard number.isFinite else { throw SpreadsheetError("write a number", reason: "it is not finite") }
        let sheet = try unsafe cells(prepared, row, column)
        try unsafe check(
            worksheet_write_number(sheet, UInt32(row), UInt16(column), number, prepared.handle), "write a number")
    }

    /// Writes a truth value.
    package func write(
        _ truth: Bool, row: Int, column: Int, prepared: PreparedFormat
    ) throws(SpreadsheetError) {
        let sheet = try unsafe cells(prepared, row, column)
        try unsafe check(
            worksheet_write_boolean(sheet, UInt32(row), UInt16(column), truth ? 1 : 0, prepared.handle),
            "write a truth value")
    }

    /// Gives an empty cell a look.
    package func writeBlank(row: Int, column: Int, prepared: PreparedFormat) throws(SpreadsheetError) {
        let sheet = try unsafe cells(prepared, row, column)
        try unsafe check(worksheet_write_blank(sheet, UInt32(row), UInt16(column), prepared.handle), "format a cell")
    }
}
