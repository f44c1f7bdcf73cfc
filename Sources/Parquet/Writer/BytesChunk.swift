internal import Columnar

/// The present texts of a column chunk: codes of distinct values as long as these stay few, the texts themselves after.
struct BytesChunk {
    /// Distinct values of more bytes than this are not worth a dictionary.
    private static let dictionaryByteCountMax = 1 << 20

    /// The bytes of the distinct values, or of all values once the dictionary was given up.
    private var bytes: [UInt8] = []
    /// Where each of them ends.
    private var ends: [Int] = []
    /// The code of each value; empty once the dictionary was given up.
    private var codes: [UInt32] = []
    private var slots: [UInt32] = Array(repeating: 0, count: 256)
    private var isDictionary = true

    mutating func append(_ column: Column) throws(ParquetError) {
        switch column.values {
        case .bytes(let buffer):
            let all = buffer.bytes.span
            for row in 0..<buffer.count where column.isValid(row) { try append(all.extracting(buffer.range(row))) }
        case .dictionary(let rows, let dictionary):
            let distinct = dictionary.values
            let all = distinct.bytes.span
            for row in 0..<rows.count where column.isValid(row) {
                try append(all.extracting(distinct.range(Int(rows[row]))))
            }
        default: throw ParquetError(.mismatch, "the batch's values are of another type")
        }
    }

    private mutating func append(_ value: Span<UInt8>) throws(ParquetError) {
        guard value.count <= Int(Int32.max) else { throw ParquetError(.mismatch, "a value is larger than 2 GiB") }
        guard isDictionary else {
            add(value)
            return
        }
        var slot = Self.hash(value) & (slots.count - 1)
        while slots[slot] != 0 {
            let code = slots[slot] - 1
            if isEqual(value, Int(code)) {
                codes.append(code)
                return
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        codes.append(UInt32(ends.count))
        slots[slot] = UInt32(ends.count) + 1
        add(value)
        if ends.count * 2 > slots.count { grow() }
        // Many values, nearly all of them distinct, or too many bytes: plain is smaller.
        if bytes.count > Self.dictionaryByteCountMax || (codes.count >= 8_192 && ends.count > codes.count / 2) {
            giveUp()
        }
    }

    private mutating func add(_ value: Span<UInt8>) {
        unsafe value.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        ends.append(bytes.count)
    }

    private mutating func giveUp() {
        let (distinct, distinctEnds) = (bytes, ends)
        (bytes, ends, isDictionary) = ([], [], false)
        for code in codes {
            let start = code == 0 ? 0 : distinctEnds[Int(code) - 1]
            add(distinct.span.extracting(start..<distinctEnds[Int(code)]))
        }
        (codes, slots) = ([], [])
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 4)
        for code in 0..<ends.count {
            var slot = Self.hash(bytes.span.extracting(range(code))) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(code) + 1
        }
    }

    private func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    private func isEqual(_ value: Span<UInt8>, _ code: Int) -> Bool {
        let range = range(code)
        guard range.count == value.count else { return false }
        for index in value.indices where bytes[range.lowerBound + index] != value[index] { return false }
        return true
    }

    /// FNV-1a, 64 bits, folded.
    private static func hash(_ value: Span<UInt8>) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in value.indices { hash = (hash ^ UInt64(value[index])) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 29)
    }

    func dictionaryPage() -> EncodedPage? {
        guard isDictionary, !ends.isEmpty else { return nil }
        var page = EncodedPage(bytes: [], valueCount: ends.count)
        plain(0..<ends.count, into: &page.bytes)
        return page
    }

    func encode(_ range: Range<Int>, into bytes: inout [UInt8]) {
        guard isDictionary, !ends.isEmpty else {
            plain(range, into: &bytes)
            return
        }
        let width = max(1, HybridEncoding.bitWidth(max: UInt32(ends.count - 1)))
        bytes.append(UInt8(width))
        HybridEncoding.encode(codes.span.extracting(range), bitWidth: width, into: &bytes)
    }

    private func plain(_ values: Range<Int>, into target: inout [UInt8]) {
        for index in values {
            let range = range(index)
            for byte in 0..<4 { target.append(UInt8(truncatingIfNeeded: range.count >> (byte * 8))) }
            target.append(contentsOf: bytes[range])
        }
    }

    func bounds(_ type: LogicalType, _ statistics: inout ColumnStatistics) {
        guard !ends.isEmpty else { return }
        var (low, high) = (0, 0)
        for index in 1..<max(1, ends.count) {
            if bytes[range(index)].lexicographicallyPrecedes(bytes[range(low)]) { low = index }
            if bytes[range(high)].lexicographicallyPrecedes(bytes[range(index)]) { high = index }
        }
        guard max(range(low).count, range(high).count) <= ColumnStatistics.byteCountMax else {
            statistics.isUnbounded = true
            return
        }
        let scalar = { (index: Int) -> Scalar in
            let value = Array(bytes[range(index)])
            return type.isText ? .text(String(decoding: value, as: UTF8.self)) : .binary(value)
        }
        (statistics.minimum, statistics.maximum) = (scalar(low), scalar(high))
    }
}
