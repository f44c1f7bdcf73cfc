internal import Columnar
internal import Kernels

/// Brings rows together by partition and orders them within each.
///
/// Partitions come in the order of their first rows, which a hash table numbers; a row then has one place to go to, and
/// only rows of one partition are compared. Partitions are mostly small and files mostly in the order of time, so that
/// an insertion sort has little to do; what is larger and out of order is sorted by digits.
struct PartitionOrder {
    let partition: [Column]
    let order: [Column]
    let rowCount: Int

    /// More rows than this are sorted by digits.
    private static let insertionCountMax = 48

    /// The rows in order, and the first row of each partition, beginning with 0.
    ///
    /// Rows that the order does not tell apart keep theirs; NULLs come last.
    func sorted() throws(KernelError) -> (order: [UInt32], starts: [Int]) {
        guard !partition.isEmpty else {
            guard !order.isEmpty else { return (Array(0..<UInt32(truncatingIfNeeded: rowCount)), [0]) }
            return (try orderKeys().sortedRows(), [0])
        }
        let (groups, firstRows) = try KeyLayout(chunks: [partition]).packed(partition, rowCount: rowCount).grouped()
        var starts = [Int](repeating: 0, count: firstRows.count + 1)
        for group in groups { starts[Int(group) &+ 1] &+= 1 }
        for group in firstRows.indices { starts[group &+ 1] &+= starts[group] }
        var rows = Self.placed(groups, starts)
        if !order.isEmpty {
            switch try orderKeys() {
            case .narrow(let keys, let bits): Self.sort(&rows, starts, keys) { .narrow($0, bits: bits) }
            case .wide(let keys, let bits): Self.sort(&rows, starts, keys) { .wide($0, bits: bits) }
            }
        }
        starts.removeLast()
        return (rows, starts)
    }

    private func orderKeys() throws(KernelError) -> PackedKeys {
        let orders = order.map { _ in KeyOrder(isDescending: false, nullsFirst: false) }
        return try KeyLayout(chunks: [order], orders: orders).packed(order, rowCount: rowCount)
    }

    /// The rows group by group, in their order.
    private static func placed(_ groups: [UInt32], _ starts: [Int]) -> [UInt32] {
        var next = starts
        var rows = [UInt32](repeating: 0, count: groups.count)
        for row in groups.indices {
            let group = Int(groups[row])
            rows[next[group]] = UInt32(truncatingIfNeeded: row)
            next[group] &+= 1
        }
        return rows
    }

    @inline(__always)
    private static func sort<Key: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ rows: inout [UInt32], _ starts: [Int], _ keys: [Key], _ pack: ([Key]) -> PackedKeys
    ) {
        // The keys beside the rows: an insertion then reads and moves what lies together.
        var placed = rows.map { keys[Int($0)] }
        for group in 0..<starts.count - 1 {
            let (start, end) = (starts[group], starts[group + 1])
            if end &- start > insertionCountMax {
                guard (start + 1..<end).contains(where: { placed[$0] < placed[$0 - 1] }) else { continue }
                let own = Array(rows[start..<end])
                let sorted = pack(Array(placed[start..<end])).sortedRows()
                for (index, row) in sorted.enumerated() { rows[start + index] = own[Int(row)] }
                continue
            }
            insert(start, end, &placed, &rows)
        }
    }

    /// Sorts the rows of a partition, with their keys, by insertion.
    @inline(__always)
    private static func insert<Key: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ start: Int, _ end: Int, _ placed: inout [Key], _ rows: inout [UInt32]
    ) {
        var keys = placed.mutableSpan
        var numbers = rows.mutableSpan
        var place = start &+ 1
        while place < end {
            let (key, row) = (keys[place], numbers[place])
            var gap = place
            while gap > start && keys[gap &- 1] > key {
                keys[gap] = keys[gap &- 1]
                numbers[gap] = numbers[gap &- 1]
                gap &-= 1
            }
            keys[gap] = key
            numbers[gap] = row
            place &+= 1
        }
    }
}
