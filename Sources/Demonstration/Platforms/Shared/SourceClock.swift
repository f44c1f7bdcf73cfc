package import CivilTime

/// The local time of a made-up tenant.
///
/// By the rules that have held since 2007 and not by the machine's zone files, so that a seed gives the same instants
/// everywhere; a test holds it against those files.
package struct SourceClock: Sendable {
    /// Between which Sundays clocks are an hour ahead.
    enum Summer: Sendable {
        case never
        /// From 01:00 UTC of March's last Sunday to 01:00 UTC of October's last Sunday.
        case european
        /// From 02:00 of March's second Sunday to 02:00 of November's first Sunday.
        case american
    }

    /// The zone's name in the IANA database.
    package let zone: String
    private let standardMinutes: Int64
    private let summer: Summer

    /// The clocks that platforms use.
    package static let all = [saoPaulo, lisbon, newYork, berlin, tokyo, london, istanbul, losAngeles]

    static let saoPaulo = SourceClock(zone: "America/Sao_Paulo", standardMinutes: -180, summer: .never)
    static let lisbon = SourceClock(zone: "Europe/Lisbon", standardMinutes: 0, summer: .european)
    static let newYork = SourceClock(zone: "America/New_York", standardMinutes: -300, summer: .american)
    static let berlin = SourceClock(zone: "Europe/Berlin", standardMinutes: 60, summer: .european)
    static let tokyo = SourceClock(zone: "Asia/Tokyo", standardMinutes: 540, summer: .never)
    static let london = SourceClock(zone: "Europe/London", standardMinutes: 0, summer: .european)
    static let istanbul = SourceClock(zone: "Europe/Istanbul", standardMinutes: 180, summer: .never)
    static let losAngeles = SourceClock(zone: "America/Los_Angeles", standardMinutes: -480, summer: .american)

    init(zone: String, standardMinutes: Int64, summer: Summer) {
        self.zone = zone
        self.standardMinutes = standardMinutes
        self.summer = summer
    }

    /// The instant at which clocks show a time, in microseconds since 1970: the first of two; of a time that clocks jump
    /// over, as far after the jump as it lies in it.
    package func instant(_ date: LocalDate, minute: Int) -> Int64 {
        let standard = Int64(date.daysSinceEpoch) * .day + (Int64(minute) - standardMinutes) * .minute
        let ahead = standard - 60 * .minute
        return isSummer(ahead) ? ahead : standard
    }

    /// The local date at an instant, which is in microseconds since 1970.
    package func localDate(_ instant: Int64) -> LocalDate { Self.date(wall(instant)) }

    /// Minutes since the local midnight on the clock.
    package func minute(_ instant: Int64) -> Int {
        let local = wall(instant)
        return Int((local - Int64(Self.date(local).daysSinceEpoch) * .day) / .minute)
    }

    private func wall(_ instant: Int64) -> Int64 {
        instant + (standardMinutes + (isSummer(instant) ? 60 : 0)) * .minute
    }

    private static func date(_ wall: Int64) -> LocalDate {
        LocalDate(daysSinceEpoch: Int32(wall >= 0 ? wall / .day : (wall - .day + 1) / .day))
    }

    private func isSummer(_ instant: Int64) -> Bool {
        let month = { (date: LocalDate, month: Int) in date.startOfYear.adding(months: month - 1) }
        let date = Self.date(instant)
        switch summer {
        case .never: return false
        case .european:
            let begin = Self.sunday(onOrBefore: month(date, 4).adding(days: -1))
            let end = Self.sunday(onOrBefore: month(date, 11).adding(days: -1))
            return instant >= Self.utc(begin, minute: 60) && instant < Self.utc(end, minute: 60)
        case .american:
            let begin = Self.sunday(onOrBefore: month(date, 3).adding(days: 13))
            let end = Self.sunday(onOrBefore: month(date, 11).adding(days: 6))
            return instant >= Self.utc(begin, minute: 120 - standardMinutes)
                && instant < Self.utc(end, minute: 60 - standardMinutes)
        }
    }

    private static func sunday(onOrBefore date: LocalDate) -> LocalDate { date.startOfWeek(.sunday) }

    private static func utc(_ date: LocalDate, minute: Int64) -> Int64 {
        Int64(date.daysSinceEpoch) * .day + minute * .minute
    }
}

extension Int64 {
    /// Microseconds.
    static let day: Int64 = 86_400_000_000
    static let hour: Int64 = 3_600_000_000
    static let minute: Int64 = 60_000_000
    static let second: Int64 = 1_000_000

    /// An instant as Postgres reads it.
    var instantText: String { "\(Instant(microsecondsSinceEpoch: self))" }
}
