extension Column {
    /// The value of one row, boxed. For edges, tests and small tables: loops over many rows take the spans.
    package func scalar(_ row: Int) -> Scalar {
        guard isValid(row) else { return .null }
        switch values {
        case .bool(let bits): return .bool(bits[row])
        case .int32(let buffer):
            switch type {
            case .date: return .date(buffer[row])
            case .uint8, .uint16, .uint32: return .int(Int64(UInt32(bitPattern: buffer[row])))
            default: return .int(Int64(buffer[row]))
            }
        case .int64(let buffer):
            switch type {
            case .timestamp: return .timestamp(buffer[row])
            case .uint64: return .unsigned(UInt64(bitPattern: buffer[row]))
            case .decimal(_, let scale): return .decimal(ExactDecimal(unscaled: Int128(buffer[row]), scale: scale))
            default: return .int(buffer[row])
            }
        case .int128(let buffer):
            guard case .decimal(_, let scale) = type else { return .null }
            return .decimal(ExactDecimal(unscaled: buffer[row], scale: scale))
        case .float(let buffer): return .float(buffer[row])
        case .double(let buffer): return .double(buffer[row])
        case .bytes(let buffer): return bytes(buffer, row)
        case .dictionary(let codes, let dictionary): return bytes(dictionary.values, Int(codes[row]))
        case .list(let offsets, let elements):
            return .list((offsets[row]..<offsets[row + 1]).map { elements.scalar(Int($0)) })
        case .structure(let columns, _): return .structure(columns.map { $0.scalar(row) })
        case .map(let offsets, let keys, let values):
            return .map(
                (offsets[row]..<offsets[row + 1]).map {
                    Scalar.Entry(key: keys.scalar(Int($0)), value: values.scalar(Int($0)))
                })
        }
    }

    private func bytes(_ buffer: BytesBuffer, _ index: Int) -> Scalar {
        type.isText ? .text(buffer.text(index)) : .binary(buffer[index])
    }
}
