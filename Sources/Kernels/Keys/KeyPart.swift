internal import Columnar

/// One piece of a packed key: where it comes from and how its values become codes.
final class KeyPart: Sendable {
    enum Kind: Sendable {
        /// The distance from `base` in the order of `orderedBits`.
        case fixed(FixedLane, base: UInt64, span: UInt64)
        /// The number in an interner, or the rank of it.
        case bytes(BytesInterner, ranks: [UInt32]?)
        /// The number of a combination of other parts, or its rank.
        case prefix([KeyPart], GroupIndex<UInt128>, ranks: [UInt32]?)
    }

    let kind: Kind
    /// The position of the key column.
    let key: Int
    let bits: Int
    private let nullCode: UInt64
    private let valueOffset: UInt64
    /// Codes are turned round: the largest value has the smallest.
    private let isDescending: Bool
    private let valueCodeMax: UInt64

    private init(_ kind: Kind, key: Int, valueCodeMax: UInt64, hasNulls: Bool, order: KeyOrder?) {
        self.kind = kind
        self.key = key
        self.valueCodeMax = valueCodeMax
        isDescending = order?.isDescending ?? false
        let nullsFirst = order?.nullsFirst ?? true
        valueOffset = hasNulls && nullsFirst ? 1 : 0
        nullCode = hasNulls ? (nullsFirst ? 0 : valueCodeMax + 1) : 0
        let largest = hasNulls ? valueCodeMax + 1 : valueCodeMax
        bits = largest == 0 ? 0 : 64 - largest.leadingZeroBitCount
    }

    /// The parts of one key column: one, or two where its values need more than 63 bits.
    static func pieces(_ columns: [Column], _ key: Int, _ order: KeyOrder?) throws(KernelError) -> [KeyPart] {
        let type = columns.first?.type ?? .bool
        let hasNulls = columns.contains { $0.nullCount > 0 }
        if type.physicalType == .bytes {
            var interner = BytesInterner()
            for column in columns { try column.internAll(&interner) }
            let largest = UInt64(max(0, interner.count - 1))
            let ranks = order == nil ? nil : interner.ranks()
            return [
                KeyPart(
                    .bytes(interner, ranks: ranks), key: key, valueCodeMax: largest, hasNulls: hasNulls, order: order)
            ]
        }
        var parts: [KeyPart] = []
        for lane in try FixedLane.lanes(of: columns) {
            var low = UInt64.max
            var high = UInt64.min
            for column in columns { try lane.range(column, &low, &high) }
            if low > high { (low, high) = (0, 0) }
            // A code more is needed for NULL: a span of all 64 bits is cut into halves.
            if high - low == .max {
                for half in [FixedLane.Half.high, .low] {
                    let lane = lane.halved(half)
                    parts.append(
                        KeyPart(
                            .fixed(lane, base: 0, span: 0xFFFF_FFFF), key: key, valueCodeMax: 0xFFFF_FFFF,
                            hasNulls: hasNulls, order: order))
                }
                continue
            }
            parts.append(
                KeyPart(
                    .fixed(lane, base: low, span: high - low), key: key, valueCodeMax: high - low, hasNulls: hasNulls,
                    order: order))
        }
        return parts
    }

    /// One part for the combinations of several.
    static func prefix(_ parts: [KeyPart], _ chunks: [[Column]], isOrdered: Bool) throws(KernelError) -> KeyPart {
        var index = GroupIndex<UInt128>(bits: 128)
        for columns in chunks {
            for key in try combined(parts, columns, columns.first?.rowCount ?? 0) { _ = index.insert(key) }
        }
        var ranks: [UInt32]?
        if isOrdered {
            let sorted = PackedKeys.wide(index.keys, bits: 128).sortedRows()
            var ranked = [UInt32](repeating: 0, count: index.count)
            for (rank, id) in sorted.enumerated() { ranked[Int(id)] = UInt32(rank) }
            ranks = ranked
        }
        return KeyPart(
            .prefix(parts, index, ranks: ranks), key: -1, valueCodeMax: UInt64(max(0, index.count - 1)),
            hasNulls: false, order: nil)
    }

    private static func combined(_ parts: [KeyPart], _ columns: [Column], _ rowCount: Int) throws(KernelError)
        -> [UInt128]
    {
        var keys = [UInt128](repeating: 0, count: rowCount)
        var shift = parts.reduce(0) { $0 + $1.bits }
        for part in parts {
            shift -= part.bits
            try part.encode(columns, shift, &keys)
        }
        return keys
    }

    @inline(__always)
    private func code(_ value: UInt64) -> UInt64 { (isDescending ? valueCodeMax &- value : value) &+ valueOffset }

