internal import Columnar
internal import Query

/// Postings and what others say of them, checked against each other in one reading.
///
/// Rows come in three ways, one behind the other (`LedgerRows`): by account and currency in the order of time, by
/// reference, and by number. What is kept is the account, reference or number that is being read, and what was found, so
/// that the ledger may be larger than memory.
final class LedgerAudit: OrderedRowReader {
    private let rows: LedgerRows
    private let made: Set<LedgerCheck>
    private var found: [LedgerCheck: [ReconciliationFinding]] = [:]
    private var account: AccountState?
    private var reference: ReferenceState?
    private var number: NumberState?

    /// - Parameter made: the checks for which there is data.
    init(_ rows: LedgerRows, _ made: Set<LedgerCheck>) {
        self.rows = rows
        self.made = made
    }

    /// All checks' findings in the order of the checks; a check without any says so in one row.
    func findings() -> [ReconciliationFinding] {
        closeAccount()
        closeReference()
        return LedgerCheck.allCases.filter(made.contains).flatMap { check in
            let own = found[check] ?? []
            return own.isEmpty
                ? [ReconciliationFinding(check: check, subject: nil, expected: 0, actual: 0, severity: .ok)] : own
        }
    }

    func answer() throws -> ColumnBatch { try ReconcileFunction.answer(findings()) }

    func read(_ batch: ColumnBatch) throws {
        let own = try rows.read(batch)
        for row in 0..<batch.rowCount {
            switch own.way(row) {
            case .account: try readAccount(own, row)
            case .reference: readReference(own, row)
            case .number: try readNumber(own, row)
            }
        }
    }

    /// Adds a finding, unless both are the same.
    private func compare(
        _ check: LedgerCheck, _ subject: String, _ expected: Int128, _ actual: Int128,
        _ severity: ReconciliationFinding.Severity = .error
    ) {
        guard made.contains(check), expected != actual else { return }
        found[check, default: []].append(
            ReconciliationFinding(
                check: check, subject: subject, expected: expected, actual: actual, severity: severity))
    }

    // MARK: By account

    /// An account in one currency, up to the row that was read.
    private struct AccountState {
        let name: String
        let currency: String
        var at: Int64?
        var balance: Int128 = 0
        /// The balance in front of the postings at `at`.
        var before: Int128 = 0
        var pot: Int128 = 0
        var guarded: Int128 = 0
        var least: Int128 = 0
        var adjustedAt: Int64?
        /// Seals that are not what was computed again, and that nothing adjusts so far.
        var seals: [(expected: Int128, actual: Int128)] = []
    }

    private func readAccount(_ own: LedgerRows.Batch, _ row: Int) throws {
        if account?.name != own.name(row) || account?.currency != own.currency(row) {
            closeAccount()
            account = AccountState(name: own.name(row), currency: own.currency(row))
        }
        guard var state = account else { return }
        account = nil
        defer { account = state }
        let (at, amount) = (own.instant(row), Int128(own.amount(row)))
        if own.isRole("posting", row) {
            if state.at != at { (state.at, state.before) = (at, state.balance) }
            state.balance += amount
            if own.isRole("pot", row) { state.pot += amount }
            if own.isRole("above_zero", row) {
                state.guarded += amount
                state.least = min(state.least, state.guarded)
            }
            return
        }
        // A snapshot holds what lies before its instant.
        let balance = state.at == at ? state.before : state.balance
        if own.isRole("wallet", row) { compare(.walletSnapshots, state.name, balance, amount) }
        if own.isRole("escrow", row) { compare(.escrowSnapshots, state.name, balance, amount) }
        if own.isRole("seal", row), balance != amount, state.adjustedAt != at { state.seals.append((balance, amount)) }
        if own.isRole("adjustment", row) {
            state.adjustedAt = at
            state.seals = []
        }
        if own.isRole("statement", row), let line = own.line(row) {
            compare(
                .statementsClose, state.name, Int128(line.opening) + Int128(line.credits) - Int128(line.debits), amount)
        }
    }

    private func closeAccount() {
        guard let state = account else { return }
        account = nil
        compare(.potsNotBelowZero, state.name, 0, min(state.pot, 0))
        compare(.balancesNotBelowZero, state.name, 0, state.least)
        for seal in state.seals { compare(.sealedClosings, state.name, seal.expected, seal.actual) }
    }

    // MARK: By reference

    /// A reference, up to the row that was read: its postings by number and currency, then the contributions of its name.
    private struct ReferenceState {
        let name: String
        var number: Int64?
        var currency = ""
        var sum: Int128 = 0
        var numberCount: Int128 = 0
        /// What was posted, by currency.
        var posted: [String: Int128] = [:]
    }

    private func readReference(_ own: LedgerRows.Batch, _ row: Int) {
        if reference?.name != own.name(row) {
            closeReference()
            reference = ReferenceState(name: own.name(row))
        }
        guard var state = reference else { return }
        reference = nil
        defer { reference = state }
        let (currency, amount) = (own.currency(row), Int128(own.amount(row)))
        guard own.isRole("posting", row) else {
            compare(.contributionsPosted, state.name, amount, state.posted[currency] ?? 0)
            return
        }
        // A reference that is used again by another posting is another transaction: R8 finds it.
        if state.number != own.sequence(row) || state.currency != currency {
            compare(.balancedReferences, state.name, 0, state.sum)
            state.sum = 0
            if state.number != own.sequence(row) { state.numberCount += 1 }
            (state.number, state.currency) = (own.sequence(row), currency)
        }
        state.sum += amount
        if amount > 0 { state.posted[currency, default: 0] += amount }
    }

    private func closeReference() {
        guard let state = reference else { return }
        reference = nil
        compare(.balancedReferences, state.name, 0, state.sum)
        if state.numberCount > 1 { compare(.uniqueReferences, state.name, 1, state.numberCount) }
    }

    // MARK: By number

    private struct NumberState {
        var number: Int64
        var at: Int64
        var leg: Int32?
    }

    private func readNumber(_ own: LedgerRows.Batch, _ row: Int) throws(OperatorError) {
        let next = NumberState(number: own.sequence(row), at: own.instant(row), leg: own.leg(row))
        defer { number = next }
        guard let before = number else { return }
        if before.number == next.number {
            guard before.at != next.at || before.leg != next.leg else { throw rows.sameOrder }
            return
        }
        let (first, last) = (Int128(before.number) + 1, Int128(next.number) - 1)
        guard first <= last else { return }
        let subject = first == last ? "seq \(first)" : "seq \(first)..\(last)"
        compare(.sequenceWhole, subject, last - first + 1, 0, .warning)
    }
}
