internal import Columnar
internal import Parquet

/// The rows for which a predicate is true.
struct PredicateRemoval: RowRemoval {
    let columns: [String]
    private let filter: ScanFilter
    private let reaches: PredicateReach

    /// - Throws: `ParquetError` (`mismatch`) where the predicate does not fit the table's columns.
    init(_ predicate: ScanPredicate, _ schema: StorageSchema) throws {
        let names = predicate.columnNames
        // A predicate without columns is asked of the first: it needs rows to count.
        columns = names.isEmpty ? [schema.logical.fields[0].name] : names
        filter = try ScanFilter(predicate, schema: try schema.logical.selecting(columns))
        reaches = PredicateReach(predicate: predicate, schema: schema)
    }

    func reach(_ file: AddedFile) -> FileReach { reaches.reach(file) }

    func removed(_ batch: ColumnBatch) throws -> Bitmap? {
        let bits = try filter.selection(of: batch)
        return bits.setCount == 0 ? nil : bits
    }
}
