package import Columnar
package import Lake
package import Parquet

/// A version of a Delta table; a part is a data file.
package struct SnapshotTable: TableSource {
    package let name: String
    private let snapshot: TableSnapshot

    package init(_ snapshot: TableSnapshot, name: String) {
        self.snapshot = snapshot
        self.name = name
    }

    package var schema: Schema { snapshot.schema }
    package var rowCount: Int64? { snapshot.rowCount }
    package var partCount: Int { snapshot.files.count }

    package func readPart(
        _ index: Int, columns: [String], where predicate: ScanPredicate?, meter: ScanMeter,
        _ body: (ColumnBatch) throws -> Void
    ) throws {
        let file = snapshot.files[index]
        if columns.isEmpty, let count = file.rowCount {
            return try body(try ColumnBatch(schema: Schema([]), columns: [], rowCount: Int(count)))
        }
        // A count without columns of a file that does not tell it reads the first column.
        let names = columns.isEmpty ? Array(schema.fields.prefix(1).map(\.name)) : columns
        let statistics = try snapshot.forEachBatch(columns: names, files: [file], where: predicate) { batch in
            try body(
                columns.isEmpty ? try ColumnBatch(schema: Schema([]), columns: [], rowCount: batch.rowCount) : batch)
        }
        meter.add { totals in
            totals.filesRead += statistics.filesRead
            totals.filesSkipped += statistics.filesSkipped
            totals.rowGroupsRead += statistics.parquet.rowGroupsRead
            totals.rowGroupsSkipped += statistics.parquet.rowGroupsSkipped
            totals.pagesRead += statistics.parquet.pagesRead
            totals.pagesSkipped += statistics.parquet.pagesSkipped
            totals.bytesRead += statistics.parquet.bytesRead
        }
    }
}
