internal import Columnar

/// The present values of a column chunk as they are decoded, by their layout.
struct DecodedValues {
    private enum Storage {
        case bool([Bool])
        case int32([Int32])
        case int64([Int64])
        case int128([Int128])
        case float([Float])
        case double([Double])
        case bytes(offsets: [Int32], bytes: [UInt8])
    }

    private var storage: Storage
    /// The width of big-endian decimals; nil where the column is of another kind.
    private let fixedByteCount: Int?

    init(_ type: LogicalType, fixedByteCount: Int?) {
        self.fixedByteCount = fixedByteCount
        storage =
            switch type.physicalType {
            case .bool: .bool([])
            case .int32: .int32([])
            case .int64: .int64([])
            case .int128: .int128([])
            case .float: .float([])
            case .double: .double([])
            case .bytes, .list, .structure, .map: .bytes(offsets: [0], bytes: [])
            }
    }

    var count: Int {
        switch storage {
        case .bool(let values): values.count
        case .int32(let values): values.count
        case .int64(let values): values.count
        case .int128(let values): values.count
        case .float(let values): values.count
        case .double(let values): values.count
        case .bytes(let offsets, _): offsets.count - 1
        }
    }

    /// Decodes PLAIN values.
    mutating func appendPlain(_ data: Span<UInt8>, count: Int) throws(ParquetError) {
        switch storage {
        case .bool(var values):
            guard data.count >= (count + 7) / 8 else { throw Self.cutOff }
            for index in 0..<count { values.append(data[index / 8] >> UInt8(index % 8) & 1 == 1) }
            storage = .bool(values)
        case .int32(var values):
            storage = .bool([])
            try Self.fixed(data, count, into: &values)
            storage = .int32(values)
        case .int64(var values):
            storage = .bool([])
            if let fixedByteCount {
                try Self.bigEndian(data, count, fixedByteCount, into: &values)
            } else {
                try Self.fixed(data, count, into: &values)
            }
            storage = .int64(values)
        case .int128(var values):
            storage = .bool([])
            try Self.bigEndian(data, count, fixedByteCount ?? 16, into: &values)
            storage = .int128(values)
        case .float(var values):
            storage = .bool([])
            try Self.fixed(data, count, into: &values)
            storage = .float(values)
        case .double(var values):
            storage = .bool([])
            try Self.fixed(data, count, into: &values)
            storage = .double(values)
        case .bytes(var offsets, var bytes):
            storage = .bool([])
            try Self.texts(data, count, &offsets, &bytes)
            storage = .bytes(offsets: offsets, bytes: bytes)
        }
    }

    /// Adds the dictionary's values of codes, which are within it.
    mutating func append(_ codes: [UInt32], of dictionary: DecodedValues) throws(ParquetError) {
        switch (storage, dictionary.storage) {
        case (.bool(let values), .bool(let all)): storage = .bool(values + codes.map { all[Int($0)] })
        case (.int32(let values), .int32(let all)): storage = .int32(values + codes.map { all[Int($0)] })
        case (.int64(let values), .int64(let all)): storage = .int64(values + codes.map { all[Int($0)] })
        case (.int128(let values), .int128(let all)): storage = .int128(values + codes.map { all[Int($0)] })
        case (.float(let values), .float(let all)): storage = .float(values + codes.map { all[Int($0)] })
        case (.double(let values), .double(let all)): storage = .double(values + codes.map { all[Int($0)] })
        case (.bytes(var offsets, var bytes), .bytes(let ends, let all)):
            storage = .bool([])
            for code in codes {
                let range = Int(ends[Int(code)])..<Int(ends[Int(code) + 1])
                guard range.count <= Int(Int32.max) - bytes.count else { throw Self.tooLarge }
                bytes.append(contentsOf: all[range])
                offsets.append(Int32(bytes.count))
            }
            storage = .bytes(offsets: offsets, bytes: bytes)
        default: throw .corrupt("its dictionary is of another type")
        }
    }

    /// The column: a missing value gets 0, false or the empty text in its place.
    func column(_ type: LogicalType, validity: Bitmap?) -> Column {
        let values: ColumnValues =
            switch storage {
            case .bool(let values): .bool(Bitmap(Self.spread(values, validity, false)))
            case .int32(let values): .int32(Buffer(Self.spread(values, validity, 0)))
            case .int64(let values): .int64(Buffer(Self.spread(values, validity, 0)))
            case .int128(let values): .int128(Buffer(Self.spread(values, validity, 0)))
            case .float(let values): .float(Buffer(Self.spread(values, validity, 0)))
            case .double(let values): .double(Buffer(Self.spread(values, validity, 0)))
            case .bytes(let offsets, let bytes):
                .bytes(BytesBuffer(offsets: Buffer(Self.spreadOffsets(offsets, validity)), bytes: Buffer(bytes)))
            }
        return Column(type, validity: validity, values)
    }

    private static let cutOff = ParquetError.corrupt("a page holds fewer values than it claims")
    private static let tooLarge = ParquetError(.unsupported, "a row group holds more than 2 GiB of one column's texts")

    private static func spread<Value>(_ values: [Value], _ validity: Bitmap?, _ filler: Value) -> [Value] {
        guard let validity else { return values }
        var result = [Value](repeating: filler, count: validity.count)
        var next = 0
        for row in 0..<validity.count where validity[row] {
            result[row] = values[next]
            next += 1
        }
        return result
    }

    private static func spreadOffsets(_ offsets: [Int32], _ validity: Bitmap?) -> [Int32] {
        guard let validity else { return offsets }
        var result: [Int32] = [0]
        result.reserveCapacity(validity.count + 1)
        var next = 0
        for row in 0..<validity.count {
            if validity[row] { next += 1 }
            result.append(offsets[next])
        }
        return result
    }

    private static func fixed<Value: BitwiseCopyable>(
        _ data: Span<UInt8>, _ count: Int, into values: inout [Value]
    ) throws(ParquetError) {
        let size = MemoryLayout<Value>.size
        guard data.count / size >= count else { throw cutOff }
        unsafe data.withUnsafeBytes { bytes in
            values.reserveCapacity(values.count + count)
            for index in 0..<count {
                unsafe values.append(bytes.loadUnaligned(fromByteOffset: index * size, as: Value.self))
            }
        }
    }

    private static func bigEndian<Value: FixedWidthInteger>(
        _ data: Span<UInt8>, _ count: Int, _ width: Int, into values: inout [Value]
    ) throws(ParquetError) {
        guard data.count / width >= count else { throw cutOff }
        for index in 0..<count {
            var value = Int128(Int8(bitPattern: data[index * width]))
            for byte in 1..<max(1, width) { value = value << 8 | Int128(data[index * width + byte]) }
            guard let narrow = Value(exactly: value) else { throw .corrupt("a decimal has more digits than its type") }
            values.append(narrow)
        }
    }

    private static func texts(
        _ data: Span<UInt8>, _ count: Int, _ offsets: inout [Int32], _ bytes: inout [UInt8]
    ) throws(ParquetError) {
        var position = 0
        for _ in 0..<count {
            guard data.count - position >= 4 else { throw cutOff }
            let length = (0..<4).reduce(0) { $0 | Int(data[position + $1]) << ($1 * 8) }
            position += 4
            guard length <= data.count - position else { throw .corrupt("a text runs past its page") }
            guard length <= Int(Int32.max) - bytes.count else { throw tooLarge }
            unsafe data.extracting(position..<position + length).withUnsafeBufferPointer {
                unsafe bytes.append(contentsOf: $0)
            }
            offsets.append(Int32(bytes.count))
            position += length
        }
    }
}
