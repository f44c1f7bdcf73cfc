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
    /// Once it is prepared to be merged: the rows by group, and where each group begins.
    private var order: [UInt32] = []
    private var starts: [Int] = []
    private var finished: (columns: [Column], starts: [Int])?

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
            kept = unsafe groups.withUnsafeBufferPointer { unsafe Array($0) }
        }
        chunks.append(columns)
        self.groups.append(kept)
    }

    package func prepareMerge() throws(KernelError) {
        guard !chunks.isEmpty else { return }
        let (columns, all) = try joined()
        (chunks, groups) = ([columns], [all])
        (order, starts) = countingSorted(all)
    }

    package func merge(_ other: any AggregateState, _ sources: Span<UInt32>, into groups: Span<UInt32>)
        throws(KernelError)
    {
        guard let other = other as? ListState, !other.chunks.isEmpty else { return }
        let (rows, targets) = other.rows(of: sources, as: groups)
        if rows.isEmpty { return }
        let span = rows.span
        chunks.append(try other.chunks[0].map { column throws(KernelError) in try column.taking(span) })
        self.groups.append(targets)
    }

    /// The rows of some groups, group by group, and what the group of each is to be.
    private func rows(of sources: Span<UInt32>, as groups: Span<UInt32>) -> (rows: [UInt32], targets: [UInt32]) {
        var count = 0
        for index in 0..<sources.count { count += starts[Int(sources[index]) + 1] - starts[Int(sources[index])] }
        var rows: [UInt32] = []
        var targets: [UInt32] = []
        rows.reserveCapacity(count)
        targets.reserveCapacity(count)
        for index in 0..<sources.count {
            let own = order[starts[Int(sources[index])]..<starts[Int(sources[index]) + 1]]
            rows.append(contentsOf: own)
            targets.append(contentsOf: repeatElement(groups[index], count: own.count))
        }
        return (rows, targets)
    }

    package var byteCount: Int {
        chunks.reduce(0) { $0 + $1.reduce(0) { $0 + $1.byteCount } } + groups.reduce(0) { $0 + $1.count * 4 }
    }

    package func finish() throws(KernelError) -> Column {
        let (columns, starts) = try arranged()
        return try finisher(columns, starts)
    }

    /// The result of the values that another state has kept, which has the same arguments and the same order.
    package func finish(with other: ListState) throws(KernelError) -> Column {
        let (columns, starts) = try other.arranged()
        return try finisher(columns, starts)
    }

    /// The values by group, and where each begins: arranged once for all results that are made of them.
    private func arranged() throws(KernelError) -> (columns: [Column], starts: [Int]) {
        if let finished { return finished }
        let (kept, all) = try joined()
        let (rows, starts) = orders.isEmpty ? countingSorted(all) : (try sorted(all, kept), self.starts(of: all))
        let span = rows.span
        let columns = try kept.map { column throws(KernelError) in try column.taking(span) }
        finished = (columns, starts)
        return (columns, starts)
    }

    /// All that is kept, and the group of each row; of equal rows with DISTINCT the first.
    private func joined() throws(KernelError) -> (columns: [Column], groups: [UInt32]) {
        var columns: [Column] = []
        for index in types.indices { columns.append(try Column.joined(chunks.map { $0[index] }, type: types[index])) }
        var all = groups.count == 1 ? groups[0] : groups.flatMap { $0 }
        if isDistinct, !all.isEmpty {
            let ids = Column(.int64, .int64(Buffer(all.map(Int64.init))))
            let keys = [ids, columns[0]]
            let firsts = try KeyLayout(chunks: [keys]).packed(keys, rowCount: all.count).grouped().firstRows
            let span = firsts.span
            columns = try columns.map { column throws(KernelError) in try column.taking(span) }
            all = firsts.map { all[Int($0)] }
        }
        return (columns, all)
    }

    /// Where the rows of each group begin, were they sorted by it.
    private func starts(of groups: [UInt32]) -> [Int] {
        var starts = [Int](repeating: 0, count: groupCount + 1)
        for group in groups { starts[Int(group) + 1] += 1 }
        for group in 0..<groupCount { starts[group + 1] += starts[group] }
        return starts
    }

    /// The rows by group, in their order within each, and where each group begins.
    private func countingSorted(_ groups: [UInt32]) -> (rows: [UInt32], starts: [Int]) {
        let starts = self.starts(of: groups)
        var next = starts
        var rows = [UInt32](repeating: 0, count: groups.count)
        for row in groups.indices {
            let group = Int(groups[row])
            rows[next[group]] = UInt32(truncatingIfNeeded: row)
            next[group] += 1
        }
        return (rows, starts)
    }

    private func sorted(_ groups: [UInt32], _ columns: [Column]) throws(KernelError) -> [UInt32] {
        let ids = Column(.int64, .int64(Buffer(groups.map(Int64.init))))
        let keys = [ids] + columns.suffix(orders.count)
        let all = [KeyOrder(isDescending: false, nullsFirst: false)] + orders
        return try KeyLayout(chunks: [keys], orders: all).packed(keys, rowCount: groups.count).sortedRows()
    }
}
