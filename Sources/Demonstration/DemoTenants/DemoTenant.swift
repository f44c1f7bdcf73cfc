package import CivilTime

/// A tenant of the demonstration: one shop, or one airline.
package struct DemoTenant: Sendable, Equatable {
    /// How the tenant's rows are told from the others' in the database.
    package enum Isolation: Sendable, Equatable {
        /// A schema of its own, and a role that can use no other.
        case schema(String)
        /// A table shared by all tenants, with a row policy that reads a setting of the session.
        case rowSecurity(setting: String, key: String)
    }

    /// The tenant's id.
    package let id: String
    /// What the tenant is called on its reports.
    package let name: String
    /// The platform whose reports it gets: `retail`, `flights`, or one of the five that are made up.
    package let platform: String
    /// Its time zone.
    package let timeZone: String
    /// The ISO code of its currency.
    package let currency: String
    /// How its rows are kept apart.
    package let isolation: Isolation
    /// The variable that holds the URL of its database.
    package let urlVariable: String
    /// The variable that holds the URL of the role that answers its requests; nil where it has none.
    package let requestsVariable: String?
    /// The rows it has in the database.
    package let rowCount: Int64
    /// The local date of its first row.
    package let firstDay: LocalDate
    /// The local date of its last row.
    package let lastDay: LocalDate

    package init(
        id: String, name: String, platform: String, timeZone: String, currency: String, isolation: Isolation,
        urlVariable: String, requestsVariable: String? = nil, rowCount: Int64, firstDay: LocalDate, lastDay: LocalDate
    ) {
        self.id = id
        self.name = name
        self.platform = platform
        self.timeZone = timeZone
        self.currency = currency
        self.isolation = isolation
        self.urlVariable = urlVariable
        self.requestsVariable = requestsVariable
        self.rowCount = rowCount
        self.firstDay = firstDay
        self.lastDay = lastDay
    }
}

/// What the private cluster holds after loading.
package struct DemoInventory: Sendable {
    /// Where rows came from.
    package enum Origin: String, Sendable {
        /// The public data set.
        case published
        /// Our generator, because the data set was not there.
        case generated
    }

    /// All tenants, by id.
    package let tenants: [DemoTenant]
    /// The variables that tenants' definitions name, with the URLs of this run of the cluster. They hold passwords.
    package let environment: [String: String]
    /// Where the shops' rows came from.
    package let shops: Origin
    /// Where the airlines' rows came from.
    package let events: Origin
    /// Whether all was there already from an earlier run.
    package let wasReused: Bool

    /// The rows of all tenants.
    package var rowCount: Int64 { tenants.reduce(0) { $0 + $1.rowCount } }
}
