package import Columnar

/// Gives each distinct byte string a number, in the order of first appearance.
///
/// Open addressing with linear probing; slots hold the number + 1 and the upper half of the hash, so that a probe
/// compares bytes only where hashes agree.
package struct BytesInterner: Sendable {
    private var slots: [UInt64] = Array(repeating: 0, count: 64)
    private var hashes: [UInt64] = []
    private var offsets: [Int] = [0]
    private var content: [UInt8] = []

    package init() {}

    /// How many distinct strings there are.
    package var count: Int { hashes.count }

    /// The number of a string, which is added where it is new.
    package mutating func intern(_ bytes: Span<UInt8>) -> UInt32 { intern(bytes, hash: hashOfBytes(bytes)) }

    /// The number of a string of another interner, which is added where it is new.
    mutating func intern(_ number: UInt32, of other: BytesInterner) -> UInt32 {
        let id = Int(number)
        let content = other.content.span
        return intern(content.extracting(other.offsets[id]..<other.offsets[id + 1]), hash: other.hashes[id])
    }

    /// About how many bytes it holds.
    var byteCount: Int { content.count + hashes.count * 16 + slots.count * 8 }

    private mutating func intern(_ bytes: Span<UInt8>, hash: UInt64) -> UInt32 {
        if (count + 1) * 2 > slots.count { grow() }
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let id = Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
            if slots[slot] >> 32 == hash >> 32, hashes[id] == hash, isEqual(id, bytes) { return UInt32(id) }
            slot = (slot + 1) & (slots.count - 1)
        }
        let id = hashes.count
        slots[slot] = (hash >> 32) << 32 | UInt64(id + 1)
        hashes.append(hash)
        unsafe bytes.withUnsafeBufferPointer { unsafe content.append(contentsOf: $0) }
        offsets.append(content.count)
        return UInt32(id)
    }

    /// The number of a string; nil where it was never added.
    package func find(_ bytes: Span<UInt8>) -> UInt32? {
        let hash = hashOfBytes(bytes)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let id = Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
            if slots[slot] >> 32 == hash >> 32, hashes[id] == hash, isEqual(id, bytes) { return UInt32(id) }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// For each number its rank in the order of the bytes, which for UTF-8 is the order of code points.
    package func ranks() -> [UInt32] {
        let sorted = (0..<count).sorted { isOrdered($0, $1) }
        var ranks = [UInt32](repeating: 0, count: count)
        for (rank, id) in sorted.enumerated() { ranks[id] = UInt32(rank) }
        return ranks
    }

    private func isOrdered(_ left: Int, _ right: Int) -> Bool {
        let (a, b) = (
            content.span.extracting(offsets[left]..<offsets[left + 1]),
            content.span.extracting(offsets[right]..<offsets[right + 1])
        )
        return compareBytes(a, b) < 0
    }

    private func isEqual(_ id: Int, _ bytes: Span<UInt8>) -> Bool {
        let own = content.span.extracting(offsets[id]..<offsets[id + 1])
        return own.count == bytes.count && equalBytes(own, bytes)
    }

    private mutating func grow() {
        var larger = [UInt64](repeating: 0, count: slots.count * 2)
        for (id, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & (larger.count - 1)
            while larger[slot] != 0 { slot = (slot + 1) & (larger.count - 1) }
            larger[slot] = (hash >> 32) << 32 | UInt64(id + 1)
        }
        slots = larger
    }
}

/// A 64-bit hash of bytes: eight at a time, multiplied and folded; the same on every run.
package func hashOfBytes(_ bytes: Span<UInt8>) -> UInt64 {
    unsafe bytes.withUnsafeBytes { raw in
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(raw.count)
        var position = 0
        while position &+ 8 <= raw.count {
            hash = unsafe folded(hash ^ raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position &+= 8
        }
        if position < raw.count {
            var rest: UInt64 = 0
            var shift: UInt64 = 0
            while position < raw.count {
                rest |= UInt64(unsafe raw[position]) << shift
                shift &+= 8
                position &+= 1
            }
            hash = folded(hash ^ rest)
        }
        return folded(hash)
    }
}

@inlinable @inline(__always)
package func folded(_ value: UInt64) -> UInt64 {
    let (high, low) = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    return high ^ low
}

/// Bytes in their order: negative where the left come first, 0 where they are equal.
package func compareBytes(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
    let count = min(left.count, right.count)
    for index in 0..<count where left[index] != right[index] { return Int(left[index]) - Int(right[index]) }
    return left.count - right.count
}

@inline(__always)
func equalBytes(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe left.withUnsafeBytes { left in
        unsafe right.withUnsafeBytes { right in
            var position = 0
            while position &+ 8 <= left.count {
                let difference =
                    unsafe left.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                    ^ right.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                if difference != 0 { return false }
                position &+= 8
            }
            while position < left.count {
                if unsafe left[position] != right[position] { return false }
                position &+= 1
            }
            return true
        }
    }
}
