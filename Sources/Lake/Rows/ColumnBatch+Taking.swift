internal import Columnar

extension ColumnBatch {
    /// The rows at some positions, in their order; a position may come more than once.
    /// - Throws: `LakeError` (`schema`) where a column would hold more than 2 GiB.
    func taking(_ rows: [Int32]) throws -> ColumnBatch {
        var taken: [Column] = []
        for column in columns { taken.append(try column.taking(rows)) }
        return try ColumnBatch(schema: schema, columns: taken, rowCount: rows.count)
    }
}

extension Column {
    /// The values at some rows, in their order.
    /// - Throws: `LakeError` (`schema`) where the column would hold more than 2 GiB.
    func taking(_ rows: [Int32]) throws(LakeError) -> Column {
        Column(type, validity: validity.map { $0.taking(rows) }, try values.taking(rows))
    }
}

extension Bitmap {
    /// The bits at some positions.
    func taking(_ rows: [Int32]) -> Bitmap {
        var words = [UInt64](repeating: 0, count: (rows.count + 63) / 64)
        let own = self.words.span
        for (index, row) in rows.enumerated() {
            let bit = own[Int(row) &>> 6] &>> UInt64(row & 63) & 1
            words[index &>> 6] |= bit &<< UInt64(index & 63)
        }
        return Bitmap(words: words, count: rows.count)
    }
}

extension ColumnValues {
    /// The values at some rows.
    fileprivate func taking(_ rows: [Int32]) throws(LakeError) -> ColumnValues {
        switch self {
        case .bool(let bits): return .bool(bits.taking(rows))
        case .int32(let buffer): return .int32(gathered(buffer, rows))
        case .int64(let buffer): return .int64(gathered(buffer, rows))
        case .int128(let buffer): return .int128(gathered(buffer, rows))
        case .float(let buffer): return .float(gathered(buffer, rows))
        case .double(let buffer): return .double(gathered(buffer, rows))
        case .bytes(let buffer): return .bytes(try buffer.taking(rows))
        case .dictionary(let codes, let dictionary): return .dictionary(codes: gathered(codes, rows), dictionary)
        case .list(let offsets, let elements):
            let (ends, positions) = try Self.positions(offsets, rows)
            return .list(offsets: ends, elements: try elements.taking(positions))
        case .map(let offsets, let keys, let values):
            let (ends, positions) = try Self.positions(offsets, rows)
            return .map(offsets: ends, keys: try keys.taking(positions), values: try values.taking(positions))
        case .structure(let columns, _):
            var parts: [Column] = []
            for column in columns { parts.append(try column.taking(rows)) }
            return .structure(parts, rowCount: rows.count)
        }
    }

    /// Where the elements of some rows lie, and their new offsets.
    private static func positions(
        _ offsets: Buffer<Int32>, _ rows: [Int32]
    ) throws(LakeError) -> (offsets: Buffer<Int32>, positions: [Int32]) {
        var (ends, positions): ([Int32], [Int32]) = ([0], [])
        let own = offsets.span
        for row in rows {
            positions.append(contentsOf: own[Int(row)]..<own[Int(row) + 1])
            guard let end = Int32(exactly: positions.count) else { throw tooLarge }
            ends.append(end)
        }
        return (Buffer(ends), positions)
    }
}

private var tooLarge: LakeError { LakeError(.schema, "a column has more than 2 GiB in one batch") }

/// The values at some rows. Specialised by the optimiser, as its uses are in this file.
private func gathered<Value>(_ buffer: Buffer<Value>, _ rows: [Int32]) -> Buffer<Value> {
    var result: [Value] = []
    result.reserveCapacity(rows.count)
    let values = buffer.span
    for row in rows { result.append(values[Int(row)]) }
    return Buffer(result)
}

extension BytesBuffer {
    fileprivate func taking(_ rows: [Int32]) throws(LakeError) -> BytesBuffer {
        var total = 0
        let own = offsets.span
        for row in rows { total += Int(own[Int(row) + 1] - own[Int(row)]) }
        guard total <= Int(Int32.max) else { throw tooLarge }
        var (ends, taken): ([Int32], [UInt8]) = ([0], [])
        ends.reserveCapacity(rows.count + 1)
        taken.reserveCapacity(total)
        let bytes = self.bytes.span
        for row in rows {
            let range = Int(own[Int(row)])..<Int(own[Int(row) + 1])
            unsafe bytes.extracting(range).withUnsafeBufferPointer { unsafe taken.append(contentsOf: $0) }
            ends.append(Int32(truncatingIfNeeded: taken.count))
        }
        return BytesBuffer(offsets: Buffer(ends), bytes: Buffer(taken))
    }
}
