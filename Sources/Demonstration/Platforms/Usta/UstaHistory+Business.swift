internal import CivilTime

extension UstaHistory {
    /// Jobs and money: premium by the month or the year, postings by the piece.
    mutating func playBusiness() {
        for person in world.people.indices { playPremium(person) }
        let companies = (0..<max(3, world.people.count / 20)).map { _ in world.bits.identifier() }
        var day = UstaWorld.days.lowerBound.adding(days: 20)
        while day < UstaWorld.days.upperBound {
            postJob(of: world.bits.one(of: companies), day)
            day = day.adding(days: 1 + world.bits.below(6))
        }
    }

    /// Who stays long enough may pay, until they leave.
    private mutating func playPremium(_ person: Int) {
        let someone = world.people[person]
        let last = someone.leavesOn ?? UstaWorld.days.upperBound
        guard someone.plannedWeeks == nil, world.bits.percent(28) else { return }
        var day = someone.joinedOn.adding(days: 7 + world.bits.below(40))
        let isYearly = world.bits.percent(25)
        while day < min(last, UstaWorld.days.upperBound) {
            let next = day.adding(months: isYearly ? 12 : 1)
            let (from, to) = (world.clock.instant(day, minute: 540), world.clock.instant(next, minute: 540))
            let price = isYearly ? world.premiumPrice * 10 : world.premiumPrice
            if pay(someone.id, "premium", price, isYearly ? "year" : "month", from, to) {
                record.premiumUntil[person] = to
            }
            day = next
        }
    }

    /// Whether the payment went through.
    @discardableResult
    private mutating func pay(
        _ payer: String, _ kind: String, _ amount: Int64, _ interval: String?, _ from: Int64, _ to: Int64?
    ) -> Bool {
        let isPaid = !world.bits.percent(3)
        let refundedAt = from + Int64(1 + world.bits.below(9)) * .day
        let isRefunded = isPaid && world.bits.percent(4) && refundedAt < world.asOf
        let refund = isRefunded ? (world.bits.once(in: 2) ? amount : amount / 2) : 0
        record.payments.row(
            world.bits.identifier(), payer, kind, "\(amount)", world.currency, interval, from.instantText,
            to.map(\.instantText), isPaid ? "paid" : "failed", "\(refund)",
            isRefunded ? refundedAt.instantText : nil)
        if isPaid { record.count("payments_minor", amount) }
        record.count("refunds_minor", refund)
        return isPaid
    }

    private mutating func postJob(of company: String, _ day: LocalDate) {
        let at = world.clock.instant(day, minute: 480 + world.bits.below(500))
        let tier = ["basic", "basic", "premium", "featured"][world.bits.below(4)]
        let (id, salary) = (world.bits.identifier(), Int64(20 + world.bits.below(60)) * 100_000)
        record.jobs.row(
            id, company, "\(world.bits.one(of: UstaWorld.categories)) wanted", tier,
            tier == "basic" ? nil : "\(salary)", tier == "basic" ? nil : "\(salary * 5 / 4)", world.currency,
            at.instantText, (at + 30 * .day).instantText)
        if tier != "basic" {
            pay(company, "job_\(tier)", world.premiumPrice * (tier == "premium" ? 5 : 12), nil, at, nil)
        }
        for _ in 0..<(tier == "featured" ? 14 : 6) {
            let person = world.bits.below(world.people.count)
            let seenAt = at + Int64(world.bits.below(14 * 1_440)) * .minute
            guard seenAt > world.people[person].joinedAt, seenAt + .hour < world.asOf else { continue }
            let isKnown = !world.bits.percent(10)
            record.jobViews.row(id, isKnown ? world.people[person].id : nil, seenAt.instantText)
            guard isKnown, world.bits.percent(22) else { continue }
            record.applications.row(
                world.bits.identifier(), id, world.people[person].id,
                ["sent", "seen", "invited", "declined"][world.bits.below(4)], (seenAt + .hour / 2).instantText)
        }
    }
}
