internal import CivilTime
internal import Columnar
internal import Query

/// The buckets of a series over time: local dates cut into days, weeks, months, quarters or years, numbered one after the
/// other.
///
/// Weeks are ISO 8601's, from Monday on.
enum SeriesGrain: String, Sendable, CaseIterable {
    case day, week, month, quarter, year

    /// The number of the bucket of a date (days since 1970).
    func index(ofDay day: Int32) -> Int32 {
        switch self {
        case .day: return day
        case .week:
            // 1970-01-05 was a Monday: it begins week 1.
            let shifted = Int64(day) + 3
            return Int32(truncatingIfNeeded: shifted >= 0 ? shifted / 7 : (shifted - 6) / 7)
        case .month, .quarter, .year:
            let (year, month, _) = LocalDate(daysSinceEpoch: day).components
            switch self {
            case .month: return Int32(truncatingIfNeeded: year * 12 + month - 1)
            case .quarter: return Int32(truncatingIfNeeded: year * 4 + (month - 1) / 3)
            default: return Int32(truncatingIfNeeded: year)
            }
        }
    }

    /// The first date of a bucket, in days since 1970.
    func firstDay(ofIndex index: Int32) -> Int32 {
        switch self {
        case .day: return index
        case .week: return Int32(clamping: Int64(index) * 7 - 3)
        case .month: return first(ofMonth: Int(index))
        case .quarter: return first(ofMonth: Int(index) * 3)
        case .year: return first(ofMonth: Int(index) * 12)
        }
    }

    /// The first day of a month counted from year 0 on.
    private func first(ofMonth month: Int) -> Int32 {
        // Month 23,640 is January 1970.
        LocalDate.epoch.adding(months: month - 23_640).daysSinceEpoch
    }

    /// The values of one season, where the field has a common answer: days in a week, months in a year.
    var period: Int {
        switch self {
        case .day: 7
        case .week: 52
        case .month: 12
        case .quarter: 4
        case .year: 1
        }
    }
}

extension TableFunctionArguments {
    /// The grain that a constant names.
    /// - Throws: `QueryError` for another word.
    func grain(_ name: String = "grain", default standard: SeriesGrain) throws -> SeriesGrain {
        guard let value = constant(name) else { return standard }
        guard case .text(let word) = value, let grain = SeriesGrain(rawValue: word.lowercased()) else {
            throw QueryError(
                .invalidArgument,
                "'\(name)' is one of \(SeriesGrain.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "))")
        }
        return grain
    }

    /// A constant date in days since 1970; nil where it is not given or NULL.
    func date(_ name: String) -> Int32? {
        if case .date(let days)? = constant(name) { return days }
        return nil
    }

    /// A constant instant; nil where it is not given or NULL.
    func instant(_ name: String) -> Int64? {
        if case .timestamp(let micros)? = constant(name) { return micros }
        return nil
    }

    /// A constant number; `standard` where it is not given.
    /// - Throws: `QueryError` where it is NULL or outside of `range`.
    func number(_ name: String, in range: ClosedRange<Double>, default standard: Double) throws -> Double {
        guard let value = constant(name) else { return standard }
        guard case .double(let number) = value, range.contains(number) else {
            throw QueryError(
                .invalidArgument, "'\(name)' is a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A constant truth value; `standard` where it is not given or NULL.
    func flag(_ name: String, default standard: Bool) -> Bool {
        if case .bool(let flag)? = constant(name) { return flag }
        return standard
    }

    /// One of some words; `standard` where it is not given.
    /// - Throws: `QueryError` for another word.
    func word(_ name: String, of words: [String], default standard: String) throws -> String {
        guard let value = constant(name) else { return standard }
        guard case .text(let word) = value, words.contains(word.lowercased()) else {
            throw QueryError(
                .invalidArgument, "'\(name)' is one of \(words.map { "'\($0)'" }.joined(separator: ", "))")
        }
        return word.lowercased()
    }

    /// The positions and types of the columns of a parameter.
    func column(named name: String) throws -> (position: Int, type: SQLType) {
        guard let column = column(name) else { throw QueryError(.type, "needs '\(name)'") }
        return (column.position, column.type)
    }
}
