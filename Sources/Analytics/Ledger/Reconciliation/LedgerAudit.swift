/// Postings and what others say of them, checked against each other.
struct LedgerAudit {
    /// A posting.
    struct Posting {
        var account: String
        var reference: String?
        var sequence: Int64
        var amount: Int64
        var currency: String
        var at: Int64
        var isPot: Bool
        var staysAboveZero: Bool
    }

    /// An amount that another source claims for an account, or for a reference.
    struct Claim {
        var subject: String
        var currency: String
        var amount: Int64
        var at: Int64
    }

    /// A line of a statement.
    struct StatementLine {
        var account: String
        var opening: Int64
        var credits: Int64
        var debits: Int64
        var closing: Int64
    }

    private struct AccountKey: Hashable, Comparable {
        var account: String
        var currency: String
        static func < (left: AccountKey, right: AccountKey) -> Bool {
            (left.account, left.currency) < (right.account, right.currency)
        }
    }

    /// In the order of (at, seq, leg).
    var postings: [Posting] = []
    var wallets: [Claim] = []
    var escrows: [Claim] = []
    var contributions: [Claim] = []
    var seals: [Claim] = []
    var adjustments: [Claim] = []
    var statements: [StatementLine] = []

    /// All checks' findings in the order of the checks; a check without any says so in one row.
    ///
    /// - Parameter made: the checks for which there is data.
    func findings(_ made: Set<LedgerCheck>) -> [ReconciliationFinding] {
        LedgerCheck.allCases.filter(made.contains).flatMap { check in
            let found = findings(of: check)
            return found.isEmpty
                ? [ReconciliationFinding(check: check, subject: nil, expected: 0, actual: 0, severity: .ok)] : found
        }
    }

    private func findings(of check: LedgerCheck) -> [ReconciliationFinding] {
        switch check {
        case .balancedReferences: return unbalanced(check)
        case .walletSnapshots: return differing(check, wallets)
        case .escrowSnapshots: return differing(check, escrows)
        case .contributionsPosted: return notPosted(check)
        case .potsNotBelowZero:
            return belowZero(check, postings.filter(\.isPot), isRunning: false)
        case .balancesNotBelowZero:
            return belowZero(check, postings.filter(\.staysAboveZero), isRunning: true)
        case .statementsClose:
            return statements.compactMap { line in
                let closing = Int128(line.opening) + Int128(line.credits) - Int128(line.debits)
                return finding(check, line.account, closing, Int128(line.closing))
            }
        case .uniqueReferences: return repeated(check)
        case .sequenceWhole: return gaps(check)
        case .sealedClosings:
            let open = seals.filter { seal in
                !adjustments.contains { $0.subject == seal.subject && $0.currency == seal.currency && $0.at >= seal.at }
            }
            return differing(check, open)
        }
    }

    /// nil where both are the same.
    private func finding(
        _ check: LedgerCheck, _ subject: String, _ expected: Int128, _ actual: Int128,
        _ severity: ReconciliationFinding.Severity = .error
    ) -> ReconciliationFinding? {
        if expected == actual { return nil }
        return ReconciliationFinding(
            check: check, subject: subject, expected: expected, actual: actual, severity: severity)
    }

    private func unbalanced(_ check: LedgerCheck) -> [ReconciliationFinding] {
        // A reference that is used again by another posting is another transaction: R8 finds it.
        struct Key: Hashable { var reference: String, sequence: Int64, currency: String }
        var sums: [Key: Int128] = [:]
        for posting in postings {
            guard let reference = posting.reference else { continue }
            let key = Key(reference: reference, sequence: posting.sequence, currency: posting.currency)
            sums[key, default: 0] += Int128(posting.amount)
        }
        return sums.filter { $0.value != 0 }
            .sorted {
                ($0.key.reference, $0.key.sequence, $0.key.currency) < (
                    $1.key.reference, $1.key.sequence, $1.key.currency
                )
            }
            .compactMap { finding(check, $0.key.reference, 0, $0.value) }
    }

    /// Claims of balances at instants, not included, against the sums of the postings before them.
    private func differing(_ check: LedgerCheck, _ claims: [Claim]) -> [ReconciliationFinding] {
        guard !claims.isEmpty else { return [] }
        var histories: [AccountKey: [(at: Int64, balance: Int128)]] = [:]
        for posting in postings {
            let key = AccountKey(account: posting.account, currency: posting.currency)
            let before = histories[key]?.last?.balance ?? 0
            histories[key, default: []].append((posting.at, before + Int128(posting.amount)))
        }
        return claims.sorted { ($0.subject, $0.currency, $0.at) < ($1.subject, $1.currency, $1.at) }.compactMap {
            claim in
            let history = histories[AccountKey(account: claim.subject, currency: claim.currency)] ?? []
            // Ascending by time: the last before the claim.
            var (low, high) = (0, history.count)
            while low < high {
                let middle = (low + high) / 2
                if history[middle].at < claim.at { low = middle + 1 } else { high = middle }
            }
            let balance = low > 0 ? history[low - 1].balance : 0
            return finding(check, claim.subject, balance, Int128(claim.amount))
        }
    }

    /// Contributions against what was posted to pots under their reference.
    private func notPosted(_ check: LedgerCheck) -> [ReconciliationFinding] {
        var posted: [AccountKey: Int128] = [:]
        for posting in postings where posting.amount > 0 {
            guard let reference = posting.reference else { continue }
            posted[AccountKey(account: reference, currency: posting.currency), default: 0] += Int128(posting.amount)
        }
        return contributions.sorted { ($0.subject, $0.at) < ($1.subject, $1.at) }.compactMap {
            finding(
                check, $0.subject, Int128($0.amount),
                posted[AccountKey(account: $0.subject, currency: $0.currency)] ?? 0)
        }
    }

    private func belowZero(
        _ check: LedgerCheck, _ postings: [Posting], isRunning: Bool
    ) -> [ReconciliationFinding] {
        var balances: [AccountKey: (now: Int128, least: Int128)] = [:]
        for posting in postings {
            let key = AccountKey(account: posting.account, currency: posting.currency)
            let before = balances[key] ?? (0, 0)
            let now = before.now + Int128(posting.amount)
            balances[key] = (now, min(before.least, now))
        }
        return balances.sorted { $0.key < $1.key }.compactMap { key, balance in
            let value = isRunning ? balance.least : min(balance.now, 0)
            return finding(check, key.account, 0, value)
        }
    }

    private func repeated(_ check: LedgerCheck) -> [ReconciliationFinding] {
        var sequences: [String: Set<Int64>] = [:]
        for posting in postings {
            if let reference = posting.reference { sequences[reference, default: []].insert(posting.sequence) }
        }
        return sequences.sorted { $0.key < $1.key }.compactMap { finding(check, $0.key, 1, Int128($0.value.count)) }
    }

    private func gaps(_ check: LedgerCheck) -> [ReconciliationFinding] {
        let numbers = Set(postings.map(\.sequence)).sorted()
        return zip(numbers, numbers.dropFirst()).compactMap { before, next in
            guard Int128(next) - Int128(before) > 1 else { return nil }
            let (first, last) = (Int128(before) + 1, Int128(next) - 1)
            let subject = first == last ? "seq \(first)" : "seq \(first)..\(last)"
            return finding(check, subject, last - first + 1, 0, .warning)
        }
    }
}
