internal import Columnar

extension CopyDecoder {
    /// Exact or a fault: no binary floating point, no rounding.
    mutating func decodeNumeric(
        _ positions: Span<UInt32>, _ bytes: RawSpan, precision: Int, scale: Int
    ) throws(PostgresError) -> Column {
        let type = LogicalType.decimal(precision: precision, scale: scale)
        let shape = DecimalShape(precision: precision, scale: scale)
        if precision < 19 {
            let decoded = try decodeNumeric(positions, bytes, shape, Int64(0)) { Int64(truncatingIfNeeded: $0) }
            return Column(type, validity: decoded.validity, .int64(Buffer(decoded.values)))
        }
        let decoded = try decodeNumeric(positions, bytes, shape, Int128(0)) { $0 }
        return Column(type, validity: decoded.validity, .int128(Buffer(decoded.values)))
    }

    @inline(__always)
    private mutating func decodeNumeric<Value: BitwiseCopyable & Sendable>(
        _ positions: Span<UInt32>, _ bytes: RawSpan, _ shape: DecimalShape, _ filler: Value,
        _ narrow: (Int128) -> Value
    ) throws(PostgresError) -> FixedColumn<Value> {
        var values = Array(repeating: filler, count: positions.count)
        var validity = ValidityWords(count: positions.count)
        var target = values.mutableSpan
        for row in positions.indices {
            let position = Int(positions[row])
            let length = Int(Int32(bitPattern: bytes.word(at: position)))
            guard length != -1 else {
                validity.setNull(row)
                continue
            }
            switch try readNumeric(bytes, position + 4, length, shape) {
            case .value(let value): target[row] = narrow(value)
            case .fault(let fault):
                validity.setNull(row)
                faults.append((row, fault))
            }
        }
        return FixedColumn(values: values, validity: validity.finish())
    }

    @inline(__always)
    private func readNumeric(
        _ bytes: borrowing RawSpan, _ position: Int, _ length: Int, _ shape: DecimalShape
    ) throws(PostgresError) -> NumericReading {
        guard length >= 8 else { throw malformed("a numeric has \(length) bytes") }
        let digitCount = Int(bytes.short(at: position))
        let weight = Int(bytes.short(at: position + 2))
        let sign = UInt16(bitPattern: bytes.short(at: position + 4))
        guard digitCount >= 0, length == 8 + 2 * digitCount else {
            throw malformed("a numeric of \(digitCount) digits has \(length) bytes")
        }
        switch sign {
        case 0x0000, 0x4000: break
        case 0xC000: return .fault(.notANumber)
        case 0xD000, 0xF000: return .fault(.infiniteNumber)
        default: throw malformed("a numeric has an unknown sign")
        }
        let magnitude: UInt128
        if let small = shortMagnitude(bytes, position + 8, digitCount, weight, shape) {
            magnitude = UInt128(small)
        } else {
            switch try longMagnitude(bytes, position + 8, digitCount, weight, shape) {
            case .value(let value): magnitude = UInt128(bitPattern: value)
            case .fault(let fault): return .fault(fault)
            }
        }
        return .value(sign == 0 ? Int128(bitPattern: magnitude) : -Int128(bitPattern: magnitude))
    }

    /// At most four digits of base 10,000 with nothing to cut off and nothing to overflow: nearly every amount.
    /// Nil where the general way must decide.
    @inline(__always)
    private func shortMagnitude(
        _ bytes: borrowing RawSpan, _ position: Int, _ digitCount: Int, _ weight: Int, _ shape: DecimalShape
    ) -> UInt64? {
        guard digitCount <= 4 else { return nil }
        var value: UInt64 = 0
        for index in 0..<digitCount {
            let digit = UInt64(UInt16(bitPattern: bytes.short(at: position &+ 2 &* index)))
            guard digit < 10_000 else { return nil }
            value = value &* 10_000 &+ digit
        }
        let exponent = 4 * (weight - digitCount + 1) + shape.scale
        if exponent >= 0 {
            guard exponent <= 3 || value == 0 else { return nil }
            value &*= value == 0 ? 1 : DecimalShape.smallPowers[exponent]
        } else {
            guard exponent >= -4 else { return nil }
            let (quotient, rest) = value.quotientAndRemainder(dividingBy: DecimalShape.smallPowers[-exponent])
            guard rest == 0 else { return nil }
            value = quotient
        }
        return UInt128(value) < shape.limit ? value : nil
    }

    /// Any number of digits: each is added at its place, and what falls behind the scale must be zero.
    private func longMagnitude(
        _ bytes: borrowing RawSpan, _ position: Int, _ digitCount: Int, _ weight: Int, _ shape: DecimalShape
    ) throws(PostgresError) -> NumericReading {
        var value: UInt128 = 0
        var isTooFine = false
        /// The power of ten that `value` still lacks.
        var missing = 0
        for index in 0..<digitCount {
            let digit = Int(bytes.short(at: position + 2 * index))
            guard (0..<10_000).contains(digit) else { throw malformed("a numeric has the digit \(digit)") }
            let exponent = 4 * (weight - index) + shape.scale
            if exponent >= 0 {
                missing = exponent
                guard let next = adding(digit, to: value, shifted: 4) else { return .fault(shape.tooLarge) }
                value = next
            } else if exponent > -4 {
                missing = 0
                let cut = Int(DecimalShape.smallPowers[-exponent])
                if digit % cut != 0 { isTooFine = true }
                guard let next = adding(digit / cut, to: value, shifted: 4 + exponent) else {
                    return .fault(shape.tooLarge)
                }
                value = next
            } else if digit != 0 {
                isTooFine = true
            }
        }
        if value != 0 {
            guard missing <= 38 else { return .fault(shape.tooLarge) }
            let (product, isOverflow) = value.multipliedReportingOverflow(by: DecimalShape.power(missing))
            guard !isOverflow else { return .fault(shape.tooLarge) }
            value = product
        }
        if isTooFine { return .fault(shape.tooFine) }
        guard value < shape.limit else { return .fault(shape.tooLarge) }
        return .value(Int128(bitPattern: value))
    }

    private func adding(_ digit: Int, to value: UInt128, shifted exponent: Int) -> UInt128? {
        let (product, isOverflow) = value.multipliedReportingOverflow(
            by: UInt128(DecimalShape.smallPowers[exponent]))
        let (sum, isTooMuch) = product.addingReportingOverflow(UInt128(digit))
        return isOverflow || isTooMuch ? nil : sum
    }
}

/// A numeric that was read, or why it could not be.
private enum NumericReading {
    case value(Int128)
    case fault(ValueFault)
}

/// What a decimal column holds.
private struct DecimalShape {
    let precision: Int
    let scale: Int
    /// The least unscaled number that has too many digits.
    let limit: UInt128

    init(precision: Int, scale: Int) {
        self.precision = precision
        self.scale = scale
        limit = Self.power(precision)
    }

    var tooLarge: ValueFault { .tooLarge(precision: precision, scale: scale) }
    var tooFine: ValueFault { .tooFine(precision: precision, scale: scale) }

    /// 10 to the power of 0 to 4.
    static let smallPowers: [UInt64] = [1, 10, 100, 1_000, 10_000]

    /// 10 to the power of at most 38.
    static func power(_ exponent: Int) -> UInt128 {
        (0..<exponent).reduce(into: UInt128(1)) { power, _ in power *= 10 }
    }
}
