internal import Columnar

extension Column {
    /// The column with other values in some of its rows.
    ///
    /// - Parameters:
    ///   - rows: rising, none twice.
    ///   - new: a value for each of these rows, of the same type.
    /// - Throws: `LakeError` (`schema`) where the column would hold more than 2 GiB.
    /// - Complexity: a copy of the values of fixed width, of the codes of a dictionary, of the bytes of texts; nested values
    ///   are taken apart and put together.
    func replacing(_ rows: [Int32], with new: Column) throws(LakeError) -> Column {
        let values: ColumnValues
        switch (self.values, new.values) {
        case (.bool(let old), .bool(let new)): values = .bool(old.replacing(rows, with: new))
        case (.int32(let old), .int32(let new)): values = .int32(old.replacing(rows, with: new))
        case (.int64(let old), .int64(let new)): values = .int64(old.replacing(rows, with: new))
        case (.int128(let old), .int128(let new)): values = .int128(old.replacing(rows, with: new))
        case (.float(let old), .float(let new)): values = .float(old.replacing(rows, with: new))
        case (.double(let old), .double(let new)): values = .double(old.replacing(rows, with: new))
        case (.dictionary(let codes, let dictionary), _):
            let (own, extended) = try dictionary.codes(of: new)
            values = .dictionary(codes: codes.replacing(rows, with: Buffer(own)), extended)
        case (.bytes(let old), _): values = .bytes(try old.replacing(rows, with: new))
        default:
            var places = Array(0..<Int32(truncatingIfNeeded: rowCount))
            for (number, row) in rows.enumerated() { places[Int(row)] = Int32(truncatingIfNeeded: rowCount + number) }
            return try Column.joined([self, new], type: type).taking(places)
        }
        return Column(type, validity: validity(replacing: rows, with: new), values)
    }

    private func validity(replacing rows: [Int32], with new: Column) -> Bitmap? {
        guard validity != nil || new.validity != nil else { return nil }
        let old = validity ?? Bitmap(repeating: true, count: rowCount)
        let replaced = old.replacing(rows, with: new.validity ?? Bitmap(repeating: true, count: rows.count))
        return replaced.setCount == rowCount ? nil : replaced
    }
}

extension Buffer {
    fileprivate func replacing(_ rows: [Int32], with new: Buffer) -> Buffer {
        var values = array
        for (number, row) in rows.enumerated() { values[Int(row)] = new[number] }
        return Buffer(values)
    }
}

extension Bitmap {
    fileprivate func replacing(_ rows: [Int32], with new: Bitmap) -> Bitmap {
        var words = words
        for (number, row) in rows.enumerated() {
            let bit: UInt64 = 1 << UInt64(row & 63)
            if new[number] { words[Int(row) >> 6] |= bit } else { words[Int(row) >> 6] &= ~bit }
        }
        return Bitmap(words: words, count: count)
    }
}

extension BytesBuffer {
    /// What lies between the rows is copied as a whole.
    fileprivate func replacing(_ rows: [Int32], with new: Column) throws(LakeError) -> BytesBuffer {
        var (ends, replaced): ([Int32], [UInt8]) = ([0], [])
        ends.reserveCapacity(count + 1)
        replaced.reserveCapacity(Int(offsets[count] - offsets[0]))
        let (all, own) = (bytes.span, offsets.span)
        var next = 0
        for number in 0...rows.count {
            let row = number < rows.count ? Int(rows[number]) : count
            let shift = replaced.count - Int(own[next])
            unsafe all.extracting(Int(own[next])..<Int(own[row])).withUnsafeBufferPointer {
                unsafe replaced.append(contentsOf: $0)
            }
            while next < row {
                next += 1
                ends.append(Int32(truncatingIfNeeded: Int(own[next]) + shift))
            }
            guard number < rows.count else { break }
            if new.isValid(number), let value = new.bytes(number) { replaced += value }
            guard replaced.count <= Int(Int32.max) - Int(own[count] - own[row]) else {
                throw LakeError(.schema, "a column has more than 2 GiB in one batch")
            }
            ends.append(Int32(truncatingIfNeeded: replaced.count))
            next += 1
        }
        return BytesBuffer(offsets: Buffer(ends), bytes: Buffer(replaced))
    }
}

extension BytesDictionary {
    /// The codes of a column's values, and the dictionary that has them: this one, with those that it had not behind its own.
    fileprivate func codes(of column: Column) throws(LakeError) -> ([UInt32], BytesDictionary) {
        var known: [[UInt8]: Int] = [:]
        for code in 0..<values.count { known[values[code]] = code }
        var more = BytesBuilder()
        var codes: [UInt32] = []
        for row in 0..<column.rowCount {
            // The code of a missing value is any.
            guard column.isValid(row), let value = column.bytes(row) else {
                codes.append(0)
                continue
            }
            let code = known[value] ?? values.count + more.rowCount
            codes.append(UInt32(truncatingIfNeeded: code))
            if code < values.count + more.rowCount { continue }
            known[value] = code
            guard more.append(value.span) else { throw LakeError(.schema, "a column has more than 2 GiB in one batch") }
        }
        let added = Column(.binary, .bytes(more.finish().values))
        if added.rowCount == 0, values.count > 0 { return (codes, self) }
        let all = try Column.joined([Column(.binary, .bytes(values)), added], type: .binary)
        guard case .bytes(let extended) = all.values else { return (codes, self) }
        return (codes, BytesDictionary(extended))
    }
}

extension Column {
    fileprivate func bytes(_ row: Int) -> [UInt8]? {
        switch values {
        case .bytes(let buffer): buffer[row]
        case .dictionary(let codes, let dictionary): dictionary.values[Int(codes[row])]
        default: nil
        }
    }
}
