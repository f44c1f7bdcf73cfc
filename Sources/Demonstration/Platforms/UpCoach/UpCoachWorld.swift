internal import CivilTime

/// What a tenant of UpCoach is made of, before anything happens.
struct UpCoachWorld {
    struct Organisation {
        let id: String
        let name: String
        let teams: [String]
        let createdAt: Int64
    }

    let tenant: String
    let clock: SourceClock
    let currency: String
    /// What customers abroad pay in.
    let otherCurrency: String
    /// Minor units of a small price, in both currencies.
    let unit: Int64
    let otherUnit: Int64
    var bits: SeededBits
    private(set) var organisations: [Organisation] = []
    /// In the order of joining; the first coach and the first client were there from the first day.
    private(set) var people: [UpCoachPerson] = []

    static let days = LocalDate(daysSinceEpoch: 20_094)..<LocalDate(daysSinceEpoch: 20_635)
    private static let names = ["Northwind Care", "Harbour Foods", "Elm Street Clinic", "Vantage Works", "Osprey Rail"]
    private static let places: [(clock: SourceClock, currency: String, unit: Int64, other: (String, Int64))] = [
        (SourceClock.london, "GBP", 500, ("EUR", 600)),
        (SourceClock.tokyo, "JPY", 1_000, ("USD", 700)),
        (SourceClock.losAngeles, "USD", 700, ("CAD", 900)),
        (SourceClock.berlin, "EUR", 600, ("CHF", 650)),
    ]

    init(index: Int, scale: Double, seed: UInt64) {
        let place = Self.places[(index - 1) % Self.places.count]
        tenant = TenantSizes.name("upcoach", index)
        (clock, currency, unit) = (place.clock, place.currency, place.unit)
        (otherCurrency, otherUnit) = place.other
        bits = TenantSizes.bits(index: index, seed: seed &+ 0xC0AC4)
        for (number, name) in Self.names.enumerated() {
            let day = Self.days.lowerBound.adding(days: 20 + number * 63)
            let teams = [bits.identifier(), bits.identifier()]
            organisations.append(
                Organisation(
                    id: bits.identifier(), name: name, teams: teams, createdAt: clock.instant(day, minute: 600)))
        }
        makePeople(max(16, Int(240 * scale / TenantSizes.divisor(index))))
    }

    /// The end of the last day: the data's as-of.
    var asOf: Int64 { clock.instant(Self.days.upperBound, minute: 0) }

    /// The place of the first client, whose habits are written down.
    var plannedClient: Int { people.firstIndex { $0.role == .client } ?? 0 }

    private mutating func makePeople(_ count: Int) {
        let coaches = max(2, count / 20)
        people.append(person("admin", .admin, on: Self.days.lowerBound, stays: true))
        for number in 0..<coaches {
            let day = Self.days.lowerBound.adding(days: number < 2 ? 0 : bits.below(300))
            people.append(person("coach\(number + 1)", .coach, on: day, stays: true))
        }
        people.append(person("client1", .client, on: Self.days.lowerBound, stays: true))
        for number in 1..<max(8, count - coaches - 1) {
            let share = Double(bits.below(10_000)) / 10_000
            let days = number < 8 ? bits.below(10) : 10 + Int(share.squareRoot() * Double(Self.days.count - 14))
            let day = Self.days.lowerBound.adding(days: days)
            people.append(person("client\(number + 1)", .client, on: day, stays: number < 8 || bits.percent(45)))
        }
        let places = Dictionary(uniqueKeysWithValues: people.enumerated().map { ($1.id, $0) })
        people.sort { ($0.joinedOn, places[$0.id] ?? 0) < ($1.joinedOn, places[$1.id] ?? 0) }
    }

    private mutating func person(_ name: String, _ role: UpCoachPerson.Role, on day: LocalDate, stays: Bool)
        -> UpCoachPerson
    {
        let isPlanned = name == "client1"
        let lifetime = bits.percent(30) ? bits.below(14) : 20 + bits.below(16) * bits.below(18)
        let leavesOn = stays ? nil : day.adding(days: lifetime)
        let isDeleted = leavesOn.map { $0 < Self.days.upperBound.adding(days: -12) } == true && bits.percent(15)
        let organisation = bits.below(Self.names.count * 2)
        let joinedAt = clock.instant(day, minute: 300 + bits.below(600))
        let isMember =
            role == .client && !isPlanned && organisation < Self.names.count
            && organisations[organisation].createdAt < joinedAt
        return UpCoachPerson(
            id: bits.identifier(), email: "\(name)@\(tenant).example.org", role: role,
            clock: isPlanned || !bits.once(in: 7) ? clock : Self.places[bits.below(Self.places.count)].clock,
            joinedAt: joinedAt, joinedOn: day, leavesOn: leavesOn, diligence: 45 + bits.below(50),
            organisation: isMember ? organisation : nil, isInSecondTeam: bits.once(in: 3),
            deletedAt: isDeleted ? leavesOn.map { clock.instant($0.adding(days: 10), minute: 600) } : nil)
    }
}
