internal import Columnar

/// The 64 bits of a fixed-width value that are read for a key, in an order as unsigned integers that is the order of
/// the values: signs are turned, NaN is one value above all others, -0 is 0.
struct FixedLane: Sendable {
    enum Word: Sendable {
        /// The whole value.
        case only
        /// The upper and the lower word of a 128-bit integer.
        case upper, lower
    }
    enum Half: Sendable { case both, high, low }

    let word: Word
    var half = Half.both

    func halved(_ half: Half) -> FixedLane { FixedLane(word: word, half: half) }

    /// The lanes that the columns need.
    static func lanes(of columns: [Column]) throws(KernelError) -> [FixedLane] {
        guard let type = columns.first?.type else { return [FixedLane(word: .only)] }
        switch type.physicalType {
        case .int128:
            for case .int128(let buffer) in columns.map(\.values) {
                let span = buffer.span
                for row in 0..<span.count where Int64(exactly: span[row]) == nil {
                    return [FixedLane(word: .upper), FixedLane(word: .lower)]
                }
            }
            return [FixedLane(word: .only)]
        case .bool, .int32, .int64, .float, .double: return [FixedLane(word: .only)]
        default: throw .invalidArgument("values of type \(type) cannot be compared")
        }
    }

    /// Whether a value of a probed column fits the lane: a 128-bit one may not.
    @inline(__always)
    func holds(_ column: Column, _ row: Int) -> Bool {
        guard word == .only, case .int128(let buffer) = column.values else { return true }
        return Int64(exactly: buffer[row]) != nil
    }

    func range(_ column: Column, _ low: inout UInt64, _ high: inout UInt64) throws(KernelError) {
        var (least, most) = (low, high)
        if let validity = column.validity {
            try forEach(column) { row, value in
                guard validity[row] else { return }
                least = min(least, value)
                most = max(most, value)
            }
        } else {
            try forEach(column) { _, value in
                least = min(least, value)
                most = max(most, value)
            }
        }
        (low, high) = (least, most)
    }

    private static let sign: UInt64 = 1 << 63

    @inline(__always)
    private func cut(_ value: UInt64) -> UInt64 {
        switch half {
        case .both: value
        case .high: value >> 32
        case .low: value & 0xFFFF_FFFF
        }
    }

    /// Calls back with the ordered bits of every row, also of those without a value.
    @inline(__always)
    func forEach(_ column: Column, _ body: (Int, UInt64) -> Void) throws(KernelError) {
        switch column.values {
        case .bool(let bits): for row in 0..<bits.count { body(row, bits[row] ? 1 : 0) }
        case .int32(let buffer):
            let span = buffer.span
            for row in 0..<span.count { body(row, cut(UInt64(bitPattern: Int64(span[row])) ^ Self.sign)) }
        case .int64(let buffer):
            let span = buffer.span
            if half == .both {
                for row in 0..<span.count { body(row, UInt64(bitPattern: span[row]) ^ Self.sign) }
            } else {
                for row in 0..<span.count { body(row, cut(UInt64(bitPattern: span[row]) ^ Self.sign)) }
            }
        case .int128(let buffer):
            let span = buffer.span
            switch word {
            case .only, .lower:
                let flip = word == .only ? Self.sign : 0
                for row in 0..<span.count { body(row, cut(UInt64(truncatingIfNeeded: span[row]) ^ flip)) }
            case .upper:
                for row in 0..<span.count { body(row, cut(UInt64(truncatingIfNeeded: span[row] >> 64) ^ Self.sign)) }
            }
        case .float(let buffer):
            let span = buffer.span
            for row in 0..<span.count { body(row, cut(orderedBits(Double(span[row])))) }
        case .double(let buffer):
            let span = buffer.span
            for row in 0..<span.count { body(row, cut(orderedBits(span[row]))) }
        default: throw .invalidArgument("values of type \(column.type) cannot be compared")
        }
    }
}

/// Doubles as integers of the same order: NaN equals itself and is the largest, as PostgreSQL has it.
@inline(__always)
package func orderedBits(_ value: Double) -> UInt64 {
    if value.isNaN { return .max }
    let bits = (value == 0 ? 0.0 : value).bitPattern
    return bits >> 63 == 1 ? ~bits : bits | 1 << 63
}

/// The value of ordered bits; zero is positive.
@inlinable @inline(__always)
package func double(ofOrderedBits bits: UInt64) -> Double {
    if bits == .max { return .nan }
    return Double(bitPattern: bits >> 63 == 1 ? bits & ~(1 << 63) : ~bits)
}

extension Column {
    /// Adds all valid values of a bytes column to an interner; the values of a dictionary that no row has are left out.
    func internAll(_ interner: inout BytesInterner) throws(KernelError) {
        switch values {
        case .bytes(let buffer):
            let (valueBytes, valueOffsets) = (buffer.bytes, buffer.offsets)
            let content = valueBytes.span
            let offsets = valueOffsets.span
            for row in 0..<buffer.count where isValid(row) {
                _ = interner.intern(content.extracting(Int(offsets[row])..<Int(offsets[row + 1])))
            }
        case .dictionary(let codes, let dictionary):
            var isUsed = [Bool](repeating: false, count: dictionary.values.count)
            let span = codes.span
            if let validity {
                for row in 0..<span.count where validity[row] { isUsed[Int(span[row])] = true }
            } else {
                for row in 0..<span.count { isUsed[Int(span[row])] = true }
            }
            let entries = dictionary.values
            let (entryBytes, entryOffsets) = (entries.bytes, entries.offsets)
            let content = entryBytes.span
            let offsets = entryOffsets.span
            for code in isUsed.indices where isUsed[code] {
                _ = interner.intern(content.extracting(Int(offsets[code])..<Int(offsets[code + 1])))
            }
        default: throw .invalidArgument("values of type \(type) cannot be compared")
        }
    }

    /// A number for each row by its bytes; each entry of a dictionary is looked up once.
    func codes(_ find: (Span<UInt8>) -> UInt32) throws(KernelError) -> [UInt32] {
        switch values {
        case .bytes(let buffer):
            let (valueBytes, valueOffsets) = (buffer.bytes, buffer.offsets)
            let content = valueBytes.span
            let offsets = valueOffsets.span
            var codes = [UInt32](repeating: 0, count: buffer.count)
            for row in 0..<buffer.count where isValid(row) {
                codes[row] = find(content.extracting(Int(offsets[row])..<Int(offsets[row + 1])))
            }
            return codes
        case .dictionary(let own, let dictionary):
            let entries = dictionary.values
            let (entryBytes, entryOffsets) = (entries.bytes, entries.offsets)
            let content = entryBytes.span
            let offsets = entryOffsets.span
            // Only entries that a row has are looked up: a batch may have few of a large dictionary's.
            var known = [UInt32](repeating: 0, count: dictionary.values.count)
            var isKnown = [Bool](repeating: false, count: known.count)
            let span = own.span
            var codes = [UInt32](repeating: 0, count: span.count)
            for row in 0..<span.count where isValid(row) {
                let code = Int(span[row])
                if !isKnown[code] {
                    known[code] = find(content.extracting(Int(offsets[code])..<Int(offsets[code + 1])))
                    isKnown[code] = true
                }
                codes[row] = known[code]
            }
            return codes
        default: throw .invalidArgument("values of type \(type) cannot be compared")
        }
    }
}
