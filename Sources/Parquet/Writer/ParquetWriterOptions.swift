/// How a file is written.
package struct ParquetWriterOptions: Sendable {
    /// How pages are compressed.
    package var codec = ParquetCodec.zstd
    /// The level of zstd (1 to 19) and gzip (1 to 12), the quality of brotli (0 to 11): small numbers are fast.
    package var compressionLevel = 3
    /// The form of data pages. Readers of both forms are everywhere; of the second, levels are not compressed.
    package var dataPageVersion = DataPageVersion.one
    /// Encodings that are asked for, by the leaf's path, joined by dots; of all others the values decide.
    package var encodings: [String: ParquetEncoding] = [:]
    /// The threads that make pages, all of the process's cores where nil; the bytes are the same with any number.
    package var threadCount: Int?
    /// The most rows of a row group.
    package var rowGroupRowCount = 1_048_576
    /// The bytes of a row group, compressed, at which it ends: what memory holds.
    package var rowGroupByteCountTarget = 64 << 20
    /// The most rows of a data page.
    package var pageRowCount = 65_536
    /// The bytes of a data page, before compression, at which it ends.
    package var pageByteCountTarget = 1 << 20
    /// The columns that get a bloom filter in every row group: leaves by their paths, joined by dots. Worth it where
    /// values are looked for by equality and the statistics of row groups say little: keys in random order.
    package var bloomFilterColumns: Set<String> = []
    /// How the rows are sorted, which is noted and not checked: by the first of these columns, then by the second.
    package var sorting: [ColumnOrder] = []
    /// What is noted in the footer, in this order.
    package var keyValues: [(key: String, value: String)] = []
    /// Who writes.
    package var createdBy = "almanac"
    /// How the file is encrypted; not at all where nil.
    package var encryption: EncryptionProperties?

    package init() {}
}

/// The form of data pages.
package enum DataPageVersion: Sendable, CaseIterable {
    case one
    case two
}

/// A column that rows are sorted by.
package struct ColumnOrder: Sendable, Hashable {
    /// The column: a leaf by its path, joined by dots.
    package let column: String
    /// Whether the greatest comes first.
    package let isDescending: Bool
    /// Whether missing values come first.
    package let nullsFirst: Bool

    package init(_ column: String, isDescending: Bool = false, nullsFirst: Bool = false) {
        self.column = column
        self.isDescending = isDescending
        self.nullsFirst = nullsFirst
    }
}
