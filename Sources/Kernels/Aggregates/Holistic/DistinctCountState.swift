package import Columnar

/// `count(DISTINCT x)`: each value of a group is kept once, as a number.
///
/// A value's number is its place among all values of the state, in the order of first appearance; a pair of group and
/// number is one word in a table. Rows that bring nothing new leave nothing behind: many rows of few values take the
/// memory of the values.
package final class DistinctCountState: AggregateState {
    private let isText: Bool
    private var texts = BytesInterner()
    private var numbers = GroupIndex<UInt64>(bits: 64)
    /// The group in the upper half, the value's number in the lower.
    private var pairs = GroupIndex<UInt64>(bits: 64)
    private var groupCount = 0
    /// Once it is prepared to be merged: the values' numbers by group, and where each group begins.
    private var values: [UInt32] = []
    private var starts: [Int] = []

    /// - Parameter type: the argument's, one of those that it `counts`.
    package init(_ type: LogicalType) { isText = type.physicalType == .bytes }

    /// Whether values of a type are counted so: those that are bytes or at most 64 bits.
    package static func counts(_ type: LogicalType) -> Bool {
        switch type.physicalType {
        case .bytes, .bool, .int32, .int64, .float, .double: true
        default: false
        }
    }

    package func grow(to groupCount: Int) { self.groupCount = max(self.groupCount, groupCount) }

    package func update(_ groups: Span<UInt32>, _ arguments: [Operand], mask: Bitmap?) throws(KernelError) {
        let column = try arguments[0].expanded(to: groups.count).comparable()
        let own = isText ? try textNumbers(column) : try fixedNumbers(column)
        let span = own.span
        var pairs = GroupIndex<UInt64>(bits: 64)
        swap(&pairs, &self.pairs)
        forEachRow(groups.count, mask) { row in _ = pairs.insert(UInt64(groups[row]) << 32 | UInt64(span[row])) }
        swap(&pairs, &self.pairs)
    }

    private func textNumbers(_ column: Column) throws(KernelError) -> [UInt32] {
        var texts = BytesInterner()
        swap(&texts, &self.texts)
        defer { swap(&texts, &self.texts) }
        return try column.codes { texts.intern($0) }
    }

    private func fixedNumbers(_ column: Column) throws(KernelError) -> [UInt32] {
        var numbers = GroupIndex<UInt64>(bits: 64)
        swap(&numbers, &self.numbers)
        defer { swap(&numbers, &self.numbers) }
        var found = [UInt32](repeating: 0, count: column.rowCount)
        var output = found.mutableSpan
        try FixedLane(word: .only).forEach(column) { row, bits in output[row] = numbers.insert(bits) }
        return found
    }

    package func prepareMerge() {
        var next = [Int](repeating: 0, count: groupCount + 1)
        for pair in pairs.keys { next[Int(pair >> 32) + 1] += 1 }
        for group in 0..<groupCount { next[group + 1] += next[group] }
        starts = next
        values = [UInt32](repeating: 0, count: pairs.count)
        for pair in pairs.keys {
            let group = Int(pair >> 32)
            values[next[group]] = UInt32(truncatingIfNeeded: pair)
            next[group] += 1
        }
    }

    package func merge(_ other: any AggregateState, _ sources: Span<UInt32>, into groups: Span<UInt32>) {
        guard let other = other as? DistinctCountState else { return }
        let own = other.numbers.keys
        for index in 0..<sources.count {
            let group = UInt64(groups[index]) << 32
            let source = Int(sources[index])
            for place in other.starts[source]..<other.starts[source + 1] {
                let value = other.values[place]
                let number = isText ? texts.intern(value, of: other.texts) : numbers.insert(own[Int(value)])
                _ = pairs.insert(group | UInt64(number))
            }
        }
    }

    package var byteCount: Int { texts.byteCount + (numbers.count + pairs.count) * 16 + values.count * 4 }

    package func finish() -> Column {
        var counts = [Int64](repeating: 0, count: groupCount)
        for pair in pairs.keys { counts[Int(pair >> 32)] += 1 }
        return Column(.int64, .int64(Buffer(counts)))
    }
}
