internal import CivilTime

/// One made-up tenant of NEXUS, eighteen months long: a brand, its campaigns one after another, and the creators that it
/// pays for content.
///
/// Creators open most journeys and hardly close one, so that models of attribution differ as they do for brands. The
/// last campaign but one signs for more than its budget, and the last one still runs.
struct NexusWorld {
    let tenant: String
    let workspace: String
    let clock: SourceClock
    let currency: String
    /// How large the tenant is: 1 is about 3,800 journeys.
    let size: Double
    var bits: SeededBits
    private(set) var creators: [NexusCreator] = []
    private(set) var products: [NexusProduct] = []
    private(set) var campaigns: [NexusCampaign] = []
    private(set) var contracts: [NexusContract] = []
    private(set) var content: [NexusContent] = []
    /// In the order of publication.
    private(set) var posts: [NexusPost] = []

    /// Half-open: 2025-01-01 to 2026-07-01.
    static let days = LocalDate(daysSinceEpoch: 20_089)..<LocalDate(daysSinceEpoch: 20_635)
    /// Minor units of an amount about the size of a dollar; of the yen, which has no smaller unit, a hundred too.
    static let unit: Int64 = 100
    /// The campaign that signs for more than its budget.
    static let overBudget = 13

    init(index: Int, scale: Double, seed: UInt64) {
        tenant = TenantSizes.name("nexus", index)
        (clock, currency) =
            switch index % 3 {
            case 1: (.newYork, "USD")
            case 2: (.berlin, "EUR")
            default: (.tokyo, "JPY")
            }
        size = max(0.05, scale / TenantSizes.divisor(index))
        bits = TenantSizes.bits(index: index, seed: seed)
        workspace = bits.identifier()
        makeCreators()
        makeProducts()
        makeCampaigns()
        for campaign in campaigns.indices { sign(campaign) }
        makeOwnContent()
        publish()
    }

    /// The end of the last day: the data's as-of.
    var asOf: Int64 { clock.instant(Self.days.upperBound, minute: 0) }

    // MARK: Creators and products

    private static let handles = [
        "amber", "birch", "cedar", "dune", "ember", "fern", "grove", "heath", "iris", "juniper", "kelp", "linden",
        "moss",
        "nettle", "oak", "pine",
    ]

    private mutating func makeCreators() {
        for number in 0..<max(10, Int(48 * size)) {
            let day = number < 10 ? number : 10 + bits.below(Self.days.count - 30)
            creators.append(
                NexusCreator(
                    id: bits.identifier(), user: bits.identifier(),
                    handle: "\(Self.handles[number % 16]).\(["studio", "daily", "makes", "finds"][number / 16 % 4])"
                        + (number < 64 ? "" : "\(number / 64)"),
                    joinedAt: clock.instant(Self.days.lowerBound.adding(days: day), minute: 540 + bits.below(400))))
        }
        creators.sort { $0.joinedAt < $1.joinedAt }
    }

    private mutating func makeProducts() {
        let things = ["Jacket", "Lamp", "Backpack", "Serum", "Kettle", "Headphones", "Blanket", "Planter"]
        let styles = ["Alba", "Borea", "Cirro", "Duna"]
        for number in 0..<max(8, min(32, Int(32 * size))) {
            products.append(
                NexusProduct(
                    id: bits.identifier(), title: "\(styles[number / 8]) \(things[number % 8])",
                    price: Self.unit * Int64(19 + bits.below(80) + (bits.once(in: 5) ? 120 : 0)) - 1))
        }
    }

    // MARK: Campaigns

    private static let names = [
        "New year reset", "Valentine edit", "Spring launch", "Easter table", "Early summer", "Festival kit",
        "Back to school", "Autumn colours", "Cosy season", "Gift guide", "Winter sale", "Fresh start", "Spring garden",
        "Travel light", "Summer nights",
    ]

    private mutating func makeCampaigns() {
        for (number, name) in Self.names.enumerated() {
            let first = Self.days.lowerBound.adding(days: 10 + 36 * number + bits.below(8))
            let budget = Int64(Double(1_500 + bits.below(3_000)) * max(0.2, size)) * Self.unit
            campaigns.append(
                NexusCampaign(
                    id: bits.identifier(), name: name, budget: budget,
                    days: first..<first.adding(days: 42 + bits.below(28))))
        }
    }

