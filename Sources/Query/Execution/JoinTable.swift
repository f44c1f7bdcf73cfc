internal import Columnar
internal import Effects
internal import Kernels
internal import Synchronization

/// One side of a join in memory, to be looked up by its keys.
final class JoinTable: Sendable {
    let rows: Rows
    /// The values of the keys.
    let keys: [Column]
    let index: JoinIndex
    /// Nil without key columns.
    private let layout: KeyLayout?
    private let pairs: [JoinPlan.KeyPair]
    private let reservation: MemoryReservation

    /// Bytes of a row's packed key, its place in the table and the row that follows it.
    static let bytesPerRow = 44

    /// Rows whose keys are packed at once.
    private static let chunkRowCount = 1 << 17

    init(
        _ rows: Rows, columns: [PlanColumn], keys: [Expression], pairs: [JoinPlan.KeyPair], _ range: SourceRange,
        _ execution: Execution
    ) throws {
        self.rows = rows
        self.pairs = pairs
        reservation = try execution.memory.reserve(rows.byteCount + rows.count * Self.bytesPerRow)
        let evaluator = Evaluator(context: execution.context, columns: columns)
        let values = try keys.map { try evaluator.column($0, rows) }
        self.keys = values
        var isJoinable: Bitmap?
        for (column, pair) in zip(values, pairs) where !pair.matchesNulls {
            if let validity = column.validity { isJoinable = isJoinable.map { $0.intersection(validity) } ?? validity }
        }
        let workers = JoinIndex.Workers(count: execution.threads) { count, body in
            ParallelWork.run(count: count, threads: execution.threads) { (piece: Int, _: Int) in body(piece) }
        }
        guard !values.isEmpty else {
            layout = nil
            index = JoinIndex(nil, rowCount: rows.count, isJoinable: isJoinable)
            return
        }
        let layout = try kernel(range) { try KeyLayout(chunks: [values]) }
        self.layout = layout
        let packed = try Self.packed(values, rows.count, layout, range, execution)
        index = JoinIndex(packed, rowCount: rows.count, isJoinable: isJoinable, workers: workers)
    }

    /// The keys packed, chunks of rows side by side.
    private static func packed(
        _ keys: [Column], _ rowCount: Int, _ layout: KeyLayout, _ range: SourceRange, _ execution: Execution
    ) throws -> PackedKeys {
        let starts = Array(stride(from: 0, to: rowCount, by: chunkRowCount))
        guard starts.count > 1 else { return try kernel(range) { try layout.packed(keys, rowCount: rowCount) } }
        let pieces = try ParallelWork.results(starts.count, execution) { index in
            let own = starts[index]..<min(rowCount, starts[index] + chunkRowCount)
            return try kernel(range) { try layout.packed(keys.map { $0.slice(own) }, rowCount: own.count) }
        }
        return PackedKeys.joined(pieces)
    }

    /// The first row of each probing row's key, from 1; 0 where there is none.
    func firsts(_ keys: [Column], _ count: Int) throws(KernelError) -> [UInt32] {
        guard let layout else {
            return index.firsts(nil, rowCount: count, unknown: Array(repeating: false, count: count))
        }
        if rows.count == 0 { return Array(repeating: 0, count: count) }
        var (packed, unknown) = try layout.probed(keys, rowCount: count)
        for (column, pair) in zip(keys, pairs) where !pair.matchesNulls {
            guard let validity = column.validity else { continue }
            for row in 0..<count where !validity[row] { unknown[row] = true }
        }
        return index.firsts(packed, rowCount: count, unknown: unknown)
    }
}

extension ParallelWork {
    /// Results of pieces that are computed side by side, in the order of the pieces.
    static func results<Result: Sendable>(
        _ count: Int, _ execution: Execution, _ body: @escaping @Sendable (Int) throws -> Result
    ) throws -> [Result] {
        let results = Mutex<[Result?]>(Array(repeating: nil, count: count))
        try run(count: count, threads: execution.threads) { (piece: Int, _: Int) throws(any Error) in
            let result = try body(piece)
            results.withLock { $0[piece] = result }
        }
        return results.withLock { $0.compactMap { $0 } }
    }
}

extension Rows {
    /// Rows behind each other, the columns side by side.
    static func joined(_ parts: [Rows], types: [LogicalType], _ execution: Execution) throws -> Rows {
        if parts.isEmpty { return Rows(types.map { Column.nulls($0, 0) }, count: 0) }
        if parts.count == 1 { return parts[0] }
        let columns = try ParallelWork.results(types.count, execution) { index in
            try kernel { try Column.joined(parts.map { $0.columns[index] }, type: types[index]) }
        }
        return Rows(columns, count: parts.reduce(0) { $0 + $1.count })
    }
}
