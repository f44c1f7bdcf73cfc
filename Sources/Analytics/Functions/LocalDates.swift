internal import CivilTime
internal import Columnar

/// Local dates of a column of instants, row by row (rule X2).
enum LocalDates {
    /// The first and the last date that analytics takes.
    private static let bounds = (Int32(-25_567), Int32(47_846))

    /// Days since 1970 on the clocks of a zone.
    ///
    /// - Parameter isUsed: rows that count; the others may hold anything.
    /// - Throws: `OperatorError` where a row that counts has no instant, or one outside of the years 1900 to 2100.
    static func days(
        _ column: Column, _ parameter: String, _ zone: Zone, isUsed: (Int) -> Bool = { _ in true }
    ) throws -> [Int32] {
        let instants = try column.int64Values()
        var days = [Int32](repeating: 0, count: column.rowCount)
        var output = days.mutableSpan
        zone.localDates(instants.span, into: &output)
        let (first, last) = bounds
        for row in 0..<days.count where isUsed(row) {
            guard column.isValid(row) else { throw OperatorError.missing(parameter) }
            // The dates wrap for instants beyond all calendars, so the instants themselves are looked at too.
            guard days[row] >= first, days[row] <= last, abs(instants[row] / 86_400_000_000) < 100_000 else {
                throw outsideCalendar(parameter)
            }
        }
        return days
    }

    /// Refuses a partition that begins before the calendar: its rows are in the order of their dates. What lies behind the
    /// calendar is later than any `as_of`, and left out as such.
    static func checkFirst(
        _ rows: Range<Int>, _ column: Column, _ dates: Buffer<Int32>, _ parameter: String
    ) throws(OperatorError) {
        guard column.isValid(rows.lowerBound) else { return }
        guard dates[rows.lowerBound] >= bounds.0 else { throw outsideCalendar(parameter) }
    }

    /// Refuses an instant outside of the calendar, in UTC.
    @inline(__always)
    static func check(_ instant: Int64, _ parameter: String) throws(OperatorError) {
        guard instant >= Int64(bounds.0) * 86_400_000_000, instant < (Int64(bounds.1) + 1) * 86_400_000_000 else {
            throw outsideCalendar(parameter)
        }
    }

    static func outsideCalendar(_ parameter: String) -> OperatorError {
        OperatorError("'\(parameter)' holds a time outside of the years 1900 to 2100")
    }

    /// Refuses dates outside of the calendar.
    static func check(_ day: Int32, _ parameter: String) throws(OperatorError) {
        guard day >= bounds.0, day <= bounds.1 else { throw outsideCalendar(parameter) }
    }
}
