/// What a file's statistics prove, and nothing more. Bounds are believed only where all of this holds:
///
/// (1) They are in the order of the column's type: the footer says so (`column_orders`), and there is such an order;
///     INT96 and intervals have none.
/// (2) The bounds of writers before 2017 (`min`, `max`) were compared as signed: they are taken of signed numbers only.
/// (3) They are exactly as wide as the type's values.
/// (4) Neither is NaN, and the least is not above the greatest.
/// (5) Writers leave NaNs out of the bounds of floating-point columns: other writers' greatest value is none here,
///     because NaN is above it. Our own write no bounds beside a NaN.
///
/// Bounds of texts may be shortened: the least downwards, the greatest upwards, so they remain bounds.
/// Source: the Apache Parquet format, `parquet.thrift`, `Statistics`, `ColumnOrder`, `ColumnIndex`.
extension ColumnFacts {
    /// - Parameters:
    ///   - rowCount: the rows of the chunk.
    ///   - trust: what the file says of its statistics as a whole.
    init(_ statistics: RawStatistics?, _ leaf: LeafColumn, rowCount: Int64, _ trust: StatisticsTrust) {
        mayBeMissing = leaf.maxDefinition > 0
        guard let statistics, leaf.maxRepetition == 0 else { return }
        // Of members of structures, writers count missing values in different ways.
        if leaf.path.count == 1, let nullCount = statistics.nullCount, (0...rowCount).contains(nullCount) {
            mayBeMissing = mayBeMissing && nullCount > 0
            mayHaveValues = nullCount < rowCount || leaf.maxDefinition == 0
        }
        if trust.hasTypeOrder, statistics.minimum != nil || statistics.maximum != nil {
            bounds = Self.bounds(statistics.minimum, statistics.maximum, leaf, trust)
        } else if leaf.hasSignedOrder {
            bounds = Self.bounds(statistics.oldMinimum, statistics.oldMaximum, leaf, trust)
        }
    }

    /// What a page index says of one page.
    init(_ page: PageIndex.Bounds, _ leaf: LeafColumn, rowCount: Int64, _ trust: StatisticsTrust) {
        mayBeMissing = leaf.maxDefinition > 0
        guard leaf.maxRepetition == 0 else { return }
        if leaf.path.count == 1, let nullCount = page.nullCount, (0...rowCount).contains(nullCount) {
            mayBeMissing = mayBeMissing && nullCount > 0
            mayHaveValues = nullCount < rowCount || leaf.maxDefinition == 0
        }
        if page.isNull {
            // Two claims that contradict each other are worth nothing.
            if page.nullCount.map({ $0 == rowCount }) ?? true, leaf.maxDefinition > 0 {
                (mayBeMissing, mayHaveValues) = (true, false)
            } else {
                (mayBeMissing, mayHaveValues) = (leaf.maxDefinition > 0, true)
            }
        } else if trust.hasTypeOrder {
            bounds = Self.bounds(page.minimum, page.maximum, leaf, trust)
        }
    }

    /// Bounds of raw bytes; nil where they can't be believed.
    static func bounds(
        _ minimum: [UInt8]?, _ maximum: [UInt8]?, _ leaf: LeafColumn, _ trust: StatisticsTrust
    ) -> Bounds? {
        guard let minimum, let maximum, leaf.type != FileType.int96 else { return nil }
        if leaf.hasTextOrder {
            guard !maximum.precedes(minimum) else { return nil }
            if leaf.type == FileType.fixedByteArray {
                guard minimum.count <= leaf.length, maximum.count <= leaf.length else { return nil }
            }
            if leaf.meaning == .uuid {
                guard minimum.count == 16, maximum.count == 16 else { return nil }
                return .bytes(least: uuidText(minimum), greatest: uuidText(maximum))
            }
            return .bytes(least: minimum, greatest: maximum)
        }
        guard let least = leaf.key(minimum, rounding: .down), let greatest = leaf.key(maximum, rounding: .up),
            least <= greatest
        else { return nil }
        if leaf.isFloating {
            guard least != Int128(Int64.max), greatest != Int128(Int64.max) else { return nil }
            return .numbers(least: least, greatest: trust.isOurs ? greatest : nil)
        }
        return .numbers(least: least, greatest: greatest)
    }

