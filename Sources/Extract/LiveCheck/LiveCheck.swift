package import Configuration
package import PostgresCopy
package import Tenancy

/// Holds the datasets of a tenant against its database: what is missing, has no place, may not be read, or will be slow.
///
/// Everything is looked at in one read-only transaction, as a run would, by the same isolation; no row is read. A
/// dataset that is wrong does not hide what is wrong with the others.
package struct LiveCheck {
    private let connection: PostgresConnection
    private let guardian: IsolationGuard
    private let scope: TenantScope
    private var state = LiveState()

    /// Looks at a tenant's database.
    ///
    /// - Parameter url: the secret of `scope.tenant.source.url`.
    /// - Returns: what was found, also where the database cannot be reached or is not safe to read.
    package static func state(
        of scope: TenantScope, datasets: [Dataset], url: Secret, options: SessionOptions = SessionOptions()
    ) -> LiveState {
        do {
            try IsolationGuard.checkDefinition(scope)
            var check = try LiveCheck(scope, url, options)
            for dataset in datasets { try check.look(at: dataset) }
            return check.state
        } catch {
            return LiveState(findings: [Self.finding(error, scope.id)])
        }
    }

    private init(_ scope: TenantScope, _ url: Secret, _ options: SessionOptions) throws {
        self.scope = scope
        connection = try PostgresConnection(url.reveal(), options: options)
        try connection.begin(.repeatableReadReadOnly)
        guardian = IsolationGuard(connection, scope)
        try guardian.enter()
    }

    private static func finding(_ error: any Error, _ tenant: TenantID, _ dataset: Dataset? = nil) -> LiveFinding {
        switch error {
        case let error as ExtractError: LiveFinding(error, tenant: tenant)
        case let error as PostgresError:
            LiveFinding(ExtractError(error, tenant: tenant, dataset: dataset?.name.text), tenant: tenant)
        default: LiveFinding(.error, tenant: tenant, dataset: dataset?.name.text, "\(error)")
        }
    }
}

extension LiveCheck {
    /// - Throws: where the connection is lost; all else is a finding.
    private mutating func look(at dataset: Dataset) throws {
        try connection.execute("SAVEPOINT live")
        do {
            try compare(dataset)
        } catch {
            guard connection.isUsable else { throw error }
            state.findings.append(Self.finding(error, scope.id, dataset))
        }
        try connection.execute(script: "ROLLBACK TO SAVEPOINT live; RELEASE SAVEPOINT live")
    }

    private mutating func compare(_ dataset: Dataset) throws {
        let naiveTimes: NaiveTimestamps = dataset.naiveTimes == nil ? .undeclared : .utc
        let request = try guardian.request(for: dataset, naiveTimestamps: naiveTimes)
        let places = try connection.columnPlaces(of: request.source, declarations: request.declarations)
        let errorCount = state.findings.count { $0.severity == .error }
        compareNames(dataset, places)
        comparePlaces(dataset, places)
        let table = try catalogueEntry(request.source)
        if let table { compareGrants(dataset, table) }
        guard state.findings.count(where: { $0.severity == .error }) == errorCount else { return }

        let plan = try connection.plan(request)
        try connection.checkRights(to: plan.columns.map(\.name), of: request.source)
        try guardian.checkRelations(of: dataset, isAfterReading: false)
        state.schemas.append(DatasetSchema(dataset: dataset, schema: plan.schema))
        if let table { compareIndexes(dataset, table) }
    }

    private func catalogueEntry(_ source: CopyRequest.Source) throws(PostgresError) -> SourceTable? {
        guard case .table(let name) = source else { return nil }
        return try SourceTable.tables(.table(name), of: connection).first
    }

    private mutating func note(
        _ severity: LiveFinding.Severity, _ dataset: Dataset, column: String? = nil, _ message: String,
        remedy: String? = nil, exitCode: Int32 = 65
    ) {
        state.findings.append(
            LiveFinding(
                severity, tenant: scope.id, dataset: dataset.name.text, column: column, message, remedy: remedy,
                exitCode: exitCode))
    }
}

// Columns.
extension LiveCheck {
    /// The column that tells tenants apart, in the modes that have one.
    private var tenantColumn: String? {
        if case .column(let column, _) = scope.tenant.source.isolation { column } else { nil }
    }

