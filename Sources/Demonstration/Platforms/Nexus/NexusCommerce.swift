internal import CivilTime

/// What visitors of the shop do: they come by channels, and some of them buy.
struct NexusCommerce {
    /// The ways into the shop, and how likely each is to open, to carry on and to close a journey.
    private static let channels: [(name: String, opens: Int, carries: Int, closes: Int)] = [
        ("creator", 40, 20, 8), ("social_ads", 25, 15, 3), ("search", 15, 30, 30), ("email", 4, 20, 35),
        ("affiliate", 8, 5, 4), ("direct", 8, 10, 20),
    ]

    struct Event {
        let visitor: String
        let session: String
        let kind: String
        let channel: String
        var content: Int?
        var campaign: Int?
        var product: Int?
        let at: Int64
        let recordedAt: Int64
    }

    struct Order {
        let id: String
        /// Nil of who bought by telephone.
        let visitor: String?
        let items: Int64
        let status: String
        let placedAt: Int64

        /// Whether money came: cancelled and pending ones never brought any.
        var isPaid: Bool { status == "paid" || status == "refunded" }
    }

    struct Refund {
        let id: String
        let order: Int
        let items: Int64
        let at: Int64
    }

    private let world: NexusWorld
    private var bits: SeededBits
    /// Approved content in the order of its first post.
    private let shown: [(at: Int64, content: Int)]
    private var visitorCount = 0
    private var sessionCount = 0
    private(set) var events: [Event] = []
    private(set) var orders: [Order] = []
    private(set) var refunds: [Refund] = []

    init(world: NexusWorld) {
        self.world = world
        bits = SeededBits(seed: world.bits.peek ^ 0x7368_6F70)
        shown = world.posts.map { ($0.publishedAt, $0.content) }
        for day in NexusWorld.days { live(day) }
        plantEdges()
    }

    // MARK: Days

    /// Twice as many come at the end as at the beginning, more at weekends and before the new year.
    private mutating func live(_ day: LocalDate) {
        let age = NexusWorld.days.lowerBound.days(until: day)
        var weight = 500 + age
        if day.weekday.rawValue >= Weekday.saturday.rawValue { weight = weight * 13 / 10 }
        if day.month >= 11 { weight = weight * 16 / 10 }
        let expected = Int(Double(weight * 8) * world.size)
        let count = expected / 1_000 + (bits.below(1_000) < expected % 1_000 ? 1 : 0)
        for _ in 0..<count { journey(world.clock.instant(day, minute: 420 + bits.below(1_000))) }
        // By telephone, or without having been seen before.
        if bits.below(1_000) < Int(160 * world.size) + 10 {
            let isKnown = bits.percent(60)
            buy(isKnown ? newVisitor() : nil, at: world.clock.instant(day, minute: 600 + bits.below(600)))
        }
    }

    private mutating func newVisitor() -> String {
        visitorCount += 1
        return "v\(visitorCount)"
    }

    private mutating func journey(_ start: Int64) {
        let visitor = visitorCount > 20 && bits.percent(20) ? "v\(1 + bits.below(visitorCount))" : newVisitor()
        let touches = 1 + (bits.percent(55) ? 1 + bits.below(3) : 0)
        var at = start
        var byCreator = 0
        var cart: Int?
        for number in 0..<touches where at < world.asOf {
            let weights = Self.channels.map {
                number == 0 ? $0.opens : number == touches - 1 ? $0.closes : $0.carries
            }
            let channel = Self.channels[bits.place(weights: weights)].name
            cart = touch(visitor, channel, at)
            if channel == "creator" { byCreator = 9 }
            if number < touches - 1 { at += Int64(bits.below(9)) * .day + Int64(40 + bits.below(1_300)) * .minute }
        }
        if bits.percent(10 + 9 * touches + byCreator) {
            buy(visitor, product: cart, at: at + Int64(12 + bits.below(60)) * .minute)
        }
    }

    /// One visit: a click, perhaps a view in front of it and a cart behind it; some click twice.
    private mutating func touch(_ visitor: String, _ channel: String, _ at: Int64) -> Int? {
        sessionCount += 1
        var event = Event(
            visitor: visitor, session: "s\(sessionCount)", kind: "click",
            channel: channel, content: nil, campaign: nil, product: bits.below(world.products.count), at: at,
            recordedAt: at + (bits.once(in: 50) ? Int64(1 + bits.below(6)) * .day : Int64(bits.below(9)) * .second))
        if channel == "creator", let content = recentContent(at) {
            event.content = content
            event.campaign = world.content[content].campaign
        } else if channel == "social_ads" {
            let day = world.clock.localDate(at)
            event.campaign = world.campaigns.indices.last { world.campaigns[$0].days.contains(day) }
        }
        if bits.percent(45) { events.append(event.with("view", after: -30 * .second)) }
        events.append(event)
        if bits.percent(14) { events.append(event.with("click", after: 90 * .second)) }
        if bits.percent(35) { events.append(event.with("add_to_cart", after: 5 * .minute)) }
        return event.product
    }

