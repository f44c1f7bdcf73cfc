internal import CivilTime
internal import Columnar

/// The least and the greatest value of a column so far, by its layout.
enum ColumnBounds: Sendable {
    /// Integers, dates, instants, decimals below 19 digits.
    case integers(least: Int64, greatest: Int64)
    /// Decimals of more digits.
    case wide(least: Int128, greatest: Int128)
    case floating(least: Double, greatest: Double, isBounded: Bool)
    case texts(TextBounds)
    /// Truth values, binary, lists, maps: no bounds.
    case none

    init(_ type: LogicalType) {
        switch type.physicalType {
        case .int32, .int64: self = .integers(least: .max, greatest: .min)
        case .int128: self = .wide(least: .max, greatest: .min)
        case .float, .double: self = .floating(least: .infinity, greatest: -.infinity, isBounded: true)
        case .bytes where type.isText: self = .texts(TextBounds())
        case .bytes, .bool, .list, .map, .structure: self = .none
        }
    }

    /// The bounds of values whose least and greatest are known, `null` where there are no values; nil of texts and nested
    /// values.
    init?(_ type: LogicalType, least: Scalar, greatest: Scalar) {
        self.init(type)
        if least == .null, greatest == .null { return }
        switch (self, least, greatest) {
        case (.integers, .int(let low), .int(let high)), (.integers, .timestamp(let low), .timestamp(let high)):
            self = .integers(least: low, greatest: high)
        case (.integers, .date(let low), .date(let high)):
            self = .integers(least: Int64(low), greatest: Int64(high))
        case (.integers, .decimal(let low), .decimal(let high)):
            self = .integers(least: Int64(low.unscaled), greatest: Int64(high.unscaled))
        case (.wide, .decimal(let low), .decimal(let high)):
            self = .wide(least: low.unscaled, greatest: high.unscaled)
        case (.floating, .float(let low), .float(let high)):
            self = .floating(
                least: Double(low), greatest: Double(high), isBounded: low.isFinite && high.isFinite)
        case (.floating, .double(let low), .double(let high)):
            self = .floating(least: low, greatest: high, isBounded: low.isFinite && high.isFinite)
        case (.none, .bool, .bool): break
        default: return nil
        }
    }

    mutating func add(_ values: ColumnValues, validity: Bitmap?) {
        switch values {
        case .int32(let buffer):
            if let ends = bounds(of: buffer.span, validity) { addIntegers(Int64(ends.least), Int64(ends.greatest)) }
        case .int64(let buffer):
            if let ends = bounds(of: buffer.span, validity) { addIntegers(ends.least, ends.greatest) }
        case .int128(let buffer):
            if let ends = bounds(of: buffer.span, validity) { addWide(ends.least, ends.greatest) }
        case .float(let buffer):
            let doubles = buffer.array.map(Double.init)
            addFloating(doubles.span, validity)
        case .double(let buffer): addFloating(buffer.span, validity)
        case .bytes(let buffer): addTexts { $0.add(buffer, validity) }
        case .dictionary(let codes, let dictionary): addTexts { $0.add(codes, dictionary, validity) }
        case .bool, .list, .map, .structure: break
        }
    }

    /// Takes in the bounds of other values of the same column.
    mutating func merge(_ other: ColumnBounds) {
        switch other {
        case .integers(let least, let greatest): addIntegers(least, greatest)
        case .wide(let least, let greatest): addWide(least, greatest)
        case .floating(let low, let high, let isOtherBounded):
            guard case .floating(let least, let greatest, let isBounded) = self else { return }
            self = .floating(
                least: min(least, low), greatest: max(greatest, high), isBounded: isBounded && isOtherBounded)
        case .texts(let texts): addTexts { $0.merge(texts) }
        case .none: break
        }
    }

    private mutating func addIntegers(_ low: Int64, _ high: Int64) {
        guard case .integers(let least, let greatest) = self else { return }
        self = .integers(least: min(least, low), greatest: max(greatest, high))
    }

    private mutating func addWide(_ low: Int128, _ high: Int128) {
        guard case .wide(let least, let greatest) = self else { return }
        self = .wide(least: min(least, low), greatest: max(greatest, high))
    }

