internal import Columnar

/// From a leaf's values in the file to ours: what its type becomes, and its values.
///
/// | in the file | here |
/// | --- | --- |
/// | TIMESTAMP of ms, µs, ns; INT96 | timestamp; ms that overflow and ns that are no whole µs are refused |
/// | TIME | int32 (ms) or int64 (µs, ns) |
/// | FLOAT16 | float |
/// | DECIMAL of up to 38 digits in any physical type | decimal |
/// | UUID | uuid |
/// | INTERVAL | interval |
/// | STRING, ENUM; JSON; BSON and plain bytes | text; json; binary |
struct LeafConversion {
    let leaf: LeafColumn
    /// Whether texts are checked to be UTF-8.
    let checksTexts: Bool

    /// The type of the leaf's values here.
    static func type(of leaf: LeafColumn) throws(ParquetError) -> LogicalType {
        switch (leaf.type, leaf.meaning) {
        case (_, .decimal(let precision, let scale)):
            guard precision <= 38 else {
                throw ParquetError(.unsupported, "decimals of \(precision) digits", column: leaf.name)
            }
            return .decimal(precision: precision, scale: scale)
        case (FileType.boolean, _): return .bool
        case (FileType.int32, .date): return .date
        case (FileType.int32, .integer(let width, let isSigned)), (FileType.int64, .integer(let width, let isSigned)):
            return integer(width, isSigned)
        case (FileType.int32, _): return .int32
        case (FileType.int64, .timestamp), (FileType.int96, _): return .timestamp
        case (FileType.int64, _): return .int64
        case (FileType.float, _), (_, .float16): return .float
        case (FileType.double, _): return .double
        case (_, .text), (_, .enumeration): return .text
        case (_, .json): return .json
        case (_, .uuid): return .uuid
        case (_, .interval): return .interval
        default: return .binary
        }
    }

    private static func integer(_ width: Int, _ isSigned: Bool) -> LogicalType {
        switch (width, isSigned) {
        case (8, true): .int8
        case (16, true): .int16
        case (32, true): .int32
        case (8, false): .uint8
        case (16, false): .uint16
        case (32, false): .uint32
        case (64, false): .uint64
        default: .int64
        }
    }

    /// The values, which are all there, of the type that `type` says.
    func values(_ dense: DenseValues, _ type: LogicalType) throws(ParquetError) -> ColumnValues {
        do throws(ParquetError) {
            switch leaf.type {
            case FileType.boolean: return .bool(Bitmap(dense.bools.map { $0 != 0 }))
            case FileType.int32:
                guard case .decimal(let precision, _) = type else { return .int32(Buffer(dense.int32s)) }
                return precision < 19
                    ? .int64(Buffer(dense.int32s.map(Int64.init))) : .int128(Buffer(dense.int32s.map { Int128($0) }))
            case FileType.int64: return try integers(dense.int64s, type)
            case FileType.float: return .float(Buffer(dense.floats))
            case FileType.double: return .double(Buffer(dense.doubles))
            default: return try bytes(dense, type)
            }
        } catch {
            throw error.at(column: leaf.name)
        }
    }

    private func integers(_ values: [Int64], _ type: LogicalType) throws(ParquetError) -> ColumnValues {
        if type.physicalType == .int128 { return .int128(Buffer(values.map { Int128($0) })) }
        guard case .timestamp(let unit, _) = leaf.meaning else { return .int64(Buffer(values)) }
        switch unit {
        case .microseconds: return .int64(Buffer(values))
        case .milliseconds:
            var microseconds = values
            for index in microseconds.indices {
                let (product, overflow) = microseconds[index].multipliedReportingOverflow(by: 1_000)
                guard !overflow else { throw ParquetError(.unsupported, "a timestamp beyond 64 bits of microseconds") }
                microseconds[index] = product
            }
            return .int64(Buffer(microseconds))
        case .nanoseconds:
            var microseconds = values
            for index in microseconds.indices {
                let (quotient, remainder) = microseconds[index].quotientAndRemainder(dividingBy: 1_000)
                guard remainder == 0 else {
                    throw ParquetError(.unsupported, "a timestamp of nanoseconds that are no whole microseconds")
                }
                microseconds[index] = quotient
            }
            return .int64(Buffer(microseconds))
        }
    }

    private func bytes(_ dense: DenseValues, _ type: LogicalType) throws(ParquetError) -> ColumnValues {
        switch type {
        case .text, .json, .binary,
            .uuid where leaf.meaning != .uuid:
            if let dictionary = dense.dictionary {
                return .dictionary(
                    codes: Buffer(dense.codes),
                    try dictionary.columnar { values throws(ParquetError) in try check(values, type) })
            }
            try check(dense, type)
            return .bytes(BytesBuffer(offsets: Buffer(dense.offsets), bytes: Buffer(dense.bytes)))
        default: break
        }
        var dense = dense
        try dense.spellOut()
        let source = dense.bytes.span
        let ranges = (0..<dense.offsets.count - 1).lazy.map { Int(dense.offsets[$0])..<Int(dense.offsets[$0 + 1]) }
        switch type {
        case .decimal(let precision, _):
            var values: [Int128] = []
            for range in ranges { values.append(try Self.bigEndian(source.extracting(range))) }
            if precision >= 19 { return .int128(Buffer(values)) }
            var narrow: [Int64] = []
            for value in values {
                guard let value = Int64(exactly: value) else {
                    throw .corrupt("a decimal has more digits than its type")
                }
                narrow.append(value)
            }
            return .int64(Buffer(narrow))
        case .timestamp: return .int64(Buffer(ranges.map { Self.microseconds(source, $0.lowerBound) }))
        case .float: return .float(Buffer(ranges.map { Self.half(source, $0.lowerBound) }))
        case .uuid: return Self.uuids(dense)
        case .interval: return Self.intervals(dense)
        default: throw ParquetError(.unsupported, "values of \(type)")
        }
    }

