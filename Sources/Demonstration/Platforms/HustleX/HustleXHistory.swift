internal import CivilTime

/// What happened in a tenant, told in the order of time.
struct HustleXHistory {
    /// A due of a circle, and what came of it.
    struct Contribution {
        let circle: Int
        let member: Int
        let round: Int
        let due: LocalDate
        var paidAt: Int64?
        var paid: Int64 = 0
        /// Nil of one that says it was paid and has no movement: a planted error.
        var reference: String?
    }

    struct Payout {
        let circle: Int
        let round: Int
        let gross: Int64
        let paidAt: Int64
        let reference: String
    }

    /// An error in the books that was planted, and what a check must find.
    struct Plant {
        let check: String
        let subject: String
        let expected: Int64
        let actual: Int64
    }

    private enum Act {
        case deposit(Int64)
        case withdraw(percent: Int64)
        case transfer(to: Int, Int64)
        case hold(gig: Int)
        case complete(gig: Int)
        case refund(gig: Int)
        case contribute(Int)
        case payout(circle: Int, round: Int)
        case disburse(loan: Int)
        case repay(loan: Int, number: Int)
        case plantOverdraft
        case plantDouble
        case plantShortTransfer(to: Int)
    }

    private var world: HustleXWorld
    private(set) var ledger: HustleXLedger
    private(set) var contributions: [Contribution] = []
    private(set) var payouts: [Payout] = []
    private(set) var plants: [Plant] = []
    private var pots: [Int64]
    private var acts: [(at: Int64, person: Int, act: Act)] = []

    init(_ world: HustleXWorld) {
        self.world = world
        ledger = HustleXLedger(personCount: world.people.count)
        pots = Array(repeating: 0, count: world.circles.count)
        planDailyLife()
        planGigs()
        planCircles()
        planLoans()
        planErrors()
        play()
    }

    // MARK: Plans

    private mutating func planDailyLife() {
        for person in world.people.indices {
            var at = world.people[person].joinedAt + Int64(bits(1_440)) * .minute
            while at < world.asOf {
                let amount = world.unit * Int64(1 + bits(30))
                switch bits(10) {
                case 0..<6: acts.append((at, person, .deposit(amount)))
                case 6..<8: acts.append((at, person, .withdraw(percent: Int64(10 + bits(60)))))
                default:
                    let other = bits(world.population(at: at) + 1) % max(1, world.population(at: at))
                    if other != person { acts.append((at, person, .transfer(to: other, amount / 2 + 1))) }
                }
                at += Int64(2 + bits(12)) * .day + Int64(bits(1_440)) * .minute
            }
        }
    }

    private mutating func planGigs() {
        for (index, gig) in world.gigs.enumerated() where gig.isContracted {
            acts.append((gig.startedAt, gig.client, .hold(gig: index)))
            guard let completedAt = gig.completedAt else { continue }
            acts.append((completedAt, gig.hustler, .complete(gig: index)))
            let refundedAt = completedAt + 4 * .day
            if gig.refund > 0, refundedAt < world.asOf { acts.append((refundedAt, gig.hustler, .refund(gig: index))) }
        }
    }

    private mutating func planCircles() {
        for (index, circle) in world.circles.enumerated() {
            for round in 1...circle.members.count {
                let due = circle.dueDate(round)
                guard due < HustleXWorld.days.upperBound else { break }
                for member in circle.members.indices { plan(index, circle, member, round, due) }
                let paidOut = world.instant(due.adding(days: 1), minute: 540)
                let isBroken = circle.breaksInRound.map { round > $0 + 2 } ?? false
                if paidOut < world.asOf, !isBroken {
                    acts.append((paidOut, circle.members[round - 1].person, .payout(circle: index, round: round)))
                }
            }
        }
    }

    private mutating func plan(_ index: Int, _ circle: HustleXCircle, _ member: Int, _ round: Int, _ due: LocalDate) {
        let person = circle.members[member].person
        var contribution = Contribution(circle: index, member: member, round: round, due: due)
        contribution.reference = "ctr-\(index + 1)-\(round)-\(member + 1)"
        let hasStopped = circle.breaksInRound.map { round >= $0 && member + 1 < $0 } ?? false
        let days: Int? =
            if hasStopped || bits(100) >= world.people[person].reliability + 4 {
                nil
            } else if bits(100) < world.people[person].reliability {
                -bits(3)
            } else {
                1 + bits(18)
            }
        if let days {
            let at = world.instant(due.adding(days: days), minute: 420 + bits(840))
            if at < world.asOf, at > world.people[person].joinedAt {
                contribution.paidAt = at
                contribution.paid = bits(60) == 0 ? circle.amount / 2 : circle.amount
                acts.append((at, person, .contribute(contributions.count)))
            }
        }
        contributions.append(contribution)
    }

    private mutating func planLoans() {
        for (index, loan) in world.loans.enumerated() {
            acts.append((loan.disbursedAt, loan.person, .disburse(loan: index)))
            for (number, instalment) in loan.instalments.enumerated() {
                guard let at = world.payment(instalment) else { continue }
                acts.append((at, loan.person, .repay(loan: index, number: number)))
            }
        }
    }

