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
    var call: TableFunctionCall
    let columns: [PlanColumn]
    let execution: Execution
    let meter: OperatorMeter?

    typealias Answer = (rows: Rows, batch: ColumnBatch, reservation: MemoryReservation)

    private var made: [AnswerColumn] { call.function.columns }
    private var argumentCount: Int { call.expressions.count }

    func pipeline() throws -> Pipeline {
        if let ordered = call.function.ordered { return try self.ordered(ordered) }
        guard execution.maySpill, !call.partition.isEmpty else { return try computed(try gathered()) }
        let (rows, rowCount) = try kept()
        guard rows.isSpilled else { return try computed(try unplaced(rows.taken())) }
        return try computed(rows, rowCount)
    }

    /// Of rows in memory.
    private func computed(_ parts: [Rows]) throws -> Pipeline {
        let total = parts.reduce(0) { $0 + $1.count }
        let bytes = parts.reduce(0) { $0 + $1.byteCount }
        let count = call.partition.isEmpty ? 1 : RowPartitions.count(of: total)
        // The rows as they came, and cut into pieces.
        let reservation = try reserve(count == 1 ? bytes : 2 * bytes)
        let pieces = try split(parts, count)
        let piece = { @Sendable (run: TableFunctionRun, index: Int) throws -> Answer? in
            let own = pieces.map { $0[index] }.filter { $0.count > 0 }
            guard let first = own.first else { return nil }
            let types = first.columns.map(\.type)
            let reservation = try reserve(Self.copyCount * own.reduce(0) { $0 + $1.byteCount })
            let answer = try run.answer(to: try kernel { try Rows.joined(own, types: types) })
            return withExtendedLifetime(reservation) { answer }
        }
        return try withExtendedLifetime(reservation) {
            let run = try prepared(count, piece)
            return try run.combined(try run.answers(count, piece))
        }
    }

    typealias Piece = @Sendable (_ run: TableFunctionRun, _ index: Int) throws -> Answer?

    /// The answers to all pieces that have rows, in their order.
    func answers(_ count: Int, _ piece: Piece) throws -> [Answer] {
        let answers = Mutex<[Answer?]>(Array(repeating: nil, count: count))
        try ParallelWork.run(count: count, threads: execution.threads) { (index: Int, _: Int) throws(any Error) in
            try execution.check()
            let answer = try piece(self, index)
            answers.withLock { $0[index] = answer }
        }
        return answers.withLock { $0.compactMap { $0 } }
    }

    /// The run that answers: behind the first pass over all pieces, where the function has one.
    func prepared(_ count: Int, _ piece: Piece) throws -> TableFunctionRun {
        guard let firstPass = call.function.firstPass else { return self }
        var first = self
        first.call.function = BoundTableFunction(columns: [], evaluate: firstPass.evaluate)
        let known = try first.answers(count, piece)
        var second = self
        second.call.function = try run { try firstPass.then(known.map(\.batch)) }
        return second
    }

    /// How often the rows of a piece are in memory while they are put together, sorted and computed.
    static let copyCount = 2

    /// - Throws: `QueryError.budget` at the call.
    func reserve(_ bytes: Int) throws -> MemoryReservation {
        do {
            return try execution.memory.reserve(bytes)
        } catch {
            guard call.partition.isEmpty, call.function.ordered == nil else { throw error.at(call.range) }
            throw QueryError(
                .budget,
                "\(call.name) computes all its rows as one, which takes more than the "
                    + "\((execution.memory.limit ?? 0) >> 20) MiB of memory that the query may have",
                at: call.range, try: "--memory with more, or fewer rows and columns")
        }
    }

    /// The arguments of all rows, part by part; behind them the table's columns where they are kept.
    private func gathered() throws -> [Rows] {
        let evaluator = Evaluator(context: execution.context, columns: input.columns)
        let parts = try input.collect(execution) { _, run -> Rows in
            var batches: [Rows] = []
            try run { rows in batches.append(try arguments(rows, evaluator)) }
            return try joined(batches)
        }
        return parts.filter { $0.count > 0 }
    }

    func arguments(_ rows: Rows, _ evaluator: Evaluator) throws -> Rows {
        let arguments = try call.expressions.map { try evaluator.column($0, rows) }
        return Rows(arguments + (call.keepsRows ? rows.columns : []), count: rows.count)
    }

    /// Batches as one, thinned out where rows that are alike count once.
    func joined(_ batches: [Rows]) throws -> Rows {
        guard let first = batches.first else { return Rows([], count: 0) }
        let types = first.columns.map(\.type)
        let rows = try kernel { try Rows.joined(batches, types: types) }
        guard case .distinct = call.function.rows else { return rows }
        return try kernel(call.range) { try distinct(rows) }
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
        // The upper bits of the hash say which piece: those that rows on disk are cut by.
        let shift = UInt64(64 - count.trailingZeroBitCount)
        let input = hashes.span
        var starts = [Int](repeating: 0, count: count + 1)
        for row in input.indices { starts[Int(truncatingIfNeeded: input[row] >> shift) &+ 1] &+= 1 }
        for piece in 1...count { starts[piece] &+= starts[piece &- 1] }
        var next = starts
        var order = [UInt32](repeating: 0, count: hashes.count)
        for row in input.indices {
            let piece = Int(truncatingIfNeeded: input[row] >> shift)
            order[next[piece]] = UInt32(truncatingIfNeeded: row)
            next[piece] &+= 1
        }
        return (order, starts)
    }

    func answer(to rows: Rows) throws -> Answer {
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
        let kept = Rows(Array(sorted.columns.dropFirst(argumentCount)), count: rows.count)
        return (kept, answer, try reserve(answer.byteCount + kept.byteCount))
    }

    func batch(_ columns: [Column], _ count: Int) throws -> ColumnBatch {
        let schema = Schema(zip(call.names, call.expressions).map { Field($0, $1.type.logical) })
        return try ColumnBatch(schema: schema, columns: columns, rowCount: count)
    }

    func combined(_ answers: [Answer]) throws -> Pipeline {
        guard let combine = call.function.combine else {
            let parts = try answers.map { Rows($0.rows.columns + (try checked($0.batch)), count: $0.batch.rowCount) }
            let reservations = answers.map(\.reservation)
            return Pipeline(columns: columns, partCount: parts.count) { part, next in
                try withExtendedLifetime(reservations) { if parts[part].count > 0 { try next(parts[part]) } }
            }
        }
        let batch = try run { try combine(answers.map(\.batch)) }
        let reservation = try reserve(batch.byteCount)
        let rows = Rows(try checked(batch), count: batch.rowCount)
        return Pipeline(columns: columns, partCount: 1) { _, next in
            try withExtendedLifetime(reservation) { if rows.count > 0 { try next(rows) } }
        }
    }

    /// The columns of an answer, held to the types that the function promised.
    func checked(_ batch: ColumnBatch) throws -> [Column] {
        let promised = made.map(\.type.logical)
        guard batch.columns.map(\.type) == promised else {
            throw QueryError(.unsupported, "\(call.name) gave columns of other types than it promised", at: call.range)
        }
        return batch.columns
    }

    /// Errors of the function become errors of the query, at the call.
    func run<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as QueryError {
            throw error.at(call.range)
        } catch {
            throw QueryError(.invalidArgument, "\(call.name): \(error)", at: call.range)
        }
    }
}
