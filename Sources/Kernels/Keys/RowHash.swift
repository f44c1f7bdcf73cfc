package import Columnar

/// A hash of each row over several columns: of the values alone, so that equal rows of different batches have equal
/// hashes whatever their dictionaries are.
package func rowHashes(_ columns: [Column], rowCount: Int) throws(KernelError) -> [UInt64] {
    var hashes = [UInt64](repeating: 0x2545_F491_4F6C_DD1D, count: rowCount)
    for original in columns {
        let column = try original.comparable()
        if column.type.physicalType == .bytes {
            try addBytes(column, &hashes)
        } else {
            let lanes: [FixedLane] =
                column.type.physicalType == .int128
                ? [FixedLane(word: .upper), FixedLane(word: .lower)] : [FixedLane(word: .only)]
            let validity = column.validity
            for lane in lanes {
                try lane.forEach(column) { row, value in
                    let isValid = validity.map { $0[row] } ?? true
                    hashes[row] = folded(hashes[row] ^ (isValid ? value &+ 0x9E37_79B9_7F4A_7C15 : 0x6A09_E667))
                }
            }
        }
    }
    return hashes
}

private func addBytes(_ column: Column, _ hashes: inout [UInt64]) throws(KernelError) {
    func hash(_ bytes: BytesBuffer, _ index: Int) -> UInt64 {
        let (content, offsets) = (bytes.bytes, bytes.offsets)
        let span = content.span
        return hashOfBytes(span.extracting(Int(offsets[index])..<Int(offsets[index + 1])))
    }
    switch column.values {
    case .bytes(let bytes):
        for row in hashes.indices {
            hashes[row] = folded(hashes[row] ^ (column.isValid(row) ? hash(bytes, row) : 0x6A09_E667))
        }
    case .dictionary(let codes, let dictionary):
        let entries = dictionary.values
        let known = (0..<entries.count).map { hash(entries, $0) }
        for row in hashes.indices {
            hashes[row] = folded(hashes[row] ^ (column.isValid(row) ? known[Int(codes[row])] : 0x6A09_E667))
        }
    default: throw .invalidArgument("values of type \(column.type) cannot be compared")
    }
}
