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
        /// The file cannot be read or written.
        case inputOutput
    }

    /// What kind of fault it is.
    package let code: Code
    /// The fault in words.
    package let reason: String
    /// The column it is in, where that is known.
    package let column: String?

    package init(_ code: Code, _ reason: String, column: String? = nil) {
        self.code = code
        self.reason = reason
        self.column = column
    }

    package var description: String { column.map { "column '\($0)': \(reason)" } ?? reason }

    static func corrupt(_ reason: String) -> ParquetError { ParquetError(.corrupt, reason) }

    /// The same fault, with the column that it is in.
    func inColumn(_ name: String) -> ParquetError { column == nil ? ParquetError(code, reason, column: name) : self }
}
