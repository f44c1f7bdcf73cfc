internal import Columnar
internal import Effects

/// The key of a row in 128 bits: a number itself, where the key is one column of fixed width; else a hash.
///
/// The hash is seeded at random for each merge: of a thousand million rows against ten million keys, two differ and have
/// the same with a probability of 10^-22, and nobody can look for such a pair.
struct RowKey: Hashable, Sendable {
    let low: UInt64
    let high: UInt64
}

/// Takes the keys of batches.
struct RowKeys: Sendable {
    private let columns: [String]
    let seeds: (UInt64, UInt64, UInt64, UInt64)

    init(_ columns: [String], random: any RandomSource) {
        self.columns = columns
        seeds = (random.nextBits() | 1, random.nextBits() | 1, random.nextBits(), random.nextBits())
    }

    /// Whether values of a type can be keys: those that are equal where their bytes are.
    static func canBeKey(_ type: LogicalType) -> Bool {
        switch type.physicalType {
        case .bool, .int32, .int64, .int128, .bytes: true
        case .float, .double, .list, .map, .structure: false
        }
    }

    /// The keys of the rows; nil for a row of whose key a part is missing.
    ///
    /// - Throws: `ColumnarError.unknownColumn`.
    func keys(_ batch: ColumnBatch) throws -> [RowKey?] {
        if columns.count == 1, let keys = Self.numbers(try batch.column(columns[0])) { return keys }
        var lanes = [RowKey?](repeating: RowKey(low: seeds.2, high: seeds.3), count: batch.rowCount)
        for name in columns { mix(try batch.column(name), into: &lanes) }
        return lanes
    }

    private static func numbers(_ column: Column) -> [RowKey?]? {
        func key(_ value: Int64) -> RowKey { RowKey(low: UInt64(bitPattern: value), high: 0) }
        var keys: [RowKey?] = []
        keys.reserveCapacity(column.rowCount)
        switch column.values {
        case .int32(let buffer):
            let values = buffer.span
            let isUnsigned = [.uint8, .uint16, .uint32].contains(column.type)
            for row in values.indices {
                keys.append(key(isUnsigned ? Int64(UInt32(bitPattern: values[row])) : Int64(values[row])))
            }
        case .int64(let buffer):
            let values = buffer.span
            for row in values.indices { keys.append(key(values[row])) }
        case .int128(let buffer):
            let values = buffer.span
            for row in values.indices {
                let bits = UInt128(bitPattern: values[row])
                keys.append(
                    RowKey(low: UInt64(truncatingIfNeeded: bits), high: UInt64(truncatingIfNeeded: bits >> 64)))
            }
        default: return nil
        }
        if let validity = column.validity { for row in keys.indices where !validity[row] { keys[row] = nil } }
        return keys
    }

    private func mix(_ column: Column, into lanes: inout [RowKey?]) {
        for row in lanes.indices {
            guard let lane = lanes[row] else { continue }
            guard column.isValid(row) else {
                lanes[row] = nil
                continue
            }
            switch column.values {
            case .bool(let bits): lanes[row] = mixed(lane, bits[row] ? 1 : 0)
            case .int32(let buffer): lanes[row] = mixed(lane, UInt64(bitPattern: Int64(buffer[row])))
            case .int64(let buffer): lanes[row] = mixed(lane, UInt64(bitPattern: buffer[row]))
            case .int128(let buffer):
                let bits = UInt128(bitPattern: buffer[row])
                let half = mixed(lane, UInt64(truncatingIfNeeded: bits))
                lanes[row] = mixed(half, UInt64(truncatingIfNeeded: bits >> 64))
            case .bytes(let buffer): lanes[row] = mixed(lane, buffer, row)
            case .dictionary(let codes, let dictionary): lanes[row] = mixed(lane, dictionary.values, Int(codes[row]))
            default: lanes[row] = nil
            }
        }
    }

    func mixed(_ lane: RowKey, _ buffer: BytesBuffer, _ index: Int) -> RowKey {
        let range = buffer.range(index)
        let bytes = buffer.bytes.span
        // The length first, so that what is joined differently differs.
        var lane = mixed(lane, UInt64(range.count))
        var (word, filled) = (UInt64(0), UInt64(0))
        for position in range {
            word |= UInt64(bytes[position]) << (filled * 8)
            filled += 1
            if filled == 8 {
                lane = mixed(lane, word)
                (word, filled) = (0, 0)
            }
        }
        return filled > 0 ? mixed(lane, word) : lane
    }

