/// The record of all runs: SQLite by default, any other store that keeps these promises.
///
/// (1) Every call is one transaction: it happened whole and durably, or not at all.
/// (2) Changes to a tenant's runs need the tenant's newest lease; an older epoch is refused.
/// (3) An occurrence is taken at most once, ever.
package protocol LedgerStore: Sendable {
    /// Gives out the next epoch of a tenant's lease; all leases given out before are worth nothing from now on, and
    /// runs of the tenant that still say `running` become `unknown`.
    func takeLease(tenant: String, holder: String, at instant: Int64) throws(LedgerError) -> Lease
    /// Who holds a tenant's newest lease, and since when (microseconds since 1970 UTC).
    func leaseHolder(tenant: String) throws(LedgerError) -> (holder: String, since: Int64)?

    /// Writes a run as it now stands, with what it did and made.
    func record(
        _ run: RunRecord, counts: [TableCount], artefacts: [ArtefactRecord], under lease: Lease
    ) throws(LedgerError)
    /// The run of an id, or of the only id that begins so.
    func run(_ id: String) throws(LedgerError) -> RunRecord?
    /// Runs, newest first.
    func runs(tenant: String?, limit: Int) throws(LedgerError) -> [RunRecord]
    /// What a run did to tables.
    func counts(of run: String) throws(LedgerError) -> [TableCount]
    /// What a run made.
    func artefacts(of run: String) throws(LedgerError) -> [ArtefactRecord]
    /// Writes what a run's reconciliation found, in the place of what it found before.
    func record(_ found: [ReconciliationRecord], of run: String, under lease: Lease) throws(LedgerError)
    /// What a run's reconciliation found.
    func reconciliations(of run: String) throws(LedgerError) -> [ReconciliationRecord]
    /// What the tenant's last reconciliation found, by table; empty where there was none.
    func lastReconciliations(tenant: String) throws(LedgerError) -> [ReconciliationRecord]
    /// When the tenant's lake was last compared with its source, microseconds since 1970 UTC; nil where it never was.
    func lastReconciliation(tenant: String) throws(LedgerError) -> Int64?
    /// The newest edition of a report, period and variant.
    func latestEdition(
        tenant: String, subject: String, period: String, variant: String
    ) throws(LedgerError) -> RunRecord?
    /// A tenant's ingestions, the newest first, however many editions were made since: one for each person is many.
    func ingestions(tenant: String, limit: Int) throws(LedgerError) -> [RunRecord]
    /// The newest ingestion of a tenant that is done: the lake as readers may see it.
    func lastIngestion(tenant: String) throws(LedgerError) -> RunRecord?
    /// The next sequence number of a tenant's ingestions: never given out twice under one lease.
    func nextSequence(under lease: Lease) throws(LedgerError) -> Int64

    /// Counts that a request is begun once more, before anything is done for it.
    /// - Returns: how often it was begun, this time among them.
    func countAttempt(of request: String, tenant: String, at instant: Int64) throws(LedgerError) -> Int64

    /// Takes an occurrence; false where it was taken before.
    func take(_ occurrence: OccurrenceRecord, at instant: Int64) throws(LedgerError) -> Bool
    /// Says what became of an occurrence, by its run if it had one.
    func settle(_ occurrence: OccurrenceRecord, _ outcome: OccurrenceOutcome, run: String?) throws(LedgerError)
    /// What became of an occurrence; nil where it was never taken.
    func outcome(of occurrence: OccurrenceRecord) throws(LedgerError) -> OccurrenceOutcome?
    /// Until when schedules were looked at, microseconds since 1970 UTC.
    func lastTick() throws(LedgerError) -> Int64?
    /// Moves the last tick forward; it never goes back.
    func advanceTick(to instant: Int64) throws(LedgerError)
}

/// The ledger said no, or could not be read or written.
package enum LedgerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another process took the tenant over: what this one wanted to write is not written.
    case leaseLost(tenant: String)
    /// Several runs begin so.
    case ambiguous(prefix: String)
    /// The store failed; the reason in its words, without values.
    case store(reason: String)

    package var description: String {
        switch self {
        case .leaseLost(let tenant): "another process took over tenant '\(tenant)'"
        case .ambiguous(let prefix): "several runs begin with '\(prefix)'"
        case .store(let reason): "the ledger can't be used: \(reason)"
        }
    }
}
