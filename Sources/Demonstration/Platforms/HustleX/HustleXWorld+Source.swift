internal import CivilTime

extension HustleXWorld {
    /// The tenant's tables and truths.
    func source() -> GeneratedSource {
        let history = HustleXHistory(self)
        var rows = HustleXRows(world: self, history: history)
        let tables = rows.tables()
        return GeneratedSource(
            tenant: tenant, timezone: timezone, currency: currency, statements: HustleXSchema.statements,
            tables: tables,
            finishing: ["select setval(pg_get_serial_sequence('transactions', 'seq'), max(seq)) from transactions"],
            truths: HustleXTruths(world: self, history: history, plants: rows.plants).values)
    }
}

/// Writes the tables of a tenant.
private struct HustleXRows {
    private var world: HustleXWorld
    private let history: HustleXHistory
    private(set) var plants: [HustleXHistory.Plant]

    init(world: HustleXWorld, history: HustleXHistory) {
        self.world = world
        self.history = history
        plants = history.plants
    }

    private var now: String { time(world.asOf - .minute) }

    private func time(_ instant: Int64) -> String { instant.instantText }

    mutating func tables() -> [GeneratedTable] {
        let scores = self.scores()
        return [users(scores.last), skills(), wallets(), transactions()] + market() + circles() + scores.tables
            + loans()
            + courses()
    }

    // MARK: People and money

    private func users(_ scores: [(score: Int, tier: String)]) -> GeneratedTable {
        var table = GeneratedTable(
            "users",
            ["id", "phone", "email", "full_name", "location", "credit_score", "tier", "created_at", "updated_at"])
        for (index, person) in world.people.enumerated() {
            table.row(
                person.id, "+2340000\(100_000 + index)", index % 7 == 0 ? nil : "person\(index + 1)@example.org",
                person.name, world.currency == "NGN" ? "Lagos" : "Nairobi", "\(scores[index].score)",
                scores[index].tier, time(person.joinedAt), now)
        }
        return table
    }

    private mutating func skills() -> GeneratedTable {
        var table = GeneratedTable("skills", ["id", "name", "category"])
        for category in HustleXWorld.categories { table.row(world.bits.identifier(), category, "Work") }
        return table
    }

    /// Snapshots of the balances; one is off by one, and one escrow by five hundred.
    private mutating func wallets() -> GeneratedTable {
        var table = GeneratedTable("wallets", ["id", "user_id", "balance", "escrow_balance", "currency", "updated_at"])
        for (index, person) in world.people.enumerated() {
            var (balance, escrow) = (history.ledger.balances[index], history.ledger.escrows[index])
            if index == 4 {
                plants.append(.init(check: "R2", subject: person.wallet, expected: balance, actual: balance + 1))
                balance += 1
            }
            if index == 5 {
                plants.append(.init(check: "R3", subject: person.wallet, expected: escrow, actual: escrow - 500))
                escrow -= 500
            }
            table.row(person.wallet, person.id, "\(balance)", "\(escrow)", world.currency, now)
        }
        return table
    }

    /// In the order in which they were written down; one number of the sequence is missing.
    private mutating func transactions() -> GeneratedTable {
        var table = GeneratedTable(
            "transactions",
            [
                "id", "wallet_id", "type", "amount", "reference", "status", "metadata", "created_at", "effective_at",
                "seq",
            ])
        let postings = history.ledger.postings
        let order = postings.indices.sorted { (postings[$0].recordedAt, $0) < (postings[$1].recordedAt, $1) }
        var sequence = 0
        for (place, index) in order.enumerated() {
            let posting = postings[index]
            sequence += 1
            if place == order.count / 2 {
                plants.append(.init(check: "R9", subject: "\(sequence)", expected: 1, actual: 0))
                sequence += 1
            }
            table.row(
                world.bits.identifier(), world.people[posting.person].wallet, posting.type, "\(posting.amount)",
                posting.reference, posting.isCompleted ? "completed" : "pending", nil, time(posting.recordedAt),
                time(posting.effectiveAt), "\(sequence)")
        }
        return table
    }

    // MARK: Gigs

