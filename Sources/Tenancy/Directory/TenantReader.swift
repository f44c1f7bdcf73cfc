internal import CivilTime
internal import Configuration
internal import SystemPackage

/// Reads a tenant's file. Everything wrong in it is noted, not only the first.
enum TenantReader {
    /// - Parameter needsSource: whether the database must be named; without one, nothing can be extracted.
    static func read(
        bytes: [UInt8], file: String, id: TenantID, defaults: TenantDefaults, zones: ZoneDatabase,
        needsSource: Bool = true
    ) throws(ConfigurationErrors) -> Tenant {
        try YAMLDocument(bytes: bytes, file: file).mapping(subject: "tenant '\(id)'") { map in
            read(map, id: id, defaults: defaults, zones: zones, needsSource: needsSource)
        }
    }

    /// Reads the keys, of a file or of a query's row.
    static func read(
        _ map: YAMLMapping, id: TenantID, defaults: TenantDefaults, zones: ZoneDatabase, needsSource: Bool
    ) -> Tenant? {
        checkID(map, id)
        let platform = map.required("platform")?.parsed { try ResourceName($0, kind: "platform") }
        let name = map.optional("name")?.text() ?? id.text
        let source = Self.source(map, isNeeded: needsSource)
        let calendar = Self.calendar(map, defaults, zones)
        let locale = map.optional("locale").map(Self.locale) ?? missing("locale", defaults.locale, map)
        let currency = map.optional("currency").map(Self.currency) ?? missing("currency", defaults.currency, map)
        let brand = map.optional("brand")?.mapping(Self.brand) ?? Tenant.Brand()
        let reports = map.optional("reports").map(Self.reports) ?? .all
        let limits = map.optional("limits")?.mapping { Self.limits($0, defaults.limits) } ?? defaults.limits
        let retention =
            map.optional("retention")?.mapping { Self.retention($0, defaults.retention) } ?? defaults.retention
        let requests = map.optional("requests")?.mapping(Self.requests)
        guard let platform, let source, let calendar, let locale, let currency else { return nil }
        return Tenant(
            id: id, platform: platform, name: name, source: source, calendar: calendar, locale: locale,
            currency: currency, brand: brand, reports: reports, limits: limits, retention: retention,
            requests: requests)
    }

    /// The file's name is the id; the key inside must say the same, so that a copied file is noticed.
    private static func checkID(_ map: YAMLMapping, _ id: TenantID) {
        guard let value = map.required("id"), let text = value.text() else { return }
        if text != id.text {
            value.refuse("the id is '\(ResourceName.shown(text))', but the file is named after '\(id)'")
        }
    }

    private static func missing(_ key: String, _ standard: String?, _ map: YAMLMapping) -> String? {
        if standard == nil { map.refuse("the key '\(key)' is missing, and almanac.yaml has no default for it") }
        return standard
    }
}

// The database.
extension TenantReader {
    private enum Mode: String, CaseIterable {
        case rls
        case schema
        case database
        case column
        case fanOut = "fan-out"

        /// The keys that the mode needs, beside `url` and `isolation`.
        var keys: [String] {
            switch self {
            case .rls: ["key", "setting"]
            case .schema: ["schema"]
            case .database: []
            case .column: ["key", "column"]
            case .fanOut: ["key", "column"]
            }
        }
    }

    private static func source(_ map: YAMLMapping, isNeeded: Bool) -> TenantSource? {
        if isNeeded { return map.required("source")?.mapping(Self.source) }
        return map.optional("source").map { $0.mapping(Self.source) } ?? .absent
    }

    private static func source(_ map: YAMLMapping) -> TenantSource? {
        let url = map.required("url")?.secret()
        let mode = map.required("isolation")?.choice(of: Mode.self)
        guard let mode else {
            map.ignore("key", "setting", "column", "schema")
            return nil
        }
        for key in ["key", "setting", "column", "schema"] where !mode.keys.contains(key) {
            map.optional(key)?.refuse("'\(key)' means nothing with isolation: \(mode.rawValue)")
        }
        guard let isolation = Self.isolation(mode, map), let url else { return nil }
        return TenantSource(url: url, isolation: isolation)
    }

