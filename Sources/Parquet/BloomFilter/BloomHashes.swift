internal import Columnar

/// The hashes of a column chunk's values, gathered while it is written.
struct BloomHashes {
    private var hashes: [UInt64] = []

    /// Takes values that are all there.
    mutating func append(_ values: ColumnValues, _ leaf: LeafColumn) {
        switch values {
        case .bool: break
        case .int32(let buffer): for value in buffer.array { append(XXHash64.hash(UInt32(bitPattern: value))) }
        case .int64(let buffer): for value in buffer.array { append(XXHash64.hash(UInt64(bitPattern: value))) }
        case .int128(let buffer):
            for value in buffer.array {
                let bytes = bigEndianBytes(value, count: leaf.length)
                append(XXHash64.hash(bytes.span))
            }
        case .float(let buffer): for value in buffer.array { append(XXHash64.hash(value.bitPattern)) }
        case .double(let buffer): for value in buffer.array { append(XXHash64.hash(value.bitPattern)) }
        case .bytes(let buffer): for index in 0..<buffer.count { append(buffer, index) }
        case .dictionary(let codes, let dictionary):
            // Each distinct value once.
            for code in Set(codes.array) { append(dictionary.values, Int(code)) }
        case .list, .structure, .map: break
        }
    }

    private mutating func append(_ buffer: BytesBuffer, _ index: Int) {
        let all = buffer.bytes
        append(XXHash64.hash(all.span.extracting(buffer.range(index))))
    }

    private mutating func append(_ hash: UInt64) {
        // Runs of one value are one.
        if hashes.last != hash { hashes.append(hash) }
        if hashes.count == hashes.capacity && hashes.count >= 1 << 16 { beDistinct() }
    }

    /// Leaves out what is there twice, so that memory follows from the distinct values.
    private mutating func beDistinct() {
        hashes.sort()
        var kept = 0
        for index in hashes.indices where index == 0 || hashes[index] != hashes[kept - 1] {
            hashes[kept] = hashes[index]
            kept += 1
        }
        hashes.removeLast(hashes.count - kept)
        hashes.reserveCapacity(kept * 2)
    }

    /// The filter; nil where there were no values. The next chunk begins.
    mutating func finish() -> BloomFilter? {
        guard !hashes.isEmpty else { return nil }
        beDistinct()
        defer { hashes = [] }
        return BloomFilter(hashes)
    }
}

/// The lowest bytes of a number, most significant first.
func bigEndianBytes(_ value: Int128, count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> Int128(min($0 * 8, 127))) }
}

extension LeafColumn {
    /// The hash of a literal's key as the column's bloom filter has it; nil where a value of this key can have several
    /// forms in the file, or where the filter can't say.
    func bloomHash(_ key: LiteralKey) -> BloomAnswer {
        switch (key, type) {
        case (.number(let number), FileType.int32):
            if case .integer(_, isSigned: false) = meaning {
                return UInt32(exactly: number).map { .hash(XXHash64.hash($0)) } ?? .absent
            }
            return Int32(exactly: number).map { .hash(XXHash64.hash(UInt32(bitPattern: $0))) } ?? .absent
        case (.number(let number), FileType.int64): return bloomHash64(number)
        case (.number(let number), FileType.float):
            let value = Double(bitPattern: Self.floatingBits(number))
            guard value != 0, !value.isNaN else { return .unknown }
            return Float(exactly: value).map { .hash(XXHash64.hash($0.bitPattern)) } ?? .absent
        case (.number(let number), FileType.double):
            let value = Double(bitPattern: Self.floatingBits(number))
            return value == 0 || value.isNaN ? .unknown : .hash(XXHash64.hash(value.bitPattern))
        case (.number(let number), FileType.fixedByteArray):
            guard case .decimal = meaning else { return .unknown }
            let bytes = bigEndianBytes(number, count: length)
            guard let back = try? LeafConversion.bigEndian(bytes.span), back == number else { return .absent }
            return .hash(XXHash64.hash(bytes.span))
        case (.bytes(let bytes), FileType.byteArray): return .hash(XXHash64.hash(bytes.span))
        case (.bytes(let bytes), FileType.fixedByteArray) where meaning == .plain:
            return .hash(XXHash64.hash(bytes.span))
        default: return .unknown
        }
    }

    private func bloomHash64(_ number: Int128) -> BloomAnswer {
        if case .integer(_, isSigned: false) = meaning {
            return UInt64(exactly: number).map { .hash(XXHash64.hash($0)) } ?? .absent
        }
        var number = number
        if case .timestamp(let unit, _) = meaning, unit != .microseconds {
            // Nanoseconds have several values for a microsecond as soon as they are no whole ones.
            guard unit == .milliseconds else { return .unknown }
            guard number % 1_000 == 0 else { return .absent }
            number /= 1_000
        }
        return Int64(exactly: number).map { .hash(XXHash64.hash(UInt64(bitPattern: $0))) } ?? .absent
    }

    /// The bits of a floating-point number from its key.
    private static func floatingBits(_ key: Int128) -> UInt64 {
        let order = Int64(truncatingIfNeeded: key)
        return order == .max ? Double.nan.bitPattern : UInt64(bitPattern: order ^ ((order >> 63) & .max))
    }
}

/// What a bloom filter is asked.
enum BloomAnswer {
    case hash(UInt64)
    /// The column can't hold the value.
    case absent
    /// The filter can't say.
    case unknown
}
