package import Columnar

/// The position that stands for "no row": `take` gives NULL there.
package let missingRow: UInt32 = .max

extension Column {
    /// The rows at some positions, in their order; dictionary codes stay codes.
    /// - Parameter mayMiss: whether positions may be `missingRow`, which gives NULL.
    package func taking(_ rows: Span<UInt32>, mayMiss: Bool = false) throws(KernelError) -> Column {
        if mayMiss { return try takingOrMissing(rows) }
        return Column(type, validity: validity?.taking(rows), try values.taking(rows))
    }

    private func takingOrMissing(_ rows: Span<UInt32>) throws(KernelError) -> Column {
        let present = Bitmap(rows.count) { rows[$0] != missingRow && isValid(Int(rows[$0])) }
        let validity = present.setCount == rows.count ? nil : present
        if rowCount == 0 { return Column.nulls(type, rows.count) }
        var bounded = [UInt32](repeating: 0, count: rows.count)
        for row in 0..<rows.count where rows[row] != missingRow { bounded[row] = rows[row] }
        let span = bounded.span
        return Column(type, validity: validity, try values.taking(span))
    }

    /// A column of one row, so many times.
    package func repeated(_ count: Int) -> Column {
        precondition(rowCount == 1)
        guard isValid(0) else { return Column.nulls(type, count) }
        switch values {
        case .bool(let bits): return Column(type, .bool(Bitmap(repeating: bits[0], count: count)))
        case .int32(let buffer): return Column(type, .int32(Buffer(Array(repeating: buffer[0], count: count))))
        case .int64(let buffer): return Column(type, .int64(Buffer(Array(repeating: buffer[0], count: count))))
        case .int128(let buffer): return Column(type, .int128(Buffer(Array(repeating: buffer[0], count: count))))
        case .float(let buffer): return Column(type, .float(Buffer(Array(repeating: buffer[0], count: count))))
        case .double(let buffer): return Column(type, .double(Buffer(Array(repeating: buffer[0], count: count))))
        case .bytes(let bytes):
            let codes = Buffer(Array(repeating: UInt32(0), count: count))
            return Column(type, .dictionary(codes: codes, BytesDictionary(bytes)))
        default:
            let rows = [UInt32](repeating: 0, count: count)
            let span = rows.span
            return (try? taking(span)) ?? Column.nulls(type, count)
        }
    }

    /// A column without any value.
    package static func nulls(_ type: LogicalType, _ count: Int) -> Column {
        Column(type, validity: Bitmap(repeating: false, count: count), ColumnValues.zeros(type, count))
    }

    /// The column with another meaning of the same layout: no copy.
    package func reinterpreted(as type: LogicalType) -> Column { Column(type, validity: validity, values) }

    /// The column with other validity.
    package func with(validity: Bitmap?) -> Column {
        Column(type, validity: validity.flatMap { $0.setCount == $0.count ? nil : $0 }, values)
    }
}

extension Bitmap {
    /// The bits at some positions; nil where all of them are set, as a column wants it that misses no value.
    fileprivate func taking(_ rows: Span<UInt32>) -> Bitmap? {
        let input = words.span
        var taken = [UInt64](repeating: 0, count: (rows.count + 63) / 64)
        var output = taken.mutableSpan
        var setCount = 0
        for word in 0..<output.count {
            let first = word &* 64
            var bits: UInt64 = 0
            for row in first..<min(first &+ 64, rows.count) {
                let position = Int(rows[row])
                bits |= (input[position &>> 6] &>> UInt64(position & 63) & 1) &<< UInt64(row &- first)
            }
            setCount &+= bits.nonzeroBitCount
            output[word] = bits
        }
        return setCount == rows.count ? nil : Bitmap(words: taken, count: rows.count)
    }
}

extension ColumnValues {
    /// Zeros and empty values of a type.
    static func zeros(_ type: LogicalType, _ count: Int) -> ColumnValues {
        switch type.physicalType {
        case .bool: return .bool(Bitmap(repeating: false, count: count))
        case .int32: return .int32(Buffer(Array(repeating: 0, count: count)))
        case .int64: return .int64(Buffer(Array(repeating: 0, count: count)))
        case .int128: return .int128(Buffer(Array(repeating: 0, count: count)))
        case .float: return .float(Buffer(Array(repeating: 0, count: count)))
        case .double: return .double(Buffer(Array(repeating: 0, count: count)))
        case .bytes:
            return .bytes(BytesBuffer(offsets: Buffer(Array(repeating: 0, count: count + 1)), bytes: Buffer([])))
        case .list, .map, .structure: return nestedZeros(type, count)
        }
    }

