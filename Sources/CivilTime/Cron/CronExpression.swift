// crontab(5): minute, hour, day of the month, month, day of the week.
//
//   0 4 1 * *           04:00 on the 1st of every month
//   */15 9-17 * * 1-5   every quarter of an hour from 9:00 to 17:45, Monday to Friday
//   30 6 * jan,jul fri  06:30 on Fridays of January and July
//   0 0 13 * fri        00:00 on every 13th and on every Friday: if both day fields are restricted, either may match
//   0 0 */2 * fri       00:00 on Fridays with an odd date: a day field that begins with * leaves the other to decide
//   @monthly            0 0 1 * *; also @yearly, @annually, @weekly, @daily, @midnight, @hourly

/// When something runs, on local clocks: a line of cron.
///
/// Which instants that gives in a zone, with its gaps and folds, says `occurrences`.
package struct CronExpression: Sendable, Hashable, CustomStringConvertible {
    /// The line as it was written, white space made single.
    package let text: String
    private let minute: CronField
    private let hour: CronField
    private let dayOfMonth: CronField
    private let month: CronField
    private let dayOfWeek: CronField
    /// Minutes since 00:00 that match, ascending.
    let minutesOfDay: [Int]

    /// - Throws: `syntax` for what is no cron line, or for one that never comes, such as 30 February.
    package init(parsing text: String) throws(CivilTimeError) {
        let words = text.split { $0 == " " || $0 == "\t" }
        self.text = words.joined(separator: " ")
        let fields = words.count == 1 && words[0].hasPrefix("@") ? try Self.preset(words[0]) : words
        guard fields.count == 5 else {
            throw CivilTimeError(
                .syntax,
                "'\(text.prefix(80))' is not a cron line: it has \(fields.count) fields, and 5 are needed: "
                    + "minute, hour, day of the month, month, day of the week")
        }
        minute = try CronField(parsing: fields[0], .minute)
        hour = try CronField(parsing: fields[1], .hour)
        dayOfMonth = try CronField(parsing: fields[2], .dayOfMonth)
        month = try CronField(parsing: fields[3], .month)
        dayOfWeek = try CronField(parsing: fields[4], .dayOfWeek)
        let minutes = minute.values
        minutesOfDay = hour.values.flatMap { hour in minutes.map { hour * 60 + $0 } }
        guard canCome else {
            throw CivilTimeError(.syntax, "'\(self.text)' never comes: no such month has such a day")
        }
    }

    private static func preset(_ word: Substring) throws(CivilTimeError) -> [Substring] {
        let line =
            switch word.lowercased() {
            case "@yearly", "@annually": "0 0 1 1 *"
            case "@monthly": "0 0 1 * *"
            case "@weekly": "0 0 * * 0"
            case "@daily", "@midnight": "0 0 * * *"
            case "@hourly": "0 * * * *"
            default:
                throw CivilTimeError(
                    .syntax,
                    "'\(word.prefix(40))' is not a preset: write @hourly, @daily, @weekly, @monthly or @yearly")
            }
        return line.split(separator: " ")
    }

    package var description: String { text }

    /// Whether the line is an interval rather than a time of day: every hour, or a minute field with `*` or a step.
    package var isInterval: Bool { hour.values.count == 24 || minute.isInterval }

    /// Whether a date matches.
    package func matches(_ date: LocalDate) -> Bool {
        let (_, month, day) = date.components
        guard self.month.contains(month) else { return false }
        let byDay = dayOfMonth.contains(day)
        let byWeekday = dayOfWeek.contains(date.weekday.rawValue % 7)
        // crontab(5): if neither day field begins with *, either may match.
        return dayOfMonth.isStar || dayOfWeek.isStar ? byDay && byWeekday : byDay || byWeekday
    }

    func matches(minuteOfDay: Int) -> Bool { hour.contains(minuteOfDay / 60) && minute.contains(minuteOfDay % 60) }

    func matches(month number: Int) -> Bool { month.contains(number) }

    /// Whether any date matches: some month has one of the days, or weekdays alone decide.
    private var canCome: Bool {
        if !dayOfMonth.isStar && !dayOfWeek.isStar { return true }
        return month.values.contains { month in
            let last = LocalDate.dayCount(ofMonth: month, year: 2000)
            return dayOfMonth.values.contains { $0 <= last }
        }
    }
}