    private mutating func addTexts(_ body: (inout TextBounds) -> Void) {
        guard case .texts(var texts) = self else { return }
        // Held here alone while it changes, so that nothing is copied.
        self = .none
        body(&texts)
        self = .texts(texts)
    }

    private mutating func addFloating(_ values: Span<Double>, _ validity: Bitmap?) {
        guard case .floating(var least, var greatest, var isBounded) = self else { return }
        for row in values.indices {
            if let validity, !validity[row] { continue }
            let value = values[row]
            isBounded = isBounded && value.isFinite
            if value < least { least = value }
            if value > greatest { greatest = value }
        }
        self = .floating(least: least, greatest: greatest, isBounded: isBounded)
    }

    /// The bounds as JSON of a type; nil where there are none.
    func json(_ type: LogicalType) -> (least: JSONValue, greatest: JSONValue)? {
        switch self {
        case .none: return nil
        case .integers(let least, let greatest):
            if least > greatest { return nil }
            return Self.pair(Self.json(least, type), Self.json(greatest, type))
        case .wide(let least, let greatest):
            guard least <= greatest, case .decimal(_, let scale) = type else { return nil }
            return (Self.json(least, scale: scale), Self.json(greatest, scale: scale))
        case .floating(let least, let greatest, let isBounded):
            guard isBounded, least <= greatest else { return nil }
            // −0 is least of both zeros and +0 greatest, whichever came.
            return Self.pair(JSONValue.double(least == 0 ? -0.0 : least), .double(greatest == 0 ? 0.0 : greatest))
        case .texts(let texts): return texts.json
        }
    }

    private static func pair(_ least: JSONValue?, _ greatest: JSONValue?) -> (least: JSONValue, greatest: JSONValue)? {
        if let least, let greatest { return (least, greatest) }
        return nil
    }

    private static let earliestDay = -719_162
    private static let latestDay = 2_932_896
    private static let microsecondsPerDay: Int64 = 86_400_000_000

    private static func json(_ value: Int64, _ type: LogicalType) -> JSONValue? {
        switch type {
        case .date:
            guard let day = Int32(exactly: value), (earliestDay...latestDay).contains(Int(day)) else { return nil }
            return .text(LocalDate(daysSinceEpoch: day).description)
        case .timestamp:
            let first = Int64(earliestDay) * microsecondsPerDay
            let last = Int64(latestDay + 1) * microsecondsPerDay - 1
            guard (first...last).contains(value) else { return nil }
            let text = Instant(microsecondsSinceEpoch: value).description
            // Always with a fraction, as other writers do.
            return .text(text.contains(".") ? text : String(text.dropLast()) + ".000Z")
        case .decimal(_, let scale): return json(Int128(value), scale: scale)
        default: return .integer(value)
        }
    }

    private static func json(_ unscaled: Int128, scale: Int) -> JSONValue {
        .number(ExactDecimal(unscaled: unscaled, scale: scale).description)
    }
}

/// The least and the greatest of the values that are there; nil where none is. Specialised by the optimiser, as its
/// uses are in this file.
private func bounds<Value: FixedWidthInteger & BitwiseCopyable>(
    of values: Span<Value>, _ validity: Bitmap?
) -> (least: Value, greatest: Value)? {
    var least = Value.max
    var greatest = Value.min
    if let validity {
        if validity.setCount == 0 { return nil }
        validBounds(of: values, validity.words.span, &least, &greatest)
    } else {
        if values.count == 0 { return nil }
        for row in values.indices {
            let value = values[row]
            if value < least { least = value }
            if value > greatest { greatest = value }
        }
    }
    return (least, greatest)
}

private func validBounds<Value: FixedWidthInteger & BitwiseCopyable>(
    of values: Span<Value>, _ words: Span<UInt64>, _ least: inout Value, _ greatest: inout Value
) {
    for row in values.indices where words[row &>> 6] &>> UInt64(row & 63) & 1 == 1 {
        let value = values[row]
        if value < least { least = value }
        if value > greatest { greatest = value }
    }
}
