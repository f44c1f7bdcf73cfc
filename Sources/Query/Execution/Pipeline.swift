internal import Columnar
internal import Effects
internal import Kernels
internal import Synchronization

/// Rows that are computed part by part, each independent of the others: the parts run on all cores, and their results
/// are put together in the order of the parts, so that no result depends on threads.
struct Pipeline: Sendable {
    typealias Body = (Rows) throws -> Void

    let columns: [PlanColumn]
    let partCount: Int
    /// Computes one part.
    let run: @Sendable (_ part: Int, _ body: Body) throws -> Void

    var types: [LogicalType] { columns.map(\.type.logical) }

    /// Rows that are there already.
    init(_ columns: [PlanColumn], parts: [Rows]) {
        self.init(columns: columns, partCount: parts.count) { part, body in
            if parts[part].count > 0 { try body(parts[part]) }
        }
    }

    init(columns: [PlanColumn], partCount: Int, run: @escaping @Sendable (Int, Body) throws -> Void) {
        self.columns = columns
        self.partCount = partCount
        self.run = run
    }

    /// The pipeline with each batch changed.
    func map(_ columns: [PlanColumn], _ body: @escaping @Sendable (Rows) throws -> Rows) -> Pipeline {
        let run = self.run
        return Pipeline(columns: columns, partCount: partCount) { part, next in
            try run(part) { rows in
                let result = try body(rows)
                if result.count > 0 { try next(result) }
            }
        }
    }

    /// Computes something of every part on all cores; the results are in the order of the parts.
    func collect<Result: Sendable>(
        _ execution: Execution, _ body: @escaping @Sendable (_ part: Int, _ run: (Body) throws -> Void) throws -> Result
    ) throws -> [Result] {
        let results = Mutex<[Result?]>(Array(repeating: nil, count: partCount))
        try ParallelWork.run(count: partCount, threads: execution.threads) { (part: Int, _: Int) throws(any Error) in
            try execution.check()
            let result = try body(part) { try run(part, $0) }
            results.withLock { $0[part] = result }
        }
        return results.withLock { $0.compactMap { $0 } }
    }

    /// The pipeline with neighbouring parts put together where there are many: what is merged part by part is merged
    /// less often then.
    func coalesced() -> Pipeline {
        let most = 64
        guard partCount > most else { return self }
        let size = (partCount + most - 1) / most
        let (count, run) = (partCount, self.run)
        return Pipeline(columns: columns, partCount: (partCount + size - 1) / size) { part, next in
            for own in part * size..<min(count, (part + 1) * size) { try run(own, next) }
        }
    }

    /// Adds all rows to those that are kept in memory or on disk.
    func gathered(in rows: PartitionedRows, _ execution: Execution) throws {
        _ = try collect(execution) { part, run in
            var number = 0
            try run { batch in
                try rows.add(batch, PartitionedRows.Order(part: part, number: number))
                number += 1
            }
        }
    }

    /// All rows, part by part, in memory or on disk for as long as the pipeline that is made of them.
    func kept(_ execution: Execution, _ meter: OperatorMeter? = nil) throws -> Pipeline {
        guard execution.maySpill else { return try kept(try materialised(execution), execution) }
        let rows = PartitionedRows(columns, [], execution, meter, pieceCount: 1)
        try gathered(in: rows, execution)
        if !rows.isSpilled { return try kept(rows.taken(), execution) }
        let count = rows.batchCount(piece: 0)
        let size = (count + 63) / 64
        return Pipeline(columns: columns, partCount: (count + size - 1) / size) { part, next in
            try rows.forEach(piece: 0, part * size..<min(count, (part + 1) * size)) { batch, _ in try next(batch) }
        }
    }

    private func kept(_ parts: [Rows], _ execution: Execution) throws -> Pipeline {
        let reservation = try execution.memory.reserve(parts.reduce(0) { $0 + $1.byteCount })
        return Pipeline(columns: columns, partCount: parts.count) { part, next in
            try withExtendedLifetime(reservation) { try next(parts[part]) }
        }
    }

