internal import Columnar

/// Between Almanac's schema and the file's tree of elements. This edition writes and reads flat tables.
enum FileSchema {
    /// What the names of metadata entries begin with: `almanac.field/<column>/<key>`.
    private static let entryPrefix = "almanac.field/"
    /// The entry that says which of our types a column is, where the file's annotation does not say it.
    private static let typeKey = "logical"

    // MARK: Writing

    static func elements(of schema: Schema) throws(ParquetError) -> [SchemaElement] {
        var root = SchemaElement()
        root.name = "schema"
        root.childCount = Int32(schema.fields.count)
        var elements = [root]
        for field in schema.fields { elements.append(try element(of: field)) }
        return elements
    }

    /// What must be noted beside the schema so that it comes back as it was.
    static func keyValues(of schema: Schema) -> [(key: String, value: String)] {
        schema.fields.flatMap { field in
            var entries = field.metadata.sorted { $0.key < $1.key }.map {
                (key: "\(entryPrefix)\(field.name)/\($0.key)", value: $0.value)
            }
            if field.type == .uuid { entries.append(("\(entryPrefix)\(field.name)/\(typeKey)", "uuid")) }
            return entries
        }
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

    // MARK: Reading

    static func schema(of metadata: ParquetFileMetadata) throws(ParquetError) -> Schema {
        guard let root = metadata.elements.first, let count = root.childCount, count >= 0,
            metadata.elements.count - 1 >= Int(count)
        else { throw .corrupt("the schema has no root, or claims columns that are not there") }
        let leaves = metadata.elements.dropFirst()
        guard leaves.count == Int(count), leaves.allSatisfy({ $0.childCount == nil || $0.childCount == 0 }) else {
            throw ParquetError(.unsupported, "nested columns can't be read yet")
        }
        var fields: [Field] = []
        for leaf in leaves { fields.append(try field(of: leaf, metadata)) }
        return Schema(fields)
    }

    private static func field(of element: SchemaElement, _ metadata: ParquetFileMetadata) throws(ParquetError) -> Field
    {
        var notes: [String: String] = [:]
        let prefix = "\(entryPrefix)\(element.name)/"
        for entry in metadata.keyValues where entry.key.hasPrefix(prefix) {
            notes[String(entry.key.dropFirst(prefix.count))] = entry.value
        }
        guard element.repetition == 0 || element.repetition == 1 else {
            throw ParquetError(.unsupported, "repeated columns can't be read yet", column: element.name)
        }
        var type = try logicalType(of: element)
        if type == .text, notes.removeValue(forKey: typeKey) == "uuid" { type = .uuid }
        return Field(element.name, type, isNullable: element.repetition == 1, metadata: notes)
    }

    private static func logicalType(of element: SchemaElement) throws(ParquetError) -> LogicalType {
        func unsupported() -> ParquetError {
            ParquetError(.unsupported, "its type can't be read yet", column: element.name)
        }
        switch (element.type, element.logical) {
        case (FileType.boolean, nil): return .bool
        case (FileType.int32, .date): return .date
        case (FileType.int64, .timestamp(isUTC: _, unit: 2)): return .timestamp
        case (FileType.int32, .integer(let width, let isSigned)): return integer(width, isSigned, element.type)
        case (FileType.int64, .integer(let width, let isSigned)): return integer(width, isSigned, element.type)
        case (FileType.int32, nil): return .int32
        case (FileType.int64, nil): return .int64
        case (FileType.float, nil): return .float
        case (FileType.double, nil): return .double
        case (FileType.byteArray, .string): return .text
        case (FileType.byteArray, .json): return .json
        case (FileType.byteArray, nil): return element.convertedType == 0 ? .text : .binary
        case (FileType.int64, .decimal(let scale, let precision)):
            guard (1...18).contains(precision), (0...precision).contains(scale) else { throw unsupported() }
            return .decimal(precision: Int(precision), scale: Int(scale))
        case (FileType.fixedByteArray, .decimal(let scale, let precision)):
            guard (1...38).contains(precision), (0...precision).contains(scale), fixedByteCount(of: element) != nil
            else { throw unsupported() }
            return .decimal(precision: Int(precision), scale: Int(scale))
        default: throw unsupported()
        }
    }

    private static func integer(_ width: Int8, _ isSigned: Bool, _ type: Int32?) -> LogicalType {
        switch (width, isSigned) {
        case (8, true): .int8
        case (16, true): .int16
        case (8, false): .uint8
        case (16, false): .uint16
        case (32, false): .uint32
        case (64, false): .uint64
        default: type == FileType.int32 ? .int32 : .int64
        }
    }
}

extension FileSchema {
    /// How many bytes a value of a fixed-length decimal has; nil for other columns and absurd lengths.
    static func fixedByteCount(of element: SchemaElement) -> Int? {
        guard element.type == FileType.fixedByteArray, let length = element.typeLength, (1...16).contains(length) else {
            return nil
        }
        return Int(length)
    }

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
