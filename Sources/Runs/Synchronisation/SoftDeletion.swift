internal import Columnar

/// Tells rows that the source has marked as deleted from the others.
struct SoftDeletion {
    /// The column that marks them, by its name in the lake.
    let column: String

    /// The rows that are there and those that are deleted; nil where there are none.
    func split(_ batch: ColumnBatch) throws -> (live: ColumnBatch?, deleted: ColumnBatch?) {
        let marks = try batch.column(column)
        var live: [Int32] = []
        var deleted: [Int32] = []
        for row in 0..<batch.rowCount {
            if Self.isDeleted(marks, row) {
                deleted.append(Int32(truncatingIfNeeded: row))
            } else {
                live.append(Int32(truncatingIfNeeded: row))
            }
        }
        if deleted.isEmpty { return (batch, nil) }
        return (live.isEmpty ? nil : batch.taking(live), batch.taking(deleted))
    }

    /// A flag marks a row where it is true, everything else where there is a value.
    private static func isDeleted(_ marks: Column, _ row: Int) -> Bool {
        guard marks.isValid(row) else { return false }
        if case .bool(let bits) = marks.values { return bits[row] }
        return true
    }
}
