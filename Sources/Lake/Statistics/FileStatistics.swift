internal import CivilTime
package import Columnar
internal import Parquet

/// The statistics of a data file, as `add.stats` has them: the number of rows, and for each column the least and the
/// greatest value and the number of missing ones.
///
/// (1) A bound is given only where it is one for every reader: no bound where there is a NaN or an infinity, where a
///     date or instant lies outside of the years 1 to 9999, and none for truth values, binary, lists and maps.
/// (2) Texts are cut to 32 bytes: the least at a character, which is a bound as it is; the greatest is raised, by its
///     last character's successor, to something that is greater than all that begins as it does.
/// (3) `nullCount` counts a part of a missing structure as missing.
package struct FileStatistics: Sendable {
    /// The number of rows.
    package private(set) var rowCount: Int64 = 0
    private let fields: [Field]
    private var columns: [ColumnStatistics]

    /// How many bytes of a text are kept.
    package static let textBytesMax = 32

    /// - Parameter schema: the storage side of the table's schema.
    package init(schema: Schema) {
        fields = schema.fields
        columns = schema.fields.map { ColumnStatistics($0.type) }
    }

    /// Takes in a batch on the storage side.
    /// - Complexity: each value of fixed width once; of dictionary columns each entry once.
    package mutating func add(_ batch: ColumnBatch) {
        precondition(batch.columns.count == columns.count)
        rowCount += Int64(batch.rowCount)
        for index in columns.indices {
            columns[index].add(batch.columns[index], validity: batch.columns[index].validity)
        }
    }

    /// The statistics as JSON.
    package var json: JSONValue {
        var (least, greatest, missing): ([String: JSONValue], [String: JSONValue], [String: JSONValue]) = (
            [:], [:], [:]
        )
        for (field, column) in zip(fields, columns) {
            let part = column.json(field.type)
            least[field.name] = part.least
            greatest[field.name] = part.greatest
            missing[field.name] = part.nullCount
        }
        return .object([
            "numRecords": .integer(rowCount), "minValues": .object(least), "maxValues": .object(greatest),
            "nullCount": .object(missing),
        ])
    }
}

/// The statistics of one column: a tree, as structures nest.
struct ColumnStatistics: Sendable {
    private var nullCount: Int64 = 0
    private var bounds: ColumnBounds
    private var parts: [ColumnStatistics] = []

    init(_ type: LogicalType) {
        bounds = ColumnBounds(type)
        if case .structure(let fields) = type { parts = fields.map { ColumnStatistics($0.type) } }
    }

    /// The statistics that a file of ours notes of a column; nil where it notes less than the log says.
    init?(notedOf column: CopiedColumn, _ type: LogicalType) {
        guard let noted = column.statistics(type),
            let bounds = ColumnBounds(type, least: noted.minimum, greatest: noted.maximum)
        else { return nil }
        nullCount = noted.nullCount
        self.bounds = bounds
    }

    /// The statistics of a whole column.
    init(of column: Column, _ type: LogicalType) {
        self.init(type)
        add(column, validity: column.validity)
    }

    /// - Parameter validity: the column's own, narrowed to where the structure around it is there.
    mutating func add(_ column: Column, validity: Bitmap?) {
        nullCount += validity.map { Int64($0.count - $0.setCount) } ?? 0
        if case .structure(let columns, _) = column.values {
            for (index, part) in columns.enumerated() where index < parts.count {
                parts[index].add(part, validity: Self.both(validity, part.validity))
            }
        } else {
            bounds.add(column.values, validity: validity)
        }
    }

    /// Takes in other rows of the same column.
    mutating func merge(_ other: ColumnStatistics) {
        nullCount += other.nullCount
        bounds.merge(other.bounds)
        for index in parts.indices { parts[index].merge(other.parts[index]) }
    }

    private static func both(_ left: Bitmap?, _ right: Bitmap?) -> Bitmap? {
        guard let left, let right else { return left ?? right }
        return Bitmap(words: zip(left.words, right.words).map { $0 & $1 }, count: left.count)
    }

    func json(_ type: LogicalType) -> (least: JSONValue?, greatest: JSONValue?, nullCount: JSONValue) {
        guard case .structure(let fields) = type else {
            let ends = bounds.json(type)
            return (ends?.least, ends?.greatest, .integer(nullCount))
        }
        var (least, greatest, missing): ([String: JSONValue], [String: JSONValue], [String: JSONValue]) = (
            [:], [:], [:]
        )
        for (field, part) in zip(fields, parts) {
            let json = part.json(field.type)
            least[field.name] = json.least
            greatest[field.name] = json.greatest
            missing[field.name] = json.nullCount
        }
        return (
            least.isEmpty ? nil : .object(least), greatest.isEmpty ? nil : .object(greatest), .object(missing)
        )
    }
}
