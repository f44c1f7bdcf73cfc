/// Reads the values of one data page, piece by piece, in whatever encoding they are.
enum ValueDecoder {
    case plain(PlainDecoder)
    case codes(HybridDecoder, LeafDictionary)
    case deltaBinary(DeltaBinaryDecoder)
    case deltaLength(DeltaLengthDecoder)
    case deltaBytes(DeltaBytesDecoder)
    case streamSplit(StreamSplitDecoder)
    case runLengthBools(HybridDecoder)
    /// A page without bytes for values.
    case nothing
    /// Codes of a dictionary that is not there.
    case noDictionary

    init(
        encoding: Int32, _ content: [UInt8], _ range: Range<Int>, _ leaf: LeafColumn, _ dictionary: LeafDictionary?
    ) throws(ParquetError) {
        switch (encoding, leaf.type) {
        case (FileEncoding.plain, _): self = .plain(PlainDecoder(content, range, length: leaf.length))
        case (FileEncoding.plainDictionary, _), (FileEncoding.rleDictionary, _):
            guard let dictionary else {
                // Pages of nothing but missing values may do without.
                self = .noDictionary
                return
            }
            guard let first = range.first else {
                self = .nothing
                return
            }
            let codes = try HybridDecoder(content, first + 1..<range.upperBound, bitWidth: Int(content[first]))
            self = .codes(codes, dictionary)
        case (FileEncoding.deltaBinaryPacked, FileType.int32), (FileEncoding.deltaBinaryPacked, FileType.int64):
            self = range.isEmpty ? .nothing : .deltaBinary(try DeltaBinaryDecoder(content, range))
        case (FileEncoding.deltaLengthByteArray, FileType.byteArray):
            self = range.isEmpty ? .nothing : .deltaLength(try DeltaLengthDecoder(content, range))
        case (FileEncoding.deltaByteArray, FileType.byteArray), (FileEncoding.deltaByteArray, FileType.fixedByteArray):
            let length = leaf.type == FileType.byteArray ? nil : leaf.length
            self = range.isEmpty ? .nothing : .deltaBytes(try DeltaBytesDecoder(content, range, length: length))
        case (FileEncoding.byteStreamSplit, _):
            self = .streamSplit(try StreamSplitDecoder(content, range, width: leaf.length))
        case (FileEncoding.rle, FileType.boolean):
            self = range.isEmpty ? .nothing : .runLengthBools(try Self.runLengthBools(content, range))
        default: throw ParquetError(.unsupported, "encoding \(encoding) of a column of physical type \(leaf.type)")
        }
    }

    private static func runLengthBools(
        _ content: [UInt8], _ range: Range<Int>
    ) throws(ParquetError) -> HybridDecoder {
        guard range.count >= 4 else { throw .corrupt("a page holds fewer values than it claims") }
        let length = littleEndian(content, range.lowerBound)
        guard length <= range.count - 4 else { throw .corrupt("a page holds fewer values than it claims") }
        return try HybridDecoder(content, range.lowerBound + 4..<range.lowerBound + 4 + length, bitWidth: 1)
    }

    /// Whether values come as codes of a dictionary.
    var givesCodes: Bool { if case .codes = self { true } else { false } }

    /// Adds the next `count` values.
    mutating func decode(_ count: Int, into values: inout DenseValues) throws(ParquetError) {
        if count == 0 { return }
        switch self {
        case .plain(var decoder):
            self = .nothing
            try decoder.decode(count, into: &values)
            self = .plain(decoder)
        case .codes(var decoder, let dictionary):
            self = .nothing
            var codes: [UInt32] = []
            codes.reserveCapacity(min(count, 1 << 16))
            try decoder.decode(count, into: &codes)
            guard let greatest = codes.max(), greatest < UInt32(clamping: dictionary.values.count) else {
                throw .corrupt("a code is outside of the dictionary")
            }
            try values.append(codes, of: dictionary)
            self = .codes(decoder, dictionary)
        case .deltaBinary(var decoder):
            self = .nothing
            if values.type == FileType.int32 {
                try decoder.decode(count, into: &values.int32s)
            } else {
                try decoder.decode(count, into: &values.int64s)
            }
            self = .deltaBinary(decoder)
        case .deltaLength(var decoder):
            self = .nothing
            try decoder.decode(count, into: &values)
            self = .deltaLength(decoder)
        case .deltaBytes(var decoder):
            self = .nothing
            try decoder.decode(count, into: &values)
            self = .deltaBytes(decoder)
        case .streamSplit(var decoder):
            self = .nothing
            try decoder.decode(count, into: &values)
            self = .streamSplit(decoder)
        case .runLengthBools(var decoder):
            self = .nothing
            try decoder.decode(count, into: &values.bools)
            self = .runLengthBools(decoder)
        case .noDictionary: throw .corrupt("it has codes and no dictionary")
        case .nothing: throw .corrupt("a page holds fewer values than it claims")
        }
    }
}

/// A 32-bit length; the caller has checked that its four bytes are there.
func littleEndian(_ bytes: [UInt8], _ position: Int) -> Int {
    Int(bytes[position]) | Int(bytes[position + 1]) << 8 | Int(bytes[position + 2]) << 16
        | Int(bytes[position + 3]) << 24
}
