/// A split-block bloom filter: says of a value that it is not in a column chunk, or that it may be.
///
/// ```
/// header   structure in Thrift's compact protocol:
///          1: bytes of the bits (i32)   2: algorithm { 1: split block }   3: hash { 1: xxHash64 }   4: codec { 1: none }
/// bits     blocks of 32 bytes: eight words of 32 bits, little endian
///
/// block of a value   (hash >> 32) × blocks >> 32
/// its bits           in word i the bit (low half of the hash × salt i) >> 27
/// ```
/// The hash is that of the value in PLAIN, without a length. Worked example: 32 bytes have one block, so every value's
/// block is 0; a value whose hash has the low half 1 sets in word 0 the bit 0x47b6137b >> 27 = 8.
/// Source: the Apache Parquet format, page "Bloom Filter".
struct BloomFilter {
    /// The bytes of a block.
    static let blockByteCount = 32
    /// The largest filter, in bytes, that is written or believed.
    static let byteCountMax = 128 << 20

    private static let salts: [8 of UInt32] = [
        0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31,
    ]

    /// The words of all blocks.
    private(set) var words: [UInt32]

    /// Makes a filter of some hashes: of 100 values that are not there, one at most is thought to be.
    ///
    /// 9.7 bits a value give one in a hundred; the size is the next power of two.
    init(_ hashes: [UInt64]) {
        var byteCount = Self.blockByteCount
        while byteCount < Self.byteCountMax && byteCount * 8 < hashes.count * 97 / 10 { byteCount *= 2 }
        words = [UInt32](repeating: 0, count: byteCount / 4)
        let blockCount = byteCount / Self.blockByteCount
        for hash in hashes {
            let block = Self.block(hash, of: blockCount)
            for word in 0..<8 { words[block * 8 + word] |= Self.bit(hash, word) }
        }
    }

    /// The block that a value's bits are in.
    static func block(_ hash: UInt64, of count: Int) -> Int {
        Int(truncatingIfNeeded: ((hash >> 32) &* UInt64(truncatingIfNeeded: count)) >> 32)
    }

    /// Whether a block of 32 bytes has all bits of a value.
    static func mayContain(_ hash: UInt64, block: Span<UInt8>) -> Bool {
        for word in 0..<8 {
            let held = UInt32(truncatingIfNeeded: bits(block, at: word * 32, count: 32))
            if held & bit(hash, word) == 0 { return false }
        }
        return true
    }

    private static func bit(_ hash: UInt64, _ word: Int) -> UInt32 {
        1 << ((UInt32(truncatingIfNeeded: hash) &* salts[word]) >> 27)
    }

    /// The header and the bits as they lie in the file.
    func encoded() -> (header: [UInt8], bits: [UInt8]) {
        var writer = CompactWriter()
        writer.element { writer in
            writer.int32(1, Int32(truncatingIfNeeded: words.count * 4))
            for field: Int16 in 2...4 { writer.structure(field) { $0.structure(1) { _ in } } }
        }
        var bits: [UInt8] = []
        bits.reserveCapacity(words.count * 4)
        for word in words { appendWord(word, to: &bits) }
        return (writer.bytes, bits)
    }

    /// The bytes of the bits that a header announces, and of the header itself; nil for a filter of another kind.
    static func readHeader(_ bytes: [UInt8]) throws(ParquetError) -> (bitByteCount: Int, headerByteCount: Int)? {
        var reader = CompactReader(bytes)
        var byteCount: Int32 = -1
        var known = 0
        try reader.structure { reader, field, kind throws(ParquetError) in
            switch (field, kind) {
            case (1, .integer): byteCount = try reader.int32()
            case (2, .structure), (3, .structure), (4, .structure):
                try reader.structure { reader, choice, kind throws(ParquetError) in
                    if choice == 1 { known += 1 }
                    try reader.skip(kind)
                }
            default: try reader.skip(kind)
            }
        }
        guard known == 3, byteCount >= blockByteCount, byteCount <= byteCountMax,
            Int(byteCount) % blockByteCount == 0
        else { return nil }
        return (Int(byteCount), reader.position)
    }
}
