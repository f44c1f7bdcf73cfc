internal import Analytics
package import CivilTime
package import Columnar
package import Effects
package import Query

/// Computes models: the one way from a model's query to its rows.
///
/// Views that a model reads are part of its query, with its parameters. The zone and the calendar of the query are the
/// tenant's, and `now()` is the as-of: the same tables and parameters always give the same rows.
package struct ModelEngine: Sendable {
    /// The models.
    package let graph: ModelGraph
    private let tables: any TableCatalog
    private let options: QueryOptions
    private let calendar: TenantCalendar

    /// What computing may take.
    package struct Resources: Sendable {
        /// Bytes that a query may hold; rows beyond are put away.
        package var memoryBytesMax: Int?
        /// Where rows are put away; nil: more than the memory holds is an error.
        package var spillPlace: SpillPlace?
        /// Seconds that a query may take.
        package var secondsMax: Double?
        /// The most threads.
        package var threads = ParallelWork.coreCount
        /// Whether to stop.
        package var isCancelled: @Sendable () -> Bool = { false }

        package init() {}
    }

    /// - Parameters:
    ///   - graph: the platform's models.
    ///   - tables: the tenant's datasets and stored models.
    ///   - calendar: the tenant's.
    ///   - zones: the zones by name.
    ///   - clock: what measures time.
    package init(
        _ graph: ModelGraph, tables: any TableCatalog, calendar: TenantCalendar, zones: ZoneDatabase,
        clock: any WallClock, _ resources: Resources = Resources()
    ) {
        self.graph = graph
        self.tables = tables
        self.calendar = calendar
        var options = QueryOptions(zones: zones, now: 0, clock: clock)
        options.tableFunctions = AnalyticsFunctions.all
        options.zone = calendar.zone
        options.calendar = calendar
        options.memoryBytesMax = resources.memoryBytesMax
        options.spillPlace = resources.spillPlace
        options.secondsMax = resources.secondsMax
        options.threads = resources.threads
        options.isCancelled = resources.isCancelled
        for model in graph.models where !model.isStored { options.views[model.name] = model.query }
        self.options = options
    }

    /// A session that sees the tables and the views: for questions about models, such as their tests.
    package func session(_ parameters: ModelParameters) -> QuerySession {
        QuerySession(catalog: tables, options: options(parameters))
    }

    private func options(_ parameters: ModelParameters) -> QueryOptions {
        var options = options
        options.now = parameters.asOf.microsecondsSinceEpoch
        options.parameters = parameters.values
        return options
    }

    /// Computes a model's rows: its declared columns, in the order of its query; by its grain where that has none.
    ///
    /// Views and stored models alike are computed from what they read; a stored model's own table is not looked at.
    ///
    /// - Parameters:
    ///   - begin: is given the columns before the first batch.
    ///   - body: is given the rows; the batches may come from other threads, one at a time.
    /// - Throws: `ModelError`, and what the closures throw.
    package func forEachBatch(
        of model: ModelDefinition, _ parameters: ModelParameters, begin: (Schema) throws -> Void = { _ in },
        _ body: (ColumnBatch) throws -> Void
    ) throws {
        var options = options(parameters)
        // A query without an order of its own gets one, so that the same rows are always the same bytes.
        var source = model.query
        if !model.references.isOrdered {
            options.views[model.name] = model.query
            let keys = model.grain.map(SQLText.name).joined(separator: ", ")
            source = SourceText(
                "SELECT * FROM \(SQLText.name(model.name)) ORDER BY \(keys)", name: model.query.name)
        }
        try forEachBatch(of: model, source, options, begin: begin, body)
    }

    /// Computes a sealed model's rows with a column `revision`, beside what was sealed before.
    ///
    /// - Throws: `ModelError`, and what the closure throws.
    func forEachBatch(
        of model: ModelDefinition, restating sealed: SealedRows, _ parameters: ModelParameters,
        _ body: (ColumnBatch) throws -> Void
    ) throws {
        var options = options(parameters)
        options.views[model.name] = model.query
        try forEachBatch(of: model.withRevision, sealed.restatedRows(of: model), options, body)
    }

    /// Answers a query as the rows of a model.
    func forEachBatch(
        of model: ModelDefinition, _ source: SourceText, _ parameters: ModelParameters,
        _ body: (ColumnBatch) throws -> Void
    ) throws {
        try forEachBatch(of: model, source, options(parameters), body)
    }

    private func forEachBatch(
        of model: ModelDefinition, _ source: SourceText, _ options: QueryOptions,
        begin: (Schema) throws -> Void = { _ in }, _ body: (ColumnBatch) throws -> Void
    ) throws {
        let session = QuerySession(catalog: tables, options: options)
        var shape: ModelShape?
        do {
            try session.forEachBatch(source) { answer in
                let made = try ModelShape(model, answer)
                shape = made
                try begin(made.schema)
            } _: { batch in
                guard let shape else { return }
                try body(try shape.shaped(batch))
            }
        } catch let error as QueryError {
            throw ModelError(error, model: model.name, in: source)
        }
    }

    /// The columns of a model's rows, without computing them.
    ///
    /// - Throws: `ModelError`.
    package func schema(of model: ModelDefinition, _ parameters: ModelParameters) throws -> Schema {
        try schema(of: model, model.query, parameters)
    }

    /// The columns of a query's rows as a model's, without computing them.
    ///
    /// - Throws: `ModelError`.
    func schema(of model: ModelDefinition, _ source: SourceText, _ parameters: ModelParameters) throws -> Schema {
        do {
            return try ModelShape(model, try session(parameters).columns(of: source)).schema
        } catch let error as QueryError {
            throw ModelError(error, model: model.name, in: source)
        }
    }

    /// Computes a model's rows.
    ///
    /// - Throws: `ModelError`.
    package func table(of model: ModelDefinition, _ parameters: ModelParameters) throws -> (
        schema: Schema, batches: [ColumnBatch]
    ) {
        var schema = Schema([])
        var batches: [ColumnBatch] = []
        try forEachBatch(of: model, parameters) {
            schema = $0
        } _: {
            batches.append($0)
        }
        return (schema, batches)
    }
}
