extension ParquetFileMetadata {
    /// Reads a footer; gives also how many bytes it had.
    static func read(
        _ bytes: [UInt8]
    ) throws(ParquetError) -> (metadata: ParquetFileMetadata, byteCount: Int) {
        var reader = CompactReader(bytes)
        var result = ParquetFileMetadata()
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (2, .list):
                result.elements = try reader.list { reader throws(ParquetError) in try SchemaElement(&reader) }
            case (3, .integer): result.rowCount = try reader.integer()
            case (4, .list):
                result.rowGroups = try reader.list { reader throws(ParquetError) in try RowGroupMetadata(&reader) }
            case (5, .list):
                result.keyValues = try reader.list { reader throws(ParquetError) in try Self.keyValue(&reader) }
            case (6, .binary): result.createdBy = try reader.text()
            case (7, .list):
                result.columnOrders = try reader.list { reader throws(ParquetError) in try Self.isTypeOrder(&reader) }
            case (8, .structure): result.encryption = try EncryptionAlgorithm(&reader)
            case (9, .binary): result.footerSigningKeyMetadata = try reader.binary()
            default: try reader.skip(kind)
            }
        }
        return (result, reader.position)
    }

    /// Whether a column order, a union, is the one of the type.
    private static func isTypeOrder(_ reader: inout CompactReader) throws(ParquetError) -> Bool {
        var isTypeOrder = false
        try reader.structure { reader, field, kind throws(ParquetError) in
            if field == 1 { isTypeOrder = true }
            try reader.skip(kind)
        }
        return isTypeOrder
    }

    private static func keyValue(_ reader: inout CompactReader) throws(ParquetError) -> (key: String, value: String) {
        var entry = (key: "", value: "")
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .binary): entry.key = try reader.text()
            case (2, .binary): entry.value = try reader.text()
            default: try reader.skip(kind)
            }
        }
        return entry
    }
}

extension RowGroupMetadata {
    init(_ reader: inout CompactReader) throws(ParquetError) {
        var result = RowGroupMetadata()
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .list):
                result.columns = try reader.list { reader throws(ParquetError) in try Self.chunk(&reader) }
            case (2, .integer): result.totalByteSize = try reader.integer()
            case (3, .integer): result.rowCount = try reader.integer()
            case (4, .list):
                result.sorting = try reader.list { reader throws(ParquetError) in try SortingColumn(&reader) }
            default: try reader.skip(kind)
            }
        }
        self = result
    }

    private static func chunk(_ reader: inout CompactReader) throws(ParquetError) -> ColumnChunkMetadata {
        var result = ColumnChunkMetadata()
        var (offsets, bounds) = (ColumnChunkMetadata.Place(), ColumnChunkMetadata.Place())
        var hasMetadata = false
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .binary): throw ParquetError(.unsupported, "column chunks in other files")
            case (3, .structure):
                try result.readMetadata(&reader)
                hasMetadata = true
            case (4, .integer): offsets.offset = try reader.integer()
            case (5, .integer): offsets.byteCount = try reader.int32()
            case (6, .integer): bounds.offset = try reader.integer()
            case (7, .integer): bounds.byteCount = try reader.int32()
            case (8, .structure): result.crypto = try ColumnCrypto(&reader)
            case (9, .binary): result.encryptedMetadata = try reader.binary()
            default: try reader.skip(kind)
            }
        }
        guard !hasMetadata || !result.path.isEmpty else { throw .corrupt("a column chunk has no path") }
        guard hasMetadata || (result.crypto != nil && result.encryptedMetadata != nil) else {
            throw .corrupt("a column chunk has no metadata")
        }
        result.offsetIndex = offsets.byteCount > 0 ? offsets : nil
        result.columnIndex = bounds.byteCount > 0 ? bounds : nil
        return result
    }
}

extension ColumnChunkMetadata {
    /// Takes what the format calls the chunk's metadata, which may be encrypted on its own.
    mutating func readMetadata(_ reader: inout CompactReader) throws(ParquetError) {
        var result = self
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .integer): result.type = try reader.int32()
            case (2, .list): result.encodings = try reader.list { reader throws(ParquetError) in try reader.int32() }
            case (3, .list): result.path = try reader.list { reader throws(ParquetError) in try reader.text() }
            case (4, .integer): result.codec = try reader.int32()
            case (5, .integer): result.valueCount = try reader.integer()
            case (6, .integer): result.uncompressedByteCount = try reader.integer()
            case (7, .integer): result.compressedByteCount = try reader.integer()
            case (9, .integer): result.dataPageOffset = try reader.integer()
            case (11, .integer): result.dictionaryPageOffset = try reader.integer()
            case (12, .structure): result.statistics = try RawStatistics(&reader)
            case (14, .integer): result.bloomFilter = Place(offset: try reader.integer())
            case (15, .integer): result.bloomFilter?.byteCount = try reader.int32()
            default: try reader.skip(kind)
            }
        }
        self = result
    }
}

