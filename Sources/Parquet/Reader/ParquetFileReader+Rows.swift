package import Columnar

extension ParquetFileReader {
    /// Calls back with one column of a row group, batch by batch, wherever some rows lie: pages without such a row are passed
    /// over, where the file says where they lie.
    ///
    /// - Parameters:
    ///   - rows: numbers of rows in the row group, rising.
    ///   - body: gets the batch and the number of its first row; answers whether to go on.
    /// - Throws: `ParquetError`, and what `body` throws.
    package func forEachBatch(
        of name: String, rowGroup group: Int, around rows: [Int32],
        _ body: (_ column: Column, _ firstRow: Int) throws -> Bool
    ) throws {
        let (positions, schema) = try selection([name])
        guard metadata.rowGroups.indices.contains(group) else {
            throw ParquetError(.mismatch, "there is no row group \(group)")
        }
        let shape = tree.columns[positions[0]]
        let pages = try pages(of: shape, group, around: rows)
        let reader = try GroupReader(self, group, [shape], pages)
        scanStatistics.rowGroupsRead += 1
        defer { scanStatistics.add(reader.statistics) }
        for range in pages.ranges {
            var row = range.lowerBound
            while row < range.upperBound, let batch = try batch(reader, schema, rowCount: options.batchRowCount) {
                guard try body(batch.columns[0], Int(row)) else { return }
                row += Int64(batch.rowCount)
            }
        }
    }

    /// The pages in which rows lie: all of the row group where it is not known where its pages are.
    private func pages(
        of shape: ColumnShape, _ group: Int, around rows: [Int32]
    ) throws(ParquetError) -> RowSelection {
        let rowCount = metadata.rowGroups[group].rowCount
        var selection = RowSelection()
        var indexes: [PageIndex] = []
        for leaf in shape.leaves {
            guard let index = try pageIndex(group, leaf) else {
                selection.append(0..<rowCount)
                return selection
            }
            indexes.append(index)
        }
        var end: Int64 = 0
        for row in rows where Int64(row) >= end {
            // Pages of several leaves need not begin at the same rows.
            var (first, next) = (Int64(row), Int64(row) + 1)
            for index in indexes {
                let page = index.page(ofRow: Int64(row))
                first = min(first, index.pages[page].firstRow)
                next = max(next, page + 1 < index.pages.count ? index.pages[page + 1].firstRow : rowCount)
            }
            selection.append(max(first, end)..<next)
            end = next
        }
        return selection
    }
}
