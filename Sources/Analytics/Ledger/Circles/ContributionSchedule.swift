/// The dues of one member of a savings circle, and the payments that settle them (rule L5).
///
/// A payment that names a round settles that round's due first; what is left of it, and what names none, goes to the
/// oldest due that is still open. What is paid too much settles the next due.
package struct ContributionSchedule: Sendable {
    /// What a member owes for a round.
    package struct Due: Sendable, Hashable {
        package let round: Int32
        /// Days since 1970.
        package let date: Int32
        /// Minor units, not below 0.
        package let amount: Int64
        package let isWaived: Bool
        /// What was paid of it so far.
        package fileprivate(set) var paid: Int64 = 0
        /// The date on which it was paid in full.
        package fileprivate(set) var completedOn: Int32?

        package init(round: Int32, date: Int32, amount: Int64, isWaived: Bool = false) {
            self.round = round
            self.date = date
            self.amount = amount
            self.isWaived = isWaived
        }
    }

    /// How a due stands on a date.
    package enum Status: String, Sendable, Hashable {
        case onTime = "on_time"
        case late
        case missedRecovered = "missed_recovered"
        case pending, overdue, missed
        case partialPending = "partial_pending"
        case partialOverdue = "partial_overdue"
        case partialMissed = "partial_missed"
        case waived
    }

    /// The dues, in the order in which they are settled.
    package private(set) var dues: [Due]
    /// What was paid beyond all dues.
    package private(set) var surplus: Int128 = 0
    private var oldest = 0

    /// - Throws: `OperatorError` where a due is below 0, or a round has two.
    package init(_ dues: [Due]) throws(OperatorError) {
        self.dues = dues.sorted { ($0.date, $0.round) < ($1.date, $1.round) }
        guard dues.allSatisfy({ $0.amount >= 0 }) else { throw OperatorError("a due is below 0") }
        guard Set(dues.map(\.round)).count == dues.count else {
            throw OperatorError("a member has two dues for one round")
        }
        for index in self.dues.indices where self.dues[index].amount == 0 {
            self.dues[index].completedOn = self.dues[index].date
        }
    }

    /// Takes a payment in; payments come in their order.
    /// - Throws: `OperatorError` where it is below 0.
    package mutating func pay(_ amount: Int64, on date: Int32, round: Int32? = nil) throws(OperatorError) {
        guard amount >= 0 else { throw OperatorError("a payment is below 0") }
        var left = amount
        if let round, let index = dues.firstIndex(where: { $0.round == round }) { settle(index, &left, date) }
        while left > 0, oldest < dues.count {
            settle(oldest, &left, date)
            if left > 0 || isSettled(oldest) { oldest += 1 }
        }
        surplus += Int128(left)
    }

    private func isSettled(_ index: Int) -> Bool { dues[index].isWaived || dues[index].paid == dues[index].amount }

    private mutating func settle(_ index: Int, _ left: inout Int64, _ date: Int32) {
        guard !isSettled(index) else { return }
        let part = min(left, dues[index].amount - dues[index].paid)
        dues[index].paid += part
        left -= part
        if isSettled(index) { dues[index].completedOn = date }
    }

    /// How a due stands on a date, with so many days of grace behind its own.
    package static func status(_ due: Due, asOf: Int32, grace: Int32) -> Status {
        if due.isWaived { return .waived }
        if let completed = due.completedOn {
            return completed <= due.date ? .onTime : completed <= due.date + grace ? .late : .missedRecovered
        }
        let isPartial = due.paid > 0
        if asOf <= due.date { return isPartial ? .partialPending : .pending }
        if asOf <= due.date + grace { return isPartial ? .partialOverdue : .overdue }
        return isPartial ? .partialMissed : .missed
    }

    /// By how many days a due is, or was paid, late.
    package static func daysLate(_ due: Due, asOf: Int32) -> Int32 {
        due.isWaived ? 0 : max(0, (due.completedOn ?? asOf) - due.date)
    }
}
