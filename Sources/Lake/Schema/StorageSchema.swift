package import Columnar

/// A schema on both of its sides: ours, and that of the files and the log, which every engine knows.
///
/// (1) Types that Delta does not have are stored as one that holds all their values: uint8 as short, uint16 as integer,
///     uint32 as long, uint64 as decimal(20,0), uuid and json as string, an interval as a struct.
/// (2) The key `almanac.logical` of a column's metadata says which type it was; within lists and maps the key goes on
///     with `.element`, `.key` and `.value`. So every type comes back as it was.
/// (3) Names that Delta forbids, and names that differ only by case, are encoded; `almanac.name` keeps the original.
/// (4) The parts of a list are named `element`, those of a map `key` and `value`, whatever they were named.
/// (5) A column with the key `almanac.partition` is of the storage side alone: it follows from the event time.
package struct StorageSchema: Sendable, Equatable {
    /// Our side.
    package let logical: Schema
    /// The side of the files and the log.
    package let storage: Schema
    /// Where each column of our side lies on the storage side.
    let positions: [Int]

    static let typeKey = "almanac.logical"
    static let nameKey = "almanac.name"
    static let partitionKey = "almanac.partition"

    /// The storage side of a schema.
    ///
    /// - Throws: `LakeError` (`schema`) where two columns have the same name, or there is none.
    package init(logical: Schema) throws(LakeError) {
        guard !logical.fields.isEmpty else { throw LakeError(.schema, "can't make a table without columns") }
        let storage = Schema(try Self.storage(logical.fields))
        // Our side is derived from the storage side, so that writer and reader never differ.
        self.init(storage: storage)
    }

    /// Our side of a schema that was read from a table.
    package init(storage: Schema) {
        self.storage = storage
        positions = storage.fields.indices.filter { storage.fields[$0].metadata[Self.partitionKey] == nil }
        logical = Schema(positions.map { Self.logical(storage.fields[$0]) })
    }

    /// The storage side of a column of our side, nil if there is none of this name.
    func stored(_ name: String) -> Field? { logical.index(of: name).map { storage.fields[positions[$0]] } }

    /// The same table with other columns on our side: those that stay keep their names on the storage side, new ones
    /// come behind them. Columns are not removed.
    ///
    /// - Throws: `LakeError` (`schema`) where two columns have the same name.
    func changing(to fields: [Field]) throws(LakeError) -> StorageSchema {
        var result = storage.fields
        var taken = storage.fields.map(\.name)
        for field in fields {
            let encoded: String
            if let name = stored(field.name)?.name {
                encoded = name
            } else {
                encoded = try ColumnNames.encoded([field.name], besides: taken)[0]
            }
            var metadata = field.metadata
            if encoded != field.name { metadata[Self.nameKey] = field.name }
            let type = try Self.storage(field.type, path: Self.typeKey, &metadata)
            let changed = Field(encoded, type, isNullable: field.isNullable, metadata: metadata)
            if let index = logical.index(of: field.name) {
                // Untouched columns stay to the letter, whatever others wrote in their metadata.
                if logical.fields[index] != field { result[positions[index]] = changed }
            } else {
                result.append(changed)
                taken.append(encoded)
            }
        }
        return StorageSchema(storage: Schema(result))
    }

    /// Some columns of our side, in another order.
    func selecting(_ names: [String]) -> StorageSchema {
        StorageSchema(storage: Schema(names.compactMap(stored)))
    }

    /// The same columns and one more on the storage side.
    func adding(_ field: Field) -> StorageSchema { StorageSchema(storage: Schema(storage.fields + [field])) }

    /// Without the columns that follow from the event time.
    var withoutPartitions: StorageSchema { StorageSchema(storage: Schema(positions.map { storage.fields[$0] })) }

    // MARK: To the storage side

    private static func storage(_ fields: [Field]) throws(LakeError) -> [Field] {
        let names = try ColumnNames.encoded(fields.map(\.name))
        var result: [Field] = []
        for (field, name) in zip(fields, names) {
            var metadata = field.metadata
            if name != field.name { metadata[nameKey] = field.name }
            let type = try storage(field.type, path: typeKey, &metadata)
            result.append(Field(name, type, isNullable: field.isNullable, metadata: metadata))
        }
        return result
    }

    private static func storage(
        _ type: LogicalType, path: String, _ notes: inout [String: String]
    ) throws(LakeError) -> LogicalType {
        switch type {
        case .uint8, .uint16, .uint32, .uint64, .uuid, .json, .interval: notes[path] = type.description
        default: break
        }
        switch type {
        case .uint8: return .int16
        case .uint16: return .int32
        case .uint32: return .int64
        case .uint64: return .decimal(precision: 20, scale: 0)
        case .uuid, .json: return .text
        case .interval: return .structure(fields: LogicalType.intervalFields)
        case .list(let element):
            let inner = try storage(element.type, path: path + ".element", &notes)
            return .list(element: Field("element", inner, isNullable: element.isNullable))
        case .map(let key, let value):
            let keyType = try storage(key.type, path: path + ".key", &notes)
            let valueType = try storage(value.type, path: path + ".value", &notes)
            return .map(
                key: Field("key", keyType, isNullable: false),
                value: Field("value", valueType, isNullable: value.isNullable))
        case .structure(let fields): return .structure(fields: try storage(fields))
        default: return type
        }
    }

    // MARK: Back to our side

    private static func logical(_ field: Field) -> Field {
        let metadata = field.metadata.filter {
            $0.key != nameKey && $0.key != typeKey && !$0.key.hasPrefix(typeKey + ".")
        }
        return Field(
            field.metadata[nameKey] ?? field.name, logical(field.type, path: typeKey, field.metadata),
            isNullable: field.isNullable, metadata: metadata)
    }

    private static func logical(_ type: LogicalType, path: String, _ notes: [String: String]) -> LogicalType {
        // A note holds only for the type that it was written for: another engine may have changed the column since.
        switch (notes[path], type) {
        case ("uint8", .int16): return .uint8
        case ("uint16", .int32): return .uint16
        case ("uint32", .int64): return .uint32
        case ("uint64", .decimal(precision: 20, scale: 0)): return .uint64
        case ("uuid", .text): return .uuid
        case ("json", .text): return .json
        case ("interval", .structure(let fields)) where fields == LogicalType.intervalFields: return .interval
        default: break
        }
        switch type {
        case .list(let element):
            return .list(
                element: Field(
                    "element", logical(element.type, path: path + ".element", notes), isNullable: element.isNullable))
        case .map(let key, let value):
            return .map(
                key: Field("key", logical(key.type, path: path + ".key", notes), isNullable: false),
                value: Field(
                    "value", logical(value.type, path: path + ".value", notes), isNullable: value.isNullable))
        case .structure(let fields): return .structure(fields: fields.map(logical))
        default: return type
        }
    }
}