    private static func requests(_ map: YAMLMapping) -> RequestAccess? {
        let url = map.required("url")?.secret()
        let results = map.optional("results")?.text()
        return url.map { RequestAccess(url: $0, results: results) }
    }

    private static func isolation(_ mode: Mode, _ map: YAMLMapping) -> TenantSource.Isolation? {
        switch mode {
        case .rls:
            let key = map.required("key").flatMap(Self.key)
            let setting = map.optional("setting").map(Self.setting) ?? "app.tenant_id"
            guard let key, let setting else { return nil }
            return .rowLevelSecurity(setting: setting, key: key)
        case .schema: return map.required("schema").flatMap(Self.identifier).map { .schema($0) }
        case .database: return .database
        case .column:
            let column = map.required("column").flatMap(Self.identifier)
            let key = map.required("key").flatMap(Self.key)
            guard let column, let key else { return nil }
            return .column(column, key: key)
        case .fanOut:
            let column = map.required("column").flatMap(Self.identifier)
            guard let value = map.required("key") else { return nil }
            let keys = value.isList ? value.list(Self.key) : Self.key(value).map { [$0] }
            guard let keys, !keys.isEmpty else {
                value.refuse("'key' needs at least one key")
                return nil
            }
            return column.map { .fanOut(column: $0, keys: keys) }
        }
    }

    /// The tenant's key in the source: any text without control characters.
    private static func key(_ value: YAMLValue) -> String? {
        guard let text = value.text() else { return nil }
        guard text.utf8.count <= 255, text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            value.refuse("'key' must be at most 255 bytes without control characters")
            return nil
        }
        return text
    }

    /// A custom setting of Postgres has two parts: `app.tenant_id`.
    private static func setting(_ value: YAMLValue) -> String? {
        guard let text = value.text() else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let isGood =
            parts.count == 2 && text.utf8.count <= 63
            && parts.allSatisfy { part in
                guard let first = part.utf8.first, !(0x30...0x39).contains(first) else { return false }
                return part.utf8.allSatisfy {
                    (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_")
                }
            }
        if !isGood { value.refuse("'setting' must be two lower-case names like app.tenant_id") }
        return isGood ? text : nil
    }

    /// The name of a schema or column, as it is in the database; it is quoted when it is used.
    private static func identifier(_ value: YAMLValue) -> String? {
        guard let text = value.text() else { return nil }
        guard text.utf8.count <= 63, !text.utf8.contains(0) else {
            value.refuse("a name in Postgres has at most 63 bytes")
            return nil
        }
        return text
    }
}

// Calendar and language.
extension TenantReader {
    private static func calendar(
        _ map: YAMLMapping, _ defaults: TenantDefaults, _ zones: ZoneDatabase
    ) -> TenantCalendar? {
        guard let value = map.optional("calendar") else {
            guard let timezone = defaults.timezone, let zone = try? zones.zone(timezone) else {
                map.refuse("the key 'calendar' is missing, and almanac.yaml has no good default for its timezone")
                return nil
            }
            return TenantCalendar(
                zone: zone, weekStart: defaults.weekStart, fiscalYearStart: defaults.fiscalYearStart)
        }
        return value.mapping { calendar in
            let zone = Self.zone(calendar, defaults, zones)
            let weekStart = calendar.optional("week_start").map(Self.weekday) ?? defaults.weekStart
            let fiscalYearStart =
                calendar.optional("fiscal_year_start").map { $0.parsed(MonthDay.init(parsing:)) }
                ?? defaults.fiscalYearStart
            let holidays =
                calendar.optional("holidays")?.list { $0.parsed { try LocalDate(parsing: $0) } } ?? []
            guard let zone, let weekStart, let fiscalYearStart else { return nil }
            return TenantCalendar(
                zone: zone, weekStart: weekStart, fiscalYearStart: fiscalYearStart, holidays: holidays)
        }
    }

