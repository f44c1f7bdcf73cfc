/// Decisions that a fuzzer's bytes make, one after the other; all are 0 where the bytes are used up.
struct Choices {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether there are no more bytes.
    var isUsedUp: Bool { position >= bytes.count }

    mutating func byte() -> UInt8 {
        guard position < bytes.count else { return 0 }
        defer { position += 1 }
        return bytes[position]
    }

    /// A number below a limit.
    mutating func below(_ limit: Int) -> Int {
        guard limit > 1 else { return 0 }
        var value = Int(byte())
        if limit > 256 { value = value << 8 | Int(byte()) }
        if limit > 65_536 { value = value << 8 | Int(byte()) }
        return value % limit
    }

    /// A number that may hurt.
    mutating func number(near value: Int64) -> Int64 {
        switch below(12) {
        case 0: 0
        case 1: -1
        case 2: value &+ 1
        case 3: value &- 1
        case 4: Int64(Int32.max)
        case 5: Int64(Int32.min)
        case 6: .max
        case 7: .min
        case 8: value &* 2
        case 9: 1 << Int64(below(63))
        case 10: Int64(below(32))
        default: Int64(below(65_536))
        }
    }

    /// Bytes with a change: one replaced, a piece removed or doubled, the end cut off, or some added.
    mutating func damaged(_ value: [UInt8]) -> [UInt8] {
        var value = value
        guard !value.isEmpty else { return [byte()] }
        let index = below(value.count)
        switch below(7) {
        case 0: value[index] ^= 1 << (byte() & 7)
        case 1: value[index] = byte()
        case 2: value.removeSubrange(index..<min(value.count, index + 1 + below(8)))
        case 3: value.insert(contentsOf: value[index..<min(value.count, index + 1 + below(16))], at: index)
        case 4: value.removeSubrange(index...)
        case 5: value[index] = [0xFF, 0x7F, 0x80, 0][below(4)]
        default: for _ in 0..<below(8) + 1 { value.insert(byte(), at: index) }
        }
        return value
    }
}
