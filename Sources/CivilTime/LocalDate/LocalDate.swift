/// A date of the proleptic Gregorian calendar, without zone and time: days since 1970-01-01.
///
/// What Parquet and Postgres call `date`. Every `Int32` is a date (years about ±5.8 million); arithmetic saturates at
/// those ends instead of trapping. Texts and components are accepted for the years -9999 to 99999.
@frozen
package struct LocalDate: Sendable, Hashable, Comparable {
    /// Days since 1970-01-01; negative before.
    package let daysSinceEpoch: Int32

    @inlinable
    package init(daysSinceEpoch: Int32) { self.daysSinceEpoch = daysSinceEpoch }

    /// A date of the calendar.
    ///
    /// - Throws: `outOfRange` for a date that does not exist (2026-02-29) or a year outside of -9999 to 99999.
    package init(year: Int, month: Int, day: Int) throws(CivilTimeError) {
        guard (-9999...99_999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.dayCount(ofMonth: month, year: year)
        else {
            let text = "\(year.padded(to: 4))-\(month.padded(to: 2))-\(day.padded(to: 2))"
            throw CivilTimeError(.outOfRange, "there is no date \(text)")
        }
        self.init(existingYear: year, month: month, day: day)
    }

    /// A date whose components are known to exist.
    init(existingYear year: Int, month: Int, day: Int) {
        // Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil: years begin in March, so
        // that the leap day is the last of its year; 400 years have 146,097 days.
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.dividedDown(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        daysSinceEpoch = Int32(clamping: era * 146_097 + dayOfEra - 719_468)
    }

    @inlinable
    package static func < (left: LocalDate, right: LocalDate) -> Bool { left.daysSinceEpoch < right.daysSinceEpoch }

    /// The first date that can be represented.
    package static let earliest = LocalDate(daysSinceEpoch: .min)
    /// The last date that can be represented.
    package static let latest = LocalDate(daysSinceEpoch: .max)
    /// 1970-01-01.
    package static let epoch = LocalDate(daysSinceEpoch: 0)
}

extension LocalDate {
    /// Year, month (1 to 12) and day (1 to 31) at once.
    package var components: (year: Int, month: Int, day: Int) {
        // Hinnant's civil_from_days, the inverse of the above.
        let shifted = Int(daysSinceEpoch) + 719_468
        let era = shifted.dividedDown(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// The year; 0 is the year before year 1.
    package var year: Int { components.year }
    /// The month, 1 to 12.
    package var month: Int { components.month }
    /// The day of the month, 1 to 31.
    package var day: Int { components.day }
    /// The quarter of the calendar year, 1 to 4.
    package var quarter: Int { (month - 1) / 3 + 1 }
    /// The day of the year, 1 to 366.
    package var dayOfYear: Int { LocalDate(existingYear: year, month: 1, day: 1).days(until: self) + 1 }

    /// The weekday.
    package var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        let index = (Int(daysSinceEpoch) + 3) % 7
        return Weekday.allCases[index < 0 ? index + 7 : index]
    }

    /// Whether a year has 366 days.
    package static func isLeap(year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// The days of a month (1 to 12).
    package static func dayCount(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year: year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
