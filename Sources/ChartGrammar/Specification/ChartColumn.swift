package import Columnar

/// A column that a specification may name.
package struct ChartColumn: Sendable, Hashable {
    /// What its values are.
    package enum Kind: String, Sendable, Hashable {
        case number, date, text, other
    }

    package var name: String
    package var kind: Kind
    /// What people call it.
    package var label: String

    package init(name: String, kind: Kind, label: String? = nil) {
        self.name = name
        self.kind = kind
        self.label = label ?? name
    }
}

/// Rows for one chart: small, boxed. What a specification is applied to.
package struct ChartTable: Sendable {
    /// The columns, in order.
    package var columns: [ChartColumn]
    /// The values of each column by its name, all equally many.
    package var values: [String: [Scalar]]

    package init(columns: [ChartColumn], values: [String: [Scalar]]) {
        self.columns = columns
        self.values = values
    }

    /// The number of rows.
    package var rowCount: Int { values.values.map(\.count).max() ?? 0 }

    /// Boxes batches of one schema.
    package init(schema: Schema, batches: [ColumnBatch]) {
        columns = schema.fields.map { ChartColumn(name: $0.name, kind: ChartColumn.Kind($0.type)) }
        var values: [String: [Scalar]] = [:]
        for (index, field) in schema.fields.enumerated() {
            values[field.name] = batches.flatMap { batch in
                (0..<batch.rowCount).map { batch.columns[index].scalar($0) }
            }
        }
        self.values = values
    }

    func scalar(_ column: String, _ row: Int) -> Scalar {
        guard let values = values[column], values.indices.contains(row) else { return .null }
        return values[row]
    }
}

extension ChartColumn.Kind {
    /// What the values of a type are on a chart.
    package init(_ type: LogicalType) {
        switch type {
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float, .double, .decimal: self = .number
        case .date, .timestamp: self = .date
        case .text, .uuid, .bool: self = .text
        default: self = .other
        }
    }
}
