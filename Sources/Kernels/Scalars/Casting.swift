package import CivilTime
package import Columnar

/// Conversions between types, as PostgreSQL makes them; what does not fit is an error, or NULL where asked for.
package struct Casting: Sendable {
    /// The zone in which instants become dates and local times.
    package let zone: Zone
    /// Whether values that do not fit become NULL (`TRY_CAST`).
    package let isTry: Bool

    package init(zone: Zone, isTry: Bool) {
        self.zone = zone
        self.isTry = isTry
    }

    /// Converts a column.
    package func cast(_ column: Column, to type: LogicalType) throws(KernelError) -> Column {
        if column.type == type { return column }
        switch (column.type, type) {
        case (_, .text), (_, .json):
            if column.type.isText { return column.reinterpreted(as: type) }
            return try texts(column, type)
        case (.text, _), (.json, _), (.uuid, _): return try parsed(column, type)
        case (.date, .timestamp): return instants(ofDates: column)
        case (.timestamp, .date): return dates(of: column)
        case (.bool, .int32), (.bool, .int64), (.bool, .int16):
            guard case .bool(let bits) = column.values else { break }
            let wide = Column(
                .int64, validity: column.validity, .int64(Buffer((0..<bits.count).map { bits[$0] ? 1 : 0 })))
            return try cast(wide, to: type)
        case (.list(let from), .list(let to)):
            guard case .list(let offsets, let elements) = column.values else { break }
            let cast = from.type == to.type ? elements : try self.cast(elements, to: to.type)
            return Column(type, validity: column.validity, .list(offsets: offsets, elements: cast))
        default: break
        }
        if column.type.isNumeric || column.type == .bool, type.isNumeric || type == .bool {
            return try numbers(column, type)
        }
        throw .badCast("\(column.type) cannot become \(type)")
    }

    private func instants(ofDates column: Column) -> Column {
        guard case .int32(let dates) = column.values else { return column }
        let span = dates.span
        var local = [Int64](repeating: 0, count: span.count)
        for row in 0..<span.count { local[row] = Int64(span[row]) &* 86_400_000_000 }
        if zone == .utc { return Column(.timestamp, validity: column.validity, .int64(Buffer(local))) }
        var instants = [Int64](repeating: 0, count: local.count)
        var output = instants.mutableSpan
        let input = local.span
        _ = zone.instants(ofLocal: input, into: &output)
        return Column(.timestamp, validity: column.validity, .int64(Buffer(instants)))
    }

    private func dates(of column: Column) -> Column {
        guard case .int64(let instants) = column.values else { return column }
        let span = instants.span
        var dates = [Int32](repeating: 0, count: span.count)
        if zone == .utc {
            // Rows of a file are near each other: the day of the row before mostly holds.
            var (low, high, day) = (Int64.max, Int64.min, Int32(0))
            for row in 0..<span.count {
                let value = span[row]
                if value < low || value >= high {
                    let days = flooredQuotient(value, 86_400_000_000)
                    day = Int32(clamping: days)
                    low = days &* 86_400_000_000
                    high = low &+ 86_400_000_000
                }
                dates[row] = day
            }
        } else {
            var output = dates.mutableSpan
            zone.localDates(span, into: &output)
        }
        return Column(.date, validity: column.validity, .int32(Buffer(dates)))
    }

    // MARK: Numbers

    private func numbers(_ column: Column, _ type: LogicalType) throws(KernelError) -> Column {
        var lost = BitmapBuilder()
        var anyLost = false
        let rowCount = column.rowCount
        let scale = column.type.scale

        /// Values row by row; `body` gives nil for what does not fit.
        func convert<From: BitwiseCopyable & Sendable, To: BitwiseCopyable & Sendable>(
            _ buffer: Buffer<From>, _ filler: To, _ body: (From) -> To?
        ) throws(KernelError) -> Buffer<To> {
            var values = [To](repeating: filler, count: rowCount)
            var output = values.mutableSpan
            let input = buffer.span
            var failed = false
            for row in 0..<rowCount {
                if let value = body(input[row]) { output[row] = value } else { failed = true }
            }
            if failed {
                for row in 0..<rowCount {
                    let fits = !column.isValid(row) || body(input[row]) != nil
                    if !fits && !isTry { throw .overflow("\(type)") }
                    lost.append(fits)
                    anyLost = anyLost || !fits
                }
            }
            return Buffer(values)
        }

        func result(_ values: ColumnValues) -> Column {
            var validity = column.validity
            if anyLost {
                let kept = lost.finish()
                validity = validity.map { $0.intersection(kept) } ?? kept
            }
            return Column(type, validity: validity, values)
        }

        /// From a number as 128-bit integer at `scale` digits.
        func fromInteger<From: FixedWidthInteger & SignedInteger & BitwiseCopyable & Sendable>(
            _ buffer: Buffer<From>
        ) throws(KernelError) -> Column {
            switch type {
            case .bool: return result(.bool(Bitmap(rowCount) { buffer[$0] != 0 }))
            case .int16, .int8:
                return result(
                    .int32(
                        try convert(buffer, 0) { value in
                            Decimals.rescaled(Int128(value), from: scale, to: 0).flatMap(Int16.init(exactly:)).map(
                                Int32.init)
                        }))
            case .int32:
                if scale == 0 { return result(.int32(try convert(buffer, 0) { Int32(exactly: $0) })) }
                return result(
                    .int32(
                        try convert(buffer, 0) {
                            Decimals.rescaled(Int128($0), from: scale, to: 0).flatMap(Int32.init(exactly:))
                        }))
            case .int64:
                if scale == 0 { return result(.int64(try convert(buffer, 0) { Int64(exactly: $0) })) }
                return result(
                    .int64(
                        try convert(buffer, 0) {
                            Decimals.rescaled(Int128($0), from: scale, to: 0).flatMap(Int64.init(exactly:))
                        }))
            case .decimal(let precision, let target):
                // A decimal of more digits and the same scale: the same integers.
                if scale == target, case .decimal(let own, _) = column.type, own <= precision {
                    if column.type.physicalType == type.physicalType { return column.reinterpreted(as: type) }
                    return result(
                        .int128(
                            mapped(.buffer(buffer), .constant(0 as Int8), buffer.count, filler: 0) { value, _ in
                                Int128(value)
                            }))
                }
                let limit = Decimals.power(precision).magnitude
                if type.physicalType == .int64 {
                    return result(
                        .int64(
                            try convert(buffer, 0) { value in
                                guard let wide = Decimals.rescaled(Int128(value), from: scale, to: target),
                                    wide.magnitude < limit
                                else { return nil }
                                return Int64(truncatingIfNeeded: wide)
                            }))
                }
                if scale == target, From.bitWidth <= 64, precision >= 19 {
                    return result(.int128(try convert(buffer, 0) { Int128($0) }))
                }
                return result(
                    .int128(
                        try convert(buffer, 0) { value in
                            guard let wide = Decimals.rescaled(Int128(value), from: scale, to: target),
                                wide.magnitude < limit
                            else { return nil }
                            return wide
                        }))
            case .double:
                if scale == 0 { return result(.double(try convert(buffer, 0) { Double($0) })) }
                return result(.double(try convert(buffer, 0) { Decimals.double(Int128($0), scale: scale) }))
            case .float:
                return result(.float(try convert(buffer, 0) { Float(Decimals.double(Int128($0), scale: scale)) }))
            default: throw .badCast("\(column.type) cannot become \(type)")
            }
        }

        func fromDouble(_ buffer: Buffer<Double>) throws(KernelError) -> Column {
            switch type {
            case .int16, .int8:
                return result(
                    .int32(try convert(buffer, 0) { Int16(exactly: $0.rounded(.toNearestOrEven)).map(Int32.init) }))
            case .int32: return result(.int32(try convert(buffer, 0) { Int32(exactly: $0.rounded(.toNearestOrEven)) }))
            case .int64: return result(.int64(try convert(buffer, 0) { Int64(exactly: $0.rounded(.toNearestOrEven)) }))
            case .double: return result(.double(buffer))
            case .float:
                return result(
                    .float(
                        try convert(buffer, 0) { value in
                            let narrow = Float(value)
                            return narrow.isInfinite && value.isFinite ? nil : narrow
                        }))
            case .decimal(let precision, let target):
                let convertOne: (Double) -> Int128? = { Decimals.decimal($0, precision: precision, scale: target) }
                if type.physicalType == .int64 {
                    return result(
                        .int64(try convert(buffer, 0) { convertOne($0).map { Int64(truncatingIfNeeded: $0) } }))
                }
                return result(.int128(try convert(buffer, 0, convertOne)))
            default: throw .badCast("\(column.type) cannot become \(type)")
            }
        }

        switch column.values {
        case .int32(let buffer):
            switch column.type {
            case .uint8, .uint16: return try fromInteger(buffer)
            case .uint32:
                return try fromInteger(Buffer(buffer.array.map { Int64(UInt32(bitPattern: $0)) }))
            default: return try fromInteger(buffer)
            }
        case .int64(let buffer):
            if column.type == .uint64 {
                return try fromInteger(Buffer(buffer.array.map { Int128(UInt64(bitPattern: $0)) }))
            }
            return try fromInteger(buffer)
        case .int128(let buffer): return try fromInteger(buffer)
        case .double(let buffer): return try fromDouble(buffer)
        case .float(let buffer): return try fromDouble(Buffer(buffer.array.map(Double.init)))
        default: throw .badCast("\(column.type) cannot become \(type)")
        }
    }

    // MARK: Texts

    /// Texts become values; each entry of a dictionary is read once.
    private func parsed(_ column: Column, _ type: LogicalType) throws(KernelError) -> Column {
        if case .dictionary(let codes, let dictionary) = column.values, dictionary.values.count < codes.count {
            // An entry that no valid row has must not fail: read the ones that are used, as far as they can be read.
            let entries = Column(column.type, .bytes(dictionary.values))
            if let known = try? parsed(entries, type) {
                let rows = codes.span
                return try known.taking(rows).with(
                    validity: {
                        let own = column.validity ?? Bitmap(repeating: true, count: codes.count)
                        guard let read = known.validity else { return own }
                        return own.intersection(Bitmap(codes.count) { read[Int(codes[$0])] })
                    }())
            }
        }
        let bytes = try column.plainBytes()
        var scalars: [Scalar] = []
        scalars.reserveCapacity(bytes.count)
        for row in 0..<bytes.count {
            guard column.isValid(row) else {
                scalars.append(.null)
                continue
            }
            if let value = TextValues.value(bytes.text(row), type, zone: zone) {
                scalars.append(value)
            } else if isTry {
                scalars.append(.null)
            } else {
                throw .badCast("a text is no \(type)")
            }
        }
        return try Column.make(type, scalars)
    }

    private func texts(_ column: Column, _ type: LogicalType) throws(KernelError) -> Column {
        var builder = BytesBuilder()
        for row in 0..<column.rowCount {
            guard column.isValid(row) else {
                builder.appendNull()
                continue
            }
            guard builder.append(TextValues.text(column.scalar(row), zone: zone)) else { throw .tooLarge }
        }
        let (values, validity) = builder.finish()
        return Column(type, validity: validity, .bytes(values))
    }
}

