package import Columnar

/// The schema of a Delta table as its `metaData` writes it: JSON with `struct`, `array`, `map` and primitive names.
///
/// Source: PROTOCOL.md of the Delta project, "Schema Serialization Format". This is the storage side: names and types
/// that every engine knows; `StorageSchema` is what leads to and from our own.
package enum DeltaSchema {
    /// The JSON text of a schema.
    /// - Precondition: its types are storage types: see `StorageSchema`.
    package static func text(_ schema: Schema) -> String { json(schema.fields).canonicalText }

    private static func json(_ fields: [Field]) -> JSONValue {
        .object(["type": .text("struct"), "fields": .array(fields.map(json))])
    }

    private static func json(_ field: Field) -> JSONValue {
        .object([
            "name": .text(field.name), "type": json(field.type), "nullable": .bool(field.isNullable),
            "metadata": .object(field.metadata.mapValues { .text($0) }),
        ])
    }

    private static func json(_ type: LogicalType) -> JSONValue {
        switch type {
        case .bool: .text("boolean")
        case .int8: .text("byte")
        case .int16: .text("short")
        case .int32: .text("integer")
        case .int64: .text("long")
        case .float: .text("float")
        case .double: .text("double")
        case .decimal(let precision, let scale): .text("decimal(\(precision),\(scale))")
        case .date: .text("date")
        case .timestamp: .text("timestamp")
        case .text: .text("string")
        case .binary: .text("binary")
        case .list(let element):
            .object([
                "type": .text("array"), "elementType": json(element.type), "containsNull": .bool(element.isNullable),
            ])
        case .map(let key, let value):
            .object([
                "type": .text("map"), "keyType": json(key.type), "valueType": json(value.type),
                "valueContainsNull": .bool(value.isNullable),
            ])
        case .structure(let fields): json(fields)
        case .uint8, .uint16, .uint32, .uint64, .uuid, .json, .interval:
            preconditionFailure("\(type) is no type of Delta tables")
        }
    }

    /// Reads a schema.
    ///
    /// - Throws: `LakeError` (`damaged`) for what is no schema, (`unsupported`) for a type that is not built here.
    package static func schema(_ text: String) throws(LakeError) -> Schema {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: text)
        } catch {
            throw DeltaReader.damaged("the schema is \(error)")
        }
        return Schema(try fields(json))
    }

    private static func fields(_ json: JSONValue) throws(LakeError) -> [Field] {
        guard json["type"]?.text == "struct", let fields = json["fields"]?.array else {
            throw DeltaReader.damaged("the schema is no struct")
        }
        var result: [Field] = []
        for field in fields { result.append(try self.field(field)) }
        return result
    }

    private static func field(_ json: JSONValue) throws(LakeError) -> Field {
        guard let type = json["type"] else { throw DeltaReader.damaged("a column has no type") }
        // Values that are no text belong to features that are refused elsewhere, or to other engines.
        let metadata = json["metadata"]?.object?.compactMapValues(\.text) ?? [:]
        return Field(
            try DeltaReader.text(json, "name"), try self.type(type),
            isNullable: try DeltaReader.bool(json, "nullable"), metadata: metadata)
    }

    private static func type(_ json: JSONValue) throws(LakeError) -> LogicalType {
        if let name = json.text { return try primitive(name) }
        switch json["type"]?.text {
        case "struct": return .structure(fields: try fields(json))
        case "array":
            return .list(
                element: Field(
                    "element", try type(json["elementType"] ?? .null),
                    isNullable: try DeltaReader.bool(json, "containsNull")))
        case "map":
            return .map(
                key: Field("key", try type(json["keyType"] ?? .null), isNullable: false),
                value: Field(
                    "value", try type(json["valueType"] ?? .null),
                    isNullable: try DeltaReader.bool(json, "valueContainsNull")))
        default: throw DeltaReader.damaged("a column's type is neither a name nor a nested type")
        }
    }

    private static func primitive(_ name: String) throws(LakeError) -> LogicalType {
        switch name {
        case "boolean": return .bool
        case "byte": return .int8
        case "short": return .int16
        case "integer": return .int32
        case "long": return .int64
        case "float": return .float
        case "double": return .double
        case "date": return .date
        case "timestamp": return .timestamp
        case "string": return .text
        case "binary": return .binary
        case "timestamp_ntz":
            throw LakeError(.unsupported, "can't read the table: it uses 'timestampNtz' of the Delta protocol")
        default: return try decimal(name)
        }
    }

    private static func decimal(_ name: String) throws(LakeError) -> LogicalType {
        if name.hasPrefix("decimal("), name.hasSuffix(")") {
            let parts = name.dropFirst(8).dropLast().split(separator: ",").map { Int($0.filter { $0 != " " }) }
            if parts.count == 2, let precision = parts[0], let scale = parts[1], (1...38).contains(precision),
                (0...precision).contains(scale)
            {
                return .decimal(precision: precision, scale: scale)
            }
        }
        let shown = name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "_(), ".contains($0)) }.prefix(40)
        throw LakeError(.unsupported, "can't read the table: it has a column of type '\(shown)'")
    }
}
