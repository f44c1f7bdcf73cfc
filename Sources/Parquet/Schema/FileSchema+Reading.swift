internal import Columnar

extension FileSchema {
    /// Our columns of a file.
    /// - Throws: `ParquetError.unsupported` for columns that have no type here: decimals of more than 38 digits.
    static func schema(of metadata: ParquetFileMetadata, _ tree: SchemaTree) throws(ParquetError) -> Schema {
        let notes = Notes(metadata.keyValues)
        var fields: [Field] = []
        for column in tree.columns { fields.append(try field(column, tree.leaves, notes, path: column.name)) }
        return Schema(fields)
    }

    private static func field(
        _ shape: ColumnShape, _ leaves: [LeafColumn], _ notes: Notes, path: String
    ) throws(ParquetError) -> Field {
        var metadata = notes[path]
        let noted = metadata.removeValue(forKey: typeKey)
        var type: LogicalType
        switch shape.content {
        case .leaf(let leaf):
            type = try LeafConversion.type(of: leaves[leaf])
            if type == .text, noted == "uuid" { type = .uuid }
            if case .time(let unit) = leaves[leaf].meaning { metadata["parquet.time"] = "\(unit)" }
            if case .timestamp(_, isUTC: false) = leaves[leaf].meaning { metadata["parquet.utc"] = "false" }
        case .structure(let parts):
            var fields: [Field] = []
            for part in parts { fields.append(try field(part, leaves, notes, path: "\(path)/\(part.name)")) }
            type = .structure(fields: fields)
            if noted == "interval", fields == LogicalType.intervalFields { type = .interval }
        case .list(let element, _, _):
            type = .list(element: try field(element, leaves, notes, path: "\(path)/\(element.name)"))
        case .map(let key, let value, _, _):
            type = .map(
                key: try field(key, leaves, notes, path: "\(path)/\(key.name)"),
                value: try field(value, leaves, notes, path: "\(path)/\(value.name)"))
        }
        return Field(shape.name, type, isNullable: shape.isNullable, metadata: metadata)
    }

    /// What was noted beside the schema, by the path of the field.
    private struct Notes {
        private var entries: [String: [String: String]] = [:]

        init(_ keyValues: [(key: String, value: String)]) {
            for entry in keyValues where entry.key.hasPrefix(entryPrefix) {
                let rest = entry.key.dropFirst(entryPrefix.count)
                guard let slash = rest.lastIndex(of: "/") else { continue }
                entries[String(rest[..<slash]), default: [:]][String(rest[rest.index(after: slash)...])] = entry.value
            }
        }

        subscript(path: String) -> [String: String] { entries[path] ?? [:] }
    }
}
