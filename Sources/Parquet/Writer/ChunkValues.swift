internal import Columnar

/// The present values of a column chunk, by their layout.
enum ChunkValues {
    case bool([Bool])
    case int32([Int32])
    case int64([Int64])
    case int128([Int128])
    case float([Float])
    case double([Double])
    case bytes(BytesChunk)

    init(_ type: LogicalType) {
        switch type.physicalType {
        case .bool: self = .bool([])
        case .int32: self = .int32([])
        case .int64: self = .int64([])
        case .int128: self = .int128([])
        case .float: self = .float([])
        case .double: self = .double([])
        case .bytes, .list, .structure, .map: self = .bytes(BytesChunk())
        }
    }

    mutating func append(_ column: Column) throws(ParquetError) {
        switch (self, column.values) {
        case (.bool(var values), .bool(let bits)):
            self = .bool([])
            for row in 0..<bits.count where column.isValid(row) { values.append(bits[row]) }
            self = .bool(values)
        case (.int32(var values), .int32(let buffer)):
            self = .int32([])
            Self.append(buffer, column.validity, to: &values)
            self = .int32(values)
        case (.int64(var values), .int64(let buffer)):
            self = .int64([])
            Self.append(buffer, column.validity, to: &values)
            self = .int64(values)
        case (.int128(var values), .int128(let buffer)):
            self = .int128([])
            Self.append(buffer, column.validity, to: &values)
            self = .int128(values)
        case (.float(var values), .float(let buffer)):
            self = .float([])
            Self.append(buffer, column.validity, to: &values)
            self = .float(values)
        case (.double(var values), .double(let buffer)):
            self = .double([])
            Self.append(buffer, column.validity, to: &values)
            self = .double(values)
        case (.bytes(var chunk), .bytes), (.bytes(var chunk), .dictionary):
            self = .bytes(BytesChunk())
            try chunk.append(column)
            self = .bytes(chunk)
        default: throw ParquetError(.mismatch, "the batch's values are of another type")
        }
    }

    /// The page of distinct values, where the chunk is written by codes.
    func dictionaryPage() -> EncodedPage? {
        if case .bytes(let chunk) = self { chunk.dictionaryPage() } else { nil }
    }

    /// Writes a range of the present values.
    func encode(_ range: Range<Int>, into bytes: inout [UInt8]) {
        switch self {
        case .bool(let values):
            for start in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
                var byte: UInt8 = 0
                for bit in 0..<min(8, range.upperBound - start) where values[start + bit] { byte |= 1 << UInt8(bit) }
                bytes.append(byte)
            }
        case .int32(let values): Self.plain(values.span.extracting(range), into: &bytes)
        case .int64(let values): Self.plain(values.span.extracting(range), into: &bytes)
        case .int128(let values):
            for value in values[range] {
                for shift in stride(from: 120, through: 0, by: -8) {
                    bytes.append(UInt8(truncatingIfNeeded: value >> shift))
                }
            }
        case .float(let values): Self.plain(values.span.extracting(range), into: &bytes)
        case .double(let values): Self.plain(values.span.extracting(range), into: &bytes)
        case .bytes(let chunk): chunk.encode(range, into: &bytes)
        }
    }

    func statistics(_ type: LogicalType) -> ColumnStatistics {
        var statistics = ColumnStatistics()
        func set<Value: Comparable>(_ values: [Value], _ scalar: (Value) -> Scalar) {
            guard let minimum = values.min(), let maximum = values.max() else { return }
            statistics.minimum = scalar(minimum)
            statistics.maximum = scalar(maximum)
        }
        switch self {
        case .bool(let values): set(values.map { $0 ? 1 : 0 }) { .bool($0 == 1) }
        case .int32(let values):
            switch type {
            case .date: set(values) { .date($0) }
            case .uint8, .uint16, .uint32: set(values.map(UInt32.init(bitPattern:))) { .int(Int64($0)) }
            default: set(values) { .int(Int64($0)) }
            }
        case .int64(let values):
            switch type {
            case .timestamp: set(values) { .timestamp($0) }
            case .uint64: set(values.map(UInt64.init(bitPattern:))) { .unsigned($0) }
            case .decimal(_, let scale): set(values) { .decimal(ExactDecimal(unscaled: Int128($0), scale: scale)) }
            default: set(values) { .int($0) }
            }
        case .int128(let values):
            guard case .decimal(_, let scale) = type else { return statistics }
            set(values) { .decimal(ExactDecimal(unscaled: $0, scale: scale)) }
        case .float(let values):
            statistics.isUnbounded = values.contains(where: \.isNaN)
            // Zero has two signs, and readers compare bits: the bounds take both in.
            if !statistics.isUnbounded { set(values) { .float($0) } }
            if statistics.minimum == .float(0) { statistics.minimum = .float(-0.0) }
            if statistics.maximum == .float(0) { statistics.maximum = .float(0) }
        case .double(let values):
            statistics.isUnbounded = values.contains(where: \.isNaN)
            if !statistics.isUnbounded { set(values) { .double($0) } }
            if statistics.minimum == .double(0) { statistics.minimum = .double(-0.0) }
            if statistics.maximum == .double(0) { statistics.maximum = .double(0) }
        case .bytes(let chunk): chunk.bounds(type, &statistics)
        }
        return statistics
    }

    private static func append<Value: BitwiseCopyable & Sendable>(
        _ buffer: Buffer<Value>, _ validity: Bitmap?, to values: inout [Value]
    ) {
        let span = buffer.span
        guard let validity else {
            unsafe span.withUnsafeBufferPointer { unsafe values.append(contentsOf: $0) }
            return
        }
        for row in span.indices where validity[row] { values.append(span[row]) }
    }

    /// PLAIN of a fixed width: the machine is little-endian, as the format is.
    private static func plain<Value: BitwiseCopyable>(_ values: Span<Value>, into bytes: inout [UInt8]) {
        unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
}
