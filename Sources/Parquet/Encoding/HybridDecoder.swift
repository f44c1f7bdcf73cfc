/// Reads the RLE and bit-packing hybrid piece by piece; its form is at the head of `HybridEncoding`.
///
/// (1) Nothing is read outside of the range that was given.
/// (2) A run may claim any number of values: only those that are asked for are made.
struct HybridDecoder {
    private let bytes: [UInt8]
    private let end: Int
    private let bitWidth: Int
    private var position: Int
    private var runLeft = 0
    private var runValue: UInt32 = 0
    private var packedLeft = 0
    private var packedBit = 0
    /// Whether packed values begin with their most significant bit, as in the format's old BIT_PACKED.
    private let isReversed: Bool

    /// - Throws: `corrupt` where the width is above 32.
    init(_ bytes: [UInt8], _ range: Range<Int>, bitWidth: Int) throws(ParquetError) {
        guard (0...32).contains(bitWidth), range.lowerBound >= 0, range.upperBound <= bytes.count else {
            throw .corrupt("a bit width of \(bitWidth)")
        }
        self.bytes = bytes
        self.bitWidth = bitWidth
        position = range.lowerBound
        end = range.upperBound
        isReversed = false
    }

    /// Reads levels in BIT_PACKED, which writers before 2014 used: nothing but bits, the most significant one first.
    /// - Precondition: the range has the bits of `count` levels.
    init(bitPackedLevels bytes: [UInt8], _ range: Range<Int>, bitWidth: Int, count: Int) {
        self.bytes = bytes
        self.bitWidth = bitWidth
        (position, end) = (range.upperBound, range.upperBound)
        (packedLeft, packedBit) = (count, range.lowerBound * 8)
        isReversed = true
    }

    /// Adds the next `count` values.
    mutating func decode<Value: FixedWidthInteger>(_ count: Int, into values: inout [Value]) throws(ParquetError) {
        var left = count
        while left > 0 {
            if runLeft > 0 {
                let taken = min(left, runLeft)
                values.append(contentsOf: repeatElement(Value(truncatingIfNeeded: runValue), count: taken))
                runLeft -= taken
                left -= taken
            } else if packedLeft > 0 {
                let taken = min(left, packedLeft)
                unpack(taken, into: &values)
                packedLeft -= taken
                left -= taken
            } else {
                try nextRun()
            }
        }
    }

    /// Takes `count` values off the front where they are one run of one value; nil, and nothing taken, where not.
    mutating func takeRun(_ count: Int) throws(ParquetError) -> UInt32? {
        if runLeft == 0 && packedLeft == 0 { try nextRun() }
        guard runLeft >= count else { return nil }
        runLeft -= count
        return runValue
    }

    private mutating func nextRun() throws(ParquetError) {
        if bitWidth == 0 && position == end {
            // Some writers leave out what has no bits.
            (runLeft, runValue) = (Int(Int32.max), 0)
            return
        }
        let header = try varint()
        if header & 1 == 0 {
            let width = (bitWidth + 7) / 8
            guard header > 1, end - position >= width else { throw .corrupt("a run of levels or codes is cut off") }
            runValue = 0
            for byte in 0..<width { runValue |= UInt32(bytes[position + byte]) << UInt32(byte * 8) }
            position += width
            runLeft = Int(header >> 1)
        } else {
            let groups = Int(header >> 1)
            // The last group may lack the bytes that nobody needs.
            let byteCount = min(groups * bitWidth, end - position)
            packedLeft = bitWidth == 0 ? groups * 8 : min(groups * 8, byteCount * 8 / bitWidth)
            guard packedLeft > 0 else { throw .corrupt("bit-packed levels or codes are cut off") }
            packedBit = position * 8
            position += byteCount
        }
    }

    private mutating func unpack<Value: FixedWidthInteger>(_ count: Int, into values: inout [Value]) {
        if isReversed { return unpackReversed(count, into: &values) }
        let start = values.count
        values.append(contentsOf: repeatElement(0, count: count))
        var target = values.mutableSpan
        if bitWidth == 1 { return unpackBits(into: &target, from: start) }
        let bytes = bytes
        let source = bytes.span
        let raw = unsafe source.bytes
        let mask: UInt64 = bitWidth == 32 ? 0xFFFF_FFFF : (1 &<< UInt64(bitWidth)) &- 1
        var bit = packedBit
        var index = 0
        // Whole words as long as they lie within the bytes: a value has at most 32 + 7 bits of one.
        let wordsEnd = (bytes.count - 8) * 8
        while index < count && bit <= wordsEnd {
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self)
            target[start &+ index] = Value(truncatingIfNeeded: (word &>> UInt64(bit & 7)) & mask)
            bit &+= bitWidth
            index &+= 1
        }
        while index < count {
            target[start &+ index] = Value(truncatingIfNeeded: bits(source, at: bit, count: bitWidth))
            bit &+= bitWidth
            index &+= 1
        }
        packedBit = bit
    }

    /// Single bits, as most levels are.
    private mutating func unpackBits<Value: FixedWidthInteger>(into target: inout MutableSpan<Value>, from start: Int) {
        let bytes = bytes
        let source = bytes.span
        var bit = packedBit
        var index = start
        while index < target.count {
            let rest = UInt64(source[bit &>> 3]) &>> UInt64(bit & 7)
            let taken = min(8 &- bit & 7, target.count &- index)
            for place in 0..<taken { target[index &+ place] = Value(truncatingIfNeeded: rest &>> UInt64(place) & 1) }
            index &+= taken
            bit &+= taken
        }
        packedBit = bit
    }

    private mutating func unpackReversed<Value: FixedWidthInteger>(_ count: Int, into values: inout [Value]) {
        for _ in 0..<count {
            var value: UInt32 = 0
            for _ in 0..<bitWidth {
                value = value << 1 | UInt32(bytes[packedBit >> 3] >> UInt8(7 - packedBit & 7) & 1)
                packedBit += 1
            }
            values.append(Value(truncatingIfNeeded: value))
        }
    }

    private mutating func varint() throws(ParquetError) -> UInt32 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard position < end, shift < 35 else { throw .corrupt("levels or codes end too early") }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        guard let value = UInt32(exactly: value) else { throw .corrupt("a run of levels or codes is too long") }
        return value
    }
}

/// Up to 64 bits from a bit position on, least significant first; those behind the last byte are 0.
func bits(_ bytes: Span<UInt8>, at position: Int, count: Int) -> UInt64 {
    var value: UInt64 = 0
    var filled = 0
    var bit = position
    while filled < count {
        let byte = bit >> 3 < bytes.count ? UInt64(bytes[bit >> 3]) : 0
        let taken = min(8 - (bit & 7), count - filled)
        value |= ((byte >> UInt64(bit & 7)) & ((1 << UInt64(taken)) - 1)) << UInt64(filled)
        filled += taken
        bit += taken
    }
    return value
}
