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
    static func encode(_ values: Span<UInt32>, bitWidth: Int, into bytes: inout [UInt8]) {
        var packedFrom = 0
        var index = 0
        while index < values.count {
            var end = index + 1
            while end < values.count && values[end] == values[index] { end += 1 }
            // A run may begin only where the values before it fill whole groups of eight.
            let lead = (8 - (index - packedFrom) % 8) % 8
            if end - index >= lead + 8 {
                pack(values.extracting(packedFrom..<index + lead), bitWidth, into: &bytes)
                run(values[index], count: end - index - lead, bitWidth, into: &bytes)
                packedFrom = end
            }
            index = end
        }
        pack(values.extracting(packedFrom..<values.count), bitWidth, into: &bytes)
    }

    private static func run(_ value: UInt32, count: Int, _ bitWidth: Int, into bytes: inout [UInt8]) {
        varint(UInt64(count) << 1, into: &bytes)
        for byte in 0..<(bitWidth + 7) / 8 { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(byte * 8))) }
    }

    private static func pack(_ values: Span<UInt32>, _ bitWidth: Int, into bytes: inout [UInt8]) {
        guard values.count > 0 else { return }
        let groups = (values.count + 7) / 8
        varint(UInt64(groups) << 1 | 1, into: &bytes)
        var buffer: UInt64 = 0
        var filled: UInt64 = 0
        for index in 0..<groups * 8 {
            let value = index < values.count ? values[index] : 0
            buffer |= UInt64(value) << filled
            filled += UInt64(bitWidth)
            while filled >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: buffer))
                buffer >>= 8
                filled -= 8
            }
        }
    }

    private static func varint(_ value: UInt64, into bytes: inout [UInt8]) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }

    /// Decodes exactly `count` values; each is held to `max`.
    static func decode(
        _ bytes: Span<UInt8>, count: Int, bitWidth: Int, max: UInt32
    ) throws(ParquetError) -> [UInt32] {
        guard (0...32).contains(bitWidth) else { throw .corrupt("a bit width of \(bitWidth)") }
        var values: [UInt32] = []
        values.reserveCapacity(Swift.min(count, bytes.count * 64 + 64))
        var position = 0
        while values.count < count {
            let header = try varint(bytes, &position)
            let left = count - values.count
            if header & 1 == 0 {
                let width = (bitWidth + 7) / 8
                guard header > 1, bytes.count - position >= width else { throw .corrupt("a run of values is cut off") }
                var value: UInt32 = 0
                for byte in 0..<width { value |= UInt32(bytes[position + byte]) << UInt32(byte * 8) }
                position += width
                guard value <= max else { throw .corrupt("a level or a dictionary code is out of range") }
                values.append(contentsOf: repeatElement(value, count: Int(Swift.min(header >> 1, UInt64(left)))))
            } else {
                let groups = header >> 1
                guard groups > 0, groups <= UInt64(bytes.count) else { throw .corrupt("packed values are cut off") }
                let available = Swift.min(Int(groups) * bitWidth, bytes.count - position)
                try unpack(
                    bytes.extracting(position..<position + available), Swift.min(left, Int(groups) * 8), bitWidth, max,
                    into: &values)
                position += available
            }
        }
        return values
    }

    private static func unpack(
        _ bytes: Span<UInt8>, _ count: Int, _ bitWidth: Int, _ max: UInt32, into values: inout [UInt32]
    ) throws(ParquetError) {
        guard bytes.count * 8 >= count * bitWidth else { throw .corrupt("packed values are cut off") }
        let mask = bitWidth == 32 ? UInt64(UInt32.max) : (1 << UInt64(bitWidth)) - 1
        var buffer: UInt64 = 0
        var filled = 0
        var position = 0
        for _ in 0..<count {
            while filled < bitWidth {
                buffer |= UInt64(bytes[position]) << UInt64(filled)
                position += 1
                filled += 8
            }
            let value = UInt32(truncatingIfNeeded: buffer & mask)
            buffer >>= UInt64(bitWidth)
            filled -= bitWidth
            guard value <= max else { throw .corrupt("a level or a dictionary code is out of range") }
            values.append(value)
        }
    }

    private static func varint(_ bytes: Span<UInt8>, _ position: inout Int) throws(ParquetError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard position < bytes.count, shift < 35 else { throw .corrupt("the values of a page end too early") }
            let next = bytes[position]
            position += 1
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }
}
