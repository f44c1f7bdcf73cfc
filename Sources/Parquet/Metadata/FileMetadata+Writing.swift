extension ParquetFileMetadata {
    /// The footer's bytes.
    func encoded() -> [UInt8] {
        var writer = CompactWriter()
        writer.element { writer in
            writer.int32(1, 2)
            writer.list(2, of: .structure, elements) { $0.element($1.write) }
            writer.int64(3, rowCount)
            writer.list(4, of: .structure, rowGroups) { $0.element($1.write) }
            writer.list(5, of: .structure, keyValues) { writer, entry in
                writer.element { writer in
                    writer.text(1, entry.key)
                    writer.text(2, entry.value)
                }
            }
            writer.text(6, createdBy)
            // Type-defined order for every column: readers may use minimum and maximum.
            let leaves = elements.filter { $0.childCount == nil }
            writer.list(7, of: .structure, leaves) { writer, _ in
                writer.element { $0.structure(1) { _ in } }
            }
            if let encryption {
                writer.structure(8, encryption.write)
                writer.binary(9, footerSigningKeyMetadata)
            }
        }
        return writer.bytes
    }
}

extension RowGroupMetadata {
    func write(_ writer: inout CompactWriter) {
        writer.list(1, of: .structure, columns) { writer, column in
            writer.element { writer in
                writer.int64(2, 0)
                if !column.isSealed { writer.structure(3, column.write) }
                writer.int64(4, column.offsetIndex?.offset)
                writer.int32(5, column.offsetIndex?.byteCount)
                writer.int64(6, column.columnIndex?.offset)
                writer.int32(7, column.columnIndex?.byteCount)
                if let crypto = column.crypto { writer.structure(8, crypto.write) }
                writer.binary(9, column.encryptedMetadata)
            }
        }
        writer.int64(2, totalByteSize)
        writer.int64(3, rowCount)
        if !sorting.isEmpty {
            writer.list(4, of: .structure, sorting) { writer, column in
                writer.element { writer in
                    writer.int32(1, column.leaf)
                    writer.bool(2, column.isDescending)
                    writer.bool(3, column.nullsFirst)
                }
            }
        }
        writer.int64(5, columns.first.map { $0.dictionaryPageOffset ?? $0.dataPageOffset })
        writer.int64(6, columns.reduce(0) { $0 + $1.compressedByteCount })
        writer.int16(7, ordinal)
    }
}

extension ColumnChunkMetadata {
    /// The chunk's metadata as a structure of its own, which is encrypted on its own.
    func encoded() -> [UInt8] {
        var writer = CompactWriter()
        writer.element(write)
        return writer.bytes
    }

    func write(_ writer: inout CompactWriter) {
        writer.int32(1, type)
        writer.list(2, of: .int32, encodings) { $0.element($1) }
        writer.list(3, of: .binary, path) { $0.element(Array($1.utf8)) }
        writer.int32(4, codec)
        writer.int64(5, valueCount)
        writer.int64(6, uncompressedByteCount)
        writer.int64(7, compressedByteCount)
        writer.int64(9, dataPageOffset)
        writer.int64(11, dictionaryPageOffset)
        if let statistics { writer.structure(12, statistics.write) }
        writer.int64(14, bloomFilter?.offset)
        writer.int32(15, bloomFilter?.byteCount)
    }
}

extension RawStatistics {
    func write(_ writer: inout CompactWriter) {
        writer.int64(3, nullCount)
        writer.binary(5, maximum)
        writer.binary(6, minimum)
        if maximum != nil { writer.bool(7, isExact) }
        if minimum != nil { writer.bool(8, isExact) }
    }
}

extension SchemaElement {
    func write(_ writer: inout CompactWriter) {
        writer.int32(1, type)
        writer.int32(2, typeLength)
        writer.int32(3, repetition)
        writer.text(4, name)
        writer.int32(5, childCount)
        writer.int32(6, convertedType)
        writer.int32(7, scale)
        writer.int32(8, precision)
        if let logical { writer.structure(10, logical.write) }
    }
}

extension LogicalAnnotation {
    func write(_ writer: inout CompactWriter) {
        switch self {
        case .decimal(let scale, let precision):
            writer.structure(5) { writer in
                writer.int32(1, scale)
                writer.int32(2, precision)
            }
        case .time(let isUTC, let unit): Self.write(isUTC, unit, field: 7, &writer)
        case .timestamp(let isUTC, let unit): Self.write(isUTC, unit, field: 8, &writer)
        case .integer(let bitWidth, let isSigned):
            writer.structure(10) { writer in
                writer.int8(1, bitWidth)
                writer.bool(2, isSigned)
            }
        case .other(let field): writer.structure(field) { _ in }
        default:
            if let field = Self.plain.first(where: { $0.value == self })?.key { writer.structure(field) { _ in } }
        }
    }

    private static func write(_ isUTC: Bool, _ unit: Int16, field: Int16, _ writer: inout CompactWriter) {
        writer.structure(field) { writer in
            writer.bool(1, isUTC)
            writer.structure(2) { $0.structure(unit) { _ in } }
        }
    }
}
