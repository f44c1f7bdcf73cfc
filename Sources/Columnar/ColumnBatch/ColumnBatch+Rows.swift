extension ColumnBatch {
    /// Makes a batch of boxed rows: for aggregates, small tables and tests.
    /// - Throws: `ColumnarError` where a value does not fit its column.
    package init(schema: Schema, rows: [[Scalar]]) throws(ColumnarError) {
        var builders = schema.fields.map { ColumnBuilder($0) }
        for row in rows {
            precondition(row.count == builders.count)
            for index in builders.indices { try builders[index].append(row[index]) }
        }
        var columns: [Column] = []
        for index in builders.indices { columns.append(try builders[index].finish()) }
        try self.init(schema: schema, columns: columns, rowCount: rows.count)
    }
}
