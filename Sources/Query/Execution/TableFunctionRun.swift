internal import Columnar
internal import Effects
internal import Kernels
internal import Synchronization

/// Runs a table function: the arguments of the rows are computed part by part, cut into pieces by the hash of their
/// partition keys, each piece is brought into order, and the function is given piece by piece.
///
/// Only arguments are carried (and the table's own columns where the function keeps its rows): texts that a condition
/// reads become its bits before anything is moved.
struct TableFunctionRun: Sendable {
    let input: Pipeline
    let call: TableFunctionCall
    let columns: [PlanColumn]
    let execution: Execution

    private var made: [AnswerColumn] { call.function.columns }
    private var argumentCount: Int { call.expressions.count }

    func pipeline() throws -> Pipeline {
        let parts = try gathered()
        let reservation = try execution.memory.reserve(parts.reduce(0) { $0 + $1.byteCount })
        let total = parts.reduce(0) { $0 + $1.count }
        let count = call.partition.isEmpty ? 1 : RowPartitions.count(of: total)
        let pieces = try split(parts, count)
        let answers = Mutex<[(rows: Rows, batch: ColumnBatch)?]>(Array(repeating: nil, count: count))
        try ParallelWork.run(count: count, threads: execution.threads) { (index: Int, _: Int) throws(any Error) in
            try execution.check()
            let own = pieces.map { $0[index] }.filter { $0.count > 0 }
            guard let first = own.first else { return }
            let types = first.columns.map(\.type)
            let answer = try computed(try kernel { try Rows.joined(own, types: types) })
            answers.withLock { $0[index] = answer }
        }
        return try withExtendedLifetime(reservation) {
            try combined(answers.withLock { $0.compactMap { $0 } })
        }
    }

    /// The arguments of all rows, part by part; behind them the table's columns where they are kept.
    private func gathered() throws -> [Rows] {
        let evaluator = Evaluator(context: execution.context, columns: input.columns)
        let parts = try input.collect(execution) { _, run -> Rows in
            var batches: [Rows] = []
            try run { rows in
                let arguments = try call.expressions.map { try evaluator.column($0, rows) }
                batches.append(Rows(arguments + (call.keepsRows ? rows.columns : []), count: rows.count))
            }
            guard let first = batches.first else { return Rows([], count: 0) }
            let types = first.columns.map(\.type)
            let rows = try kernel { try Rows.joined(batches, types: types) }
            guard case .distinct = call.function.rows else { return rows }
            return try kernel(call.range) { try distinct(rows) }
        }
        return parts.filter { $0.count > 0 }
    }

    /// The rows without those that are like one before them; rows that have no partition stay.
    private func distinct(_ rows: Rows) throws(KernelError) -> Rows {
        let keys = try KeyLayout(chunks: [rows.columns]).packed(rows.columns, rowCount: rows.count)
        var firsts = keys.grouped().firstRows
        let nullable = call.partition.compactMap { rows.columns[$0].validity }
        if let first = nullable.first {
            let known = nullable.dropFirst().reduce(first) { $0.intersection($1) }
            firsts = firsts.filter { known[Int($0)] } + known.inverted.rowPositions
            firsts.sort()
        }
        return firsts.count == rows.count ? rows : try rows.taking(firsts)
    }

    /// The pieces of each part, in the parts' order, by the hash of the partition keys.
    /// - Parameter count: a power of two.
    private func split(_ parts: [Rows], _ count: Int) throws -> [[Rows]] {
        if count == 1 { return parts.map { [$0] } }
        let results = Mutex<[[Rows]]>(Array(repeating: [], count: parts.count))
        try ParallelWork.run(count: parts.count, threads: execution.threads) { (index: Int, _: Int) throws(any Error) in
            let rows = parts[index]
            let pieces = try kernel {
                let hashes = try rowHashes(call.partition.map { rows.columns[$0] }, rowCount: rows.count)
                let (order, starts) = Self.placed(hashes, count)
                let all = order.span
                return try (0..<count).map { piece throws(KernelError) in
                    let chosen = all.extracting(starts[piece]..<starts[piece + 1])
                    if chosen.count == rows.count { return rows }
                    return Rows(
                        try rows.columns.map { column throws(KernelError) in try column.taking(chosen) },
                        count: chosen.count)
                }
            }
            results.withLock { $0[index] = pieces }
        }
        return results.withLock { $0 }
    }

    /// The rows piece by piece, and where each piece begins, with the end behind them.
    private static func placed(_ hashes: [UInt64], _ count: Int) -> (order: [UInt32], starts: [Int]) {
        let mask = UInt64(count - 1)
        let input = hashes.span
        var starts = [Int](repeating: 0, count: count + 1)
        for row in input.indices { starts[Int(truncatingIfNeeded: input[row] >> 32 & mask) &+ 1] &+= 1 }
        for piece in 1...count { starts[piece] &+= starts[piece &- 1] }
        var next = starts
        var order = [UInt32](repeating: 0, count: hashes.count)
        for row in input.indices {
            let piece = Int(truncatingIfNeeded: input[row] >> 32 & mask)
            order[next[piece]] = UInt32(truncatingIfNeeded: row)
            next[piece] &+= 1
        }
        return (order, starts)
    }

    private func computed(_ rows: Rows) throws -> (rows: Rows, batch: ColumnBatch) {
        let (order, starts) = try kernel(call.range) {
            try PartitionOrder(
                partition: call.partition.map { rows.columns[$0] }, order: call.order.map { rows.columns[$0] },
                rowCount: rows.count
            ).sorted()
        }
        let sorted = try kernel(call.range) { try rows.taking(order) }
        let batch = try kernel(call.range) { try self.batch(Array(sorted.columns.prefix(argumentCount)), rows.count) }
        let answer = try run { try call.function.evaluate(batch, starts) }
        guard !call.keepsRows || answer.rowCount == rows.count else {
            throw QueryError(
                .unsupported, "\(call.name) gave \(answer.rowCount) rows for \(rows.count)", at: call.range)
        }
        return (Rows(Array(sorted.columns.dropFirst(argumentCount)), count: rows.count), answer)
    }

    private func batch(_ columns: [Column], _ count: Int) throws -> ColumnBatch {
        let schema = Schema(zip(call.names, call.expressions).map { Field($0, $1.type.logical) })
        return try ColumnBatch(schema: schema, columns: columns, rowCount: count)
    }

    private func combined(_ answers: [(rows: Rows, batch: ColumnBatch)]) throws -> Pipeline {
        var parts: [Rows] = []
        if let combine = call.function.combine {
            let batch = try run { try combine(answers.map(\.batch)) }
            parts.append(Rows(try checked(batch), count: batch.rowCount))
        } else {
            for (rows, batch) in answers {
                parts.append(Rows(rows.columns + (try checked(batch)), count: batch.rowCount))
            }
        }
        return Pipeline(columns, parts: parts)
    }

    /// The columns of an answer, held to the types that the function promised.
    private func checked(_ batch: ColumnBatch) throws -> [Column] {
        let promised = made.map(\.type.logical)
        guard batch.columns.map(\.type) == promised else {
            throw QueryError(.unsupported, "\(call.name) gave columns of other types than it promised", at: call.range)
        }
        return batch.columns
    }

    /// Errors of the function become errors of the query, at the call.
    private func run<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as QueryError {
            throw error.at(call.range)
        } catch {
            throw QueryError(.invalidArgument, "\(call.name): \(error)", at: call.range)
        }
    }
}
