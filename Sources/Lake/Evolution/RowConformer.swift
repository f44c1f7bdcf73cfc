internal import Columnar

/// Brings the rows of a change to the columns of its table, by the contract, and counts what it leaves out.
struct RowConformer {
    private let plan: SchemaPlan
    private let discardsValues: Bool
    private(set) var discarded = DiscardedRows()

    init(_ plan: SchemaPlan, discardsValues: Bool) {
        self.plan = plan
        self.discardsValues = discardsValues
    }

    /// The rows that come in, with the columns of the files.
    mutating func conform(_ batch: ColumnBatch) throws -> ColumnBatch {
        let fields = plan.file.logical.fields
        var columns: [Column?] = Array(repeating: nil, count: fields.count)
        var dropped = [Bool](repeating: false, count: batch.rowCount)
        for (source, target) in plan.targets.enumerated() {
            let column = batch.columns[source]
            let name = batch.schema.fields[source].name
            guard let target else {
                note(name, unfit: (0..<batch.rowCount).map { column.isValid($0) }, &dropped)
                continue
            }
            let (fitted, unfit) = column.fitted(to: fields[target].type)
            if let unfit { note(name, unfit: unfit, &dropped) }
            // A value that may not be missing takes its row with it.
            if !fields[target].isNullable, let validity = fitted.validity {
                for row in 0..<validity.count where !validity[row] { dropped[row] = true }
            }
            columns[target] = fitted
        }
        return try kept(columns.compactMap(\.self), dropped, batch.rowCount)
    }

    private mutating func note(_ column: String, unfit: [Bool], _ dropped: inout [Bool]) {
        for row in unfit.indices where unfit[row] {
            if discardsValues {
                discarded.valueCounts[column, default: 0] += 1
            } else {
                dropped[row] = true
            }
        }
    }

    private mutating func kept(_ columns: [Column], _ dropped: [Bool], _ rowCount: Int) throws -> ColumnBatch {
        let rows = dropped.indices.filter { !dropped[$0] }.map { Int32(truncatingIfNeeded: $0) }
        guard rows.count < rowCount else {
            return try ColumnBatch(schema: plan.file.logical, columns: columns, rowCount: rowCount)
        }
        discarded.rowCount += Int64(rowCount - rows.count)
        var taken: [Column] = []
        for column in columns { taken.append(column.taking(rows)) }
        return try ColumnBatch(schema: plan.file.logical, columns: taken, rowCount: rows.count)
    }
}
