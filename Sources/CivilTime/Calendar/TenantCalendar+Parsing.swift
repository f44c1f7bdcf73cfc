extension TenantCalendar {
    /// Reads the name of a period; see `Period` for the forms.
    ///
    /// A range of seven days that starts on the calendar's own week start, where weeks have no ISO name, is that week.
    ///
    /// - Throws: `syntax`, or `outOfRange` for a period that does not exist (`2025-W53`), an empty or backward range, or
    ///   a year outside of 1 to 9998.
    package func period(parsing text: String) throws(CivilTimeError) -> Period {
        if let dots = Self.twoDots(text) { return try range(text, dots) }
        var scanner = TextScanner(text)
        let isFiscal = scanner.take(text: "FY")
        guard let year = scanner.digits(4) else { throw Self.syntax(text) }
        guard (1...9998).contains(year) else { throw Self.outOfRange(text) }
        if scanner.isAtEnd { return isFiscal ? fiscal(.fiscalYear, year, 1) : Self.year(year) }
        guard scanner.take("-") else { throw Self.syntax(text) }
        let period = isFiscal ? try fiscal(&scanner, year, text) : try part(&scanner, year, text)
        guard scanner.isAtEnd else { throw Self.syntax(text) }
        return period
    }

    private func fiscal(
        _ scanner: inout TextScanner, _ year: Int, _ text: String
    ) throws(CivilTimeError) -> Period {
        if scanner.take("Q") {
            guard let quarter = scanner.digits(1) else { throw Self.syntax(text) }
            guard (1...4).contains(quarter) else { throw Self.outOfRange(text) }
            return fiscal(.fiscalQuarter, year, quarter)
        }
        if scanner.take("P") {
            guard let number = scanner.digits(2) else { throw Self.syntax(text) }
            guard (1...12).contains(number) else { throw Self.outOfRange(text) }
            return fiscal(.fiscalPeriod, year, number)
        }
        throw Self.syntax(text)
    }

    private func part(
        _ scanner: inout TextScanner, _ year: Int, _ text: String
    ) throws(CivilTimeError) -> Period {
        if scanner.take("Q") {
            guard let quarter = scanner.digits(1) else { throw Self.syntax(text) }
            guard (1...4).contains(quarter) else { throw Self.outOfRange(text) }
            return Self.quarter(year, quarter)
        }
        if scanner.take("W") {
            guard let number = scanner.digits(2) else { throw Self.syntax(text) }
            guard weekStart == .monday else {
                throw CivilTimeError(
                    .outOfRange,
                    "'\(text)' is an ISO week, but weeks of this calendar start on \(weekStart.name): "
                        + "name the week by its dates, like 2026-10-25..2026-11-01")
            }
            return week(startingOn: try LocalDate(isoWeekYear: year, week: number))
        }
        guard let month = scanner.digits(2) else { throw Self.syntax(text) }
        guard (1...12).contains(month) else { throw Self.outOfRange(text) }
        guard scanner.take("-") else { return Self.month(year, month) }
        guard let day = scanner.digits(2) else { throw Self.syntax(text) }
        return period(.day, containing: try LocalDate(year: year, month: month, day: day))
    }

    private func range(_ text: String, _ dots: String.Index) throws(CivilTimeError) -> Period {
        let from = try LocalDate(parsing: text[..<dots])
        let to = try LocalDate(parsing: text[text.index(dots, offsetBy: 2)...])
        guard (1...9999).contains(from.year), (1...9999).contains(to.year) else { throw Self.outOfRange(text) }
        guard from < to else {
            throw CivilTimeError(.outOfRange, "'\(text)' is empty: the second date is the first that does not belong")
        }
        if weekStart != .monday && from.weekday == weekStart && from.days(until: to) == 7 {
            return week(startingOn: from)
        }
        return Self.range(from, to)
    }

    private static func twoDots(_ text: String) -> String.Index? {
        guard let dot = text.firstIndex(of: "."), text[dot...].hasPrefix("..") else { return nil }
        return dot
    }

    private static func syntax(_ text: String) -> CivilTimeError {
        CivilTimeError(
            .syntax,
            "'\(text)' is not a period: write 2026, 2026-Q4, 2026-10, 2026-W44, 2026-10-31, FY2026-P07 or "
                + "2026-10-03..2026-10-17")
    }

    private static func outOfRange(_ text: String) -> CivilTimeError {
        CivilTimeError(.outOfRange, "there is no period '\(text)'")
    }
}
