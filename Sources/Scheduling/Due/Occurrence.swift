package import CivilTime
package import Tenancy

/// One time at which a schedule comes for a tenant.
package struct Occurrence: Sendable, Hashable {
    /// What is to be done with it.
    package enum Disposition: Sendable, Hashable {
        /// It is to run.
        case due
        /// It is not to run, and to be recorded as missed.
        case missed(Reason)
    }

    /// Why an occurrence does not run.
    package enum Reason: String, Sendable, Hashable {
        /// A later one runs in its place, or it lies beyond the number that is caught up.
        case superseded
        /// It is too late, and the schedule catches nothing up.
        case late
        /// The schedule stands still.
        case paused
    }

    /// The tenant.
    package let tenant: TenantID
    /// The schedule's name.
    package let schedule: ResourceName
    /// The schedule's version, see `Schedule.version`.
    package let version: String
    /// The platform.
    package let platform: ResourceName
    /// The report; `reconcile` for a reconciliation.
    package let report: ResourceName
    /// Whether the tenant's lake is compared with its source, in place of a report.
    package let isReconciliation: Bool
    /// The time that it is for: never the time at which it is found.
    package let nominal: Instant
    /// What is to be done with it.
    package let disposition: Disposition

    /// What makes it one and the same however often it is found: tenant, schedule with version, nominal instant.
    package var identity: String { "\(tenant)/\(schedule)@\(version)/\(nominal)" }
}

/// What a window of time brought.
package struct DueOccurrences: Sendable, Hashable {
    /// All occurrences, by nominal instant, then tenant, then schedule.
    package let occurrences: [Occurrence]
    /// The part of the window that was not looked at because it lies too far back; nil if all was. To be reported.
    package let uncovered: InstantRange?

    /// Those that are to run.
    package var due: [Occurrence] { occurrences.filter { $0.disposition == .due } }
}
