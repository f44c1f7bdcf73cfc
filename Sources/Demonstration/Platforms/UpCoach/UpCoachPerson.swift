internal import CivilTime

/// Somebody of a tenant of UpCoach.
struct UpCoachPerson {
    enum Role: String {
        case admin, coach, client
    }

    let id: String
    let email: String
    let role: Role
    let clock: SourceClock
    let joinedAt: Int64
    let joinedOn: LocalDate
    /// The last day on which they come; nil of those who stay.
    let leavesOn: LocalDate?
    /// How many of a hundred planned things they do.
    let diligence: Int
    /// The place of their organisation, and whether in its second team; nil of those who pay for themselves.
    let organisation: Int?
    let isInSecondTeam: Bool
    let deletedAt: Int64?
}

/// A habit: what is planned on which days.
struct UpCoachHabit {
    /// A plan from a day on, to the day before the next one's first.
    struct Plan {
        let from: LocalDate
        let to: LocalDate?
        /// Bit 0 is Monday, bit 6 Sunday.
        let weekdays: Int
        let target: Int
    }

    let id: String
    let person: Int
    let name: String
    let category: String
    let createdAt: Int64
    let archivedAt: Int64?
    let plans: [Plan]
    /// Half-open.
    let pauses: [Range<LocalDate>]

    /// How often it is planned for a day; 0 for not at all.
    func target(on day: LocalDate) -> Int {
        guard !pauses.contains(where: { $0.contains(day) }) else { return 0 }
        let plan = plans.last { $0.from <= day && ($0.to.map { day < $0 } ?? true) }
        guard let plan, plan.weekdays >> (day.weekday.rawValue - 1) & 1 == 1 else { return 0 }
        return plan.target
    }
}

/// A subscription of a person or an organisation.
struct UpCoachSubscription {
    let id: String
    let person: Int?
    let organisation: Int?
    let price: Int64
    let quantity: Int64
    let currency: String
    /// day, week, month, quarter or year.
    let interval: String
    let trialEnd: Int64?
    let startedAt: Int64
    let endedAt: Int64?
    /// When the first invoice was due that is not paid.
    var unpaidSince: Int64?

    /// Who pays: movements of revenue are theirs.
    var customer: Int { organisation.map { -1 - $0 } ?? person ?? 0 }

    /// What it brings in a month, in minor units: rounded half to even.
    var monthlyMinor: Int64 {
        let (numerator, denominator): (Int64, Int64) =
            switch interval {
            case "day": (365, 12)
            case "week": (52, 12)
            case "month": (1, 1)
            case "quarter": (1, 3)
            default: (1, 12)
            }
        let (whole, rest) = (price * quantity * numerator).quotientAndRemainder(dividingBy: denominator)
        let isUp = rest * 2 > denominator || (rest * 2 == denominator && whole % 2 == 1)
        return isUp ? whole + 1 : whole
    }

    /// What it brings at an instant: nothing in a trial, and nothing any more thirty days after invoices stay unpaid.
    func monthlyMinor(at instant: Int64) -> Int64 {
        let start = max(startedAt, trialEnd ?? startedAt)
        let end = min(endedAt ?? .max, unpaidSince.map { $0 + 30 * .day } ?? .max)
        return start <= instant && instant < end ? monthlyMinor : 0
    }
}