extension Column {
    /// A column of boxed values.
    package static func make(_ type: LogicalType, _ scalars: [Scalar]) throws(KernelError) -> Column {
        var builder = ColumnBuilder(Field("value", type))
        do {
            for scalar in scalars { try builder.append(scalar) }
            return try builder.finish()
        } catch {
            throw .badCast("\(error)")
        }
    }
}

extension LogicalType {
    /// Whether arithmetic works on it.
    package var isNumeric: Bool {
        switch self {
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float, .double, .decimal: true
        default: false
        }
    }
}

/// A quotient rounded towards negative infinity.
@inlinable
package func flooredQuotient(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient &- 1 : quotient
}

extension Decimals {
    /// The nearest double of a decimal.
    package static func double(_ unscaled: Int128, scale: Int) -> Double {
        if scale <= 22, unscaled.magnitude < 1 << 53 {
            // Both are exact doubles, so that the quotient is rounded once.
            return Double(Int64(unscaled)) / exactPowers[scale]
        }
        return Double(ExactDecimal(unscaled: unscaled, scale: scale).description) ?? .nan
    }

    private static let exactPowers: [Double] = (0...22).map { Double(power($0)) }

    /// The decimal nearest to a double as PostgreSQL takes it: of its 15 significant digits, half away from zero.
    package static func decimal(_ value: Double, precision: Int, scale: Int) -> Int128? {
        guard value.isFinite else { return nil }
        // The shortest digits that stand for the double, moved to the scale.
        let text = value.magnitude.description.lowercased()
        let parts = text.split(separator: "e")
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        guard let digits = Int128(mantissa[0] + fraction) else { return nil }
        let ownScale = fraction.count - exponent
        let result: Int128?
        if ownScale >= 0 {
            result = ownScale - scale > 38 ? 0 : rescaled(digits, from: ownScale, to: scale)
        } else if digits == 0 {
            result = 0
        } else {
            result = scale - ownScale > 38 ? nil : rescaled(digits, from: 0, to: scale - ownScale)
        }
        guard let result, result.magnitude < power(precision).magnitude else { return nil }
        return value < 0 ? -result : result
    }
}
