internal import Columnar

/// A literal among the values of a column, as a key whose order is that of the values.
///
/// Values of fixed width have numbers as keys: integers, days, microseconds and unscaled decimals themselves, false and
/// true 0 and 1, floating-point numbers `floatingKey`. Texts and binary values have their bytes.
enum LiteralKey: Equatable {
    /// Equal to the values of this key.
    case number(Int128)
    /// Above this key and below the next: equal to no value.
    case gap(above: Int128)
    /// Below or above every value.
    case belowAll, aboveAll
    case bytes([UInt8])
    /// The literal is `null`.
    case missing

    /// - Throws: `ParquetError.mismatch` where literals of its kind can't be compared with the column's values.
    init(_ literal: Scalar, for column: BoundColumn) throws(ParquetError) {
        guard literal != .null else {
            self = .missing
            return
        }
        let key: LiteralKey? =
            switch column.type {
            case .bool: if case .bool(let value) = literal { .number(value ? 1 : 0) } else { nil }
            case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: Self.exact(literal, scale: 0)
            case .decimal(_, let scale): Self.exact(literal, scale: scale)
            case .float, .double: Self.floating(literal).map { .number(floatingKey($0)) }
            case .date: Self.instant(literal).map { Self.quotient($0, Self.microsecondsPerDay) }
            case .timestamp: Self.instant(literal).map { .number($0) }
            case .text, .json: if case .text(let value) = literal { .bytes(Array(value.utf8)) } else { nil }
            case .uuid: if case .text(let value) = literal { .bytes(Array(value.lowercased().utf8)) } else { nil }
            case .binary:
                switch literal {
                case .binary(let value): .bytes(value)
                case .text(let value): .bytes(Array(value.utf8))
                default: nil
                }
            case .interval, .list, .structure, .map: nil
            }
        guard let key else {
            throw ParquetError(
                .mismatch, "a column of type \(column.type) can't be compared with \(literal.kind)",
                column: column.name)
        }
        self = key
    }

    private static let microsecondsPerDay: Int128 = 86_400_000_000

    /// A number in units of 10^−scale.
    private static func exact(_ literal: Scalar, scale: Int) -> LiteralKey? {
        switch literal {
        case .int(let value): return rescaled(Int128(value), by: scale)
        case .unsigned(let value): return rescaled(Int128(value), by: scale)
        case .decimal(let value): return rescaled(value.unscaled, by: scale - value.scale)
        case .float(let value): return exact(Double(value), value.description, scale)
        case .double(let value): return exact(value, value.description, scale)
        default: return nil
        }
    }

    /// A floating-point number by its shortest digits: what was written, not the nearest binary fraction.
    private static func exact(_ value: Double, _ digits: String, _ scale: Int) -> LiteralKey? {
        guard value.isFinite else { return value < 0 ? .belowAll : .aboveAll }
        let parts = digits.split(separator: "e")
        guard let mantissa = ExactDecimal(parts[0]), let exponent = parts.count > 1 ? Int(parts[1]) : 0 else {
            return nil
        }
        return rescaled(mantissa.unscaled, by: scale - mantissa.scale + exponent)
    }

    /// `value` × 10^`exponent`.
    private static func rescaled(_ value: Int128, by exponent: Int) -> LiteralKey {
        if value == 0 { return .number(0) }
        if exponent < -38 { return .gap(above: value < 0 ? -1 : 0) }
        var factor: Int128 = 1
        for _ in 0..<min(exponent.magnitude, 38) { factor *= 10 }
        if exponent < 0 { return quotient(value, factor) }
        let (product, overflow) = value.multipliedReportingOverflow(by: factor)
        if overflow || exponent > 38 { return value < 0 ? .belowAll : .aboveAll }
        return .number(product)
    }

    private static func quotient(_ value: Int128, _ divisor: Int128) -> LiteralKey {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        if remainder == 0 { return .number(quotient) }
        return .gap(above: remainder < 0 ? quotient - 1 : quotient)
    }