extension SortingColumn {
    init(_ reader: inout CompactReader) throws(ParquetError) {
        var result = SortingColumn()
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .integer): result.leaf = try reader.int32()
            case (2, .bool(let isDescending)): result.isDescending = isDescending
            case (3, .bool(let nullsFirst)): result.nullsFirst = nullsFirst
            default: try reader.skip(kind)
            }
        }
        self = result
    }
}

extension RawStatistics {
    init(_ reader: inout CompactReader) throws(ParquetError) {
        var result = RawStatistics()
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .binary): result.oldMaximum = try reader.binary()
            case (2, .binary): result.oldMinimum = try reader.binary()
            case (3, .integer): result.nullCount = try reader.integer()
            case (5, .binary): result.maximum = try reader.binary()
            case (6, .binary): result.minimum = try reader.binary()
            case (7, .bool(let isExact)):
                result.isExact = result.isExact && isExact
                result.claimsExactMaximum = isExact
            case (8, .bool(let isExact)):
                result.isExact = result.isExact && isExact
                result.claimsExactMinimum = isExact
            default: try reader.skip(kind)
            }
        }
        self = result
    }
}

extension SchemaElement {
    init(_ reader: inout CompactReader) throws(ParquetError) {
        var result = SchemaElement()
        var hasName = false
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .integer): result.type = try reader.int32()
            case (2, .integer): result.typeLength = try reader.int32()
            case (3, .integer): result.repetition = try reader.int32()
            case (4, .binary):
                result.name = try reader.text()
                hasName = true
            case (5, .integer): result.childCount = try reader.int32()
            case (6, .integer): result.convertedType = try reader.int32()
            case (7, .integer): result.scale = try reader.int32()
            case (8, .integer): result.precision = try reader.int32()
            case (10, .structure): result.logical = try LogicalAnnotation(&reader)
            default: try reader.skip(kind)
            }
        }
        // Every element has a name: what has none is no element, and a list of nothings is not worth the memory.
        guard hasName else { throw .corrupt("an element of the schema has no name") }
        self = result
    }
}

extension LogicalAnnotation {
    init?(_ reader: inout CompactReader) throws(ParquetError) {
        var result: LogicalAnnotation?
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (5, .structure): result = try Self.decimal(&reader)
            case (7, .structure):
                let (isUTC, unit) = try Self.time(&reader)
                result = .time(isUTC: isUTC, unit: unit)
            case (8, .structure):
                let (isUTC, unit) = try Self.time(&reader)
                result = .timestamp(isUTC: isUTC, unit: unit)
            case (10, .structure): result = try Self.integer(&reader)
            default:
                result = Self.plain[field] ?? .other(field)
                try reader.skip(kind)
            }
        }
        guard let result else { return nil }
        self = result
    }

    /// The annotations without parameters, by their field.
    static let plain: [Int16: LogicalAnnotation] = [
        1: .string, 2: .map, 3: .list, 4: .enumeration, 6: .date, 11: .null, 12: .json, 13: .bson, 14: .uuid,
        15: .float16,
    ]

    private static func decimal(_ reader: inout CompactReader) throws(ParquetError) -> LogicalAnnotation {
        var (scale, precision): (Int32, Int32) = (0, 0)
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .integer): scale = try reader.int32()
            case (2, .integer): precision = try reader.int32()
            default: try reader.skip(kind)
            }
        }
        return .decimal(scale: scale, precision: precision)
    }

    private static func time(_ reader: inout CompactReader) throws(ParquetError) -> (isUTC: Bool, unit: Int16) {
        var isUTC = false
        var unit: Int16 = 0
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .bool(let value)): isUTC = value
            case (2, .structure):
                try reader.structure { reader, field, kind throws(ParquetError) in
                    unit = field
                    try reader.skip(kind)
                }
            default: try reader.skip(kind)
            }
        }
        return (isUTC, unit)
    }

    private static func integer(_ reader: inout CompactReader) throws(ParquetError) -> LogicalAnnotation {
        var bitWidth: Int8 = 0
        var isSigned = true
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .byte): bitWidth = Int8(bitPattern: try reader.byte())
            case (2, .bool(let value)): isSigned = value
            default: try reader.skip(kind)
            }
        }
        return .integer(bitWidth: bitWidth, isSigned: isSigned)
    }
}
