internal import Columnar

/// Finds how the values of a type are read, asking the server's catalogue about types that are not built in.
///
/// | Postgres | lake |
/// |---|---|
/// | bool, int2, int4, int8, float4, float8 | the same |
/// | oid | int64 |
/// | numeric(p, s), p ≤ 38 | decimal(p, s); a negative scale -n gives decimal(p + n, 0), a scale above p decimal(s, s) |
/// | numeric | as declared |
/// | money | decimal(19, digits of the server's lc_monetary) |
/// | text, varchar, name | text |
/// | char(n) | text without the padding, as `::text` gives it |
/// | "char", bit, varbit, inet, cidr, macaddr, macaddr8, timetz, xml, ranges, multiranges | text, written by the server |
/// | enum | text: its label |
/// | bytea, uuid, json, jsonb, date, interval | binary, uuid, json, json, date, interval |
/// | timestamptz | timestamp |
/// | timestamp | timestamp, as declared: utc or local |
/// | time | int64: microseconds since midnight |
/// | array | list; values of more than one dimension or another lower bound than 1 are refused |
/// | composite | struct |
/// | hstore | map of text |
/// | domain | its base type |
struct TypeResolver {
    /// How a column of a type is fetched and read.
    struct Resolution {
        let type: CopyType
        /// Whether the server must write it as text: no exact binary reader is here, or none is needed.
        let isCastToText: Bool
        /// The type that the server is asked to cast to; `text` or `text[]`.
        var cast: String {
            if case .array = type { "text[]" } else { "text" }
        }

        static func direct(_ type: CopyType) -> Resolution { Resolution(type: type, isCastToText: false) }
        static let text = Resolution(type: .text, isCastToText: true)
    }

    /// A row of `pg_type`.
    private struct CatalogEntry {
        let name: String
        let kind: String
        let baseType: TypeReference
        let element: UInt32
        let relation: String
        let isExtensionType: Bool
    }

    private let connection: PostgresConnection
    private let hasNaiveTimestamps: Bool
    private var entries: [UInt32: CatalogEntry] = [:]
    private var moneyScale: Int?

    init(_ connection: PostgresConnection, hasNaiveTimestamps: Bool) {
        self.connection = connection
        self.hasNaiveTimestamps = hasNaiveTimestamps
    }

    /// - Parameter column: for messages.
    /// - Throws: `unsupportedType` and `undeclaredType`, with the type's name and the way out.
    mutating func resolve(
        _ reference: TypeReference, column: String, declared: ColumnDeclaration?, depth: Int = 0
    ) throws(PostgresError) -> Resolution {
        guard depth < 16 else { throw try unsupported(reference, column, "it is nested too deeply") }
        if case .text = declared { return .text }
        if let builtIn = BuiltInType(rawValue: reference.oid) {
            let resolution = try resolve(builtIn, reference, column, declared)
            if case .decimal = declared, builtIn != .numeric {
                throw try unsupported(reference, column, "only a numeric column can be declared decimal")
            }
            return resolution
        }
        let entry = try entry(reference.oid)
        switch entry.kind {
        case "d":
            // The modifier is that of the domain's definition; a column of a domain type has none of its own.
            return try resolve(entry.baseType, column: column, declared: declared, depth: depth + 1)
        case "e": return .direct(.text)
        case "r", "m": return .text
        case "c": return try composite(reference, entry, column, depth)
        case "b" where entry.element != 0: return try array(reference, entry, column, declared, depth)
        case "b" where entry.name == "hstore" && entry.isExtensionType: return .direct(.hstore)
        default: throw try unsupported(reference, column, nil)
        }
    }

    private mutating func resolve(
        _ builtIn: BuiltInType, _ reference: TypeReference, _ column: String, _ declared: ColumnDeclaration?
    ) throws(PostgresError) -> Resolution {
        switch builtIn {
        case .bool: return .direct(.bool)
        case .int2: return .direct(.int2)
        case .int4: return .direct(.int4)
        case .int8: return .direct(.int8)
        case .oid: return .direct(.oid)
        case .float4: return .direct(.float4)
        case .float8: return .direct(.float8)
        case .text, .varchar, .name: return .direct(.text)
        case .json: return .direct(.json)
        case .jsonb: return .direct(.jsonb)
        case .bytea: return .direct(.bytea)
        case .uuid: return .direct(.uuid)
        case .date: return .direct(.date)
        case .time: return .direct(.time)
        case .timestamptz: return .direct(.timestamptz)
        case .interval: return .direct(.interval)
        case .timestamp:
            guard hasNaiveTimestamps else {
                throw PostgresError(
                    .undeclaredType, "column '\(column)' is a timestamp without time zone",
                    hint: "say in the dataset which instants they are: naive_timestamps: utc or local")
            }
            return .direct(.timestamp)
        case .money: return .direct(.money(scale: try scaleOfMoney()))
        case .numeric: return .direct(try numeric(reference, column, declared))
        case .char, .bpchar, .xml, .cidr, .inet, .macaddr, .macaddr8, .timetz, .bit, .varbit: return .text
        }
    }

