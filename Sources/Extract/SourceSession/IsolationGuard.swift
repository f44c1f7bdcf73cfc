internal import PostgresCopy
internal import Tenancy

/// Keeps a session to its tenant's rows, and proves it before a row is read.
///
/// | mode | what is done | what is refused |
/// |---|---|---|
/// | rls | `SET LOCAL setting = key` | an empty key; superusers and BYPASSRLS; any relation without forced policies |
/// | schema | names get the tenant's schema | names with a schema; `sql:` without `{schema}`; relations elsewhere |
/// | column | `WHERE column = key` around every source | sources without the column |
/// | fan-out | as `column`, by several keys; together with others: `FanOutReading` | as `column` |
/// | database | nothing: the URL says which | |
///
/// Which relations a dataset touches is not guessed from its text: the server's lock table says it, views and what is
/// behind them included, and what functions read as soon as they have run.
struct IsolationGuard {
    let connection: PostgresConnection
    let scope: TenantScope
    private var isolation: TenantSource.Isolation { scope.tenant.source.isolation }

    init(_ connection: PostgresConnection, _ scope: TenantScope) {
        self.connection = connection
        self.scope = scope
    }

    /// What can be refused without a connection.
    static func checkDefinition(_ scope: TenantScope) throws(ExtractError) {
        let needed: [String]
        switch scope.tenant.source.isolation {
        case .rowLevelSecurity(let setting, let key): needed = [setting, key]
        case .column(let column, let key): needed = [column, key]
        case .schema(let schema): needed = [schema]
        case .database: needed = []
        case .fanOut(let column, let keys): needed = [column] + keys
        }
        for text in needed where text.allSatisfy(\.isWhitespace) {
            throw ExtractError(
                .isolationUnsafe, tenant: scope.id,
                reason: "the tenant's file names nothing that keeps its rows apart: the key is empty",
                advice: "set source.key in tenants/\(scope.id).yaml")
        }
    }

    /// Whether it is of no importance which relations a dataset touches: then the locks of one dataset may stand beside
    /// those of the next.
    var keepsLocks: Bool {
        switch isolation {
        case .database, .column, .fanOut: true
        case .rowLevelSecurity, .schema: false
        }
    }

    func unsafe(_ dataset: Dataset?, _ reason: String, _ advice: String?) -> ExtractError {
        ExtractError(
            .isolationUnsafe, tenant: scope.id, dataset: dataset?.name.text, reason: reason, advice: advice)
    }
}

// The transaction.
extension IsolationGuard {
    /// Says whose rows are wanted, in the transaction that is open.
    func enter() throws {
        guard case .rowLevelSecurity(let setting, let key) = isolation else { return }
        try checkRole()
        try connection.setLocal(setting, key)
        try checkKey()
    }

    /// Asserts that the transaction still is the tenant's.
    func checkKey() throws {
        guard case .rowLevelSecurity(let setting, let key) = isolation else { return }
        let found = try connection.execute("SELECT pg_catalog.current_setting($1, true)", [setting]).value
        guard found == key else {
            throw unsafe(nil, "the setting \(setting) is not the tenant's key any more", "look for set_config in sql:")
        }
    }

    /// Superusers and BYPASSRLS roles see all rows of all tenants whatever the policies say.
    private func checkRole() throws {
        let row = try connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = current_user"
        ).rows.first
        guard let row, let role = row[0] else { throw unsafe(nil, "the server does not say who we are", nil) }
        guard row[1] == "f", row[2] == "f" else {
            let what = row[1] == "t" ? "a superuser" : "a BYPASSRLS role"
            throw unsafe(
                nil, "the role \(role) is \(what): row-level security does not hold for it",
                "CREATE ROLE almanac_reader LOGIN NOSUPERUSER NOBYPASSRLS; and name it in source.url")
        }
    }
}

// The statement.
extension IsolationGuard {
    /// What is asked of the database for a dataset, narrowed to the tenant.
    func request(for dataset: Dataset, naiveTimestamps: NaiveTimestamps) throws -> CopyRequest {
        CopyRequest(
            try source(of: dataset), conditions: conditions, excludedColumns: dataset.droppedColumns,
            declarations: dataset.columns.compactMapValues(\.declaration), keyColumns: dataset.key,
            naiveTimestamps: naiveTimestamps, refusalPolicy: dataset.contract.refusalPolicy)
    }

    /// The dataset's table as SQL text, for messages; nil for queries.
    func relation(of dataset: Dataset) -> String? {
        guard case .table(let name)? = try? source(of: dataset) else { return nil }
        return try? name.quoted()
    }

    private var conditions: [CopyRequest.Condition] {
        switch isolation {
        case .column(let column, let key): [.init(column: column, equals: key)]
        // A tenant that is read alone is asked for by its keys.
        case .fanOut(let column, let keys): [.init(column: column, anyOf: keys)]
        case .rowLevelSecurity, .schema, .database: []
        }
    }

    private func source(of dataset: Dataset) throws -> CopyRequest.Source {
        guard case .schema(let schema) = isolation else {
            guard case .table(let name) = dataset.source, name.schema == nil else { return dataset.source }
            // The search path is a setting that others can change: a name without a schema is public.
            return .table(QualifiedName(schema: "public", name: name.name))
        }
        switch dataset.source {
        case .table(let name):
            guard name.schema == nil || name.schema == schema else {
                throw unsafe(
                    dataset, "'from: \(name)' names a schema, but each tenant has a schema of its own",
                    "write from: \(name.name)")
            }
            return .table(QualifiedName(schema: schema, name: name.name))
        case .query(let sql):
            guard sql.contains(Self.schemaMark) else {
                throw unsafe(
                    dataset, "the query does not say that its tables are in the tenant's schema",
                    "write FROM \(Self.schemaMark).orders")
            }
            return .query(sql.replacing(Self.schemaMark, with: try quotedIdentifier(schema)))
        }
    }

    /// What stands for the tenant's schema in `sql:`.
    private static let schemaMark = "{schema}"
}