    /// Refuses texts that are not UTF-8.
    private func check(_ values: DenseValues, _ type: LogicalType) throws(ParquetError) {
        guard checksTexts, type.isText else { return }
        let bytes = values.bytes.span
        if isASCII(bytes) { return }
        // Text by text: the bytes as a whole may be UTF-8 where two texts only make a character together.
        for index in 0..<values.offsets.count - 1 {
            let text = bytes.extracting(Int(values.offsets[index])..<Int(values.offsets[index + 1]))
            guard isASCII(text) || isUTF8(text) else { throw .corrupt("a text is not UTF-8") }
        }
    }

    /// A two's complement number, most significant byte first.
    static func bigEndian(_ bytes: Span<UInt8>) throws(ParquetError) -> Int128 {
        guard bytes.count > 0 else { throw .corrupt("a decimal without digits") }
        let filler: UInt8 = bytes[0] & 0x80 == 0 ? 0 : 0xFF
        var value: Int128 = filler == 0 ? 0 : -1
        for index in bytes.indices {
            if index < bytes.count - 16 {
                guard bytes[index] == filler else { throw .corrupt("a decimal has more digits than its type") }
            } else {
                value = value << 8 | Int128(bytes[index])
            }
        }
        guard (value < 0) == (filler != 0) else { throw .corrupt("a decimal has more digits than its type") }
        return value
    }

    /// INT96: nanoseconds of the day (8 bytes), Julian day (4 bytes); as microseconds, which wrap.
    static func microseconds(_ bytes: Span<UInt8>, _ position: Int) -> Int64 {
        let nanoseconds = Int64(bitPattern: bits(bytes, at: position * 8, count: 64))
        let day = Int64(Int32(truncatingIfNeeded: bits(bytes, at: (position + 8) * 8, count: 32)))
        let quotient = nanoseconds / 1_000 - (nanoseconds % 1_000 < 0 ? 1 : 0)
        return (day - 2_440_588) &* 86_400_000_000 &+ quotient
    }

    /// IEEE 754 binary16, two bytes, little endian.
    static func half(_ bytes: Span<UInt8>, _ position: Int) -> Float {
        let value = UInt32(bits(bytes, at: position * 8, count: 16))
        let sign = (value & 0x8000) << 16
        let (exponent, fraction) = ((value >> 10) & 0x1F, value & 0x3FF)
        switch exponent {
        case 0: return Float(bitPattern: sign | (Float(fraction) * 0x1p-24).bitPattern)
        case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }

    private static func uuids(_ dense: DenseValues) -> ColumnValues {
        let digits = Array("0123456789abcdef".utf8)
        let count = dense.offsets.count - 1
        var text: [UInt8] = []
        text.reserveCapacity(count * 36)
        for index in 0..<count * 16 {
            if [4, 6, 8, 10].contains(index % 16) { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(dense.bytes[index] >> 4)])
            text.append(digits[Int(dense.bytes[index] & 15)])
        }
        let offsets = (0...count).map { Int32($0 * 36) }
        return .bytes(BytesBuffer(offsets: Buffer(offsets), bytes: Buffer(text)))
    }

    /// INTERVAL: months, days, milliseconds, each unsigned in 4 bytes, little endian.
    private static func intervals(_ dense: DenseValues) -> ColumnValues {
        let bytes = dense.bytes.span
        let count = dense.offsets.count - 1
        func part(_ index: Int, _ part: Int) -> UInt32 {
            UInt32(bits(bytes, at: (index * 12 + part * 4) * 8, count: 32))
        }
        let months = (0..<count).map { Int32(bitPattern: part($0, 0)) }
        let days = (0..<count).map { Int32(bitPattern: part($0, 1)) }
        let microseconds = (0..<count).map { Int64(part($0, 2)) * 1_000 }
        let columns = [
            Column(.int32, .int32(Buffer(months))), Column(.int32, .int32(Buffer(days))),
            Column(.int64, .int64(Buffer(microseconds))),
        ]
        return .structure(columns, rowCount: count)
    }
}

/// Whether all bytes are below 128.
func isASCII(_ bytes: Span<UInt8>) -> Bool {
    var all: UInt8 = 0
    for index in bytes.indices { all |= bytes[index] }
    return all < 0x80
}

/// Whether the bytes are UTF-8 as Unicode defines it: shortest forms, no surrogates, nothing above U+10FFFF.
func isUTF8(_ bytes: Span<UInt8>) -> Bool {
    var index = 0
    while index < bytes.count {
        let first = bytes[index]
        index += 1
        if first < 0x80 { continue }
        let (more, least, most): (Int, UInt8, UInt8)
        switch first {
        case 0xC2...0xDF: (more, least, most) = (1, 0x80, 0xBF)
        case 0xE0: (more, least, most) = (2, 0xA0, 0xBF)
        case 0xED: (more, least, most) = (2, 0x80, 0x9F)
        case 0xE1...0xEF: (more, least, most) = (2, 0x80, 0xBF)
        case 0xF0: (more, least, most) = (3, 0x90, 0xBF)
        case 0xF4: (more, least, most) = (3, 0x80, 0x8F)
        case 0xF1...0xF3: (more, least, most) = (3, 0x80, 0xBF)
        default: return false
        }
        guard more <= bytes.count - index, bytes[index] >= least, bytes[index] <= most else { return false }
        for next in 1..<max(more, 1) where bytes[index + next] & 0xC0 != 0x80 { return false }
        index += more
    }
    return true
}
