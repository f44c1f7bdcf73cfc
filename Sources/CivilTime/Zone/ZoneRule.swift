// The TZ rules of POSIX with the extensions of RFC 9636, section 3.3.2:
//
//   EST5EDT,M3.2.0,M11.1.0              offsets are written west of UTC; rules change at 02:00 local if not said
//   IST-1GMT0,M10.5.0,M3.5.0/1          "daylight" time may lie behind standard time
//   <-02>2<-01>,M3.5.0/-1,M10.5.0/0     names in angles; times from -167 to 167 hours
//   XXX3EDT4,0/0,J365/23                daylight time all the year
//
// Dates: Mm.w.d is weekday d (0 is Sunday) of week w (5: the last) of month m; Jn is day n of the year (1 to 365, never
// 29 February); n is day n counted from 0, 29 February included.

/// What a zone does year after year.
struct ZoneRule: Equatable {
    /// The day of a year on which clocks change.
    enum Day: Equatable {
        case weekday(month: Int, week: Int, weekday: Int)
        case julianWithoutLeapDay(Int)
        case dayOfYear(Int)
    }

    /// When clocks change: seconds of local time, counted from 00:00 of a day.
    struct Change: Equatable {
        var day: Day
        var second: Int64
    }

    /// Daylight saving time, as offset and changes.
    struct Daylight: Equatable {
        var offset: Int32
        var start: Change
        var end: Change
    }

    /// Seconds east of UTC in standard time.
    let standardOffset: Int32
    /// Daylight saving time; nil where clocks never change.
    let daylight: Daylight?

    /// - Throws: `zoneFile` for a text that is no rule; names of half a rule ("EST5EDT" alone) are refused.
    init(parsing text: String) throws(CivilTimeError) {
        var scanner = TextScanner(text)
        guard let rule = Self.scan(&scanner), scanner.isAtEnd else {
            throw CivilTimeError(.zoneFile, "'\(text)' is not a rule for a time zone")
        }
        self = rule
    }

    private init(standardOffset: Int32, daylight: Daylight?) {
        self.standardOffset = standardOffset
        self.daylight = daylight
    }

    private static func scan(_ scanner: inout TextScanner) -> ZoneRule? {
        guard name(&scanner), let west = time(&scanner, hoursMax: 24) else { return nil }
        let standard = Int32(-west)
        if scanner.isAtEnd { return ZoneRule(standardOffset: standard, daylight: nil) }
        guard name(&scanner) else { return nil }
        var offset = standard + 3600
        if scanner.next != UInt8(ascii: ",") {
            guard let west = time(&scanner, hoursMax: 24) else { return nil }
            offset = Int32(-west)
        }
        guard scanner.take(","), let start = change(&scanner), scanner.take(","), let end = change(&scanner) else {
            return nil
        }
        return ZoneRule(standardOffset: standard, daylight: Daylight(offset: offset, start: start, end: end))
    }

    /// Takes an abbreviation: three or more letters, or letters, digits and signs in angles.
    private static func name(_ scanner: inout TextScanner) -> Bool {
        let isLetter = { (byte: UInt8) in (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
        guard scanner.take("<") else { return scanner.prefix(while: isLetter).utf8.count >= 3 }
        let quoted = scanner.prefix { isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x2B || $0 == 0x2D }
        return quoted.utf8.count >= 3 && scanner.take(">")
    }

    /// Takes `[+-]h[h[h]][:mm[:ss]]` as seconds.
    private static func time(_ scanner: inout TextScanner, hoursMax: Int) -> Int64? {
        let sign: Int64 = scanner.take("-") ? -1 : 1
        if sign == 1 { _ = scanner.take("+") }
        guard let hours = scanner.number(digitsMax: 3), hours <= hoursMax else { return nil }
        var seconds = hours * 3600
        for unit in [60, 1] where scanner.take(":") {
            guard let number = scanner.digits(2), number < 60 else { return nil }
            seconds += number * unit
        }
        return sign * Int64(seconds)
    }

    private static func change(_ scanner: inout TextScanner) -> Change? {
        guard let day = day(&scanner) else { return nil }
        guard scanner.take("/") else { return Change(day: day, second: 7200) }
        guard let second = time(&scanner, hoursMax: 167) else { return nil }
        return Change(day: day, second: second)
    }

    private static func day(_ scanner: inout TextScanner) -> Day? {
        if scanner.take("M") {
            guard let month = scanner.number(digitsMax: 2), (1...12).contains(month), scanner.take("."),
                let week = scanner.digits(1), (1...5).contains(week), scanner.take("."),
                let weekday = scanner.digits(1), weekday <= 6
            else { return nil }
            return .weekday(month: month, week: week, weekday: weekday)
        }
        let withoutLeapDay = scanner.take("J")
        guard let number = scanner.number(digitsMax: 3) else { return nil }
        if withoutLeapDay { return (1...365).contains(number) ? .julianWithoutLeapDay(number) : nil }
        return number <= 365 ? .dayOfYear(number) : nil
    }
}

extension ZoneRule.Change {
    /// The instant of the change in a year, seconds since 1970 UTC; `offset` is the one that holds before it.
    func instant(inYear year: Int, offset: Int32) -> Int64 {
        Int64(date(inYear: year).daysSinceEpoch) * 86_400 + second - Int64(offset)
    }

    private func date(inYear year: Int) -> LocalDate {
        switch day {
        case .weekday(let month, let week, let weekday):
            let first = LocalDate(existingYear: year, month: month, day: 1)
            // POSIX counts weekdays from Sunday, 0.
            let skip = (weekday - first.weekday.rawValue % 7 + 7) % 7
            let last = LocalDate.dayCount(ofMonth: month, year: year) - 1
            let offset = skip + (week - 1) * 7
            return first.adding(days: offset > last ? offset - 7 : offset)
        case .julianWithoutLeapDay(let number):
            let afterLeapDay = LocalDate.isLeap(year: year) && number >= 60
            return LocalDate(existingYear: year, month: 1, day: 1).adding(days: number - (afterLeapDay ? 0 : 1))
        case .dayOfYear(let number):
            return LocalDate(existingYear: year, month: 1, day: 1).adding(days: number)
        }
    }
}
