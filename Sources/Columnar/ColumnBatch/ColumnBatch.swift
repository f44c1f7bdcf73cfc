/// Rows of a table, column by column: what flows from Postgres to the pages.
///
/// Immutable; slices share memory. A batch usually has `ColumnBatch.rowCountTarget` rows; none has more than its
/// maker was asked for.
package struct ColumnBatch: Sendable {
    /// The names and types of the columns.
    package let schema: Schema
    /// The columns, in the schema's order.
    package let columns: [Column]
    /// The number of rows, also where there are no columns.
    package let rowCount: Int

    /// How many rows a batch has where nothing else decides it: small enough for the caches, large enough that a
    /// dispatch a batch costs nothing.
    package static let rowCountTarget = 4_096

    /// Puts columns together.
    /// - Throws: `ColumnarError` where a column is not of its field's type, row count or nullability.
    package init(schema: Schema, columns: [Column], rowCount: Int) throws(ColumnarError) {
        precondition(schema.fields.count == columns.count)
        for (field, column) in zip(schema.fields, columns) {
            guard column.rowCount == rowCount else {
                throw .rowCountMismatch(column: field.name, expected: rowCount, found: column.rowCount)
            }
            guard column.type == field.type else {
                throw .typeMismatch(
                    column: field.name, expected: field.type.description, found: column.type.description)
            }
            guard field.isNullable || column.nullCount == 0 else { throw .missingValue(column: field.name) }
        }
        self.init(checked: schema, columns, rowCount)
    }

    init(checked schema: Schema, _ columns: [Column], _ rowCount: Int) {
        self.schema = schema
        self.columns = columns
        self.rowCount = rowCount
    }

    /// A column by its name.
    /// - Throws: `ColumnarError.unknownColumn`.
    package func column(_ name: String) throws(ColumnarError) -> Column {
        guard let index = schema.index(of: name) else {
            throw .unknownColumn(name: name, available: schema.fields.map(\.name))
        }
        return columns[index]
    }

    /// The rows of a range, sharing memory.
    package func slice(_ rows: Range<Int>) -> ColumnBatch {
        ColumnBatch(checked: schema, columns.map { $0.slice(rows) }, rows.count)
    }

    /// The columns of these names, in their order.
    /// - Throws: `ColumnarError.unknownColumn`.
    package func selecting(_ names: [String]) throws(ColumnarError) -> ColumnBatch {
        var selected: [Column] = []
        for name in names { selected.append(try column(name)) }
        return ColumnBatch(checked: try schema.selecting(names), selected, rowCount)
    }

    /// One row, boxed.
    package func row(_ index: Int) -> [Scalar] { columns.map { $0.scalar(index) } }

    /// All rows, boxed: for tests and small tables.
    package var rows: [[Scalar]] { (0..<rowCount).map(row) }
}
