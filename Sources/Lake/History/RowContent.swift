internal import Columnar

/// Hashes whole rows in 128 bits, missing values too: two rows are the same state where their hashes are.
struct RowContent: Sendable {
    private let keys: RowKeys

    init(_ keys: RowKeys) { self.keys = keys }

    /// The hashes of the rows, over some columns in their order.
    func hashes(_ batch: ColumnBatch, columns: [String]) throws -> [RowKey] {
        var lanes = [RowKey](repeating: RowKey(low: keys.seeds.2, high: keys.seeds.3), count: batch.rowCount)
        for name in columns { mix(try batch.column(name), into: &lanes) }
        return lanes
    }

    private func mix(_ column: Column, into lanes: inout [RowKey]) {
        for row in lanes.indices {
            guard column.isValid(row) else {
                lanes[row] = keys.mixed(lanes[row], Self.missing)
                continue
            }
            let lane = keys.mixed(lanes[row], 1)
            switch column.values {
            case .bool(let bits): lanes[row] = keys.mixed(lane, bits[row] ? 1 : 0)
            case .int32(let buffer): lanes[row] = keys.mixed(lane, UInt64(bitPattern: Int64(buffer[row])))
            case .int64(let buffer): lanes[row] = keys.mixed(lane, UInt64(bitPattern: buffer[row]))
            case .int128(let buffer):
                let bits = UInt128(bitPattern: buffer[row])
                let half = keys.mixed(lane, UInt64(truncatingIfNeeded: bits))
                lanes[row] = keys.mixed(half, UInt64(truncatingIfNeeded: bits >> 64))
            case .float(let buffer): lanes[row] = keys.mixed(lane, UInt64(buffer[row].bitPattern))
            case .double(let buffer): lanes[row] = keys.mixed(lane, buffer[row].bitPattern)
            case .bytes(let buffer): lanes[row] = keys.mixed(lane, buffer, row)
            case .dictionary(let codes, let dictionary):
                lanes[row] = keys.mixed(lane, dictionary.values, Int(codes[row]))
            case .list, .structure, .map:
                // Seldom, and small: their text tells all of them.
                var builder = BytesBuilder()
                _ = builder.append("\(column.scalar(row))")
                lanes[row] = keys.mixed(lane, builder.finish().values, 0)
            }
        }
    }

    /// Marks a missing value; a value begins with 1.
    private static let missing: UInt64 = 0
}
