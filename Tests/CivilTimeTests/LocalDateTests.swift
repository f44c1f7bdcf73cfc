import CivilTime
import Testing

@Suite("Local dates")
struct LocalDateTests {
    @Test("Every day from year -400 to 2400 follows the one before it in the calendar")
    func calendarIsContinuous() throws {
        var expected = (year: -400, month: 1, day: 1)
        var weekday = try LocalDate(year: -400, month: 1, day: 1).weekday
        for date in try LocalDate(year: -400, month: 1, day: 1)..<LocalDate(year: 2400, month: 1, day: 1) {
            let found = date.components
            guard found == expected, date.weekday == weekday else {
                Issue.record("\(date): \(found), expected \(expected) \(weekday)")
                return
            }
            weekday = Weekday(rawValue: weekday.rawValue % 7 + 1) ?? .monday
            expected.day += 1
            if expected.day > LocalDate.dayCount(ofMonth: expected.month, year: expected.year) {
                expected = (
                    expected.month == 12 ? expected.year + 1 : expected.year, expected.month % 12 + 1, 1
                )
            }
        }
        #expect(expected == (2400, 1, 1))
    }

    @Test("Known days", arguments: [("1970-01-01", 0, 4), ("2000-02-29", 11016, 2), ("2026-11-21", 20778, 6)])
    func knownDays(text: String, days: Int32, weekday: Int) throws {
        let date = try date(text)
        #expect(date.daysSinceEpoch == days)
        #expect(date.weekday.rawValue == weekday)
        #expect(date.description == text)
    }

    @Test("Month shifts clamp to the end of the month, as Postgres does")
    func monthShiftsClamp() throws {
        #expect(try date("2024-03-31").adding(months: -1) == date("2024-02-29"))
        #expect(try date("2023-03-31").adding(months: -1) == date("2023-02-28"))
        #expect(try date("2024-02-29").adding(years: -1) == date("2023-02-28"))
        #expect(try date("2024-05-31").adding(months: -3) == date("2024-02-29"))
        #expect(try date("2025-01-30").adding(months: 1) == date("2025-02-28"))
        #expect(try date("2025-01-15").adding(months: -25) == date("2022-12-15"))
    }

    @Test(
        "ISO weeks",
        arguments: [
            ("2020-12-31", 2020, 53), ("2021-01-03", 2020, 53), ("2021-01-04", 2021, 1), ("2024-12-30", 2025, 1),
            ("2025-12-29", 2026, 1), ("2026-12-31", 2026, 53), ("2027-01-03", 2026, 53),
        ])
    func isoWeeks(text: String, year: Int, week: Int) throws {
        let date = try date(text)
        #expect(date.isoWeek == (year, week))
        #expect(try LocalDate(isoWeekYear: year, week: week) == date.startOfWeek(.monday))
    }

    @Test(
        "Dates that do not exist are refused",
        arguments: [
            "2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-1-1", "20260101", "2026-01-01Z", "",
            "2026-01-011", "+2026-01-01", "٢٠٢٦-01-01",
        ])
    func refused(text: String) { #expect(throws: CivilTimeError.self) { try date(text) } }

    @Test("Arithmetic saturates at the ends and never traps")
    func saturates() {
        #expect(LocalDate.latest.adding(days: 1) == .latest)
        #expect(LocalDate.earliest.adding(days: .min) == .earliest)
        #expect(LocalDate.latest.adding(months: .max) == .latest)
        #expect(LocalDate.earliest.adding(years: .min) == .earliest)
        for date in [LocalDate.earliest, .latest] {
            _ = date.description
            _ = date.isoWeek
            _ = date.startOfWeek(.sunday)
            _ = date.startOfYear
        }
    }
}
