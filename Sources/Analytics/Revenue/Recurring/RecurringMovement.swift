/// How a customer's recurring revenue moves from one month's end to the next (rule V2).
enum RecurringMovement: Int, CaseIterable, Sendable {
    case new, reactivation, expansion, contraction, churn

    /// The movement between two amounts, of which one is above 0 and they differ; nil where nothing moves.
    ///
    /// - Parameter hasPaid: whether the customer ever paid at a month's end before.
    init?(from opening: Int64, to closing: Int64, hasPaid: Bool) {
        if opening == closing { return nil }
        if opening <= 0 {
            self = hasPaid ? .reactivation : .new
        } else if closing <= 0 {
            self = .churn
        } else {
            self = closing > opening ? .expansion : .contraction
        }
    }
}

/// The subscriptions of one customer, and what they make at the ends of months.
struct RecurringCustomer {
    /// What a subscription pays a month at the ends of the months `first..<end`.
    struct Subscription {
        var monthly: Int64
        var first: Int32
        /// nil where it goes on.
        var end: Int32?
    }

    private(set) var subscriptions: [Subscription] = []

    mutating func add(_ subscription: Subscription) { subscriptions.append(subscription) }
    mutating func removeAll() { subscriptions.removeAll(keepingCapacity: true) }

    /// The months at whose end the amount is another than at the end of the month before, ascending.
    func changes() throws(OperatorError) -> [(month: Int32, opening: Int64, closing: Int64)] {
        var deltas: [(month: Int32, amount: Int64)] = []
        for own in subscriptions where own.monthly > 0 && own.end.map({ $0 > own.first }) ?? true {
            deltas.append((own.first, own.monthly))
            if let end = own.end { deltas.append((end, -own.monthly)) }
        }
        deltas.sort { $0.month < $1.month }
        var changes: [(month: Int32, opening: Int64, closing: Int64)] = []
        var amount: Int128 = 0
        var index = 0
        while index < deltas.count {
            let month = deltas[index].month
            let opening = try amount.narrowed("a customer's recurring revenue")
            while index < deltas.count, deltas[index].month == month {
                amount += Int128(deltas[index].amount)
                index += 1
            }
            let closing = try amount.narrowed("a customer's recurring revenue")
            if opening != closing { changes.append((month, opening, closing)) }
        }
        return changes
    }

    /// The months in which a paid subscription began and ended, at whose beginning and end the customer paid nothing:
    /// what snapshots do not see.
    func hiddenMonths(_ changes: [(month: Int32, opening: Int64, closing: Int64)]) -> Set<Int32> {
        var months: Set<Int32> = []
        for own in subscriptions where own.monthly > 0 && own.end == own.first {
            func amount(_ month: Int32) -> Int64 { changes.last { $0.month <= month }?.closing ?? 0 }
            if amount(own.first) == 0, amount(own.first - 1) == 0 { months.insert(own.first) }
        }
        return months
    }
}
