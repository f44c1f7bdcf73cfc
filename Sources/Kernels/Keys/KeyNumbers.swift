/// Numbers for distinct packed keys, in the order of first appearance, a batch of keys at a time: the loops lie here,
/// beside the table, where they are compiled for both widths.
package struct KeyNumbers: Sendable {
    private var narrow: GroupIndex<UInt64>
    private var wide: GroupIndex<UInt128>

    /// - Parameters:
    ///   - bits: how many bits keys have, of their layout.
    ///   - expected: how many distinct keys there may be; only a hint.
    package init(bits: Int, expected: Int = 16) {
        narrow = GroupIndex(bits: bits <= 64 ? bits : 0, expected: bits <= 64 ? expected : 0)
        wide = GroupIndex(bits: 128, expected: bits > 64 ? expected : 0)
    }

    /// How many distinct keys there are.
    package var count: Int { max(narrow.count, wide.count) }

    /// The number of each key; those that are new are added.
    package mutating func insert(_ keys: PackedKeys) -> [UInt32] {
        var numbers = [UInt32](repeating: 0, count: keys.count)
        var output = numbers.mutableSpan
        switch keys {
        case .narrow(let keys, _):
            let span = keys.span
            for row in 0..<span.count { output[row] = narrow.insert(span[row]) }
        case .wide(let keys, _):
            let span = keys.span
            for row in 0..<span.count { output[row] = wide.insert(span[row]) }
        }
        return numbers
    }

    /// The number of each key; `missingRow` for those that were never added.
    package func find(_ keys: PackedKeys) -> [UInt32] {
        var numbers = [UInt32](repeating: missingRow, count: keys.count)
        var output = numbers.mutableSpan
        switch keys {
        case .narrow(let keys, _):
            let span = keys.span
            for row in 0..<span.count { output[row] = narrow.find(span[row]) ?? missingRow }
        case .wide(let keys, _):
            let span = keys.span
            for row in 0..<span.count { output[row] = wide.find(span[row]) ?? missingRow }
        }
        return numbers
    }
}
