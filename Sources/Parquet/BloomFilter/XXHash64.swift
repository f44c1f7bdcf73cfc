/// The hash of Parquet's bloom filters: xxHash64 with the seed 0.
///
/// ```
/// 32 bytes and more   four lanes, 8 bytes each a round, then merged;     fewer: a constant
/// rest                8 bytes, 4 bytes, single bytes, then mixed three times
/// ```
/// Source: the xxHash specification (XXH64 algorithm description), by Yann Collet.
enum XXHash64 {
    private static let primes: (UInt64, UInt64, UInt64, UInt64, UInt64) = (
        0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63,
        0x27D4_EB2F_1656_67C5
    )

    static func hash(_ bytes: Span<UInt8>) -> UInt64 {
        var position = 0
        var hash: UInt64
        if bytes.count >= 32 {
            var (a, b, c, d) = (primes.0 &+ primes.1, primes.1, UInt64(0), 0 &- primes.0)
            while bytes.count - position >= 32 {
                a = round(a, word(bytes, position))
                b = round(b, word(bytes, position + 8))
                c = round(c, word(bytes, position + 16))
                d = round(d, word(bytes, position + 24))
                position += 32
            }
            hash = rotated(a, 1) &+ rotated(b, 7) &+ rotated(c, 12) &+ rotated(d, 18)
            for lane in [a, b, c, d] { hash = (hash ^ round(0, lane)) &* primes.0 &+ primes.3 }
        } else {
            hash = primes.4
        }
        hash &+= UInt64(bytes.count)
        while bytes.count - position >= 8 {
            hash = rotated(hash ^ round(0, word(bytes, position)), 27) &* primes.0 &+ primes.3
            position += 8
        }
        if bytes.count - position >= 4 {
            var four: UInt64 = 0
            for byte in 0..<4 { four |= UInt64(bytes[position + byte]) << UInt64(byte * 8) }
            hash = rotated(hash ^ (four &* primes.0), 23) &* primes.1 &+ primes.2
            position += 4
        }
        while position < bytes.count {
            hash = rotated(hash ^ (UInt64(bytes[position]) &* primes.4), 11) &* primes.0
            position += 1
        }
        return mixed(hash)
    }

    /// The hash of the bytes of a number, least significant first.
    @inline(__always)
    static func hash(_ value: UInt64) -> UInt64 {
        let hash = (primes.4 &+ 8) ^ round(0, value)
        return mixed(rotated(hash, 27) &* primes.0 &+ primes.3)
    }

    @inline(__always)
    static func hash(_ value: UInt32) -> UInt64 {
        let hash = (primes.4 &+ 4) ^ (UInt64(value) &* primes.0)
        return mixed(rotated(hash, 23) &* primes.1 &+ primes.2)
    }

    @inline(__always)
    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotated(lane &+ input &* primes.1, 31) &* primes.0
    }

    @inline(__always)
    private static func mixed(_ hash: UInt64) -> UInt64 {
        var hash = (hash ^ (hash >> 33)) &* primes.1
        hash = (hash ^ (hash >> 29)) &* primes.2
        return hash ^ (hash >> 32)
    }

    @inline(__always)
    private static func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 { value &<< count | value &>> (64 - count) }

    @inline(__always)
    private static func word(_ bytes: Span<UInt8>, _ position: Int) -> UInt64 {
        var word: UInt64 = 0
        for byte in 0..<8 { word |= UInt64(bytes[position &+ byte]) &<< UInt64(byte &* 8) }
        return word
    }
}