    /// The modifier holds precision and scale: ((precision << 16) | (scale & 0x7ff)) + 4, the scale signed in 11 bits.
    private func numeric(
        _ reference: TypeReference, _ column: String, _ declared: ColumnDeclaration?
    ) throws(PostgresError) -> CopyType {
        if case .decimal(let precision, let scale) = declared { return .numeric(precision: precision, scale: scale) }
        guard reference.modifier >= 4 else {
            throw PostgresError(
                .undeclaredType, "column '\(column)' is numeric without a precision",
                hint:
                    "declare its digits in the dataset: columns: { \(column): { type: \"decimal(18,2)\" } }, or type: text"
            )
        }
        let bits = reference.modifier - 4
        let precision = Int(bits >> 16 & 0xFFFF)
        let scale = Int((bits & 0x7FF) ^ 1024) - 1024
        let digits = scale < 0 ? precision - scale : max(precision, scale)
        guard digits <= 38 else {
            throw PostgresError(
                .unsupportedType, "column '\(column)' is numeric(\(precision),\(scale)): more than 38 digits",
                hint:
                    "declare the digits that it uses in the dataset, type: \"decimal(38,\(max(0, min(scale, 38))))\", or type: text"
            )
        }
        return .numeric(precision: digits, scale: max(0, scale))
    }

    private mutating func array(
        _ reference: TypeReference, _ entry: CatalogEntry, _ column: String, _ declared: ColumnDeclaration?,
        _ depth: Int
    ) throws(PostgresError) -> Resolution {
        let element = TypeReference(oid: entry.element, modifier: reference.modifier)
        let resolution = try resolve(element, column: column, declared: declared, depth: depth + 1)
        guard resolution.isCastToText else {
            return .direct(.array(element: entry.element, resolution.type))
        }
        return Resolution(type: .array(element: BuiltInType.text.rawValue, .text), isCastToText: true)
    }

    private mutating func composite(
        _ reference: TypeReference, _ entry: CatalogEntry, _ column: String, _ depth: Int
    ) throws(PostgresError) -> Resolution {
        let attributes = try connection.execute(
            """
            SELECT attname, atttypid::pg_catalog.int8, atttypmod, pg_catalog.format_type(atttypid, atttypmod)
            FROM pg_catalog.pg_attribute
            WHERE attrelid = $1::pg_catalog.int8::pg_catalog.oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum
            """, [entry.relation])
        var parts: [CopyType.CompositePart] = []
        for row in attributes.rows {
            guard let name = row[0], let oid = row[1].flatMap({ UInt32($0) }),
                let modifier = row[2].flatMap({ Int32($0) })
            else { continue }
            let path = "\(column).\(name)"
            let resolution = try resolve(
                TypeReference(oid: oid, modifier: modifier), column: path, declared: nil, depth: depth + 1)
            guard !resolution.isCastToText else {
                throw try unsupported(
                    TypeReference(oid: oid, modifier: modifier), path, "it is a part of a composite type")
            }
            parts.append(.init(name: name, oid: oid, type: resolution.type, typeName: row[3] ?? ""))
        }
        guard !parts.isEmpty else { throw try unsupported(reference, column, "it has no parts") }
        return .direct(.composite(parts))
    }

    private mutating func entry(_ oid: UInt32) throws(PostgresError) -> CatalogEntry {
        if let known = entries[oid] { return known }
        let result = try connection.execute(
            """
            SELECT t.typname, t.typtype, t.typbasetype::pg_catalog.int8, t.typtypmod,
                   CASE WHEN t.typlen = -1 AND t.typcategory = 'A' THEN t.typelem::pg_catalog.int8 ELSE 0 END,
                   t.typrelid::pg_catalog.int8,
                   EXISTS (SELECT FROM pg_catalog.pg_depend d
                           WHERE d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid = t.oid
                             AND d.deptype = 'e')
            FROM pg_catalog.pg_type t WHERE t.oid = $1::pg_catalog.int8::pg_catalog.oid
            """, [String(oid)])
        guard let row = result.rows.first else {
            throw PostgresError(.unsupportedType, "the type with the number \(oid) is not in the catalogue")
        }
        let entry = CatalogEntry(
            name: row[0] ?? "", kind: row[1] ?? "",
            baseType: TypeReference(
                oid: row[2].flatMap { UInt32($0) } ?? 0, modifier: row[3].flatMap { Int32($0) } ?? -1),
            element: row[4].flatMap { UInt32($0) } ?? 0, relation: row[5] ?? "0", isExtensionType: row[6] == "t")
        entries[oid] = entry
        return entry
    }

    private mutating func scaleOfMoney() throws(PostgresError) -> Int {
        if let moneyScale { return moneyScale }
        let text = try connection.execute("SELECT pg_catalog.scale('1'::pg_catalog.money::pg_catalog.numeric)").value
        guard let scale = text.flatMap({ Int($0) }), (0...18).contains(scale) else {
            throw PostgresError(.unsupportedType, "the server does not say how many digits money has")
        }
        moneyScale = scale
        return scale
    }

    /// The type as SQL writes it.
    func name(of reference: TypeReference) throws(PostgresError) -> String {
        try connection.execute(
            "SELECT pg_catalog.format_type($1::pg_catalog.int8::pg_catalog.oid, $2::pg_catalog.int4)",
            [String(reference.oid), String(reference.modifier)]
        ).value ?? "type \(reference.oid)"
    }

    private func unsupported(_ reference: TypeReference, _ column: String, _ reason: String?) throws(PostgresError)
        -> PostgresError
    {
        let because = reason.map { " (\($0))" } ?? ""
        return PostgresError(
            .unsupportedType,
            "column '\(column)' has the type \(try name(of: reference)), which has no exact place in the lake\(because)",
            hint: "declare type: text for it in the dataset, cast it in sql:, or leave it out with pii: drop")
    }
}
