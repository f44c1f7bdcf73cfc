package import Columnar

/// A type of the server as a result column names it.
struct TypeReference: Hashable, Sendable {
    /// The row of `pg_type`.
    let oid: UInt32
    /// The type modifier, such as precision and scale; -1 where there is none.
    let modifier: Int32
}

/// The built-in types that are told apart here, by their fixed numbers in `pg_type.dat`.
enum BuiltInType: UInt32 {
    case bool = 16
    case bytea = 17
    case char = 18
    case name = 19
    case int8 = 20
    case int2 = 21
    case int4 = 23
    case text = 25
    case oid = 26
    case json = 114
    case xml = 142
    case cidr = 650
    case float4 = 700
    case float8 = 701
    case macaddr8 = 774
    case money = 790
    case macaddr = 829
    case inet = 869
    case bpchar = 1042
    case varchar = 1043
    case date = 1082
    case time = 1083
    case timestamp = 1114
    case timestamptz = 1184
    case interval = 1186
    case timetz = 1266
    case bit = 1560
    case varbit = 1562
    case numeric = 1700
    case uuid = 2950
    case jsonb = 3802
}

/// How the bytes of one value are read; the layouts are at the head of `CopyDecoder.swift`.
package indirect enum CopyType: Hashable, Sendable {
    case bool
    case int2, int4, int8
    /// An unsigned 32-bit object number.
    case oid
    case float4, float8
    case numeric(precision: Int, scale: Int)
    /// Int64 in the smallest unit of the server's `lc_monetary`.
    case money(scale: Int)
    case text, json, jsonb
    case bytea
    case uuid
    case date
    /// Without a zone: converted as the dataset declares.
    case timestamp
    case timestamptz
    case time
    case interval
    /// `element` is the type number that each value repeats.
    case array(element: UInt32, CopyType)
    /// The parts that are not dropped, with their type numbers.
    case composite([CompositePart])
    case hstore

    /// One part of a composite type.
    package struct CompositePart: Hashable, Sendable {
        /// Its name.
        package let name: String
        /// The number of its type.
        package let oid: UInt32
        /// How it is read.
        package let type: CopyType
        /// The type as the server writes it.
        package let typeName: String

        package init(name: String, oid: UInt32, type: CopyType, typeName: String) {
            self.name = name
            self.oid = oid
            self.type = type
            self.typeName = typeName
        }
    }

    /// The type in the lake.
    package var logicalType: LogicalType {
        switch self {
        case .bool: .bool
        case .int2: .int16
        case .int4: .int32
        case .int8, .oid, .time: .int64
        case .float4: .float
        case .float8: .double
        case .numeric(let precision, let scale): .decimal(precision: precision, scale: scale)
        case .money(let scale): .decimal(precision: 19, scale: scale)
        case .text: .text
        case .json, .jsonb: .json
        case .bytea: .binary
        case .uuid: .uuid
        case .date: .date
        case .timestamp, .timestamptz: .timestamp
        case .interval: .interval
        case .array(_, let element): .list(element: Field("element", element.logicalType))
        case .composite(let parts):
            .structure(
                fields: parts.map {
                    Field($0.name, $0.type.logicalType, metadata: ["almanac.type": $0.typeName])
                })
        case .hstore: .map(key: Field("key", .text, isNullable: false), value: Field("value", .text))
        }
    }
}
