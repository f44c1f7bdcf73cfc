/// Numbers the distinct keys of rows, in the order of first appearance: the hash table of group-by and join.
///
/// Keys are packed integers, so that comparing is one instruction; keys of few bits index an array directly.
package struct GroupIndex<Key: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable>: Sendable {
    /// The key of each group.
    package private(set) var keys: [Key] = []
    private var slots: [UInt32]
    private let isDense: Bool

    /// Below so many bits keys index an array.
    package static var denseBits: Int { 18 }

    /// - Parameters:
    ///   - bits: how many bits keys have at most.
    ///   - expected: how many groups there may be; only a hint.
    package init(bits: Int, expected: Int = 16) {
        isDense = bits <= Self.denseBits
        var capacity = 64
        if isDense {
            capacity = 1 << bits
        } else {
            while capacity < expected * 2 { capacity *= 2 }
        }
        slots = Array(repeating: 0, count: capacity)
    }

    /// The number of groups.
    package var count: Int { keys.count }

    @inline(__always)
    private static func hash(_ key: Key) -> UInt64 {
        if Key.bitWidth <= 64 { return folded(UInt64(truncatingIfNeeded: key) ^ 0x9E37_79B9_7F4A_7C15) }
        return folded(
            folded(UInt64(truncatingIfNeeded: key) ^ 0x9E37_79B9_7F4A_7C15) ^ UInt64(truncatingIfNeeded: key >> 64))
    }

    /// The number of a key, which is added where it is new.
    @inline(__always)
    package mutating func insert(_ key: Key) -> UInt32 {
        if isDense {
            let slot = Int(truncatingIfNeeded: key)
            if slots[slot] != 0 { return slots[slot] &- 1 }
            keys.append(key)
            slots[slot] = UInt32(truncatingIfNeeded: keys.count)
            return UInt32(truncatingIfNeeded: keys.count &- 1)
        }
        if (keys.count &+ 1) &* 2 > slots.count { grow() }
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: Self.hash(key)) & mask
        while slots[slot] != 0 {
            if keys[Int(slots[slot] &- 1)] == key { return slots[slot] &- 1 }
            slot = (slot &+ 1) & mask
        }
        keys.append(key)
        slots[slot] = UInt32(truncatingIfNeeded: keys.count)
        return UInt32(truncatingIfNeeded: keys.count &- 1)
    }

    /// The number of a key; nil where it was never added.
    @inline(__always)
    package func find(_ key: Key) -> UInt32? {
        if isDense {
            guard key < Key(slots.count) else { return nil }
            let found = slots[Int(truncatingIfNeeded: key)]
            return found == 0 ? nil : found &- 1
        }
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: Self.hash(key)) & mask
        while slots[slot] != 0 {
            if keys[Int(slots[slot] &- 1)] == key { return slots[slot] &- 1 }
            slot = (slot &+ 1) & mask
        }
        return nil
    }

    private mutating func grow() {
        var larger = [UInt32](repeating: 0, count: slots.count * 2)
        let mask = larger.count &- 1
        for (group, key) in keys.enumerated() {
            var slot = Int(truncatingIfNeeded: Self.hash(key)) & mask
            while larger[slot] != 0 { slot = (slot &+ 1) & mask }
            larger[slot] = UInt32(truncatingIfNeeded: group &+ 1)
        }
        slots = larger
    }
}
