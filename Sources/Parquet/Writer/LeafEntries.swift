internal import Columnar

/// The entries of a leaf or of a node above it, while rows are taken apart: levels, and where the value is.
struct LeafEntries {
    var repetitions: [UInt8] = []
    var definitions: [UInt8] = []
    /// The place in the column that is taken apart; −1 where something above it is missing or empty.
    var places: [Int32] = []

    mutating func append(_ repetition: UInt8, _ definition: UInt8, _ place: Int32) {
        repetitions.append(repetition)
        definitions.append(definition)
        places.append(place)
    }
}

/// Takes nested columns apart into the levels and values of their leaves; the rules are at `ColumnShape`.
struct ColumnShredder {
    /// Called with the number of each leaf, its levels and its values that are there.
    let take: (Int, LeafEntries, ColumnValues) throws(ParquetError) -> Void

    func shred(_ column: Column, _ shape: ColumnShape) throws(ParquetError) {
        var rows = LeafEntries()
        for row in 0..<column.rowCount { rows.append(0, 0, Int32(truncatingIfNeeded: row)) }
        try shred(column, shape, rows)
    }

    private func shred(_ column: Column, _ shape: ColumnShape, _ above: LeafEntries) throws(ParquetError) {
        let entries = try enter(column, shape, above)
        switch (shape.content, column.values) {
        case (.structure(let parts), .structure(let columns, _)):
            for (part, column) in zip(parts, columns) { try shred(column, part, entries) }
        case (.list(let element, let definition, let repetition), .list(let offsets, let elements)):
            try shred(elements, element, Self.elements(entries, offsets, definition, repetition))
        case (.map(let key, let value, let definition, let repetition), .map(let offsets, let keys, let values)):
            let inner = Self.elements(entries, offsets, definition, repetition)
            try shred(keys, key, inner)
            try shred(values, value, inner)
        case (.leaf(let leaf), _):
            let present = entries.places.filter { $0 >= 0 }
            try take(leaf, entries, column.values.gathered(present))
        default: throw ParquetError(.mismatch, "the batch's values are of another type")
        }
    }

    /// Goes from what is around a node to the node itself: places without a value end here.
    private func enter(
        _ column: Column, _ shape: ColumnShape, _ above: LeafEntries
    ) throws(ParquetError) -> LeafEntries {
        var entries = above
        let definition = UInt8(shape.definition)
        for index in entries.places.indices where entries.places[index] >= 0 {
            if column.isValid(Int(entries.places[index])) {
                entries.definitions[index] = definition
            } else {
                guard shape.isNullable else {
                    throw ParquetError(.mismatch, "a value is missing where none may be", column: shape.name)
                }
                entries.places[index] = -1
            }
        }
        return entries
    }

    private static func elements(
        _ entries: LeafEntries, _ offsets: Buffer<Int32>, _ definition: Int, _ repetition: Int
    ) -> LeafEntries {
        var inner = LeafEntries()
        for index in entries.places.indices {
            let place = Int(entries.places[index])
            guard place >= 0, offsets[place] < offsets[place + 1] else {
                inner.append(entries.repetitions[index], entries.definitions[index], -1)
                continue
            }
            for element in offsets[place]..<offsets[place + 1] {
                let isFirst = element == offsets[place]
                inner.append(isFirst ? entries.repetitions[index] : UInt8(repetition), UInt8(definition), element)
            }
        }
        return inner
    }
}

extension ColumnValues {
    /// The values of some places, in their order.
    func gathered(_ places: [Int32]) -> ColumnValues {
        switch self {
        case .bool(let bits): return .bool(Bitmap(places.map { bits[Int($0)] }))
        case .int32(let buffer): return .int32(Buffer(Parquet.gathered(buffer.span, places)))
        case .int64(let buffer): return .int64(Buffer(Parquet.gathered(buffer.span, places)))
        case .int128(let buffer): return .int128(Buffer(Parquet.gathered(buffer.span, places)))
        case .float(let buffer): return .float(Buffer(Parquet.gathered(buffer.span, places)))
        case .double(let buffer): return .double(Buffer(Parquet.gathered(buffer.span, places)))
        case .dictionary(let codes, let dictionary):
            return .dictionary(codes: Buffer(Parquet.gathered(codes.span, places)), dictionary)
        case .bytes(let buffer):
            var offsets: [Int32] = [0]
            var bytes: [UInt8] = []
            offsets.reserveCapacity(places.count + 1)
            let all = buffer.bytes.span
            for place in places {
                unsafe all.extracting(buffer.range(Int(place))).withUnsafeBufferPointer {
                    unsafe bytes.append(contentsOf: $0)
                }
                offsets.append(Int32(truncatingIfNeeded: bytes.count))
            }
            return .bytes(BytesBuffer(offsets: Buffer(offsets), bytes: Buffer(bytes)))
        // Only leaves are gathered.
        case .list, .structure, .map: return self
        }
    }
}

private func gathered<Value: BitwiseCopyable>(_ values: Span<Value>, _ places: [Int32]) -> [Value] {
    var result: [Value] = []
    result.reserveCapacity(places.count)
    for place in places { result.append(values[Int(place)]) }
    return result
}

/// The places of the bits that are 1.
func places(of validity: Bitmap) -> [Int32] {
    var places: [Int32] = []
    places.reserveCapacity(validity.count)
    for (index, word) in validity.words.enumerated() {
        var rest = word
        while rest != 0 {
            places.append(Int32(truncatingIfNeeded: index &* 64 &+ rest.trailingZeroBitCount))
            rest &= rest &- 1
        }
    }
    return places
}
