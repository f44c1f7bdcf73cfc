/// The rows of one batch as the stream gives them, cut into fields.
///
/// The bytes are kept as they came; for each row and column there is the position of the field's length word. So a
/// column is decoded in one loop over its positions, whatever the rows look like.
///
/// The COPY BINARY format (https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.4), all big-endian:
///
/// | bytes | header |
/// |---|---|
/// | 11 | `PGCOPY\n` FF `\r\n` 00 |
/// | 4 | flags: bits 16 to 31 must be known (bit 16, object ids, is not), the others are to be ignored |
/// | 4 | length of the extension, which follows and is skipped |
///
/// | bytes | row |
/// |---|---|
/// | 2 | number of fields; FFFF is the trailer, after which there is nothing |
/// | 4 | length of a field, FFFFFFFF for NULL, for each field |
/// | length | the value |
///
/// Example, one row of (int4 7, NULL): `0002 00000004 00000007 FFFFFFFF`.
struct CopyBlock {
    /// What `parse` came upon.
    enum Progress: Equatable {
        /// All bytes are used up, or those left are the start of a row.
        case needsBytes
        /// The block has as many rows or bytes as it should have.
        case isFull
        /// The end mark was read.
        case isEnded
    }

    /// The position of a length word that says NULL: the bytes begin with one.
    static let null: UInt32 = 0
    private static let prologue: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
    static let signature: [UInt8] = [
        0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00,
    ]

    /// The bytes; the first four are the length word of NULL.
    private(set) var bytes: [UInt8]
    /// The rows whose fields are all here.
    private(set) var rowCount = 0
    /// Rows after which a block is full.
    let rowCountMax: Int
    /// Bytes after which a block is full; a single row may be larger.
    let byteCountMax: Int

    private var columns: Int
    /// Column by column: the positions of column c begin at c × stride.
    private var positions: [UInt32]
    /// A little more than the rows, so that the columns do not all fall on the same lines of the cache.
    private let stride: Int
    /// Where the first byte is that is not parsed.
    private var cursor = CopyBlock.prologue.count
    private var reportedRowCount = 0
    private var isHeaderRead = false
    private var isTrailerRead = false

    init(columnCount: Int, rowCountMax: Int, byteCountMax: Int) {
        precondition(rowCountMax > 0 && columnCount >= 0)
        self.rowCountMax = rowCountMax
        self.byteCountMax = byteCountMax
        columns = columnCount
        stride = (rowCountMax + 31) / 16 * 16
        positions = Array(repeating: CopyBlock.null, count: stride * columnCount)
        bytes = CopyBlock.prologue
        bytes.reserveCapacity(min(byteCountMax, 1 << 20))
    }

    /// The positions of a column's length words, one a row.
    @_lifetime(borrow self)
    func columnPositions(_ column: Int) -> Span<UInt32> {
        positions.span.extracting(column * stride..<column * stride + rowCount)
    }

    /// Where a row lies in `bytes`, with its number of fields. A row has at least one field.
    func range(ofRow row: Int) -> Range<Int> {
        let end = row + 1 < rowCount ? Int(positions[row + 1]) - 2 : isTrailerRead ? cursor - 2 : cursor
        return Int(positions[row]) - 2..<end
    }

    /// Adds bytes as they came from the server, cut anywhere.
    /// - Throws: `malformedStream` beyond 4 GiB, which no row of Postgres can have.
    mutating func append(_ more: UnsafeRawBufferPointer) throws(PostgresError) {
        guard more.count <= Int(UInt32.max) - bytes.count else { throw Self.malformed("a row is larger than 4 GiB") }
        unsafe bytes.append(contentsOf: more)
    }

    /// Cuts what is here into rows, until the block is full. The machine hears of the rows when the block is full or
    /// ended, or by `report`, and not of each piece.
    mutating func parse(_ machine: inout CopyStateMachine) throws(PostgresError) -> Progress {
        if !isHeaderRead {
            guard try parseHeader() else { return .needsBytes }
            try check(machine.handle(.header))
        }
        let progress = try parseRows()
        guard progress != .needsBytes else { return progress }
        try report(to: &machine)
        if progress == .isEnded {
            try check(machine.handle(.trailer))
            if cursor < bytes.count { try check(machine.handle(.excess)) }
        }
        return progress
    }

    /// Tells the machine of the rows that it has not heard of.
    mutating func report(to machine: inout CopyStateMachine) throws(PostgresError) {
        guard rowCount > reportedRowCount else { return }
        try check(machine.handle(.rows(rowCount - reportedRowCount)))
        reportedRowCount = rowCount
    }

