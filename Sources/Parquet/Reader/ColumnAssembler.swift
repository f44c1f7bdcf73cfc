internal import Columnar

/// Puts columns together from the levels and values of their leaves; the rules are at `ColumnShape`.
struct ColumnAssembler {
    /// How the values of leaves become ours.
    let conversion: (Int, DenseValues, LogicalType) throws(ParquetError) -> ColumnValues

    /// The rows of a column.
    /// - Parameter slices: by the number of the leaf.
    func column(
        _ shape: ColumnShape, _ field: Field, _ slices: [Int: LeafSlice]
    ) throws(ParquetError) -> Column {
        try column(shape, field.type, slices, definition: 0, repetition: 0)
    }

    private func column(
        _ shape: ColumnShape, _ type: LogicalType, _ slices: [Int: LeafSlice], definition: Int, repetition: Int
    ) throws(ParquetError) -> Column {
        guard let first = slices[shape.leaves.lowerBound] else { throw .corrupt("a column has no leaf") }
        let places = Places(first, shape, definition, repetition)
        switch shape.content {
        case .leaf(let leaf):
            return try leafColumn(type, try conversion(leaf, first.values, type), places)
        case .structure(let parts):
            guard let fields = type.parts, fields.count == parts.count else {
                throw .corrupt("a structure of other parts")
            }
            var columns: [Column] = []
            for (part, field) in zip(parts, fields) {
                let column = try column(part, field.type, slices, definition: definition, repetition: repetition)
                guard column.rowCount == places.count else { throw Self.disagreement }
                columns.append(column)
            }
            return Column(type, validity: places.validity, .structure(columns, rowCount: places.count))
        case .list(let element, let definition, let repetition):
            guard case .list(let field) = type else { throw .corrupt("a list of another type") }
            let offsets = try places.offsets(definition, repetition)
            let elements = try column(
                element, field.type, slices, definition: definition, repetition: repetition)
            try Self.check(offsets, elements)
            return Column(type, validity: places.validity, .list(offsets: Buffer(offsets), elements: elements))
        case .map(let key, let value, let definition, let repetition):
            guard case .map(let keyField, let valueField) = type else { throw .corrupt("a map of another type") }
            let offsets = try places.offsets(definition, repetition)
            let keys = try column(key, keyField.type, slices, definition: definition, repetition: repetition)
            let values = try column(value, valueField.type, slices, definition: definition, repetition: repetition)
            try Self.check(offsets, keys)
            try Self.check(offsets, values)
            return Column(
                type, validity: places.validity, .map(offsets: Buffer(offsets), keys: keys, values: values))
        }
    }

    private static let disagreement = ParquetError.corrupt("its parts have different numbers of values")

    private static func check(_ offsets: [Int32], _ elements: Column) throws(ParquetError) {
        guard Int(offsets[offsets.count - 1]) == elements.rowCount else { throw disagreement }
    }

    private func leafColumn(
        _ type: LogicalType, _ values: ColumnValues, _ places: Places
    ) throws(ParquetError) -> Column {
        guard let validity = places.validity else {
            guard values.rowCount == places.count else { throw Self.disagreement }
            return Column(type, values)
        }
        guard values.rowCount == validity.setCount else { throw Self.disagreement }
        return Column(type, validity: validity, values.spread(over: validity))
    }
}

/// The places of a column: which entries of a leaf are its rows, and which of them have a value.
private struct Places {
    private let slice: LeafSlice
    private let definition: UInt8
    private let repetition: UInt8
    /// The number of places.
    let count: Int
    /// Which places have a value; nil where all have.
    let validity: Bitmap?

    /// - Parameters:
    ///   - definition: the definition level of the nearest repeated node above.
    ///   - repetition: the number of repeated nodes above.
    init(_ slice: LeafSlice, _ shape: ColumnShape, _ definition: Int, _ repetition: Int) {
        self.slice = slice
        self.definition = UInt8(definition)
        self.repetition = UInt8(repetition)
        if slice.definitions.isEmpty && slice.repetitions.isEmpty {
            (count, validity) = (slice.entryCount, nil)
            return
        }
        (count, validity) = Self.find(
            slice.definitions.span, slice.repetitions.span, entryCount: slice.entryCount, UInt8(definition),
            UInt8(repetition), UInt8(shape.definition))
    }

    private static func find(
        _ definitions: Span<UInt8>, _ repetitions: Span<UInt8>, entryCount: Int, _ place: UInt8, _ repetition: UInt8,
        _ value: UInt8
    ) -> (Int, Bitmap?) {
        if repetitions.count == 0 && place == 0 && value > 0 && value < 0x80 {
            return (entryCount, flatValidity(definitions, value))
        }
        var words: [UInt64] = []
        words.reserveCapacity(entryCount / 64 + 1)
        var (word, count, missing): (UInt64, Int, Int) = (0, 0, 0)
        for entry in 0..<entryCount {
            if repetitions.count > 0 && repetitions[entry] > repetition { continue }
            let level = definitions.count > 0 ? definitions[entry] : .max
            if level < place { continue }
            if level >= value { word |= 1 &<< UInt64(count & 63) } else { missing += 1 }
            count += 1
            if count & 63 == 0 {
                words.append(word)
                word = 0
            }
        }
        if missing == 0 { return (count, nil) }
        if count & 63 != 0 { words.append(word) }
        return (count, Bitmap(words: words, count: count))
    }