    /// Adds the codes of rows to keys, `shift` bits up.
    @inline(__always)
    func encode<Key: FixedWidthInteger & UnsignedInteger>(
        _ columns: [Column], _ shift: Int, _ keys: inout [Key]
    ) throws(KernelError) {
        if bits == 0 { return }
        switch kind {
        case .fixed(let lane, let base, let span):
            let column = columns[key]
            guard let validity = column.validity else {
                try lane.forEach(column) { row, value in
                    keys[row] |= Key(truncatingIfNeeded: code(value &- base)) &<< Key(shift)
                }
                return
            }
            // What lies in the place of a missing value may be out of the range, and must not reach other parts' bits.
            try lane.forEach(column) { row, value in
                let distance = value &- base
                keys[row] |= Key(truncatingIfNeeded: code(distance > span ? 0 : distance)) &<< Key(shift)
            }
            setNulls(validity, shift, &keys)
        case .bytes(let interner, let ranks):
            let column = columns[key]
            let codes = try column.codes { interner.find($0) ?? 0 }
            if let ranks, !ranks.isEmpty {
                for row in 0..<codes.count {
                    keys[row] |= Key(truncatingIfNeeded: code(UInt64(ranks[Int(codes[row])]))) &<< Key(shift)
                }
            } else {
                for row in 0..<codes.count {
                    keys[row] |= Key(truncatingIfNeeded: code(UInt64(codes[row]))) &<< Key(shift)
                }
            }
            if let validity = column.validity { setNulls(validity, shift, &keys) }
        case .prefix(let parts, let index, let ranks):
            let combined = try Self.combined(parts, columns, keys.count)
            for row in 0..<combined.count {
                let id = index.find(combined[row]) ?? 0
                let value = UInt64(ranks.map { $0[Int(id)] } ?? id)
                keys[row] |= Key(truncatingIfNeeded: value) &<< Key(shift)
            }
        }
    }

    /// Overwrites what lies in the place of missing values.
    @inline(__always)
    private func setNulls<Key: FixedWidthInteger & UnsignedInteger>(
        _ validity: Bitmap, _ shift: Int, _ keys: inout [Key]
    ) {
        let mask = ~(((Key(1) &<< Key(bits)) &- 1) &<< Key(shift))
        let isWhole = bits >= Key.bitWidth
        let code = Key(truncatingIfNeeded: nullCode) &<< Key(shift)
        for row in 0..<keys.count where !validity[row] { keys[row] = (isWhole ? 0 : keys[row] & mask) | code }
    }

    /// Adds the codes of any rows; marks those that the part cannot express.
    @inline(__always)
    func probe<Key: FixedWidthInteger & UnsignedInteger>(
        _ columns: [Column], _ shift: Int, _ keys: inout [Key], _ unknown: inout [Bool]
    ) throws(KernelError) {
        switch kind {
        case .fixed(let lane, let base, let span):
            let column = columns[key]
            let validity = column.validity
            try lane.forEach(column) { row, value in
                if let validity, !validity[row] { return }
                let distance = value &- base
                if value < base || distance > span || !lane.holds(column, row) {
                    unknown[row] = true
                } else {
                    keys[row] |= Key(truncatingIfNeeded: code(distance)) &<< Key(shift)
                }
            }
            try probeNulls(column, shift, &keys, &unknown)
        case .bytes(let interner, _):
            let column = columns[key]
            let codes = try column.codes { interner.find($0) ?? .max }
            for row in 0..<codes.count {
                if let validity = column.validity, !validity[row] { continue }
                if codes[row] == .max {
                    unknown[row] = true
                } else {
                    keys[row] |= Key(truncatingIfNeeded: code(UInt64(codes[row]))) &<< Key(shift)
                }
            }
            try probeNulls(column, shift, &keys, &unknown)
        case .prefix(let parts, let index, _):
            var combined = [UInt128](repeating: 0, count: keys.count)
            var inner = parts.reduce(0) { $0 + $1.bits }
            for part in parts {
                inner -= part.bits
                try part.probe(columns, inner, &combined, &unknown)
            }
            for row in 0..<keys.count where !unknown[row] {
                if let id = index.find(combined[row]) {
                    keys[row] |= Key(truncatingIfNeeded: id) &<< Key(shift)
                } else {
                    unknown[row] = true
                }
            }
        }
    }

    @inline(__always)
    private func probeNulls<Key: FixedWidthInteger & UnsignedInteger>(
        _ column: Column, _ shift: Int, _ keys: inout [Key], _ unknown: inout [Bool]
    ) throws(KernelError) {
        guard let validity = column.validity else { return }
        let hasNullCode = valueOffset == 1 || nullCode > 0
        let isWhole = bits >= Key.bitWidth
        let mask = ~(((Key(1) &<< Key(bits)) &- 1) &<< Key(shift))
        for row in 0..<keys.count where !validity[row] {
            if !hasNullCode { unknown[row] = true }
            keys[row] = (isWhole ? 0 : keys[row] & mask) | (Key(truncatingIfNeeded: nullCode) &<< Key(shift))
        }
    }
}
