/// A check of a ledger (rule L8).
package enum LedgerCheck: String, CaseIterable, Sendable {
    /// The amounts of each reference and currency sum to 0.
    case balancedReferences = "R1"
    /// A snapshot of a wallet is the ledger's balance.
    case walletSnapshots = "R2"
    /// A snapshot of an escrow is the ledger's balance.
    case escrowSnapshots = "R3"
    /// A paid contribution has postings of its amount.
    case contributionsPosted = "R4"
    /// No pot paid out more than was put in.
    case potsNotBelowZero = "R5"
    /// No running balance is below 0.
    case balancesNotBelowZero = "R6"
    /// Statements: opening + credits - debits = closing.
    case statementsClose = "R7"
    /// No reference is used twice.
    case uniqueReferences = "R8"
    /// No number of the sequence is missing.
    case sequenceWhole = "R9"
    /// A sealed closing is what is computed again, or an adjustment says why not.
    case sealedClosings = "R10"
}

/// What a check found: at one subject, or of all where nothing is wrong.
struct ReconciliationFinding {
    let check: LedgerCheck
    /// nil where the check found nothing: a row says that it was made.
    let subject: String?
    let expected: Int128
    let actual: Int128
    let severity: Severity

    enum Severity: String {
        case ok, warning, error
    }
}
