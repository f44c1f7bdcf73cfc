internal import CivilTime
internal import Columnar
internal import Query

extension TableFunctionArguments {
    /// The position of the column of a required parameter.
    /// - Throws: `QueryError` where the parameter is optional and not given: a mistake of the function's declaration.
    func position(_ name: String) throws -> Int {
        guard let column = column(name) else { throw QueryError(.type, "needs '\(name)'") }
        return column.position
    }

    /// The local date that a constant `as_of` gives, or else that of the query's instant in the session's zone.
    func asOfDate(_ name: String = "as_of") -> LocalDate {
        if case .date(let days)? = constant(name) { return LocalDate(daysSinceEpoch: days) }
        return context.zone.localDate(of: Instant(microsecondsSinceEpoch: context.now))
    }

    /// A constant whole number; `standard` where it is not given.
    /// - Throws: `QueryError` where it is NULL or outside of `range`.
    func integer(_ name: String, in range: ClosedRange<Int64>, default standard: Int64) throws -> Int64 {
        guard let value = constant(name) else { return standard }
        guard case .int(let number) = value, range.contains(number) else {
            throw QueryError(
                .invalidArgument, "'\(name)' is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A constant span of time in microseconds: of days of 24 hours and shorter units; nil where it is not given.
    /// - Throws: `QueryError` where it is NULL, negative, in months, or too long.
    func microseconds(_ name: String) throws -> Int64? {
        guard let value = constant(name) else { return nil }
        guard case .structure(let parts) = value, parts.count == 3, case .int(let months) = parts[0], months == 0,
            case .int(let days) = parts[1], case .int(let micros) = parts[2]
        else {
            throw QueryError(
                .invalidArgument, "'\(name)' is a span of days or shorter units", try: "INTERVAL '30 days'")
        }
        let (ofDays, overflow) = days.multipliedReportingOverflow(by: 86_400_000_000)
        let (sum, overflowOfSum) = ofDays.addingReportingOverflow(micros)
        guard !overflow, !overflowOfSum, sum >= 0 else {
            throw QueryError(.invalidArgument, "'\(name)' is negative or longer than 292,000 years")
        }
        return sum
    }

    /// A constant text among those that are known.
    /// - Throws: `QueryError` for another.
    func choice(_ name: String, of known: [String], default standard: String) throws -> String {
        guard let value = constant(name) else { return standard }
        guard case .text(let text) = value, known.contains(text) else {
            throw QueryError(.invalidArgument, "'\(name)' is one of \(known.joined(separator: ", "))")
        }
        return text
    }

    /// A constant truth value; false where it is not given or NULL.
    func flag(_ name: String) -> Bool { constant(name) == .bool(true) }

    /// The buckets that a constant names, weeks and fiscal years by the session's calendar.
    /// - Throws: `QueryError` for another word.
    func buckets(_ name: String = "grain", default standard: Grain) throws -> DayBuckets {
        let word = try word(name, of: Grain.buckets.map(\.rawValue), default: standard.rawValue)
        return DayBuckets(
            Grain(rawValue: word) ?? standard, weekStart: context.calendar.weekStart,
            fiscalYearStart: context.calendar.fiscalYearStart)
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
