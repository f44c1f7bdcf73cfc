package import CivilTime
package import Tenancy

/// When a report is made, for which tenants: one entry of `cron/schedules.yaml`.
package struct Schedule: Sendable, Hashable {
    /// The name of the entry.
    package let name: ResourceName
    /// The platform whose report it is.
    package let platform: ResourceName
    /// The report's slug; `reconcile` for a reconciliation.
    package let report: ResourceName
    /// Whether the tenants' lakes are compared with their sources, in place of a report.
    package let isReconciliation: Bool
    /// The tenants, of those of the platform that get the report.
    package let tenants: TenantSelection
    /// When, on local clocks.
    package let cron: CronExpression
    /// Whose clocks.
    package let timezone: TimezoneSelection
    /// What becomes of times that clocks leave out or show twice.
    package let daylight: DaylightPolicy
    /// What becomes of times that were missed.
    package let catchUp: CatchUpPolicy
    /// Whether it stands still: its times are recorded as missed.
    package let isPaused: Bool

    package init(
        name: ResourceName, platform: ResourceName, report: ResourceName, tenants: TenantSelection = .all,
        cron: CronExpression, timezone: TimezoneSelection = .tenant, daylight: DaylightPolicy = .once,
        catchUp: CatchUpPolicy = .latest, isPaused: Bool = false, isReconciliation: Bool = false
    ) {
        self.name = name
        self.platform = platform
        self.report = report
        self.isReconciliation = isReconciliation
        self.tenants = tenants
        self.cron = cron
        self.timezone = timezone
        self.daylight = daylight
        self.catchUp = catchUp
        self.isPaused = isPaused
    }
}

/// The tenants of a schedule.
package enum TenantSelection: Sendable, Hashable {
    /// `["*"]`: every tenant of the platform.
    case all
    /// The named ones.
    case named([TenantID])
}

/// Whose clocks a schedule follows.
package enum TimezoneSelection: Sendable, Hashable {
    /// `tenant`: each tenant's own.
    case tenant
    /// The clocks of one zone for all.
    case zone(Zone)
}

/// What becomes of times that passed while nobody called `tick`.
package enum CatchUpPolicy: Sendable, Hashable {
    /// The latest runs, the others are recorded as missed.
    case latest
    /// The latest so many run, older ones are recorded as missed.
    case all(countMax: Int)
    /// None runs that is older than `Schedule.lateness`; they are recorded as missed.
    case none
}

extension Schedule {
    /// How late a run may begin under `CatchUpPolicy.none`: three calls of a crontab that calls every five minutes.
    package static let latenessMicroseconds: Int64 = 900_000_000

    /// Sixteen hexadecimal digits that change when the meaning of an occurrence does: with the report, the cron line,
    /// the zone or the policy for clock changes. Not with the list of tenants or the catch-up policy, so that to add a
    /// tenant does not make the others' occurrences new.
    package var version: String {
        let zone =
            switch timezone {
            case .tenant: "tenant"
            case .zone(let zone): zone.name
            }
        // A report may have the name that stands for a reconciliation.
        let what = isReconciliation ? "\u{1E}reconcile" : report.text
        let text = [platform.text, what, cron.text, zone, daylight.rawValue].joined(separator: "\u{1F}")
        // FNV-1a, 64 bits: tells versions of one schedule apart, protects nothing.
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Whether a tenant is among those of the schedule.
    package func covers(_ tenant: Tenant) -> Bool {
        guard tenant.platform == platform, isReconciliation || tenant.reports.contains(report.text) else {
            return false
        }
        switch tenants {
        case .all: return true
        case .named(let names): return names.contains(tenant.id)
        }
    }

    /// The zone whose clocks say when it runs for a tenant.
    package func zone(for tenant: Tenant) -> Zone {
        switch timezone {
        case .tenant: tenant.calendar.zone
        case .zone(let zone): zone
        }
    }
}