    /// Contracts with some creators, which together make up most of the budget, and what they deliver.
    private mutating func sign(_ campaign: Int) {
        let (days, budget) = (campaigns[campaign].days, campaigns[campaign].budget)
        let start = clock.instant(days.lowerBound, minute: 540)
        guard start < asOf else { return }
        let there = creators.indices.filter { creators[$0].joinedAt < start }
        guard !there.isEmpty else { return }
        let count = 5 + bits.below(5)
        let spent = budget * Int64(campaign == Self.overBudget ? 118 : 78 + bits.below(20)) / 100
        var rest = spent
        for number in 0..<count {
            // The first creators get most of the contracts.
            let creator = there[min(bits.below(there.count), bits.below(there.count))]
            let share = number == count - 1 ? rest : spent / Int64(count) * Int64(80 + bits.below(40)) / 100
            let amount = min(rest, share)
            let day = bits.below(days.count * 3 / 5)
            let signed = clock.instant(days.lowerBound.adding(days: day), minute: 540 + bits.below(500))
            guard amount > 0, signed < asOf else { continue }
            rest -= amount
            deliver(campaign, creator, amount, signed)
        }
    }

    private mutating func deliver(_ campaign: Int, _ creator: Int, _ amount: Int64, _ signed: Int64) {
        let due = signed + Int64(12 + bits.below(12)) * .day
        var last = signed
        for _ in 0..<(2 + bits.below(2)) {
            let made = make(campaign, creator, after: signed)
            last = max(last, made)
        }
        let completed = last + .day
        contracts.append(
            NexusContract(
                id: bits.identifier(), campaign: campaign, creator: creator, amount: amount, signedAt: signed,
                dueAt: due,
                completedAt: completed < asOf && !bits.once(in: 15) ? completed : nil))
    }

    /// Makes something, and answers when it was decided on.
    @discardableResult
    private mutating func make(_ campaign: Int?, _ creator: Int, after instant: Int64) -> Int64 {
        let created = instant + Int64(1 + bits.below(5)) * .day + Int64(bits.below(600)) * .minute
        let submitted = created + Int64(1 + bits.below(4)) * .day
        let revisions = bits.percent(25) ? 1 + bits.below(2) : 0
        let decided = submitted + Int64(4 + bits.below(60)) * .hour + Int64(revisions) * 2 * .day
        guard created < asOf else { return created }
        let isApproved = bits.percent(88) && decided < asOf
        content.append(
            NexusContent(
                id: bits.identifier(), campaign: campaign, creator: creator,
                kind: ["video", "video", "photo", "carousel"][bits.below(4)], createdAt: created,
                submittedAt: submitted, approvedAt: isApproved ? decided : nil, revision: 1 + revisions))
        return decided
    }

    /// What creators make without a campaign.
    private mutating func makeOwnContent() {
        for creator in creators.indices where bits.percent(60) {
            make(nil, creator, after: creators[creator].joinedAt + Int64(bits.below(200)) * .day)
        }
    }

    private mutating func publish() {
        for (place, piece) in content.enumerated() {
            guard let approved = piece.approvedAt else { continue }
            let first = bits.below(3)
            for number in 0...bits.below(2) {
                let platform = ["tiktok", "instagram", "youtube"][(first + number) % 3]
                let at = approved + Int64(60 + bits.below(2_000)) * .minute
                guard at < asOf else { continue }
                // Most are seen by few, a few by many.
                let views = Int64(800 + bits.below(4_000)) * (bits.once(in: 9) ? 14 : Int64(1 + bits.below(3)))
                let likes = Int64(250 + bits.below(600))
                posts.append(
                    NexusPost(
                        id: bits.identifier(), content: place, platform: platform, publishedAt: at, views: views,
                        rates: [likes, likes / 9, likes / 14 + 5, likes / 6], isCorrected: posts.count % 12 == 5))
            }
        }
        posts.sort { ($0.publishedAt, $0.id) < ($1.publishedAt, $1.id) }
    }
}