    private mutating func market() -> [GeneratedTable] {
        var gigs = GeneratedTable(
            "gigs",
            ["id", "client_id", "title", "category", "budget_min", "budget_max", "deadline", "status", "created_at"])
        var proposals = GeneratedTable(
            "gig_proposals",
            ["id", "gig_id", "hustler_id", "proposed_price", "delivery_days", "status", "created_at"])
        var contracts = GeneratedTable(
            "gig_contracts",
            [
                "id", "gig_id", "hustler_id", "agreed_price", "platform_fee", "currency", "status", "started_at",
                "due_at", "completed_at",
            ])
        var disputes = GeneratedTable(
            "gig_disputes", ["id", "contract_id", "opened_at", "resolved_at", "refund_amount"])
        var reviews = GeneratedTable("gig_reviews", ["id", "gig_id", "reviewer_id", "rating", "created_at"])
        for gig in world.gigs {
            let (client, hustler) = (world.people[gig.client].id, world.people[gig.hustler].id)
            let status = !gig.isContracted ? "open" : gig.completedAt == nil ? "in_progress" : "completed"
            gigs.row(
                gig.id, client, "\(gig.category) wanted", gig.category, "\(gig.price / 2)", "\(gig.price * 2)",
                time(gig.dueAt), status, time(gig.createdAt))
            for number in 0..<(gig.isContracted ? 1 : 0) + world.bits.below(4) {
                let isWinner = gig.isContracted && number == 0
                let at = gig.createdAt + (gig.startedAt - gig.createdAt) / Int64(number + 2)
                guard at < world.asOf else { continue }
                let other = world.people[world.bits.below(max(1, world.population(at: at)))].id
                proposals.row(
                    world.bits.identifier(), gig.id, isWinner ? hustler : other,
                    "\(isWinner ? gig.price : gig.price + Int64(world.bits.below(9)) * world.unit / 4)",
                    "\(2 + world.bits.below(12))", isWinner ? "accepted" : "declined", time(at))
            }
            guard gig.isContracted else { continue }
            contracts.row(
                gig.contract, gig.id, hustler, "\(gig.price)", "\(gig.fee)", world.currency, status,
                time(gig.startedAt), time(gig.dueAt), gig.completedAt.map(time))
            guard let completedAt = gig.completedAt else { continue }
            if gig.refund > 0 {
                let resolved = completedAt + 4 * .day
                let isResolved = resolved < world.asOf
                disputes.row(
                    world.bits.identifier(), gig.contract, time(completedAt + .day), isResolved ? time(resolved) : nil,
                    isResolved ? "\(gig.refund)" : nil)
            }
            if world.bits.below(10) < 6 {
                let rating = gig.refund > 0 ? 1 + world.bits.below(2) : 3 + world.bits.below(3)
                let at = min(world.asOf - .minute, completedAt + Int64(world.bits.below(3_000)) * .minute)
                reviews.row(world.bits.identifier(), gig.id, client, "\(rating)", time(at))
            }
        }
        return [gigs, proposals, contracts, disputes, reviews]
    }

    // MARK: Circles

    private mutating func circles() -> [GeneratedTable] {
        var circles = GeneratedTable(
            "savings_circles",
            [
                "id", "name", "type", "contribution_amt", "frequency", "total_members", "current_round", "created_by",
                "status", "created_at", "start_date", "grace_days", "payout_fee", "currency",
            ])
        var members = GeneratedTable(
            "circle_members", ["id", "circle_id", "user_id", "position", "joined_at", "status"])
        for circle in world.circles {
            let count = circle.members.count
            let current = (1...count).count { circle.dueDate($0) < HustleXWorld.days.upperBound }
            let isOver = circle.dueDate(count) < HustleXWorld.days.upperBound
            let created = time(world.instant(circle.start.adding(days: -10), minute: 600))
            circles.row(
                circle.id, circle.name, "rotating", "\(circle.amount)", circle.isWeekly ? "weekly" : "monthly",
                "\(count)", "\(current)", world.people[circle.members[0].person].id,
                circle.breaksInRound != nil ? "broken" : isOver ? "completed" : "active", created, "\(circle.start)",
                "\(HustleXTruths.graceDays)", "\(circle.fee)", world.currency)
            for (index, member) in circle.members.enumerated() {
                members.row(
                    member.id, circle.id, world.people[member.person].id, "\(index + 1)",
                    time(world.instant(circle.start.adding(days: -7), minute: 600)), "active")
            }
        }
        return [circles, members, contributions(), payouts()]
    }

    private mutating func contributions() -> GeneratedTable {
        var table = GeneratedTable(
            "contributions",
            ["id", "member_id", "amount", "due_date", "paid_at", "status", "round", "paid_amount", "waived"])
        for contribution in history.contributions {
            let circle = world.circles[contribution.circle]
            let status = contribution.paid >= circle.amount ? "paid" : contribution.paid > 0 ? "partial" : "due"
            table.row(
                world.bits.identifier(), circle.members[contribution.member].id, "\(circle.amount)",
                "\(contribution.due)",
                contribution.paidAt.map(time), status, "\(contribution.round)", "\(contribution.paid)", "f")
        }
        return table
    }

