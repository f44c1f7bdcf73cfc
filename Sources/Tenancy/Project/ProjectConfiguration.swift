package import CivilTime
package import Configuration
internal import SystemPackage

/// `almanac.yaml`: where the project keeps things, and what its tenants have if they say nothing.
/// ```yaml
/// version: 1
/// lake: lake
/// state: state
/// out: out
/// published: published
/// keys: { pseudonyms: env:ALMANAC_PSEUDONYMS }
/// reconcile: { every: 7d }
/// canaries: { retail-canary: { marks: [canary-7f3a91c2], rows: { orders: 3 } } }
/// sources: { connections_max: 16 }
/// defaults: { locale: en-US, currency: USD, calendar: { timezone: UTC } }
/// tenants: { url: env:CONTROL_URL, query: SELECT id, platform FROM tenants }      # else tenants/*.yaml
/// ```
/// Folders are relative to the project's, or absolute.
package struct ProjectConfiguration: Sendable, Hashable {
    /// The folder of Delta tables.
    package var lake = "lake"
    /// The folder of the ledger and of work in progress.
    package var state = "state"
    /// The folder of reports.
    package var out = "out"
    /// The folder of files for dashboards.
    package var published = "published"
    /// The secret from which each tenant's key for pseudonyms is derived; nil where nothing is pseudonymised.
    package var pseudonymSecret: SecretReference?
    /// How often a run compares a tenant's lake with its source, in seconds; nil where only `almanac reconcile` does.
    package var reconcileSeconds: Int64?
    /// Tenants with known rows, which must be seen nowhere else.
    package var canaries: [Canary] = []
    /// How many connections there may be to one source at once.
    package var sourceConnectionCountMax: Int64 = 16
    /// What tenants have if they say nothing.
    package var defaults = TenantDefaults()
    /// Where tenants are listed; nil for `tenants/*.yaml`.
    package var tenantQuery: TenantQuery?

    package init() {}

    /// Reads the text of `almanac.yaml`.
    package init(text: String, file: String) throws(ConfigurationErrors) {
        self = try YAMLDocument(text: text, file: file).mapping { map in
            var configuration = ProjectConfiguration()
            Self.folder("lake", map, &configuration.lake)
            Self.folder("state", map, &configuration.state)
            Self.folder("out", map, &configuration.out)
            Self.folder("published", map, &configuration.published)
            map.optional("keys")?.mapping { configuration.pseudonymSecret = $0.optional("pseudonyms")?.secret() }
            map.optional("reconcile")?.mapping { configuration.reconcileSeconds = $0.required("every")?.seconds() }
            configuration.canaries = map.optional("canaries")?.entries(Canary.read) ?? []
            map.optional("sources")?.mapping { sources in
                let most = sources.optional("connections_max")?.integer(in: 1...10_000)
                configuration.sourceConnectionCountMax = most ?? configuration.sourceConnectionCountMax
            }
            if let defaults = map.optional("defaults")?.mapping(TenantDefaults.init) {
                configuration.defaults = defaults
            }
            configuration.tenantQuery = map.optional("tenants")?.mapping { TenantQuery($0) }
            return configuration
        }
    }

    private static func folder(_ key: String, _ map: YAMLMapping, _ folder: inout String) {
        guard let value = map.optional(key), let text = value.text() else { return }
        if text.utf8.contains(0) || FilePath(text).components.contains(where: { $0.kind == .parentDirectory }) {
            value.refuse("'\(key)' must not lead out of its folder with '..'")
            return
        }
        folder = text
    }
}

/// What tenants have if their file says nothing.
package struct TenantDefaults: Sendable, Hashable {
    /// The zone's name; nil if every tenant must say its own.
    package var timezone: String?
    /// The first day of a week.
    package var weekStart = Weekday.monday
    /// The first day of a fiscal year.
    package var fiscalYearStart = MonthDay.january1
    /// A BCP 47 language tag.
    package var locale: String?
    /// An ISO 4217 code.
    package var currency: String?
    /// What a run may use.
    package var limits = Tenant.Limits()
    /// How long data is kept.
    package var retention = Tenant.Retention()

    package init() {}

    init(_ map: YAMLMapping) {
        map.optional("calendar")?.mapping { calendar in
            timezone = calendar.optional("timezone")?.text()
            weekStart = calendar.optional("week_start").flatMap(TenantReader.weekday) ?? weekStart
            fiscalYearStart = calendar.optional("fiscal_year_start")?.parsed(MonthDay.init(parsing:)) ?? fiscalYearStart
        }
        locale = map.optional("locale").flatMap(TenantReader.locale)
        currency = map.optional("currency").flatMap(TenantReader.currency)
        limits = map.optional("limits")?.mapping { TenantReader.limits($0, limits) } ?? limits
        retention = map.optional("retention")?.mapping { TenantReader.retention($0, retention) } ?? retention
    }
}