/// Names of columns as Delta tables without column mapping may have them.
///
/// Delta forbids blank, comma, semicolon, braces, parentheses, newline, tab and `=`; engines on it do not tell upper
/// and lower case apart. Each forbidden character and each control character becomes `_xHH_` with its code point; of
/// names that are alike but for case, the second gets `_2`, and so on. An empty name becomes `_`.
package enum ColumnNames {
    /// The names as they are stored, in the same order; names that are allowed stay what they are.
    ///
    /// - Throws: `LakeError` (`schema`) where two names are the same.
    ///
    /// - Parameter others: names on the storage side that are taken.
    package static func encoded(_ names: [String], besides others: [String] = []) throws(LakeError) -> [String] {
        var seen: Set<[UInt8]> = []
        for name in names where !seen.insert(Array(name.utf8)).inserted {
            throw LakeError(.schema, "can't make a table with two columns named '\(name)'")
        }
        // Names that need no change come first: a name that is allowed never makes way for one that is not.
        var taken = Set(others.map { $0.lowercased() })
        var result = names.map { encoded($0) }
        let order =
            result.indices.filter { result[$0] == names[$0] } + result.indices.filter { result[$0] != names[$0] }
        for index in order {
            var name = result[index]
            var number = 2
            while !taken.insert(name.lowercased()).inserted {
                name = "\(result[index])_\(number)"
                number += 1
            }
            result[index] = name
        }
        return result
    }

    private static func encoded(_ name: String) -> String {
        guard !name.isEmpty else { return "_" }
        var result = ""
        for scalar in name.unicodeScalars {
            if scalar.value < 0x20 || scalar.value == 0x7F || " ,;{}()=".unicodeScalars.contains(scalar) {
                result += "_x\(String(scalar.value, radix: 16, uppercase: true))_"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
