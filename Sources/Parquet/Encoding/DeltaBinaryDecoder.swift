/// Reads DELTA_BINARY_PACKED piece by piece.
///
/// ```
/// page   values a block (varint) | miniblocks a block (varint) | count of values (varint) | first value (zigzag)
/// block  least delta (zigzag) | a width in bits for each miniblock (a byte each) | miniblocks, bit-packed deltas
/// ```
/// A value is the one before it, plus the block's least delta, plus its own bits, all wrapping. The last block has the
/// widths of all its miniblocks, but only those miniblocks that have values.
/// Source: the Parquet format's Encodings page, "Delta Encoding".
struct DeltaBinaryDecoder {
    private let bytes: [UInt8]
    private let end: Int
    private var position: Int
    private let miniblockCount: Int
    private let miniblockValueCount: Int
    /// Values that were not given yet.
    private(set) var left: Int
    private var value: Int64
    private var isFirst = true
    private var leastDelta: Int64 = 0
    private var widths: Range<Int> = 0..<0
    private var miniblock: Int
    private var miniblockLeft = 0
    private var width = 0
    private var bit = 0

    init(_ bytes: [UInt8], _ range: Range<Int>) throws(ParquetError) {
        self.bytes = bytes
        end = range.upperBound
        position = range.lowerBound
        let blockValueCount = try Self.varint(bytes, &position, end)
        let miniblocks = try Self.varint(bytes, &position, end)
        let count = try Self.varint(bytes, &position, end)
        value = Self.signed(try Self.varint(bytes, &position, end))
        guard (1...(1 << 20)).contains(blockValueCount), (1...512).contains(miniblocks),
            blockValueCount % miniblocks == 0, (blockValueCount / miniblocks) % 8 == 0, count <= UInt64(Int32.max)
        else { throw .corrupt("the blocks of a delta encoding are absurd") }
        miniblockCount = Int(miniblocks)
        miniblockValueCount = Int(blockValueCount / miniblocks)
        left = Int(count)
        miniblock = miniblockCount
    }

    /// Adds the next `count` values; those of 32-bit columns wrap at 32 bits.
    mutating func decode<Value: FixedWidthInteger>(_ count: Int, into values: inout [Value]) throws(ParquetError) {
        guard count <= left else { throw .corrupt("a delta encoding holds fewer values than the page") }
        var need = count
        if isFirst && need > 0 {
            values.append(Value(truncatingIfNeeded: value))
            isFirst = false
            need -= 1
            left -= 1
        }
        var next = values.count
        values.append(contentsOf: repeatElement(0, count: need))
        var target = values.mutableSpan
        let bytes = bytes
        while next < target.count {
            if miniblockLeft == 0 { try nextMiniblock() }
            let end = min(target.count, next + miniblockLeft)
            unpack(bytes.span, into: &target, next..<end)
            miniblockLeft -= end - next
            left -= end - next
            next = end
        }
    }

    /// The values of the open miniblock that come next.
    private mutating func unpack<Value: FixedWidthInteger>(
        _ source: Span<UInt8>, into target: inout MutableSpan<Value>, _ places: Range<Int>
    ) {
        var (value, position) = (value, bit)
        let (least, width) = (leastDelta, width)
        let last = position + (places.count - 1) * width
        if width == 0 {
            for index in places {
                value = value &+ least
                target[index] = Value(truncatingIfNeeded: value)
            }
        } else if width <= 56 && last >> 3 + 8 <= source.count {
            // Whole words: each lies within the bytes.
            let raw = unsafe source.bytes
            let mask: UInt64 = (1 &<< UInt64(width)) &- 1
            for index in places {
                let word = unsafe UInt64(
                    littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: position &>> 3, as: UInt64.self))
                value = value &+ least &+ Int64(bitPattern: word &>> UInt64(position & 7) & mask)
                target[index] = Value(truncatingIfNeeded: value)
                position &+= width
            }
        } else {
            for index in places {
                value = value &+ least &+ Int64(bitPattern: bits(source, at: position, count: width))
                target[index] = Value(truncatingIfNeeded: value)
                position += width
            }
        }
        (self.value, bit) = (value, position)
    }

    private mutating func nextMiniblock() throws(ParquetError) {
        if miniblock == miniblockCount { try nextBlock() }
        width = Int(bytes[widths.lowerBound + miniblock])
        guard width <= 64 else { throw .corrupt("a delta encoding has a width of \(width) bits") }
        miniblock += 1
        miniblockLeft = miniblockValueCount
        bit = position * 8
        let byteCount = miniblockValueCount / 8 * width
        // The last one may be cut off behind its last value.
        guard end - position >= (min(left, miniblockValueCount) * width + 7) / 8 else {
            throw .corrupt("a delta encoding is cut off")
        }
        position = min(end, position + byteCount)
    }

    private mutating func nextBlock() throws(ParquetError) {
        leastDelta = Self.signed(try Self.varint(bytes, &position, end))
        guard end - position >= miniblockCount else { throw .corrupt("a delta encoding is cut off") }
        widths = position..<position + miniblockCount
        position += miniblockCount
        miniblock = 0
    }

    /// The position behind the encoding's last byte: what follows it in the page. Takes no value.
    /// - Complexity: a step for each miniblock, each of which has a byte of its own.
    func endPosition() throws(ParquetError) -> Int {
        var walker = self
        var values = left - (isFirst ? 1 : 0) - miniblockLeft
        while values > 0 {
            walker.left = values
            try walker.nextMiniblock()
            values -= miniblockValueCount
        }
        return walker.position
    }

    private static func signed(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    private static func varint(_ bytes: [UInt8], _ position: inout Int, _ end: Int) throws(ParquetError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard position < end else { throw .corrupt("a delta encoding is cut off") }
            let byte = bytes[position]
            position += 1
            guard shift < 63 || (shift == 63 && byte <= 1) else { throw .corrupt("a number has too many bytes") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }
}
