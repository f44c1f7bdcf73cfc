internal import Columnar

/// Keys of rows: bytes whose order, byte by byte, is the order of the rows.
///
/// ```
/// for each column of the order   01 where the value is missing and missing ones come first, 03 where they come last,
///                                else 02 and the value:
///   integers, decimals           big endian, the sign bit flipped; unsigned as they are
///   float, double                their bits, all flipped where negative, else the sign bit; −0 as +0, NaN above infinity
///   bool                         a byte
///   text, json, uuid, binary     their bytes, 00 as 00 FF, then 00 00
/// ```
/// Of columns that fall, the value's bytes are inverted. That is the order of `ScanPredicate`.
struct SortKeys {
    private var bytes: [UInt8] = []
    private var ends: [Int] = [0]
    /// The first eight bytes of each key as a number, which decides most comparisons.
    private var prefixes: [UInt64] = []

    /// - Throws: `ParquetError.mismatch` where a column is nested.
    init(_ batch: ColumnBatch, _ order: [ColumnOrder]) throws {
        var parts: [(column: Column, order: ColumnOrder)] = []
        for column in order { parts.append((try batch.column(column.column), column)) }
        ends.reserveCapacity(batch.rowCount + 1)
        for row in 0..<batch.rowCount {
            for (column, order) in parts {
                guard column.isValid(row) else {
                    bytes.append(order.nullsFirst ? 1 : 3)
                    continue
                }
                bytes.append(2)
                let first = bytes.count
                try append(column, row, order.column)
                if order.isDescending { for index in first..<bytes.count { bytes[index] = ~bytes[index] } }
            }
            prefixes.append(Self.prefix(bytes, ends[row]))
            ends.append(bytes.count)
        }
    }

    /// The number of rows.
    var count: Int { prefixes.count }

    /// A row's key.
    func key(_ row: Int) -> [UInt8] { Array(bytes[ends[row]..<ends[row + 1]]) }

    /// The positions of the rows in their order; those with equal keys stay as they are.
    func sorted() -> [Int32] {
        (0..<Int32(count)).sorted { left, right in
            let order = compare(Int(left), self, Int(right))
            return order == 0 ? left < right : order < 0
        }
    }

    /// How many rows, which are sorted, have keys below a row's of others.
    /// - Parameter withEquals: whether those with the same key count.
    func count(below other: SortKeys, _ row: Int, withEquals: Bool) -> Int {
        let limit = withEquals ? 1 : 0
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if compare(middle, other, row) < limit { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The order of a row and one of others: -1, 0 or 1.
    func compare(_ row: Int, _ other: SortKeys, _ otherRow: Int) -> Int {
        let (mine, theirs) = (prefixes[row], other.prefixes[otherRow])
        if mine != theirs { return mine < theirs ? -1 : 1 }
        let (left, right) = (bytes, other.bytes)
        let (one, two) = (
            left.span.extracting(ends[row]..<ends[row + 1]),
            right.span.extracting(other.ends[otherRow]..<other.ends[otherRow + 1])
        )
        for index in 0..<min(one.count, two.count) where one[index] != two[index] {
            return one[index] < two[index] ? -1 : 1
        }
        return (one.count - two.count).signum()
    }

    private static func prefix(_ bytes: [UInt8], _ start: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<8 {
            word = word << 8 | (start + index < bytes.count ? UInt64(bytes[start + index]) : 0)
        }
        return word
    }

    private mutating func append(_ column: Column, _ row: Int, _ name: String) throws {
        switch column.values {
        case .bool(let bits): bytes.append(bits[row] ? 1 : 0)
        case .int32(let buffer):
            let sign: UInt32 = column.type.isUnsignedInteger ? 0 : 1 << 31
            append(UInt32(bitPattern: buffer[row]) ^ sign)
        case .int64(let buffer):
            let sign: UInt64 = column.type.isUnsignedInteger ? 0 : 1 << 63
            append(UInt64(bitPattern: buffer[row]) ^ sign)
        case .int128(let buffer): append(UInt128(bitPattern: buffer[row]) ^ (1 << 127))
        case .float(let buffer):
            let bits = (buffer[row] == 0 ? 0 : buffer[row].isNaN ? Float.nan : buffer[row]).bitPattern
            append(bits >> 31 == 0 ? bits | 1 << 31 : ~bits)
        case .double(let buffer):
            let bits = (buffer[row] == 0 ? 0 : buffer[row].isNaN ? Double.nan : buffer[row]).bitPattern
            append(bits >> 63 == 0 ? bits | 1 << 63 : ~bits)
        case .bytes(let buffer): append(buffer.bytes.span.extracting(buffer.range(row)))
        case .dictionary(let codes, let dictionary):
            let values = dictionary.values
            append(values.bytes.span.extracting(values.range(Int(codes[row]))))
        case .list, .map, .structure:
            throw ParquetError(.mismatch, "rows can't be sorted by a column that is \(column.type)", column: name)
        }
    }

    private mutating func append<Bits: FixedWidthInteger & UnsignedInteger>(_ bits: Bits) {
        for shift in stride(from: Bits.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: bits >> Bits(shift)))
        }
    }

    private mutating func append(_ value: Span<UInt8>) {
        for index in value.indices {
            bytes.append(value[index])
            if value[index] == 0 { bytes.append(0xFF) }
        }
        bytes.append(0)
        bytes.append(0)
    }
}

extension LogicalType {
    fileprivate var isUnsignedInteger: Bool {
        switch self {
        case .uint8, .uint16, .uint32, .uint64: true
        default: false
        }
    }
}
