package import Columnar
package import Effects
package import Parquet
package import SystemPackage

/// A table of Parquet files of one schema; a part is a row group, the files in their order.
package struct FileTable: TableSource {
    package let name: String
    package let schema: Schema
    private let store: any FileStore
    private let files: [(path: FilePath, opened: OpenedParquetFile)]
    private let parts: [(file: Int, group: Int)]
    private let total: Int64

    /// Rows of a batch: a column of them stays in the core's cache from operator to operator.
    private static let batchRowCount = 1 << 14

    /// Opens the files and compares their columns with the first's.
    package init(name: String, files: [FilePath], store: any FileStore) throws {
        self.name = name
        self.store = store
        var schema: Schema?
        var opened: [(path: FilePath, opened: OpenedParquetFile)] = []
        var parts: [(file: Int, group: Int)] = []
        var total: Int64 = 0
        for path in files {
            let reader = try ParquetFileReader(try store.open(path))
            let own = reader.schema
            guard !own.fields.isEmpty else {
                throw QueryError(.input, "'\(path)' has a column of a type that is not read")
            }
            if let schema {
                guard schema.fields.map(\.name) == own.fields.map(\.name),
                    schema.fields.map(\.type) == own.fields.map(\.type)
                else {
                    throw QueryError(.input, "'\(path)' has other columns than '\(files[0])'")
                }
            }
            schema = schema ?? own
            for group in reader.metadata.rowGroups.indices { parts.append((opened.count, group)) }
            opened.append((path, reader.opened))
            total += reader.metadata.rowCount
        }
        guard let schema else { throw QueryError(.input, "there are no files of table '\(name)'") }
        // Whether a value may be missing is told by each file for itself.
        self.schema = Schema(schema.fields.map { Field($0.name, $0.type, isNullable: true, metadata: $0.metadata) })
        self.files = opened
        self.parts = parts
        self.total = total
    }

    package var rowCount: Int64? { total }
    package var partCount: Int { parts.count }

    package func readPart(
        _ index: Int, columns: [String], where predicate: ScanPredicate?, meter: ScanMeter,
        _ body: (ColumnBatch) throws -> Void
    ) throws {
        var options = ParquetReaderOptions()
        options.batchRowCount = Self.batchRowCount
        let (number, group) = parts[index]
        let (path, opened) = files[number]
        // The footer was read once: parsing it for each of its row groups takes longer than the rows do.
        let reader = ParquetFileReader(try store.open(path), opened: opened, options: options)
        // Statistics rule out whole row groups; the rows of the others are chosen by the query itself.
        if let predicate, try !reader.mayHold(rowGroup: group, where: predicate) {
            return meter.add { $0.rowGroupsSkipped += 1 }
        }
        defer {
            let statistics = reader.scanStatistics
            meter.add { totals in
                if group == 0 { totals.filesRead += 1 }
                totals.rowGroupsRead += 1
                totals.pagesRead += statistics.pagesRead
                totals.bytesRead += statistics.bytesRead
            }
        }
        if columns.isEmpty {
            let rows = reader.metadata.rowGroups[group].rowCount
            return try body(try ColumnBatch(schema: Schema([]), columns: [], rowCount: Int(rows)))
        }
        try reader.forEachBatch(columns: columns, rowGroups: [group], body)
    }
}
