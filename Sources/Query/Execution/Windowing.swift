internal import Columnar
internal import Effects
internal import Kernels
internal import Synchronization

/// Window functions: rows are cut into partitions by the hash of their partition keys, each is sorted by itself, and
/// the functions run over the sorted rows. Calls with the same keys share one sort.
struct Windowing: Sendable {
    let input: Pipeline
    let calls: [WindowCall]
    let columns: [PlanColumn]
    let execution: Execution
    let meter: OperatorMeter?

    /// The pieces that rows are cut into where memory does not hold them.
    private static let pieceCount = 64

    func pipeline() throws -> Pipeline {
        var pipeline = input
        var order: [Int] = []
        var rest = Array(calls.indices)
        while let first = rest.first {
            let same = rest.filter { calls[$0].hasSameOrder(as: calls[first]) }
            rest.removeAll(where: same.contains)
            let made = same.map { columns[input.columns.count + $0] }
            pipeline = try computed(pipeline, same.map { calls[$0] }, made)
            order += same
        }
        // The results in the order of the calls.
        let positions = order.enumerated().sorted { $0.element < $1.element }.map { input.columns.count + $0.offset }
        let width = input.columns.count
        return pipeline.map(columns) { rows in
            Rows(Array(rows.columns.prefix(width)) + positions.map { rows.columns[$0] }, count: rows.count)
        }
    }

    private func computed(_ input: Pipeline, _ calls: [WindowCall], _ made: [PlanColumn]) throws -> Pipeline {
        let evaluator = Evaluator(context: execution.context, columns: input.columns)
        if execution.maySpill {
            guard !calls[0].partition.isEmpty else {
                return try unpartitioned(input, calls, input.columns + made, evaluator)
            }
            let rows = PartitionedRows(
                input.columns, calls[0].partition, execution, meter, pieceCount: Self.pieceCount, copyCount: 2)
            try input.gathered(in: rows, execution)
            let columns = input.columns + made
            if rows.isSpilled { return computed(rows, calls, columns, evaluator) }
            return try computed(rows.taken(), calls, columns, evaluator)
        }
        let parts = try input.materialised(execution)
        return try computed(parts, calls, input.columns + made, evaluator)
    }

    /// Of rows on disk: a piece at a time, which holds its window partitions whole.
    private func computed(
        _ rows: PartitionedRows, _ calls: [WindowCall], _ columns: [PlanColumn], _ evaluator: Evaluator
    ) -> Pipeline {
        let execution = self.execution
        return Pipeline(columns: columns, partCount: rows.pieceCount) { piece, next in
            try execution.check()
            let (own, reservation) = try rows.whole(piece: piece)
            if own.count == 0 { return }
            let done = try WindowPartition(own, calls, evaluator).computed()
            try withExtendedLifetime(reservation) { try next(done) }
        }
    }

    func computed(
        _ parts: [Rows], _ calls: [WindowCall], _ columns: [PlanColumn], _ evaluator: Evaluator
    ) throws -> Pipeline {
        let total = parts.reduce(0) { $0 + $1.count }
        let reservation = try execution.memory.reserve(parts.reduce(0) { $0 + $1.byteCount })
        defer { withExtendedLifetime(reservation) {} }
        let partitionCount = calls[0].partition.isEmpty ? 1 : RowPartitions.count(of: total)
        let pieces = try RowPartitions.split(parts, calls[0].partition, partitionCount, evaluator, execution)
        let types = Array(columns.prefix(columns.count - calls.count)).map(\.type.logical)
        let results = Mutex<[Rows?]>(Array(repeating: nil, count: partitionCount))
        try ParallelWork.run(count: partitionCount, threads: execution.threads) {
            (index: Int, _: Int) throws(any Error) in
            try execution.check()
            let own = pieces.map { $0[index] }.filter { $0.count > 0 }
            if own.isEmpty { return }
            let rows = try kernel { try Rows.joined(own, types: types) }
            let done = try WindowPartition(rows, calls, evaluator).computed()
            results.withLock { $0[index] = done }
        }
        return Pipeline(columns, parts: results.withLock { $0.compactMap { $0 } })
    }
}

extension WindowCall {
    func hasSameOrder(as other: WindowCall) -> Bool {
        partition.count == other.partition.count && order.count == other.order.count
            && zip(partition, other.partition).allSatisfy { $0.isSame(as: $1) }
            && zip(order, other.order).allSatisfy { $0.expression.isSame(as: $1.expression) && $0.order == $1.order }
    }
}
