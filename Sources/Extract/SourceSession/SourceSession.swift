internal import CivilTime
package import Columnar
package import Configuration
package import PostgresCopy
package import Tenancy

/// One tenant's view of its database for one run: a connection, a transaction, a snapshot.
///
/// (1) All datasets of a tenant and run are read in one REPEATABLE READ, READ ONLY transaction: they are of one moment.
/// (2) What keeps other tenants out is set in that transaction and nowhere else, and is read back before it is used
///     and again before the commit.
/// (3) A dataset is read inside of a savepoint that is rolled back afterwards: a dataset that fails leaves the others
///     their snapshot, and the locks tell exactly which relations this dataset touched (`IsolationGuard`).
/// (4) Rows count only after COMMAND_OK with their number, after the guard has looked again, after it is sure that no
///     table was rewritten behind the snapshot, and after `finish` has committed. Until then they must not be published.
/// (5) A large table is read over several connections of the same exported snapshot, and (2) and (4) hold for each.
///
/// Used by one thread. A session that is dropped without `finish` has read nothing.
package final class SourceSession {
    /// Whose rows these are.
    package let scope: TenantScope
    /// The moment that all datasets are of.
    package let snapshot: SourceSnapshot
    /// Where the rows come from, without the password.
    package var source: ConnectionTarget { connection.target }

    private let connection: PostgresConnection
    private let guardian: IsolationGuard
    private let url: Secret
    private let connections: SourceConnections?
    private let connectionCountMax: Int
    private var cancellers: [StatementCanceller] = []
    private var rowCount = 0
    private var isFinished = false

    /// Connects, opens the transaction and says whose rows are wanted.
    ///
    /// - Parameters:
    ///   - url: the secret of `scope.tenant.source.url`.
    ///   - connections: where connections are kept for the next session; nil opens and closes one of its own.
    ///   - connectionCountMax: over how many connections, beside the session's own, a large table is read; 1 reads
    ///     everything over the session's own.
    /// - Throws: `isolationUnsafe` before any query where the key is empty, and where the role could see other
    ///   tenants; `comesLater` for fan-out; errors of the connection.
    package init(
        _ scope: TenantScope, url: Secret, options: SessionOptions = SessionOptions(),
        connections: SourceConnections? = nil, connectionCountMax: Int = 1
    ) throws(ExtractError) {
        try IsolationGuard.checkDefinition(scope)
        self.scope = scope
        self.url = url
        self.connections = connections
        self.connectionCountMax = connectionCountMax
        connection = try Self.open(scope, url, options, connections)
        guardian = IsolationGuard(connection, scope)
        do {
            try guardian.enter()
            snapshot = try SourceSnapshot(of: connection)
        } catch {
            throw Self.failure(error, scope, role: connection.target.user)
        }
    }

    /// A connection with an open transaction. One that was kept may have died since: then a new one is opened.
    private static func open(
        _ scope: TenantScope, _ url: Secret, _ options: SessionOptions, _ connections: SourceConnections?,
        snapshot: String? = nil
    ) throws(ExtractError) -> PostgresConnection {
        if let kept = connections?.take(url: url, options: options),
            (try? kept.begin(.repeatableReadReadOnly, snapshot: snapshot)) != nil
        {
            return kept
        }
        do {
            let connection = try PostgresConnection(url.reveal(), options: options)
            try connection.begin(.repeatableReadReadOnly, snapshot: snapshot)
            return connection
        } catch {
            throw ExtractError(error, tenant: scope.id)
        }
    }

    /// A handle that ends what the session is doing, from another thread. It does nothing after `finish`; nil then.
    package func canceller() -> StatementCanceller? {
        guard !isFinished, let canceller = connection.canceller() else { return nil }
        cancellers.append(canceller)
        return canceller
    }

    /// The columns that a dataset would have, without reading rows.
    package func schema(of dataset: Dataset) throws(ExtractError) -> Schema {
        do {
            return try withSavepoint { try plan(dataset).schema }
        } catch {
            throw failure(error, dataset)
        }
    }

    /// Reads all rows of a dataset.
    ///
    /// No rows are no error: `consume` is then not called, and the count holds the schema.
    ///
    /// - Parameters:
    ///   - prepare: takes the schema before the first batch, also where there are no rows.
    ///   - consume: takes each batch in the order of arrival.
    /// - Throws: `ExtractError` with tenant and dataset; what `prepare` and `consume` throw, as it is.
    package func extract(
        _ dataset: Dataset, prepare: (Schema) throws -> Void = { _ in },
        consume: (borrowing ColumnBatch) throws -> Void
    ) throws -> ExtractionCount {
        var callersError: (any Error)?
        do {
            let division = try division(of: dataset)
            return try withSavepoint {
                let plan = try plan(dataset)
                try note(&callersError) { try prepare(plan.schema) }
                let summary = try copy(plan, division, dataset) { batch in
                    try count(batch.rowCount, dataset)
                    try note(&callersError) { try consume(batch) }
                }
                try guardian.checkRelations(of: dataset, isAfterReading: true)
                try checkTablesOfSnapshot(connection)
                return ExtractionCount(
                    schema: plan.schema, rowsRead: summary.rowCount, bytes: summary.byteCount,
                    rejections: summary.rejections, snapshot: snapshot)
            }
        } catch {
            if let callersError { throw callersError }
            throw failure(error, dataset)
        }
    }

    /// Ends the transaction: from now on the rows count, and nothing more can be read.
    ///
    /// - Throws: `isolationUnsafe` if a statement of a dataset has changed whose rows are seen; errors of the commit.
    package func finish() throws(ExtractError) {
        guard !isFinished else { return }
        do {
            try guardian.checkKey()
            try connection.commit()
        } catch {
            throw Self.failure(error, scope, role: connection.target.user)
        }
        isFinished = true
        for canceller in cancellers { canceller.revoke() }
        connections?.keep(connection, url: url)
    }
}