    /// Something that was published lately.
    private mutating func recentContent(_ at: Int64) -> Int? {
        var (low, high) = (0, shown.count)
        while low < high {
            let middle = (low + high) / 2
            if shown[middle].at < at { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : shown[low - 1 - bits.below(min(low, 24))].content
    }

    // MARK: Orders

    private mutating func buy(_ visitor: String?, product: Int? = nil, at: Int64) {
        guard at < world.asOf else { return }
        let first = world.products[product ?? bits.below(world.products.count)].price * Int64(1 + bits.below(2))
        let items = first + (bits.percent(40) ? world.products[bits.below(world.products.count)].price : 0)
        let isLost = bits.percent(6)
        let isReturned = !isLost && bits.percent(7)
        let isWhole = isReturned && bits.percent(50)
        let refunded = at + Int64(2 + bits.below(38)) * .day
        order(
            visitor, items,
            isLost
                ? (bits.percent(70) ? "cancelled" : "pending") : isWhole && refunded < world.asOf ? "refunded" : "paid",
            at)
        guard isReturned, refunded < world.asOf else { return }
        // A whole one comes back in two parcels now and then.
        let part = isWhole && !bits.once(in: 4) ? items : items / 2
        refund(part, at: refunded)
        let second = refunded + 3 * .day
        if isWhole, part < items {
            if second < world.asOf {
                refund(items - part, at: second)
            } else {
                refund(items - part, at: refunded + .minute)
            }
        }
    }

    private mutating func order(_ visitor: String?, _ items: Int64, _ status: String, _ at: Int64) {
        orders.append(Order(id: bits.identifier(), visitor: visitor, items: items, status: status, placedAt: at))
    }

    /// Gives money of the last order back.
    private mutating func refund(_ items: Int64, at: Int64) {
        refunds.append(Refund(id: bits.identifier(), order: orders.count - 1, items: items, at: at))
    }

    // MARK: What is known

    /// The visitor whose journey is known in all.
    static let knownVisitor = "known-journey"
    /// What the known journey's order is worth.
    static let knownItems = 700 * NexusWorld.unit
    /// What is given back of it, on 2026-04-02.
    static let knownRefund = 70 * NexusWorld.unit

    /// A journey with touches two weeks, one week and no time before its last one, orders at a month's edges and in an
    /// hour that clocks show twice, and two orders in one moment.
    private mutating func plantEdges() {
        let last = world.clock.instant(Self.march.adding(days: 19), minute: 720)
        for (channel, age) in [("creator", 336), ("search", 168), ("email", 0)] as [(String, Int64)] {
            plant(Self.knownVisitor, channel, last - age * .hour)
        }
        order(Self.knownVisitor, Self.knownItems, "paid", last + .hour)
        refund(Self.knownRefund, at: world.clock.instant(Self.march.adding(days: 32), minute: 600))
        let april = world.clock.instant(Self.march.adding(days: 31), minute: 0)
        order("month-edge", 11 * NexusWorld.unit, "paid", april - 1)
        order("month-edge", 13 * NexusWorld.unit, "paid", april)
        // New York's and Berlin's clocks are set back in these nights.
        for day in [Self.october, Self.october.adding(days: 7)] {
            order("night-owl", 17 * NexusWorld.unit, "paid", world.clock.instant(day, minute: 90) + .hour)
        }
        plant("twin-orders", "affiliate", april + .day)
        for _ in 0..<2 { order("twin-orders", 19 * NexusWorld.unit, "paid", april + .day + .hour) }
    }

    private mutating func plant(_ visitor: String, _ channel: String, _ at: Int64) {
        sessionCount += 1
        let content = channel == "creator" ? recentContent(at) : nil
        events.append(
            Event(
                visitor: visitor, session: "s\(sessionCount)", kind: "click", channel: channel, content: content,
                campaign: content.flatMap { world.content[$0].campaign }, product: 0, at: at, recordedAt: at))
    }

    /// 2026-03-01.
    private static let march = LocalDate(daysSinceEpoch: 20_513)
    /// 2025-10-26.
    private static let october = LocalDate(daysSinceEpoch: 20_387)
}

extension NexusCommerce.Event {
    /// Something else of the same visit.
    fileprivate func with(_ kind: String, after: Int64) -> NexusCommerce.Event {
        NexusCommerce.Event(
            visitor: visitor, session: session, kind: kind, channel: channel, content: content, campaign: campaign,
            product: product, at: at + after, recordedAt: recordedAt + after)
    }
}
