package import Columnar

extension Column {
    /// Columns of one type, one behind the other. Dictionary codes stay codes where all share one dictionary; else
    /// dictionaries are put behind each other, and codes moved.
    package static func joined(_ columns: [Column], type: LogicalType) throws(KernelError) -> Column {
        if columns.count == 1 { return columns[0] }
        let rowCount = columns.reduce(0) { $0 + $1.rowCount }
        var validity: Bitmap?
        if columns.contains(where: { $0.validity != nil }) {
            validity = Bitmap(joining: columns.map { $0.validity ?? Bitmap(repeating: true, count: $0.rowCount) })
        }
        if rowCount == 0 { return Column(type, ColumnValues.zeros(type, 0)) }
        return Column(type, validity: validity, try joinedValues(columns, type, rowCount))
    }

    private static func joinedValues(
        _ columns: [Column], _ type: LogicalType, _ rowCount: Int
    ) throws(KernelError) -> ColumnValues {
        switch type.physicalType {
        case .bool:
            return .bool(
                Bitmap(joining: columns.compactMap { if case .bool(let own) = $0.values { own } else { nil } }))
        case .int32:
            return .int32(append(columns, rowCount) { if case .int32(let buffer) = $0 { buffer } else { nil } })
        case .int64:
            return .int64(append(columns, rowCount) { if case .int64(let buffer) = $0 { buffer } else { nil } })
        case .int128:
            return .int128(append(columns, rowCount) { if case .int128(let buffer) = $0 { buffer } else { nil } })
        case .float:
            return .float(append(columns, rowCount) { if case .float(let buffer) = $0 { buffer } else { nil } })
        case .double:
            return .double(append(columns, rowCount) { if case .double(let buffer) = $0 { buffer } else { nil } })
        case .bytes: return try joinedBytes(columns, rowCount)
        case .structure:
            let parts = columns.map { column -> [Column] in
                if case .structure(let parts, _) = column.values { parts } else { [] }
            }
            var joined: [Column] = []
            for index in parts[0].indices {
                joined.append(try Column.joined(parts.map { $0[index] }, type: parts[0][index].type))
            }
            return .structure(joined, rowCount: rowCount)
        case .list, .map: return try joinedEntries(columns)
        }
    }

    @inline(__always)
    private static func append<Value>(
        _ columns: [Column], _ rowCount: Int, _ buffer: (ColumnValues) -> Buffer<Value>?
    ) -> Buffer<Value> {
        var values: [Value] = []
        values.reserveCapacity(rowCount)
        for column in columns {
            guard let own = buffer(column.values) else { continue }
            let span = own.span
            unsafe span.withUnsafeBufferPointer { unsafe values.append(contentsOf: $0) }
        }
        return Buffer(values)
    }

    private static func joinedBytes(_ columns: [Column], _ rowCount: Int) throws(KernelError) -> ColumnValues {
        let dictionaries = columns.map { column -> BytesDictionary? in
            if case .dictionary(_, let dictionary) = column.values { dictionary } else { nil }
        }
        guard dictionaries.allSatisfy({ $0 != nil }) else {
            var plain: [BytesBuffer] = []
            for column in columns { plain.append(try column.plainBytes()) }
            return .bytes(try joined(plain))
        }
        var starts: [ObjectIdentifier: UInt32] = [:]
        var distinct: [BytesBuffer] = []
        var total = 0
        for case let dictionary? in dictionaries where starts[ObjectIdentifier(dictionary)] == nil {
            starts[ObjectIdentifier(dictionary)] = UInt32(total)
            distinct.append(dictionary.values)
            total += dictionary.values.count
        }
        if total > rowCount &* 2 {
            var plain: [BytesBuffer] = []
            for column in columns { plain.append(try column.plainBytes()) }
            return .bytes(try joined(plain))
        }
        var codes: [UInt32] = []
        codes.reserveCapacity(rowCount)
        for column in columns {
            guard case .dictionary(let own, let dictionary) = column.values else { continue }
            let start = starts[ObjectIdentifier(dictionary)] ?? 0
            let span = own.span
            for row in 0..<span.count { codes.append(span[row] &+ start) }
        }
        if distinct.count == 1, case let first? = dictionaries[0] {
            return .dictionary(codes: Buffer(codes), first)
        }
        return .dictionary(codes: Buffer(codes), BytesDictionary(try joined(distinct)))
    }

    static func joined(_ buffers: [BytesBuffer]) throws(KernelError) -> BytesBuffer {
        var offsets: [Int32] = [0]
        var content: [UInt8] = []
        for buffer in buffers {
            let own = buffer.offsets.span
            let base = Int(own[0])
            let length = Int(own[own.count - 1]) - base
            let start = content.count
            guard start + length <= Int(Int32.max) else { throw .tooLarge }
            let piece = buffer.bytes.slice(base..<base + length)
            let span = piece.span
            unsafe span.withUnsafeBufferPointer { unsafe content.append(contentsOf: $0) }
            for index in 1..<own.count { offsets.append(Int32(truncatingIfNeeded: Int(own[index]) - base + start)) }
        }
        return BytesBuffer(offsets: Buffer(offsets), bytes: Buffer(content))
    }

    private static func joinedEntries(_ columns: [Column]) throws(KernelError) -> ColumnValues {
        var offsets: [Int32] = [0]
        var firsts: [Column] = []
        var seconds: [Column] = []
        var total = 0
        for column in columns {
            let own: Buffer<Int32>
            switch column.values {
            case .list(let listed, let elements):
                own = listed
                firsts.append(elements.slice(Int(own[0])..<Int(own[own.count - 1])))
            case .map(let listed, let keys, let values):
                own = listed
                firsts.append(keys.slice(Int(own[0])..<Int(own[own.count - 1])))
                seconds.append(values.slice(Int(own[0])..<Int(own[own.count - 1])))
            default: continue
            }
            for index in 1..<own.count {
                guard let offset = Int32(exactly: total + Int(own[index]) - Int(own[0])) else { throw .tooLarge }
                offsets.append(offset)
            }
            total = Int(offsets[offsets.count - 1])
        }
        let elements = try joined(firsts, type: firsts[0].type)
        if seconds.isEmpty { return .list(offsets: Buffer(offsets), elements: elements) }
        return .map(offsets: Buffer(offsets), keys: elements, values: try joined(seconds, type: seconds[0].type))
    }

    /// The bytes of every row, without a dictionary.
    package func plainBytes() throws(KernelError) -> BytesBuffer {
        switch values {
        case .bytes(let bytes): return bytes
        case .dictionary(let codes, let dictionary):
            let span = codes.span
            guard case .bytes(let bytes) = try ColumnValues.bytes(dictionary.values).taking(span) else {
                return dictionary.values
            }
            return bytes
        default: return BytesBuffer(offsets: Buffer([0]), bytes: Buffer([]))
        }
    }
}

extension Bitmap {
    /// Bits behind each other, a word at a time.
    init(joining parts: [Bitmap]) {
        let count = parts.reduce(0) { $0 + $1.count }
        var words = [UInt64](repeating: 0, count: (count + 63) / 64)
        var start = 0
        for part in parts {
            let (word, shift) = (start / 64, UInt64(start % 64))
            // Bits behind a bitmap's end are 0: what is put into the word after it is overwritten by nothing.
            for (index, bits) in part.words.enumerated() {
                words[word + index] |= bits << shift
                if shift > 0 && word + index + 1 < words.count { words[word + index + 1] |= bits >> (64 - shift) }
            }
            start += part.count
        }
        self.init(words: words, count: count)
    }
}
