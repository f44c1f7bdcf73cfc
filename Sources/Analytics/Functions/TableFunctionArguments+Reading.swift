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
}