    /// Errors of the founders' wallets, in the eighth month.
    private mutating func planErrors() {
        let at = world.instant(HustleXWorld.days.lowerBound.adding(days: 240), minute: 600)
        acts.append((at, 0, .plantShortTransfer(to: 1)))
        acts.append((at + .day, 2, .plantDouble))
        acts.append((at + 2 * .day, 3, .plantOverdraft))
        // Says that it was paid, and no money moved.
        if let index = contributions.firstIndex(where: { $0.paidAt == nil && $0.round < 6 }) {
            let circle = world.circles[contributions[index].circle]
            contributions[index].paidAt = world.instant(contributions[index].due, minute: 700)
            contributions[index].paid = circle.amount
            plants.append(
                Plant(
                    check: "R4", subject: contributions[index].reference ?? "", expected: circle.amount, actual: 0))
        }
    }

    // MARK: Play

    private mutating func play() {
        let order = acts.indices.sorted { (acts[$0].at, $0) < (acts[$1].at, $1) }
        for index in order { play(acts[index].at, acts[index].person, acts[index].act) }
    }

    private mutating func play(_ at: Int64, _ person: Int, _ act: Act) {
        switch act {
        case .deposit(let amount):
            let isCompleted = bits(90) != 0
            ledger.append(
                person, "deposit", amount, ledger.reference("dep"), at: at, isCompleted: isCompleted, bits: &world.bits)
        case .withdraw(let percent):
            let amount = ledger.balances[person] / 100 * percent
            if amount > 0 { move(person, "withdrawal", -amount, ledger.reference("wd"), at) }
        case .transfer(let other, let amount): transfer(person, other, amount, amount, at)
        case .hold(let gig):
            ledger.hold(person, world.gigs[gig].price)
            move(person, "escrow_hold", -world.gigs[gig].price, "gig-\(gig + 1)-hold", at)
        case .complete(let index):
            let gig = world.gigs[index]
            ledger.hold(gig.client, -gig.price)
            move(person, "gig_earning", gig.price, "gig-\(index + 1)-done", at)
            move(person, "platform_fee", -gig.fee, "gig-\(index + 1)-fee", at + .second)
        case .refund(let index):
            let gig = world.gigs[index]
            move(person, "refund_out", -gig.refund, "gig-\(index + 1)-refund", at)
            move(gig.client, "refund_in", gig.refund, "gig-\(index + 1)-refund", at)
        case .contribute(let index):
            let contribution = contributions[index]
            pots[contribution.circle] += contribution.paid
            move(person, "contribution", -contribution.paid, contribution.reference ?? "", at)
        case .payout(let circle, let round): payOut(circle, round, at)
        case .disburse(let index):
            let loan = world.loans[index]
            move(person, "loan_disbursement", loan.principal, "loan-\(index + 1)", at)
            move(person, "loan_interest", -loan.interest, "loan-\(index + 1)-interest", at + .second)
        case .repay(let index, let number):
            let amount = world.loans[index].instalments[number].amount
            move(person, "loan_repayment", -amount, "loan-\(index + 1)-\(number + 1)", at)
        case .plantShortTransfer(let other):
            let reference = transfer(person, other, 10 * world.unit, 10 * world.unit - 100, at)
            plants.append(Plant(check: "R1", subject: reference, expected: 0, actual: -100))
        case .plantDouble:
            let reference = ledger.reference("dep")
            for _ in 0..<2 { ledger.append(person, "deposit", 7 * world.unit, reference, at: at, bits: &world.bits) }
            plants.append(Plant(check: "R8", subject: reference, expected: 1, actual: 2))
        case .plantOverdraft:
            let balance = ledger.balances[person]
            let amount = balance + 2 * world.unit
            ledger.append(person, "withdrawal", -amount, ledger.reference("wd"), at: at, bits: &world.bits)
            ledger.append(
                person, "deposit", 5 * world.unit, ledger.reference("dep"), at: at + 10 * .minute, bits: &world.bits)
            plants.append(
                Plant(check: "R6", subject: world.people[person].wallet, expected: 0, actual: balance - amount))
        }
    }

    private mutating func payOut(_ index: Int, _ round: Int, _ at: Int64) {
        let circle = world.circles[index]
        let gross = min(pots[index], circle.amount * Int64(circle.members.count))
        guard gross > circle.fee else { return }
        pots[index] -= gross
        let reference = "payout-\(index + 1)-\(round)"
        let person = circle.members[round - 1].person
        payouts.append(Payout(circle: index, round: round, gross: gross, paidAt: at, reference: reference))
        move(person, "payout", gross, reference, at)
        move(person, "payout_fee", -circle.fee, reference + "-fee", at + .second)
    }

    @discardableResult
    private mutating func transfer(_ from: Int, _ to: Int, _ amount: Int64, _ arriving: Int64, _ at: Int64) -> String {
        let reference = ledger.reference("tr")
        move(from, "transfer_out", -amount, reference, at)
        move(to, "transfer_in", arriving, reference, at)
        return reference
    }

    private mutating func move(_ person: Int, _ type: String, _ amount: Int64, _ reference: String, _ at: Int64) {
        ledger.move(person, type, amount, reference, at: at, unit: world.unit, bits: &world.bits)
    }

    private mutating func bits(_ bound: Int) -> Int { world.bits.below(bound) }
}

extension HustleXWorld {
    /// When an instalment was paid; nil where it was not, or not yet.
    func payment(_ instalment: (due: LocalDate, amount: Int64, delay: Int?)) -> Int64? {
        guard let delay = instalment.delay else { return nil }
        let at = instant(instalment.due.adding(days: delay), minute: 660)
        return at < asOf ? at : nil
    }
}
