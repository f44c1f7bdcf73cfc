internal import Columnar

/// Which values of a column are within some keys: a bit each, 64 to a word. One dispatch a batch, then plain loops.
/// What is said of a missing value means nothing.
enum KeyKernel {
    static func words(of column: Column, in keys: KeySet) -> [UInt64] {
        switch keys {
        case .none: return [UInt64](repeating: 0, count: (column.rowCount + 63) / 64)
        case .all: return Bitmap(repeating: true, count: column.rowCount).words
        case .numbers(let range): return numbers(column, range)
        case .numberSet(let set): return numbers(column, set)
        case .bytes(let from, let before): return bytes(column) { isInside($0, from, before) }
        case .bytesSet(let set):
            // A value is looked at as an array of its own only where one of the set is as long.
            let lengths = Set(set.map(\.count))
            return bytes(column) { value in
                guard lengths.contains(value.count) else { return false }
                return set.contains(unsafe value.withUnsafeBufferPointer { unsafe Array($0) })
            }
        }
    }

    // MARK: Numbers

    private static func numbers(_ column: Column, _ range: ClosedRange<Int128>) -> [UInt64] {
        switch column.values {
        case .bool(let bits):
            let (no, yes): (UInt64, UInt64) = (range.contains(0) ? ~0 : 0, range.contains(1) ? ~0 : 0)
            return bits.words.map { $0 & yes | ~$0 & no }
        case .int32(let buffer):
            if column.type.isUnsigned {
                return within(range, UInt32.self) { range in
                    words(buffer.span) { range.contains(UInt32(bitPattern: $0)) }
                } ?? nothing(buffer.count)
            }
            return within(range, Int32.self) { range in words(buffer.span) { range.contains($0) } }
                ?? nothing(buffer.count)
        case .int64(let buffer):
            if column.type.isUnsigned {
                return within(range, UInt64.self) { range in
                    words(buffer.span) { range.contains(UInt64(bitPattern: $0)) }
                } ?? nothing(buffer.count)
            }
            return within(range, Int64.self) { range in words(buffer.span) { range.contains($0) } }
                ?? nothing(buffer.count)
        case .int128(let buffer): return words(buffer.span) { range.contains($0) }
        case .float(let buffer):
            return within(range, Int64.self) { range in
                words(buffer.span) { range.contains(floatingOrder(Double($0))) }
            } ?? nothing(buffer.count)
        case .double(let buffer):
            return within(range, Int64.self) { range in words(buffer.span) { range.contains(floatingOrder($0)) } }
                ?? nothing(buffer.count)
        case .bytes, .dictionary, .list, .structure, .map: return nothing(column.rowCount)
        }
    }

    private static func numbers(_ column: Column, _ set: Set<Int128>) -> [UInt64] {
        switch column.values {
        case .bool(let bits):
            let (no, yes): (UInt64, UInt64) = (set.contains(0) ? ~0 : 0, set.contains(1) ? ~0 : 0)
            return bits.words.map { $0 & yes | ~$0 & no }
        case .int32(let buffer):
            let isUnsigned = column.type.isUnsigned
            return words(buffer.span) { set.contains(isUnsigned ? Int128(UInt32(bitPattern: $0)) : Int128($0)) }
        case .int64(let buffer):
            let isUnsigned = column.type.isUnsigned
            return words(buffer.span) { set.contains(isUnsigned ? Int128(UInt64(bitPattern: $0)) : Int128($0)) }
        case .int128(let buffer): return words(buffer.span) { set.contains($0) }
        case .float(let buffer): return words(buffer.span) { set.contains(floatingKey(Double($0))) }
        case .double(let buffer): return words(buffer.span) { set.contains(floatingKey($0)) }
        case .bytes, .dictionary, .list, .structure, .map: return nothing(column.rowCount)
        }
    }

    /// Does something with the part of a range that a type has; nil where it has none.
    private static func within<Value: FixedWidthInteger>(
        _ range: ClosedRange<Int128>, _ type: Value.Type, _ body: (ClosedRange<Value>) -> [UInt64]
    ) -> [UInt64]? {
        let (lower, upper) = (max(range.lowerBound, Int128(Value.min)), min(range.upperBound, Int128(Value.max)))
        guard lower <= upper else { return nil }
        return body(Value(truncatingIfNeeded: lower)...Value(truncatingIfNeeded: upper))
    }

    private static func nothing(_ count: Int) -> [UInt64] { [UInt64](repeating: 0, count: (count + 63) / 64) }

    @inline(__always)
    private static func words<Value: BitwiseCopyable>(
        _ values: Span<Value>, _ isInside: (Value) -> Bool
    ) -> [UInt64] {
        var words = nothing(values.count)
        var target = words.mutableSpan
        for index in target.indices {
            let start = index &* 64
            var word: UInt64 = 0
            for row in start..<min(values.count, start &+ 64) {
                word |= (isInside(values[row]) ? 1 : 0) &<< UInt64(row & 63)
            }
            target[index] = word
        }
        return words
    }

    // MARK: Bytes

    private static func bytes(_ column: Column, _ isInside: (Span<UInt8>) -> Bool) -> [UInt64] {
        switch column.values {
        case .bytes(let buffer): return bytes(buffer, isInside)
        case .dictionary(let codes, let dictionary):
            // Each distinct value is looked at once; codes of missing values may be of an empty dictionary.
            let inside = bytes(dictionary.values, isInside)
            guard !inside.isEmpty else { return nothing(codes.count) }
            return words(codes.span) { inside[Int($0 &>> 6)] &>> UInt64($0 & 63) & 1 == 1 }
        default: return nothing(column.rowCount)
        }
    }

    private static func bytes(_ buffer: BytesBuffer, _ isInside: (Span<UInt8>) -> Bool) -> [UInt64] {
        var words = nothing(buffer.count)
        let (ends, all) = (buffer.offsets, buffer.bytes)
        let (offsets, bytes) = (ends.span, all.span)
        for row in 0..<buffer.count where isInside(bytes.extracting(Int(offsets[row])..<Int(offsets[row + 1]))) {
            words[row >> 6] |= 1 << UInt64(row & 63)
        }
        return words
    }

    private static func isInside(_ value: Span<UInt8>, _ from: [UInt8], _ before: [UInt8]?) -> Bool {
        if order(value, from.span) < 0 { return false }
        guard let before else { return true }
        return order(value, before.span) < 0
    }

    /// Below 0 where the first comes before the second in the order of bytes, 0 where they are equal.
    private static func order(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
            return left[index] < right[index] ? -1 : 1
        }
        return left.count - right.count
    }
}

extension LogicalType {
    /// Whether the bits are those of an unsigned integer.
    var isUnsigned: Bool {
        switch self {
        case .uint8, .uint16, .uint32, .uint64: true
        default: false
        }
    }
}
