internal import Columnar
internal import PostgresCopy
internal import Tenancy

/// What was read of one dataset, by tenant.
struct FanOutTable: Sendable {
    /// One copy: its rows by tenant.
    struct Section: Sendable {
        let plan: CopyPlan
        /// The place of the tenant's key among the columns.
        let keyPlace: Int
        /// Whether the key's column was read for the split alone.
        let dropsKey: Bool
        /// The least position that was read; nil for all.
        let lower: Int64?
        /// By tenant.
        var chunks: [[FanOutSpool.Chunk]]
    }

    /// The columns before personal data is taken out.
    let plan: CopyPlan
    let keyPlace: Int
    let dropsKey: Bool
    let needs: [FanOutNeed?]
    var whole: Section?
    var increment: Section?
    var keys: Section?
    /// The greatest numbers of a cursor that is a number, by tenant.
    let greatest: [Int: Int64]

    func exchanging(_ one: Int, _ other: Int) -> FanOutTable {
        var table = self
        table.whole?.chunks.swapAt(one, other)
        table.increment?.chunks.swapAt(one, other)
        table.keys?.chunks.swapAt(one, other)
        return table
    }
}

/// Reads datasets of shared tables in one transaction.
struct FanOutReader {
    let connection: PostgresConnection
    let owners: FanOutOwners
    let spool: FanOutSpool
    let coversSource: Bool
    let greatestNumbers: [String: [(key: String, greatest: Int64)]]
    private(set) var tables: [String: FanOutTable] = [:]
    private(set) var strangers: [FanOutStrangers] = []

    init(
        connection: PostgresConnection, owners: FanOutOwners, spool: FanOutSpool, coversSource: Bool,
        greatestNumbers: [String: [(key: String, greatest: Int64)]]
    ) {
        self.connection = connection
        self.owners = owners
        self.spool = spool
        self.coversSource = coversSource
        self.greatestNumbers = greatestNumbers
    }

    mutating func read(
        _ dataset: Dataset, advance: () throws -> Void, needs: (Dataset, Schema) throws -> [FanOutNeed?]
    ) throws {
        var callersError: (any Error)?
        func calling<Value>(_ body: () throws -> Value) throws -> Value {
            do { return try body() } catch {
                callersError = error
                throw error
            }
        }
        do {
            let request = try request(for: dataset)
            let plan = try plan(request, needed: dataset.neededColumns + [owners.column])
            let place = try keyPlace(plan)
            let dropsKey = dataset.droppedColumns.contains(owners.column)
            let wanted = try calling { try needs(dataset, plan.schema) }
            var table = FanOutTable(
                plan: plan, keyPlace: place, dropsKey: dropsKey, needs: wanted,
                greatest: try greatest(of: dataset, plan.columns[place].type))
            let all = Array(owners.scopes.indices)
            let whole = all.filter { wanted[$0]?.part == .all }
            let since = all.filter { wanted[$0].map { $0.part != .all } ?? false }
            let step = { try calling(advance) }
            if !whole.isEmpty { table.whole = try section(dataset, request, whole, dropsKey: dropsKey, step) }
            if !since.isEmpty {
                table.increment = try increment(dataset, request, since, wanted, dropsKey: dropsKey, step)
            }
            let compared = all.filter { wanted[$0]?.comparesKeys == true }
            if !compared.isEmpty { table.keys = try keys(dataset, request, compared, step) }
            tables[dataset.name.text] = table
        } catch {
            if let callersError { throw callersError }
            throw Self.failure(error, connection, dataset: dataset)
        }
    }

    private func request(for dataset: Dataset) throws -> CopyRequest {
        var request = try owners.request(for: dataset, connection)
        request.excludedColumns.remove(owners.column)
        return request
    }

    private func plan(_ request: CopyRequest, needed: [String]) throws -> CopyPlan {
        let plan = try connection.plan(request)
        let names = plan.columns.map(\.name)
        for column in needed where !names.contains(column) {
            throw PostgresError(
                .noSuchColumn, "there is no column '\(column)', which the dataset relies on",
                hint: "there are \(names.joined(separator: ", ")): correct datasets.yaml")
        }
        return plan
    }

    private func keyPlace(_ plan: CopyPlan) throws(PostgresError) -> Int {
        guard let place = plan.columns.firstIndex(where: { $0.name == owners.column }) else {
            throw PostgresError(.noSuchColumn, "there is no column '\(owners.column)', which names the tenant")
        }
        let typeName = plan.schema.fields[place].metadata["almanac.type"] ?? ""
        // Other types that are read as text can write one value in several ways, or pad it.
        let isPlainText = typeName == "text" || typeName == "name" || typeName.hasPrefix("character varying")
        guard plan.columns[place].type != .text || isPlainText else {
            throw PostgresError(
                .undeclaredType, "rows cannot be split by '\(owners.column)', which is \(typeName)",
                hint: "use a column of text, whole numbers or uuid, cast it in sql:, or use isolation: column")
        }
        return place
    }

    private func greatest(of dataset: Dataset, _ type: CopyType) throws(PostgresError) -> [Int: Int64] {
        guard let numbers = greatestNumbers[dataset.name.text] else { return [:] }
        var owner: [[UInt8]: Int] = [:]
        for (index, keys) in owners.keys.enumerated() {
            for key in keys { if let bytes = try CopySplitter.bytes(of: key, type) { owner[bytes] = index } }
        }
        var greatest: [Int: Int64] = [:]
        for (key, number) in numbers {
            guard let bytes = try CopySplitter.bytes(of: key, type), let index = owner[bytes] else { continue }
            greatest[index] = max(number, greatest[index] ?? number)
        }
        return greatest
    }
}