// Several connections.
extension SourceSession {
    /// How a large table is cut; nil for what one connection reads. Asked outside of the savepoint, in which a server
    /// exports no snapshot.
    private func division(of dataset: Dataset) throws -> TableDivision? {
        guard connectionCountMax > 1, !isFinished else { return nil }
        let request = try guardian.request(for: dataset, naiveTimestamps: .undeclared)
        return try TableDivision(of: request.source, connection, connectionCountMax: connectionCountMax)
    }

    private func copy(
        _ plan: CopyPlan, _ division: TableDivision?, _ dataset: Dataset,
        consume: (borrowing ColumnBatch) throws -> Void
    ) throws -> CopySummary {
        guard let division else { return try connection.copy(plan, consume: consume) }
        let (scope, url, options, connections) = (scope, url, connection.options, connections)
        return try division.copy(plan, consume: consume) {
            let connection = try Self.open(scope, url, options, connections, snapshot: division.snapshot)
            return SourceReader(
                connection: connection,
                enter: { try IsolationGuard(connection, scope).enter() },
                leave: {
                    let guardian = IsolationGuard(connection, scope)
                    try guardian.checkRelations(of: dataset, isAfterReading: true)
                    try guardian.checkKey()
                },
                keep: { connections?.keep(connection, url: url) })
        }
    }
}

extension SourceSession {
    /// Plans a dataset and makes sure that it reads the tenant's rows alone.
    private func plan(_ dataset: Dataset) throws -> CopyPlan {
        let request = try guardian.request(for: dataset, naiveTimestamps: naiveTimestamps(of: dataset))
        let plan = try connection.plan(request)
        let names = plan.columns.map(\.name)
        for column in dataset.neededColumns where !names.contains(column) {
            throw PostgresError(
                .noSuchColumn, "there is no column '\(column)', which the dataset relies on",
                hint: "there are \(names.joined(separator: ", ")): correct datasets.yaml")
        }
        try guardian.checkRelations(of: dataset, isAfterReading: false)
        return plan
    }

    /// Local times become instants by the project's one rule: a time in a gap is the first instant after it, a time
    /// that clocks show twice is the first.
    private func naiveTimestamps(of dataset: Dataset) -> NaiveTimestamps {
        switch dataset.naiveTimes {
        case nil: return .undeclared
        case .utc: return .utc
        case .local:
            let zone = scope.tenant.calendar.zone
            return .local { wall in
                let local = LocalDateTime(utc: Instant(microsecondsSinceEpoch: wall))
                return (try? zone.instant(of: local))?.microsecondsSinceEpoch
            }
        }
    }

    private func count(_ more: Int, _ dataset: Dataset) throws(ExtractError) {
        rowCount += more
        let limit = scope.tenant.limits.rows
        guard Int64(rowCount) <= limit else {
            throw ExtractError(
                .limitExceeded, tenant: scope.id, dataset: dataset.name.text,
                reason: "the run has read more than the tenant's limit of \(limit) rows",
                advice: "raise limits.rows in the tenant's file, or read less with sql:")
        }
    }

    /// Remembers what a caller's closure throws, to tell it from our own errors.
    private func note(_ callersError: inout (any Error)?, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            callersError = error
            throw error
        }
    }

    private func withSavepoint<Value>(_ body: () throws -> Value) throws -> Value {
        guard !isFinished, connection.isUsable, connection.isInTransaction else {
            throw PostgresError(.connectionLost, "\(connection.target): the session has ended")
        }
        try connection.execute("SAVEPOINT dataset")
        let value: Value
        do {
            value = try body()
        } catch {
            try? leaveSavepoint()
            throw error
        }
        try leaveSavepoint()
        return value
    }

    private func leaveSavepoint() throws(PostgresError) {
        try connection.execute("ROLLBACK TO SAVEPOINT dataset")
        try connection.execute("RELEASE SAVEPOINT dataset")
    }

    private func failure(_ error: any Error, _ dataset: Dataset) -> ExtractError {
        Self.failure(
            error, scope, dataset: dataset.name.text, role: connection.target.user,
            relation: guardian.relation(of: dataset))
    }

    private static func failure(
        _ error: any Error, _ scope: TenantScope, dataset: String? = nil, role: String, relation: String? = nil
    ) -> ExtractError {
        switch error {
        case let error as ExtractError: error
        case let error as PostgresError:
            ExtractError(error, tenant: scope.id, dataset: dataset, role: role, relation: relation)
        default: ExtractError(.other, tenant: scope.id, dataset: dataset, reason: "\(error)")
        }
    }
}