    /// Empties the block but for the bytes that are not parsed.
    mutating func removeRows() {
        rowCount = 0
        reportedRowCount = 0
        if cursor == bytes.count && bytes.capacity <= 4 * byteCountMax {
            bytes.removeLast(bytes.count - Self.prologue.count)
        } else {
            // What one large row made it grow to is given back.
            bytes = Self.prologue + bytes[cursor...]
        }
        cursor = Self.prologue.count
    }

    private mutating func parseHeader() throws(PostgresError) -> Bool {
        let start = Self.prologue.count
        let fixed = Self.signature.count + 8
        for (index, byte) in Self.signature.enumerated() where start + index < bytes.count {
            guard bytes[start + index] == byte else { throw Self.malformed("the signature is wrong") }
        }
        guard bytes.count >= start + fixed else { return false }
        let (flags, extensionLength) = headerWords(at: start + Self.signature.count)
        guard flags >> 16 == 0 else { throw Self.malformed("the header has flags that are not known") }
        guard extensionLength >= 0 else { throw Self.malformed("the header's extension has a negative length") }
        guard bytes.count - start - fixed >= Int(extensionLength) else { return false }
        cursor = start + fixed + Int(extensionLength)
        isHeaderRead = true
        return true
    }

    private func headerWords(at position: Int) -> (flags: UInt32, extensionLength: Int32) {
        let source = unsafe bytes.span.bytes
        return (source.word(at: position), Int32(bitPattern: source.word(at: position + 4)))
    }

    private mutating func parseRows() throws(PostgresError) -> Progress {
        if isTrailerRead { return .isEnded }
        // Taken out and put back, so that bytes and positions are two things to the compiler.
        var taken: [UInt32] = []
        swap(&taken, &positions)
        defer { swap(&taken, &positions) }
        var place = Place(cursor: cursor, rowCount: rowCount)
        let limits = (columns: columns, stride: stride, rows: rowCountMax, bytes: byteCountMax)
        let progress = try cutRows(into: &taken, &place, limits)
        (cursor, rowCount) = (place.cursor, place.rowCount)
        isTrailerRead = progress == .isEnded
        return progress
    }

    private func cutRows(
        into positions: inout [UInt32], _ place: inout Place,
        _ limits: (columns: Int, stride: Int, rows: Int, bytes: Int)
    ) throws(PostgresError) -> Progress {
        let source = unsafe bytes.span.bytes
        var target = positions.mutableSpan
        return try Self.cutRows(source, &target, &place, limits)
    }

    /// How far rows are cut.
    private struct Place {
        var cursor: Int
        var rowCount: Int
    }

    /// The loop over all fields: it notes where each begins and looks at nothing but lengths.
    private static func cutRows(
        _ source: RawSpan, _ target: inout MutableSpan<UInt32>, _ place: inout Place,
        _ limits: (columns: Int, stride: Int, rows: Int, bytes: Int)
    ) throws(PostgresError) -> Progress {
        let end = source.byteCount
        while place.rowCount < limits.rows && place.cursor < limits.bytes {
            guard end - place.cursor >= 2 else { return .needsBytes }
            let fieldCount = source.short(at: place.cursor)
            if fieldCount == -1 {
                place.cursor += 2
                return .isEnded
            }
            guard fieldCount == limits.columns else {
                throw malformed("a row has \(fieldCount) fields where the query has \(limits.columns)")
            }
            var position = place.cursor + 2
            var slot = place.rowCount
            for _ in 0..<limits.columns {
                guard end - position >= 4 else { return .needsBytes }
                target[slot] = UInt32(truncatingIfNeeded: position)
                slot += limits.stride
                let length = Int(Int32(bitPattern: source.word(at: position)))
                position += 4
                guard length > 0 else {
                    guard length >= -1 else { throw malformed("a field has a negative length") }
                    continue
                }
                guard end - position >= length else { return .needsBytes }
                position += length
            }
            place.cursor = position
            place.rowCount += 1
        }
        return .isFull
    }

    private func check(_ action: CopyStateMachine.Action) throws(PostgresError) {
        if case .fail(let error) = action { throw error }
    }

    private static func malformed(_ reason: String) -> PostgresError {
        PostgresError(.malformedStream, "not a whole COPY BINARY stream: \(reason)")
    }
}

/// Big-endian integers at any position, bounds-checked.
extension RawSpan {
    @inline(__always)
    func byte(at position: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: position, as: UInt8.self) }

    @inline(__always)
    func short(at position: Int) -> Int16 {
        unsafe Int16(bigEndian: unsafeLoadUnaligned(fromByteOffset: position, as: Int16.self))
    }

    @inline(__always)
    func word(at position: Int) -> UInt32 {
        unsafe UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: position, as: UInt32.self))
    }

    @inline(__always)
    func long(at position: Int) -> UInt64 {
        unsafe UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
    }
}
