/// What a column's values mean. How they lie in memory follows from it: `physicalType`.
package indirect enum LogicalType: Hashable, Sendable {
    case bool
    case int8, int16, int32, int64
    case uint8, uint16, uint32, uint64
    case float, double
    /// Exact decimal of at most 38 digits: the unscaled integer, `scale` digits of it behind the point.
    case decimal(precision: Int, scale: Int)
    /// Days since 1970-01-01, proleptic Gregorian.
    case date
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp
    /// UTF-8.
    case text
    case binary
    /// 36 characters, lower case.
    case uuid
    /// JSON text.
    case json
    /// Months, days and microseconds, kept apart as PostgreSQL does.
    case interval
    case list(element: Field)
    case structure(fields: [Field])
    case map(key: Field, value: Field)
}

/// How values lie in memory.
package enum PhysicalType: Hashable, Sendable {
    case bool, int32, int64, int128, float, double, bytes, list, structure, map
}

extension LogicalType {
    /// The memory layout of the type: integers below 64 bits and dates are Int32, unsigned ones by bit pattern,
    /// decimals Int64 below 19 digits and else Int128, every kind of text bytes, an interval a structure of three.
    package var physicalType: PhysicalType {
        switch self {
        case .bool: .bool
        case .int8, .int16, .int32, .uint8, .uint16, .uint32, .date: .int32
        case .int64, .uint64, .timestamp: .int64
        case .decimal(let precision, _): precision < 19 ? .int64 : .int128
        case .float: .float
        case .double: .double
        case .text, .binary, .uuid, .json: .bytes
        case .list: .list
        case .interval, .structure: .structure
        case .map: .map
        }
    }

    /// The fields of an interval's structure: `months` Int32, `days` Int32, `microseconds` Int64.
    package static let intervalFields = [
        Field("months", .int32, isNullable: false), Field("days", .int32, isNullable: false),
        Field("microseconds", .int64, isNullable: false),
    ]

    /// Whether the bytes of the type are UTF-8 text.
    package var isText: Bool {
        switch self {
        case .text, .uuid, .json: true
        default: false
        }
    }
}

extension LogicalType: CustomStringConvertible {
    /// The type as SQL writes it: `decimal(18,2)`, `list<text>`, `struct<a int32, b text>`.
    package var description: String {
        switch self {
        case .bool: "bool"
        case .int8: "int8"
        case .int16: "int16"
        case .int32: "int32"
        case .int64: "int64"
        case .uint8: "uint8"
        case .uint16: "uint16"
        case .uint32: "uint32"
        case .uint64: "uint64"
        case .float: "float"
        case .double: "double"
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        case .date: "date"
        case .timestamp: "timestamp"
        case .text: "text"
        case .binary: "binary"
        case .uuid: "uuid"
        case .json: "json"
        case .interval: "interval"
        case .list(let element): "list<\(element.type)>"
        case .structure(let fields): "struct<\(fields.map { "\($0.name) \($0.type)" }.joined(separator: ", "))>"
        case .map(let key, let value): "map<\(key.type), \(value.type)>"
        }
    }
}
