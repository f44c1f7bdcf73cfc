internal import CivilTime
internal import Columnar

/// What the log says of the values of a data file's columns: bounds and counts of missing values.
///
/// (1) A bound is used only where it can be understood for the column's type, and where the least is not above the
///     greatest; what is not known bounds nothing.
/// (2) Instants of other writers may be cut to milliseconds: their bounds are widened by one.
/// (3) Texts are bounded by their bytes; the greatest may be longer than it seems, so that it is a bound all the same
///     where it was cut: those of ours are raised, others' end in U+FFFD or U+10FFFF or are as long as they are.
struct FileBounds {
    /// The values of a column, as numbers that are ordered as they are, or as bytes.
    enum Bounds: Equatable {
        case numbers(ClosedRange<Int128>)
        case texts(least: [UInt8], greatest: [UInt8])
    }

    private let statistics: JSONValue
    private let isOurs: Bool
    /// The number of rows, where it is known.
    let rowCount: Int64?

    init(_ file: AddedFile) {
        statistics = file.statisticsText.flatMap { try? JSONValue(parsing: $0) } ?? .null
        isOurs = file.tags[TableFile.Tag.sha256] != nil
        rowCount = file.rowCount
    }

    /// How many values of a column are missing, where it is known.
    func nullCount(_ column: String) -> Int64? { statistics["nullCount"]?[column]?.int64 }

    /// The bounds of a column on the storage side; nil where there are none.
    func bounds(_ column: String, _ type: LogicalType) -> Bounds? {
        guard let least = statistics["minValues"]?[column], let greatest = statistics["maxValues"]?[column] else {
            return nil
        }
        if type.isText {
            guard let low = least.text, let high = greatest.text else { return nil }
            let (from, to) = (Array(low.utf8), Array(high.utf8))
            // Other writers may cut the greatest without raising it.
            let isCut = !isOurs && to.count >= 32
            return isCut || to.lexicographicallyPrecedes(from) ? nil : .texts(least: from, greatest: to)
        }
        guard let low = Self.number(least, type), let high = Self.number(greatest, type), low <= high else {
            return nil
        }
        let slack: Int128 = type == .timestamp && !isOurs ? 1_000 : 0
        return .numbers(low - slack...high + slack)
    }

    /// A value as a number of its column's order: unscaled decimals, days, microseconds.
    static func number(_ json: JSONValue, _ type: LogicalType) -> Int128? {
        switch type {
        case .int8, .int16, .int32, .int64: return json.int64.map { Int128($0) }
        case .decimal(_, let scale):
            guard let number = json.numberText.flatMap({ ExactDecimal($0) }), number.scale <= scale else { return nil }
            let (product, overflow) = number.unscaled.multipliedReportingOverflow(
                by: ExactRange.power(scale - number.scale))
            return overflow ? nil : product
        case .date: return json.text.flatMap { try? LocalDate(parsing: $0) }.map { Int128($0.daysSinceEpoch) }
        case .timestamp:
            return json.text.flatMap { try? Instant(parsing: $0) }.map { Int128($0.microsecondsSinceEpoch) }
        default: return nil
        }
    }
}
