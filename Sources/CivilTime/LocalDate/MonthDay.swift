/// A day of every year, such as the start of a fiscal year: `04-06`. 29 February is none.
package struct MonthDay: Sendable, Hashable, CustomStringConvertible {
    /// The month, 1 to 12.
    package let month: Int
    /// The day of the month.
    package let day: Int

    /// - Throws: `outOfRange` for a day that is not in every year.
    package init(month: Int, day: Int) throws(CivilTimeError) {
        guard (1...12).contains(month), day >= 1, day <= LocalDate.dayCount(ofMonth: month, year: 2001) else {
            throw CivilTimeError(
                .outOfRange, "\(month.padded(to: 2))-\(day.padded(to: 2)) is not a day of every year")
        }
        self.month = month
        self.day = day
    }

    /// Reads `04-06`.
    package init(parsing text: String) throws(CivilTimeError) {
        var scanner = TextScanner(text)
        guard let month = scanner.digits(2), scanner.take("-"), let day = scanner.digits(2), scanner.isAtEnd else {
            throw CivilTimeError(.syntax, "'\(text)' is not a day of the year: write month and day, like 04-06")
        }
        try self.init(month: month, day: day)
    }

    package var description: String { "\(month.padded(to: 2))-\(day.padded(to: 2))" }

    /// The day in a year.
    package func date(inYear year: Int) -> LocalDate { LocalDate(existingYear: year, month: month, day: day) }

    /// 1 January.
    package static let january1 = MonthDay(existingMonth: 1, day: 1)

    private init(existingMonth month: Int, day: Int) {
        self.month = month
        self.day = day
    }
}
