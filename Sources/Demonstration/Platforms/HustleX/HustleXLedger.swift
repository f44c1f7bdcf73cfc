internal import CivilTime

/// The wallets' books while a tenant's eighteen months pass: every movement of money in the order in which it takes
/// effect.
struct HustleXLedger {
    /// A movement of a wallet, positive into it.
    struct Posting {
        let person: Int
        let type: String
        let amount: Int64
        let reference: String
        let effectiveAt: Int64
        /// When it was written down: seconds after it took effect, or days where it came late.
        let recordedAt: Int64
        let isCompleted: Bool
    }

    private(set) var postings: [Posting] = []
    private(set) var balances: [Int64]
    private(set) var escrows: [Int64]
    private var number = 0

    init(personCount: Int) {
        balances = Array(repeating: 0, count: personCount)
        escrows = Array(repeating: 0, count: personCount)
    }

    /// A reference that no other movement has.
    mutating func reference(_ prefix: String) -> String {
        number += 1
        return "\(prefix)-\(number)"
    }

    /// Moves money; where a wallet would fall below zero, its owner puts money in just before.
    mutating func move(
        _ person: Int, _ type: String, _ amount: Int64, _ reference: String, at instant: Int64, unit: Int64,
        bits: inout SeededBits
    ) {
        if balances[person] + amount < 0 {
            let missing = -(balances[person] + amount)
            let deposit = (missing / unit + 1 + Int64(bits.below(5))) * unit
            append(
                person, "deposit", deposit, self.reference("dep"), at: instant - Int64(1 + bits.below(20)) * .minute,
                bits: &bits)
        }
        append(person, type, amount, reference, at: instant, bits: &bits)
    }

    /// Writes a movement down as it is.
    mutating func append(
        _ person: Int, _ type: String, _ amount: Int64, _ reference: String, at instant: Int64,
        isCompleted: Bool = true,
        bits: inout SeededBits
    ) {
        // One in eighty comes late by days, the others within seconds.
        let delay = bits.once(in: 80) ? Int64(1 + bits.below(20)) * .day : Int64(bits.below(4_000_000))
        postings.append(
            Posting(
                person: person, type: type, amount: amount, reference: reference, effectiveAt: instant,
                recordedAt: instant + delay, isCompleted: isCompleted))
        if isCompleted { balances[person] += amount }
    }

    mutating func hold(_ person: Int, _ amount: Int64) { escrows[person] += amount }
}
