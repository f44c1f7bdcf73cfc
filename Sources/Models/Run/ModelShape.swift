internal import Columnar
internal import Configuration
internal import Query

/// Makes a model's declared columns of what its query gives: in the declared order, whole numbers as 64 bits.
///
/// Sums of whole numbers are decimals of 38 digits in SQL; a column that is declared an integer is stored as one, and a
/// number that does not fit is an error.
struct ModelShape {
    let schema: Schema
    private let model: String
    private let positions: [Int]

    /// - Throws: `ModelError.columns` for a column that is missing, not declared, there twice or of another kind.
    init(_ model: ModelDefinition, _ answer: [AnswerColumn]) throws(ModelError) {
        self.model = model.name
        func refuse(_ problem: String) -> ModelError { .columns(model: model.name, problem: problem) }
        let names = answer.map(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw refuse("the query gives two columns '\(twice)'")
        }
        for name in names where model.column(name) == nil {
            let near = Suggestion.nearest(to: name, among: model.columns.map(\.name).filter { !names.contains($0) })
            throw refuse(
                "the query gives a column '\(name)' that is not declared"
                    + (near.map { "; did you mean '\($0)'?" } ?? ""))
        }
        var fields: [Field] = []
        var positions: [Int] = []
        for column in model.columns {
            guard let position = names.firstIndex(of: column.name) else {
                throw refuse("the query gives no column '\(column.name)', which is declared")
            }
            guard let type = Self.stored(answer[position].type, as: column.kind) else {
                throw refuse(
                    "the column '\(column.name)' is \(answer[position].type), declared as \(column.kind.rawValue)")
            }
            fields.append(Field(column.name, type, metadata: Self.metadata(column)))
            positions.append(position)
        }
        schema = Schema(fields)
        self.positions = positions
    }

    /// The type in which values of a query's type are stored; nil where they are not of the kind.
    private static func stored(_ type: SQLType, as kind: ModelColumn.Kind) -> LogicalType? {
        switch (kind, type) {
        // A column of NULLs alone has no type of its own.
        case (_, .unknown): empty(kind)
        case (.timestamp, .timestamp), (.text, .json): nil
        case (.integer, .int16), (.integer, .int32), (.integer, .int64), (.integer, .decimal(_, scale: 0)),
            (.id, .int16), (.id, .int32), (.id, .int64), (.id, .decimal(_, scale: 0)):
            .int64
        default: kind.holds(type.logical) ? type.logical : nil
        }
    }

    private static func empty(_ kind: ModelColumn.Kind) -> LogicalType {
        switch kind {
        case .date: .date
        case .text, .id: .text
        case .integer: .int64
        case .number: .double
        case .boolean: .bool
        case .timestamp: .timestamp
        }
    }

    private static func metadata(_ column: ModelColumn) -> [String: String] {
        var metadata = ["almanac.description": column.description, "almanac.label": column.label]
        if column.unit != .none { metadata["almanac.unit"] = column.unit.word }
        if !column.isAdditive, column.kind.isNumeric { metadata["almanac.additive"] = "false" }
        return metadata
    }

    /// Rows of the answer as rows of the model.
    func shaped(_ batch: ColumnBatch) throws -> ColumnBatch {
        var columns: [Column] = []
        for (field, position) in zip(schema.fields, positions) {
            columns.append(try shaped(batch.columns[position], field))
        }
        return try ColumnBatch(schema: schema, columns: columns, rowCount: batch.rowCount)
    }

    private func shaped(_ column: Column, _ field: Field) throws -> Column {
        if column.type == field.type { return column }
        if field.type == .int64 { return try integers(column, field.name) }
        // A column of NULLs alone.
        return try nulls(field.type, column.rowCount)
    }

    private func integers(_ column: Column, _ name: String) throws -> Column {
        switch column.values {
        case .int32(let buffer):
            return Column(.int64, validity: column.validity, .int64(Buffer(buffer.array.map(Int64.init))))
        case .int64(let buffer): return Column(.int64, validity: column.validity, .int64(buffer))
        case .int128(let buffer):
            var values = [Int64](repeating: 0, count: buffer.count)
            let wide = buffer.array
            for row in values.indices where column.isValid(row) {
                guard let value = Int64(exactly: wide[row]) else {
                    throw ModelError.overflow(model: model, column: name)
                }
                values[row] = value
            }
            return Column(.int64, validity: column.validity, .int64(Buffer(values)))
        default: return try nulls(.int64, column.rowCount)
        }
    }

    private func nulls(_ type: LogicalType, _ rowCount: Int) throws -> Column {
        try ColumnBatch(schema: Schema([Field("null", type)]), rows: [[Scalar]](repeating: [.null], count: rowCount))
            .columns[0]
    }
}
