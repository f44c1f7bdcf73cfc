/// Distinct texts and their codes: open addressing; a slot holds the upper half of a text's hash and its code.
struct TextDictionary {
    /// One without room, to stand in the place of another.
    static let empty = TextDictionary(slots: [])

    private(set) var bytes: [UInt8] = []
    private var ends: [Int] = []
    /// Hash (32 bits), code and one (32 bits); 0 where there is none.
    private var slots: [UInt64]
    /// The code that was given last.
    private var last = 0

    init() { self.init(slots: Array(repeating: 0, count: 1_024)) }

    private init(slots: [UInt64]) { self.slots = slots }

    var count: Int { ends.count }

    /// The bytes that its page would have.
    var byteCount: Int { bytes.count + 4 * ends.count }

    /// Its page: PLAIN.
    func plain() -> [UInt8] {
        var page: [UInt8] = []
        page.reserveCapacity(byteCount)
        for code in 0..<count {
            let range = range(code)
            appendWord(UInt32(truncatingIfNeeded: range.count), to: &page)
            page.append(contentsOf: bytes[range])
        }
        return page
    }

    /// Where a text's bytes are.
    func range(_ code: Int) -> Range<Int> { (code == 0 ? 0 : ends[code - 1])..<ends[code] }

    /// The code of a text, a new one where there was none.
    mutating func code(of value: Span<UInt8>) -> UInt32 {
        // Many columns repeat the value of the row before.
        if last < ends.count, isEqual(value, range(last)) { return UInt32(truncatingIfNeeded: last) }
        let code = found(value)
        last = Int(code)
        return code
    }

    private mutating func found(_ value: Span<UInt8>) -> UInt32 {
        let hash = Self.hash(value)
        let mark = hash & 0xFFFF_FFFF_0000_0000
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let held = slots[slot]
            if held & 0xFFFF_FFFF_0000_0000 == mark {
                let code = Int(truncatingIfNeeded: held & 0xFFFF_FFFF) - 1
                if isEqual(value, range(code)) { return UInt32(truncatingIfNeeded: code) }
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        unsafe value.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        ends.append(bytes.count)
        slots[slot] = mark | UInt64(ends.count)
        if ends.count * 2 > slots.count { grow() }
        return UInt32(truncatingIfNeeded: ends.count - 1)
    }

    private func isEqual(_ value: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count == value.count else { return false }
        let (held, given) = unsafe (bytes.span.extracting(range).bytes, value.bytes)
        var index = 0
        while index &+ 8 <= value.count {
            let a = unsafe held.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            let b = unsafe given.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            if a != b { return false }
            index &+= 8
        }
        while index < value.count {
            if unsafe held.unsafeLoad(fromByteOffset: index, as: UInt8.self) != value[index] { return false }
            index &+= 1
        }
        return true
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: old.count * 4)
        let texts = bytes
        for held in old where held != 0 {
            let code = Int(truncatingIfNeeded: held & 0xFFFF_FFFF) - 1
            let hash = Self.hash(texts.span.extracting(range(code)))
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = held
        }
    }

    /// Eight bytes at a time, folded by a wide product; the same on every machine and in every run.
    private static func hash(_ value: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: value.count)
        var position = 0
        let raw = unsafe value.bytes
        while position &+ 8 <= value.count {
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
            hash = mixed(hash ^ UInt64(littleEndian: word))
            position &+= 8
        }
        var rest: UInt64 = 0
        while position < value.count {
            rest = rest &<< 8 | UInt64(value[position])
            position &+= 1
        }
        return mixed(hash ^ rest)
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
