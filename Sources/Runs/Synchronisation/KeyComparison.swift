internal import Columnar
internal import Effects
internal import Lake
internal import Parquet

/// Finds the rows of a table whose keys the source has no more.
struct KeyComparison {
    private let key: [String]
    private var known: KnownRows
    /// How many keys the source has.
    private(set) var sourceKeyCount: Int64 = 0

    /// - Parameter key: the columns' names in the lake.
    init(key: [String], random: any RandomSource) throws {
        self.key = key
        known = try KnownRows(of: nil, columns: key, where: nil, random: random)
    }

    /// Notes keys that the source has.
    mutating func note(_ batch: ColumnBatch) throws {
        sourceKeyCount += Int64(batch.rowCount)
        _ = try known.unknown(in: batch)
        try known.checkCount()
    }

    /// The rows of a batch whose keys were not noted; nil where there are none.
    func gone(in batch: ColumnBatch) throws -> ColumnBatch? { try known.missing(in: batch) }

    /// The keys of the table's rows that were not noted.
    func forEachGone(
        in snapshot: TableSnapshot, where predicate: ScanPredicate? = nil, _ body: (ColumnBatch) throws -> Void
    ) throws {
        try snapshot.forEachBatch(columns: key, where: predicate) { batch in
            if let gone = try known.missing(in: batch) { try body(gone) }
        }
    }
}