    /// Two lanes of multiply and fold, each with a seed of its own.
    func mixed(_ lane: RowKey, _ word: UInt64) -> RowKey {
        RowKey(
            low: Self.fold(lane.low ^ word, seeds.0 ^ 0x9E37_79B9_7F4A_7C15),
            high: Self.fold(lane.high ^ (word &+ 0xD1B5_4A32_D192_ED03), seeds.1) ^ (lane.low << 32 | lane.low >> 32))
    }

    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (high, low) = left.multipliedFullWidth(by: right)
        return high ^ low
    }
}

/// Keys with a number each: open addressing, 26 bytes a key at half load and less.
struct RowKeyTable: Sendable {
    private var slots: [Int32]
    /// A bit for each place of the keys' hashes, at least sixteen times as many as keys: nearly all keys that are not there
    /// are told by it alone, which is small enough for a cache.
    private var marks: [UInt64]
    private(set) var keys: [RowKey] = []
    private(set) var values: [Int64] = []

    init() {
        slots = Array(repeating: -1, count: 64)
        marks = Array(repeating: 0, count: 64 / Self.slotsPerWord)
    }

    private static let slotsPerWord = 8

    /// The number of keys.
    var count: Int { keys.count }

    /// Sets the number of a key; answers the one that it had.
    mutating func set(_ key: RowKey, _ value: Int64) -> Int64? {
        if (keys.count + 1) * 2 > slots.count { grow() }
        let hash = Self.hash(key)
        let slot = slot(of: key, hash)
        if slots[slot] >= 0 {
            let index = Int(slots[slot])
            defer { values[index] = value }
            return values[index]
        }
        slots[slot] = Int32(truncatingIfNeeded: keys.count)
        mark(hash)
        keys.append(key)
        values.append(value)
        return nil
    }

    /// The number of a key, nil where it is not there.
    func value(_ key: RowKey) -> Int64? { value(key, Self.hash(key)) }

    private func value(_ key: RowKey, _ hash: UInt64) -> Int64? {
        guard isMarked(hash) else { return nil }
        let index = slots[slot(of: key, hash)]
        return index < 0 ? nil : values[Int(index)]
    }

    /// Calls back for each of a column's numbers that is a key, with its row and the key's number.
    ///
    /// - Complexity: a multiplication and a look at the marks for each row.
    func forEachHit<Value: FixedWidthInteger & BitwiseCopyable>(
        in numbers: Span<Value>, _ validity: Bitmap?, _ body: (_ row: Int, _ value: Int64) -> Void
    ) {
        for row in numbers.indices {
            let key = RowKey(low: UInt64(truncatingIfNeeded: numbers[row]), high: 0)
            let hash = Self.hash(key)
            guard isMarked(hash), validity.map({ $0[row] }) ?? true, let value = value(key, hash) else { continue }
            body(row, value)
        }
    }

    private static func hash(_ key: RowKey) -> UInt64 {
        let (high, low) = (key.low ^ key.high &* 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return high ^ low
    }

    private func slot(of key: RowKey, _ hash: UInt64) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] >= 0, keys[Int(slots[slot])] != key { slot = (slot + 1) & mask }
        return slot
    }

    /// The place of a hash's bit: of its other end than the slot's.
    private func place(_ hash: UInt64) -> UInt64 { (hash >> 20) & UInt64(marks.count * 64 - 1) }

    private func isMarked(_ hash: UInt64) -> Bool {
        let place = place(hash)
        return marks[Int(truncatingIfNeeded: place >> 6)] >> (place & 63) & 1 == 1
    }

    private mutating func mark(_ hash: UInt64) {
        let place = place(hash)
        marks[Int(truncatingIfNeeded: place >> 6)] |= 1 << (place & 63)
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        marks = Array(repeating: 0, count: slots.count / Self.slotsPerWord)
        for (index, key) in keys.enumerated() {
            let hash = Self.hash(key)
            slots[slot(of: key, hash)] = Int32(truncatingIfNeeded: index)
            mark(hash)
        }
    }
}
