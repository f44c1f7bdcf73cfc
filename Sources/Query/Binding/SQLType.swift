package import Columnar

/// The types of SQL. `timestamp` is what a clock shows; `timestamptz` is an instant, the only one that files hold.
package indirect enum SQLType: Hashable, Sendable {
    /// NULL, or a text literal whose type its surroundings decide.
    case unknown
    case bool
    case int16, int32, int64
    case float, double
    case decimal(precision: Int, scale: Int)
    case date, timestamp, timestamptz
    case text, binary, uuid, json, interval
    case list(SQLType)
    case structure([SQLField])

    /// A field of a structure.
    package struct SQLField: Hashable, Sendable {
        /// Its name.
        package let name: String
        /// Its type.
        package let type: SQLType
    }

    /// How values of the type lie in columns.
    package var logical: LogicalType {
        switch self {
        case .unknown, .text: .text
        case .bool: .bool
        case .int16: .int16
        case .int32: .int32
        case .int64: .int64
        case .float: .float
        case .double: .double
        case .decimal(let precision, let scale): .decimal(precision: precision, scale: scale)
        case .date: .date
        case .timestamp, .timestamptz: .timestamp
        case .binary: .binary
        case .uuid: .uuid
        case .json: .json
        case .interval: .interval
        case .list(let element): .list(element: Field("element", element.logical))
        case .structure(let fields): .structure(fields: fields.map { Field($0.name, $0.type.logical) })
        }
    }

    /// The type of a file's column; nil where SQL has none yet (maps).
    package init?(_ type: LogicalType) {
        switch type {
        case .bool: self = .bool
        case .int8, .int16, .uint8: self = .int16
        case .int32, .uint16: self = .int32
        case .int64, .uint32: self = .int64
        case .uint64: self = .decimal(precision: 20, scale: 0)
        case .float: self = .float
        case .double: self = .double
        case .decimal(let precision, let scale): self = .decimal(precision: precision, scale: scale)
        case .date: self = .date
        case .timestamp: self = .timestamptz
        case .text: self = .text
        case .binary: self = .binary
        case .uuid: self = .uuid
        case .json: self = .json
        case .interval: self = .interval
        case .list(let element):
            guard let inner = SQLType(element.type) else { return nil }
            self = .list(inner)
        case .structure(let fields):
            var inner: [SQLField] = []
            for field in fields {
                guard let type = SQLType(field.type) else { return nil }
                inner.append(SQLField(name: field.name, type: type))
            }
            self = .structure(inner)
        case .map: return nil
        }
    }

    var isInteger: Bool { self == .int16 || self == .int32 || self == .int64 }
    var isNumeric: Bool {
        switch self {
        case .int16, .int32, .int64, .float, .double, .decimal: true
        default: false
        }
    }
    var isText: Bool { self == .text || self == .uuid || self == .json }
    var isTime: Bool { self == .date || self == .timestamp || self == .timestamptz }

    /// The decimal that holds every value of an integer or decimal type.
    var asDecimal: (precision: Int, scale: Int)? {
        switch self {
        case .int16: (5, 0)
        case .int32: (10, 0)
        case .int64: (19, 0)
        case .decimal(let precision, let scale): (precision, scale)
        default: nil
        }
    }

    /// The type that both sides of a comparison, the branches of CASE or the parts of UNION become; nil where there is
    /// none.
    static func common(_ left: SQLType, _ right: SQLType) -> SQLType? {
        if left == right { return left }
        if left == .unknown { return right }
        if right == .unknown { return left }
        if left.isNumeric, right.isNumeric {
            if left == .double || right == .double || left == .float || right == .float { return .double }
            if left.isInteger, right.isInteger {
                return left == .int64 || right == .int64 ? .int64 : .int32
            }
            guard let a = left.asDecimal, let b = right.asDecimal else { return nil }
            let scale = max(a.scale, b.scale)
            let whole = max(a.precision - a.scale, b.precision - b.scale)
            return .decimal(precision: min(38, whole + scale), scale: scale)
        }
        if left.isTime, right.isTime {
            return left == .timestamptz || right == .timestamptz ? .timestamptz : .timestamp
        }
        if case .list(let a) = left, case .list(let b) = right { return common(a, b).map { .list($0) } }
        return nil
    }
}

extension SQLType: CustomStringConvertible {
    /// The name as PostgreSQL writes it.
    package var description: String {
        switch self {
        case .unknown: "unknown"
        case .bool: "boolean"
        case .int16: "smallint"
        case .int32: "integer"
        case .int64: "bigint"
        case .float: "real"
        case .double: "double precision"
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        case .date: "date"
        case .timestamp: "timestamp"
        case .timestamptz: "timestamptz"
        case .text: "text"
        case .binary: "bytea"
        case .uuid: "uuid"
        case .json: "json"
        case .interval: "interval"
        case .list(let element): "\(element)[]"
        case .structure(let fields): "struct(\(fields.map { "\($0.name) \($0.type)" }.joined(separator: ", ")))"
        }
    }
}

extension SQLType {
    /// The type that a text names.
    init(_ syntax: TypeSyntax) throws(QueryError) {
        var type = try Self.named(syntax)
        for _ in 0..<syntax.listDepth { type = .list(type) }
        self = type
    }

    private static func named(_ syntax: TypeSyntax) throws(QueryError) -> SQLType {
        switch syntax.name {
        case "bool", "boolean": return .bool
        case "smallint", "int2", "int16", "tinyint": return .int16
        case "int", "integer", "int4", "int32": return .int32
        case "bigint", "int8", "int64": return .int64
        case "real", "float4": return .float
        case "double", "float8", "float": return .double
        case "decimal", "numeric":
            let precision = syntax.arguments.first ?? 38
            let scale = syntax.arguments.count > 1 ? syntax.arguments[1] : (syntax.arguments.isEmpty ? 10 : 0)
            guard (1...38).contains(precision), (0...precision).contains(scale) else {
                throw QueryError(.type, "decimals have 1 to 38 digits, and no more behind the point", at: syntax.range)
            }
            return .decimal(precision: precision, scale: scale)
        case "date": return .date
        case "timestamp", "datetime": return .timestamp
        case "timestamptz": return .timestamptz
        case "text", "varchar", "char", "string", "character", "bpchar": return .text
        case "bytea", "blob", "binary", "varbinary": return .binary
        case "uuid": return .uuid
        case "json", "jsonb": return .json
        case "interval": return .interval
        case "struct", "row":
            var fields: [SQLField] = []
            for field in syntax.fields { fields.append(SQLField(name: field.name, type: try SQLType(field.type))) }
            return .structure(fields)
        default:
            let known = [
                "integer", "bigint", "text", "double", "decimal", "date", "timestamp", "timestamptz", "boolean",
                "interval", "uuid", "json",
            ]
            throw QueryError(
                .unknownName, "there is no type '\(syntax.name)'", at: syntax.range,
                try: nearestName(to: syntax.name, among: known))
        }
    }
}
