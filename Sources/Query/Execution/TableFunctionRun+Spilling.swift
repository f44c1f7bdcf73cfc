internal import Columnar
internal import Effects
internal import Kernels

// Rows that memory does not hold: they are cut by the hash of their partition keys and put away, with their places in the
// input, and read back piece by piece. Pieces are those of rows in memory, and their rows come in the same order: answers
// are the same, floating sums bit by bit.

extension TableFunctionRun {
    /// The pieces on disk. A piece in memory is one or several of them, side by side, since the upper bits of the hash say
    /// which in both.
    private static let pieceCount = 256
    /// Rows that are cut at once: so many that what a piece gets of them is worth a write.
    private static let chunkRowCount = 1 << 16

    /// All rows, in memory or on disk, with their places behind them; and how many there are.
    func kept() throws -> (rows: PartitionedRows, rowCount: Int) {
        let evaluator = Evaluator(context: execution.context, columns: input.columns)
        let partition = call.partition
        let rows = PartitionedRows(
            types: types + [.int64], execution, meter, pieceCount: Self.pieceCount, copyCount: 2
        ) { rows in partition.map { rows.columns[$0] } }
        let counts = try input.collect(execution) { part, run -> Int in
            var waiting: [Rows] = []
            var (waitingCount, number, place) = (0, 0, 0)
            func add() throws {
                if waiting.isEmpty { return }
                let own = try joined(waiting)
                let places = (0..<own.count).map { Int64(part) << 40 | Int64(place + $0) }
                place += own.count
                try rows.add(
                    Rows(own.columns + [Column(.int64, .int64(Buffer(places)))], count: own.count),
                    PartitionedRows.Order(part: part, number: number))
                number += 1
                (waiting, waitingCount) = ([], 0)
            }
            try run { batch in
                waiting.append(try arguments(batch, evaluator))
                waitingCount += batch.count
                if waitingCount >= Self.chunkRowCount { try add() }
            }
            try add()
            return place
        }
        return (rows, counts.reduce(0, +))
    }

    /// Rows without their places.
    func unplaced(_ rows: [Rows]) -> [Rows] {
        rows.filter { $0.count > 0 }.map { Rows(Array($0.columns.dropLast()), count: $0.count) }
    }

    /// Of rows on disk, a piece at a time.
    func computed(_ rows: PartitionedRows, _ rowCount: Int) throws -> Pipeline {
        let count = RowPartitions.count(of: rowCount)
        let piece = { @Sendable (run: TableFunctionRun, index: Int) throws -> Answer? in
            try run.answer(to: rows, index, of: count)
        }
        let run = try prepared(count, piece)
        guard run.call.function.combine != nil else {
            return Pipeline(columns: columns, partCount: count) { index, next in
                try execution.check()
                guard let answer = try piece(run, index) else { return }
                try withExtendedLifetime(answer.reservation) {
                    try next(Rows(answer.rows.columns + (try run.checked(answer.batch)), count: answer.batch.rowCount))
                }
            }
        }
        return try run.combined(try run.answers(count, piece))
    }

    /// The answer to a piece of those that rows in memory are cut into; nil where it has no rows.
    private func answer(to rows: PartitionedRows, _ index: Int, of count: Int) throws -> Answer? {
        let width = rows.pieceCount / count
        var batches: [Rows] = []
        for piece in index * width..<(index + 1) * width {
            try rows.forEach(piece: piece) { own, _ in batches.append(own) }
        }
        if batches.isEmpty { return nil }
        let reservation = try reserve((Self.copyCount + 1) * batches.reduce(0) { $0 + $1.byteCount })
        let types = types + [.int64]
        let own = try kernel { try Rows.joined(batches, types: types) }
        batches = []
        let answer = try answer(to: try inOrder(own))
        return withExtendedLifetime(reservation) { answer }
    }

    /// Rows in the order of their places, without them.
    private func inOrder(_ rows: Rows) throws -> Rows {
        guard case .int64(let places)? = rows.columns.last?.values else { return rows }
        let kept = Rows(Array(rows.columns.dropLast()), count: rows.count)
        let isSorted = (1..<max(1, rows.count)).allSatisfy { places[$0 - 1] < places[$0] }
        if isSorted { return kept }
        let order = (0..<UInt32(rows.count)).sorted { places[Int($0)] < places[Int($1)] }
        return try kernel { try kept.taking(order) }
    }

    private var types: [LogicalType] {
        call.expressions.map(\.type.logical) + (call.keepsRows ? input.types : [])
    }
}
