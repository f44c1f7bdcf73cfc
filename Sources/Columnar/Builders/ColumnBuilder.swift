/// Gathers a column of any type from boxed values: for edges, aggregates and tests.
///
/// Sources with many rows (COPY, Parquet) fill the typed builders themselves.
package struct ColumnBuilder: Sendable {
    /// The field that is filled.
    package let field: Field
    private var scalars: [Scalar] = []

    package init(_ field: Field) { self.field = field }

    /// The number of rows so far.
    package var rowCount: Int { scalars.count }

    /// Adds a value.
    /// - Throws: `ColumnarError` where it is not of the field's type, does not fit it, or is missing and may not be.
    package mutating func append(_ value: Scalar) throws(ColumnarError) {
        if value == .null && !field.isNullable { throw .missingValue(column: field.name) }
        guard value == .null || Self.fits(value, field.type) else {
            throw .typeMismatch(column: field.name, expected: field.type.description, found: "\(value.kind)")
        }
        scalars.append(value)
    }

    /// The column; the builder is empty afterwards.
    package mutating func finish() throws(ColumnarError) -> Column {
        defer { scalars = [] }
        return try Self.column(scalars, field)
    }

    private static func column(_ scalars: [Scalar], _ field: Field) throws(ColumnarError) -> Column {
        var bits = BitmapBuilder()
        for scalar in scalars { bits.append(scalar != .null) }
        let validity = bits.finishValidity()
        switch field.type.physicalType {
        case .bool: return Column(field.type, validity: validity, .bool(Bitmap(scalars.map { $0 == .bool(true) })))
        case .int32:
            let values = scalars.map { Int32(truncatingIfNeeded: $0.integerBits) }
            return Column(field.type, validity: validity, .int32(Buffer(values)))
        case .int64: return Column(field.type, validity: validity, .int64(Buffer(scalars.map(\.integerBits))))
        case .int128: return Column(field.type, validity: validity, .int128(Buffer(scalars.map(\.unscaled))))
        case .float: return Column(field.type, validity: validity, .float(Buffer(scalars.map(\.single))))
        case .double: return Column(field.type, validity: validity, .double(Buffer(scalars.map(\.number))))
        case .bytes:
            var builder = BytesBuilder()
            for scalar in scalars {
                guard builder.append(scalar.bytes.span) else { throw .tooLarge(column: field.name) }
            }
            return Column(field.type, validity: validity, .bytes(builder.finish().values))
        case .list, .map, .structure: return try nested(scalars, field, validity)
        }
    }

    private static func nested(
        _ scalars: [Scalar], _ field: Field, _ validity: Bitmap?
    ) throws(ColumnarError) -> Column {
        switch field.type {
        case .list(let element):
            let lists = scalars.map(\.elements)
            let elements = try column(lists.flatMap { $0 }, element)
            return Column(
                field.type, validity: validity,
                .list(offsets: try offsets(of: lists.map(\.count), field), elements: elements))
        case .map(let key, let value):
            let maps = scalars.map(\.entries)
            let entries = maps.flatMap { $0 }
            return Column(
                field.type, validity: validity,
                .map(
                    offsets: try offsets(of: maps.map(\.count), field), keys: try column(entries.map(\.key), key),
                    values: try column(entries.map(\.value), value)))
        case .structure(let fields): return try structure(scalars, fields, field, validity)
        case .interval: return try structure(scalars, LogicalType.intervalFields, field, validity)
        default: throw .typeMismatch(column: field.name, expected: "a nested type", found: field.type.description)
        }
    }

    private static func structure(
        _ scalars: [Scalar], _ fields: [Field], _ field: Field, _ validity: Bitmap?
    ) throws(ColumnarError) -> Column {
        var columns: [Column] = []
        for (index, part) in fields.enumerated() {
            columns.append(try column(scalars.map { $0.parts.map { $0[index] } ?? .null }, part))
        }
        return Column(field.type, validity: validity, .structure(columns, rowCount: scalars.count))
    }

    private static func offsets(of counts: [Int], _ field: Field) throws(ColumnarError) -> Buffer<Int32> {
        var offsets: [Int32] = [0]
        var total = 0
        for count in counts {
            total += count
            guard let offset = Int32(exactly: total) else { throw .tooLarge(column: field.name) }
            offsets.append(offset)
        }
        return Buffer(offsets)
    }

    /// Whether a value can be held by a type without loss.
    private static func fits(_ value: Scalar, _ type: LogicalType) -> Bool {
        switch (value, type) {
        case (.bool, .bool), (.float, .float), (.double, .double), (.date, .date), (.timestamp, .timestamp): true
        case (.text, .text), (.text, .uuid), (.text, .json), (.binary, .binary): true
        case (.int(let value), .int8): Int8(exactly: value) != nil
        case (.int(let value), .int16): Int16(exactly: value) != nil
        case (.int(let value), .int32): Int32(exactly: value) != nil
        case (.int, .int64): true
        case (.int(let value), .uint8): UInt8(exactly: value) != nil
        case (.int(let value), .uint16): UInt16(exactly: value) != nil
        case (.int(let value), .uint32): UInt32(exactly: value) != nil
        case (.int(let value), .uint64): value >= 0
        case (.unsigned, .uint64): true
        case (.decimal(let value), .decimal(let precision, let scale)):
            value.scale == scale && String(value.unscaled.magnitude).count <= precision
        case (.list(let values), .list(let element)): values.allSatisfy { fits($0, element) }
        case (.structure(let values), .structure(let fields)): fits(values, fields)
        case (.structure(let values), .interval): fits(values, LogicalType.intervalFields)
        case (.map(let entries), .map(let key, let value)):
            entries.allSatisfy { fits($0.key, key) && fits($0.value, value) }
        default: false
        }
    }

    private static func fits(_ value: Scalar, _ field: Field) -> Bool {
        value == .null ? field.isNullable : fits(value, field.type)
    }

    private static func fits(_ values: [Scalar], _ fields: [Field]) -> Bool {
        values.count == fields.count && zip(values, fields).allSatisfy { fits($0, $1) }
    }
}

extension Scalar {
    /// What kind of value it is, without the value: safe to show.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .int, .unsigned: "an integer"
        case .decimal(let value): "a decimal of scale \(value.scale)"
        case .float, .double: "a floating-point number"
        case .date: "a date"
        case .timestamp: "a timestamp"
        case .text: "a text"
        case .binary: "binary"
        case .list: "a list"
        case .structure: "a structure"
        case .map: "a map"
        }
    }

    fileprivate var integerBits: Int64 {
        switch self {
        case .int(let value), .timestamp(let value): value
        case .unsigned(let value): Int64(bitPattern: value)
        case .date(let value): Int64(value)
        case .decimal(let value): Int64(truncatingIfNeeded: value.unscaled)
        default: 0
        }
    }

    fileprivate var unscaled: Int128 {
        if case .decimal(let value) = self { value.unscaled } else { 0 }
    }

    fileprivate var number: Double {
        if case .double(let value) = self { value } else { 0 }
    }

    fileprivate var single: Float {
        if case .float(let value) = self { value } else { 0 }
    }

    fileprivate var bytes: [UInt8] {
        switch self {
        case .text(let value): Array(value.utf8)
        case .binary(let value): value
        default: []
        }
    }

    fileprivate var elements: [Scalar] {
        if case .list(let values) = self { values } else { [] }
    }

    fileprivate var entries: [Entry] {
        if case .map(let values) = self { values } else { [] }
    }

    fileprivate var parts: [Scalar]? {
        if case .structure(let values) = self { values } else { nil }
    }
}
