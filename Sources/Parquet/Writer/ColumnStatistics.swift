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

    /// The statistics that `raw(for:)` made; nil where there are values and no bounds of them.
    init?(_ raw: RawStatistics, for type: LogicalType, valueCount: Int64) {
        guard let nullCount = raw.nullCount else { return nil }
        self.nullCount = nullCount
        if nullCount == valueCount { return }
        guard let minimum = raw.minimum.flatMap({ Scalar(plainBytes: $0, of: type) }),
            let maximum = raw.maximum.flatMap({ Scalar(plainBytes: $0, of: type) })
        else { return nil }
        (self.minimum, self.maximum) = (minimum, maximum)
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

    /// The bound that `plainBytes(for:)` wrote of a type of fixed width; nil of other types and of other widths.
    fileprivate init?(plainBytes bytes: [UInt8], of type: LogicalType) {
        let number = bits(bytes.span, at: 0, count: min(bytes.count, 8) * 8)
        let integer = bytes.count == 4 ? Int64(Int32(truncatingIfNeeded: number)) : Int64(bitPattern: number)
        switch (type.physicalType, type, bytes.count) {
        case (.bool, _, 1): self = .bool(number == 1)
        case (.int64, .uint64, 8): self = .unsigned(number)
        case (.int32, .uint8, 4), (.int32, .uint16, 4), (.int32, .uint32, 4): self = .int(Int64(number))
        case (.int32, .date, 4): self = .date(Int32(integer))
        case (.int64, .timestamp, 8): self = .timestamp(integer)
        case (.int64, .decimal(_, let scale), 8):
            self = .decimal(ExactDecimal(unscaled: Int128(integer), scale: scale))
        case (.int128, .decimal(_, let scale), 16):
            let unscaled = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
            self = .decimal(ExactDecimal(unscaled: Int128(bitPattern: unscaled), scale: scale))
        case (.int32, _, 4), (.int64, _, 8): self = .int(integer)
        case (.float, _, 4): self = .float(Float(bitPattern: UInt32(truncatingIfNeeded: number)))
        case (.double, _, 8): self = .double(Double(bitPattern: number))
        default: return nil
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
