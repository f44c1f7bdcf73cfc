/// What is wrong with a Parquet file, or with what should be written into one. Never holds values of rows.
package struct ParquetError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of fault it is.
    package enum Code: Sendable, Equatable {
        /// The bytes are not a Parquet file, or contradict themselves.
        case corrupt
        /// A page's checksum is not that of its bytes.
        case checksum
        /// The file uses something that this reader does not have.
        case unsupported
        /// Something that is asked for is not in the file, or is of another type.
        case mismatch
        /// Valid perhaps, but larger than the limits of the options.
        case limit
        /// A part is encrypted, and its key is not there, is another one, or the part was changed.
        case key
        /// The file cannot be read or written.
        case inputOutput
    }

    /// What kind of fault it is.
    package let code: Code
    /// The fault in words.
    package let reason: String
    /// The path of the column it is in, joined by dots, where that is known.
    package var column: String?
    /// The row group it is in, counted from 0, where that is known.
    package var rowGroup: Int?
    /// Where in the file it is, in bytes from the start, where that is known.
    package var offset: Int64?

    package init(_ code: Code, _ reason: String, column: String? = nil) {
        self.code = code
        self.reason = reason
        self.column = column
    }

    package var description: String {
        var places: [String] = []
        if let rowGroup { places.append("row group \(rowGroup)") }
        if let offset { places.append("byte \(offset)") }
        let place = places.isEmpty ? "" : " (\(places.joined(separator: ", ")))"
        return (column.map { "column '\($0)': " } ?? "") + reason + place
    }

    static func corrupt(_ reason: String) -> ParquetError { ParquetError(.corrupt, reason) }

    /// The same fault, with the column that it is in.
    func inColumn(_ name: String) -> ParquetError { at(column: name) }

    /// The same fault, with what is not known yet of its place.
    func at(column: String? = nil, rowGroup: Int? = nil, offset: Int64? = nil) -> ParquetError {
        var error = self
        error.column = error.column ?? column
        error.rowGroup = error.rowGroup ?? rowGroup
        error.offset = error.offset ?? offset
        return error
    }
}
