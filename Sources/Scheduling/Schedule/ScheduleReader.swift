package import CivilTime
package import Configuration
package import Effects
package import Tenancy

/// Reads `cron/schedules.yaml`.
/// ```yaml
/// version: 1
/// schedules:
///   monthly-sales:
///     report: retail/monthly-sales      # platform and slug
///     tenants: ["*"]                   # or ids
///     cron: "0 4 2 * *"
///     timezone: tenant                 # or a zone such as Africa/Lagos
///     dst: once                        # once | skip | both
///     catch_up: latest                 # latest | none | { all: 31 }
/// ```
/// `tenants`, `timezone`, `dst` and `catch_up` have the values above if they are left out; `paused: true` lets an entry
/// stand still. The platform may be written as a key of its own, beside `report: monthly-sales`. In place of `report`,
/// `reconcile: retail` compares the lakes of the platform's tenants with their sources.
package enum ScheduleReader {
    /// The largest number of missed runs that `catch_up: { all: N }` may ask for.
    package static let catchUpMax: Int64 = 1000

    /// - Parameters:
    ///   - text: the file's text.
    ///   - file: its name, for messages.
    ///   - zones: the zones that `timezone` names.
    /// - Returns: the schedules in the order of the file.
    /// - Throws: everything that is wrong in the file.
    package static func read(
        text: String, file: String, zones: ZoneDatabase
    ) throws(ConfigurationErrors) -> [Schedule] {
        try YAMLDocument(text: text, file: file).mapping { map in
            map.required("schedules")?.entries { name, value in
                value.mapping { schedule(name, value, $0, zones) }
            }
        }
    }

    /// The schedules of a project: `cron/schedules.yaml`; none where there is no such file.
    ///
    /// - Throws: `FileError` where the file cannot be read, `ConfigurationErrors` for what is wrong in it.
    package static func load(
        _ layout: ProjectLayout, store: any FileStore, zones: ZoneDatabase
    ) throws -> [Schedule] {
        guard try store.status(of: layout.schedules) != nil else { return [] }
        return try read(text: try store.text(of: layout.schedules), file: "cron/schedules.yaml", zones: zones)
    }

    private static func schedule(
        _ name: String, _ value: YAMLValue, _ map: YAMLMapping, _ zones: ZoneDatabase
    ) -> Schedule? {
        let resource = value.keyed(name)
        let reconciled = map.optional("reconcile")
        let report = reconciled.map { Self.reconciliation($0, map) } ?? Self.report(map)
        let tenants = map.optional("tenants").map(Self.tenants) ?? .all
        let cron = map.required("cron").flatMap(Self.cron)
        let timezone = map.optional("timezone").map { Self.timezone($0, zones) } ?? .tenant
        let daylight = map.optional("dst").map { $0.choice(of: DaylightPolicy.self) } ?? .once
        let catchUp = map.optional("catch_up").map(Self.catchUp) ?? .latest
        let isPaused = map.optional("paused").map { $0.boolean() } ?? false
        guard let resource, let report, let tenants, let cron, let timezone, let daylight, let catchUp, let isPaused
        else { return nil }
        return Schedule(
            name: resource, platform: report.platform, report: report.slug, tenants: tenants, cron: cron,
            timezone: timezone, daylight: daylight, catchUp: catchUp, isPaused: isPaused,
            isReconciliation: reconciled != nil)
    }

    /// `reconcile: retail`: the platform.
    private static func reconciliation(
        _ value: YAMLValue, _ map: YAMLMapping
    ) -> (platform: ResourceName, slug: ResourceName)? {
        if let report = map.optional("report") {
            report.refuse("an entry has 'report' or 'reconcile', not both")
            return nil
        }
        return value.parsed { (try ResourceName($0, kind: "platform"), try ResourceName("reconcile")) }
    }

    /// `report: retail/monthly-sales`, or `platform: retail` beside `report: monthly-sales`.
    private static func report(_ map: YAMLMapping) -> (platform: ResourceName, slug: ResourceName)? {
        let platformKey = map.optional("platform")
        guard let value = map.required("report"), let text = value.text() else { return nil }
        var parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if let platformKey {
            guard let platform = platformKey.text() else { return nil }
            parts.insert(platform, at: 0)
        }
        guard parts.count == 2 else {
            value.refuse("'report' names the platform too", hint: "write it like retail/monthly-sales")
            return nil
        }
        return value.parsed { _ in
            (try ResourceName(parts[0], kind: "platform"), try ResourceName(parts[1], kind: "report"))
        }
    }

    private static func tenants(_ value: YAMLValue) -> TenantSelection? {
        if !value.isList, value.text() == "*" { return .all }
        guard let words = value.list({ item in item.text().map { (item, $0) } }) else { return nil }
        if words.contains(where: { $0.1 == "*" }) {
            if words.count > 1 { value.refuse("\"*\" means all tenants: name no others beside it") }
            return .all
        }
        return .named(words.compactMap { item, text in item.parsed { _ in try TenantID(text) } })
    }

    /// A cron line must be quoted, and YAML's numbers are none: `90` may have been `1:30`.
    private static func cron(_ value: YAMLValue) -> CronExpression? {
        guard value.text() != nil else { return nil }
        return value.parsed { try CronExpression(parsing: $0) }
    }

    private static func timezone(_ value: YAMLValue, _ zones: ZoneDatabase) -> TimezoneSelection? {
        guard let text = value.text() else { return nil }
        if text == "tenant" { return .tenant }
        return value.parsed { .zone(try zones.zone($0)) }
    }

    private static func catchUp(_ value: YAMLValue) -> CatchUpPolicy? {
        if value.isMapping {
            return value.mapping { map in
                map.required("all")?.integer(in: 1...catchUpMax).map { .all(countMax: Int($0)) }
            }
        }
        return value.choice(among: [
            ("latest", CatchUpPolicy.latest), ("none", CatchUpPolicy.none), ("all", .all(countMax: 31)),
        ])
    }
}

extension YAMLValue {
    /// The name that leads to the value, as a resource's.
    fileprivate func keyed(_ name: String) -> ResourceName? {
        do {
            return try ResourceName(name, kind: "schedule")
        } catch {
            refuse("\(error)")
            return nil
        }
    }
}
