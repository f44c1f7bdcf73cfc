/// Reads DELTA_LENGTH_BYTE_ARRAY: all lengths as DELTA_BINARY_PACKED, then all bytes.
struct DeltaLengthDecoder {
    private let content: [UInt8]
    private let end: Int
    private var lengths: DeltaBinaryDecoder
    private var position: Int

    init(_ content: [UInt8], _ range: Range<Int>) throws(ParquetError) {
        self.content = content
        end = range.upperBound
        lengths = try DeltaBinaryDecoder(content, range)
        position = try lengths.endPosition()
    }

    /// Calls back for each of the next `count` values.
    mutating func decode(
        _ count: Int, _ body: (Span<UInt8>) throws(ParquetError) -> Void
    ) throws(ParquetError) {
        var sizes: [Int32] = []
        try lengths.decode(count, into: &sizes)
        let content = content
        let source = content.span
        for size in sizes {
            guard size >= 0, Int(size) <= end - position else { throw .corrupt("a text is longer than its page") }
            try body(source.extracting(position..<position + Int(size)))
            position += Int(size)
        }
    }

    mutating func decode(_ count: Int, into values: inout DenseValues) throws(ParquetError) {
        try values.spellOut()
        try decode(count) { value throws(ParquetError) in try values.appendBytes(value) }
    }
}

/// Reads DELTA_BYTE_ARRAY: how much of its beginning each value shares with the one before it, as
/// DELTA_BINARY_PACKED, then the rests as DELTA_LENGTH_BYTE_ARRAY.
struct DeltaBytesDecoder {
    private var prefixes: DeltaBinaryDecoder
    private var suffixes: DeltaLengthDecoder
    private var previous: [UInt8] = []
    /// The bytes that every value must have, nil for texts.
    private let length: Int?

    init(_ content: [UInt8], _ range: Range<Int>, length: Int?) throws(ParquetError) {
        prefixes = try DeltaBinaryDecoder(content, range)
        suffixes = try DeltaLengthDecoder(content, try prefixes.endPosition()..<range.upperBound)
        self.length = length
    }

    mutating func decode(_ count: Int, into values: inout DenseValues) throws(ParquetError) {
        try values.spellOut()
        var shared: [Int32] = []
        try prefixes.decode(count, into: &shared)
        var index = 0
        var last = previous
        try suffixes.decode(count) { [length] suffix throws(ParquetError) in
            guard let kept = Int(exactly: shared[index]), (0...last.count).contains(kept) else {
                throw .corrupt("a text shares more with the one before it than that has")
            }
            last.removeSubrange(kept...)
            unsafe suffix.withUnsafeBufferPointer { unsafe last.append(contentsOf: $0) }
            if let length, last.count != length { throw .corrupt("a fixed-length value has another length") }
            try values.appendBytes(last.span)
            index += 1
        }
        previous = last
    }
}

/// Reads BYTE_STREAM_SPLIT: the first bytes of all values, then all second bytes, and so on.
struct StreamSplitDecoder {
    private let content: [UInt8]
    private let start: Int
    private let width: Int
    private let valueCount: Int
    private var index = 0

    init(_ content: [UInt8], _ range: Range<Int>, width: Int) throws(ParquetError) {
        guard width > 0, range.count % width == 0 else { throw .corrupt("byte streams have different lengths") }
        self.content = content
        start = range.lowerBound
        self.width = width
        valueCount = range.count / width
    }

    mutating func decode(_ count: Int, into values: inout DenseValues) throws(ParquetError) {
        guard count <= valueCount - index else { throw .corrupt("a page holds fewer values than it claims") }
        switch values.type {
        case FileType.int32: fixed(count) { values.int32s.append(Int32(truncatingIfNeeded: $0)) }
        case FileType.int64: fixed(count) { values.int64s.append(Int64(bitPattern: $0)) }
        case FileType.float: fixed(count) { values.floats.append(Float(bitPattern: UInt32(truncatingIfNeeded: $0))) }
        case FileType.double: fixed(count) { values.doubles.append(Double(bitPattern: $0)) }
        case FileType.fixedByteArray:
            try values.spellOut()
            for row in index..<index + count {
                let value = (0..<width).map { content[start + $0 * valueCount + row] }
                try values.appendBytes(value.span)
            }
        default: throw .corrupt("byte streams of values that have no fixed width")
        }
        index += count
    }

    private func fixed(_ count: Int, _ body: (UInt64) -> Void) {
        for row in index..<index + count {
            var value: UInt64 = 0
            for byte in 0..<width { value |= UInt64(content[start + byte * valueCount + row]) << UInt64(byte * 8) }
            body(value)
        }
    }
}
