/// The keys of rows, each packed into one integer.
package enum PackedKeys: Sendable {
    case narrow([UInt64], bits: Int)
    case wide([UInt128], bits: Int)

    /// The number of rows.
    package var count: Int {
        switch self {
        case .narrow(let keys, _): keys.count
        case .wide(let keys, _): keys.count
        }
    }

    /// A number below `count` for each row, the same for equal keys: which partition a row belongs to.
    /// - Parameter count: a power of two, at most 65,536.
    package func partitions(_ count: Int) -> [UInt16] {
        precondition(count > 0 && count <= 65_536 && count & (count - 1) == 0)
        let shift = UInt64(64 - count.trailingZeroBitCount)
        guard count > 1 else { return Array(repeating: 0, count: self.count) }
        var partitions = [UInt16](repeating: 0, count: self.count)
        switch self {
        case .narrow(let keys, _):
            for row in keys.indices {
                partitions[row] = UInt16(truncatingIfNeeded: folded(keys[row] &+ 0xD6E8_FEB8_6659_FD93) >> shift)
            }
        case .wide(let keys, _):
            for row in keys.indices {
                let mixed =
                    UInt64(truncatingIfNeeded: keys[row])
                    ^ folded(UInt64(truncatingIfNeeded: keys[row] >> 64) ^ 0xE703_7ED1_A0B4_28DB)
                partitions[row] = UInt16(truncatingIfNeeded: folded(mixed &+ 0xD6E8_FEB8_6659_FD93) >> shift)
            }
        }
        return partitions
    }

    /// The keys in 128 bits.
    package var wideKeys: [UInt128] {
        switch self {
        case .narrow(let keys, _): keys.map { UInt128($0) }
        case .wide(let keys, _): keys
        }
    }

    /// Keys of one layout behind each other.
    package static func joined(_ pieces: [PackedKeys]) -> PackedKeys {
        let count = pieces.reduce(0) { $0 + $1.count }
        guard case .wide(_, let bits)? = pieces.first else {
            var all: [UInt64] = []
            var bits = 0
            all.reserveCapacity(count)
            for case .narrow(let keys, let own) in pieces {
                all.append(contentsOf: keys)
                bits = own
            }
            return .narrow(all, bits: bits)
        }
        var all: [UInt128] = []
        all.reserveCapacity(count)
        for case .wide(let keys, _) in pieces { all.append(contentsOf: keys) }
        return .wide(all, bits: bits)
    }

    /// The keys of some rows.
    package func taking(_ rows: [UInt32]) -> PackedKeys {
        switch self {
        case .narrow(let keys, let bits): .narrow(rows.map { keys[Int($0)] }, bits: bits)
        case .wide(let keys, let bits): .wide(rows.map { keys[Int($0)] }, bits: bits)
        }
    }

    /// The number of the group of each row, and the first row of each group.
    package func grouped() -> (groups: [UInt32], firstRows: [UInt32]) {
        switch self {
        case .narrow(let keys, let bits): Self.grouped(keys, bits)
        case .wide(let keys, let bits): Self.grouped(keys, bits)
        }
    }

    @inline(__always)
    private static func grouped<Key: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable>(
        _ keys: [Key], _ bits: Int
    ) -> (groups: [UInt32], firstRows: [UInt32]) {
        var index = GroupIndex<Key>(bits: bits)
        var groups = [UInt32](repeating: 0, count: keys.count)
        var firstRows: [UInt32] = []
        for row in keys.indices {
            let group = index.insert(keys[row])
            groups[row] = group
            if Int(group) == firstRows.count { firstRows.append(UInt32(truncatingIfNeeded: row)) }
        }
        return (groups, firstRows)
    }

    /// The rows in the order of their keys; rows of equal keys keep their order.
    package func sortedRows() -> [UInt32] {
        switch self {
        case .narrow(let keys, let bits): radixSorted(keys, bits)
        case .wide(let keys, let bits): radixSorted(keys, bits)
        }
    }

    /// Whether the rows are in the order of their keys as they are.
    package var isSorted: Bool {
        switch self {
        case .narrow(let keys, _): Self.isSorted(keys)
        case .wide(let keys, _): Self.isSorted(keys)
        }
    }

    @inline(__always)
    private static func isSorted<Key: Comparable>(_ keys: [Key]) -> Bool {
        for row in keys.indices.dropFirst() where keys[row] < keys[row - 1] { return false }
        return true
    }

    /// Whether two rows have equal keys.
    @inline(__always)
    package func isEqual(_ left: Int, _ right: Int) -> Bool {
        switch self {
        case .narrow(let keys, _): keys[left] == keys[right]
        case .wide(let keys, _): keys[left] == keys[right]
        }
    }
}

/// Rows in the order of their keys: by digits of 11 bits from the least, which is stable; digits that all keys share
/// are passed over.
private func radixSorted<Key: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable>(
    _ keys: [Key], _ bits: Int
) -> [UInt32] {
    let count = keys.count
    var rows = [UInt32](repeating: 0, count: count)
    for row in rows.indices { rows[row] = UInt32(truncatingIfNeeded: row) }
    if count < 2 { return rows }
    if count < 512 {
        rows.sort { (keys[Int($0)], $0) < (keys[Int($1)], $1) }
        return rows
    }
    var current = keys
    var others = [Key](repeating: 0, count: count)
    var otherRows = [UInt32](repeating: 0, count: count)
    let digit = 11
    var shift = 0
    while shift < bits {
        var starts = [Int](repeating: 0, count: 1 << digit)
        let mask = (1 << digit) - 1
        for key in current { starts[Int(truncatingIfNeeded: key &>> Key(shift)) & mask] &+= 1 }
        if starts.contains(count) {
            shift += digit
            continue
        }
        var total = 0
        for index in starts.indices {
            let own = starts[index]
            starts[index] = total
            total &+= own
        }
        for row in 0..<count {
            let key = current[row]
            let bucket = Int(truncatingIfNeeded: key &>> Key(shift)) & mask
            let target = starts[bucket]
            starts[bucket] = target &+ 1
            others[target] = key
            otherRows[target] = rows[row]
        }
        swap(&current, &others)
        swap(&rows, &otherRows)
        shift += digit
    }
    return rows
}
