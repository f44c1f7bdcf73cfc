package import CivilTime
package import Columnar
package import Effects
internal import Kernels

/// How queries run.
package struct QueryOptions: Sendable {
    /// The values of parameters by name.
    package var parameters: [String: Scalar] = [:]
    /// The zone in which instants become dates and local times.
    package var zone = Zone.utc
    /// The zones by name.
    package var zones: ZoneDatabase
    /// The tenant's weeks, fiscal years and holidays; nil for ISO weeks and calendar years of `zone`.
    package var calendar: TenantCalendar?
    /// The instant of the query, microseconds since 1970 UTC.
    package var now: Int64
    /// The most threads.
    package var threads = ParallelWork.coreCount
    /// Whether the query is to stop.
    package var isCancelled: @Sendable () -> Bool = { false }
    /// The most bytes that operators may hold at once; nil for no limit.
    package var memoryBytesMax: Int?
    /// Where rows are put away that the budget does not hold; without it more is an error.
    package var spillPlace: SpillPlace?
    /// The most seconds by the clock; nil for no limit.
    package var secondsMax: Double?
    /// The most bytes that may be read from tables; nil for no limit. What is being read is read to the end of its part.
    package var bytesReadMax: Int64?
    /// The most rows of the answer; nil for no limit.
    package var rowsMax: Int?
    /// Whether plans are rewritten: without it the same answers come slowly, which the tests compare.
    package var isOptimized = true
    /// Queries that are read like tables, by the names that they have there; they see the same tables, views and
    /// parameters. No table of the catalog is seen under such a name.
    package var views: [String: SourceText] = [:]
    /// Table functions beside those that every query has.
    package var tableFunctions: [TableFunction] = []
    /// What measures time.
    package var clock: any WallClock

    package init(zones: ZoneDatabase, now: Int64, clock: any WallClock) {
        self.zones = zones
        self.now = now
        self.clock = clock
    }
}

/// A column of an answer.
package struct AnswerColumn: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// Its type.
    package let type: SQLType

    package init(name: String, type: SQLType) {
        self.name = name
        self.type = type
    }
}

