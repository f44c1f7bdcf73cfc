internal import Columnar
package import Parquet

/// What a scan of a table read, and what it left out because it could hold no wanted row.
package struct TableScanStatistics: Sendable, Equatable {
    /// Files that were opened.
    package internal(set) var filesRead = 0
    /// Files that their statistics or partition values ruled out.
    package internal(set) var filesSkipped = 0
    /// What was read within the files.
    package internal(set) var parquet = ScanStatistics()

    package init() {}

    /// Adds what another scan read.
    package mutating func add(_ other: TableScanStatistics) {
        filesRead += other.filesRead
        filesSkipped += other.filesSkipped
        parquet.add(other.parquet)
    }
}

/// Reads files of a snapshot: some columns, the rows of a predicate.
struct TableScan {
    private let snapshot: TableSnapshot
    private let predicate: ScanPredicate?
    private let reaches: PredicateReach?
    private let wanted: StorageSchema
    /// The wanted columns and those of the predicate.
    private let read: StorageSchema
    private let filter: ScanFilter?

    /// - Throws: `ColumnarError.unknownColumn`; `ParquetError` (`mismatch`) where the predicate does not fit.
    init(_ snapshot: TableSnapshot, columns: [String]?, _ predicate: ScanPredicate?) throws {
        if let columns { _ = try snapshot.schema.selecting(columns) }
        self.snapshot = snapshot
        self.predicate = predicate
        let names = columns ?? snapshot.schema.fields.map(\.name)
        wanted = snapshot.storageSchema.selecting(names)
        guard let predicate else {
            (reaches, read, filter) = (nil, wanted, nil)
            return
        }
        read = snapshot.storageSchema.selecting(names + predicate.columnNames.filter { !names.contains($0) })
        filter = try ScanFilter(predicate, schema: read.logical)
        reaches = PredicateReach(predicate: predicate, schema: snapshot.storageSchema)
    }

    /// Reads the rows of one file.
    func read(
        _ file: TableFile, _ statistics: inout TableScanStatistics, _ body: (ColumnBatch) throws -> Void
    ) throws {
        if let reaches, reaches.reach(file.action) == .nothing {
            statistics.filesSkipped += 1
            return
        }
        statistics.filesRead += 1
        let reader = try snapshot.reader(of: file)
        defer { statistics.parquet.add(reader.statistics) }
        guard let filter, let predicate else {
            var rowCount: Int64 = 0
            try reader.forEachLogicalBatch(wanted) { batch in
                rowCount += Int64(batch.rowCount)
                try body(batch)
            }
            if let expected = file.rowCount, expected != rowCount {
                throw snapshot.mismatch(file, "it has other rows")
            }
            return
        }
        if let stored = reader.pushed(predicate, snapshot.storageSchema) {
            return try reader.forEachLogicalBatch(wanted, where: stored, body)
        }
        let names = wanted.logical.fields.map(\.name)
        try reader.forEachLogicalBatch(read) { batch in
            let kept = batch.filtered(by: try filter.selection(of: batch))
            if kept.rowCount > 0 { try body(try kept.selecting(names)) }
        }
    }
}

extension ScanPredicate {
    /// The same predicate over columns of other names.
    func renamed(_ name: (String) -> String) -> ScanPredicate {
        func renamed(_ column: ScanColumn) -> ScanColumn {
            ScanColumn(name(column.path[0]), Array(column.path.dropFirst()))
        }
        return switch self {
        case .compare(let column, let comparison, let literal): .compare(renamed(column), comparison, literal)
        case .isAmong(let column, let literals): .isAmong(renamed(column), literals)
        case .isNull(let column): .isNull(renamed(column))
        case .isNotNull(let column): .isNotNull(renamed(column))
        case .and(let parts): .and(parts.map { $0.renamed(name) })
        case .or(let parts): .or(parts.map { $0.renamed(name) })
        case .not(let part): .not(part.renamed(name))
        }
    }
}
