package import Columnar

/// The exact smallest and largest value of a column and how many are missing.
///
/// NaN is neither smallest nor largest; a column that holds one has no bounds at all. Bounds of texts are those of
/// their bytes, and there are none where a text is longer than `byteCountMax`.
package struct ColumnStatistics: Sendable, Equatable {
    /// The longest text that is a bound, in bytes.
    static let byteCountMax = 256

    /// The smallest value, `null` where there is none or none is known.
    package internal(set) var minimum: Scalar = .null
    /// The largest value, `null` where there is none or none is known.
    package internal(set) var maximum: Scalar = .null
    /// How many values are missing.
    package internal(set) var nullCount: Int64 = 0
    /// Whether there are values that cannot be compared, so that there are no bounds.
    var isUnbounded = false

    package init() {}

    mutating func merge(_ other: ColumnStatistics) {
        nullCount += other.nullCount
        isUnbounded = isUnbounded || other.isUnbounded
        if isUnbounded {
            (minimum, maximum) = (.null, .null)
            return
        }
        if other.minimum != .null, minimum == .null || other.minimum.isBelow(minimum) { minimum = other.minimum }
        if other.maximum != .null, maximum == .null || maximum.isBelow(other.maximum) { maximum = other.maximum }
    }

    /// The statistics as they lie in the file.
    func raw(for type: LogicalType) -> RawStatistics {
        RawStatistics(
            minimum: minimum.plainBytes(for: type), maximum: maximum.plainBytes(for: type), nullCount: nullCount)
    }
}

extension Scalar {
    /// Whether a bound of the same column is below another.
    func isBelow(_ other: Scalar) -> Bool {
        switch (self, other) {
        case (.int(let a), .int(let b)), (.timestamp(let a), .timestamp(let b)): a < b
        case (.unsigned(let a), .unsigned(let b)): a < b
        case (.date(let a), .date(let b)): a < b
        case (.decimal(let a), .decimal(let b)): a.unscaled < b.unscaled
        case (.float(let a), .float(let b)): a < b
        case (.double(let a), .double(let b)): a < b
        case (.bool(let a), .bool(let b)): !a && b
        case (.text(let a), .text(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        case (.binary(let a), .binary(let b)): a.lexicographicallyPrecedes(b)
        default: false
        }
    }

    /// A bound in the PLAIN encoding, without a length.
    fileprivate func plainBytes(for type: LogicalType) -> [UInt8]? {
        func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
            (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        switch self {
        case .null, .list, .structure, .map: return nil
        case .bool(let value): return [value ? 1 : 0]
        case .int(let value):
            return type.physicalType == .int32 ? little(Int32(truncatingIfNeeded: value)) : little(value)
        case .unsigned(let value): return little(value)
        case .timestamp(let value): return little(value)
        case .date(let value): return little(value)
        case .decimal(let value):
            return type.physicalType == .int64
                ? little(Int64(truncatingIfNeeded: value.unscaled)) : little(value.unscaled).reversed()
        case .float(let value): return little(value.bitPattern)
        case .double(let value): return little(value.bitPattern)
        case .text(let value): return Array(value.utf8)
        case .binary(let value): return value
        }
    }
}
