package import CivilTime
package import Tenancy

/// Finds what is due. Pure: the same schedules, tenants and window give the same list.
///
/// (1) The window is open at its start: an occurrence at `lastTick` was in the window before.
/// (2) Every occurrence of the window is in the list, as `due` or as `missed`; nothing is left out silently.
/// (3) A clock that went back gives an empty window: nothing is doubled; what lay between is in no window twice.
/// (4) An edited schedule has a new version, but the window begins at `lastTick`: edits do not replay the past.
package enum DueFinder {
    /// The longest window that is looked at, in days; what lies before is reported as uncovered.
    package static let windowDaysMax: Int64 = 400

    /// - Parameters:
    ///   - schedules: all schedules.
    ///   - tenants: all tenants that can be opened; which of them a schedule covers it says itself.
    ///   - lastTick: the end of the window before; for the first one of a project pass `now`.
    ///   - now: the end of the window.
    /// - Complexity: each cron line is followed once for each zone, not for each tenant.
    package static func due(
        _ schedules: [Schedule], tenants: [Tenant], from lastTick: Instant, to now: Instant
    ) -> DueOccurrences {
        guard lastTick < now else { return DueOccurrences(occurrences: [], uncovered: nil) }
        let earliest = now.adding(seconds: -windowDaysMax * 86_400)
        let start = max(lastTick, earliest)
        var list: [Occurrence] = []
        for schedule in schedules {
            var instants: [Zone: [Instant]] = [:]
            for tenant in tenants where schedule.covers(tenant) {
                let zone = schedule.zone(for: tenant)
                let found =
                    instants[zone]
                    ?? schedule.cron.occurrences(in: zone, after: start, through: now, policy: schedule.daylight)
                instants[zone] = found
                list += occurrences(of: schedule, tenant.id, found, now: now)
            }
        }
        list.sort { ($0.nominal, $0.tenant, $0.schedule.text) < ($1.nominal, $1.tenant, $1.schedule.text) }
        let uncovered = lastTick < earliest ? InstantRange(start: lastTick, end: earliest) : nil
        return DueOccurrences(occurrences: list, uncovered: uncovered)
    }

    private static func occurrences(
        of schedule: Schedule, _ tenant: TenantID, _ instants: [Instant], now: Instant
    ) -> [Occurrence] {
        let version = schedule.version
        return instants.enumerated().map { index, nominal in
            Occurrence(
                tenant: tenant, schedule: schedule.name, version: version, platform: schedule.platform,
                report: schedule.report, isReconciliation: schedule.isReconciliation, nominal: nominal,
                disposition: disposition(schedule, nominal, laterCount: instants.count - 1 - index, now: now))
        }
    }

    private static func disposition(
        _ schedule: Schedule, _ nominal: Instant, laterCount: Int, now: Instant
    ) -> Occurrence.Disposition {
        if schedule.isPaused { return .missed(.paused) }
        switch schedule.catchUp {
        case .latest: return laterCount == 0 ? .due : .missed(.superseded)
        case .all(let countMax): return laterCount < countMax ? .due : .missed(.superseded)
        case .none:
            return nominal.microseconds(until: now) <= Schedule.latenessMicroseconds ? .due : .missed(.late)
        }
    }

    /// The tenants that a schedule names but that are none of its own: unknown, of another platform, or without the
    /// report. For `check`.
    package static func strangers(of schedule: Schedule, among tenants: [Tenant]) -> [TenantID] {
        guard case .named(let names) = schedule.tenants else { return [] }
        let covered = Set(tenants.filter(schedule.covers).map(\.id))
        return names.filter { !covered.contains($0) }
    }
}
