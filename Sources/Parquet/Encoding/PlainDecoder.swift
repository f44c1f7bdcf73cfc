/// Reads PLAIN values piece by piece.
///
/// ```
/// BOOLEAN               bits, least significant first
/// INT32 FLOAT           4 bytes, little endian          INT64 DOUBLE   8 bytes          INT96   12 bytes
/// BYTE_ARRAY            length (4 bytes), bytes         FIXED_LEN_BYTE_ARRAY            its bytes
/// ```
struct PlainDecoder {
    private let content: [UInt8]
    private var position: Int
    private let end: Int
    private let length: Int
    private var bit = 0

    /// - Parameter length: the bytes of a fixed-length value.
    init(_ content: [UInt8], _ range: Range<Int>, length: Int) {
        self.content = content
        position = range.lowerBound
        end = range.upperBound
        self.length = length
    }

    mutating func decode(_ count: Int, into values: inout DenseValues) throws(ParquetError) {
        switch values.type {
        case FileType.boolean: try bools(count, into: &values.bools)
        case FileType.int32: try fixed(count, into: &values.int32s, filler: 0)
        case FileType.int64: try fixed(count, into: &values.int64s, filler: 0)
        case FileType.float: try fixed(count, into: &values.floats, filler: 0)
        case FileType.double: try fixed(count, into: &values.doubles, filler: 0)
        case FileType.byteArray: try texts(count, into: &values)
        default: try fixedBytes(count, into: &values)
        }
    }

    private func check(_ count: Int, _ width: Int) throws(ParquetError) {
        guard count <= (end - position) / width else { throw .corrupt("a page holds fewer values than it claims") }
    }

    private mutating func bools(_ count: Int, into values: inout [UInt8]) throws(ParquetError) {
        guard count <= (end - position) * 8 - bit else { throw .corrupt("a page holds fewer values than it claims") }
        for _ in 0..<count {
            values.append(content[position + bit >> 3] >> UInt8(bit & 7) & 1)
            bit += 1
        }
    }

    private mutating func fixed<Value: BitwiseCopyable>(
        _ count: Int, into values: inout [Value], filler: Value
    ) throws(ParquetError) {
        let width = MemoryLayout<Value>.size
        try check(count, width)
        let start = values.count
        values.append(contentsOf: repeatElement(filler, count: count))
        unsafe values.withUnsafeMutableBytes { target in
            unsafe content.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[(start * width)...])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[position..<position + count * width]))
            }
        }
        position += count * width
    }

    private mutating func fixedBytes(_ count: Int, into values: inout DenseValues) throws(ParquetError) {
        try check(count, length)
        try values.spellOut()
        guard count * length <= values.byteCountMax - values.bytes.count else { throw DenseValues.tooLarge }
        values.bytes.append(contentsOf: content[position..<position + count * length])
        position += count * length
        var offset = values.offsets[values.offsets.count - 1]
        for _ in 0..<count {
            offset += Int32(truncatingIfNeeded: length)
            values.offsets.append(offset)
        }
    }

    private mutating func texts(_ count: Int, into values: inout DenseValues) throws(ParquetError) {
        try values.spellOut()
        let content = content
        let source = content.span
        values.offsets.reserveMore(min(count, end - position))
        // First all ends, which shows how many bytes there are, then all bytes.
        var (place, total) = (position, values.bytes.count)
        for _ in 0..<count {
            guard end - place >= 4 else { throw .corrupt("a page holds fewer values than it claims") }
            let size = Int(
                UInt32(
                    littleEndian: unsafe source.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt32.self)))
            place += 4
            guard size <= end - place else { throw .corrupt("a text is longer than its page") }
            total += size
            guard total <= values.byteCountMax else { throw DenseValues.tooLarge }
            values.offsets.append(Int32(truncatingIfNeeded: total))
            place += size
        }
        let first = values.offsets.count - 1 - count
        values.bytes.reserveMore(total - values.bytes.count)
        for index in first..<first + count {
            let size = Int(values.offsets[index + 1]) - Int(values.offsets[index])
            position += 4
            unsafe source.extracting(position..<position + size).withUnsafeBufferPointer {
                unsafe values.bytes.append(contentsOf: $0)
            }
            position += size
        }
    }
}
