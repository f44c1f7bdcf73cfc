internal import CivilTime

/// One made-up tenant of Mr Bill, thirty months long: developers come, some go and a few return; a language rises and
/// another fades; POCs are deleted, or entered months after they were made.
///
/// The first developer is known in all: with POCs on both edges of the year, a summer without any, and nine weeks in a row.
struct MrBillWorld {
    let tenant: String
    let id: String
    let clock: SourceClock
    let currency: String
    var bits: SeededBits
    private(set) var developers: [MrBillDeveloper] = []
    /// In the order of their creation.
    private(set) var pocs: [MrBillPOC] = []

    /// Half-open: 2024-01-01 to 2026-07-01.
    static let days = LocalDate(daysSinceEpoch: 19_723)..<LocalDate(daysSinceEpoch: 20_635)
    /// The year of which the truths tell, half-open.
    static let year = LocalDate(daysSinceEpoch: 20_089)..<LocalDate(daysSinceEpoch: 20_454)
    /// The days without a POC of the known developer, half-open: 2025-07-05 to 2025-08-23.
    private static let rest = LocalDate(daysSinceEpoch: 20_274)..<LocalDate(daysSinceEpoch: 20_323)
    /// The Monday of the first of nine weeks in a row: 2025-09-29.
    private static let run = LocalDate(daysSinceEpoch: 20_360)

