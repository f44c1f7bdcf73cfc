package import Columnar

/// The arithmetic of SQL. Results that the type cannot hold and divisions by zero are errors, never wrapped values.
package enum Arithmetic: String, Sendable, Hashable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"

    /// Computes row by row. Both operands lie in memory as `type` does; decimals of any scale are multiplied, added
    /// only at one scale.
    ///
    /// - Parameter type: the type of the result; decimals are checked against its precision.
    package func evaluate(
        _ left: Operand, _ right: Operand, type: LogicalType, rowCount: Int
    ) throws(KernelError) -> Column {
        let validity = Kernels.validity(of: [left, right], rowCount: rowCount)
        if let validity, validity.setCount == 0 { return Column.nulls(type, rowCount) }
        let values: ColumnValues
        if case .decimal(let precision, _) = type {
            values = try decimals(left, right, type, precision, validity, rowCount)
        } else if let a = left.int32, let b = right.int32 {
            values = .int32(try integers(a, b, validity, rowCount, type))
        } else if let a = left.int64, let b = right.int64 {
            values = .int64(try integers(a, b, validity, rowCount, type))
        } else if let a = left.double, let b = right.double {
            values = .double(try doubles(a, b, validity, rowCount))
        } else {
            throw .invalidArgument("\(left.type) \(rawValue) \(right.type)")
        }
        return Column(type, validity: validity, values)
    }

    private static func bounds(_ type: LogicalType) -> (Int64, Int64) {
        switch type {
        case .int8: (Int64(Int8.min), Int64(Int8.max))
        case .int16: (Int64(Int16.min), Int64(Int16.max))
        case .int32: (Int64(Int32.min), Int64(Int32.max))
        default: (Int64.min, Int64.max)
        }
    }

    /// Integers: the loop gathers whether anything failed; only then it is looked for in the rows that have values.
    @inline(__always)
    private func integers<Value: FixedWidthInteger & SignedInteger & BitwiseCopyable & Sendable>(
        _ left: Source<Value>, _ right: Source<Value>, _ validity: Bitmap?, _ rowCount: Int, _ type: LogicalType
    ) throws(KernelError) -> Buffer<Value> {
        var failed = false
        let result: Buffer<Value>
        switch self {
        case .add: result = mapped(left, right, rowCount, filler: 0) { sum($0.addingReportingOverflow($1), &failed) }
        case .subtract:
            result = mapped(left, right, rowCount, filler: 0) { sum($0.subtractingReportingOverflow($1), &failed) }
        case .multiply:
            result = mapped(left, right, rowCount, filler: 0) { sum($0.multipliedReportingOverflow(by: $1), &failed) }
        case .divide:
            result = mapped(left, right, rowCount, filler: 0) { sum($0.dividedReportingOverflow(by: $1), &failed) }
        case .remainder:
            result = mapped(left, right, rowCount, filler: 0) {
                $1 == -1 ? 0 : sum($0.remainderReportingOverflow(dividingBy: $1), &failed)
            }
        }
        let isNarrow = type == .int16 || type == .int8
        if failed || isNarrow {
            let (low, high) = Self.bounds(type)
            _ = try checked(left, right, validity, rowCount) { (a: Value, b: Value) throws(KernelError) in
                let (value, overflow): (Value, Bool)
                switch self {
                case .add: (value, overflow) = a.addingReportingOverflow(b)
                case .subtract: (value, overflow) = a.subtractingReportingOverflow(b)
                case .multiply: (value, overflow) = a.multipliedReportingOverflow(by: b)
                case .divide, .remainder:
                    if b == 0 { throw .divisionByZero }
                    (value, overflow) = self == .remainder && b == -1 ? (0, false) : a.dividedReportingOverflow(by: b)
                }
                if overflow || Int64(value) < low || Int64(value) > high { throw .overflow("\(type)") }
            }
        }
        return result
    }

    @inline(__always)
    private func sum<Value>(_ result: (partialValue: Value, overflow: Bool), _ failed: inout Bool) -> Value {
        failed = failed || result.overflow
        return result.partialValue
    }

    /// Looks at each row that has values, to find the one that fails.
    private func checked<Value>(
        _ left: Source<Value>, _ right: Source<Value>, _ validity: Bitmap?, _ rowCount: Int,
        _ body: (Value, Value) throws(KernelError) -> Void
    ) throws(KernelError) {
        for row in 0..<rowCount where validity?[row] ?? true {
            let a =
                switch left {
                case .buffer(let buffer): buffer[row]
                case .constant(let value): value
                }
            let b =
                switch right {
                case .buffer(let buffer): buffer[row]
                case .constant(let value): value
                }
            try body(a, b)
        }
    }

    /// Doubles follow PostgreSQL: an infinite result of finite operands is an overflow.
    private func doubles(
        _ left: Source<Double>, _ right: Source<Double>, _ validity: Bitmap?, _ rowCount: Int
    ) throws(KernelError) -> Buffer<Double> {
        let result: Buffer<Double>
        switch self {
        case .add: result = mapped(left, right, rowCount, filler: 0) { $0 + $1 }
        case .subtract: result = mapped(left, right, rowCount, filler: 0) { $0 - $1 }
        case .multiply: result = mapped(left, right, rowCount, filler: 0) { $0 * $1 }
        case .divide: result = mapped(left, right, rowCount, filler: 0) { $0 / $1 }
        case .remainder: result = mapped(left, right, rowCount, filler: 0) { $0.truncatingRemainder(dividingBy: $1) }
        }
        var isFinite = true
        let finished = result
        let span = finished.span
        for row in 0..<rowCount { isFinite = isFinite && span[row].isFinite }
        if !isFinite {
            var row = -1
            try checked(left, right, nil, rowCount) { (a: Double, b: Double) throws(KernelError) in
                row += 1
                guard validity?[row] ?? true else { return }
                if b == 0 && (self == .divide || self == .remainder) && !a.isNaN { throw .divisionByZero }
                if a.isFinite && b.isFinite && result[row].isInfinite { throw .overflow("double") }
            }
        }
        return result
    }

    private func decimals(
        _ left: Operand, _ right: Operand, _ type: LogicalType, _ precision: Int, _ validity: Bitmap?, _ rowCount: Int
    ) throws(KernelError) -> ColumnValues {
        if case .int64 = type.physicalType, let a = left.int64, let b = right.int64, self != .divide {
            let result = try integers(a, b, validity, rowCount, .int64)
            let limit = Int64(Decimals.power(precision))
            let span = result.span
            var largest: UInt64 = 0
            if let validity {
                for row in 0..<rowCount where validity[row] { largest = max(largest, span[row].magnitude) }
            } else {
                for row in 0..<rowCount { largest = max(largest, span[row].magnitude) }
            }
            if largest >= UInt64(limit) { throw .overflow("\(type)") }
            return .int64(result)
        }
        if self == .multiply, type.physicalType == .int128, let x = try Decimals.narrow(left),
            let y = try Decimals.narrow(right)
        {
            // Products of 64 bits fit 128, and 38 digits hold them.
            let result = mapped(x, y, rowCount, filler: Int128(0)) {
                let (high, low) = $0.multipliedFullWidth(by: $1)
                return Int128(high) &<< 64 | Int128(low)
            }
            if precision >= 38 || left.type.precision + right.type.precision <= precision { return .int128(result) }
        }
        let a = try Decimals.wide(left), b = try Decimals.wide(right)
        if self == .divide { return try Decimals.divided(a, b, left.type, right.type, type, validity, rowCount) }
        let limit = Decimals.power(precision)
        var failed = false
        let result: Buffer<Int128>
        do {
            switch self {
            case .add: result = mapped(a, b, rowCount, filler: 0) { sum($0.addingReportingOverflow($1), &failed) }
            case .subtract:
                result = mapped(a, b, rowCount, filler: 0) { sum($0.subtractingReportingOverflow($1), &failed) }
            case .multiply:
                result = mapped(a, b, rowCount, filler: 0) { sum($0.multipliedReportingOverflow(by: $1), &failed) }
            default:
                result = mapped(a, b, rowCount, filler: 0) {
                    sum($0.remainderReportingOverflow(dividingBy: $1), &failed)
                }
            }
        }
        let finished = result
        let span = finished.span
        for row in 0..<rowCount { failed = failed || span[row] >= limit || span[row] <= -limit }
        if failed {
            try checked(a, b, validity, rowCount) { (x: Int128, y: Int128) throws(KernelError) in
                let (value, overflow): (Int128, Bool)
                switch self {
                case .add: (value, overflow) = x.addingReportingOverflow(y)
                case .subtract: (value, overflow) = x.subtractingReportingOverflow(y)
                case .multiply: (value, overflow) = x.multipliedReportingOverflow(by: y)
                default:
                    if y == 0 { throw .divisionByZero }
                    (value, overflow) = x.remainderReportingOverflow(dividingBy: y)
                }
                if overflow || value >= limit || value <= -limit { throw .overflow("\(type)") }
            }
        }
        if type.physicalType == .int64 {
            return .int64(
                mapped(.buffer(result), .constant(0 as Int8), rowCount, filler: 0) { value, _ in
                    Int64(truncatingIfNeeded: value)
                })
        }
        return .int128(result)
    }
}
