internal import Columnar
internal import PostgresCopy

/// Tells whether the rows of a tenant's share are the tenant's, by the values that were decoded: another way than that
/// by which they were split.
struct FanOutKeyCheck {
    private enum Keys {
        case numbers(Set<Int64>)
        case bytes([[UInt8]])
    }

    private let keys: Keys

    /// - Throws: as `CopySplitter.bytes(of:_:)`.
    init(_ texts: [String], _ type: CopyType) throws(PostgresError) {
        switch type {
        case .int2, .int4, .int8: keys = .numbers(Set(texts.compactMap { Int64($0) }))
        case .uuid:
            // The lake has their texts, as the server writes them.
            var names: [[UInt8]] = []
            for text in texts {
                if let bytes = try CopySplitter.bytes(of: text, type) { names.append(Self.name(of: bytes)) }
            }
            keys = .bytes(names)
        default:
            var bytes: [[UInt8]] = []
            for text in texts { if let key = try CopySplitter.bytes(of: text, type) { bytes.append(key) } }
            keys = .bytes(bytes)
        }
    }

    /// A uuid as the server writes it: `0d9a5c3e-0000-4000-8000-00000000000a`.
    private static func name(of bytes: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        var name: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { name.append(UInt8(ascii: "-")) }
            name += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return name
    }

    /// Whether every row has one of the keys.
    func holds(for column: Column) -> Bool {
        guard column.nullCount == 0 else { return false }
        switch (keys, column.values) {
        case (.numbers(let keys), .int32(let values)):
            let span = values.span
            for row in span.indices where !keys.contains(Int64(span[row])) { return false }
            return true
        case (.numbers(let keys), .int64(let values)):
            let span = values.span
            for row in span.indices where !keys.contains(span[row]) { return false }
            return true
        case (.bytes(let keys), .bytes(let values)):
            return (0..<values.count).allSatisfy { Self.isOne(of: keys, values, $0) }
        case (.bytes(let keys), .dictionary(let codes, let dictionary)):
            let isGood = (0..<dictionary.values.count).map { Self.isOne(of: keys, dictionary.values, $0) }
            let span = codes.span
            for row in span.indices where !isGood[Int(span[row])] { return false }
            return true
        default: return false
        }
    }

    private static func isOne(of keys: [[UInt8]], _ values: BytesBuffer, _ row: Int) -> Bool {
        let range = values.range(row)
        let bytes = values.bytes.span
        for key in keys where key.count == range.count {
            var index = 0
            while index < key.count, key[index] == bytes[range.lowerBound + index] { index += 1 }
            if index == key.count { return true }
        }
        return false
    }
}
