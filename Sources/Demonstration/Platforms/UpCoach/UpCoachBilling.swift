internal import CivilTime

/// Who pays a tenant of UpCoach what: subscriptions, and the invoices, payments and refunds that they bring.
struct UpCoachBilling {
    /// A movement of recurring revenue that was planted in June 2026: its class, who, and by how much.
    struct Plant {
        let movement: String
        let person: Int
        let amount: Int64
    }

    private(set) var subscriptions: [UpCoachSubscription] = []
    private(set) var plants: [Plant] = []
    private(set) var collectedMinor: Int64 = 0
    private(set) var refundedMinor: Int64 = 0
    private var bits: SeededBits
    private let world: UpCoachWorld
    private var transactions = GeneratedTable(
        "transactions", ["id", "subscription_id", "amount_minor", "fee_minor", "currency", "status", "paid_at"])
    private var invoices = GeneratedTable(
        "invoices", ["id", "subscription_id", "total_minor", "tax_minor", "currency", "issued_at", "due_at", "paid_at"])
    private var refunds = GeneratedTable("refunds", ["id", "transaction_id", "amount_minor", "reason", "refunded_at"])

    init(_ world: UpCoachWorld) {
        self.world = world
        bits = SeededBits(seed: world.bits.peek &+ 1)
        let planned = Array(
            world.people.indices.filter { world.people[$0].role == .client && world.people[$0].leavesOn == nil }.prefix(
                6))
        for person in world.people.indices {
            guard world.people[person].role == .client, world.people[person].organisation == nil else { continue }
            if !planned.contains(person) { subscribe(person) }
        }
        for organisation in world.organisations.indices { subscribe(organisation: organisation) }
        plantMovements(of: planned)
        for index in subscriptions.indices { charge(index) }
    }

    // MARK: Subscriptions

    private mutating func subscribe(_ index: Int) {
        let person = world.people[index]
        let isAbroad = person.clock.zone != world.clock.zone || index % 6 == 3
        let first = person.joinedAt + Int64(bits.below(20)) * .day
        let end = person.leavesOn.map { world.clock.instant($0, minute: 720) }.flatMap { $0 < world.asOf ? $0 : nil }
        guard bits.percent(62), first + .day < min(end ?? world.asOf, world.asOf) else { return }
        let interval = ["month", "month", "month", "month", "year", "quarter", "week"][bits.below(7)]
        let trialEnd = bits.percent(40) ? first + 14 * .day : nil
        let endsInTrial = trialEnd.map { $0 < world.asOf && bits.percent(20) } ?? false
        let last = endsInTrial ? trialEnd : end
        let swapsAt = first + Int64(60 + bits.below(300)) * .day
        let swaps = bits.percent(35) && swapsAt + .day < min(last ?? world.asOf, world.asOf)
        let level = 4 + Int64(bits.below(5))
        let isUnpaid = !swaps && last == nil && bits.percent(4) && first + 90 * .day < world.asOf
        add(
            index, nil, level, interval, isAbroad, trial: trialEnd, first, swaps ? swapsAt : last,
            unpaid: isUnpaid ? world.asOf - Int64(10 + bits.below(60)) * .day : nil)
        guard swaps else { return }
        add(index, nil, max(2, level + Int64(bits.below(7)) - 2), interval, isAbroad, trial: nil, swapsAt, last)
    }

    /// An organisation pays for seats, more or fewer of them every few months; the last but one leaves.
    private mutating func subscribe(organisation index: Int) {
        var at = world.organisations[index].createdAt + 10 * .day
        var seats = Int64(6 + bits.below(20))
        let leavesAt = index == world.organisations.count - 2 ? at + 170 * .day : Int64.max
        while at < min(world.asOf, leavesAt) {
            let next = min(at + Int64(80 + bits.below(90)) * .day, leavesAt)
            add(nil, index, 3, "month", false, trial: nil, at, next < world.asOf ? next : nil, quantity: seats)
            at = next
            seats = max(3, seats + Int64(bits.below(9)) - 3)
        }
    }

    private mutating func add(
        _ person: Int?, _ organisation: Int?, _ level: Int64, _ interval: String, _ isAbroad: Bool, trial: Int64?,
        _ from: Int64, _ to: Int64?, quantity: Int64 = 1, unpaid: Int64? = nil
    ) {
        let monthly = (isAbroad ? world.otherUnit : world.unit) * level
        // A year costs ten months less a little, so that a month of it is no whole number.
        let price: Int64 =
            switch interval {
            case "year": monthly * 10 - 10
            case "quarter": monthly * 3 - 40
            case "week": monthly / 4
            default: monthly
            }
        subscriptions.append(
            UpCoachSubscription(
                id: bits.identifier(), person: person, organisation: organisation, price: price, quantity: quantity,
                currency: isAbroad ? world.otherCurrency : world.currency, interval: interval, trialEnd: trial,
                startedAt: from, endedAt: to, unpaidSince: unpaid))
    }

