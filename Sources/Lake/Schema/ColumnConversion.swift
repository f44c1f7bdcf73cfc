package import Columnar

/// How the parts of two structures are paired.
package enum PartMatching: Sendable {
    /// By place: between our side and the storage side, which differ in names only.
    case position
    /// By name: between a file and the table.
    case name
}

extension Column {
    /// The column as another type that holds the same values: between our side and the storage side, and from files
    /// that other engines wrote with narrower integers or other names of list parts.
    ///
    /// No copy where the layout stays. Parts of structures that a file does not have are missing values.
    ///
    /// - Throws: `LakeError` (`schema`) where the types do not go together, or a value does not fit.
    package func converted(
        to type: LogicalType, column name: String, _ matching: PartMatching
    ) throws(LakeError) -> Column {
        if self.type == type { return self }
        func mismatch() -> LakeError {
            LakeError(.schema, "column '\(name)' is \(self.type) where the table says \(type)")
        }
        switch (values, type) {
        case (.int32(let buffer), .int64):
            guard self.type != .date else { throw mismatch() }
            let isUnsigned = self.type == .uint32
            let wide = buffer.array.map { isUnsigned ? Int64(UInt32(bitPattern: $0)) : Int64($0) }
            return Column(type, validity: validity, .int64(Buffer(wide)))
        case (.int64(let buffer), .uint32):
            return Column(type, validity: validity, .int32(Buffer(try narrowed(buffer, name))))
        case (.int64(let buffer), .decimal(precision: 20, scale: 0)) where self.type == .uint64:
            let wide = buffer.array.map { Int128(UInt64(bitPattern: $0)) }
            return Column(type, validity: validity, .int128(Buffer(wide)))
        case (.int128(let buffer), .uint64):
            return Column(type, validity: validity, .int64(Buffer(try narrowed(buffer, name))))
        case (.list(let offsets, let elements), .list(let element)):
            let inner = try elements.converted(to: element.type, column: name, matching)
            return Column(type, validity: validity, .list(offsets: offsets, elements: inner))
        case (.map(let offsets, let keys, let values), .map(let key, let value)):
            return Column(
                type, validity: validity,
                .map(
                    offsets: offsets, keys: try keys.converted(to: key.type, column: name, matching),
                    values: try values.converted(to: value.type, column: name, matching)))
        case (.structure(let parts, let rowCount), .structure(let fields)):
            return try structure(parts, rowCount, to: type, fields, name, matching)
        case (.structure(let parts, let rowCount), .interval):
            return try structure(parts, rowCount, to: type, LogicalType.intervalFields, name, .name)
        default:
            if Self.holdsSameValues(self.type, type) { return Column(type, validity: validity, values) }
            // A file that is older than a wider type of its table.
            guard TypeFit(self.type, type) == .always else { throw mismatch() }
            return fitted(to: type).column
        }
    }

    /// Whether one type's values, as they lie in memory, are values of the other too.
    private static func holdsSameValues(_ from: LogicalType, _ to: LogicalType) -> Bool {
        switch (from, to) {
        case (.uint8, .int16), (.uint16, .int32), (.int16, .uint8), (.int32, .uint16): true
        case (.int8, .int16), (.int8, .int32), (.int16, .int32): true
        case (.uuid, .text), (.json, .text), (.text, .uuid), (.text, .json): true
        case (.decimal(let p, let s), .decimal(let precision, let scale)):
            s == scale && p <= precision && from.physicalType == to.physicalType
        default: false
        }
    }

    private func structure(
        _ parts: [Column], _ rowCount: Int, to type: LogicalType, _ fields: [Field], _ name: String,
        _ matching: PartMatching
    ) throws(LakeError) -> Column {
        let own: [Field] =
            switch self.type {
            case .structure(let fields): fields
            default: LogicalType.intervalFields
            }
        var columns: [Column] = []
        for (position, field) in fields.enumerated() {
            let index = matching == .position ? position : own.firstIndex { $0.name == field.name }
            if let index, index < parts.count {
                columns.append(try parts[index].converted(to: field.type, column: "\(name).\(field.name)", matching))
            } else {
                guard field.isNullable else {
                    throw LakeError(.schema, "column '\(name)' has no part '\(field.name)'")
                }
                columns.append(try Column.missing(field.type, rowCount: rowCount))
            }
        }
        return Column(type, validity: validity, .structure(columns, rowCount: rowCount))
    }

    /// A column of missing values.
    package static func missing(_ type: LogicalType, rowCount: Int) throws(LakeError) -> Column {
        try constant(.null, type, rowCount: rowCount)
    }

    private func narrowed(_ buffer: Buffer<Int64>, _ name: String) throws(LakeError) -> [Int32] {
        var result: [Int32] = []
        result.reserveCapacity(buffer.count)
        let values = buffer.span
        for row in values.indices {
            guard let value = UInt32(exactly: isValid(row) ? values[row] : 0) else {
                throw LakeError(.damaged, "column '\(name)' has a value that is no uint32")
            }
            result.append(Int32(bitPattern: value))
        }
        return result
    }

    private func narrowed(_ buffer: Buffer<Int128>, _ name: String) throws(LakeError) -> [Int64] {
        var result: [Int64] = []
        result.reserveCapacity(buffer.count)
        let values = buffer.span
        for row in values.indices {
            guard let value = UInt64(exactly: isValid(row) ? values[row] : 0) else {
                throw LakeError(.damaged, "column '\(name)' has a value that is no uint64")
            }
            result.append(Int64(bitPattern: value))
        }
        return result
    }
}
