internal import Columnar

/// Decodes one column of a block, whatever its type, with all that is nested in it.
///
/// A value lies behind its length word, big-endian as everything (src/backend/utils/adt/*send of PostgreSQL 15):
///
/// | type | bytes |
/// |---|---|
/// | bool | 1: 0 or 1 |
/// | int2, int4, int8, oid, float4, float8 | 2, 4, 8, 4, 4, 8 |
/// | date | 4: days since 2000-01-01; the extremes are ±infinity |
/// | timestamp, timestamptz | 8: microseconds since 2000-01-01; the extremes are ±infinity |
/// | time | 8: microseconds since midnight |
/// | interval | 8 microseconds, 4 days, 4 months |
/// | uuid | 16 |
/// | numeric | 2 count of digits, 2 weight of the first, 2 sign, 2 scale shown, then digits of base 10,000, 2 each |
/// | text, json, bytea | as they are |
/// | jsonb | 1 version, which is 1, then the text |
/// | array | 4 dimensions, 4 flags, 4 element type, 4 size and 4 lower bound each, then elements with length words |
/// | composite | 4 count of parts, then for each 4 type and the value with its length word |
/// | hstore | 4 count of pairs, then keys and values with length words |
///
/// Elements and parts have length words as fields have, so a nested column is again a list of positions.
struct CopyDecoder {
    /// How timestamps without a zone become instants.
    let naiveTimestamps: NaiveTimestamps
    /// The values that do not fit, by the row of the column that is decoded.
    var faults: [(row: Int, fault: ValueFault)] = []

    init(naiveTimestamps: NaiveTimestamps) { self.naiveTimestamps = naiveTimestamps }

    /// - Parameters:
    ///   - positions: where the length words are, one a row; `CopyBlock.null` where there is no value.
    ///   - bytes: what they are positions in; every value lies wholly within.
    /// - Throws: `malformedStream` where a value is not of its type's form.
    mutating func decode(
        _ type: CopyType, _ positions: Span<UInt32>, _ bytes: RawSpan
    ) throws(PostgresError) -> Column {
        switch type {
        case .bool: return try decodeBool(positions, bytes)
        case .int2: return try column(type, decodeInt2(positions, bytes)) { .int32($0) }
        case .int4: return try column(type, decodeInt4(positions, bytes)) { .int32($0) }
        case .int8: return try column(type, decodeInt8(positions, bytes)) { .int64($0) }
        // 19 digits do not all fit 64 bits, so that decimals of 19 lie in 128.
        case .money: return try column(type, decodeMoney(positions, bytes)) { .int128($0) }
        case .oid: return try column(type, decodeOID(positions, bytes)) { .int64($0) }
        case .float4: return try column(type, decodeFloat4(positions, bytes)) { .float($0) }
        case .float8: return try column(type, decodeFloat8(positions, bytes)) { .double($0) }
        case .time: return try column(type, decodeTime(positions, bytes)) { .int64($0) }
        case .date: return try column(type, decodeDate(positions, bytes)) { .int32($0) }
        case .timestamptz: return try column(type, decodeTimestamp(positions, bytes)) { .int64($0) }
        case .timestamp: return try column(type, decodeNaiveTimestamp(positions, bytes)) { .int64($0) }
        case .interval: return try decodeInterval(positions, bytes)
        case .numeric(let precision, let scale):
            return try decodeNumeric(positions, bytes, precision: precision, scale: scale)
        case .text, .json: return try decodeText(type, positions, bytes, prefixLength: 0)
        case .jsonb: return try decodeText(type, positions, bytes, prefixLength: 1)
        case .bytea: return try decodeBinary(positions, bytes)
        case .uuid: return try decodeUUID(positions, bytes)
        case .array(let element, let elementType): return try decodeArray(elementType, element, positions, bytes)
        case .composite(let parts): return try decodeComposite(parts, positions, bytes)
        case .hstore: return try decodeHstore(positions, bytes)
        }
    }

    private func column<Value>(
        _ type: CopyType, _ decoded: FixedColumn<Value>, _ values: (Buffer<Value>) -> ColumnValues
    ) -> Column {
        Column(type.logicalType, validity: decoded.validity, values(Buffer(decoded.values)))
    }

    func malformed(_ reason: String) -> PostgresError {
        PostgresError(.malformedStream, "not a whole COPY BINARY stream: \(reason)")
    }
}

/// Values of one width with their validity, as a kernel leaves them.
struct FixedColumn<Value: BitwiseCopyable & Sendable> {
    var values: [Value]
    var validity: Bitmap?
}

/// Bits that say which rows have a value, filled row by row in order.
struct ValidityWords {
    private var words: [UInt64]
    private var nullCount = 0
    private let count: Int

    init(count: Int) {
        words = Array(repeating: ~0, count: (count + 63) / 64)
        self.count = count
    }

    @inline(__always)
    mutating func setNull(_ row: Int) {
        words[row &>> 6] &= ~(1 &<< UInt64(row & 63))
        nullCount += 1
    }

    /// Nil where every row has a value.
    func finish() -> Bitmap? { nullCount == 0 ? nil : Bitmap(words: words, count: count) }
}
