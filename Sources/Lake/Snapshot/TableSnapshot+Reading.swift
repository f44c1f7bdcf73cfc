package import Columnar
internal import Effects
package import Parquet

extension TableSnapshot {
    /// Reads the rows, batch by batch: file after file in the table's order, so that the same version gives the same
    /// rows in the same order every time. Memory holds one row group.
    ///
    /// - Parameters:
    ///   - columns: the columns to read, in this order; nil for all. Others are not read from the disk.
    ///   - files: the files to read, of `files`; nil for all.
    ///   - predicate: which rows; nil for all. Files, row groups and pages that can hold no such row are not read.
    ///   - body: is given at most `ColumnBatch.rowCountTarget` rows at a time, and no empty batch of a predicate.
    /// - Returns: what was read and what was left out.
    /// - Throws: `FileError`, `LakeError` (`damaged`, `tenantMismatch`, `unsupported`), `ColumnarError.unknownColumn`,
    ///   `ParquetError` (`mismatch`) where the predicate does not fit, and what `body` throws.
    @discardableResult
    package func forEachBatch(
        columns: [String]? = nil, files: [TableFile]? = nil, where predicate: ScanPredicate? = nil,
        _ body: (ColumnBatch) throws -> Void
    ) throws -> TableScanStatistics {
        let scan = try TableScan(self, columns: columns, predicate)
        var statistics = TableScanStatistics()
        for file in files ?? self.files { try scan.read(file, &statistics, body) }
        return statistics
    }

    /// All rows, boxed: for small tables and tests.
    package func rows(columns: [String]? = nil) throws -> [[Scalar]] {
        var rows: [[Scalar]] = []
        try forEachBatch(columns: columns) { rows += $0.rows }
        return rows
    }

    /// Opens a data file and compares it with what the log says of it.
    func reader(of file: TableFile) throws -> DataFileReader {
        let open: any ReadableFile
        do {
            open = try store.open(file.path)
        } catch let error where error.code == .notFound {
            throw mismatch(file, "it is missing")
        }
        guard open.size == file.size else { throw mismatch(file, "it has another size") }
        let reader = try DataFileReader(
            open, name: file.name, partitionValues: file.partitionValues, in: address, encryption)
        if let expected = file.rowCount, reader.rowCount != expected { throw mismatch(file, "it has other rows") }
        return reader
    }

    func mismatch(_ file: TableFile, _ reason: String) -> LakeError {
        LakeError(.damaged, "file '\(file.name)' of table \(address) is not what the log says: \(reason)")
    }
}
