package import Columnar
internal import Synchronization

/// The rows of one side of a join by their keys: for a key its first row, and for a row the next one with its key.
///
/// Two forms. Keys of few bits index an array of first rows. Others go through a table with open addressing and
/// linear probing, of which a slot holds the key beside its first row, so that a search touches one line of the cache.
/// Rows of one key come in their order.
///
/// Several threads build one table: each takes the keys of its own stretch of slots, which no other writes. What is
/// built does not depend on how many there are, but for the places of keys in the table, which nobody sees.
package struct JoinIndex: Sendable {
    /// Rows at `row + 1`; 0 where there is none.
    private let next: [UInt32]
    private let table: Table
    /// Whether no two rows share a key.
    package let isUnique: Bool

    private enum Table: Sendable {
        /// Without key columns: all rows have one key.
        case all(first: UInt32)
        /// The first row of key `k` at `k`.
        case dense([UInt32])
        /// Of slot `s` the key at `2 s` and its first row at `2 s + 1`. Keys of few bits have a bit each besides, which is
        /// set where the table has the key: most searches that find nothing end there, in a part of the cache's size.
        case narrow([UInt64], shift: UInt64, present: [UInt64])
        /// Keys and first rows apart.
        case wide([UInt128], [UInt32], shift: UInt64)
    }

    /// What computes pieces side by side: the target above knows the threads.
    package struct Workers {
        /// How many pieces are worth making.
        package let count: Int
        /// Calls back with each piece's number, on any thread, and returns when all are through.
        package let run: (_ count: Int, _ body: @escaping @Sendable (Int) -> Void) -> Void

        package init(count: Int, run: @escaping (Int, @escaping @Sendable (Int) -> Void) -> Void) {
            self.count = count
            self.run = run
        }

        /// Everything on the caller's thread.
        package static var one: Workers { Workers(count: 1) { count, body in for piece in 0..<count { body(piece) } } }
    }

    /// Keys index an array of so many times the rows at most.
    private static let denseFactor = 8

    /// Keys of at most so many bits, and so many of them for each row, have a bit each.
    private static let (presentBitsMax, presentFactor) = (26, 4096)

    private static func present(_ keys: [UInt64], _ bits: Int, _ isJoinable: Bitmap?) -> [UInt64] {
        guard bits <= presentBitsMax, 1 << bits <= presentFactor * keys.count else { return [] }
        var words = [UInt64](repeating: 0, count: max(1, 1 << max(0, bits - 6)))
        for row in keys.indices where isJoinable.map({ $0[row] }) ?? true {
            words[Int(truncatingIfNeeded: keys[row] &>> 6)] |= 1 &<< (keys[row] & 63)
        }
        return words
    }

    /// - Parameters:
    ///   - keys: the key of each row; nil without key columns.
    ///   - isJoinable: the rows that may match; nil for all.
    ///   - workers: how many pieces may be computed side by side, and what does so.
    package init(_ keys: PackedKeys?, rowCount: Int, isJoinable: Bitmap?, workers: Workers = .one) {
        var next = [UInt32](repeating: 0, count: rowCount)
        var hasSeveral = false
        switch keys {
        case nil:
            var first: UInt32 = 0
            for row in (0..<rowCount).reversed() where isJoinable.map({ $0[row] }) ?? true {
                next[row] = first
                hasSeveral = hasSeveral || first != 0
                first = UInt32(truncatingIfNeeded: row + 1)
            }
            table = .all(first: first)
        case .narrow(let keys, let bits)
        where bits <= 16 || (bits < 32 && 1 << bits <= Self.denseFactor * max(rowCount, 1)):
            var first = [UInt32](repeating: 0, count: 1 << bits)
            hasSeveral = Self.fillDense(keys, bits, &first, &next, isJoinable, workers)
            table = .dense(first)
        case .narrow(let keys, let bits):
            let slotBits = Self.slotBits(rowCount)
            var slots = [UInt64](repeating: 0, count: 2 << slotBits)
            hasSeveral = Self.fillNarrow(keys, slotBits, &slots, &next, isJoinable, workers)
            table = .narrow(
                slots, shift: UInt64(64 - slotBits), present: Self.present(keys, bits, isJoinable))
        case .wide(let keys, _):
            let slotBits = Self.slotBits(rowCount)
            var slotKeys = [UInt128](repeating: 0, count: 1 << slotBits)
            var firsts = [UInt32](repeating: 0, count: 1 << slotBits)
            for row in (0..<rowCount).reversed() where isJoinable.map({ $0[row] }) ?? true {
                let key = keys[row]
                var slot = Int(truncatingIfNeeded: Self.hash(key) >> UInt64(64 - slotBits))
                while firsts[slot] != 0, slotKeys[slot] != key { slot = (slot &+ 1) & (firsts.count &- 1) }
                hasSeveral = hasSeveral || firsts[slot] != 0
                next[row] = firsts[slot]
                slotKeys[slot] = key
                firsts[slot] = UInt32(truncatingIfNeeded: row &+ 1)
            }
            table = .wide(slotKeys, firsts, shift: UInt64(64 - slotBits))
        }
        self.next = next
        isUnique = !hasSeveral
    }

    /// Twice as many slots as rows at least.
    private static func slotBits(_ rowCount: Int) -> Int {
        var bits = 6
        while 1 << bits < rowCount * 2 { bits += 1 }
        return bits
    }

    @inline(__always)
    private static func hash(_ key: UInt64) -> UInt64 { (key ^ (key &>> 32)) &* 0x9E37_79B9_7F4A_7C15 }

    @inline(__always)
    private static func hash(_ key: UInt128) -> UInt64 {
        hash(UInt64(truncatingIfNeeded: key) ^ folded(UInt64(truncatingIfNeeded: key >> 64) ^ 0xE703_7ED1_A0B4_28DB))
    }

    /// How many threads are worth it: a small table is built sooner than a thread starts.
    private static func partCount(_ rowCount: Int, _ threads: Int) -> Int {
        guard rowCount > 1 << 17 else { return 1 }
        var parts = 1
        while parts * 2 <= min(threads, 16) { parts *= 2 }
        return parts
    }

    private static func fillDense(
        _ keys: [UInt64], _ bits: Int, _ first: inout [UInt32], _ next: inout [UInt32], _ isJoinable: Bitmap?,
        _ workers: Workers
    ) -> Bool {
        let parts = partCount(keys.count, workers.count)
        let shift = UInt64(max(0, bits - parts.trailingZeroBitCount))
        let hasSeveral = Mutex(false)
        // Each thread writes the first rows of its keys, and what follows their rows: no place is another's.
        unsafe first.withUnsafeMutableBufferPointer { firstPointer in
            unsafe next.withUnsafeMutableBufferPointer { nextPointer in
                let (firsts, nexts) = unsafe (SharedCells(firstPointer), SharedCells(nextPointer))
                workers.run(parts) { part in
                    let span = keys.span
                    var own: UInt32 = 0
                    var row = span.count
                    while row > 0 {
                        row &-= 1
                        let key = span[row]
                        if parts > 1, key &>> shift != UInt64(part) { continue }
                        if let isJoinable, !isJoinable[row] { continue }
                        let known = unsafe firsts.cells[Int(truncatingIfNeeded: key)]
                        own |= known
                        unsafe nexts.cells[row] = known
                        unsafe firsts.cells[Int(truncatingIfNeeded: key)] = UInt32(truncatingIfNeeded: row &+ 1)
                    }
                    if own != 0 { hasSeveral.withLock { $0 = true } }
                }
            }
        }
        return hasSeveral.withLock { $0 }
    }

    private static func fillNarrow(
        _ keys: [UInt64], _ slotBits: Int, _ slots: inout [UInt64], _ next: inout [UInt32], _ isJoinable: Bitmap?,
        _ workers: Workers
    ) -> Bool {
        let parts = partCount(keys.count, workers.count)
        let partBits = parts.trailingZeroBitCount
        // Keys whose search runs over the end of their thread's stretch are put in when the threads are through.
        let late = Mutex<[UInt32]>([])
        let hasSeveral = Mutex(false)
        let mask = 1 << slotBits - 1
        unsafe slots.withUnsafeMutableBufferPointer { slotPointer in
            unsafe next.withUnsafeMutableBufferPointer { nextPointer in
                let (cells, nexts) = unsafe (SharedCells(slotPointer), SharedCells(nextPointer))
                workers.run(parts) { part in
                    let span = keys.span
                    // Alone, no end is met: there are always free slots.
                    let end = parts == 1 ? -1 : ((part &+ 1) << (slotBits &- partBits)) & mask
                    var own: UInt64 = 0
                    var delayed: [UInt32] = []
                    var row = span.count
                    while row > 0 {
                        row &-= 1
                        let key = span[row]
                        let hash = hash(key)
                        if parts > 1, hash &>> UInt64(64 &- partBits) != UInt64(part) { continue }
                        if let isJoinable, !isJoinable[row] { continue }
                        let first = unsafe insert(row, key, hash, end, slotBits, cells, nexts)
                        if first == .max {
                            delayed.append(UInt32(truncatingIfNeeded: row))
                        } else {
                            own |= first
                        }
                    }
                    if own != 0 { hasSeveral.withLock { $0 = true } }
                    if !delayed.isEmpty { late.withLock { $0 += delayed } }
                }
                for row in late.withLock({ $0 }) {
                    let key = keys[Int(row)]
                    let first = unsafe insert(Int(row), key, hash(key), -1, slotBits, cells, nexts)
                    if first != 0 { hasSeveral.withLock { $0 = true } }
                }
            }
        }
        return hasSeveral.withLock { $0 }
    }

    /// Puts a row before the others of its key.
    /// - Returns: the row that was first, 0 where there was none; the largest number where the search came to `end`.
    @inline(__always)
    private static func insert(
        _ row: Int, _ key: UInt64, _ hash: UInt64, _ end: Int, _ slotBits: Int, _ slots: SharedCells<UInt64>,
        _ nexts: SharedCells<UInt32>
    ) -> UInt64 {
        let mask = 1 << slotBits &- 1
        var slot = Int(truncatingIfNeeded: hash &>> UInt64(64 &- slotBits))
        while true {
            let first = unsafe slots.cells[2 &* slot &+ 1]
            if first == 0 || (unsafe slots.cells[2 &* slot]) == key {
                unsafe slots.cells[2 &* slot] = key
                unsafe slots.cells[2 &* slot &+ 1] = UInt64(row &+ 1)
                unsafe nexts.cells[row] = UInt32(truncatingIfNeeded: first)
                return first
            }
            slot = (slot &+ 1) & mask
            if slot == end { return .max }
        }
    }

    /// The first row of each probing row's key, from 1; 0 where there is none.
    /// - Parameter unknown: rows whose keys can't be packed as these are.
    package func firsts(_ keys: PackedKeys?, rowCount: Int, unknown: [Bool]) -> [UInt32] {
        var found = [UInt32](repeating: 0, count: rowCount)
        var output = found.mutableSpan
        let passed = unknown.span
        switch (table, keys) {
        case (.all(let first), _): for row in 0..<rowCount { output[row] = first }
        case (.dense(let first), .narrow(let keys, _)?):
            let (own, searched) = (first.span, keys.span)
            for row in 0..<rowCount where !passed[row] { output[row] = own[Int(truncatingIfNeeded: searched[row])] }
        case (.narrow(let slots, let shift, let present), .narrow(let keys, _)?):
            let (own, searched) = (slots.span, keys.span)
            let mask = own.count / 2 - 1
            let bits = present.span
            let hasBits = bits.count > 0
            for row in 0..<rowCount where !passed[row] {
                let key = searched[row]
                if hasBits, bits[Int(truncatingIfNeeded: key &>> 6)] &>> (key & 63) & 1 == 0 { continue }
                var slot = Int(truncatingIfNeeded: Self.hash(key) &>> shift)
                while true {
                    let first = own[2 &* slot &+ 1]
                    if first == 0 { break }
                    if own[2 &* slot] == key {
                        output[row] = UInt32(truncatingIfNeeded: first)
                        break
                    }
                    slot = (slot &+ 1) & mask
                }
            }
        case (.wide(let slotKeys, let firsts, let shift), .wide(let keys, _)?):
            let mask = firsts.count - 1
            for row in 0..<rowCount where !passed[row] {
                let key = keys[row]
                var slot = Int(truncatingIfNeeded: Self.hash(key) &>> shift)
                while firsts[slot] != 0, slotKeys[slot] != key { slot = (slot &+ 1) & mask }
                output[row] = firsts[slot]
            }
        default: break
        }
        return found
    }

    /// All pairs of a probing row and a row that has its key, by the probing row and then by the other.
    /// - Parameter firsts: of `firsts(_:rowCount:unknown:)`.
    package func pairs(_ firsts: [UInt32]) -> (probing: [UInt32], found: [UInt32]) {
        let span = firsts.span
        var count = 0
        for row in 0..<span.count { count &+= span[row] == 0 ? 0 : 1 }
        var (probing, found) = ([UInt32](), [UInt32]())
        probing.reserveCapacity(count)
        found.reserveCapacity(count)
        if isUnique {
            probing = [UInt32](repeating: 0, count: count)
            found = [UInt32](repeating: 0, count: count)
            var a = probing.mutableSpan
            var b = found.mutableSpan
            var position = 0
            for row in 0..<span.count where span[row] != 0 {
                a[position] = UInt32(truncatingIfNeeded: row)
                b[position] = span[row] &- 1
                position &+= 1
            }
            return (probing, found)
        }
        let chain = next.span
        for row in 0..<span.count {
            var current = span[row]
            while current != 0 {
                probing.append(UInt32(truncatingIfNeeded: row))
                found.append(current &- 1)
                current = chain[Int(current &- 1)]
            }
        }
        return (probing, found)
    }

    /// The probing rows that found a row.
    /// - Parameter firsts: of `firsts(_:rowCount:unknown:)`.
    package static func found(_ firsts: [UInt32]) -> Bitmap {
        let span = firsts.span
        return Bitmap(span.count) { span[$0] != 0 }
    }

    /// Calls back with each row of the key whose first row is given.
    @inline(__always)
    package func forEach(_ first: UInt32, _ body: (UInt32) -> Void) {
        var current = first
        while current != 0 {
            body(current &- 1)
            current = next[Int(current &- 1)]
        }
    }

    /// Marks all rows of the keys whose first rows are given.
    package func mark(_ firsts: [UInt32], _ marks: inout [Bool]) {
        let (span, chain) = (firsts.span, next.span)
        var output = marks.mutableSpan
        for row in 0..<span.count {
            var current = span[row]
            // A key that was marked before is marked as a whole.
            while current != 0, !output[Int(current &- 1)] {
                output[Int(current &- 1)] = true
                current = chain[Int(current &- 1)]
            }
        }
    }
}

/// Cells that several threads write, each its own ones.
private struct SharedCells<Value: BitwiseCopyable>: @unchecked Sendable {
    let cells: UnsafeMutableBufferPointer<Value>

    init(_ cells: UnsafeMutableBufferPointer<Value>) { unsafe self.cells = cells }
}