// The copies.
extension FanOutReader {
    private mutating func increment(
        _ dataset: Dataset, _ request: CopyRequest, _ wanted: [Int], _ needs: [FanOutNeed?], dropsKey: Bool,
        _ advance: () throws -> Void
    ) throws -> FanOutTable.Section {
        let increments = wanted.compactMap { index -> Increment? in
            if case .since(let increment)? = needs[index]?.part { increment } else { nil }
        }
        guard var least = increments.first, increments.count == wanted.count,
            increments.allSatisfy({ $0.column == least.column && $0.scale == least.scale })
        else { throw PostgresError(.misuse, "increments of one dataset by several cursors") }
        for increment in increments where increment.lower < least.lower { least = increment }
        // Local times of zones at both ends of the world, each of which falls back once a year.
        let margin: Int64 = dataset.naiveTimes == .local && least.scale == .instant ? 20 * 3_600_000_000 : 0
        let lower = least.lower.subtractingReportingOverflow(margin)
        var request = request
        request.conditions.append(
            .init(
                column: least.column,
                atLeastOrNull: least.scale.text(of: lower.overflow ? .min : lower.partialValue, zone: nil)))
        return try section(dataset, request, wanted, dropsKey: dropsKey, lower: least.lower, advance)
    }

    private mutating func keys(
        _ dataset: Dataset, _ request: CopyRequest, _ wanted: [Int], _ advance: () throws -> Void
    ) throws -> FanOutTable.Section {
        var request = request
        let columns = Set(dataset.key + [owners.column])
        request.columns = columns
        request.excludedColumns = []
        request.declarations = request.declarations.filter { columns.contains($0.key) }
        return try section(
            dataset, request, wanted, dropsKey: !dataset.key.contains(owners.column), countsStrangers: false, advance)
    }

    private mutating func section(
        _ dataset: Dataset, _ request: CopyRequest, _ wanted: [Int], dropsKey: Bool, lower: Int64? = nil,
        countsStrangers: Bool = true, _ advance: () throws -> Void
    ) throws -> FanOutTable.Section {
        // An increment has few rows: those of tenants that read everything beside it are passed over, and not refused.
        let isOpen = coversSource && (lower != nil || wanted.count == owners.scopes.count)
        let isWanted = owners.scopes.indices.map(Set(wanted).contains)
        var request = request
        if !isOpen { request.conditions.insert(owners.condition(wanted), at: 0) }
        let plan = try connection.plan(request)
        let place = try keyPlace(plan)
        var splitter = try splitter(isOpen ? Array(owners.scopes.indices) : wanted, place, plan)
        var chunks: [[FanOutSpool.Chunk]] = Array(repeating: [], count: owners.scopes.count)
        let half = spool.byteCountMax / 2
        _ = try connection.copy(plan, into: &splitter) { splitter in
            try advance()
            guard splitter.byteCount > half else { return }
            try spool.put(splitter.take().filter { isWanted[$0.owner] }, isEnd: false) { chunks[$0].append($1) }
        }
        try spool.put(splitter.take().filter { isWanted[$0.owner] }, isEnd: true) { chunks[$0].append($1) }
        let (strange, keyless) = (splitter.strangerCount, splitter.keylessCount)
        if strange + keyless > 0 {
            guard isOpen else {
                throw ExtractError(
                    .isolationUnsafe, tenant: nil, dataset: dataset.name.text,
                    reason: "\(strange + keyless) rows are of other tenants than those that were asked for",
                    advice: "compare the key column's collation with the tenants' keys, or use isolation: column")
            }
            if countsStrangers {
                strangers.append(
                    FanOutStrangers(dataset: dataset.name.text, rowCount: strange, keylessRowCount: keyless))
            }
        }
        return FanOutTable.Section(plan: plan, keyPlace: place, dropsKey: dropsKey, lower: lower, chunks: chunks)
    }

    private func splitter(_ wanted: [Int], _ place: Int, _ plan: CopyPlan) throws -> CopySplitter {
        let keys = wanted.flatMap { index in owners.keys[index].map { (text: $0, owner: index) } }
        do {
            return try CopySplitter(
                column: place, type: plan.columns[place].type, keys: keys, ownerCount: owners.scopes.count)
        } catch {
            guard error.code == .misuse else { throw error }
            throw ExtractError(
                .isolationUnsafe, tenant: nil, reason: "two tenants that are read together have the same source.key",
                advice: "almanac tenants list")
        }
    }

    static func failure(_ error: any Error, _ connection: PostgresConnection, dataset: Dataset?) -> ExtractError {
        switch error {
        case let error as ExtractError: error
        case let error as PostgresError:
            ExtractError(
                error, tenant: nil, dataset: dataset?.name.text, role: connection.target.user,
                relation: dataset.flatMap { relation($0) })
        default: ExtractError(.other, tenant: nil, dataset: dataset?.name.text, reason: "\(error)")
        }
    }

    private static func relation(_ dataset: Dataset) -> String? {
        if case .table(let name) = dataset.source { try? name.quoted() } else { nil }
    }
}
