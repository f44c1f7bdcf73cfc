internal import Checksum
internal import Columnar
internal import Zstandard

/// Decodes the pages of one column chunk.
struct ColumnChunkReader: ~Copyable {
    private let chunk: ColumnChunkMetadata
    private let field: Field
    private let options: ParquetReaderOptions
    private let fixedByteCount: Int?
    private var decompressor: Decompressor
    private var dictionary: DecodedValues?
    private var values: DecodedValues
    private var validity = BitmapBuilder()

    init(_ chunk: ColumnChunkMetadata, _ field: Field, _ fixedByteCount: Int?, _ options: ParquetReaderOptions)
        throws(ParquetError)
    {
        self.chunk = chunk
        self.field = field
        self.options = options
        self.fixedByteCount = fixedByteCount
        values = DecodedValues(field.type, fixedByteCount: fixedByteCount)
        guard chunk.codec == FileCodec.none || chunk.codec == FileCodec.zstd else {
            throw ParquetError(.unsupported, "codec \(chunk.codec) can't be read yet")
        }
        do {
            decompressor = try Decompressor()
        } catch {
            throw ParquetError(.inputOutput, "\(error)")
        }
    }

    /// Decodes all pages of the chunk's bytes.
    mutating func column(_ bytes: [UInt8], rowCount: Int) throws(ParquetError) -> Column {
        var position = 0
        while position < bytes.count && validity.count < rowCount {
            let (header, headerSize) = try PageHeader.read(bytes, from: position)
            position += headerSize
            guard Int(header.compressedByteCount) <= bytes.count - position else {
                throw .corrupt("a page runs past its chunk")
            }
            let page = bytes.span.extracting(position..<position + Int(header.compressedByteCount))
            position += page.count
            switch header.kind {
            case .dictionary: try readDictionary(header, page)
            case .data: try readData(header, page, rowsLeft: rowCount - validity.count)
            case .index: continue
            case .dataV2: throw ParquetError(.unsupported, "data pages v2 can't be read yet")
            }
        }
        guard validity.count == rowCount else { throw .corrupt("its pages hold fewer values than the row group") }
        let present = validity.setCount
        guard values.count == present else { throw .corrupt("it holds another number of values than its levels say") }
        return values.column(field.type, validity: validity.finishValidity())
    }

    private mutating func content(_ header: PageHeader, _ page: Span<UInt8>) throws(ParquetError) -> [UInt8] {
        if options.verifiesChecksums, let crc = header.crc, crc32(page) != crc {
            throw ParquetError(.checksum, "a page's checksum does not fit its bytes")
        }
        let size = Int(header.uncompressedByteCount)
        guard size <= options.pageByteCountMax, Int64(size) <= chunk.uncompressedByteCount else {
            throw .corrupt("a page claims more bytes than its chunk has")
        }
        guard chunk.codec == FileCodec.zstd else {
            guard page.count == size else { throw .corrupt("a page has another size than it claims") }
            return unsafe page.withUnsafeBufferPointer { unsafe Array($0) }
        }
        do {
            return try decompressor.decompress(page, size: size)
        } catch {
            throw .corrupt("\(error)")
        }
    }

    private mutating func readDictionary(_ header: PageHeader, _ page: Span<UInt8>) throws(ParquetError) {
        guard dictionary == nil, validity.count == 0 else { throw .corrupt("its dictionary is not its first page") }
        guard header.encoding == FileEncoding.plain || header.encoding == FileEncoding.plainDictionary else {
            throw ParquetError(.unsupported, "a dictionary in encoding \(header.encoding)")
        }
        let content = try content(header, page)
        var values = DecodedValues(field.type, fixedByteCount: fixedByteCount)
        try values.appendPlain(content.span, count: Int(header.valueCount))
        dictionary = values
    }

    private mutating func readData(_ header: PageHeader, _ page: Span<UInt8>, rowsLeft: Int) throws(ParquetError) {
        guard Int(header.valueCount) <= rowsLeft else {
            throw .corrupt("its pages hold more values than the row group")
        }
        let content = try content(header, page)
        var position = 0
        let present = try readLevels(content, count: Int(header.valueCount), &position)
        let data = content.span.extracting(position..<content.count)
        switch header.encoding {
        case FileEncoding.plain: try values.appendPlain(data, count: present)
        case FileEncoding.rleDictionary, FileEncoding.plainDictionary: try appendCoded(data, count: present)
        default: throw ParquetError(.unsupported, "encoding \(header.encoding) can't be read yet")
        }
    }

    /// Reads definition levels; gives the number of values that are there.
    private mutating func readLevels(
        _ content: [UInt8], count: Int, _ position: inout Int
    ) throws(ParquetError) -> Int {
        guard field.isNullable else {
            validity.append(repeating: true, count: count)
            return count
        }
        guard content.count >= 4 else { throw .corrupt("a page has no levels") }
        let length = (0..<4).reduce(0) { $0 | Int(content[$1]) << ($1 * 8) }
        guard length <= content.count - 4 else { throw .corrupt("levels run past their page") }
        let levels = try HybridEncoding.decode(
            content.span.extracting(4..<4 + length), count: count, bitWidth: 1, max: 1)
        var present = 0
        for level in levels {
            validity.append(level == 1)
            present += Int(level)
        }
        position = 4 + length
        return present
    }

    private mutating func appendCoded(_ data: Span<UInt8>, count: Int) throws(ParquetError) {
        guard let dictionary else { throw .corrupt("it has codes and no dictionary") }
        guard count > 0 else { return }
        guard data.count > 0, dictionary.count > 0 else { throw .corrupt("it has codes and an empty dictionary") }
        let codes = try HybridEncoding.decode(
            data.extracting(1..<data.count), count: count, bitWidth: Int(data[0]), max: UInt32(dictionary.count - 1))
        try values.append(codes, of: dictionary)
    }
}
