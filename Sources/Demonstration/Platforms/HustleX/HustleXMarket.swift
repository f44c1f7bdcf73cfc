internal import CivilTime

/// What a tenant of HustleX is made of, before anything happens: people, circles, gigs and loans, and when each acts.
struct HustleXPerson {
    let id: String
    let wallet: String
    let name: String
    /// The instant of signing up, microseconds since 1970.
    let joinedAt: Int64
    /// How rarely a due is missed: 0 to 100.
    let reliability: Int
}

/// A rotating savings circle: everybody pays each round, and each round another member is paid out.
struct HustleXCircle {
    struct Member {
        let id: String
        let person: Int
    }

    let id: String
    let name: String
    let isWeekly: Bool
    let amount: Int64
    let fee: Int64
    let start: LocalDate
    let members: [Member]
    /// From this round on those who were paid out pay no more; nil of a sound circle.
    let breaksInRound: Int?

    /// The day on which a round, from 1, is due.
    func dueDate(_ round: Int) -> LocalDate {
        isWeekly ? start.adding(days: 7 * (round - 1)) : start.adding(months: round - 1)
    }
}

struct HustleXGig {
    let id: String
    let contract: String
    let client: Int
    let hustler: Int
    let category: String
    let price: Int64
    let fee: Int64
    let createdAt: Int64
    let startedAt: Int64
    let dueAt: Int64
    /// Nil where it is never finished.
    let completedAt: Int64?
    /// What is given back after a dispute; 0 for none.
    let refund: Int64
    let isContracted: Bool
}

struct HustleXLoan {
    let id: String
    let person: Int
    let principal: Int64
    let interest: Int64
    let disbursedAt: Int64
    /// Of each instalment the due date, what is due, and days from due to payment; nil where it is not paid.
    let instalments: [(due: LocalDate, amount: Int64, delay: Int?)]
}
