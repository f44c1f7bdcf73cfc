internal import Columnar

extension Column {
    /// Whether a value is that of a row of another column of the same type to the last bit, or both are missing.
    func isSame(_ row: Int, as other: Column, _ otherRow: Int) -> Bool {
        let isThere = isValid(row)
        guard isThere, other.isValid(otherRow) else { return isThere == other.isValid(otherRow) }
        switch (values, other.values) {
        case (.bool(let own), .bool(let theirs)): return own[row] == theirs[otherRow]
        case (.int32(let own), .int32(let theirs)): return own[row] == theirs[otherRow]
        case (.int64(let own), .int64(let theirs)): return own[row] == theirs[otherRow]
        case (.int128(let own), .int128(let theirs)): return own[row] == theirs[otherRow]
        case (.float(let own), .float(let theirs)): return own[row].bitPattern == theirs[otherRow].bitPattern
        case (.double(let own), .double(let theirs)): return own[row].bitPattern == theirs[otherRow].bitPattern
        default: break
        }
        if let (own, range) = bytes(of: row), let (theirs, otherRange) = other.bytes(of: otherRow) {
            return own.isSame(range, as: theirs, otherRange)
        }
        // Nested values: their texts tell zeros apart.
        return "\(scalar(row))" == "\(other.scalar(otherRow))"
    }

    /// Where the bytes of a text or binary value lie.
    private func bytes(of row: Int) -> (Buffer<UInt8>, Range<Int>)? {
        switch values {
        case .bytes(let buffer): (buffer.bytes, buffer.range(row))
        case .dictionary(let codes, let dictionary):
            (dictionary.values.bytes, dictionary.values.range(Int(codes[row])))
        default: nil
        }
    }
}

extension Buffer<UInt8> {
    fileprivate func isSame(_ range: Range<Int>, as other: Buffer<UInt8>, _ otherRange: Range<Int>) -> Bool {
        guard range.count == otherRange.count else { return false }
        let (own, theirs) = (span, other.span)
        for offset in 0..<range.count
        where own[range.lowerBound + offset] != theirs[otherRange.lowerBound + offset] { return false }
        return true
    }
}
