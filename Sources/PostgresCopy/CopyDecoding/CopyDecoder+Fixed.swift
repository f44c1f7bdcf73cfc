internal import Columnar

/// Days from 1970-01-01 to 2000-01-01, where Postgres counts from.
private let epochDays: Int32 = 10_957
/// Microseconds of the same.
private let epochMicroseconds: Int64 = 946_684_800_000_000

extension CopyDecoder {
    /// The one loop of all types of a fixed width: inlined for each of them.
    ///
    /// - Parameters:
    ///   - width: the length that every value must have.
    ///   - read: the value at a position, nil where it has no place.
    ///   - fault: why, asked for after a nil.
    @inline(__always)
    private mutating func decodeFixed<Value: BitwiseCopyable & Sendable>(
        _ positions: Span<UInt32>, _ bytes: RawSpan, width: Int32, filler: Value,
        _ read: (borrowing RawSpan, Int) -> Value?, fault: (borrowing RawSpan, Int) -> ValueFault
    ) throws(PostgresError) -> FixedColumn<Value> {
        var values = Array(repeating: filler, count: positions.count)
        var validity = ValidityWords(count: positions.count)
        var target = values.mutableSpan
        for row in positions.indices {
            let position = Int(positions[row])
            let length = Int32(bitPattern: bytes.word(at: position))
            if length == width {
                if let value = read(bytes, position &+ 4) {
                    target[row] = value
                } else {
                    validity.setNull(row)
                    faults.append((row, fault(bytes, position &+ 4)))
                }
            } else if length == -1 {
                validity.setNull(row)
            } else {
                throw malformed("a value of \(width) bytes has \(length)")
            }
        }
        return FixedColumn(values: values, validity: validity.finish())
    }

    @inline(__always)
    private mutating func decodeFixed<Value: BitwiseCopyable & Sendable>(
        _ positions: Span<UInt32>, _ bytes: RawSpan, width: Int32, filler: Value,
        _ read: (borrowing RawSpan, Int) -> Value
    ) throws(PostgresError) -> FixedColumn<Value> {
        try decodeFixed(
            positions, bytes, width: width, filler: filler, { Optional(read($0, $1)) }, fault: { _, _ in .outOfRange })
    }

    mutating func decodeInt2(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError) -> FixedColumn<Int32> {
        try decodeFixed(positions, bytes, width: 2, filler: 0) { Int32($0.short(at: $1)) }
    }

    mutating func decodeInt4(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError) -> FixedColumn<Int32> {
        try decodeFixed(positions, bytes, width: 4, filler: 0) { Int32(bitPattern: $0.word(at: $1)) }
    }

    mutating func decodeInt8(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError) -> FixedColumn<Int64> {
        try decodeFixed(positions, bytes, width: 8, filler: 0) { Int64(bitPattern: $0.long(at: $1)) }
    }

    mutating func decodeMoney(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError)
        -> FixedColumn<Int128>
    {
        try decodeFixed(positions, bytes, width: 8, filler: 0) { Int128(Int64(bitPattern: $0.long(at: $1))) }
    }

    mutating func decodeOID(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError) -> FixedColumn<Int64> {
        try decodeFixed(positions, bytes, width: 4, filler: 0) { Int64($0.word(at: $1)) }
    }

    mutating func decodeFloat4(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError)
        -> FixedColumn<Float>
    {
        try decodeFixed(positions, bytes, width: 4, filler: 0) { Float(bitPattern: $0.word(at: $1)) }
    }

    mutating func decodeFloat8(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError)
        -> FixedColumn<Double>
    {
        try decodeFixed(positions, bytes, width: 8, filler: 0) { Double(bitPattern: $0.long(at: $1)) }
    }

    /// 24:00:00 is a time of Postgres: 86,400,000,000.
    mutating func decodeTime(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError) -> FixedColumn<Int64> {
        try decodeFixed(
            positions, bytes, width: 8, filler: 0,
            { bytes, position in
                let value = Int64(bitPattern: bytes.long(at: position))
                return (0...86_400_000_000).contains(value) ? value : nil
            }, fault: { _, _ in .outOfRange })
    }

