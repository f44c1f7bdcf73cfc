package import Columnar

/// Whether the values of one type are values of another, without loss.
package enum TypeFit: Sendable, Equatable {
    /// It is the same type.
    case same
    /// All of them are.
    case always
    /// Some of them are: each has to be looked at.
    case sometimes
    /// None of them are.
    case never

    /// How values of a type fit another.
    package init(_ from: LogicalType, _ to: LogicalType) {
        if Self.isSame(from, to) {
            self = .same
        } else if let from = ExactRange(from), let to = ExactRange(to) {
            self = from.isWithin(to) ? .always : .sometimes
        } else {
            self = Self.other(from, to)
        }
    }

    private static func other(_ from: LogicalType, _ to: LogicalType) -> TypeFit {
        switch (from, to) {
        case (.float, .double): .always
        case (.double, .float): .sometimes
        case (.int8, .float), (.uint8, .float), (.int16, .float), (.uint16, .float): .always
        case (.int8, .double), (.uint8, .double), (.int16, .double), (.uint16, .double), (.int32, .double),
            (.uint32, .double):
            .always
        case (.int32, .float), (.uint32, .float), (.int64, .float), (.uint64, .float), (.int64, .double),
            (.uint64, .double):
            .sometimes
        case (.uuid, .text), (.json, .text): .always
        default: .never
        }
    }

    /// The narrowest type that holds all values of both; nil where there is none.
    package static func common(_ left: LogicalType, _ right: LogicalType) -> LogicalType? {
        switch (TypeFit(left, right), TypeFit(right, left)) {
        case (.same, _), (_, .same), (_, .always): return left
        case (.always, _): return right
        default: break
        }
        guard let a = ExactRange(left), let b = ExactRange(right) else { return nil }
        let scale = max(a.scale, b.scale)
        let precision = max(a.integerDigits, b.integerDigits) + scale
        return precision <= 38 ? .decimal(precision: precision, scale: scale) : nil
    }

    /// The same type, but for what metadata its parts have and what the parts of lists and maps are called.
    static func isSame(_ left: LogicalType, _ right: LogicalType) -> Bool {
        switch (left, right) {
        case (.list(let left), .list(let right)): isSamePart(left, right)
        case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
            isSame(leftKey.type, rightKey.type) && isSamePart(leftValue, rightValue)
        case (.structure(let left), .structure(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.name == $1.name && isSamePart($0, $1) }
        default: left == right
        }
    }

    private static func isSamePart(_ left: Field, _ right: Field) -> Bool {
        left.isNullable == right.isNullable && isSame(left.type, right.type)
    }
}

/// Integers and decimals as numbers of digits: a range of unscaled values and a scale.
struct ExactRange {
    let least: Int128
    let greatest: Int128
    let scale: Int

    init?(_ type: LogicalType) {
        func integers<Value: FixedWidthInteger>(_: Value.Type) -> (Int128, Int128, Int) {
            (Int128(Value.min), Int128(Value.max), 0)
        }
        switch type {
        case .int8: (least, greatest, scale) = integers(Int8.self)
        case .int16: (least, greatest, scale) = integers(Int16.self)
        case .int32: (least, greatest, scale) = integers(Int32.self)
        case .int64: (least, greatest, scale) = integers(Int64.self)
        case .uint8: (least, greatest, scale) = integers(UInt8.self)
        case .uint16: (least, greatest, scale) = integers(UInt16.self)
        case .uint32: (least, greatest, scale) = integers(UInt32.self)
        case .uint64: (least, greatest, scale) = integers(UInt64.self)
        case .decimal(let precision, let digits):
            greatest = Self.power(min(38, max(0, precision))) - 1
            least = -greatest
            scale = digits
        default: return nil
        }
    }

    /// 10 to the power of 0…38.
    static func power(_ exponent: Int) -> Int128 { (0..<exponent).reduce(Int128(1)) { power, _ in power * 10 } }

    /// How many digits there may be before the point.
    var integerDigits: Int { max(1, String(max(greatest, -(least + 1))).count - scale) }

    /// Whether each value is a value of another range.
    func isWithin(_ other: ExactRange) -> Bool {
        guard other.scale >= scale else { return false }
        let factor = Self.power(other.scale - scale)
        let (low, lowOverflow) = least.multipliedReportingOverflow(by: factor)
        let (high, highOverflow) = greatest.multipliedReportingOverflow(by: factor)
        return !lowOverflow && !highOverflow && other.least <= low && high <= other.greatest
    }

    /// An unscaled value of this range as one of another; nil where it is none.
    func converted(_ value: Int128, to other: ExactRange) -> Int128? {
        let result: Int128
        if other.scale >= scale {
            let (product, overflow) = value.multipliedReportingOverflow(by: Self.power(other.scale - scale))
            if overflow { return nil }
            result = product
        } else {
            let factor = Self.power(scale - other.scale)
            guard value % factor == 0 else { return nil }
            result = value / factor
        }
        return result >= other.least && result <= other.greatest ? result : nil
    }
}
