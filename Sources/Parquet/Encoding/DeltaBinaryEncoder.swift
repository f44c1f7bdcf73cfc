/// Writes DELTA_BINARY_PACKED: blocks of 128 values in miniblocks of 32; the form is at `DeltaBinaryDecoder`.
enum DeltaBinaryEncoder {
    private static let blockValueCount = 128
    private static let miniblockValueCount = 32

    /// Adds the encoding of values.
    ///
    /// - Parameter bitWidth: of the column's values, 32 or 64. Deltas wrap at it: the format gives those of a 32-bit
    ///   column 32 bits, and readers refuse wider ones. 32-bit values are given sign-extended.
    static func encode(_ values: Span<Int64>, bitWidth: Int, into bytes: inout [UInt8]) {
        appendVarint(UInt64(blockValueCount), to: &bytes)
        appendVarint(UInt64(blockValueCount / miniblockValueCount), to: &bytes)
        appendVarint(UInt64(values.count), to: &bytes)
        appendZigzag(values.count > 0 ? values[0] : 0, to: &bytes)
        var start = 1
        var deltas = [UInt64](repeating: 0, count: blockValueCount)
        while start < values.count {
            let count = min(blockValueCount, values.count - start)
            block(values, start, count, isNarrow: bitWidth == 32, &deltas, into: &bytes)
            start += count
        }
    }

    private static func block(
        _ values: Span<Int64>, _ start: Int, _ count: Int, isNarrow: Bool, _ deltas: inout [UInt64],
        into bytes: inout [UInt8]
    ) {
        var least = Int64.max
        for index in 0..<count {
            let wide = values[start &+ index] &- values[start &+ index &- 1]
            let delta = isNarrow ? Int64(Int32(truncatingIfNeeded: wide)) : wide
            deltas[index] = UInt64(bitPattern: delta)
            if delta < least { least = delta }
        }
        // Behind the last value: deltas of nothing.
        for index in 0..<blockValueCount {
            deltas[index] = index < count ? deltas[index] &- UInt64(bitPattern: least) : 0
        }
        appendZigzag(least, to: &bytes)
        let widthsAt = bytes.count
        bytes.append(contentsOf: [0, 0, 0, 0])
        var first = 0
        while first < count {
            var all: UInt64 = 0
            for index in first..<first + miniblockValueCount { all |= deltas[index] }
            let width = 64 - all.leadingZeroBitCount
            bytes[widthsAt + first / miniblockValueCount] = UInt8(width)
            pack(deltas.span.extracting(first..<first + miniblockValueCount), width: width, into: &bytes)
            first += miniblockValueCount
        }
    }

    /// Packs 32 values of up to 64 bits.
    private static func pack(_ values: Span<UInt64>, width: Int, into bytes: inout [UInt8]) {
        if width == 0 { return }
        var word: UInt64 = 0
        var filled = 0
        for index in values.indices {
            let value = values[index]
            word |= value &<< UInt64(filled)
            filled += width
            if filled >= 64 {
                appendWord(word, to: &bytes)
                filled -= 64
                // What of the value did not fit; a shift by 64 gives nothing.
                word = filled == 0 ? 0 : value >> UInt64(width - filled)
            }
        }
        while filled > 0 {
            bytes.append(UInt8(truncatingIfNeeded: word))
            word >>= 8
            filled -= 8
        }
    }
}

/// Adds a number in groups of 7 bits, least significant first.
func appendVarint(_ value: UInt64, to bytes: inout [UInt8]) {
    var value = value
    while value >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
        value >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: value))
}

private func appendZigzag(_ value: Int64, to bytes: inout [UInt8]) {
    appendVarint(UInt64(bitPattern: (value << 1) ^ (value >> 63)), to: &bytes)
}

/// Adds a number's bytes, least significant first.
func appendWord<Word: FixedWidthInteger>(_ word: Word, to bytes: inout [UInt8]) {
    unsafe withUnsafeBytes(of: word.littleEndian) { unsafe bytes.append(contentsOf: $0) }
}

/// Adds the bytes of numbers as they lie in memory, which is little-endian on every machine that we build for.
func appendAll<Value: BitwiseCopyable>(_ values: [Value], to bytes: inout [UInt8]) {
    unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
}