    /// All rows, part by part.
    func materialised(_ execution: Execution) throws -> [Rows] {
        let types = self.types
        return try collect(execution) { _, run in
            var parts: [Rows] = []
            try run { parts.append($0) }
            if parts.isEmpty { return Rows(types.map { Column.nulls($0, 0) }, count: 0) }
            return try kernel { try Rows.joined(parts, types: types) }
        }.filter { $0.count > 0 }
    }

    /// Calls back with all rows in the order of the parts; of a budget only few parts are computed ahead.
    func forEachInOrder(_ execution: Execution, _ body: (Rows) throws -> Void) throws {
        guard execution.memory.limit != nil else { return try materialised(execution).forEach(body) }
        if partCount == 1 { return try run(0, body) }
        let (step, run) = (execution.threads * 2, self.run)
        for start in stride(from: 0, to: partCount, by: step) {
            let few = Pipeline(columns: columns, partCount: min(step, partCount - start)) { try run(start + $0, $1) }
            try few.materialised(execution).forEach(body)
        }
    }

    /// All rows as one.
    func whole(_ execution: Execution) throws -> Rows {
        try Rows.joined(try materialised(execution), types: types, execution)
    }
}

/// What one run of a query shares: threads, budget, cancellation, tables computed once.
final class Execution: Sendable {
    let context: EvaluationContext
    let threads: Int
    private let interruption: @Sendable () throws(QueryError) -> Void
    let memory: MemoryBudget
    /// Nil where nothing is measured.
    let meters: QueryMeters?
    /// Where rows go that memory does not hold; nil where the budget is all there is.
    let spill: SpillFolder?
    /// The most bytes that may be read from tables; nil for no limit.
    private let bytesReadMax: Int64?
    private let bytesRead = Mutex<Int64>(0)
    private let shared = Mutex<[Int: Pipeline]>([:])
    private let steps = Mutex<[Int: Rows]>([:])

    init(
        context: EvaluationContext, threads: Int, memory: MemoryBudget, meters: QueryMeters? = nil,
        spill: SpillFolder? = nil, bytesReadMax: Int64? = nil,
        interruption: @escaping @Sendable () throws(QueryError) -> Void
    ) {
        self.context = context
        self.threads = max(1, threads)
        self.memory = memory
        self.meters = meters
        self.spill = spill
        self.bytesReadMax = bytesReadMax
        self.interruption = interruption
    }

    /// Whether operators count what they keep, and put away what is too much.
    var maySpill: Bool { memory.limit != nil && spill != nil }

    /// Throws where the query was cancelled or has used up its time.
    func check() throws { try interruption() }

    /// Adds bytes that were read from a table.
    /// - Throws: `QueryError.budget` where that is more than the query may read.
    func count(bytesRead count: Int64) throws(QueryError) {
        guard let bytesReadMax else { return }
        let total = bytesRead.withLock { total in
            total += count
            return total
        }
        guard total <= bytesReadMax else {
            throw QueryError(
                .budget, "the query reads more than the \(bytesReadMax >> 20) MiB that it may",
                try: "fewer columns, or conditions that rule out files and row groups")
        }
    }

    func known(_ number: Int) -> Pipeline? { shared.withLock { $0[number] } }
    func keep(_ number: Int, _ pipeline: Pipeline) { shared.withLock { $0[number] = pipeline } }

    /// The rows of the step before of a recursion.
    func step(_ number: Int) -> Rows? { steps.withLock { $0[number] } }

    /// Computes a step of a recursion of the rows of the step before. What is computed once within it is so for this step
    /// alone.
    func recursing<Result>(_ number: Int, _ rows: Rows, _ body: () throws -> Result) throws -> Result {
        let known = shared.withLock { $0 }
        let outer = steps.withLock { steps in
            defer { steps[number] = rows }
            return steps[number]
        }
        defer {
            shared.withLock { $0 = known }
            steps.withLock { $0[number] = outer }
        }
        return try body()
    }
}

/// Errors of kernels outside of an expression become errors of the query.
func kernel<Result>(_ range: SourceRange? = nil, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as KernelError {
        let made = QueryError(error, .unknown)
        throw range.map(made.at) ?? made
    }
}
