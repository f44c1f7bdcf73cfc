/// Numbers the distinct keys of rows, in the order of first appearance: the hash table of group-by and join.
///
/// Keys are packed integers, so that comparing is one instruction; keys of few bits index an array directly.
package struct GroupIndex<Key: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable>: Sendable {
    @usableFromInline var storedKeys: [Key] = []
    @usableFromInline var slots: [UInt32]
    @usableFromInline let isDense: Bool

    /// Below so many bits keys index an array.
    @inlinable package static var denseBits: Int { 18 }

    /// - Parameters:
    ///   - bits: how many bits keys have at most.
    ///   - expected: how many groups there may be; only a hint.
    @inlinable
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

    /// The key of each group.
    @inlinable package var keys: [Key] { storedKeys }

    /// The number of groups.
    @inlinable package var count: Int { storedKeys.count }

    @inlinable @inline(__always)
    static func hash(_ key: Key) -> UInt64 {
        if Key.bitWidth <= 64 { return folded(UInt64(truncatingIfNeeded: key) ^ 0x9E37_79B9_7F4A_7C15) }
        return folded(
            folded(UInt64(truncatingIfNeeded: key) ^ 0x9E37_79B9_7F4A_7C15) ^ UInt64(truncatingIfNeeded: key >> 64))
    }

    /// The number of a key, which is added where it is new.
    @inlinable @inline(__always)
    package mutating func insert(_ key: Key) -> UInt32 {
        if isDense {
            let slot = Int(truncatingIfNeeded: key)
            if slots[slot] != 0 { return slots[slot] &- 1 }
            storedKeys.append(key)
            slots[slot] = UInt32(truncatingIfNeeded: storedKeys.count)
            return UInt32(truncatingIfNeeded: storedKeys.count &- 1)
        }
        if (storedKeys.count &+ 1) &* 2 > slots.count { grow() }
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: Self.hash(key)) & mask
        while slots[slot] != 0 {
            if storedKeys[Int(slots[slot] &- 1)] == key { return slots[slot] &- 1 }
            slot = (slot &+ 1) & mask
        }
        storedKeys.append(key)
        slots[slot] = UInt32(truncatingIfNeeded: storedKeys.count)
        return UInt32(truncatingIfNeeded: storedKeys.count &- 1)
    }

    /// The number of a key; nil where it was never added.
    @inlinable @inline(__always)
    package func find(_ key: Key) -> UInt32? {
        if isDense {
            guard key < Key(slots.count) else { return nil }
            let found = slots[Int(truncatingIfNeeded: key)]
            return found == 0 ? nil : found &- 1
        }
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: Self.hash(key)) & mask
        while slots[slot] != 0 {
            if storedKeys[Int(slots[slot] &- 1)] == key { return slots[slot] &- 1 }
            slot = (slot &+ 1) & mask
        }
        return nil
    }

    @inlinable
    mutating func grow() {
        var larger = [UInt32](repeating: 0, count: slots.count * 2)
        let mask = larger.count &- 1
        for (group, key) in storedKeys.enumerated() {
            var slot = Int(truncatingIfNeeded: Self.hash(key)) & mask
            while larger[slot] != 0 { slot = (slot &+ 1) & mask }
            larger[slot] = UInt32(truncatingIfNeeded: group &+ 1)
        }
        slots = larger
    }
}
