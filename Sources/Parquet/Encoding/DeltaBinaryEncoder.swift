/// Writes DELTA_BINARY_PACKED: blocks of 128 values in miniblocks of 32; the form is at `DeltaBinaryDecoder`.
enum DeltaBinaryEncoder {
    private static let blockValueCount = 128
    private static let miniblockValueCount = 32

    /// Adds the encoding of signed numbers, given by their bits.
    ///
    /// Deltas wrap at the numbers' width: the format gives those of a 32-bit column 32 bits, and readers refuse wider ones.
    @specialized(where Bits == UInt32)
    @specialized(where Bits == UInt64)
    static func encode<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ values: Span<Bits>, into bytes: inout [UInt8]
    ) {
        appendVarint(UInt64(blockValueCount), to: &bytes)
        appendVarint(UInt64(blockValueCount / miniblockValueCount), to: &bytes)
        appendVarint(UInt64(values.count), to: &bytes)
        appendZigzag(values.count > 0 ? signed(values[0]) : 0, to: &bytes)
        var (deltas, words) = ([Bits](repeating: 0, count: blockValueCount), [UInt64]())
        words.reserveCapacity(miniblockValueCount)
        var start = 1
        while start < values.count {
            let end = min(values.count, start + blockValueCount)
            var span = deltas.mutableSpan
            let least = takeDeltas(values.extracting(start - 1..<end), &span)
            appendZigzag(signed(least), to: &bytes)
            appendMiniblocks(deltas.span, count: end - start, &words, to: &bytes)
            start = end
        }
    }

    @inline(__always)
    private static func signed<Bits: FixedWidthInteger & UnsignedInteger>(_ bits: Bits) -> Int64 {
        Bits.bitWidth == 64
            ? Int64(truncatingIfNeeded: bits) : Int64(Int32(truncatingIfNeeded: bits))
    }

    /// The deltas between values, less the least of them, which is returned; behind the last deltas of nothing.
    @inline(__always)
    private static func takeDeltas<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ values: Span<Bits>, _ deltas: inout MutableSpan<Bits>
    ) -> Bits {
        // Unsigned numbers with another sign bit are in the order of signed ones.
        let sign: Bits = 1 << Bits(Bits.bitWidth - 1)
        var leastKey = Bits.max
        for index in 1..<values.count {
            let delta = values[index] &- values[index &- 1]
            deltas[index &- 1] = delta
            leastKey = min(leastKey, delta ^ sign)
        }
        let least = leastKey ^ sign
        for index in 0..<values.count - 1 { deltas[index] = deltas[index] &- least }
        for index in values.count - 1..<deltas.count { deltas[index] = 0 }
        return least
    }

    /// Adds the widths of a block's miniblocks, and those that have values.
    @inline(__always)
    private static func appendMiniblocks<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ deltas: Span<Bits>, count: Int, _ words: inout [UInt64], to bytes: inout [UInt8]
    ) {
        let widthsAt = bytes.count
        bytes.append(contentsOf: [0, 0, 0, 0])
        var first = 0
        while first < count {
            let miniblock = deltas.extracting(first..<first + miniblockValueCount)
            var all: Bits = 0
            for index in miniblock.indices { all |= miniblock[index] }
            let width = Bits.bitWidth - all.leadingZeroBitCount
            bytes[widthsAt + first / miniblockValueCount] = UInt8(width)
            pack(miniblock, width: width, into: &words)
            appendAll(words, byteCount: miniblockValueCount / 8 * width, to: &bytes)
            first += miniblockValueCount
        }
    }

    /// Packs 32 values into words, the last of which may be half full.
    @inline(__always)
    private static func pack<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ values: Span<Bits>, width: Int, into words: inout [UInt64]
    ) {
        words.removeAll(keepingCapacity: true)
        if width == 0 { return }
        var word: UInt64 = 0
        var filled = 0
        for index in values.indices {
            let value = UInt64(truncatingIfNeeded: values[index])
            word |= value &<< UInt64(truncatingIfNeeded: filled)
            filled &+= width
            if filled >= 64 {
                words.append(word)
                filled &-= 64
                // What of the value did not fit; a shift by 64 gives nothing.
                word = filled == 0 ? 0 : value &>> UInt64(truncatingIfNeeded: width &- filled)
            }
        }
        if filled > 0 { words.append(word) }
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

/// Adds the first bytes of numbers as they lie in memory.
private func appendAll(_ words: [UInt64], byteCount: Int, to bytes: inout [UInt8]) {
    unsafe words.withUnsafeBytes { unsafe bytes.append(contentsOf: $0.prefix(byteCount)) }
}
