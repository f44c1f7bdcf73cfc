internal import CivilTime

/// One made-up tenant of HustleX, eighteen months long: it grows, people forget their dues, rows come late, one circle
/// breaks in its seventh week, and the books hold errors that a reconciliation has to find.
struct HustleXWorld {
    let tenant: String
    let timezone: String
    let currency: String
    /// Minor units of a usual amount: a thousand naira, or a hundred shillings.
    let unit: Int64
    /// Neither Lagos nor Nairobi changes its clocks.
    private let offset: Int64
    private let personCount: Int
    var bits: SeededBits
    private(set) var people: [HustleXPerson] = []
    private(set) var circles: [HustleXCircle] = []
    private(set) var gigs: [HustleXGig] = []
    private(set) var loans: [HustleXLoan] = []

    /// Half-open: 2025-01-06, a Monday, to 2026-07-01.
    static let days = LocalDate(daysSinceEpoch: 20_094)..<LocalDate(daysSinceEpoch: 20_635)

    init(index: Int, scale: Double, seed: UInt64) {
        let isLagos = index % 2 == 1
        tenant = TenantSizes.name("hustlex", index)
        timezone = isLagos ? "Africa/Lagos" : "Africa/Nairobi"
        currency = isLagos ? "NGN" : "KES"
        unit = isLagos ? 100_000 : 10_000
        offset = (isLagos ? 1 : 3) * 3_600_000_000
        personCount = max(16, Int(240 * scale / TenantSizes.divisor(index)))
        bits = TenantSizes.bits(index: index, seed: seed)
        makePeople()
        makeCircles()
        makeGigs()
        makeLoans()
    }

    /// The end of the last day: the data's as-of.
    var asOf: Int64 { instant(Self.days.upperBound, minute: 0) }

    func instant(_ date: LocalDate, minute: Int) -> Int64 {
        Int64(date.daysSinceEpoch) * .day + Int64(minute) * .minute - offset
    }

    func localDate(_ instant: Int64) -> LocalDate {
        let local = instant + offset
        return LocalDate(daysSinceEpoch: Int32(local >= 0 ? local / .day : (local - .day + 1) / .day))
    }

    private static let firstNames = [
        "Ada", "Bayo", "Chi", "Dele", "Efe", "Femi", "Gbenga", "Halima", "Ife", "Jomo", "Kemi", "Lola", "Musa", "Ngozi",
        "Obi", "Pelumi", "Wanjiru", "Otieno", "Achieng", "Kamau", "Njeri", "Zawadi",
    ]
    private static let lastNames = [
        "Okafor", "Adeyemi", "Bello", "Eze", "Mwangi", "Odhiambo", "Kiptoo", "Balogun", "Nwosu", "Wekesa", "Abubakar",
    ]

    private mutating func makePeople() {
        let days = Self.days.count
        for number in 0..<personCount {
            // The first dozen founds the market; afterwards more come each month than the month before.
            let share = Double(bits.below(10_000)) / 10_000
            let day = number < 12 ? bits.below(10) : 10 + Int(share.squareRoot() * Double(days - 20))
            people.append(
                HustleXPerson(
                    id: bits.identifier(), wallet: bits.identifier(),
                    name: Self.firstNames[bits.below(Self.firstNames.count)] + " "
                        + Self.lastNames[bits.below(Self.lastNames.count)],
                    joinedAt: instant(Self.days.lowerBound.adding(days: day), minute: 360 + bits.below(960)),
                    reliability: 88 + bits.below(13)))
        }
        people.sort { $0.joinedAt < $1.joinedAt }
    }

    /// Who had signed up before an instant: people are in the order of signing up.
    func population(at instant: Int64) -> Int {
        var (low, high) = (0, people.count)
        while low < high {
            let middle = (low + high) / 2
            if people[middle].joinedAt < instant { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func makeCircles() {
        for number in 0..<max(2, personCount / 10) {
            let isBreaking = number == 0
            let start = Self.days.lowerBound.adding(days: isBreaking ? 28 : 21 + bits.below(Self.days.count - 60))
                .startOfWeek(.monday)
            let known = population(at: instant(start, minute: 0))
            let wanted = isBreaking ? 10 : 5 + bits.below(7)
            guard known >= wanted else { continue }
            var chosen: [Int] = []
            while chosen.count < wanted {
                let person = bits.below(known)
                if !chosen.contains(person) { chosen.append(person) }
            }
            circles.append(
                HustleXCircle(
                    id: bits.identifier(), name: "Circle \(number + 1)", isWeekly: isBreaking || bits.below(10) < 7,
                    amount: unit * Int64([5, 10, 20][bits.below(3)]), fee: unit / 2, start: start,
                    members: chosen.map { HustleXCircle.Member(id: bits.identifier(), person: $0) },
                    breaksInRound: isBreaking ? 7 : nil))
        }
    }

    static let categories = ["Delivery", "Design", "Tailoring", "Repairs", "Tutoring", "Catering"]

    private mutating func makeGigs() {
        for client in people.indices {
            var at = people[client].joinedAt + Int64(3 + bits.below(30)) * .day
            while at < asOf - 2 * .day {
                let known = population(at: at)
                let hustler = bits.below(known)
                if hustler != client { gigs.append(gig(client: client, hustler: hustler, at: at)) }
                at += Int64(12 + bits.below(60)) * .day + Int64(bits.below(1_440)) * .minute
            }
        }
    }

    private mutating func gig(client: Int, hustler: Int, at: Int64) -> HustleXGig {
        let price = unit * Int64(3 + bits.below(40)) / 2
        let started = at + Int64(60 + bits.below(4_000)) * .minute
        let due = started + Int64(2 + bits.below(12)) * .day
        let completed = due + Int64(bits.below(6) - 4) * .day + Int64(bits.below(600)) * .minute
        let isContracted = bits.below(10) < 7 && started < asOf
        let isCompleted = bits.below(20) < 17 && completed < asOf && completed > started
        let isDisputed = isCompleted && bits.once(in: 25)
        return HustleXGig(
            id: bits.identifier(), contract: bits.identifier(), client: client, hustler: hustler,
            category: Self.categories[bits.below(Self.categories.count)], price: price, fee: price / 10, createdAt: at,
            startedAt: started, dueAt: due, completedAt: isContracted && isCompleted ? completed : nil,
            refund: isContracted && isDisputed ? (bits.once(in: 2) ? price : price / 2) : 0, isContracted: isContracted)
    }

    private mutating func makeLoans() {
        for person in people.indices where bits.below(100) < 15 {
            let disbursed = people[person].joinedAt + Int64(45 + bits.below(120)) * .day
            guard disbursed < asOf - 5 * .day else { continue }
            let count = 3 + bits.below(4)
            let amount = unit * Int64(2 + bits.below(10))
            let stopsAfter = bits.below(100) < 12 ? bits.below(count) : count
            let first = localDate(disbursed)
            let instalments = (1...count).map { number -> (LocalDate, Int64, Int?) in
                let delay = number > stopsAfter ? nil : bits.below(10) < 8 ? -bits.below(3) : 1 + bits.below(45)
                return (first.adding(months: number), amount, delay)
            }
            loans.append(
                HustleXLoan(
                    id: bits.identifier(), person: person, principal: amount * Int64(count),
                    interest: amount * Int64(count) / 20, disbursedAt: disbursed, instalments: instalments))
        }
    }
}
