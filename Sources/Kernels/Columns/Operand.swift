package import Columnar

/// An argument of a kernel: a column, or one value for all rows.
package enum Operand: Sendable {
    case column(Column)
    /// A column of one row that stands for every row.
    case constant(Column)

    /// The column, of one row where the operand is constant.
    package var column: Column {
        switch self {
        case .column(let column), .constant(let column): column
        }
    }

    /// What the values mean.
    package var type: LogicalType { column.type }

    /// Whether it is one value for all rows.
    package var isConstant: Bool {
        if case .constant = self { true } else { false }
    }

    /// Whether it is NULL for all rows.
    package var isConstantNull: Bool { isConstant && !column.isValid(0) }

    /// As many rows as asked for: a constant is repeated.
    package func expanded(to rowCount: Int) -> Column {
        switch self {
        case .column(let column): column
        case .constant(let column): column.repeated(rowCount)
        }
    }

    /// The position in `column` of a row.
    @inlinable
    package func position(_ row: Int) -> Int { isConstant ? 0 : row }
}

/// Values of one type, or one value for all rows.
enum Source<Value: BitwiseCopyable & Sendable> {
    case buffer(Buffer<Value>)
    case constant(Value)
}

extension Operand {
    var int32: Source<Int32>? {
        guard case .int32(let buffer) = column.values else { return nil }
        return isConstant ? .constant(buffer[0]) : .buffer(buffer)
    }

    var int64: Source<Int64>? {
        guard case .int64(let buffer) = column.values else { return nil }
        return isConstant ? .constant(buffer[0]) : .buffer(buffer)
    }

    var int128: Source<Int128>? {
        guard case .int128(let buffer) = column.values else { return nil }
        return isConstant ? .constant(buffer[0]) : .buffer(buffer)
    }

    var double: Source<Double>? {
        guard case .double(let buffer) = column.values else { return nil }
        return isConstant ? .constant(buffer[0]) : .buffer(buffer)
    }
}

/// The rows in which all operands have a value, as a bitmap; nil where they have everywhere.
package func validity(of operands: [Operand], rowCount: Int) -> Bitmap? {
    var result: Bitmap?
    for operand in operands {
        guard let bits = operand.column.validity else { continue }
        if operand.isConstant {
            if !bits[0] { return Bitmap(repeating: false, count: rowCount) }
            continue
        }
        result = result.map { $0.intersection(bits) } ?? bits
    }
    return result
}

/// Values of a computation row by row; the three shapes of operands have a loop each, so that none branches by row.
@inline(__always)
func mapped<A, B, Result: BitwiseCopyable & Sendable>(
    _ left: Source<A>, _ right: Source<B>, _ rowCount: Int, filler: Result, _ body: (A, B) -> Result
) -> Buffer<Result> {
    var values = [Result](repeating: filler, count: rowCount)
    var output = values.mutableSpan
    switch (left, right) {
    case (.buffer(let a), .buffer(let b)):
        let (x, y) = (a.span, b.span)
        for row in 0..<rowCount { output[row] = body(x[row], y[row]) }
    case (.buffer(let a), .constant(let y)):
        let x = a.span
        for row in 0..<rowCount { output[row] = body(x[row], y) }
    case (.constant(let x), .buffer(let b)):
        let y = b.span
        for row in 0..<rowCount { output[row] = body(x, y[row]) }
    case (.constant(let x), .constant(let y)):
        let value = body(x, y)
        for row in 0..<rowCount { output[row] = value }
    }
    return Buffer(values)
}

/// The same for truth values, a word of 64 rows at a time.
@inline(__always)
func mappedBits<A, B>(_ left: Source<A>, _ right: Source<B>, _ rowCount: Int, _ body: (A, B) -> Bool) -> Bitmap {
    switch (left, right) {
    case (.buffer(let a), .buffer(let b)):
        let (x, y) = (a.span, b.span)
        precondition(x.count >= rowCount && y.count >= rowCount)
        return Bitmap(rowCount) { unsafe body(x[unchecked: $0], y[unchecked: $0]) }
    case (.buffer(let a), .constant(let y)):
        let x = a.span
        precondition(x.count >= rowCount)
        return Bitmap(rowCount) { unsafe body(x[unchecked: $0], y) }
    case (.constant(let x), .buffer(let b)):
        let y = b.span
        precondition(y.count >= rowCount)
        return Bitmap(rowCount) { unsafe body(x, y[unchecked: $0]) }
    case (.constant(let x), .constant(let y)):
        return Bitmap(repeating: body(x, y), count: rowCount)
    }
}

extension Bitmap {
    /// Bits computed one by one, gathered in words.
    @inlinable @inline(__always)
    package init(_ count: Int, _ body: (Int) -> Bool) {
        // A byte for each row first, which the processor computes many at a time; then eight bytes become eight bits by
        // one multiplication.
        let padded = (count + 63) & ~63
        let flags = unsafe [UInt8](unsafeUninitializedCapacity: padded) { cells, used in
            for row in 0..<count { unsafe cells[row] = body(row) ? 1 : 0 }
            for row in count..<padded { unsafe cells[row] = 0 }
            used = padded
        }
        var words = [UInt64](repeating: 0, count: padded / 64)
        var output = words.mutableSpan
        unsafe flags.withUnsafeBytes { bytes in
            for word in 0..<output.count {
                var bits: UInt64 = 0
                for eight in 0..<8 {
                    let own = unsafe bytes.load(fromByteOffset: word &* 64 &+ eight &* 8, as: UInt64.self)
                    bits |= ((UInt64(littleEndian: own) &* 0x0102_0408_1020_4080) &>> 56) &<< UInt64(8 &* eight)
                }
                output[word] = bits
            }
        }
        self.init(gathered: words, count)
    }

    @usableFromInline
    init(gathered words: [UInt64], _ count: Int) { self.init(words: words, count: count) }

    /// Bits from truth values in an array.
    package init(_ flags: [Bool]) {
        let span = flags.span
        self.init(span.count) { unsafe span[unchecked: $0] }
    }

    /// The bits that are set in both.
    package func intersection(_ other: Bitmap) -> Bitmap { combined(other) { $0 & $1 } }
    /// The bits that are set in either.
    package func union(_ other: Bitmap) -> Bitmap { combined(other) { $0 | $1 } }
    /// The bits that are set here and not there.
    package func subtracting(_ other: Bitmap) -> Bitmap { combined(other) { $0 & ~$1 } }
    /// The bits turned round.
    package var inverted: Bitmap { Bitmap(words: words.map { ~$0 }, count: count) }

    @inline(__always)
    private func combined(_ other: Bitmap, _ body: (UInt64, UInt64) -> UInt64) -> Bitmap {
        precondition(count == other.count)
        var words = self.words
        let others = other.words
        for index in words.indices { words[index] = body(words[index], others[index]) }
        return Bitmap(words: words, count: count)
    }

    /// The positions of the set bits.
    package var rowPositions: [UInt32] {
        var positions: [UInt32] = []
        positions.reserveCapacity(setCount)
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                positions.append(UInt32(truncatingIfNeeded: index &* 64 &+ rest.trailingZeroBitCount))
                rest &= rest &- 1
            }
        }
        return positions
    }
}
