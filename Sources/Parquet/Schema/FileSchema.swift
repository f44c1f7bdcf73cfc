internal import Columnar

/// Between Almanac's schema and the file's tree of elements.
enum FileSchema {
    /// What the names of metadata entries begin with: `almanac.field/<column>/<key>`.
    static let entryPrefix = "almanac.field/"
    /// The entry that says which of our types a column is, where the file's annotation does not say it.
    static let typeKey = "logical"

    // MARK: Writing

    static func elements(of schema: Schema) throws(ParquetError) -> [SchemaElement] {
        var elements = [group("schema", childCount: schema.fields.count)]
        for field in schema.fields { try append(field, name: field.name, to: &elements) }
        return elements
    }

    private static func group(
        _ name: String, childCount: Int, repetition: Int32? = nil, _ logical: LogicalAnnotation? = nil,
        _ converted: Int32? = nil
    ) -> SchemaElement {
        var element = SchemaElement()
        element.name = name
        element.childCount = Int32(truncatingIfNeeded: childCount)
        element.repetition = repetition
        element.logical = logical
        element.convertedType = converted
        return element
    }

    /// Adds a field and those below it: lists and maps in the three levels of the format, under its names.
    private static func append(
        _ field: Field, name: String, to elements: inout [SchemaElement]
    ) throws(ParquetError) {
        let repetition: Int32 = field.isNullable ? 1 : 0
        switch field.type {
        case .list(let element):
            elements.append(group(name, childCount: 1, repetition: repetition, .list, 3))
            elements.append(group("list", childCount: 1, repetition: 2))
            try append(element, name: "element", to: &elements)
        case .map(let key, let value):
            elements.append(group(name, childCount: 1, repetition: repetition, .map, 1))
            elements.append(group("key_value", childCount: 2, repetition: 2))
            try append(Field(key.name, key.type, isNullable: false), name: "key", to: &elements)
            try append(value, name: "value", to: &elements)
        case .structure, .interval:
            let parts = field.type.parts ?? []
            guard !parts.isEmpty else {
                throw ParquetError(.unsupported, "a structure without parts can't be written", column: name)
            }
            elements.append(group(name, childCount: parts.count, repetition: repetition))
            for part in parts { try append(part, name: part.name, to: &elements) }
        default:
            var element = try element(of: field)
            element.name = name
            elements.append(element)
        }
    }

    /// The types of the leaves below a type, in the file's order.
    static func leafTypes(of type: LogicalType) -> [LogicalType] {
        switch type {
        case .list(let element): leafTypes(of: element.type)
        case .map(let key, let value): leafTypes(of: key.type) + leafTypes(of: value.type)
        case .structure, .interval: (type.parts ?? []).flatMap { leafTypes(of: $0.type) }
        default: [type]
        }
    }

    /// What must be noted beside the schema so that it comes back as it was.
    static func keyValues(of schema: Schema) -> [(key: String, value: String)] {
        schema.fields.flatMap { notes(of: $0, path: $0.name) }
    }

    private static func notes(of field: Field, path: String) -> [(key: String, value: String)] {
        var notes = field.metadata.sorted { $0.key < $1.key }.map {
            (key: "\(entryPrefix)\(path)/\($0.key)", value: $0.value)
        }
        switch field.type {
        case .uuid: notes.append(("\(entryPrefix)\(path)/\(typeKey)", "uuid"))
        case .interval: notes.append(("\(entryPrefix)\(path)/\(typeKey)", "interval"))
        case .list(let element): notes += Self.notes(of: element, path: "\(path)/element")
        case .map(let key, let value):
            notes += Self.notes(of: key, path: "\(path)/key") + Self.notes(of: value, path: "\(path)/value")
        case .structure(let parts): for part in parts { notes += Self.notes(of: part, path: "\(path)/\(part.name)") }
        default: break
        }
        return notes
    }

    private static func element(of field: Field) throws(ParquetError) -> SchemaElement {
        var element = SchemaElement()
        element.name = field.name
        element.repetition = field.isNullable ? 1 : 0
        func set(_ type: Int32, _ logical: LogicalAnnotation?, _ converted: Int32?) {
            element.type = type
            element.logical = logical
            element.convertedType = converted
        }
        func integer(_ type: Int32, _ bitWidth: Int8, _ isSigned: Bool, _ converted: Int32) {
            set(type, .integer(bitWidth: bitWidth, isSigned: isSigned), converted)
        }
        switch field.type {
        case .bool: set(FileType.boolean, nil, nil)
        case .int8: integer(FileType.int32, 8, true, 15)
        case .int16: integer(FileType.int32, 16, true, 16)
        case .int32: set(FileType.int32, nil, nil)
        case .int64: set(FileType.int64, nil, nil)
        case .uint8: integer(FileType.int32, 8, false, 11)
        case .uint16: integer(FileType.int32, 16, false, 12)
        case .uint32: integer(FileType.int32, 32, false, 13)
        case .uint64: integer(FileType.int64, 64, false, 14)
        case .float: set(FileType.float, nil, nil)
        case .double: set(FileType.double, nil, nil)
        case .date: set(FileType.int32, .date, 6)
        case .timestamp: set(FileType.int64, .timestamp(isUTC: true, unit: 2), 10)
        case .text, .uuid: set(FileType.byteArray, .string, 0)
        case .json: set(FileType.byteArray, .json, 19)
        case .binary: set(FileType.byteArray, nil, nil)
        case .decimal(let precision, let scale):
            let logical = LogicalAnnotation.decimal(scale: Int32(scale), precision: Int32(precision))
            set(field.type.physicalType == .int64 ? FileType.int64 : FileType.fixedByteArray, logical, 5)
            element.scale = Int32(scale)
            element.precision = Int32(precision)
            if field.type.physicalType == .int128 { element.typeLength = 16 }
        case .interval, .list, .structure, .map:
            throw ParquetError(.unsupported, "\(field.type) can't be written yet", column: field.name)
        }
        return element
    }
}

extension FileSchema {
    /// The file's physical type of one of our types.
    static func physicalType(of type: LogicalType) -> Int32 {
        switch type.physicalType {
        case .bool: FileType.boolean
        case .int32: FileType.int32
        case .int64: FileType.int64
        case .int128: FileType.fixedByteArray
        case .float: FileType.float
        case .double: FileType.double
        case .bytes, .list, .structure, .map: FileType.byteArray
        }
    }
}