    private static func nestedZeros(_ type: LogicalType, _ count: Int) -> ColumnValues {
        let offsets = Buffer([Int32](repeating: 0, count: count + 1))
        switch type {
        case .list(let element):
            return .list(offsets: offsets, elements: Column(element.type, zeros(element.type, 0)))
        case .map(let key, let value):
            return .map(
                offsets: offsets, keys: Column(key.type, zeros(key.type, 0)),
                values: Column(value.type, zeros(value.type, 0)))
        case .structure(let fields):
            return .structure(fields.map { Column($0.type, zeros($0.type, count)) }, rowCount: count)
        default:
            return .structure(
                LogicalType.intervalFields.map { Column($0.type, zeros($0.type, count)) }, rowCount: count)
        }
    }

    func taking(_ rows: Span<UInt32>) throws(KernelError) -> ColumnValues {
        switch self {
        case .bool(let bits):
            let words = bits.words
            let span = words.span
            return .bool(
                Bitmap(rows.count) { row in
                    let place = Int(rows[row])
                    return span[place &>> 6] &>> UInt64(place & 63) & 1 == 1
                })
        case .int32(let buffer): return .int32(gather(buffer, rows, 0))
        case .int64(let buffer): return .int64(gather(buffer, rows, 0))
        case .int128(let buffer): return .int128(gather(buffer, rows, 0))
        case .float(let buffer): return .float(gather(buffer, rows, 0))
        case .double(let buffer): return .double(gather(buffer, rows, 0))
        case .dictionary(let codes, let dictionary): return .dictionary(codes: gather(codes, rows, 0), dictionary)
        case .bytes(let bytes): return .bytes(try gather(bytes, rows))
        case .structure(let columns, _):
            var taken: [Column] = []
            for column in columns { taken.append(try column.taking(rows)) }
            return .structure(taken, rowCount: rows.count)
        case .list(let offsets, let elements):
            let (newOffsets, positions) = try entries(offsets, rows)
            let span = positions.span
            return .list(offsets: newOffsets, elements: try elements.taking(span))
        case .map(let offsets, let keys, let values):
            let (newOffsets, positions) = try entries(offsets, rows)
            let span = positions.span
            return .map(offsets: newOffsets, keys: try keys.taking(span), values: try values.taking(span))
        }
    }
}

@inline(__always)
private func gather<Value>(_ buffer: Buffer<Value>, _ rows: Span<UInt32>, _ filler: Value) -> Buffer<Value> {
    var values = [Value](repeating: filler, count: rows.count)
    var output = values.mutableSpan
    let input = buffer.span
    for row in 0..<rows.count { output[row] = input[Int(rows[row])] }
    return Buffer(values)
}

private func gather(_ bytes: BytesBuffer, _ rows: Span<UInt32>) throws(KernelError) -> BytesBuffer {
    let offsets = bytes.offsets.span
    var newOffsets = [Int32](repeating: 0, count: rows.count + 1)
    var total = 0
    for row in 0..<rows.count {
        let index = Int(rows[row])
        total += Int(offsets[index + 1]) - Int(offsets[index])
        guard total <= Int(Int32.max) else { throw .tooLarge }
        newOffsets[row + 1] = Int32(truncatingIfNeeded: total)
    }
    var content: [UInt8] = []
    content.reserveCapacity(total)
    let input = bytes.bytes.span
    for row in 0..<rows.count {
        let index = Int(rows[row])
        let piece = input.extracting(Int(offsets[index])..<Int(offsets[index + 1]))
        unsafe piece.withUnsafeBufferPointer { unsafe content.append(contentsOf: $0) }
    }
    return BytesBuffer(offsets: Buffer(newOffsets), bytes: Buffer(content))
}

private func entries(
    _ offsets: Buffer<Int32>, _ rows: Span<UInt32>
) throws(KernelError) -> (Buffer<Int32>, [UInt32]) {
    var newOffsets: [Int32] = [0]
    var positions: [UInt32] = []
    for row in 0..<rows.count {
        let index = Int(rows[row])
        for entry in offsets[index]..<offsets[index + 1] { positions.append(UInt32(entry)) }
        guard let offset = Int32(exactly: positions.count) else { throw .tooLarge }
        newOffsets.append(offset)
    }
    return (Buffer(newOffsets), positions)
}
