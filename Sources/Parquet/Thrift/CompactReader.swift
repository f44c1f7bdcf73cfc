/// Reads Thrift's compact protocol, believing nothing: lengths are held to the bytes that are there, nesting to
/// `depthMax`, and every fault is an error.
struct CompactReader {
    /// How deep structures may nest; a Parquet footer needs nine levels.
    static let depthMax = 64
    /// The bytes that the elements of all lists may take in memory.
    private static let listByteCountMax = 160 << 20

    private let bytes: [UInt8]
    private(set) var position: Int
    private let end: Int
    private var depth = 0
    /// The bytes that the elements of all lists take here.
    private var listByteCount = 0

    init(_ bytes: [UInt8], from start: Int = 0, to end: Int? = nil) {
        self.bytes = bytes
        position = start
        self.end = end ?? bytes.count
    }

    /// The value of a field that is being read.
    enum FieldKind {
        case bool(Bool)
        case byte, integer, double, binary, list, structure, map, uuid
    }

    /// Reads a structure, calling back for each field; what the callback does not read must be skipped by it.
    mutating func structure(
        _ field: (inout CompactReader, Int16, FieldKind) throws(ParquetError) -> Void
    ) throws(ParquetError) {
        depth += 1
        guard depth <= Self.depthMax else { throw .corrupt("the metadata nests deeper than \(Self.depthMax) levels") }
        defer { depth -= 1 }
        var last: Int16 = 0
        while true {
            let header = try byte()
            if header == 0 { return }
            let delta = Int16(header >> 4)
            let id: Int16
            if delta == 0 {
                guard let given = Int16(exactly: try zigzag()) else { throw .corrupt("a field number is absurd") }
                id = given
            } else {
                let (sum, overflow) = last.addingReportingOverflow(delta)
                guard !overflow else { throw .corrupt("a field number is absurd") }
                id = sum
            }
            last = id
            try field(&self, id, try Self.kind(header & 0x0F))
        }
    }

    /// Reads a list, calling back for each element.
    mutating func list<Element>(
        _ element: (inout CompactReader) throws(ParquetError) -> Element
    ) throws(ParquetError) -> [Element] {
        let (count, _) = try listHeader()
        // A byte of a file can be an element of hundreds here.
        listByteCount += count * MemoryLayout<Element>.stride
        guard listByteCount <= Self.listByteCountMax else {
            throw ParquetError(.limit, "the metadata has lists of more than \(Self.listByteCountMax) bytes")
        }
        var elements: [Element] = []
        elements.reserveCapacity(min(count, 4_096))
        for _ in 0..<count { elements.append(try element(&self)) }
        return elements
    }

    mutating func integer() throws(ParquetError) -> Int64 { try zigzag() }

    mutating func int32() throws(ParquetError) -> Int32 {
        guard let value = Int32(exactly: try zigzag()) else { throw .corrupt("a number does not fit 32 bits") }
        return value
    }

    mutating func binary() throws(ParquetError) -> [UInt8] {
        let length = try varint()
        guard length <= UInt64(end - position) else { throw .corrupt("a text runs past the metadata") }
        defer { position += Int(length) }
        return Array(bytes[position..<position + Int(length)])
    }

    mutating func text() throws(ParquetError) -> String { String(decoding: try binary(), as: UTF8.self) }

    /// Passes over a value that this reader does not know.
    mutating func skip(_ kind: FieldKind) throws(ParquetError) {
        switch kind {
        case .bool: break
        case .byte: _ = try byte()
        case .integer: _ = try varint()
        case .double: try advance(8)
        case .uuid: try advance(16)
        case .binary: _ = try binary()
        case .structure: try structure { reader, _, kind throws(ParquetError) in try reader.skip(kind) }
        case .list:
            let (count, type) = try listHeader()
            try nested { reader throws(ParquetError) in for _ in 0..<count { try reader.skipElement(type) } }
        case .map:
            let count = try varint()
            guard count <= UInt64(end - position) else { throw .corrupt("a map runs past the metadata") }
            guard count > 0 else { return }
            let types = try byte()
            try nested { reader throws(ParquetError) in
                for _ in 0..<count {
                    try reader.skipElement(types >> 4)
                    try reader.skipElement(types & 0x0F)
                }
            }
        }
    }

    /// Goes a level deeper: lists of lists nest as structures do.
    private mutating func nested(_ body: (inout CompactReader) throws(ParquetError) -> Void) throws(ParquetError) {
        depth += 1
        guard depth <= Self.depthMax else { throw .corrupt("the metadata nests deeper than \(Self.depthMax) levels") }
        try body(&self)
        depth -= 1
    }

    private mutating func skipElement(_ type: UInt8) throws(ParquetError) {
        // Unlike a field, a truth value in a list or map is a byte of its own.
        if type == 1 || type == 2 { try advance(1) } else { try skip(try Self.kind(type)) }
    }

    private mutating func listHeader() throws(ParquetError) -> (count: Int, type: UInt8) {
        let header = try byte()
        let short = header >> 4
        let count = short == 15 ? try varint() : UInt64(short)
        // Every element is at least a byte.
        guard count <= UInt64(end - position) else {
            throw .corrupt("a list claims more elements than there are bytes")
        }
        return (Int(count), header & 0x0F)
    }

    private static func kind(_ type: UInt8) throws(ParquetError) -> FieldKind {
        switch type {
        case 1: .bool(true)
        case 2: .bool(false)
        case 3: .byte
        case 4, 5, 6: .integer
        case 7: .double
        case 8: .binary
        case 9, 10: .list
        case 11: .map
        case 12: .structure
        case 13: .uuid
        default: throw .corrupt("the metadata has a field of an unknown kind")
        }
    }

    mutating func byte() throws(ParquetError) -> UInt8 {
        guard position < end else { throw .corrupt("the metadata ends too early") }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func advance(_ count: Int) throws(ParquetError) {
        guard end - position >= count else { throw .corrupt("the metadata ends too early") }
        position += count
    }

    private mutating func zigzag() throws(ParquetError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    private mutating func varint() throws(ParquetError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || (shift == 63 && next <= 1) else { throw .corrupt("a number has too many bytes") }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }
}
