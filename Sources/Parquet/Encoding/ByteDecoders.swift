/// Reads DELTA_LENGTH_BYTE_ARRAY: all lengths as DELTA_BINARY_PACKED, then all bytes.
struct DeltaLengthDecoder {
    let content: [UInt8]
    private let end: Int
    private var lengths: DeltaBinaryDecoder
    private var position: Int

    init(_ content: [UInt8], _ range: Range<Int>) throws(ParquetError) {
        self.content = content
        end = range.upperBound
        lengths = try DeltaBinaryDecoder(content, range)
        position = try lengths.endPosition()
    }

    /// The lengths of the next `count` values, and where their bytes begin: they lie side by side within the page.
    mutating func take(_ count: Int) throws(ParquetError) -> (sizes: [Int32], start: Int) {
        var sizes: [Int32] = []
        try lengths.decode(count, into: &sizes)
        let start = position
        for size in sizes {
            guard size >= 0, Int(size) <= end - position else { throw .corrupt("a text is longer than its page") }
            position += Int(size)
        }
        return (sizes, start)
    }

    mutating func decode(_ count: Int, into values: inout DenseValues) throws(ParquetError) {
        try values.spellOut()
        let (sizes, start) = try take(count)
        guard position - start <= values.byteCountMax - values.bytes.count else { throw DenseValues.tooLarge }
        var offset = Int32(truncatingIfNeeded: values.bytes.count)
        values.bytes.append(contentsOf: content[start..<position])
        values.offsets.reserveMore(count)
        for size in sizes {
            offset &+= size
            values.offsets.append(offset)
        }
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
        let (sizes, start) = try suffixes.take(count)
        values.offsets.reserveMore(count)
        let first = values.bytes.count
        let end = try addOffsets(shared, sizes, to: &values)
        values.bytes.append(contentsOf: repeatElement(0, count: end - first))
        // The value before the first stands apart, those after it in the target itself.
        let (before, source) = (previous, suffixes.content)
        unsafe values.bytes.withUnsafeMutableBytes { target in
            unsafe source.withUnsafeBytes { source in
                unsafe before.withUnsafeBytes { before in
                    var (place, suffix) = (first, start)
                    var last = before
                    for index in 0..<count {
                        let (kept, size) = (Int(shared[index]), Int(sizes[index]))
                        let value = unsafe UnsafeMutableRawBufferPointer(rebasing: target[place..<place + kept + size])
                        unsafe value.copyMemory(from: UnsafeRawBufferPointer(rebasing: last[..<kept]))
                        unsafe UnsafeMutableRawBufferPointer(rebasing: value[kept...]).copyMemory(
                            from: UnsafeRawBufferPointer(rebasing: source[suffix..<suffix + size]))
                        unsafe last = UnsafeRawBufferPointer(value)
                        place += kept + size
                        suffix += size
                    }
                }
            }
        }
        let ends = values.offsets
        if count > 0 { previous = Array(values.bytes[Int(ends[ends.count - 2])..<Int(ends[ends.count - 1])]) }
    }

    /// Where each value ends, once it is sure that each shares no more than the value before it has.
    private func addOffsets(
        _ shared: [Int32], _ sizes: [Int32], to values: inout DenseValues
    ) throws(ParquetError) -> Int {
        var (end, last) = (values.bytes.count, previous.count)
        for (kept, size) in zip(shared, sizes) {
            guard kept >= 0, Int(kept) <= last else {
                throw .corrupt("a text shares more with the one before it than that has")
            }
            last = Int(kept) + Int(size)
            if let length, last != length { throw .corrupt("a fixed-length value has another length") }
            end += last
            guard end <= values.byteCountMax else { throw DenseValues.tooLarge }
            values.offsets.append(Int32(truncatingIfNeeded: end))
        }
        return end
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
        case FileType.int32: fixed(count, into: &values.int32s) { Int32(truncatingIfNeeded: $0) }
        case FileType.int64: fixed(count, into: &values.int64s) { Int64(bitPattern: $0) }
        case FileType.float:
            fixed(count, into: &values.floats) { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }
        case FileType.double: fixed(count, into: &values.doubles) { Double(bitPattern: $0) }
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

    @inline(__always)
    private func fixed<Value: BitwiseCopyable>(_ count: Int, into values: inout [Value], _ value: (UInt64) -> Value) {
        let first = values.count
        values.append(contentsOf: repeatElement(value(0), count: count))
        var target = values.mutableSpan
        let content = content
        let source = content.span
        for row in 0..<count {
            var bits: UInt64 = 0
            for byte in 0..<width {
                bits |= UInt64(source[start &+ byte &* valueCount &+ index &+ row]) &<< UInt64(byte &* 8)
            }
            target[first &+ row] = value(bits)
        }
    }
}