    private static func floating(_ literal: Scalar) -> Double? {
        switch literal {
        case .int(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .decimal(let value): Double(value.description)
        case .float(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// Microseconds since 1970; a day begins at its midnight in UTC.
    private static func instant(_ literal: Scalar) -> Int128? {
        switch literal {
        case .date(let days): Int128(days) * microsecondsPerDay
        case .timestamp(let microseconds): Int128(microseconds)
        default: nil
        }
    }
}

/// The key of a floating-point number: in the order of values, both zeros alike, every NaN alike and above infinity.
@inline(__always)
func floatingKey(_ value: Double) -> Int128 { Int128(floatingOrder(value)) }

/// The same in 64 bits.
@inline(__always)
func floatingOrder(_ value: Double) -> Int64 {
    if value.isNaN { return .max }
    let bits = Int64(bitPattern: (value + 0.0).bitPattern)
    return bits ^ ((bits >> 63) & .max)
}

/// Some keys of a column.
enum KeySet: Equatable {
    case none
    case all
    /// From the first to the last, both included.
    case numbers(ClosedRange<Int128>)
    case numberSet(Set<Int128>)
    /// From the first on, and before the second where there is one. Never empty.
    case bytes(from: [UInt8], before: [UInt8]?)
    case bytesSet(Set<[UInt8]>)

    /// The keys that compare so with a literal that is not missing; `notEqual` gives those that are equal.
    init(_ comparison: ScanPredicate.Comparison, _ literal: LiteralKey) {
        switch literal {
        case .missing: self = .none
        case .bytes(let bytes): self = Self.bytes(comparison, bytes)
        case .number(let key):
            switch comparison {
            case .equal, .notEqual: self = .numbers(key...key)
            case .less: self = key == .min ? .none : .numbers(.min...key - 1)
            case .lessOrEqual: self = .numbers(.min...key)
            case .greater: self = key == .max ? .none : .numbers(key + 1 ... .max)
            case .greaterOrEqual: self = .numbers(key ... .max)
            }
        case .gap(let key):
            switch comparison {
            case .equal, .notEqual: self = .none
            case .less, .lessOrEqual: self = .numbers(.min...key)
            case .greater, .greaterOrEqual: self = key == .max ? .none : .numbers(key + 1 ... .max)
            }
        case .aboveAll: self = comparison == .less || comparison == .lessOrEqual ? .all : .none
        case .belowAll: self = comparison == .greater || comparison == .greaterOrEqual ? .all : .none
        }
    }

    /// Whether the keys are single ones.
    var isFew: Bool {
        switch self {
        case .numbers(let range): range.lowerBound == range.upperBound
        case .bytes(let from, let before): before == from + [0]
        case .numberSet, .bytesSet: true
        case .none, .all: false
        }
    }

    private static func bytes(_ comparison: ScanPredicate.Comparison, _ bytes: [UInt8]) -> KeySet {
        // Between a value and the same with a zero byte behind it there is no other.
        switch comparison {
        case .equal, .notEqual: .bytes(from: bytes, before: bytes + [0])
        case .less: bytes.isEmpty ? .none : .bytes(from: [], before: bytes)
        case .lessOrEqual: .bytes(from: [], before: bytes + [0])
        case .greater: .bytes(from: bytes + [0], before: nil)
        case .greaterOrEqual: .bytes(from: bytes, before: nil)
        }
    }

    /// The keys of some literals; those that equal no value and `null` are left out.
    init(among literals: [LiteralKey]) {
        var numbers: Set<Int128> = []
        var texts: Set<[UInt8]> = []
        for literal in literals {
            switch literal {
            case .number(let key): numbers.insert(key)
            case .bytes(let bytes): texts.insert(bytes)
            case .gap, .aboveAll, .belowAll, .missing: break
            }
        }
        self = !texts.isEmpty ? .bytesSet(texts) : numbers.isEmpty ? .none : .numberSet(numbers)
    }
}

extension Array where Element == UInt8 {
    /// Whether it comes before another in the order of bytes.
    func precedes(_ other: [UInt8]) -> Bool { lexicographicallyPrecedes(other) }
}
