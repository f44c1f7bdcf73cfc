internal import Columnar
internal import Effects

/// The rows of a merge in memory, where they are few: they can take the places of old rows in files that are otherwise
/// copied.
struct ArrivedRows: Sendable {
    /// On the storage side, in the order in which they came.
    let batch: ColumnBatch
    /// Which rows they take the place of.
    let removal: MergeRemoval
    private let rows: ColumnBatch

    /// The most rows, and bytes of their files, that are held.
    private static let rowCountMax: Int64 = 262_144
    private static let byteCountMax: Int64 = 8 << 20

    /// Nil where there are none or too many, and where a table is divided or encrypted.
    ///
    /// - Parameter files: the rows' own, of which none was left out.
    init?(_ files: [AddedFile], of table: DeltaTable, _ settings: WriterSettings, _ removal: MergeRemoval) throws {
        let rowCount = files.reduce(Int64(0)) { $0 + ($1.rowCount ?? Self.rowCountMax) }
        let byteCount = files.reduce(Int64(0)) { $0 + $1.size }
        guard settings.partition.parts.isEmpty, table.encryption == nil, rowCount > 0, rowCount <= Self.rowCountMax,
            byteCount <= Self.byteCountMax
        else { return nil }
        var stored: [ColumnBatch] = []
        var logical: [ColumnBatch] = []
        var schema = Schema([])
        for file in files {
            let reader = try DataFileReader(file, of: table)
            schema = reader.schema
            try reader.forEachBatch(schema.fields) { stored.append($0) }
            try reader.forEachLogicalBatch(settings.rows) { logical.append($0) }
        }
        batch = try ColumnBatch.joined(stored, schema: schema)
        rows = try ColumnBatch.joined(logical, schema: settings.rows.logical)
        self.removal = removal
    }

    /// Whether a file has the same columns, so that the rows can lie in it.
    func fits(_ schema: Schema) -> Bool {
        schema.fields.count == batch.schema.fields.count
            && zip(schema.fields, batch.schema.fields).allSatisfy {
                $0.name == $1.name && $0.type == $1.type && $0.isNullable == $1.isNullable
            }
    }

    /// Files of the rows that have no place in old files.
    func written(
        without placed: Set<Int32>, by writer: TableWriter, _ settings: WriterSettings
    ) throws -> [AddedFile] {
        let left = (0..<Int32(truncatingIfNeeded: rows.rowCount)).filter { !placed.contains($0) }
        guard !left.isEmpty else { return [] }
        var start = 0
        while start < left.count {
            let end = min(left.count, start + ColumnBatch.rowCountTarget)
            try writer.write(rows.taking(Array(left[start..<end])))
            start = end
        }
        return try writer.finish()
    }
}
