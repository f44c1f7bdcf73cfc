import CivilTime
import Configuration
import Effects
import Foundation
import Scheduling
import Tenancy

let zones = ZoneDatabase(folder: ProcessInfo.processInfo.environment["TZDIR"], store: DiskFileStore())

func instant(_ text: String) throws -> Instant { try Instant(parsing: text) }

/// A tenant in a zone.
func tenant(_ id: String, platform: String = "retail", zone: String = "UTC", reports: [String]? = nil) throws -> Tenant
{
    guard let url = SecretReference("env:URL") else { throw CivilTimeError(.syntax, "no reference") }
    return Tenant(
        id: try TenantID(id), platform: try ResourceName(platform), name: id,
        source: TenantSource(url: url, isolation: .database), calendar: TenantCalendar(zone: try zones.zone(zone)),
        locale: "en", currency: "USD",
        reports: try reports.map { names in .named(try names.map { try ResourceName($0) }) } ?? .all)
}

/// A schedule of the report retail/monthly-sales.
func schedule(
    _ cron: String, name: String = "sales", tenants: TenantSelection = .all, timezone: TimezoneSelection = .tenant,
    catchUp: CatchUpPolicy = .latest, isPaused: Bool = false
) throws -> Schedule {
    Schedule(
        name: try ResourceName(name), platform: try ResourceName("retail"), report: try ResourceName("monthly-sales"),
        tenants: tenants, cron: try CronExpression(parsing: cron), timezone: timezone, catchUp: catchUp,
        isPaused: isPaused)
}
