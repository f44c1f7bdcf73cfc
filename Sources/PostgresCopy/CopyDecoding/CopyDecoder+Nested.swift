internal import Columnar

extension CopyDecoder {
    /// Lists of at most one dimension that begin at 1: others would lose what their bounds say.
    mutating func decodeArray(
        _ elementType: CopyType, _ elementOID: UInt32, _ positions: Span<UInt32>, _ bytes: RawSpan
    ) throws(PostgresError) -> Column {
        var offsets: [Int32] = [0]
        var elements: [UInt32] = []
        var validity = ValidityWords(count: positions.count)
        offsets.reserveCapacity(positions.count + 1)
        for row in positions.indices {
            var reader = ValueReader(bytes, Int(positions[row]))
            if reader.isNull {
                validity.setNull(row)
            } else if let fault = try readArray(&reader, elementOID, into: &elements) {
                validity.setNull(row)
                faults.append((row, fault))
            }
            offsets.append(try offset(elements.count))
        }
        let column = try decodeNested(elementType, elements, bytes, offsets)
        let type = LogicalType.list(element: Field("element", elementType.logicalType))
        return Column(
            type, validity: validity.finish(), .list(offsets: Buffer(offsets), elements: column))
    }

    private func readArray(
        _ reader: inout ValueReader, _ elementOID: UInt32, into elements: inout [UInt32]
    ) throws(PostgresError) -> ValueFault? {
        let dimensions = try reader.word()
        _ = try reader.word()
        guard try UInt32(bitPattern: reader.word()) == elementOID else {
            throw malformed("an array has elements of another type than its column")
        }
        guard dimensions != 0 else {
            try reader.finish()
            return nil
        }
        guard dimensions == 1 else { return .dimensions }
        let count = try reader.word()
        let lowerBound = try reader.word()
        guard count >= 0 else { throw malformed("an array has \(count) elements") }
        guard lowerBound == 1 else { return .lowerBound }
        for _ in 0..<count { elements.append(try reader.skipValue()) }
        try reader.finish()
        return nil
    }

    mutating func decodeComposite(
        _ parts: [CopyType.CompositePart], _ positions: Span<UInt32>, _ bytes: RawSpan
    ) throws(PostgresError) -> Column {
        var validity = ValidityWords(count: positions.count)
        var partPositions = parts.map { _ in [UInt32](repeating: CopyBlock.null, count: positions.count) }
        for row in positions.indices {
            var reader = ValueReader(bytes, Int(positions[row]))
            guard !reader.isNull else {
                validity.setNull(row)
                continue
            }
            guard try Int(reader.word()) == parts.count else {
                throw malformed("a composite value has another count of parts than its type")
            }
            for index in parts.indices {
                guard try UInt32(bitPattern: reader.word()) == parts[index].oid else {
                    throw malformed("a part of a composite value has another type than declared")
                }
                partPositions[index][row] = try reader.skipValue()
            }
            try reader.finish()
        }
        var columns: [Column] = []
        for (part, positions) in zip(parts, partPositions) {
            columns.append(try decode(part.type, positions.span, bytes))
        }
        return Column(
            CopyType.composite(parts).logicalType, validity: validity.finish(),
            .structure(columns, rowCount: positions.count))
    }

    mutating func decodeHstore(_ positions: Span<UInt32>, _ bytes: RawSpan) throws(PostgresError) -> Column {
        var offsets: [Int32] = [0]
        var keys: [UInt32] = []
        var values: [UInt32] = []
        var validity = ValidityWords(count: positions.count)
        for row in positions.indices {
            var reader = ValueReader(bytes, Int(positions[row]))
            if reader.isNull {
                validity.setNull(row)
            } else {
                let count = try reader.word()
                guard count >= 0 else { throw malformed("an hstore has \(count) pairs") }
                for _ in 0..<count {
                    let key = try reader.skipValue()
                    guard bytes.word(at: Int(key)) != UInt32.max else { throw malformed("an hstore key is NULL") }
                    keys.append(key)
                    values.append(try reader.skipValue())
                }
                try reader.finish()
            }
            offsets.append(try offset(keys.count))
        }
        let keyColumn = try decodeNested(.text, keys, bytes, offsets)
        let valueColumn = try decodeNested(.text, values, bytes, offsets)
        return Column(
            CopyType.hstore.logicalType, validity: validity.finish(),
            .map(offsets: Buffer(offsets), keys: keyColumn, values: valueColumn))
    }

    /// Decodes elements; what is wrong with one is wrong with the row that it is in.
    private mutating func decodeNested(
        _ type: CopyType, _ positions: [UInt32], _ bytes: RawSpan, _ offsets: [Int32]
    ) throws(PostgresError) -> Column {
        let outer = faults
        faults = []
        let column = try decode(type, positions.span, bytes)
        let inner = faults.map { (row: parent(of: $0.row, offsets), fault: $0.fault) }
        faults = outer + inner
        return column
    }

    /// The row whose elements hold an element: the last with an offset that is not beyond it.
    private func parent(of element: Int, _ offsets: [Int32]) -> Int {
        var (low, high) = (0, offsets.count - 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(offsets[middle]) <= element { low = middle } else { high = middle }
        }
        return low
    }

    private func offset(_ count: Int) throws(PostgresError) -> Int32 {
        guard let offset = Int32(exactly: count) else { throw malformed("a batch has more than 2^31 elements") }
        return offset
    }
}

/// Reads within one value and never beyond it, whatever the lengths in it claim.
private struct ValueReader: ~Escapable {
    private let bytes: RawSpan
    private var position: Int
    private let end: Int
    let isNull: Bool

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, _ lengthPosition: Int) {
        let length = Int(Int32(bitPattern: bytes.word(at: lengthPosition)))
        self.bytes = bytes
        position = lengthPosition + 4
        end = position + max(0, length)
        isNull = length < 0
    }

    mutating func word() throws(PostgresError) -> Int32 {
        guard end - position >= 4 else { throw Self.short }
        defer { position += 4 }
        return Int32(bitPattern: bytes.word(at: position))
    }

    /// Steps over a value and answers where its length word is.
    mutating func skipValue() throws(PostgresError) -> UInt32 {
        let start = position
        let length = Int(try word())
        guard length >= -1, end - position >= max(0, length) else { throw Self.short }
        position += max(0, length)
        return UInt32(truncatingIfNeeded: start)
    }

    func finish() throws(PostgresError) {
        guard position == end else {
            throw PostgresError(.malformedStream, "not a whole COPY BINARY stream: a nested value has bytes left over")
        }
    }

    private static var short: PostgresError {
        PostgresError(.malformedStream, "not a whole COPY BINARY stream: a nested value is longer than its field")
    }
}
