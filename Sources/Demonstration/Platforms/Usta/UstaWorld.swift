internal import CivilTime

/// What a tenant of Usta is made of, before anything happens.
struct UstaWorld {
    let tenant: String
    let clock: SourceClock
    let currency: String
    let country: String
    /// Minor units of a month of premium.
    let premiumPrice: Int64
    var bits: SeededBits
    private(set) var people: [UstaPerson] = []
    let skills: [(id: String, name: String, category: String)]

    static let days = LocalDate(daysSinceEpoch: 20_094)..<LocalDate(daysSinceEpoch: 20_635)
    /// A film was shared widely: planted, for reports of June.
    static let peak = UstaEventfulDay(date: LocalDate(daysSinceEpoch: 20_620), visits: 260, views: 300)
    /// Films did not start for most of the day: planted, for reports of April.
    static let outage = UstaEventfulDay(date: LocalDate(daysSinceEpoch: 20_564), visits: 18, views: 60)
    /// The Monday of the week whose sign-ups come back as is written down.
    static let cohortWeek = LocalDate(daysSinceEpoch: 20_465)
    /// Of twenty that signed up in that week, how many come back in each week after it.
    static let cohortReturns = [20, 13, 10, 8, 8, 7, 6, 6, 5, 5, 5, 4, 4, 4, 4, 3, 3, 3, 3, 3, 2, 2, 2, 2]
    static let categories = ["welding", "cooking", "coding", "carpentry", "sewing", "ceramics"]

    private static let places: [(clock: SourceClock, currency: String, country: String, price: Int64)] = [
        (SourceClock.newYork, "USD", "US", 999),
        (SourceClock.istanbul, "TRY", "TR", 14_990),
        (SourceClock.london, "GBP", "GB", 799),
        (SourceClock.berlin, "EUR", "DE", 899),
    ]

    init(index: Int, scale: Double, seed: UInt64) {
        let place = Self.places[(index - 1) % Self.places.count]
        tenant = TenantSizes.name("usta", index)
        (clock, currency, country, premiumPrice) = (place.clock, place.currency, place.country, place.price)
        var bits = TenantSizes.bits(index: index, seed: seed &+ 0x0557A)
        skills = Self.categories.flatMap { category in
            ["basics", "finish", "speed"].map { (bits.identifier(), "\(category) \($0)", category) }
        }
        self.bits = bits
        let count = max(16, Int(240 * scale / TenantSizes.divisor(index)))
        makePeople(count)
        makeCohort(max(10, count / 12))
        people.sort { ($0.joinedAt, $0.id) < ($1.joinedAt, $1.id) }
    }

    /// The end of the last day: the data's as-of.
    var asOf: Int64 { clock.instant(Self.days.upperBound, minute: 0) }

    private mutating func makePeople(_ count: Int) {
        for number in 0..<count {
            // The first dozen founds the place; afterwards more come each month than the month before.
            let share = Double(bits.below(10_000)) / 10_000
            let day = number < 12 ? bits.below(10) : 10 + Int(share.squareRoot() * Double(Self.days.count - 14))
            var date = Self.days.lowerBound.adding(days: day)
            if date.startOfWeek(.monday) == Self.cohortWeek { date = date.adding(days: 7) }
            people.append(person(number, joining: date, isFounder: number < 12))
        }
    }

    private mutating func person(_ number: Int, joining date: LocalDate, isFounder: Bool) -> UstaPerson {
        let stays = isFounder || bits.percent(30)
        let lifetime = bits.percent(45) ? bits.below(9) : 10 + bits.below(14) * bits.below(14)
        let isPausing = stays && !isFounder && bits.percent(30)
        let pausesOn = date.adding(days: 20 + bits.below(60))
        let leavesOn = stays ? nil : date.adding(days: lifetime)
        let deletes = leavesOn.map { $0 < Self.days.upperBound.adding(days: -12) } == true && bits.percent(12)
        return UstaPerson(
            id: bits.identifier(), name: "maker\(number + 1)", clock: home(), country: country,
            joinedAt: clock.instant(date, minute: 360 + bits.below(540)), joinedOn: date,
            diligence: stays ? 24 + bits.below(36) : 14 + bits.below(40), leavesOn: leavesOn,
            pause: isPausing ? pausesOn..<pausesOn.adding(days: 28 + bits.below(50)) : nil, isTeacher: isFounder,
            deletedAt: deletes ? leavesOn.map { clock.instant($0.adding(days: 10), minute: 600) } : nil,
            plannedWeeks: nil)
    }

    /// Seven of eight live in the tenant's zone.
    private mutating func home() -> SourceClock {
        bits.once(in: 8) ? Self.places[bits.below(Self.places.count)].clock : clock
    }

    /// The people of the planned week, Tuesday to Friday.
    private mutating func makeCohort(_ size: Int) {
        for number in 0..<size {
            let date = Self.cohortWeek.adding(days: 1 + number % 4)
            let weeks = Self.cohortReturns.map { number * Self.cohortReturns[0] < $0 * size }
            people.append(
                UstaPerson(
                    id: bits.identifier(), name: "newyear\(number + 1)", clock: clock, country: country,
                    joinedAt: clock.instant(date, minute: 480 + bits.below(300)), joinedOn: date, diligence: 0,
                    leavesOn: nil, pause: nil, isTeacher: false, deletedAt: nil, plannedWeeks: weeks))
        }
    }
}
