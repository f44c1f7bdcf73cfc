extension ColumnBatch {
    /// The rows whose bit is 1.
    /// - Precondition: there are as many bits as rows.
    /// - Complexity: one pass over the values that are kept; none where all are, or no row is.
    package func filtered(by selection: Bitmap) -> ColumnBatch {
        precondition(selection.count == rowCount)
        let count = selection.setCount
        if count == rowCount { return self }
        if count == 0 { return slice(0..<0) }
        return taking(selection.positions)
    }

    /// Rows by their positions, in any order, any number of times.
    /// - Precondition: every position is a row's.
    package func taking(_ rows: [Int32]) -> ColumnBatch {
        ColumnBatch(checked: schema, columns.map { $0.taking(rows) }, rows.count)
    }
}

extension Bitmap {
    /// The positions of the bits that are 1.
    package var positions: [Int32] {
        var positions: [Int32] = []
        positions.reserveCapacity(setCount)
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                positions.append(Int32(truncatingIfNeeded: index &* 64 &+ rest.trailingZeroBitCount))
                rest &= rest &- 1
            }
        }
        return positions
    }
}

extension Column {
    /// The values of rows by their positions, in any order, any number of times.
    /// - Precondition: every position is a row's, and texts or elements stay below 2 GiB.
    package func taking(_ rows: [Int32]) -> Column {
        var bits: Bitmap?
        if let validity {
            bits = Bitmap(rows.map { validity[Int($0)] })
            if bits?.setCount == rows.count { bits = nil }
        }
        return Column(type, validity: bits, values.taking(rows))
    }
}

extension ColumnValues {
    fileprivate func taking(_ rows: [Int32]) -> ColumnValues {
        switch self {
        case .bool(let bits): return .bool(Bitmap(rows.map { bits[Int($0)] }))
        case .int32(let buffer): return .int32(buffer.taking(rows))
        case .int64(let buffer): return .int64(buffer.taking(rows))
        case .int128(let buffer): return .int128(buffer.taking(rows))
        case .float(let buffer): return .float(buffer.taking(rows))
        case .double(let buffer): return .double(buffer.taking(rows))
        case .bytes(let buffer): return .bytes(buffer.taking(rows))
        case .dictionary(let codes, let dictionary): return .dictionary(codes: codes.taking(rows), dictionary)
        case .structure(let columns, _):
            return .structure(columns.map { $0.taking(rows) }, rowCount: rows.count)
        case .list(let offsets, let elements):
            let (ends, places) = Self.elements(offsets, rows)
            return .list(offsets: ends, elements: elements.taking(places))
        case .map(let offsets, let keys, let values):
            let (ends, places) = Self.elements(offsets, rows)
            return .map(offsets: ends, keys: keys.taking(places), values: values.taking(places))
        }
    }

    private static func elements(_ offsets: Buffer<Int32>, _ rows: [Int32]) -> (Buffer<Int32>, [Int32]) {
        var ends: [Int32] = [0]
        ends.reserveCapacity(rows.count + 1)
        var places: [Int32] = []
        for row in rows {
            places.append(contentsOf: offsets[Int(row)]..<offsets[Int(row) + 1])
            ends.append(Int32(places.count))
        }
        return (Buffer(ends), places)
    }
}

extension Buffer {
    fileprivate func taking(_ rows: [Int32]) -> Buffer {
        var result: [Element] = []
        result.reserveCapacity(rows.count)
        let values = span
        for row in rows { result.append(values[Int(row)]) }
        return Buffer(result)
    }
}

extension BytesBuffer {
    fileprivate func taking(_ rows: [Int32]) -> BytesBuffer {
        var ends: [Int32] = [0]
        ends.reserveCapacity(rows.count + 1)
        var result: [UInt8] = []
        let all = bytes.span
        for row in rows {
            unsafe all.extracting(range(Int(row))).withUnsafeBufferPointer { unsafe result.append(contentsOf: $0) }
            ends.append(Int32(result.count))
        }
        return BytesBuffer(offsets: Buffer(ends), bytes: Buffer(result))
    }
}
