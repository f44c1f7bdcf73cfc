package import Columnar

/// What decimals need: powers of ten, rescaling, exact division.
package enum Decimals {
    /// 10 to an exponent of 0 to 38.
    private static let powers: [Int128] = {
        var powers: [Int128] = [1]
        for _ in 1...38 { powers.append(powers[powers.count - 1] * 10) }
        return powers
    }()

    /// 10 to an exponent of 0 to 38.
    package static func power(_ exponent: Int) -> Int128 { powers[exponent] }

    /// The 128-bit integers of a decimal or integer operand.
    static func wide(_ operand: Operand) throws(KernelError) -> Source<Int128> {
        if let wide = operand.int128 { return wide }
        let column = operand.column
        let buffer: Buffer<Int128>
        switch column.values {
        case .int64(let own):
            buffer = mapped(.buffer(own), .constant(0 as Int8), own.count, filler: 0) { value, _ in Int128(value) }
        case .int32(let own):
            buffer = mapped(.buffer(own), .constant(0 as Int8), own.count, filler: 0) { value, _ in Int128(value) }
        default: throw .invalidArgument("\(column.type) is no decimal")
        }
        return operand.isConstant ? .constant(buffer[0]) : .buffer(buffer)
    }

    /// The values in 64 bits where all fit; nil where one does not.
    static func narrow(_ operand: Operand) throws(KernelError) -> Source<Int64>? {
        if let narrow = operand.int64 { return narrow }
        guard case .int128(let own) = operand.column.values else { return nil }
        let span = own.span
        var isNarrow = true
        for row in 0..<span.count { isNarrow = isNarrow && Int128(Int64(truncatingIfNeeded: span[row])) == span[row] }
        if !isNarrow { return nil }
        let buffer = mapped(.buffer(own), .constant(0 as Int8), own.count, filler: Int64(0)) { value, _ in
            Int64(truncatingIfNeeded: value)
        }
        return operand.isConstant ? .constant(buffer[0]) : .buffer(buffer)
    }

    /// A value at another scale, rounded half away from zero as PostgreSQL does; nil where it overflows 38 digits.
    package static func rescaled(_ value: Int128, from: Int, to: Int) -> Int128? {
        if to >= from {
            guard to - from <= 38 else { return value == 0 ? 0 : nil }
            let (result, overflow) = value.multipliedReportingOverflow(by: power(to - from))
            return overflow || result.magnitude >= power(38).magnitude ? nil : result
        }
        guard from - to <= 38 else { return 0 }
        return dividedRounding(value, power(from - to))
    }

    /// A quotient rounded half away from zero.
    package static func dividedRounding(_ value: Int128, _ divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        let twice = remainder.magnitude.addingReportingOverflow(remainder.magnitude)
        if twice.overflow || twice.partialValue >= divisor.magnitude {
            return (value < 0) != (divisor < 0) ? quotient - 1 : quotient + 1
        }
        return quotient
    }

    /// `a × 10^shift ÷ b`, rounded half away from zero; nil where it has more than 38 digits.
    package static func quotient(_ a: Int128, _ b: Int128, shift: Int) -> Int128? {
        if shift >= 0, shift <= 38 {
            let (scaled, overflow) = a.multipliedReportingOverflow(by: power(shift))
            if !overflow { return dividedRounding(scaled, b) }
            let product = a.magnitude.multipliedFullWidth(by: power(shift).magnitude)
            guard product.high < b.magnitude else { return nil }
            let (quotient, remainder) = b.magnitude.dividingFullWidth(product)
            let roundsUp = remainder >= b.magnitude - remainder
            let magnitude = quotient.addingReportingOverflow(roundsUp ? 1 : 0)
            guard !magnitude.overflow, magnitude.partialValue < power(38).magnitude else { return nil }
            let value = Int128(magnitude.partialValue)
            return (a < 0) != (b < 0) ? -value : value
        }
        guard shift < 0, shift >= -38 else { return nil }
        let (scaled, overflow) = b.multipliedReportingOverflow(by: power(-shift))
        return overflow ? 0 : dividedRounding(a, scaled)
    }

    static func divided(
        _ left: Source<Int128>, _ right: Source<Int128>, _ leftType: LogicalType, _ rightType: LogicalType,
        _ type: LogicalType, _ validity: Bitmap?, _ rowCount: Int
    ) throws(KernelError) -> ColumnValues {
        let shift = type.scale - leftType.scale + rightType.scale
        var values = [Int128](repeating: 0, count: rowCount)
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
            if b == 0 { throw .divisionByZero }
            guard let value = quotient(a, b, shift: shift), value.magnitude < power(type.precision).magnitude else {
                throw .overflow("\(type)")
            }
            values[row] = value
        }
        if type.physicalType == .int64 { return .int64(Buffer(values.map { Int64(truncatingIfNeeded: $0) })) }
        return .int128(Buffer(values))
    }
}

extension LogicalType {
    /// The digits behind the point of a decimal; 0 of other types.
    package var scale: Int {
        if case .decimal(_, let scale) = self { scale } else { 0 }
    }

    /// The digits that a decimal has at most; those of integers' largest values.
    package var precision: Int {
        switch self {
        case .decimal(let precision, _): precision
        case .int8: 3
        case .int16: 5
        case .int32: 10
        default: 19
        }
    }
}
