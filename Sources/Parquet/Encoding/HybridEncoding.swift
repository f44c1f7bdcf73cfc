/// The RLE and bit-packing hybrid of levels and dictionary codes.
///
/// ```
/// run      varint header, even: header / 2 times the value of the next ceil(width / 8) bytes (little endian)
///                         odd:  header / 2 groups of 8 values, bit-packed from the least significant bit on
/// ```
/// Source: the Parquet format's Encodings page, "Run Length Encoding / Bit-Packing Hybrid".
enum HybridEncoding {
    /// The bits that a largest value needs.
    static func bitWidth(max: UInt32) -> Int { 32 - max.leadingZeroBitCount }

    /// Encodes values; runs of at least eight alike become one run, the rest is bit-packed in groups of eight.
    static func encode<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ values: Span<Value>, bitWidth: Int, into bytes: inout [UInt8]
    ) {
        var packedFrom = 0
        var index = 0
        while index < values.count {
            let value = values[index]
            var end = index &+ 1
            while end < values.count && values[end] == value { end &+= 1 }
            // A run may begin only where the values before it fill whole groups of eight.
            let lead = (8 &- (index &- packedFrom) & 7) & 7
            if end &- index >= lead &+ 8 {
                pack(values.extracting(packedFrom..<index + lead), bitWidth, into: &bytes)
                run(UInt32(truncatingIfNeeded: value), count: end - index - lead, bitWidth: bitWidth, into: &bytes)
                packedFrom = end
            }
            index = end
        }
        pack(values.extracting(packedFrom..<values.count), bitWidth, into: &bytes)
    }

    /// Encodes one value many times.
    static func run(_ value: UInt32, count: Int, bitWidth: Int, into bytes: inout [UInt8]) {
        guard count > 0 else { return }
        appendVarint(UInt64(count) << 1, to: &bytes)
        for byte in 0..<(bitWidth + 7) / 8 { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(byte * 8))) }
    }

    private static func pack<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ values: Span<Value>, _ bitWidth: Int, into bytes: inout [UInt8]
    ) {
        guard values.count > 0 else { return }
        let groups = (values.count + 7) / 8
        appendVarint(UInt64(groups) << 1 | 1, to: &bytes)
        let start = bytes.count
        // Eight bytes more than needed, so that whole words can be stored.
        bytes.append(contentsOf: repeatElement(0, count: groups * bitWidth + 8))
        var target = bytes.mutableSpan
        var buffer: UInt64 = 0
        var filled: UInt64 = 0
        var position = start
        for index in values.indices {
            buffer |= UInt64(truncatingIfNeeded: values[index]) &<< filled
            filled &+= UInt64(bitWidth)
            if filled >= 32 {
                target[position] = UInt8(truncatingIfNeeded: buffer)
                target[position &+ 1] = UInt8(truncatingIfNeeded: buffer &>> 8)
                target[position &+ 2] = UInt8(truncatingIfNeeded: buffer &>> 16)
                target[position &+ 3] = UInt8(truncatingIfNeeded: buffer &>> 24)
                position &+= 4
                buffer &>>= 32
                filled &-= 32
            }
        }
        while filled > 0 {
            target[position] = UInt8(truncatingIfNeeded: buffer)
            position += 1
            buffer >>= 8
            filled = filled > 8 ? filled - 8 : 0
        }
        bytes.removeLast(8)
    }
}
