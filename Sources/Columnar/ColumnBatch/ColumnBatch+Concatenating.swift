extension ColumnBatch {
    /// Batches of one schema as one batch.
    /// - Throws: `ColumnarError.tooLarge` where a column would hold more than 2 GiB.
    /// - Complexity: one pass over all values.
    package static func concatenated(_ batches: [ColumnBatch], schema: Schema) throws(ColumnarError) -> ColumnBatch {
        if batches.count == 1 { return batches[0] }
        var columns: [Column] = []
        for (index, field) in schema.fields.enumerated() {
            columns.append(try Column.concatenated(batches.map { $0.columns[index] }, type: field.type))
        }
        return try ColumnBatch(
            schema: schema, columns: columns, rowCount: batches.reduce(0) { $0 + $1.rowCount })
    }
}

extension Column {
    /// Columns of one type, one behind the other.
    /// - Throws: `ColumnarError.tooLarge` where the column would hold more than 2 GiB.
    package static func concatenated(_ columns: [Column], type: LogicalType) throws(ColumnarError) -> Column {
        Column(type, validity: validity(of: columns), try values(of: columns, type))
    }

    private static func validity(of columns: [Column]) -> Bitmap? {
        guard columns.contains(where: { $0.validity != nil }) else { return nil }
        var bits = BitmapBuilder()
        for column in columns {
            if let validity = column.validity {
                for row in 0..<validity.count { bits.append(validity[row]) }
            } else {
                bits.append(repeating: true, count: column.rowCount)
            }
        }
        return bits.finish()
    }

    private static func values(of columns: [Column], _ type: LogicalType) throws(ColumnarError) -> ColumnValues {
        switch type.physicalType {
        case .bool:
            var bits = BitmapBuilder()
            for column in columns {
                guard case .bool(let bitmap) = column.values else { continue }
                for row in 0..<bitmap.count { bits.append(bitmap[row]) }
            }
            return .bool(bits.finish())
        case .int32: return .int32(fixed(columns) { if case .int32(let buffer) = $0 { buffer } else { nil } })
        case .int64: return .int64(fixed(columns) { if case .int64(let buffer) = $0 { buffer } else { nil } })
        case .int128: return .int128(fixed(columns) { if case .int128(let buffer) = $0 { buffer } else { nil } })
        case .float: return .float(fixed(columns) { if case .float(let buffer) = $0 { buffer } else { nil } })
        case .double: return .double(fixed(columns) { if case .double(let buffer) = $0 { buffer } else { nil } })
        case .bytes: return .bytes(try bytes(of: columns))
        case .list, .map: return try repeated(columns, type)
        case .structure: return try structure(columns)
        }
    }

    private static func fixed<Value>(_ columns: [Column], _ part: (ColumnValues) -> Buffer<Value>?) -> Buffer<Value> {
        var values: [Value] = []
        values.reserveCapacity(columns.reduce(0) { $0 + $1.rowCount })
        for column in columns { if let buffer = part(column.values) { values += buffer.array } }
        return Buffer(values)
    }

    private static func bytes(of columns: [Column]) throws(ColumnarError) -> BytesBuffer {
        var builder = BytesBuilder()
        for column in columns {
            switch column.values {
            case .bytes(let buffer):
                for row in 0..<column.rowCount { try append(buffer, row, to: &builder) }
            case .dictionary(let codes, let dictionary):
                for row in 0..<column.rowCount {
                    // The code of a missing value may lie in an empty dictionary.
                    if column.isValid(row) {
                        try append(dictionary.values, Int(codes[row]), to: &builder)
                    } else {
                        builder.appendNull()
                    }
                }
            default: break
            }
        }
        return builder.finish().values
    }

    private static func append(_ buffer: BytesBuffer, _ row: Int, to builder: inout BytesBuilder) throws(ColumnarError)
    {
        let bytes = buffer.bytes
        let value = bytes.span.extracting(buffer.range(row))
        guard builder.append(value) else { throw ColumnarError.tooLarge(column: "of one batch") }
    }

    private static func repeated(_ columns: [Column], _ type: LogicalType) throws(ColumnarError) -> ColumnValues {
        var offsets: [Int32] = [0]
        var parts: [[Column]] = [[], []]
        var count = 0
        for column in columns {
            let own: Buffer<Int32>
            switch column.values {
            case .list(let ends, let elements):
                own = ends
                parts[0].append(elements.slice(range(ends)))
            case .map(let ends, let keys, let values):
                own = ends
                parts[0].append(keys.slice(range(ends)))
                parts[1].append(values.slice(range(ends)))
            default: continue
            }
            for row in 0..<column.rowCount {
                count += Int(own[row + 1] - own[row])
                guard let end = Int32(exactly: count) else {
                    throw ColumnarError.tooLarge(column: "of one batch")
                }
                offsets.append(end)
            }
        }
        switch type {
        case .map(let key, let value):
            return .map(
                offsets: Buffer(offsets), keys: try concatenated(parts[0], type: key.type),
                values: try concatenated(parts[1], type: value.type))
        case .list(let element):
            return .list(offsets: Buffer(offsets), elements: try concatenated(parts[0], type: element.type))
        default: throw ColumnarError.typeMismatch(column: "of one batch", expected: "\(type)", found: "lists")
        }
    }

    private static func range(_ offsets: Buffer<Int32>) -> Range<Int> {
        Int(offsets[0])..<Int(offsets[offsets.count - 1])
    }

    private static func structure(_ columns: [Column]) throws(ColumnarError) -> ColumnValues {
        var parts: [[Column]] = []
        var rowCount = 0
        for column in columns {
            guard case .structure(let own, let count) = column.values else { continue }
            if parts.isEmpty { parts = Array(repeating: [], count: own.count) }
            for (index, part) in own.enumerated() where index < parts.count { parts[index].append(part) }
            rowCount += count
        }
        var whole: [Column] = []
        for part in parts {
            guard let type = part.first?.type else { continue }
            whole.append(try concatenated(part, type: type))
        }
        return .structure(whole, rowCount: rowCount)
    }
}
