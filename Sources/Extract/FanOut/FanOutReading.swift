package import Columnar
package import Configuration
package import Effects
package import PostgresCopy
package import SystemPackage
package import Tenancy

/// What one tenant needs of a dataset of shared tables.
package struct FanOutNeed: Sendable, Hashable {
    /// All rows, or those since its table's watermark.
    package let part: SourceSession.Part
    /// Whether the keys of all its rows are needed too.
    package let comparesKeys: Bool

    package init(part: SourceSession.Part, comparesKeys: Bool) {
        self.part = part
        self.comparesKeys = comparesKeys
    }
}

/// Rows of a shared table that are no tenant's of those that were read for.
package struct FanOutStrangers: Sendable, Hashable {
    /// The dataset.
    package let dataset: String
    /// Rows with the key of nobody here.
    package let rowCount: Int
    /// Rows without a key.
    package let keylessRowCount: Int
}

/// The rows of many tenants in shared tables, read once and split by the tenants' keys.
///
/// (1) Every dataset is read by one COPY for the tenants that need its increment, and one for those that need all of it:
///     all in one transaction and one snapshot.
/// (2) A row comes into the share of the tenant that has its key and into no other. A row that is nobody's here is
///     counted; where only these tenants' rows were asked for, it is an error.
/// (3) Nothing counts before COMMAND_OK with the number of rows, and the COMMIT of the transaction: the value exists then,
///     and gives each tenant its share, whose keys are looked at again as the values that they were decoded to.
/// (4) Memory does not grow with the table: rows wait in a file of the process (`FanOutSpool`).
/// (5) Policies that would hide rows make the server refuse (`row_security = off`), in place of giving fewer.
package final class FanOutReading: Sendable {
    /// The tenants.
    package let scopes: [TenantScope]
    /// The moment that all rows are of.
    package let snapshot: SourceSnapshot
    /// What could still come late behind it.
    package let horizon: SourceHorizon
    /// The rows that are nobody's here; no entry where there are none.
    package let strangers: [FanOutStrangers]

    let column: String
    let tables: [String: FanOutTable]
    let spool: FanOutSpool

    /// How many bytes of rows wait in memory.
    package static let byteCountMax = 32 << 20

    /// Reads.
    ///
    /// - Parameters:
    ///   - scopes: tenants of one platform and URL with `isolation: fan-out` and one key column, each once.
    ///   - coversSource: whether they are all tenants that there are: then rows of others are counted, not refused.
    ///   - url: the secret of their `source.url`.
    ///   - connections: where connections are kept for the next use.
    ///   - datasets: what is read.
    ///   - file: where rows may wait: a file that there is not.
    ///   - advance: is called again and again while rows come; what it throws ends the reading.
    ///   - needs: what each tenant needs of a dataset with these columns, in the order of the scopes; nil where nothing is
    ///     to be read for it.
    /// - Throws: `ExtractError` without a tenant; what `advance` and `needs` throw.
    package init(
        _ scopes: [TenantScope], coversSource: Bool, url: Secret, options: SessionOptions = SessionOptions(),
        connections: SourceConnections? = nil, datasets: [Dataset], store: any FileStore, file: FilePath,
        random: any RandomSource, byteCountMax: Int = FanOutReading.byteCountMax, advance: () throws -> Void = {},
        needs: (Dataset, Schema) throws -> [FanOutNeed?]
    ) throws {
        let owners = try FanOutOwners(scopes)
        let spool: FanOutSpool
        do {
            spool = try FanOutSpool(store: store, path: file, random: random, byteCountMax: byteCountMax)
        } catch {
            throw ExtractError(.other, tenant: nil, reason: "no key for rows that wait: \(error)")
        }
        var before: (horizon: SourceHorizon, numbers: [String: [(key: String, greatest: Int64)]])?
        let permit = try SourceSession.permit(scopes[0], url, connections)
        defer { withExtendedLifetime(permit) {} }
        let (connection, opened) = try SourceSession.open(scopes[0], url, options, connections) { connection in
            let numbers = try owners.greatestNumbers(datasets, connection, coversSource: coversSource)
            let horizon = try SourceHorizon(of: connection) { connections?.readers(at: connection.target) ?? .init() }
            before = (horizon, numbers)
        }
        guard let before else { throw ExtractError(.other, tenant: nil, reason: "the horizon was not read") }
        var reader = FanOutReader(
            connection: connection, owners: owners, spool: spool, coversSource: coversSource,
            greatestNumbers: before.numbers)
        try connection.seeingAllRows()
        snapshot = try Self.classified(connection) { try SourceSnapshot(of: connection) }
        for dataset in datasets { try reader.read(dataset, advance: advance, needs: needs) }
        try Self.classified(connection) {
            try checkTablesOfSnapshot(connection)
            try connection.commit()
            try spool.seal()
        }
        connections?.keep(connection, url: url)
        _ = opened
        self.scopes = scopes
        self.spool = spool
        horizon = before.horizon
        column = owners.column
        tables = reader.tables
        strangers = reader.strangers
    }

    /// The source of one tenant's rows.
    ///
    /// - Parameters:
    ///   - index: the tenant's place among the scopes.
    ///   - personalDataKey: by which its pseudonyms are made.
    ///   - canaries: looks into every batch.
    package func share(
        _ index: Int, personalDataKey: PersonalDataKey?, canaries: CanaryWatch? = nil
    ) -> FanOutShare {
        FanOutShare(self, index, personalDataKey, canaries)
    }

    /// A reading that is wrong: two tenants have each other's rows. Tests show by it that this is noticed.
    package func exchangingShares(_ one: Int, _ other: Int) -> FanOutReading {
        FanOutReading(self, tables: tables.mapValues { $0.exchanging(one, other) })
    }

    private init(_ other: FanOutReading, tables: [String: FanOutTable]) {
        scopes = other.scopes
        snapshot = other.snapshot
        horizon = other.horizon
        strangers = other.strangers
        column = other.column
        spool = other.spool
        self.tables = tables
    }

    private static func classified<Value>(
        _ connection: PostgresConnection, _ body: () throws -> Value
    ) throws(ExtractError) -> Value {
        do { return try body() } catch { throw FanOutReader.failure(error, connection, dataset: nil) }
    }
}

