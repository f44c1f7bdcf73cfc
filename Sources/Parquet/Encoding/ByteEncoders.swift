/// Writes DELTA_LENGTH_BYTE_ARRAY and DELTA_BYTE_ARRAY; their forms are at the decoders.
enum DeltaBytesEncoder {
    /// All lengths, then all bytes.
    static func encodeLengths(_ texts: Span<UInt8>, _ lengths: Span<UInt32>, into bytes: inout [UInt8]) {
        DeltaBinaryEncoder.encode(lengths, into: &bytes)
        unsafe texts.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    /// How many bytes each value shares with the beginning of the one before it, then the rests.
    static func encodePrefixes(_ texts: Span<UInt8>, _ lengths: Span<UInt32>, into bytes: inout [UInt8]) {
        var shared = [UInt32](repeating: 0, count: lengths.count)
        var rests = [UInt32](repeating: 0, count: lengths.count)
        var rest: [UInt8] = []
        rest.reserveCapacity(texts.count)
        var (start, before) = (0, 0..<0)
        for index in lengths.indices {
            let range = start..<start + Int(lengths[index])
            let prefix = commonPrefix(texts, before, range)
            shared[index] = UInt32(prefix)
            rests[index] = lengths[index] - UInt32(prefix)
            if prefix < range.count {
                unsafe texts.extracting(range.lowerBound + prefix..<range.upperBound).withUnsafeBufferPointer {
                    unsafe rest.append(contentsOf: $0)
                }
            }
            (start, before) = (range.upperBound, range)
        }
        DeltaBinaryEncoder.encode(shared.span, into: &bytes)
        encodeLengths(rest.span, rests.span, into: &bytes)
    }

    private static func commonPrefix(_ texts: Span<UInt8>, _ left: Range<Int>, _ right: Range<Int>) -> Int {
        let most = min(left.count, right.count)
        let raw = unsafe texts.bytes
        var count = 0
        while count &+ 8 <= most {
            let a = unsafe raw.unsafeLoadUnaligned(fromByteOffset: left.lowerBound &+ count, as: UInt64.self)
            let b = unsafe raw.unsafeLoadUnaligned(fromByteOffset: right.lowerBound &+ count, as: UInt64.self)
            if a != b { return count &+ (a ^ b).littleEndian.trailingZeroBitCount / 8 }
            count &+= 8
        }
        while count < most && texts[left.lowerBound &+ count] == texts[right.lowerBound &+ count] { count &+= 1 }
        return count
    }
}

/// Writes BYTE_STREAM_SPLIT: the first bytes of all values, then all second bytes, and so on.
enum StreamSplitEncoder {
    @specialized(where Bits == UInt32)
    @specialized(where Bits == UInt64)
    static func encode<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ values: Span<Bits>, into bytes: inout [UInt8]
    ) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: values.count * MemoryLayout<Bits>.size))
        var target = bytes.mutableSpan
        for byte in 0..<MemoryLayout<Bits>.size {
            let first = start &+ byte &* values.count
            let shift = Bits(truncatingIfNeeded: byte * 8)
            for index in values.indices {
                target[first &+ index] = UInt8(truncatingIfNeeded: values[index] &>> shift)
            }
        }
    }
}
