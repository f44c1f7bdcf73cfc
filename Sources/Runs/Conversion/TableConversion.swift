internal import Columnar
package import Effects
package import Parquet
internal import Rendering
package import Report
package import SystemPackage

/// Makes another kind of file of a Parquet file: CSV, also packed, or a workbook.
///
/// One thread reads, the caller's writes; between them wait at most some megabytes, so that memory does not grow with the
/// file.
package struct TableConversion {
    /// What a file is made into, by the end of its name.
    package enum Format: Sendable, Hashable {
        case csv(TextCompression)
        case workbook

        /// `.csv`, `.csv.gz`, `.csv.zst` or `.xlsx`; nil for other names.
        package init?(of name: String) {
            if name.hasSuffix(".xlsx") {
                self = .workbook
            } else if let packing = TextCompression.allCases.first(where: { name.hasSuffix(".csv" + $0.suffix) }) {
                self = .csv(packing)
            } else {
                return nil
            }
        }
    }

    /// The columns that are written, in this order; nil for all.
    package var columns: [String]?
    /// Whether texts that a spreadsheet would take for formulas get an apostrophe in front, in CSV.
    package var isGuarded = true
    /// Whether CSV begins with a byte-order mark.
    package var hasByteOrderMark = false
    /// Whether a file of the final name is replaced.
    package var replaces = false
    private let store: any FileStore
    private let random: any RandomSource

    package init(store: any FileStore, random: any RandomSource) {
        self.store = store
        self.random = random
    }

    /// What may wait between reading and writing, in bytes.
    private static let waitingByteCountMax = 12 << 20

    /// Makes the file.
    ///
    /// - Parameters:
    ///   - input: the Parquet file.
    ///   - options: how it is read.
    ///   - created: seconds since 1970 that stand in a workbook's properties.
    /// - Returns: the count of rows.
    /// - Throws: `ParquetError`, `FileError` or `WorkbookError`; then there is no file of the final name.
    package func convert(
        _ input: FilePath, options: ParquetReaderOptions, to output: FilePath, as format: Format, created: Int64
    ) throws -> Int64 {
        switch format {
        case .csv(let compression):
            let pending = try CommittedFile(store: store, random: random).begin(output)
            let reader = try ParquetFileReader(try store.open(input), options: options)
            let stream = CSVStream(
                try schema(of: reader), to: pending.file, isGuarded: isGuarded, hasByteOrderMark: hasByteOrderMark,
                compression: compression)
            try each(input, options) { try stream.write($0) }
            try stream.finish()
            try check(stream.rowCount, reader)
            try pending.commit(replacing: replaces) { _ in }
            return stream.rowCount
        case .workbook: return try workbook(input, options, output, created)
        }
    }

    /// The library writes a workbook under a name of its own, in a folder beside the final name.
    private func workbook(
        _ input: FilePath, _ options: ParquetReaderOptions, _ output: FilePath, _ created: Int64
    ) throws -> Int64 {
        if !replaces, try store.status(of: output) != nil {
            throw FileError(.exists, "make", path: output.string)
        }
        let reader = try ParquetFileReader(try store.open(input), options: options)
        let work = output.removingLastComponent().appending(
            CommittedFile.temporaryPrefix + String(random.nextBits(), radix: 36))
        try store.makeFolder(work)
        defer { try? store.removeFolder(work) }
        let path = work.appending("workbook.xlsx")
        let stream = try WorkbookStream(
            try schema(of: reader), path: path, temporaryFolder: work, title: input.stem ?? "Data", created: created)
        try each(input, options) { try stream.write($0) }
        try check(stream.rowCount, reader)
        try stream.finish()
        if replaces {
            try store.rename(path, to: output)
        } else {
            try store.link(path, to: output)
        }
        try store.syncFolder(output.removingLastComponent())
        return stream.rowCount
    }

    private func schema(of reader: ParquetFileReader) throws -> Schema {
        guard let columns else { return reader.schema }
        return try reader.schema.selecting(columns)
    }

    /// Nothing is left out: as many rows as the footer promises.
    private func check(_ rowCount: Int64, _ reader: ParquetFileReader) throws {
        guard rowCount == reader.metadata.rowCount else {
            throw ParquetError(.mismatch, "it has \(rowCount) rows, and \(reader.metadata.rowCount) by its footer")
        }
    }

    /// Reads on a thread of its own.
    private func each(
        _ input: FilePath, _ options: ParquetReaderOptions, _ write: (ColumnBatch) throws -> Void
    ) throws {
        let (store, columns) = (store, columns)
        try OrderedPipeline.run(
            pieceCount: 1, threads: 1, weightMax: Self.waitingByteCountMax,
            produce: { _, _, emit in
                let reader = try ParquetFileReader(try store.open(input), options: options)
                try reader.forEachBatch(columns: columns) { try emit($0, $0.byteCount) }
            }, consume: { (batch: ColumnBatch) in try write(batch) })
    }
}
