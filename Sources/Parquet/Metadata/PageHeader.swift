/// The header before each page.
struct PageHeader {
    /// Page types of `parquet.thrift`.
    enum Kind: Int32 {
        case data = 0
        case index = 1
        case dictionary = 2
        case dataV2 = 3
    }

    var kind: Kind
    var uncompressedByteCount: Int32
    var compressedByteCount: Int32
    var crc: UInt32?
    var valueCount: Int32
    var encoding: Int32
    /// How definition levels of a v1 page are encoded.
    var definitionEncoding = FileEncoding.rle
    /// How repetition levels of a v1 page are encoded.
    var repetitionEncoding = FileEncoding.rle
    /// What only v2 pages say.
    var v2: VersionTwo?

    /// The further fields of a data page v2: its levels lie before the values, never compressed.
    struct VersionTwo {
        var nullCount: Int32 = -1
        var rowCount: Int32 = -1
        var definitionByteCount: Int32 = -1
        var repetitionByteCount: Int32 = -1
        var isCompressed = true
    }

    func encoded() -> [UInt8] {
        var writer = CompactWriter()
        writer.element { writer in
            writer.int32(1, kind.rawValue)
            writer.int32(2, uncompressedByteCount)
            writer.int32(3, compressedByteCount)
            writer.int32(4, crc.map { Int32(bitPattern: $0) })
            if kind == .dataV2, let v2 {
                writer.structure(8) { writer in
                    writer.int32(1, valueCount)
                    writer.int32(2, v2.nullCount)
                    writer.int32(3, v2.rowCount)
                    writer.int32(4, encoding)
                    writer.int32(5, v2.definitionByteCount)
                    writer.int32(6, v2.repetitionByteCount)
                    writer.bool(7, v2.isCompressed)
                }
                return
            }
            writer.structure(kind == .data ? 5 : 7) { writer in
                writer.int32(1, valueCount)
                writer.int32(2, encoding)
                guard kind == .data else { return }
                writer.int32(3, FileEncoding.rle)
                writer.int32(4, FileEncoding.rle)
            }
        }
        return writer.bytes
    }

    /// Reads a header; gives also how many bytes it had.
    static func read(_ bytes: [UInt8], from start: Int) throws(ParquetError) -> (header: PageHeader, byteCount: Int) {
        var reader = CompactReader(bytes, from: start)
        var header = PageHeader(
            kind: .index, uncompressedByteCount: -1, compressedByteCount: -1, crc: nil, valueCount: -1, encoding: -1)
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .integer):
                guard let kind = Kind(rawValue: try reader.int32()) else { throw .corrupt("a page of an unknown kind") }
                header.kind = kind
            case (2, .integer): header.uncompressedByteCount = try reader.int32()
            case (3, .integer): header.compressedByteCount = try reader.int32()
            case (4, .integer): header.crc = UInt32(bitPattern: try reader.int32())
            case (5, .structure), (7, .structure): try header.readValues(&reader)
            case (8, .structure): try header.readVersionTwo(&reader)
            default: try reader.skip(kind)
            }
        }
        guard header.uncompressedByteCount >= 0, header.compressedByteCount >= 0 else {
            throw .corrupt("a page has no size, or a negative one")
        }
        return (header, reader.position - start)
    }

    private mutating func readValues(_ reader: inout CompactReader) throws(ParquetError) {
        var (count, encoding): (Int32, Int32) = (-1, -1)
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .integer): count = try reader.int32()
            case (2, .integer): encoding = try reader.int32()
            case (3, .integer): definitionEncoding = try reader.int32()
            case (4, .integer): repetitionEncoding = try reader.int32()
            default: try reader.skip(kind)
            }
        }
        guard count >= 0 else { throw .corrupt("a page has no count of values, or a negative one") }
        (valueCount, self.encoding) = (count, encoding)
    }

    private mutating func readVersionTwo(_ reader: inout CompactReader) throws(ParquetError) {
        var page = VersionTwo()
        var (count, encoding): (Int32, Int32) = (-1, -1)
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .integer): count = try reader.int32()
            case (2, .integer): page.nullCount = try reader.int32()
            case (3, .integer): page.rowCount = try reader.int32()
            case (4, .integer): encoding = try reader.int32()
            case (5, .integer): page.definitionByteCount = try reader.int32()
            case (6, .integer): page.repetitionByteCount = try reader.int32()
            case (7, .bool(let isCompressed)): page.isCompressed = isCompressed
            default: try reader.skip(kind)
            }
        }
        guard count >= 0, page.definitionByteCount >= 0, page.repetitionByteCount >= 0 else {
            throw .corrupt("a page has no count of values or levels, or a negative one")
        }
        (valueCount, self.encoding, v2) = (count, encoding, page)
    }
}