    private static func zone(_ map: YAMLMapping, _ defaults: TenantDefaults, _ zones: ZoneDatabase) -> Zone? {
        if let standard = defaults.timezone, map.optional("timezone") == nil { return try? zones.zone(standard) }
        return map.required("timezone")?.parsed { try zones.zone($0) }
    }

    static func weekday(_ value: YAMLValue) -> Weekday? {
        value.choice(among: Weekday.allCases.map { ($0.name, $0) })
    }

    /// A BCP 47 tag: a language of two or three letters, then parts of letters and digits.
    static func locale(_ value: YAMLValue) -> String? {
        guard let text = value.text() else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isAlphanumeric = { (byte: UInt8) in
            (0x41...0x5A).contains(byte & 0xDF) || (0x30...0x39).contains(byte)
        }
        guard (2...3).contains(parts[0].utf8.count), parts[0].utf8.allSatisfy({ (0x61...0x7A).contains($0) }),
            parts.dropFirst().allSatisfy({ (1...8).contains($0.utf8.count) && $0.utf8.allSatisfy(isAlphanumeric) })
        else {
            value.refuse("'locale' must be a language tag like en-NG")
            return nil
        }
        return text
    }

    static func currency(_ value: YAMLValue) -> String? {
        guard let text = value.text() else { return nil }
        guard text.utf8.count == 3, text.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            value.refuse("'currency' must be an ISO 4217 code of three capital letters, like NGN")
            return nil
        }
        return text
    }
}

// Looks, reports, limits.
extension TenantReader {
    private static func brand(_ map: YAMLMapping) -> Tenant.Brand {
        Tenant.Brand(color: map.optional("color").flatMap(Self.color), logo: map.optional("logo").flatMap(Self.logo))
    }

    private static func color(_ value: YAMLValue) -> String? {
        guard let text = value.text() else { return nil }
        let isHex = text.utf8.dropFirst().allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x46).contains($0 & 0xDF)
        }
        guard text.utf8.count == 7, text.hasPrefix("#"), isHex else {
            value.refuse("'color' must look like \"#173F66\", in quotes")
            return nil
        }
        return text
    }

    private static func logo(_ value: YAMLValue) -> String? {
        guard let text = value.text() else { return nil }
        let path = FilePath(text)
        guard path.isRelative, !text.utf8.contains(0), path.components.allSatisfy({ $0.kind == .regular }) else {
            value.refuse("'logo' must be a file under Templates/, without '..'")
            return nil
        }
        return text
    }

    private static func reports(_ value: YAMLValue) -> Tenant.ReportSelection {
        let words = value.list { item in item.text().map { (item, $0) } } ?? []
        if words.contains(where: { $0.1 == "*" }) {
            if words.count > 1 { value.refuse("\"*\" means all reports: name no others beside it") }
            return .all
        }
        return .named(words.compactMap { item, text in item.parsed { _ in try ResourceName(text, kind: "report") } })
    }

    static func limits(_ map: YAMLMapping, _ defaults: Tenant.Limits) -> Tenant.Limits {
        Tenant.Limits(
            memoryMebibytes: map.optional("memory_mib")?.integer(in: 16...1_048_576) ?? defaults.memoryMebibytes,
            seconds: map.optional("seconds")?.integer(in: 1...604_800) ?? defaults.seconds,
            rows: map.optional("rows")?.integer(in: 1...1_000_000_000_000) ?? defaults.rows)
    }

    static func retention(_ map: YAMLMapping, _ defaults: Tenant.Retention) -> Tenant.Retention {
        Tenant.Retention(
            rawDays: map.optional("raw_days")?.integer(in: 1...36_500) ?? defaults.rawDays,
            artefactsDays: map.optional("artefacts_days")?.integer(in: 1...36_500) ?? defaults.artefactsDays)
    }
}
