/// The first 64 bits of MurmurHash3 x64 128 (Austin Appleby, public domain) with seed 9001: the hash of Apache DataSketches,
/// so that sketches of several engines meet the same registers.
package enum MurmurHash {
    private static let first: UInt64 = 0x87C3_7B91_1142_53D5
    private static let second: UInt64 = 0x4CF5_AD43_2745_937F
    private static let seed: UInt64 = 9001

    /// The hash of bytes: of a text its UTF-8 as it is stored.
    package static func hash(_ bytes: Span<UInt8>) -> UInt64 {
        var (h1, h2) = (seed, seed)
        let blockCount = bytes.count / 16
        for block in 0..<blockCount {
            mix(word(bytes, block * 16, 8), word(bytes, block * 16 + 8, 8), &h1, &h2)
        }
        let start = blockCount * 16
        let rest = bytes.count - start
        let (k1, k2) = (word(bytes, start, min(8, rest)), rest > 8 ? word(bytes, start + 8, rest - 8) : 0)
        return finished(k1, k2, bytes.count, h1, h2)
    }

    /// The hash of an integer: of its eight bytes, the least first.
    package static func hash(_ value: Int64) -> UInt64 { finished(UInt64(bitPattern: value), 0, 8, seed, seed) }

    private static func word(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<count { word |= UInt64(bytes[start + index]) << UInt64(index * 8) }
        return word
    }

    private static func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 {
        value << count | value >> (64 - count)
    }

    private static func mix(_ k1: UInt64, _ k2: UInt64, _ h1: inout UInt64, _ h2: inout UInt64) {
        h1 ^= rotated(k1 &* first, 31) &* second
        h1 = (rotated(h1, 27) &+ h2) &* 5 &+ 0x52DC_E729
        h2 ^= rotated(k2 &* second, 33) &* first
        h2 = (rotated(h2, 31) &+ h1) &* 5 &+ 0x3849_5AB5
    }

    private static func finished(_ k1: UInt64, _ k2: UInt64, _ count: Int, _ h1: UInt64, _ h2: UInt64) -> UInt64 {
        var h1 = h1 ^ (rotated(k1 &* first, 31) &* second)
        var h2 = h2 ^ (rotated(k2 &* second, 33) &* first)
        h1 ^= UInt64(count)
        h2 ^= UInt64(count)
        h1 &+= h2
        h2 &+= h1
        return avalanche(h1) &+ avalanche(h2)
    }

    private static func avalanche(_ value: UInt64) -> UInt64 {
        var value = value
        value ^= value >> 33
        value = value &* 0xFF51_AFD7_ED55_8CCD
        value ^= value >> 33
        value = value &* 0xC4CE_B9FE_1A85_EC53
        return value ^ value >> 33
    }
}
