/// Something of civil time that could not be read or does not exist: what, and why.
package struct CivilTimeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    package enum Code: Sendable, Equatable {
        /// A text that is not an instant, date, period, zone rule or cron line.
        case syntax
        /// A number outside of what the calendar has: 31 February, week 53 of a year with 52, hour 25.
        case outOfRange
        /// A zone name that the zone database does not have.
        case unknownZone
        /// A zone file that is damaged or of a kind that Almanac does not read.
        case zoneFile
    }

    /// The kind of failure.
    package let code: Code
    /// One line for the user.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