    private mutating func payouts() -> GeneratedTable {
        var table = GeneratedTable(
            "circle_payouts",
            ["id", "circle_id", "member_id", "round", "gross", "fee", "due_date", "paid_at", "reference"])
        for payout in history.payouts {
            let circle = world.circles[payout.circle]
            table.row(
                world.bits.identifier(), circle.id, circle.members[payout.round - 1].id, "\(payout.round)",
                "\(payout.gross)", "\(circle.fee)", "\(circle.dueDate(payout.round))", time(payout.paidAt),
                payout.reference)
        }
        return table
    }

    // MARK: Credit and courses

    private static func tier(_ score: Int) -> String {
        score >= 750 ? "platinum" : score >= 650 ? "gold" : score >= 500 ? "silver" : "bronze"
    }

    private mutating func scores() -> (tables: [GeneratedTable], last: [(score: Int, tier: String)]) {
        var current = GeneratedTable(
            "credit_scores",
            [
                "id", "user_id", "score", "tier", "gig_completion", "rating_avg", "savings_record", "account_age",
                "updated_at",
            ])
        var events = GeneratedTable("credit_score_events", ["user_id", "score", "tier", "reason", "at"])
        var last: [(Int, String)] = []
        for person in world.people {
            var (score, at) = (420 + world.bits.below(160), person.joinedAt)
            var updated = at
            while at < world.asOf {
                events.row(
                    person.id, "\(score)", Self.tier(score), ["gig", "savings", "loan", "review"][world.bits.below(4)],
                    time(at))
                updated = at
                at += Int64(14 + world.bits.below(40)) * .day + Int64(world.bits.below(1_440)) * .minute
                if at < world.asOf { score = min(850, max(300, score + world.bits.below(50) - 21)) }
            }
            let age = (world.asOf - person.joinedAt) / .day
            current.row(
                world.bits.identifier(), person.id, "\(score)", Self.tier(score),
                "0.\(7_000 + world.bits.below(3_000))",
                "\(3 + world.bits.below(2)).\(10 + world.bits.below(90))", "0.\(person.reliability)00", "\(age)",
                time(updated))
            last.append((score, Self.tier(score)))
        }
        return ([current, events], last)
    }

    private func loans() -> [GeneratedTable] {
        var loans = GeneratedTable(
            "loans", ["id", "user_id", "principal", "interest", "currency", "disbursed_at", "status"])
        var instalments = GeneratedTable(
            "loan_installments", ["loan_id", "n", "due_date", "due_amount", "paid_amount", "paid_at"])
        for loan in world.loans {
            let paid = loan.instalments.map { world.payment($0) }
            loans.row(
                loan.id, world.people[loan.person].id, "\(loan.principal)", "\(loan.interest)", world.currency,
                time(loan.disbursedAt), paid.contains { $0 == nil } ? "active" : "repaid")
            for (index, instalment) in loan.instalments.enumerated() {
                instalments.row(
                    loan.id, "\(index + 1)", "\(instalment.due)", "\(instalment.amount)",
                    paid[index] == nil ? "0" : "\(instalment.amount)", paid[index].map(time))
            }
        }
        return [loans, instalments]
    }

    private mutating func courses() -> [GeneratedTable] {
        var courses = GeneratedTable(
            "courses", ["id", "title", "skill_id", "duration_mins", "difficulty", "created_at"])
        var enrollments = GeneratedTable(
            "course_enrollments", ["course_id", "user_id", "enrolled_at", "progress", "completed_at"])
        let start = time(world.instant(HustleXWorld.days.lowerBound, minute: 0))
        let ids = HustleXWorld.categories.map { _ in world.bits.identifier() }
        for (id, category) in zip(ids, HustleXWorld.categories) {
            courses.row(id, "Earn with \(category)", nil, "\(30 + world.bits.below(300))", "beginner", start)
        }
        for person in world.people where world.bits.below(10) < 4 {
            let at = person.joinedAt + Int64(world.bits.below(60)) * .day
            guard at < world.asOf else { continue }
            let completed = at + Int64(3 + world.bits.below(40)) * .day
            let isDone = world.bits.below(10) < 5 && completed < world.asOf
            enrollments.row(
                ids[world.bits.below(ids.count)], person.id, time(at),
                isDone ? "1.0000" : "0.\(1_000 + world.bits.below(8_000))", isDone ? time(completed) : nil)
        }
        return [courses, enrollments]
    }
}