/// The tables that a query sees, and how it runs: what takes SQL and gives rows.
package struct QuerySession: Sendable {
    private let catalog: any TableCatalog
    private let options: QueryOptions

    package init(catalog: any TableCatalog, options: QueryOptions) {
        self.catalog = catalog
        self.options = options
        MemoryAllocator.keepFreedMemory()
    }

    private var context: EvaluationContext {
        EvaluationContext(
            zone: options.zone, zones: options.zones, calendar: options.calendar ?? TenantCalendar(zone: options.zone),
            now: options.now)
    }

    private var registry: FunctionRegistry {
        var registry = FunctionRegistry.standard
        for function in options.tableFunctions { registry.add(function) }
        return registry
    }

    /// A statement whose plan is ready to run.
    private struct Prepared {
        let statement: QueryStatement
        let plan: LogicalPlan
        /// The columns of the answer: the plan may give them in another order, and others besides.
        let columns: [PlanColumn]
    }

    private func prepared(_ statement: QueryStatement) throws -> Prepared {
        let binder = binder
        let bound = try binder.query(statement.query, parent: nil)
        guard bound.freeColumns.isEmpty else {
            throw QueryError(.unsupported, "a subquery reads a column that is not known where it stands")
        }
        let plan = options.isOptimized ? Optimizer(binder: binder).optimized(bound) : bound
        return Prepared(statement: statement, plan: plan, columns: bound.columns)
    }

    /// Computes a query, batch by batch in the order of its rows.
    ///
    /// EXPLAIN gives its lines as rows of one text column, with FORMAT JSON one row; DESCRIBE FUNCTION what a table
    /// function takes, gives and means.
    /// - Parameters:
    ///   - begin: is given the columns before the first batch.
    ///   - body: is given the rows.
    /// - Throws: `QueryError`, and what the closures throw.
    package func forEachBatch(
        _ source: SourceText, begin: ([AnswerColumn]) throws -> Void = { _ in }, _ body: (ColumnBatch) throws -> Void
    ) throws {
        let statement: QueryStatement
        switch try Parser.statement(source) {
        case .query(let query): statement = query
        case .describeFunction(let name):
            let described = try FunctionDescription(of: name, registry)
            try begin(FunctionDescription.columns)
            return try body(try described.batch())
        }
        let prepared = try prepared(statement)
        if prepared.statement.explanation != .none {
            let explained = try explained(prepared, analyses: prepared.statement.explanation == .analyze)
            let lines = prepared.statement.explainsAsJSON ? [try explained.json()] : explained.lines
            try begin([AnswerColumn(name: "plan", type: .text)])
            return try body(
                try ColumnBatch(schema: Schema([Field("plan", .text)]), rows: lines.map { [.text($0)] }))
        }
        try run(prepared, execution(meters: nil), begin: begin, body)
    }

    /// The columns that a query gives, without running it.
    /// - Throws: `QueryError`.
    package func columns(of source: SourceText) throws -> [AnswerColumn] {
        guard case .query(let statement) = try Parser.statement(source) else {
            throw QueryError(.unsupported, "only a query has columns")
        }
        let binder = binder
        return try binder.query(statement.query, parent: nil).columns.map { AnswerColumn(name: $0.name, type: $0.type) }
    }

    private var binder: Binder {
        Binder(
            registry: registry, catalog: catalog, views: options.views, parameters: options.parameters, context: context
        )
    }

    /// The plan of a query, with what each operator took where it is run.
    /// - Throws: `QueryError`.
    package func explanation(of source: SourceText, analyses: Bool) throws -> ExplainedQuery {
        guard case .query(let statement) = try Parser.statement(source) else {
            throw QueryError(.unsupported, "only a query has a plan")
        }
        return try explained(try prepared(statement), analyses: analyses)
    }

    private func explained(_ prepared: Prepared, analyses: Bool) throws -> ExplainedQuery {
        guard analyses else {
            return ExplainedQuery(plan: Explainer(prepared.plan, meters: nil).explained(prepared.plan))
        }
        let meters = QueryMeters(clock: options.clock)
        let execution = execution(meters: meters)
        let start = meters.now()
        var rowCount = 0
        try run(prepared, execution, begin: { _ in }) { rowCount += $0.rowCount }
        let seconds = Double(meters.now() - start) / 1e9
        return ExplainedQuery(
            plan: Explainer(prepared.plan, meters: meters).explained(prepared.plan), rows: rowCount, seconds: seconds,
            peakBytes: execution.memory.peak, spilledBytes: execution.spill?.byteCount ?? 0)
    }

    private func execution(meters: QueryMeters?) -> Execution {
        let (isCancelled, clock) = (options.isCancelled, options.clock)
        let deadline = options.secondsMax.map { clock.monotonicNanoseconds() + UInt64($0 * 1e9) }
        return Execution(
            context: context, threads: options.threads, memory: MemoryBudget(limit: options.memoryBytesMax),
            meters: meters, spill: options.spillPlace.map { SpillFolder($0) }, bytesReadMax: options.bytesReadMax
        ) { () throws(QueryError) in
            if isCancelled() { throw QueryError(.cancelled, "the query was cancelled") }
            if let deadline, clock.monotonicNanoseconds() > deadline {
                throw QueryError(.budget, "the query takes longer than it may", try: "a larger budget of time")
            }
        }
    }

    private func run(
        _ prepared: Prepared, _ execution: Execution, begin: ([AnswerColumn]) throws -> Void,
        _ body: (ColumnBatch) throws -> Void
    ) throws {
        defer { execution.spill?.remove() }
        let pipeline = try Lowering(execution: execution).pipeline(prepared.plan)
        let known = Dictionary(
            pipeline.columns.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
        let positions = prepared.columns.compactMap { known[$0.id] }
        let columns = prepared.columns.map { AnswerColumn(name: $0.name, type: $0.type) }
        try begin(columns)
        let schema = Schema(columns.map { Field($0.name, $0.type.logical) })
        var left = options.rowsMax ?? .max
        try pipeline.forEachInOrder(execution) { rows in
            left -= rows.count
            guard left >= 0 else {
                throw QueryError(
                    .budget, "the answer has more than the \(options.rowsMax ?? 0) rows that it may have", try: "LIMIT")
            }
            try body(
                try ColumnBatch(schema: schema, columns: positions.map { rows.columns[$0] }, rowCount: rows.count))
        }
    }

    /// The answer of a query, boxed: for small answers and tests.
    package func rows(_ text: String) throws -> (columns: [AnswerColumn], rows: [[Scalar]]) {
        var columns: [AnswerColumn] = []
        var rows: [[Scalar]] = []
        try forEachBatch(SourceText(text)) {
            columns = $0
        } _: {
            rows += $0.rows
        }
        return (columns, rows)
    }
}