/// The tenants of a reading by their keys.
struct FanOutOwners {
    let scopes: [TenantScope]
    let column: String
    /// The keys of each tenant, as its file writes them.
    let keys: [[String]]

    init(_ scopes: [TenantScope]) throws(ExtractError) {
        var column: String?
        var keys: [[String]] = []
        for scope in scopes {
            try IsolationGuard.checkDefinition(scope)
            guard case .fanOut(let name, let own) = scope.tenant.source.isolation, column == nil || column == name
            else {
                throw ExtractError(
                    .isolationUnsafe, tenant: scope.id, reason: "it is not split by the same column as the others")
            }
            column = name
            keys.append(own)
        }
        guard let column else {
            throw ExtractError(.isolationUnsafe, tenant: nil, reason: "there is nobody to read for")
        }
        self.scopes = scopes
        self.column = column
        self.keys = keys
    }

    /// The condition that leaves out everybody else's rows.
    func condition(_ owners: some Sequence<Int>) -> CopyRequest.Condition {
        .init(column: column, anyOf: owners.flatMap { keys[$0] })
    }

    func request(for dataset: Dataset, _ connection: PostgresConnection) throws -> CopyRequest {
        var request = try IsolationGuard(connection, scopes[0]).request(
            for: dataset, naiveTimestamps: dataset.naiveTimes == nil ? .undeclared : .utc)
        request.conditions = []
        return request
    }

    /// The greatest numbers of the cursors that are numbers, for each key as the server writes it.
    func greatestNumbers(
        _ datasets: [Dataset], _ connection: PostgresConnection, coversSource: Bool
    ) throws -> [String: [(key: String, greatest: Int64)]] {
        let followed = datasets.filter { $0.cursor != nil && $0.sync != .snapshot }
        guard !followed.isEmpty else { return [:] }
        try connection.begin(.repeatableReadReadOnly)
        defer { connection.rollback() }
        try connection.seeingAllRows()
        var numbers: [String: [(key: String, greatest: Int64)]] = [:]
        for dataset in followed {
            guard let cursor = dataset.cursor else { continue }
            var request = try request(for: dataset, connection)
            if !coversSource { request.conditions = [condition(scopes.indices)] }
            // What is wrong with the dataset is told when it is read.
            try connection.execute("SAVEPOINT greatest")
            do {
                numbers[dataset.name.text] = try connection.greatestNumbers(of: cursor, by: column, request)
            } catch {
                guard connection.isUsable else { throw error }
                try connection.execute("ROLLBACK TO SAVEPOINT greatest")
            }
            try connection.execute("RELEASE SAVEPOINT greatest")
        }
        return numbers
    }
}

extension PostgresConnection {
    /// Makes the server refuse what a policy would hide rows of.
    fileprivate func seeingAllRows() throws(PostgresError) { try setLocal("row_security", "off") }
}
