extension ColumnBatch {
    /// About how many bytes its values take in memory; what is shared with other batches is counted for each.
    package var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }
}

extension Column {
    /// About how many bytes its values take in memory.
    package var byteCount: Int { values.byteCount + (validity.map { $0.count / 8 } ?? 0) }
}

extension ColumnValues {
    fileprivate var byteCount: Int {
        switch self {
        case .bool(let bits): bits.count / 8
        case .int32(let buffer): 4 * buffer.count
        case .int64(let buffer): 8 * buffer.count
        case .int128(let buffer): 16 * buffer.count
        case .float(let buffer): 4 * buffer.count
        case .double(let buffer): 8 * buffer.count
        case .bytes(let buffer): buffer.byteCount
        case .dictionary(let codes, let dictionary): 4 * codes.count + dictionary.values.byteCount
        case .list(let offsets, let elements): 4 * offsets.count + elements.byteCount
        case .structure(let columns, _): columns.reduce(0) { $0 + $1.byteCount }
        case .map(let offsets, let keys, let values): 4 * offsets.count + keys.byteCount + values.byteCount
        }
    }
}

extension BytesBuffer {
    fileprivate var byteCount: Int { 4 * offsets.count + Int(offsets[count]) - Int(offsets[0]) }
}