    init(index: Int, scale: Double, seed: UInt64) {
        tenant = TenantSizes.name("mrbill", index)
        (clock, currency) =
            switch index % 3 {
            case 1: (.saoPaulo, "BRL")
            case 2: (.lisbon, "EUR")
            default: (.newYork, "USD")
            }
        bits = TenantSizes.bits(index: index, seed: seed)
        id = bits.identifier()
        makeDevelopers(count: max(12, Int(240 * scale / TenantSizes.divisor(index))))
        for owner in developers.indices { makePOCs(of: owner) }
        makeKnownPOCs()
        pocs.sort { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    /// The end of the last day: the data's as-of.
    var asOf: Int64 { clock.instant(Self.days.upperBound, minute: 0) }

    // MARK: Developers

    private static let firstNames = [
        "Ana", "Bruno", "Camila", "Diego", "Elisa", "Felipe", "Gabriela", "Heitor", "Inês", "João", "Karina", "Lucas",
        "Mariana", "Nuno", "Olívia", "Paulo", "Rafaela", "Sofia", "Tiago", "Vitória",
    ]
    private static let lastNames = [
        "Almeida", "Barbosa", "Cardoso", "Duarte", "Ferreira", "Gomes", "Lima", "Martins", "Nogueira", "Pereira",
        "Rocha",
        "Silva", "Teixeira",
    ]

    private mutating func makeDevelopers(count: Int) {
        let days = Self.days.count
        for number in 0..<count {
            // The first eight found the tenant; afterwards more come each month than the month before.
            let share = Double(bits.below(10_000)) / 10_000
            let day = number < 8 ? number / 4 : 2 + Int(share.squareRoot() * Double(days - 12))
            let joined = clock.instant(Self.days.lowerBound.adding(days: day), minute: 480 + bits.below(600))
            let left = joined + Int64(60 + bits.below(400)) * .day
            let returned = left + Int64(45 + bits.below(120)) * .day
            // The fourth always goes and comes back.
            let isGone = number == 3 || number > 0 && bits.percent(22) && left < asOf
            let isBack = number == 3 || bits.percent(25) && returned < asOf
            developers.append(
                MrBillDeveloper(
                    id: bits.identifier(),
                    name: bits.one(of: Self.firstNames) + " " + bits.one(of: Self.lastNames), joinedAt: joined,
                    leftAt: isGone ? left : nil, returnedAt: isGone && isBack ? returned : nil,
                    pace: number == 0 ? 11 : [6, 18, 18, 18, 40, 40, 40, 40, 40, 40][bits.below(10)]))
        }
    }

    // MARK: POCs

    private mutating func makePOCs(of owner: Int) {
        let developer = developers[owner]
        var date = clock.localDate(developer.joinedAt).adding(days: 1)
        while date < Self.days.upperBound {
            // Three of five weekend's POCs wait for Monday.
            let isLater = date.weekday.rawValue >= Weekday.saturday.rawValue && bits.percent(60)
            let day = isLater ? date.startOfWeek(.monday).adding(days: 7) : date
            let at = clock.instant(day, minute: bits.below(10) < 8 ? 540 + bits.below(720) : bits.below(1_440))
            let isKept = owner > 0 || !(Self.rest.contains(day) || isPlanted(day))
            if at < asOf, developer.isThere(at), isKept { pocs.append(poc(of: owner, at: at)) }
            date = date.adding(days: 1 + bits.below(developer.pace) + bits.below(developer.pace))
        }
    }

    private func isPlanted(_ day: LocalDate) -> Bool {
        day >= Self.run.adding(days: -7) && day < Self.run.adding(days: 70)
            || day == Self.year.lowerBound.adding(days: -1)
            || day == Self.year.lowerBound || day == Self.year.upperBound
    }

    private mutating func poc(of owner: Int, at instant: Int64) -> MrBillPOC {
        let day = clock.localDate(instant)
        let progress = Self.days.lowerBound.days(until: day) * 100 / Self.days.count
        let made = MrBillTechnologies.choose(progress, &bits)
        let isEnteredLate = bits.once(in: 40)
        let entered = min(asOf - .minute, instant + (isEnteredLate ? Int64(20 + bits.below(150)) * .day : 0))
        let written = min(asOf - .minute, entered + Int64(bits.below(5_000)) * .minute)
        let deleted = written + Int64(1 + bits.below(90)) * .day
        let isDeleted = bits.percent(6) && deleted < asOf
        return MrBillPOC(
            id: bits.identifier(), owner: owner, name: name(made.language, made.tags), language: made.language,
            tags: made.tags, frameworks: made.frameworks, createdAt: instant, enteredAt: entered,
            updatedAt: isDeleted ? deleted : written, deletedAt: isDeleted ? deleted : nil)
    }

    private mutating func name(_ language: String?, _ tags: [String]) -> String {
        let subject = bits.one(of: [
            "Inventory", "Checkout", "Telemetry", "Search", "Notifications", "Ledger", "Scheduler", "Chat", "Routing",
            "Catalogue", "Identity", "Recommendations",
        ])
        return "\(subject) \(tags.first ?? "sketch") in \(language ?? "plain text")"
    }

    // MARK: The known developer

    private mutating func makeKnownPOCs() {
        let year = Self.year
        // The last moment of the year before, the first of the year, and the first after it.
        let edges = [
            clock.instant(year.lowerBound, minute: 0) - 1, clock.instant(year.lowerBound, minute: 0),
            clock.instant(year.upperBound, minute: 0) - 1, clock.instant(year.upperBound, minute: 0),
        ]
        for (number, at) in edges.enumerated() { plant(at, "Edge of the year \(number + 1)") }
        for week in 0..<9 {
            let day = Self.run.adding(days: 7 * week + week % 5)
            plant(clock.instant(day, minute: 600 + 30 * week), "Nine weeks, number \(week + 1)")
        }
        // One on each side of the summer's rest.
        plant(clock.instant(Self.rest.lowerBound.adding(days: -1), minute: 1_000), "Before the summer")
        plant(clock.instant(Self.rest.upperBound, minute: 500), "After the summer")
    }

    /// A POC with three tags and two frameworks: a join of both counts it six times.
    private mutating func plant(_ at: Int64, _ name: String) {
        pocs.append(
            MrBillPOC(
                id: bits.identifier(), owner: 0, name: name, language: "Go", tags: ["api", "cli", "cloud"],
                frameworks: ["Gin", "Echo"], createdAt: at, enteredAt: at, updatedAt: at + .hour, deletedAt: nil))
    }
}
