package import Columnar

/// Aggregates that need all values of a group at once: they are kept as columns beside the number of their group, and
/// brought together by group at the end.
package final class ListState: AggregateState {
    /// What becomes of the values of the groups.
    /// - Parameters: the arguments with the rows of each group side by side, and where each group begins (one more
    ///   than there are groups).
    package typealias Finisher = @Sendable (_ arguments: [Column], _ starts: [Int]) throws(KernelError) -> Column

    private let finisher: Finisher
    private let types: [LogicalType]
    private let orders: [KeyOrder]
    private let isDistinct: Bool
    private var groupCount = 0
    private var chunks: [[Column]] = []
    private var groups: [[UInt32]] = []

    /// - Parameters:
    ///   - types: the types of the arguments, those to order by last.
    ///   - orders: the order of the last arguments; empty for the order of the rows.
    ///   - isDistinct: whether equal first arguments of a group count once.
    package init(types: [LogicalType], orders: [KeyOrder], isDistinct: Bool, _ finisher: @escaping Finisher) {
        self.types = types
        self.orders = orders
        self.isDistinct = isDistinct
        self.finisher = finisher
    }

    package func grow(to groupCount: Int) { self.groupCount = max(self.groupCount, groupCount) }

    package func update(_ groups: Span<UInt32>, _ arguments: [Operand], mask: Bitmap?) throws(KernelError) {
        var columns = arguments.map { $0.expanded(to: groups.count) }
        var kept: [UInt32] = []
        if let mask {
            let rows = mask.rowPositions
            if rows.isEmpty { return }
            let span = rows.span
            columns = try columns.map { column throws(KernelError) in try column.taking(span) }
            kept = rows.map { groups[Int($0)] }
        } else {
            kept.reserveCapacity(groups.count)
            for row in 0..<groups.count { kept.append(groups[row]) }
        }
        chunks.append(columns)
        self.groups.append(kept)
    }

    package func merge(_ other: any AggregateState, _ groups: Span<UInt32>) throws(KernelError) {
        guard let other = other as? ListState else { return }
        for (columns, own) in zip(other.chunks, other.groups) {
            var rows: [UInt32] = []
            var targets: [UInt32] = []
            for row in own.indices where groups[Int(own[row])] != missingRow {
                rows.append(UInt32(truncatingIfNeeded: row))
                targets.append(groups[Int(own[row])])
            }
            if rows.isEmpty { continue }
            let span = rows.span
            chunks.append(
                rows.count == own.count
                    ? columns : try columns.map { column throws(KernelError) in try column.taking(span) })
            self.groups.append(targets)
        }
    }

    package var byteCount: Int {
        chunks.reduce(0) { $0 + $1.reduce(0) { $0 + $1.byteCount } } + groups.reduce(0) { $0 + $1.count * 4 }
    }

    package func finish() throws(KernelError) -> Column {
        var columns: [Column] = []
        for index in types.indices { columns.append(try Column.joined(chunks.map { $0[index] }, type: types[index])) }
        var all = groups.flatMap { $0 }
        if isDistinct, !all.isEmpty {
            let ids = Column(.int64, .int64(Buffer(all.map(Int64.init))))
            let keys = [ids, columns[0]]
            let firsts = try KeyLayout(chunks: [keys]).packed(keys, rowCount: all.count).grouped().firstRows
            let span = firsts.span
            columns = try columns.map { column throws(KernelError) in try column.taking(span) }
            all = firsts.map { all[Int($0)] }
        }
        let rows = try orders.isEmpty ? countingSorted(all) : sorted(all, columns)
        let span = rows.span
        columns = try columns.map { column throws(KernelError) in try column.taking(span) }
        var starts = [Int](repeating: 0, count: groupCount + 1)
        for group in all { starts[Int(group) + 1] += 1 }
        for group in 0..<groupCount { starts[group + 1] += starts[group] }
        return try finisher(columns, starts)
    }

    /// The rows by group, in their order within each.
    private func countingSorted(_ groups: [UInt32]) -> [UInt32] {
        var starts = [Int](repeating: 0, count: groupCount + 1)
        for group in groups { starts[Int(group) + 1] += 1 }
        for group in 0..<groupCount { starts[group + 1] += starts[group] }
        var rows = [UInt32](repeating: 0, count: groups.count)
        for (row, group) in groups.enumerated() {
            rows[starts[Int(group)]] = UInt32(truncatingIfNeeded: row)
            starts[Int(group)] += 1
        }
        return rows
    }

    private func sorted(_ groups: [UInt32], _ columns: [Column]) throws(KernelError) -> [UInt32] {
        let ids = Column(.int64, .int64(Buffer(groups.map(Int64.init))))
        let keys = [ids] + columns.suffix(orders.count)
        let all = [KeyOrder(isDescending: false, nullsFirst: false)] + orders
        return try KeyLayout(chunks: [keys], orders: all).packed(keys, rowCount: groups.count).sortedRows()
    }
}
