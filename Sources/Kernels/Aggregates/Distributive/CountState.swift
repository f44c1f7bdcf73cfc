package import Columnar

/// `count(*)` and `count(x)`: rows that count.
package final class CountState: AggregateState {
    private var counts: [Int64] = []

    package init() {}

    package func grow(to groupCount: Int) { Kernels.grow(&counts, groupCount, 0) }

    package func update(_ groups: Span<UInt32>, _ arguments: [Operand], mask: Bitmap?) {
        countRows(&counts, groups, mask)
    }

    package func merge(_ other: any AggregateState, _ sources: Span<UInt32>, into groups: Span<UInt32>) {
        guard let other = other as? CountState else { return }
        mergeStates(&counts, other.counts, sources, groups) { $0 &+= $1 }
    }

    package var byteCount: Int { counts.count * 8 }

    package func finish() -> Column { Column(.int64, .int64(Buffer(counts))) }
}