    /// Which levels reach a value's, eight at a time; nil where all do.
    private static func flatValidity(_ levels: Span<UInt8>, _ value: UInt8) -> Bitmap? {
        // Bytes from 0x80 - value on get their top bit by this addition, without carrying into the next byte.
        let lift = (0x80 - UInt64(value)) &* 0x0101_0101_0101_0101
        let (tops, rests): (UInt64, UInt64) = (0x8080_8080_8080_8080, 0x7F7F_7F7F_7F7F_7F7F)
        let raw = unsafe levels.bytes
        var words = [UInt64](repeating: 0, count: (levels.count + 63) / 64)
        var target = words.mutableSpan
        var missing = 0
        var index = 0
        while index &+ 8 <= levels.count {
            let eight = unsafe UInt64(
                littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            let reached = (((eight & rests) &+ lift) | eight) & tops
            let bits = ((reached &>> 7) &* 0x0102_0408_1020_4080) &>> 56
            target[index &>> 6] |= bits &<< UInt64(index & 63)
            missing &+= 8 &- bits.nonzeroBitCount
            index &+= 8
        }
        while index < levels.count {
            if levels[index] >= value { target[index &>> 6] |= 1 &<< UInt64(index & 63) } else { missing &+= 1 }
            index &+= 1
        }
        return missing == 0 ? nil : Bitmap(words: words, count: levels.count)
    }

    /// Where the elements of each place begin and end.
    /// - Parameters:
    ///   - element: the definition level of an element.
    ///   - inner: the repetition level of an element that is not the first.
    func offsets(_ element: Int, _ inner: Int) throws(ParquetError) -> [Int32] {
        var offsets: [Int32] = [0]
        offsets.reserveCapacity(count + 1)
        var elements: Int32 = 0
        var isInside = false
        for entry in 0..<slice.entryCount {
            let again = slice.repetitions[entry]
            if again > UInt8(inner) { continue }
            let level = slice.definitions[entry]
            if again <= repetition {
                if isInside { offsets.append(elements) }
                isInside = level >= definition
                if !isInside { continue }
            }
            guard isInside else {
                // An element that belongs to no place: the levels contradict each other.
                throw .corrupt("an element of a list that is not there")
            }
            if level >= UInt8(element) { elements += 1 }
        }
        if isInside { offsets.append(elements) }
        return offsets
    }
}

extension LogicalType {
    /// The fields of a structure or an interval.
    var parts: [Field]? {
        switch self {
        case .structure(let fields): fields
        case .interval: Self.intervalFields
        default: nil
        }
    }
}

extension ColumnValues {
    /// Puts values that are all there into the places that have one.
    /// - Precondition: there are as many values as bits that are 1.
    func spread(over validity: Bitmap) -> ColumnValues {
        switch self {
        case .bool(let bits):
            var words = [UInt64](repeating: 0, count: validity.words.count)
            var next = 0
            for place in 0..<validity.count where validity[place] {
                if bits[next] { words[place >> 6] |= 1 << UInt64(place & 63) }
                next += 1
            }
            return .bool(Bitmap(words: words, count: validity.count))
        case .int32(let buffer): return .int32(Buffer(Parquet.spread(buffer.span, validity, filler: 0)))
        case .int64(let buffer): return .int64(Buffer(Parquet.spread(buffer.span, validity, filler: 0)))
        case .int128(let buffer): return .int128(Buffer(Parquet.spread(buffer.span, validity, filler: 0)))
        case .float(let buffer): return .float(Buffer(Parquet.spread(buffer.span, validity, filler: 0)))
        case .double(let buffer): return .double(Buffer(Parquet.spread(buffer.span, validity, filler: 0)))
        case .dictionary(let codes, let dictionary):
            return .dictionary(codes: Buffer(Parquet.spread(codes.span, validity, filler: 0)), dictionary)
        case .bytes(let buffer):
            var offsets: [Int32] = [buffer.offsets[0]]
            offsets.reserveCapacity(validity.count + 1)
            var next = 0
            let ends = buffer.offsets.span
            let words = validity.words.span
            for place in 0..<validity.count {
                next += Int(truncatingIfNeeded: words[place >> 6] >> UInt64(place & 63) & 1)
                offsets.append(ends[next])
            }
            return .bytes(BytesBuffer(offsets: Buffer(offsets), bytes: buffer.bytes))
        case .structure(let columns, _):
            let spread = columns.map { Column($0.type, $0.values.spread(over: validity)) }
            return .structure(spread, rowCount: validity.count)
        // A leaf's values are neither lists nor maps.
        case .list, .map: return self
        }
    }
}

private func spread<Value: BitwiseCopyable>(_ values: Span<Value>, _ validity: Bitmap, filler: Value) -> [Value] {
    var result = [Value](repeating: filler, count: validity.count)
    var target = result.mutableSpan
    let words = validity.words.span
    var next = 0
    for index in words.indices {
        var word = words[index]
        while word != 0 {
            target[index &<< 6 &+ word.trailingZeroBitCount] = values[next]
            next &+= 1
            word &= word &- 1
        }
    }
    return result
}
