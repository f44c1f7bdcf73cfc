package import Columnar

/// What reading a file took: what was read, and what was left out because it could hold no wanted row.
package struct ScanStatistics: Sendable, Equatable {
    /// Row groups of which pages were read.
    package internal(set) var rowGroupsRead = 0
    /// Row groups that their statistics or bloom filters ruled out.
    package internal(set) var rowGroupsSkipped = 0
    /// Pages that were decompressed, dictionaries included.
    package internal(set) var pagesRead = 0
    /// Data pages of the columns read, in row groups read, that the page index ruled out.
    package internal(set) var pagesSkipped = 0
    /// Bytes taken from the file, the footer included.
    package internal(set) var bytesRead: Int64 = 0
    /// Rows that were decoded and held against the predicate.
    package internal(set) var rowsRead: Int64 = 0

    package init() {}

    /// Adds what another reader read.
    package mutating func add(_ other: ScanStatistics) {
        rowGroupsRead += other.rowGroupsRead
        rowGroupsSkipped += other.rowGroupsSkipped
        pagesRead += other.pagesRead
        pagesSkipped += other.pagesSkipped
        bytesRead += other.bytesRead
        rowsRead += other.rowsRead
    }
}

extension ParquetFileReader {
    /// Calls back with the rows for which the predicate is true, in the file's order, batch by batch; batches without
    /// such a row are left out.
    ///
    /// Row groups and pages that can hold no such row are not read. What they leave out never changes the rows: all
    /// that is read is held against the predicate again.
    /// - Parameters:
    ///   - names: the columns to give, in this order; nil for all. Those of the predicate are read besides.
    ///   - rowGroups: the row groups to look at, in this order; nil for all.
    ///   - predicate: which rows; nil for all.
    /// - Throws: `ParquetError`, and what `body` throws.
    package func forEachBatch(
        columns names: [String]? = nil, rowGroups: [Int]? = nil, where predicate: ScanPredicate?,
        _ body: (ColumnBatch) throws -> Void
    ) throws {
        guard let predicate else { return try forEachBatch(columns: names, rowGroups: rowGroups, body) }
        let scan = try GroupScan(self, predicate)
        let wanted = names ?? schema.fields.map(\.name)
        let read = wanted + predicate.columnNames.filter { !wanted.contains($0) }
        let (positions, schema) = try selection(read)
        let filter = try ScanFilter(predicate, schema: schema)
        for index in rowGroups ?? Array(metadata.rowGroups.indices) {
            let selection = try scan.selection(rowGroup: index)
            if let selection, selection.ranges.isEmpty {
                scanStatistics.rowGroupsSkipped += 1
                continue
            }
            try forEachBatch(of: index, positions, schema, selection: selection) { batch in
                scanStatistics.rowsRead += Int64(batch.rowCount)
                let filtered = batch.filtered(by: try filter.selection(of: batch))
                if filtered.rowCount > 0 { try body(try filtered.selecting(wanted)) }
            }
        }
    }

    /// Whether a row group may hold a row for which the predicate is true.
    /// - Throws: `ParquetError.mismatch` where the predicate does not fit the file's columns.
    package func mayHold(rowGroup index: Int, where predicate: ScanPredicate) throws(ParquetError) -> Bool {
        try GroupScan(self, predicate).mayHold(rowGroup: index)
    }

    /// The row groups that may hold a row for which the predicate is true.
    /// - Throws: `ParquetError.mismatch` where the predicate does not fit the file's columns.
    package func rowGroups(where predicate: ScanPredicate) throws(ParquetError) -> [Int] {
        let scan = try GroupScan(self, predicate)
        var kept: [Int] = []
        for index in metadata.rowGroups.indices where try scan.mayHold(rowGroup: index) { kept.append(index) }
        return kept
    }
}
