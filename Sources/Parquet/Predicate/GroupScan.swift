internal import Columnar

/// One scan of a file: which of its row groups and rows must be read for a predicate, and which of them are wanted.
struct GroupScan {
    private let reader: ParquetFileReader
    /// Bound to all of the file's columns.
    private let filter: ScanFilter
    /// The predicate's columns alone.
    private let shapes: [ColumnShape]
    private let schema: Schema
    private let ownFilter: ScanFilter

    /// - Throws: `ParquetError.mismatch` where the predicate does not fit the file's columns.
    init(_ reader: ParquetFileReader, _ predicate: ScanPredicate) throws(ParquetError) {
        self.reader = reader
        filter = try ScanFilter(predicate, schema: try reader.selection(nil).schema)
        let (positions, schema) = try reader.selection(predicate.columnNames)
        shapes = positions.map { reader.tree.columns[$0] }
        self.schema = schema
        ownFilter = try ScanFilter(predicate, schema: schema)
    }

    /// The rows, of those that were read, for which the predicate is true.
    func wanted(_ slices: [Int: LeafSlice], rowCount: Int) throws(ParquetError) -> Bitmap {
        try ownFilter.selection(of: try reader.batch(slices, shapes, schema, rowCount))
    }

    /// Whether a row group may hold a row for which the filter is true.
    func mayHold(rowGroup index: Int) throws(ParquetError) -> Bool {
        guard reader.metadata.rowGroups.indices.contains(index) else {
            throw ParquetError(.mismatch, "there is no row group \(index)")
        }
        var facts = facts(rowGroup: index)
        guard filter.outcomes({ facts[$0] }).contains(.isTrue) else { return false }
        var isBetter = false
        for column in filter.columnsAmongFew {
            guard let leaf = leaf(of: filter.columns[column]), let mayContain = try reader.bloomFilter(index, leaf)
            else {
                continue
            }
            facts[column].mayContain = mayContain
            isBetter = true
        }
        return !isBetter || filter.outcomes { facts[$0] }.contains(.isTrue)
    }

    /// What the statistics of a row group say of a filter's columns.
    private func facts(rowGroup index: Int) -> [ColumnFacts] {
        let group = reader.metadata.rowGroups[index]
        return filter.columns.map { column in
            guard let leaf = leaf(of: column) else { return ColumnFacts.nothing }
            return ColumnFacts(
                group.columns[leaf].statistics, reader.tree.leaves[leaf], rowCount: group.rowCount,
                reader.metadata.trust(ofLeaf: leaf))
        }
    }

    /// The rows of a row group that may hold a wanted one, by its statistics, bloom filters and page index; nil for all.
    func selection(rowGroup index: Int) throws(ParquetError) -> RowSelection? {
        guard try mayHold(rowGroup: index) else { return RowSelection() }
        let group = reader.metadata.rowGroups[index]
        var indexes: [PageIndex?] = []
        for column in filter.columns {
            indexes.append(
                try leaf(of: column).flatMap { leaf throws(ParquetError) in try reader.pageIndex(index, leaf) })
        }
        guard indexes.contains(where: { $0?.bounds != nil }) else { return nil }
        let leaves = filter.columns.map(leaf)
        let selection = filter.selection(
            rowCount: group.rowCount, indexes, facts: facts(rowGroup: index)
        ) { column, bounds, rowCount in
            guard let leaf = leaves[column] else { return .nothing }
            return ColumnFacts(
                bounds, reader.tree.leaves[leaf], rowCount: rowCount, reader.metadata.trust(ofLeaf: leaf))
        }
        return selection.ranges == [0..<group.rowCount] ? nil : selection
    }

    /// The leaf that a predicate's column is; nil where it is nested.
    private func leaf(of column: BoundColumn) -> Int? {
        var shape = reader.tree.columns[column.positions[0]]
        for position in column.positions.dropFirst() {
            guard case .structure(let parts) = shape.content else { return nil }
            shape = parts[position]
        }
        if case .leaf(let leaf) = shape.content { return leaf }
        return nil
    }
}
