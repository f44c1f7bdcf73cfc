/// Holds values to a least and a greatest one that a file claims for them: of a column chunk, or of a page.
struct BoundsCheck {
    /// How values of a leaf are ordered.
    private enum Order {
        case integers
        case unsigned
        case floating
        case half
        case bools
        /// Byte by byte, unsigned: texts.
        case bytes
        /// Two's complement, most significant byte first: decimals.
        case signedBytes
    }

    private enum Bound {
        case integer(Int64)
        case unsigned(UInt64)
        case floating(Double)
        case bytes([UInt8])
    }

    private let order: Order
    private let least: Bound?
    private let greatest: Bound?
    private(set) var isBelow = false
    private(set) var isAbove = false
    /// Whether a value was the least, or the greatest, itself.
    private(set) var reachedLeast = false
    private(set) var reachedGreatest = false

    /// Whether a value was outside of the bounds.
    var isBroken: Bool { isBelow || isAbove }

    /// Nil where there are no bounds, or none whose order is defined. A NaN is no bound.
    /// - Throws: where a bound has another width than the values.
    init?(least: [UInt8]?, greatest: [UInt8]?, _ leaf: LeafColumn) throws(ParquetError) {
        guard least != nil || greatest != nil, let order = Self.order(of: leaf) else { return nil }
        self.order = order
        self.least = try least.map { bytes throws(ParquetError) in try Self.bound(bytes, order, leaf) } ?? nil
        self.greatest = try greatest.map { bytes throws(ParquetError) in try Self.bound(bytes, order, leaf) } ?? nil
    }

    private static func order(of leaf: LeafColumn) -> Order? {
        switch (leaf.type, leaf.meaning) {
        case (_, .interval), (_, .null), (FileType.int96, _): nil
        case (FileType.boolean, _): .bools
        case (FileType.int32, .integer(_, isSigned: false)), (FileType.int64, .integer(_, isSigned: false)): .unsigned
        case (FileType.int32, _), (FileType.int64, _): .integers
        case (FileType.float, _), (FileType.double, _): .floating
        case (_, .float16): .half
        case (_, .decimal): .signedBytes
        default: .bytes
        }
    }

    private static func bound(_ bytes: [UInt8], _ order: Order, _ leaf: LeafColumn) throws(ParquetError) -> Bound? {
        let width = leaf.type == FileType.boolean ? 1 : leaf.length
        // Of plain bytes of a fixed length, a bound may be shortened.
        let mayBeShort = order == .bytes && bytes.count < width
        guard leaf.type == FileType.byteArray || mayBeShort || bytes.count == width else {
            throw .corrupt("its statistics have bounds of another width than its values")
        }
        let number = bits(bytes.span, at: 0, count: min(bytes.count, 8) * 8)
        switch order {
        case .bools: return .unsigned(number & 1)
        case .unsigned: return .unsigned(number)
        case .integers:
            return .integer(
                leaf.type == FileType.int32 ? Int64(Int32(truncatingIfNeeded: number)) : Int64(bitPattern: number))
        case .floating:
            let value =
                leaf.type == FileType.float
                ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: number))) : Double(bitPattern: number)
            return value.isNaN ? nil : .floating(value)
        case .half:
            let value = Double(LeafConversion.half(bytes.span, 0))
            return value.isNaN ? nil : .floating(value)
        case .bytes, .signedBytes: return .bytes(bytes)
        }
    }

    // MARK: Values

    /// Looks at values.
    /// - Precondition: they are spelt out.
    mutating func take(_ values: DenseValues) {
        switch order {
        case .bools: for value in values.bools { take(unsigned: UInt64(value)) }
        case .unsigned:
            for value in values.int32s { take(unsigned: UInt64(UInt32(bitPattern: value))) }
            for value in values.int64s { take(unsigned: UInt64(bitPattern: value)) }
        case .integers:
            for value in values.int32s { take(integer: Int64(value)) }
            for value in values.int64s { take(integer: value) }
        case .floating:
            for value in values.floats { take(floating: Double(value)) }
            for value in values.doubles { take(floating: value) }
        case .half, .bytes, .signedBytes:
            let bytes = values.bytes
            let all = bytes.span
            for index in 0..<values.offsets.count - 1 {
                let range = Int(values.offsets[index])..<Int(values.offsets[index + 1])
                if order == .half {
                    take(floating: Double(LeafConversion.half(all, range.lowerBound)))
                } else {
                    take(bytes: all.extracting(range))
                }
            }
        }
    }

    private mutating func take(integer value: Int64) {
        if case .integer(let least)? = least {
            if value < least { isBelow = true } else if value == least { reachedLeast = true }
        }
        if case .integer(let greatest)? = greatest {
            if value > greatest { isAbove = true } else if value == greatest { reachedGreatest = true }
        }
    }

    private mutating func take(unsigned value: UInt64) {
        if case .unsigned(let least)? = least {
            if value < least { isBelow = true } else if value == least { reachedLeast = true }
        }
        if case .unsigned(let greatest)? = greatest {
            if value > greatest { isAbove = true } else if value == greatest { reachedGreatest = true }
        }
    }

    /// A NaN is neither below nor above anything.
    private mutating func take(floating value: Double) {
        if case .floating(let least)? = least {
            if value < least { isBelow = true } else if value == least { reachedLeast = true }
        }
        if case .floating(let greatest)? = greatest {
            if value > greatest { isAbove = true } else if value == greatest { reachedGreatest = true }
        }
    }

    private mutating func take(bytes value: Span<UInt8>) {
        let isSigned = order == .signedBytes
        if case .bytes(let least)? = least {
            let order = compare(value, least.span, isSigned: isSigned)
            if order < 0 { isBelow = true } else if order == 0 { reachedLeast = true }
        }
        if case .bytes(let greatest)? = greatest {
            let order = compare(value, greatest.span, isSigned: isSigned)
            if order > 0 { isAbove = true } else if order == 0 { reachedGreatest = true }
        }
    }
}

/// The order of two values of bytes: below 0, 0, or above 0.
/// - Parameter isSigned: whether they are two's complement numbers of any length, most significant byte first.
func compare(_ left: Span<UInt8>, _ right: Span<UInt8>, isSigned: Bool) -> Int {
    guard isSigned else {
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
            return Int(left[index]) - Int(right[index])
        }
        return left.count - right.count
    }
    let width = max(left.count, right.count)
    func byte(_ bytes: Span<UInt8>, _ index: Int) -> UInt8 {
        let place = index - (width - bytes.count)
        if place >= 0 { return bytes[place] }
        return bytes.count > 0 && bytes[0] & 0x80 != 0 ? 0xFF : 0
    }
    for index in 0..<width {
        // The first byte has the sign: with its top bit flipped, the order is that of unsigned bytes.
        let flip: UInt8 = index == 0 ? 0x80 : 0
        let (one, other) = (byte(left, index) ^ flip, byte(right, index) ^ flip)
        if one != other { return Int(one) - Int(other) }
    }
    return 0
}
