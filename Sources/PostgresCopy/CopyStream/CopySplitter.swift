/// Splits the rows of a copy by the value of one column into parts, without decoding anything: the bytes of a value are
/// compared with those that the keys have.
///
/// A row of Postgres is found in one part or in none: keys of two owners must differ, which the maker makes sure of.
package struct CopySplitter: Sendable {
    /// Rows as a COPY BINARY stream holds them, without its head and end.
    package struct Part: Sendable {
        /// Whose they are.
        package let owner: Int
        /// The rows' bytes.
        package let bytes: [UInt8]
        /// How many rows.
        package let rowCount: Int
    }

    /// The bytes that are held.
    package private(set) var byteCount = 0
    /// Rows whose key is nobody's.
    package private(set) var strangerCount = 0
    /// Rows without a key.
    package private(set) var keylessCount = 0

    private let column: Int
    private let keys: [(bytes: [UInt8], owner: Int)]
    /// Places in `keys` by the hash of their bytes.
    private let places: [UInt64: [Int]]
    private var bytes: [[UInt8]]
    private var rowCounts: [Int]
    private var touched: [Int] = []

    /// - Parameters:
    ///   - column: the place of the key among the plan's columns.
    ///   - keys: texts of keys and whose they are, below `ownerCount`.
    ///   - type: the column's type.
    /// - Throws: `undeclaredType` for columns of other types than text, whole numbers and uuid, and for a key that the
    ///   type cannot hold; `misuse` where two owners have the same key.
    package init(
        column: Int, type: CopyType, keys: [(text: String, owner: Int)], ownerCount: Int
    ) throws(PostgresError) {
        var known: [(bytes: [UInt8], owner: Int)] = []
        var places: [UInt64: [Int]] = [:]
        for (text, owner) in keys {
            guard let bytes = try Self.bytes(of: text, type) else {
                throw PostgresError(
                    .undeclaredType, "the tenant's key is no value of the key column's type",
                    hint: "correct source.key in the tenant's file")
            }
            let hash = Self.hash(bytes.span, 0..<bytes.count)
            if let twin = places[hash]?.first(where: { known[$0].bytes == bytes }) {
                guard known[twin].owner == owner else {
                    throw PostgresError(.misuse, "two tenants have the same key")
                }
                continue
            }
            places[hash, default: []].append(known.count)
            known.append((bytes, owner))
        }
        self.column = column
        self.keys = known
        self.places = places
        bytes = Array(repeating: [], count: ownerCount)
        rowCounts = Array(repeating: 0, count: ownerCount)
    }

    /// The bytes that a value has in the stream; nil where the type cannot hold it.
    /// - Throws: `undeclaredType` for types whose equal values can have different bytes.
    package static func bytes(of text: String, _ type: CopyType) throws(PostgresError) -> [UInt8]? {
        switch type {
        case .text: return Array(text.utf8)
        case .int2: return Int16(text).map(bigEndian)
        case .int4: return Int32(text).map(bigEndian)
        case .int8: return Int64(text).map(bigEndian)
        case .uuid:
            let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
            guard digits.count == 32 else { return nil }
            var bytes: [UInt8] = []
            for index in stride(from: 0, to: 32, by: 2) {
                let pair = String(decoding: digits[index..<index + 2], as: UTF8.self)
                guard pair.first != "+", let byte = UInt8(pair, radix: 16) else { return nil }
                bytes.append(byte)
            }
            return bytes
        default:
            throw PostgresError(
                .undeclaredType, "rows cannot be split by a key column of this type",
                hint: "use a column of text, whole numbers or uuid, cast it in sql:, or use isolation: column")
        }
    }

    private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        (0..<number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    /// FNV-1a of 64 bits.
    private static func hash(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x0000_0100_0000_01B3 }
        return hash
    }

    /// Takes the rows of a block.
    mutating func add(_ block: borrowing CopyBlock) {
        let source = block.bytes.span
        let fields = block.columnPositions(column)
        // Rows of one owner often follow each other.
        var last: Int?
        for row in 0..<block.rowCount {
            let start = Int(fields[row])
            let length = Self.length(source, at: start)
            guard length >= 0 else {
                keylessCount += 1
                continue
            }
            let value = start + 4..<start + 4 + length
            if let known = last, isKey(known, source, value) {
                add(block.bytes[block.range(ofRow: row)], to: keys[known].owner)
                continue
            }
            last = place(source, value)
            guard let place = last else {
                strangerCount += 1
                continue
            }
            add(block.bytes[block.range(ofRow: row)], to: keys[place].owner)
        }
    }

    private mutating func add(_ row: ArraySlice<UInt8>, to owner: Int) {
        if rowCounts[owner] == 0 { touched.append(owner) }
        rowCounts[owner] += 1
        byteCount += row.count
        bytes[owner].append(contentsOf: row)
    }

    private func place(_ source: Span<UInt8>, _ value: Range<Int>) -> Int? {
        guard let candidates = places[Self.hash(source, value)] else { return nil }
        for place in candidates where isKey(place, source, value) { return place }
        return nil
    }

    private static func length(_ source: Span<UInt8>, at position: Int) -> Int {
        var word: UInt32 = 0
        for index in 0..<4 { word = word << 8 | UInt32(source[position + index]) }
        return Int(Int32(bitPattern: word))
    }

    private func isKey(_ place: Int, _ source: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let key = keys[place].bytes
        guard range.count == key.count else { return false }
        for index in key.indices where source[range.lowerBound + index] != key[index] { return false }
        return true
    }

    /// Gives away all parts that have rows.
    package mutating func take() -> [Part] {
        let parts = touched.map { owner in
            Part(owner: owner, bytes: bytes[owner], rowCount: rowCounts[owner])
        }
        for owner in touched {
            bytes[owner] = []
            rowCounts[owner] = 0
        }
        touched = []
        byteCount = 0
        return parts
    }
}
