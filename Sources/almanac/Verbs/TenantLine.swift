internal import CivilTime
internal import Tenancy

/// A tenant as `tenants list` shows it.
struct TenantLine: Encodable {
    let id: String
    let platform: String
    let name: String
    let isolation: String
    let timezone: String
    let currency: String

    init(_ tenant: Tenant) {
        id = tenant.id.text
        platform = tenant.platform.text
        name = tenant.name
        isolation = tenant.source.isolation.mode
        timezone = tenant.calendar.zone.name
        currency = tenant.currency
    }
}
