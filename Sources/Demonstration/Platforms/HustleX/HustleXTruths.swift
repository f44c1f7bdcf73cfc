internal import CivilTime

/// What reports of a tenant must say, counted while its history was made up and not from its tables.
struct HustleXTruths {
    /// Days after the due date on which a contribution is late and not missed.
    static let graceDays = 7

    let world: HustleXWorld
    let history: HustleXHistory
    let plants: [HustleXHistory.Plant]

    var values: [String: TruthValue] {
        let completed = world.gigs.filter { $0.completedAt != nil }
        let refunds = completed.filter { $0.refund > 0 && ($0.completedAt ?? 0) + 4 * .day < world.asOf }
        return [
            "currency": .text(world.currency), "timezone": .text(world.timezone),
            "users": .number(Int64(world.people.count)),
            "as_of": .text("\(Instant(microsecondsSinceEpoch: world.asOf))"),
            "postings": .number(Int64(history.ledger.postings.count)),
            "late_postings": .number(
                Int64(history.ledger.postings.count { $0.recordedAt - $0.effectiveAt >= .day })),
            "wallets_minor": .number(history.ledger.balances.reduce(0, +)),
            "escrow_minor": .number(history.ledger.escrows.reduce(0, +)),
            "gmv_minor": .number(completed.reduce(0) { $0 + $1.price }),
            "fees_minor": .number(completed.reduce(0) { $0 + $1.fee }),
            "refunds_minor": .number(refunds.reduce(0) { $0 + $1.refund }),
            "contributions": .object(contributions.mapValues { .number($0) }),
            "paid_out_minor": .number(history.payouts.reduce(0) { $0 + $1.gross }),
            "broken_circle": brokenCircle, "loans": loans,
            "planted": .list(
                plants.sorted { $0.check < $1.check }.map { plant in
                    .object([
                        "check": .text(plant.check), "subject": .text(plant.subject),
                        "expected": .number(plant.expected), "actual": .number(plant.actual),
                    ])
                }),
        ]
    }

    /// How many contributions have each status as of the end, each payment set against its own due.
    private var contributions: [String: Int64] {
        var counts: [String: Int64] = [:]
        let today = world.localDate(world.asOf)
        for contribution in history.contributions {
            let (due, amount) = (contribution.due, world.circles[contribution.circle].amount)
            let last = due.adding(days: Self.graceDays)
            let status: String
            if contribution.paid >= amount, let paidAt = contribution.paidAt {
                let paid = world.localDate(paidAt)
                status = paid <= due ? "on_time" : paid <= last ? "late" : "missed_recovered"
            } else {
                let open = today <= due ? "pending" : today <= last ? "overdue" : "missed"
                status = (contribution.paid > 0 ? "partial_" : "") + open
            }
            counts[status, default: 0] += 1
        }
        return counts
    }

    private var brokenCircle: TruthValue {
        guard let circle = world.circles.first(where: { $0.breaksInRound != nil }) else { return .object([:]) }
        return .object([
            "id": .text(circle.id), "round": .number(Int64(circle.breaksInRound ?? 0)),
            "due_date": .text("\(circle.dueDate(circle.breaksInRound ?? 1))"),
        ])
    }

    private var loans: TruthValue {
        var (disbursed, outstanding, late): (Int64, Int64, Int64) = (0, 0, 0)
        let today = world.localDate(world.asOf)
        for loan in world.loans {
            let open = loan.instalments.filter { world.payment($0) == nil }
            let rest = open.reduce(0) { $0 + $1.amount }
            disbursed += loan.principal
            outstanding += rest
            if open.contains(where: { $0.due.days(until: today) > 30 }) { late += rest }
        }
        return .object([
            "disbursed_minor": .number(disbursed), "outstanding_minor": .number(outstanding),
            "par30_minor": .number(late),
        ])
    }
}
