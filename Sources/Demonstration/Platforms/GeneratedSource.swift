package import PostgresCopy

/// The rows of one table of a made-up tenant.
struct GeneratedTable {
    let name: String
    let columns: [String]
    private(set) var rows = CopyText()

    init(_ name: String, _ columns: [String]) {
        self.name = name
        self.columns = columns
    }

    /// Adds a row, NULL for nil; identity columns that are named take the values as they are.
    mutating func row(_ values: String?...) {
        precondition(values.count == columns.count)
        for value in values { if let value { rows.field(value) } else { rows.null() } }
        rows.endRow()
    }
}

/// A made-up tenant: its tables in the order in which foreign keys allow them, and what is known of it without asking.
package struct GeneratedSource {
    /// The tenant's id, and with `_` for `-` its schema.
    package let tenant: String
    /// The zone of its calendar.
    package let timezone: String
    /// ISO 4217.
    package let currency: String
    /// Statements that make the tables, in the schema on the search path.
    let statements: [String]
    let tables: [GeneratedTable]
    /// Statements that follow the rows.
    let finishing: [String]
    /// What a report must find, as JSON.
    package let truths: [String: TruthValue]

    /// The schema that holds the tenant's tables.
    package var schema: String { tenant.replacing("-", with: "_") }
    /// The rows of all tables.
    package var rowCount: Int64 { tables.reduce(0) { $0 + $1.rows.rowCount } }

    /// Makes the tenant's schema and loads its rows, all or nothing.
    /// - Parameter replaces: whether a schema of the name is removed first.
    /// - Throws: `PostgresError`; `DemonstrationError` where the schema is there already.
    package func load(into connection: PostgresConnection, replaces: Bool) throws {
        let name = try quotedIdentifier(schema)
        try connection.begin(.readWrite)
        do {
            let known = try connection.execute(
                "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1", [schema])
            if known.value != nil {
                guard replaces else {
                    throw DemonstrationError(
                        .projectInvalid, "generate tenant '\(tenant)'", why: "there is a schema '\(schema)' already",
                        advice: "--replace removes it with all that is in it")
                }
                try connection.execute("DROP SCHEMA \(name) CASCADE")
            }
            try connection.execute("CREATE SCHEMA \(name)")
            try connection.setLocal("search_path", schema)
            for statement in statements { try connection.execute(statement) }
            for table in tables where table.rows.rowCount > 0 {
                let columns = try table.columns.map { name throws(PostgresError) in try quotedIdentifier(name) }
                let target = try quotedIdentifier(table.name)
                try connection.copyIn("COPY \(target) (\(columns.joined(separator: ", "))) FROM STDIN") { send in
                    let bytes = table.rows.bytes
                    try send(bytes.span)
                }
            }
            for statement in finishing { try connection.execute(statement) }
            try connection.commit()
        } catch {
            connection.rollback()
            throw error
        }
    }
}

/// A value of the planted truths.
package enum TruthValue: Encodable, Sendable, Equatable {
    case number(Int64)
    case text(String)
    case list([TruthValue])
    case object([String: TruthValue])

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let values): try container.encode(values)
        case .object(let values): try container.encode(values)
        }
    }
}

/// The platforms whose source data can be made up.
package enum GeneratedPlatform: String, CaseIterable, Sendable {
    case hustlex
    case mrbill
    case usta
    case upcoach
    case nexus

    /// The tenants, each the same for the same seed, whatever the others are; their sizes fall as in a market: the second
    /// has three fifths of the first's users, the tenth a sixth.
    /// - Parameters:
    ///   - index: the tenant's number, from 1.
    ///   - scale: how large the first tenant is: 1 is about 30,000 rows.
    package func source(index: Int, scale: Double, seed: UInt64) -> GeneratedSource {
        switch self {
        case .hustlex: HustleXWorld(index: index, scale: scale, seed: seed).source()
        case .mrbill: MrBillWorld(index: index, scale: scale, seed: seed).source()
        case .usta: UstaWorld(index: index, scale: scale, seed: seed).source()
        case .upcoach: UpCoachWorld(index: index, scale: scale, seed: seed).source()
        case .nexus: NexusWorld(index: index, scale: scale, seed: seed).source()
        }
    }
}