    /// A UUID as the text that its values become.
    private static func uuidText(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        let digits = Array("0123456789abcdef".utf8)
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
            text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return text
    }
}

/// What a file says of its statistics as a whole.
struct StatisticsTrust {
    /// Whether bounds of the column are in the order of its type.
    let hasTypeOrder: Bool
    /// Whether this engine wrote the file.
    let isOurs: Bool
}

extension ParquetFileMetadata {
    /// What the statistics of a leaf are worth.
    func trust(ofLeaf leaf: Int) -> StatisticsTrust {
        StatisticsTrust(
            hasTypeOrder: leaf < columnOrders.count && columnOrders[leaf],
            isOurs: createdBy?.hasPrefix("almanac") ?? false)
    }
}

extension LeafColumn {
    enum Rounding {
        case down, up
    }

    /// Whether the values are floating-point numbers.
    var isFloating: Bool { type == FileType.float || type == FileType.double || meaning == .float16 }

    /// Whether values of the old statistics' order, which was signed, are in the type's order.
    var hasSignedOrder: Bool {
        switch meaning {
        case .integer(_, isSigned: false): return false
        default:
            return [FileType.boolean, FileType.int32, FileType.int64, FileType.float, FileType.double].contains(type)
        }
    }

    /// Whether the values are ordered by their bytes.
    var hasTextOrder: Bool {
        guard type == FileType.byteArray || type == FileType.fixedByteArray else { return false }
        switch meaning {
        case .plain, .text, .enumeration, .json, .bson, .uuid: return true
        default: return false
        }
    }

    /// A value of the file in PLAIN as a key of `LiteralKey`; nil where it is none or is of another width.
    func key(_ bytes: [UInt8], rounding: Rounding) -> Int128? {
        if type == FileType.byteArray || type == FileType.fixedByteArray { return byteKey(bytes) }
        let width = type == FileType.boolean ? 1 : length
        guard bytes.count == width, width == 1 || width == 4 || width == 8 else { return nil }
        let number = bits(bytes.span, at: 0, count: width * 8)
        switch type {
        case FileType.boolean: return number <= 1 ? Int128(number) : nil
        case FileType.int32:
            if case .integer(_, isSigned: false) = meaning { return Int128(number) }
            return Int128(Int32(truncatingIfNeeded: number))
        case FileType.int64:
            if case .integer(_, isSigned: false) = meaning { return Int128(number) }
            return microseconds(Int64(bitPattern: number), rounding)
        case FileType.float: return floatingKey(Double(Float(bitPattern: UInt32(truncatingIfNeeded: number))))
        case FileType.double: return floatingKey(Double(bitPattern: number))
        default: return nil
        }
    }

    /// Instants in the unit of their keys; other numbers as they are.
    private func microseconds(_ value: Int64, _ rounding: Rounding) -> Int128 {
        guard case .timestamp(let unit, _) = meaning else { return Int128(value) }
        switch unit {
        case .milliseconds: return Int128(value) * 1_000
        case .microseconds: return Int128(value)
        case .nanoseconds:
            let (quotient, remainder) = Int128(value).quotientAndRemainder(dividingBy: 1_000)
            switch rounding {
            case .down: return remainder < 0 ? quotient - 1 : quotient
            case .up: return remainder > 0 ? quotient + 1 : quotient
            }
        }
    }

    private func byteKey(_ bytes: [UInt8]) -> Int128? {
        guard type == FileType.byteArray || bytes.count == length else { return nil }
        switch meaning {
        case .decimal: return try? LeafConversion.bigEndian(bytes.span)
        case .float16: return floatingKey(Double(LeafConversion.half(bytes.span, 0)))
        default: return nil
        }
    }
}