    /// One movement of each class, and one within the month, by six people who do nothing else in June 2026.
    private mutating func plantMovements(of people: [Int]) {
        guard people.count == 6 else { return }
        let start = world.clock.instant(UpCoachWorld.days.lowerBound.adding(days: 90), minute: 600)
        let june = world.clock.instant(UpCoachHabits.june.lowerBound.adding(days: 9), minute: 600)
        func plant(_ movement: String, _ place: Int, _ levels: Int64) {
            plants.append(Plant(movement: movement, person: people[place], amount: levels * world.unit))
        }
        func monthly(_ place: Int, _ level: Int64, _ from: Int64, _ to: Int64?) {
            add(people[place], nil, level, "month", false, trial: nil, from, to)
        }
        monthly(0, 7, june, nil)
        plant("new", 0, 7)
        monthly(1, 5, start, start + 200 * .day)
        monthly(1, 5, june, nil)
        plant("reactivation", 1, 5)
        monthly(2, 4, start, june)
        monthly(2, 9, june, nil)
        plant("expansion", 2, 5)
        monthly(3, 10, start, june)
        monthly(3, 6, june, nil)
        plant("contraction", 3, -4)
        monthly(4, 8, start, june)
        plant("churn", 4, -8)
        monthly(5, 6, june, june + 8 * .day)
        plant("intra_month", 5, 0)
    }

    // MARK: Money

    /// An invoice for each interval, paid at once as a rule.
    private mutating func charge(_ index: Int) {
        let subscription = subscriptions[index]
        let months = ["month": 1, "quarter": 3, "year": 12][subscription.interval]
        var day = world.clock.localDate(max(subscription.startedAt, subscription.trialEnd ?? 0))
        let last = min(subscription.endedAt ?? world.asOf, world.asOf)
        let net = subscription.price * subscription.quantity
        subscriptions[index].unpaidSince = nil
        while world.clock.instant(day, minute: 780) < last {
            let issuedAt = world.clock.instant(day, minute: 780)
            let isUnpaid = subscription.unpaidSince.map { issuedAt + 14 * .day >= $0 } ?? false
            let paidAt = issuedAt + Int64(bits.below(50)) * .hour
            let isPaid = !isUnpaid && paidAt < world.asOf
            if isUnpaid, subscriptions[index].unpaidSince == nil, issuedAt + 14 * .day < world.asOf {
                subscriptions[index].unpaidSince = issuedAt + 14 * .day
            }
            let tax = net / 5
            invoices.row(
                bits.identifier(), subscription.id, "\(net + tax)", "\(tax)", subscription.currency, time(issuedAt),
                time(issuedAt + 14 * .day), isPaid ? time(paidAt) : nil)
            pay(subscription, net, isPaid ? paidAt : nil, hasFailed: isUnpaid)
            day = months.map { day.adding(months: $0) } ?? day.adding(days: 7)
        }
    }

    private mutating func pay(_ subscription: UpCoachSubscription, _ amount: Int64, _ paidAt: Int64?, hasFailed: Bool) {
        let id = bits.identifier()
        transactions.row(
            id, subscription.id, "\(amount)", "\(amount * 3 / 100)", subscription.currency,
            paidAt != nil ? "succeeded" : hasFailed ? "failed" : "pending", paidAt.map(\.instantText))
        guard let paidAt else { return }
        let isMain = subscription.currency == world.currency
        if isMain { collectedMinor += amount }
        let refundedAt = paidAt + Int64(1 + bits.below(40)) * .day
        guard bits.percent(3), refundedAt < world.asOf else { return }
        let refund = bits.once(in: 2) ? amount : amount / 3
        refunds.row(
            bits.identifier(), id, "\(refund)", ["unhappy", "double", "goodwill"][bits.below(3)], time(refundedAt))
        if isMain { refundedMinor += refund }
    }

    func tables() -> [GeneratedTable] {
        var table = GeneratedTable(
            "subscriptions",
            [
                "id", "user_id", "organization_id", "price_minor", "quantity", "currency", "interval_unit", "trial_end",
                "started_at", "ended_at", "status",
            ])
        for one in subscriptions {
            let status =
                one.endedAt != nil
                ? "cancelled"
                : one.unpaidSince != nil
                    ? "past_due" : one.trialEnd.map { $0 > world.asOf } == true ? "trialing" : "active"
            table.row(
                one.id, one.person.map { world.people[$0].id }, one.organisation.map { world.organisations[$0].id },
                "\(one.price)", "\(one.quantity)", one.currency, one.interval, one.trialEnd.map(\.instantText),
                time(one.startedAt), one.endedAt.map(\.instantText), status)
        }
        return [table, transactions, invoices, refunds]
    }

    private func time(_ instant: Int64) -> String { instant.instantText }
}