    private mutating func compareNames(_ dataset: Dataset, _ places: [ColumnPlace]) {
        let names = places.map(\.name)
        var told: Set<String> = []
        let wanted = dataset.neededColumns + dataset.columns.keys.sorted() + [tenantColumn].compactMap { $0 }
        for name in wanted where !names.contains(name) && told.insert(name).inserted {
            let near = Suggestion.nearest(to: name, among: names).map { "did you mean '\($0)'? " } ?? ""
            note(
                .error, dataset, column: name, "there is no column '\(name)'",
                remedy: "\(near)correct datasets.yaml: there are \(names.joined(separator: ", "))")
        }
    }

    private mutating func comparePlaces(_ dataset: Dataset, _ places: [ColumnPlace]) {
        for place in places where !dataset.droppedColumns.contains(place.name) {
            let column = place.name
            switch place.place {
            case .exact: break
            case .needsZone:
                guard dataset.naiveTimes == nil else { continue }
                note(
                    .error, dataset, column: column, "'\(column)' is a \(place.typeName)",
                    remedy: "naive_timestamps: utc, or local for the tenant's time zone", exitCode: 78)
            case .needsDigits(let takesDecimal):
                let name = YAMLText.scalar(column)
                note(
                    .error, dataset, column: column, "'\(column)' is a \(place.typeName) without a precision",
                    remedy: "columns: { \(name): { type: \(takesDecimal ? "\"decimal(18,2)\"" : "text") } }",
                    exitCode: 78)
            case .none(let reason):
                let name = YAMLText.scalar(column)
                note(
                    .error, dataset, column: column, reason,
                    remedy: "columns: { \(name): { type: text } }, or { pii: drop } to leave it out")
            }
        }
    }
}

// What the catalogue says.
extension LiveCheck {
    private mutating func compareGrants(_ dataset: Dataset, _ table: SourceTable) {
        let denied = table.columns.filter { !$0.isReadable && !dataset.droppedColumns.contains($0.name) }.map(\.name)
        guard !denied.isEmpty else { return }
        let relation = (try? table.name.quoted()) ?? table.name.description
        let role = (try? quotedIdentifier(connection.target.user)) ?? connection.target.user
        let all = denied.count == table.columns.count
        let what = all ? "\(table.name)" : "\(denied.joined(separator: ", ")) of \(table.name)"
        let columns = all ? "" : " (\(denied.compactMap { try? quotedIdentifier($0) }.joined(separator: ", ")))"
        note(
            .error, dataset, "the role \(connection.target.user) may not read \(what)",
            remedy: "GRANT SELECT\(columns) ON \(relation) TO \(role);", exitCode: 77)
    }

    private mutating func compareIndexes(_ dataset: Dataset, _ table: SourceTable) {
        guard table.kind == .table || table.kind == .partitioned || table.kind == .materializedView else { return }
        let relation = (try? table.name.quoted()) ?? table.name.description
        // Where tenants share a table, its keys may be unique for each tenant alone.
        let shared = [tenantColumn].compactMap { $0 }
        if !dataset.key.isEmpty && !table.isUnique(dataset.key + shared) {
            let columns = dataset.key.compactMap { try? quotedIdentifier($0) }.joined(separator: ", ")
            note(
                .warning, dataset, column: dataset.key.first,
                "no unique index keeps the key (\(dataset.key.joined(separator: ", "))) unique",
                remedy: "ALTER TABLE \(relation) ADD UNIQUE (\(columns));")
        }
        for name in dataset.key where table.columns.first(where: { $0.name == name })?.isNotNull == false {
            note(
                .warning, dataset, column: name, "the key's column '\(name)' may be NULL",
                remedy: "ALTER TABLE \(relation) ALTER COLUMN \((try? quotedIdentifier(name)) ?? name) SET NOT NULL;")
        }
        if let cursor = dataset.cursor, dataset.sync == .append || dataset.sync == .merge,
            !isFoundByIndex(cursor, table, behind: shared)
        {
            let columns = (shared + [cursor]).compactMap { try? quotedIdentifier($0) }.joined(separator: ", ")
            note(
                .warning, dataset, column: cursor,
                "no index begins with the cursor '\(cursor)': every increment reads the whole table",
                remedy: "CREATE INDEX ON \(relation) (\(columns));")
        }
        if let column = shared.first, !table.isIndexed(column) {
            note(
                .warning, dataset, column: column,
                "no index begins with '\(column)': reading one tenant reads the whole table",
                remedy: "CREATE INDEX ON \(relation) (\((try? quotedIdentifier(column)) ?? column));")
        }
    }

    private func isFoundByIndex(_ column: String, _ table: SourceTable, behind shared: [String]) -> Bool {
        table.isIndexed(column)
            || table.indexes.contains { !$0.isPartial && !shared.isEmpty && $0.columns.starts(with: shared + [column]) }
    }
}
