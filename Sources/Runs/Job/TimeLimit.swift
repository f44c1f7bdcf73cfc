internal import Effects
internal import PostgresCopy
internal import Synchronization
internal import Tenancy

/// The wall time that the extraction for one tenant may take: `limits.seconds` of its file.
final class TimeLimit: Sendable {
    private let scope: TenantScope
    private let end: UInt64
    private let clock = SystemClock()
    private let cancellers = Mutex<[StatementCanceller]>([])

    init(_ scope: TenantScope) {
        self.scope = scope
        let (nanoseconds, isEndless) = UInt64(max(0, scope.tenant.limits.seconds)).multipliedReportingOverflow(
            by: 1_000_000_000)
        let (end, isFar) = clock.monotonicNanoseconds().addingReportingOverflow(nanoseconds)
        self.end = isEndless || isFar ? .max : end
    }

    /// Whether it is over.
    var isOver: Bool { clock.monotonicNanoseconds() >= end }

    /// What is to be ended when it is over.
    func add(_ canceller: StatementCanceller) { cancellers.withLock { $0.append(canceller) } }

    /// Ends what the source is doing, where the time is over.
    func enforce() {
        guard isOver else { return }
        for canceller in cancellers.withLock({ $0 }) { canceller.cancel() }
    }

    /// - Throws: the failure of a tenant whose time is over.
    func check() throws(Failure) {
        guard !isOver else { throw failure }
    }

    /// The failure of a tenant whose time is over.
    var failure: Failure {
        Failure(
            .dataRefused, "can't extract the data of tenant '\(scope.id)' in its time",
            why: "it took more than the tenant's limit of \(scope.tenant.limits.seconds) seconds",
            remedy: "raise limits.seconds in the tenant's file, or read less with sql:")
    }
}

/// The limits of all tenants that are worked for now.
final class TimeLimits: Sendable {
    private let limits = Mutex<[String: TimeLimit]>([:])

    /// Begins a tenant's time.
    func begin(_ scope: TenantScope) -> TimeLimit {
        let limit = TimeLimit(scope)
        limits.withLock { $0[scope.id.text] = limit }
        return limit
    }

    func end(_ scope: TenantScope) { limits.withLock { $0[scope.id.text] = nil } }

    /// Ends the statements of those whose time is over.
    func enforce() {
        for limit in limits.withLock({ Array($0.values) }) { limit.enforce() }
    }
}
