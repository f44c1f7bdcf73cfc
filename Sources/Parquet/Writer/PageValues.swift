internal import Columnar

/// The values of a leaf on their way into pages: gathered until a page is full, then encoded in the way that suits
/// them. One object for each leaf of the file; asked once a batch and once a page.
///
/// (1) The first page of a row group decides the encoding, for some row groups; a dictionary that grows too large ends
///     with the page before.
/// (2) Bounds are of the values of the page that is being filled: finishing it forgets them.
protocol PageValues: AnyObject {
    /// The bytes that the page would have by now, roughly.
    var pageByteCount: Int { get }
    /// Takes values that are all there.
    func append(_ values: ColumnValues) throws(ParquetError)
    /// Adds the encoded page and begins the next; gives the encoding.
    /// - Parameter compressor: what the page will be compressed with: encodings are compared by what it leaves.
    func finishPage(into bytes: inout [UInt8], _ compressor: PageCompressor) throws(ParquetError) -> Int32
    /// The last decision; nil before the first page of values.
    var choice: EncodingChoice? { get }
    /// The row group's distinct values, where pages refer to them.
    func dictionaryPage() -> EncodedDictionary?
    /// The bounds of the page that is being filled.
    func bounds(_ type: LogicalType) -> ColumnStatistics
    /// Begins the next row group.
    func reset()
}

/// The distinct values of a column chunk in PLAIN.
struct EncodedDictionary {
    let bytes: [UInt8]
    let count: Int
}

/// The largest dictionary, in bytes.
let dictionaryByteCountMax = 1 << 20

/// Makes the values' buffer of a leaf.
/// - Parameter wanted: the encoding that was asked for, which suits the type; nil where the values decide.
func makePageValues(_ type: LogicalType, _ wanted: ParquetEncoding?) -> any PageValues {
    switch type.physicalType {
    case .bool: return BoolPageValues()
    case .int32:
        switch type {
        case .uint8, .uint16, .uint32: return FixedPageValues<UInt32>(.unsigned, wanted)
        default: return FixedPageValues<UInt32>(.signed, wanted)
        }
    case .int64: return FixedPageValues<UInt64>(type == .uint64 ? .unsigned : .signed, wanted)
    case .float: return FixedPageValues<UInt32>(.floating, wanted)
    case .double: return FixedPageValues<UInt64>(.floating, wanted)
    case .int128: return WidePageValues()
    case .bytes, .list, .structure, .map: return TextPageValues(wanted)
    }
}

let wrongValues = ParquetError(.mismatch, "the batch's values are of another type")

/// Truth values: PLAIN, a bit each.
final class BoolPageValues: PageValues {
    private var page: [Bool] = []
    private var hasFalse = false
    private var hasTrue = false

    var pageByteCount: Int { page.count / 8 }

    func append(_ values: ColumnValues) throws(ParquetError) {
        guard case .bool(let bits) = values else { throw wrongValues }
        for index in 0..<bits.count { page.append(bits[index]) }
        let count = bits.setCount
        hasTrue = hasTrue || count > 0
        hasFalse = hasFalse || count < bits.count
    }

    var choice: EncodingChoice? { EncodingChoice(.plain, reason: "the only encoding for values of this type") }

    func finishPage(into bytes: inout [UInt8], _ compressor: PageCompressor) throws(ParquetError) -> Int32 {
        for start in stride(from: 0, to: page.count, by: 8) {
            var byte: UInt8 = 0
            for bit in 0..<min(8, page.count - start) where page[start + bit] { byte |= 1 << UInt8(bit) }
            bytes.append(byte)
        }
        page.removeAll(keepingCapacity: true)
        (hasFalse, hasTrue) = (false, false)
        return FileEncoding.plain
    }

    func dictionaryPage() -> EncodedDictionary? { nil }

    func bounds(_ type: LogicalType) -> ColumnStatistics {
        var statistics = ColumnStatistics()
        if hasFalse || hasTrue { (statistics.minimum, statistics.maximum) = (.bool(!hasFalse), .bool(hasTrue)) }
        return statistics
    }

    func reset() {}
}

/// Decimals of more than 18 digits: PLAIN, 16 bytes each, most significant first.
final class WidePageValues: PageValues {
    private var page: [Int128] = []
    private var least: Int128?
    private var greatest: Int128?

    var pageByteCount: Int { page.count * 16 }

    func append(_ values: ColumnValues) throws(ParquetError) {
        guard case .int128(let buffer) = values else { throw wrongValues }
        for value in buffer.array {
            page.append(value)
            least = min(least ?? value, value)
            greatest = max(greatest ?? value, value)
        }
    }

    var choice: EncodingChoice? { EncodingChoice(.plain, reason: "the only encoding for values of this type") }

    func finishPage(into bytes: inout [UInt8], _ compressor: PageCompressor) throws(ParquetError) -> Int32 {
        appendAll(page.map(\.bigEndian), to: &bytes)
        page.removeAll(keepingCapacity: true)
        (least, greatest) = (nil, nil)
        return FileEncoding.plain
    }

    func dictionaryPage() -> EncodedDictionary? { nil }

    func bounds(_ type: LogicalType) -> ColumnStatistics {
        var statistics = ColumnStatistics()
        guard let least, let greatest, case .decimal(_, let scale) = type else { return statistics }
        statistics.minimum = .decimal(ExactDecimal(unscaled: least, scale: scale))
        statistics.maximum = .decimal(ExactDecimal(unscaled: greatest, scale: scale))
        return statistics
    }

    func reset() {}
}
