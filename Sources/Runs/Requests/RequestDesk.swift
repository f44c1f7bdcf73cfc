internal import CivilTime
internal import Configuration
internal import Effects
internal import PostgresCopy
internal import Synchronization
internal import SystemPackage
package import Tenancy

/// What became of a request.
package struct AnsweredRequest: Sendable, Equatable {
    /// How it ended.
    package enum Ending: Sendable, Equatable {
        /// The address of the file.
        case completed(address: String)
        /// What the person who asked was told.
        case failed(message: String)
        /// It waits again, because something outside was in the way.
        case putBack(why: String)
        /// Somebody withdrew it meanwhile.
        case withdrawn
    }

    /// The tenant.
    package let tenant: String
    /// The contract's name.
    package let contract: String
    /// The key of its row.
    package let key: String
    /// How it ended.
    package let ending: Ending
}

/// Requests that wait, of a tenant and contract.
package struct RequestQueue: Sendable, Equatable {
    package let tenant: String
    package let contract: String
    package let report: String
    /// How many wait.
    package let pending: Int64
    /// How many are said to be worked on, by somebody who is alive or not.
    package let working: Int64
}

/// Answers the requests that wait in tenants' own databases.
///
/// (1) A request is worked on by one process at a time, and taken up again when that process is gone.
/// (2) State, progress and timestamps are changed in the row itself, each in one statement.
/// (3) Rows of other kinds are never touched.
/// (4) A request that brings its process down is given up after `attemptCountMax` attempts.
package struct RequestDesk: Sendable {
    /// How often one request is begun.
    package static let attemptCountMax: Int64 = 3

    private let project: Project
    private let ledger: any LedgerStore
    private let holder: String
    private let progress: @Sendable (RunEvent) -> Void

    package init(
        in project: Project, ledger: any LedgerStore, holder: String, progress: @escaping @Sendable (RunEvent) -> Void
    ) {
        self.project = project
        self.ledger = ledger
        self.holder = holder
        self.progress = progress
    }

    /// How many requests of a tenant wait; empty for a tenant that has none to answer.
    package func queues(of scope: TenantScope) throws(Failure) -> [RequestQueue] {
        do {
            return try tables(of: scope).map { contract, table in
                let counts = try table.counts()
                return RequestQueue(
                    tenant: scope.id.text, contract: contract.name, report: contract.report, pending: counts.pending,
                    working: counts.working)
            }
        } catch {
            throw Failure(classifying: error, doing: "look at the requests of tenant '\(scope.id)'")
        }
    }

    /// Answers all requests of a tenant that wait, oldest first.
    /// - Parameter told: called for each as soon as it has ended.
    package func answer(_ scope: TenantScope, told: (AnsweredRequest) -> Void) throws(Failure) {
        do {
            for (contract, table) in try tables(of: scope) { try answer(contract, in: table, of: scope, told) }
        } catch {
            throw Failure(classifying: error, doing: "answer the requests of tenant '\(scope.id)'")
        }
    }

    private func answer(
        _ contract: RequestContract, in table: RequestTable, of scope: TenantScope, _ told: (AnsweredRequest) -> Void
    ) throws {
        var putBack: Set<String> = []
        while Interruption.signal == nil, let row = try table.claim(passing: putBack) {
            let ending = try answer(row, contract, table, scope)
            if case .putBack = ending { putBack.insert(row.key) }
            told(AnsweredRequest(tenant: scope.id.text, contract: contract.name, key: row.key, ending: ending))
        }
    }

    private func answer(
        _ row: RequestRow, _ contract: RequestContract, _ table: RequestTable, _ scope: TenantScope
    ) throws -> AnsweredRequest.Ending {
        let attempt = try ledger.countAttempt(
            of: "\(contract.name)/\(row.key)", tenant: scope.id.text, at: project.environment.now.microsecondsSinceEpoch
        )
        guard attempt <= Self.attemptCountMax else {
            return try fail(row, table, "the report could not be made in \(Self.attemptCountMax) attempts")
        }
        let order: RequestOrder
        do throws(RequestRefusal) {
            order = try RequestOrder(row, of: contract, scope.tenant.calendar)
        } catch {
            return try fail(row, table, error.description)
        }
        // Told from the threads of the run, one at a time; nobody else uses the connection meanwhile.
        let teller = RequestProgress(key: row.key, table: table, passingOn: progress)
        let outcome = BatchRun(try request(order, contract, scope), in: project, ledger: ledger, progress: teller.tell)
            .run([scope])[0]
        if let failure = outcome.failures.first {
            return try end(row, table, with: failure, isLast: attempt == Self.attemptCountMax)
        }
        guard let path = Self.path(of: order.format, in: outcome) else {
            return try fail(row, table, "the report has no file of the format that was asked for")
        }
        let address = scope.tenant.requests?.address(of: path) ?? path
        return try table.complete(row.key, address: address) ? .completed(address: address) : .withdrawn
    }

    /// What is to be done for a request: the tenant's data is read first where it is older than the contract allows.
    private func request(
        _ order: RequestOrder, _ contract: RequestContract, _ scope: TenantScope
    ) throws -> BatchRequest {
        var request = BatchRequest(holder: holder)
        request.reports = [contract.report]
        request.period = order.period
        request.formats = [order.format]
        request.parameters = order.parameters
        request.subjects = order.subject.map { [$0] } ?? []
        request.workers = 1
        request.waitsForLock = true
        let last = try ledger.lastIngestion(tenant: scope.id.text).map { Instant(microsecondsSinceEpoch: $0.startedAt) }
        request.ingests =
            last.map { $0.adding(seconds: contract.freshWithinSeconds) < project.environment.now } ?? true
        return request
    }

    /// Something outside may have gone again when the request is taken up the next time; all else stays as it is.
    private func end(
        _ row: RequestRow, _ table: RequestTable, with failure: Failure, isLast: Bool
    ) throws -> AnsweredRequest.Ending {
        switch failure.cause {
        case .interrupted:
            try table.putBack(row.key)
            return .putBack(why: failure.description)
        case .unavailable, .busy, .readWrite, .cannotCreate:
            guard !isLast else { return try fail(row, table, failure.description) }
            try table.putBack(row.key)
            return .putBack(why: failure.description)
        default: return try fail(row, table, failure.description)
        }
    }

    private func fail(_ row: RequestRow, _ table: RequestTable, _ message: String) throws -> AnsweredRequest.Ending {
        try table.fail(row.key, message: message) ? .failed(message: message) : .withdrawn
    }

    /// The file of a format, the largest where there are several tables.
    private static func path(of format: String, in outcome: TenantOutcome) -> String? {
        guard let edition = outcome.editions.first, let format = ArtefactFormat(rawValue: format) else { return nil }
        let files = edition.artefacts.filter { format.covers($0.name) && $0.name != "receipt.json" }
        let rows = files.filter { !$0.name.hasSuffix(".json") || format == .json }
        return rows.max { ($0.size, $1.name) < ($1.size, $0.name) }?.path
    }

    // MARK: Connections

    private func tables(of scope: TenantScope) throws -> [(RequestContract, RequestTable)] {
        guard let access = scope.tenant.requests else { return [] }
        return try RequestContract.readAll(of: scope.tenant.platform, in: project).map { contract in
            let connection = try connection(of: scope, access)
            try RequestRights.check(connection, contract)
            var column: (name: String, key: String)?
            if case .column(let name, let key) = scope.tenant.source.isolation { column = (name, key) }
            return (contract, try RequestTable(contract, over: connection, tenantColumn: column))
        }
    }

    private func connection(of scope: TenantScope, _ access: RequestAccess) throws -> PostgresConnection {
        var options = SessionOptions(applicationName: "almanac requests")
        options.statementTimeoutMilliseconds = 60_000
        options.lockTimeoutMilliseconds = 10_000
        if case .schema(let schema) = scope.tenant.source.isolation { options.searchPath = [schema] }
        let connection = try PostgresConnection(project.secret(access.url).reveal(), options: options)
        guard !connection.isPooled else {
            throw Failure(
                .configuration, "requests of tenant '\(scope.id)' can't be answered through a pooler",
                why: "whoever answers a request holds a lock in a session of its own",
                remedy: "requests: { url: … } with the address of the server")
        }
        switch scope.tenant.source.isolation {
        case .rowLevelSecurity(let setting, let key):
            try connection.execute("SELECT pg_catalog.set_config($1, $2, false)", [setting, key])
        case .schema, .database, .column: break
        case .fanOut:
            throw Failure(
                .configuration, "requests of tenant '\(scope.id)' can't be answered with isolation: fan-out",
                remedy: "isolation: column")
        }
        return connection
    }
}

/// Moves a request's progress along with its run.
private final class RequestProgress: Sendable {
    /// The table is used by whoever runs the request, which waits while the run's threads tell, one at a time.
    private struct State: @unchecked Sendable {
        let table: RequestTable
        var percent = 0
    }

    private let key: String
    private let state: Mutex<State>
    private let passOn: @Sendable (RunEvent) -> Void

    init(key: String, table: RequestTable, passingOn passOn: @escaping @Sendable (RunEvent) -> Void) {
        self.key = key
        let own = State(table: table)
        state = Mutex(own)
        self.passOn = passOn
    }

    func tell(_ event: RunEvent) {
        passOn(event)
        let percent: Int
        switch event {
        case .tenantStarted: percent = 5
        case .extracted, .chunkKept: percent = 30
        case .aggregated: percent = 60
        case .rendered: percent = 95
        default: return
        }
        state.withLock { state in
            guard percent > state.percent else { return }
            state.percent = percent
            // What cannot be told is told at the end, or by the failure of the connection there.
            _ = try? state.table.progress(key, percent)
        }
    }
}