    mutating func decodeDate(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError) -> FixedColumn<Int32> {
        try decodeFixed(
            positions, bytes, width: 4, filler: 0,
            { bytes, position in
                let (days, isOverflow) = Int32(bitPattern: bytes.word(at: position))
                    .addingReportingOverflow(epochDays)
                // -infinity is the least number, which does not overflow.
                return isOverflow || days == .min + epochDays ? nil : days
            },
            fault: { bytes, position in
                [.max, .min].contains(Int32(bitPattern: bytes.word(at: position))) ? .infinite : .outOfRange
            })
    }

    mutating func decodeTimestamp(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError)
        -> FixedColumn<Int64>
    {
        try decodeFixed(
            positions, bytes, width: 8, filler: 0, { bytes, position in unixMicroseconds(bytes, position) },
            fault: { bytes, position in
                [.max, .min].contains(Int64(bitPattern: bytes.long(at: position))) ? .infinite : .outOfRange
            })
    }

    mutating func decodeNaiveTimestamp(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError)
        -> FixedColumn<Int64>
    {
        switch naiveTimestamps {
        case .utc: return try decodeTimestamp(positions, bytes)
        case .undeclared:
            throw PostgresError(.undeclaredType, "timestamps without a zone are not declared as utc or local")
        case .local(let convert):
            return try decodeFixed(
                positions, bytes, width: 8, filler: 0,
                { bytes, position in unixMicroseconds(bytes, position).flatMap(convert) },
                fault: { bytes, position in
                    if [.max, .min].contains(Int64(bitPattern: bytes.long(at: position))) { return .infinite }
                    return unixMicroseconds(bytes, position) == nil ? .outOfRange : .noInstant
                })
        }
    }

    mutating func decodeBool(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError) -> Column {
        let decoded = try decodeFixed(positions, bytes, width: 1, filler: false) { $0.byte(at: $1) != 0 }
        var words = Array(repeating: UInt64(0), count: (positions.count + 63) / 64)
        for row in positions.indices where decoded.values[row] { words[row &>> 6] |= 1 &<< UInt64(row & 63) }
        return Column(.bool, validity: decoded.validity, .bool(Bitmap(words: words, count: positions.count)))
    }

    /// Three numbers that are kept apart: a month has no fixed length, nor has a day. All of them at their extremes
    /// are the infinities of PostgreSQL 17.
    mutating func decodeInterval(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError) -> Column {
        let microseconds = try decodeFixed(
            positions, bytes, width: 16, filler: Int64(0),
            { bytes, position in
                let (high, low) = (bytes.long(at: position), bytes.long(at: position &+ 8))
                let isPositive = high == UInt64(Int64.max) && low == 0x7FFF_FFFF_7FFF_FFFF
                let isNegative = high == 1 &<< 63 && low == 0x8000_0000_8000_0000
                return isPositive || isNegative ? nil : Int64(bitPattern: high)
            }, fault: { _, _ in .infinite })
        let days = try decodeFixed(positions, bytes, width: 16, filler: Int32(0)) {
            Int32(bitPattern: $0.word(at: $1 &+ 8))
        }
        let months = try decodeFixed(positions, bytes, width: 16, filler: Int32(0)) {
            Int32(bitPattern: $0.word(at: $1 &+ 12))
        }
        let parts = [
            Column(.int32, .int32(Buffer(months.values))), Column(.int32, .int32(Buffer(days.values))),
            Column(.int64, .int64(Buffer(microseconds.values))),
        ]
        return Column(.interval, validity: microseconds.validity, .structure(parts, rowCount: positions.count))
    }
}

/// Microseconds since 1970, nil for the infinities and for the years from 294,247 on.
@inline(__always)
private func unixMicroseconds(_ bytes: borrowing RawSpan, _ position: Int) -> Int64? {
    let (value, isOverflow) = Int64(bitPattern: bytes.long(at: position)).addingReportingOverflow(epochMicroseconds)
    return isOverflow || value == .min + epochMicroseconds ? nil : value
}
