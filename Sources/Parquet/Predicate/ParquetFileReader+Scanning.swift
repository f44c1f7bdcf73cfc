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
        let filter = try ScanFilter(predicate, schema: try selection(nil).schema)
        let wanted = names ?? schema.fields.map(\.name)
        let read = wanted + predicate.columnNames.filter { !wanted.contains($0) }
        let (positions, schema) = try selection(read)
        let batchFilter = try ScanFilter(predicate, schema: schema)
        for index in rowGroups ?? Array(metadata.rowGroups.indices) {
            guard try mayHold(filter, rowGroup: index) else {
                scanStatistics.rowGroupsSkipped += 1
                continue
            }
            let selection = try selection(filter, rowGroup: index)
            if let selection, selection.ranges.isEmpty {
                scanStatistics.rowGroupsSkipped += 1
                continue
            }
            try forEachBatch(of: index, positions, schema, selection: selection) { batch in
                scanStatistics.rowsRead += Int64(batch.rowCount)
                let filtered = batch.filtered(by: try batchFilter.selection(of: batch))
                if filtered.rowCount > 0 { try body(try filtered.selecting(wanted)) }
            }
        }
    }

    /// The row groups that may hold a row for which the predicate is true.
    /// - Throws: `ParquetError.mismatch` where the predicate does not fit the file's columns.
    package func rowGroups(where predicate: ScanPredicate) throws(ParquetError) -> [Int] {
        let filter = try ScanFilter(predicate, schema: try selection(nil).schema)
        var kept: [Int] = []
        for index in metadata.rowGroups.indices where try mayHold(filter, rowGroup: index) { kept.append(index) }
        return kept
    }

    /// Whether a row group may hold a row for which the filter is true.
    private func mayHold(_ filter: ScanFilter, rowGroup index: Int) throws(ParquetError) -> Bool {
        guard metadata.rowGroups.indices.contains(index) else {
            throw ParquetError(.mismatch, "there is no row group \(index)")
        }
        var facts = facts(filter, rowGroup: index)
        guard filter.outcomes({ facts[$0] }).contains(.isTrue) else { return false }
        var isBetter = false
        for column in filter.columnsAmongFew {
            guard let leaf = leaf(of: filter.columns[column]), let mayContain = try bloomFilter(index, leaf) else {
                continue
            }
            facts[column].mayContain = mayContain
            isBetter = true
        }
        return !isBetter || filter.outcomes { facts[$0] }.contains(.isTrue)
    }

    /// What the statistics of a row group say of a filter's columns.
    private func facts(_ filter: ScanFilter, rowGroup index: Int) -> [ColumnFacts] {
        let group = metadata.rowGroups[index]
        return filter.columns.map { column in
            guard let leaf = leaf(of: column) else { return ColumnFacts.nothing }
            return ColumnFacts(
                group.columns[leaf].statistics, tree.leaves[leaf], rowCount: group.rowCount,
                metadata.trust(ofLeaf: leaf))
        }
    }

    /// The rows of a row group that may hold a wanted one, by the page index; nil where that is all or not known.
    private func selection(_ filter: ScanFilter, rowGroup index: Int) throws(ParquetError) -> RowSelection? {
        let group = metadata.rowGroups[index]
        var indexes: [PageIndex?] = []
        for column in filter.columns {
            indexes.append(try leaf(of: column).flatMap { leaf throws(ParquetError) in try pageIndex(index, leaf) })
        }
        guard indexes.contains(where: { $0?.bounds != nil }) else { return nil }
        let leaves = filter.columns.map(leaf)
        let selection = filter.selection(
            rowCount: group.rowCount, indexes, facts: facts(filter, rowGroup: index)
        ) { column, bounds, rowCount in
            guard let leaf = leaves[column] else { return .nothing }
            return ColumnFacts(bounds, tree.leaves[leaf], rowCount: rowCount, metadata.trust(ofLeaf: leaf))
        }
        return selection.ranges == [0..<group.rowCount] ? nil : selection
    }

    /// The leaf that a predicate's column is; nil where it is nested.
    func leaf(of column: BoundColumn) -> Int? {
        var shape = tree.columns[column.positions[0]]
        for position in column.positions.dropFirst() {
            guard case .structure(let parts) = shape.content else { return nil }
            shape = parts[position]
        }
        if case .leaf(let leaf) = shape.content { return leaf }
        return nil
    }
}
