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
/// (3) A dataset is read inside of a savepoint: a dataset that fails leaves the others their snapshot. It is rolled back
///     afterwards where the locks must tell exactly which relations this dataset touched (`IsolationGuard`). Where that is
///     not asked for it is released: its tables stay as they are until the end, and what was learnt of their columns holds.
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
    /// What could still come late behind the snapshot.
    package let horizon: SourceHorizon
    /// For each dataset whose cursor is a number the greatest one, of a moment before the horizon.
    package let greatestNumbers: [String: Int64]
    /// Where the rows come from, without the password.
    package var source: ConnectionTarget { connection.target }

    private let connection: PostgresConnection
    private let guardian: IsolationGuard
    /// Tells the other sessions of this process that this one only reads.
    private let opened: SourceConnections.Opened?
    private let permit: SourceConnections.Permit?
    private let url: Secret
    private let personalDataKey: PersonalDataKey?
    private let canaries: CanaryWatch?
    private let connections: SourceConnections?
    private let connectionCountMax: Int
    private var cancellers: [StatementCanceller] = []
    /// Plans of whole datasets whose tables are locked until the end of the transaction; see rule (3).
    private var keptPlans: [Dataset: CopyPlan] = [:]
    /// Whether the savepoint of the dataset before is still to be released: together with the next one's beginning.
    private var savepointStands = false
    private var rowCount = 0
    private var isFinished = false

    /// Connects, opens the transaction and says whose rows are wanted.
    ///
    /// - Parameters:
    ///   - url: the secret of `scope.tenant.source.url`.
    ///   - connections: where connections are kept for the next session; nil opens and closes one of its own.
    ///   - connectionCountMax: over how many connections, beside the session's own, a large table is read; 1 reads
    ///     everything over the session's own.
    ///   - following: the datasets of which increments will be read, now or by the next run.
    ///   - personalDataKey: by which pseudonyms are made; nil where the project has no secret for it.
    ///   - canaries: looks into every batch.
    /// - Throws: `isolationUnsafe` before any query where the key is empty, and where the role could see other
    ///   tenants; errors of the connection.
    package init(
        _ scope: TenantScope, url: Secret, options: SessionOptions = SessionOptions(),
        connections: SourceConnections? = nil, connectionCountMax: Int = 1, following: [Dataset] = [],
        personalDataKey: PersonalDataKey? = nil, canaries: CanaryWatch? = nil
    ) throws(ExtractError) {
        try IsolationGuard.checkDefinition(scope)
        canaries?.begin(scope)
        self.scope = scope
        self.canaries = canaries
        self.url = url
        self.personalDataKey = personalDataKey
        self.connections = connections
        self.connectionCountMax = connectionCountMax
        var before: (horizon: SourceHorizon, numbers: [String: Int64])?
        permit = try Self.permit(scope, url, connections)
        (connection, opened) = try Self.open(scope, url, options, connections) { connection in
            let numbers = try Self.greatestNumbers(following, scope, connection)
            let horizon = try SourceHorizon(of: connection) { connections?.readers(at: connection.target) ?? .init() }
            before = (horizon, numbers)
        }
        guardian = IsolationGuard(connection, scope)
        guard let before else { throw ExtractError(.other, tenant: scope.id, reason: "the horizon was not read") }
        horizon = before.horizon
        greatestNumbers = before.numbers
        do {
            try guardian.enter()
            snapshot = try SourceSnapshot(of: connection)
        } catch {
            throw Self.failure(error, scope, role: connection.target.user)
        }
    }

    /// A connection with an open transaction, and the note for our other sessions that it only reads.
    typealias Open = (connection: PostgresConnection, note: SourceConnections.Opened?)

    /// Waits until the source may have one connection more; nil where nobody counts them.
    static func permit(
        _ scope: TenantScope, _ url: Secret, _ connections: SourceConnections?
    ) throws(ExtractError) -> SourceConnections.Permit? {
        do { return try connections?.permit(url: url) } catch { throw failure(error, scope, role: nil) }
    }

    /// Opens a transaction on a connection that was kept; where there is none or it has died since, on a new one.
    ///
    /// - Parameter before: is done before the transaction begins, and its snapshot is taken.
    static func open(
        _ scope: TenantScope, _ url: Secret, _ options: SessionOptions, _ connections: SourceConnections?,
        snapshot: String? = nil, before: (PostgresConnection) throws -> Void = { _ in }
    ) throws(ExtractError) -> Open {
        func begin(_ open: Open) throws -> Open {
            try before(open.connection)
            try open.connection.begin(.repeatableReadReadOnly, snapshot: snapshot)
            return open
        }
        if let kept = try? connections?.take(url: url, options: options), let open = try? begin(kept) { return open }
        do {
            guard let connections else {
                return try begin((try PostgresConnection(url.reveal(), options: options), nil))
            }
            return try begin(try connections.open(url: url, options: options))
        } catch {
            throw failure(error, scope, role: nil)
        }
    }

    /// The greatest numbers of the cursors that are numbers, as the tenant sees them.
    private static func greatestNumbers(
        _ datasets: [Dataset], _ scope: TenantScope, _ connection: PostgresConnection
    ) throws -> [String: Int64] {
        let followed = datasets.filter { $0.cursor != nil }
        guard !followed.isEmpty else { return [:] }
        try connection.begin(.repeatableReadReadOnly)
        defer { connection.rollback() }
        let guardian = IsolationGuard(connection, scope)
        try guardian.enter()
        var numbers: [String: Int64] = [:]
        for dataset in followed {
            guard let cursor = dataset.cursor else { continue }
            let request = try guardian.request(for: dataset, naiveTimestamps: .undeclared)
            // What is wrong with the dataset is told when it is read.
            try connection.execute("SAVEPOINT greatest")
            do {
                numbers[dataset.name.text] = try connection.greatestNumber(of: cursor, request)
            } catch {
                guard connection.isUsable else { throw error }
                try connection.execute("ROLLBACK TO SAVEPOINT greatest")
            }
            try connection.execute("RELEASE SAVEPOINT greatest")
        }
        return numbers
    }

    /// A handle that ends what the session is doing, from another thread. It does nothing after `finish`; nil then.
    package func canceller() -> StatementCanceller? {
        guard !isFinished, let canceller = connection.canceller() else { return nil }
        cancellers.append(canceller)
        return canceller
    }

    /// Which rows and columns of a dataset are read.
    package enum Part: Sendable, Hashable {
        /// All.
        case all
        /// Rows that may have changed.
        case since(Increment)
        /// The key's columns of all rows.
        case keys
    }

    /// The columns that a dataset would have, without reading rows.
    package func schema(of dataset: Dataset) throws(ExtractError) -> Schema {
        do {
            if let kept = keptPlans[dataset] { return try filter(dataset, kept).schema }
            let made = try withSavepoint(keepingLocks: guardian.keepsLocks) { try plan(dataset, .all) }
            if guardian.keepsLocks { keptPlans[dataset] = made }
            return try filter(dataset, made).schema
        } catch {
            throw failure(error, dataset)
        }
    }

    /// Reads rows of a dataset.
    ///
    /// No rows are no error: `consume` is then not called, and the count holds the schema.
    ///
    /// - Parameters:
    ///   - prepare: takes the schema before the first batch, also where there are no rows.
    ///   - consume: takes each batch in the order of arrival.
    /// - Throws: `ExtractError` with tenant and dataset; what `prepare` and `consume` throw, as it is.
    package func extract(
        _ dataset: Dataset, _ part: Part = .all, prepare: (Schema) throws -> Void = { _ in },
        consume: (borrowing ColumnBatch) throws -> Void
    ) throws -> ExtractionCount {
        var callersError: (any Error)?
        do {
            let division = part == .all ? try division(of: dataset) : nil
            return try withSavepoint(keepingLocks: guardian.keepsLocks) {
                let plan = try plan(dataset, part)
                var filter = try filter(dataset, plan)
                let schema = filter.schema
                try note(&callersError) { try prepare(schema) }
                let summary = try copy(plan, division, dataset) { batch in
                    if part != .keys {
                        try count(batch.rowCount, dataset)
                        try canaries?.look(at: batch, of: dataset, for: scope)
                    }
                    let batch = try filter.apply(copy batch)
                    try note(&callersError) { try consume(batch) }
                }
                if case .since = part { try lookForCanaries(dataset) }
                try guardian.checkRelations(of: dataset, isAfterReading: true)
                if !guardian.keepsLocks { try checkTablesOfSnapshot(connection) }
                return ExtractionCount(
                    schema: schema, rowsRead: summary.rowCount, bytes: summary.byteCount,
                    rejections: summary.rejections, snapshot: snapshot)
            }
        } catch {
            if let callersError { throw callersError }
            throw failure(error, dataset)
        }
    }

    /// Ends the transaction: from now on the rows count, and nothing more can be read.
    ///
    /// - Throws: `isolationUnsafe` if a statement of a dataset has changed whose rows are seen; `tryLater` where a table was
    ///   rewritten behind the snapshot; errors of the commit.
    package func finish() throws(ExtractError) {
        guard !isFinished else { return }
        do {
            try guardian.checkKey()
            // All tables that were read are locked still.
            if guardian.keepsLocks { try checkTablesOfSnapshot(connection) }
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
        if let count = keptPlans[dataset]?.heapPageCount, !TableDivision.isWorthwhile(pageCount: count) { return nil }
        try releaseSavepoint()
        let request = try guardian.request(for: dataset, naiveTimestamps: .undeclared)
        return try TableDivision(of: request, connection, connectionCountMax: connectionCountMax) {
            connections.map { $0.permits(url: url, countMax: connectionCountMax) }
        }
    }

    private func copy(
        _ plan: CopyPlan, _ division: TableDivision?, _ dataset: Dataset,
        consume: (borrowing ColumnBatch) throws -> Void
    ) throws -> CopySummary {
        guard let division else { return try connection.copyReadingOn(plan, consume: consume) }
        let (scope, url, options, connections) = (scope, url, connection.options, connections)
        return try division.copy(plan, consume: consume) {
            let (connection, opened) = try Self.open(scope, url, options, connections, snapshot: division.snapshot)
            return SourceReader(
                connection: connection, opened: opened,
                enter: { try IsolationGuard(connection, scope).enter() },
                check: {
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
    private func plan(_ dataset: Dataset, _ part: Part) throws -> CopyPlan {
        if let kept = keptPlans[dataset] {
            switch part {
            case .all: return kept
            case .since(let increment):
                // A cursor that is left out of the columns is asked for with them.
                guard kept.columns.contains(where: { $0.name == increment.column }) else { break }
                return try kept.with(conditions: conditions(increment, dataset), connection)
            case .keys: break
            }
        }
        var request = try guardian.request(for: dataset, naiveTimestamps: scope.naiveTimestamps(of: dataset))
        var needed = dataset.neededColumns
        switch part {
        case .all: break
        case .since(let increment): request.conditions += conditions(increment, dataset)
        case .keys:
            request.columns = Set(dataset.key)
            needed = dataset.key
            request.declarations = request.declarations.filter { dataset.key.contains($0.key) }
        }
        let plan = try connection.plan(request)
        let names = plan.columns.map(\.name)
        for column in needed where !names.contains(column) {
            throw PostgresError(
                .noSuchColumn, "there is no column '\(column)', which the dataset relies on",
                hint: "there are \(names.joined(separator: ", ")): correct datasets.yaml")
        }
        try guardian.checkRelations(of: dataset, isAfterReading: false)
        return plan
    }

    private func conditions(_ increment: Increment, _ dataset: Dataset) -> [CopyRequest.Condition] {
        let zone = dataset.naiveTimes == .local ? scope.tenant.calendar.zone : nil
        let lower = increment.scale.text(of: increment.lower, zone: zone)
        guard let upper = increment.upper else { return [.init(column: increment.column, atLeastOrNull: lower)] }
        // From the beginning: also what no number of the column's type is below.
        let begin = increment.lower == .min ? [] : [CopyRequest.Condition(column: increment.column, atLeast: lower)]
        return begin + [.init(column: increment.column, below: increment.scale.text(of: upper, zone: zone))]
    }

    /// The least position of a dataset's cursor from a position on, as the tenant sees it; nil where there is none.
    ///
    /// - Parameter lower: nil for the least of all.
    package func leastPosition(
        of dataset: Dataset, from lower: Int64?, scale: CursorScale
    ) throws(ExtractError) -> Int64? {
        guard let cursor = dataset.cursor else { return nil }
        return try asking(dataset) { connection, request in
            var request = request
            if let lower {
                request.conditions.append(.init(column: cursor, atLeast: scale.text(of: lower, zone: nil)))
            }
            return try connection.leastPosition(of: cursor, request)
        }
    }

    private func filter(_ dataset: Dataset, _ plan: CopyPlan) throws -> PersonalDataFilter {
        try PersonalDataFilter(dataset, plan.schema, names: plan.columns.map(\.name), key: personalDataKey)
    }

    private func count(_ more: Int, _ dataset: Dataset) throws(ExtractError) {
        rowCount += more
        try scope.checkLimit(rowCount, dataset)
    }

    /// Reads the rows of the dataset that have canaries' keys, if the tenant sees any, and looks whether they are canaries'.
    private func lookForCanaries(_ dataset: Dataset) throws {
        guard let canaries, let condition = canaries.probe(dataset, for: scope) else { return }
        var request = try guardian.request(for: dataset, naiveTimestamps: scope.naiveTimestamps(of: dataset))
        request.conditions.append(condition)
        // What has no place in the lake is none of this.
        request.refusalPolicy = .discardValue
        _ = try connection.copy(try connection.plan(request)) { batch in
            try canaries.look(at: batch, of: dataset, for: scope)
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

    private func withSavepoint<Value>(keepingLocks: Bool = false, _ body: () throws -> Value) throws -> Value {
        guard !isFinished, connection.isUsable, connection.isInTransaction else {
            throw PostgresError(.connectionLost, "\(connection.target): the session has ended")
        }
        try beginSavepoint()
        let value: Value
        do {
            value = try body()
        } catch {
            try? undoSavepoint()
            throw error
        }
        if !keepingLocks { try undoSavepoint() }
        return value
    }

    /// Releases the savepoint that stands, and sets the next, in one round trip.
    private func beginSavepoint() throws(PostgresError) {
        try connection.execute(
            script: savepointStands ? "RELEASE SAVEPOINT dataset; SAVEPOINT dataset" : "SAVEPOINT dataset")
        savepointStands = true
    }

    private func releaseSavepoint() throws(PostgresError) {
        guard savepointStands else { return }
        try connection.execute("RELEASE SAVEPOINT dataset")
        savepointStands = false
    }

    private func undoSavepoint() throws(PostgresError) {
        try connection.execute(script: "ROLLBACK TO SAVEPOINT dataset; RELEASE SAVEPOINT dataset")
        savepointStands = false
    }

    /// Asks something about the rows of a dataset, in the session's snapshot.
    func asking<Value>(
        _ dataset: Dataset, _ body: (PostgresConnection, CopyRequest) throws -> Value
    ) throws(ExtractError) -> Value {
        do {
            return try withSavepoint {
                let value = try body(connection, try guardian.request(for: dataset, naiveTimestamps: .undeclared))
                try guardian.checkRelations(of: dataset, isAfterReading: true)
                try checkTablesOfSnapshot(connection)
                return value
            }
        } catch {
            throw failure(error, dataset)
        }
    }

    private func failure(_ error: any Error, _ dataset: Dataset) -> ExtractError {
        Self.failure(
            error, scope, dataset: dataset.name.text, role: connection.target.user,
            relation: guardian.relation(of: dataset))
    }

    private static func failure(
        _ error: any Error, _ scope: TenantScope, dataset: String? = nil, role: String?, relation: String? = nil
    ) -> ExtractError {
        switch error {
        case let error as ExtractError: error
        case let error as PostgresError:
            ExtractError(error, tenant: scope.id, dataset: dataset, role: role, relation: relation)
        default: ExtractError(.other, tenant: scope.id, dataset: dataset, reason: "\(error)")
        }
    }
}
