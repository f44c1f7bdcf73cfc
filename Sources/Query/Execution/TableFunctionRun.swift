internal import Columnar
internal import Effects
internal import Kernels
internal import Synchronization

/// Runs a table function: rows are cut into pieces by the hash of their partition keys, each piece is sorted, and the
/// function is given piece by piece.
struct TableFunctionRun: Sendable {
    let input: Pipeline
    let call: TableFunctionCall
    let columns: [PlanColumn]
    let execution: Execution

    private var made: [AnswerColumn] { call.function.columns }

    func pipeline() throws -> Pipeline {
        let evaluator = Evaluator(context: execution.context, columns: input.columns)
        let keys = call.partition.map { call.expressions[$0] }
        let parts = try input.materialised(execution)
        let reservation = try execution.memory.reserve(parts.reduce(0) { $0 + $1.byteCount })
        let total = parts.reduce(0) { $0 + $1.count }
        let count = keys.isEmpty ? 1 : RowPartitions.count(of: total)
        let pieces = try RowPartitions.split(parts, keys, count, evaluator, execution)
        let types = input.types
        let answers = Mutex<[(rows: Rows, batch: ColumnBatch)?]>(Array(repeating: nil, count: count))
        try ParallelWork.run(count: count, threads: execution.threads) { (index: Int, _: Int) throws(any Error) in
            try execution.check()
            let own = pieces.map { $0[index] }.filter { $0.count > 0 }
            if own.isEmpty { return }
            let answer = try computed(try kernel { try Rows.joined(own, types: types) }, evaluator)
            answers.withLock { $0[index] = answer }
        }
        return try withExtendedLifetime(reservation) {
            try combined(answers.withLock { $0.compactMap { $0 } })
        }
    }

    private func computed(_ rows: Rows, _ evaluator: Evaluator) throws -> (rows: Rows, batch: ColumnBatch) {
        let values = try call.expressions.map { try evaluator.column($0, rows) }
        let (order, starts) = try kernel(call.range) { try sorted(values, rows.count) }
        let (batch, kept) = try kernel(call.range) {
            let span = order.span
            let sorted = try values.map { try $0.taking(span) }
            let kept = call.keepsRows ? try rows.taking(order) : rows
            return (try self.batch(sorted, rows.count), kept)
        }
        let answer = try run { try call.function.evaluate(batch, starts) }
        guard !call.keepsRows || answer.rowCount == rows.count else {
            throw QueryError(
                .unsupported, "\(call.name) gave \(answer.rowCount) rows for \(rows.count)", at: call.range)
        }
        return (kept, answer)
    }

    private func batch(_ columns: [Column], _ count: Int) throws -> ColumnBatch {
        let schema = Schema(zip(call.names, call.expressions).map { Field($0, $1.type.logical) })
        return try ColumnBatch(schema: schema, columns: columns, rowCount: count)
    }

    /// The rows in order, and where their partitions begin.
    private func sorted(_ values: [Column], _ count: Int) throws(KernelError) -> (order: [UInt32], starts: [Int]) {
        let partition = call.partition.map { values[$0] }
        let all = partition + call.order.map { values[$0] }
        guard !all.isEmpty else { return (Array(0..<UInt32(truncatingIfNeeded: count)), [0]) }
        let orders = all.map { _ in KeyOrder(isDescending: false, nullsFirst: false) }
        let order = try KeyLayout(chunks: [all], orders: orders).packed(all, rowCount: count).sortedRows()
        guard !partition.isEmpty else { return (order, [0]) }
        let own = try KeyLayout(chunks: [partition]).packed(partition, rowCount: count)
        let starts = order.indices.filter { $0 == 0 || !own.isEqual(Int(order[$0]), Int(order[$0 - 1])) }
        return (order, starts)
    }

    private func combined(_ answers: [(rows: Rows, batch: ColumnBatch)]) throws -> Pipeline {
        var parts: [Rows] = []
        if let combine = call.function.combine {
            let batch = try run { try combine(answers.map(\.batch)) }
            parts.append(Rows(try checked(batch), count: batch.rowCount))
        } else {
            for (rows, batch) in answers {
                parts.append(
                    Rows((call.keepsRows ? rows.columns : []) + (try checked(batch)), count: batch.rowCount))
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
